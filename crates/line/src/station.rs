//! An agent's browser as a telephone. The edge vouches for the agent; the audio goes to the gateway directly.

use serde::{Deserialize, Serialize};

/// `POST /stations`: a browser wants to be an agent's telephone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// 128 random bits, made by the edge.
    pub station: String,
    pub agent: String,
    /// The browser's offer.
    pub sdp: String,
}

/// `PUT /stations/{station}`: the browser's network has changed (RFC 8839, section 4.4.1: ICE restart).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconnect {
    pub sdp: String,
}

/// The answer to both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected {
    pub sdp: String,
}
