//! The bodies of messages, as JSON.
//!
//! | who → whom | request | body → answer |
//! |---|---|---|
//! | gateway → edge | `POST /webhooks/voice/{gateway}` | [`Said::Call`] → [`Answer`], [`Said::Beat`] → [`beat::Answered`](crate::beat::Answered) |
//! | edge → gateway | `POST {url}/calls/{call}/orders` | [`Push`] → [`Pushed`] |
//! | edge → gateway | `POST {url}/stations`, `PUT`, `DELETE {url}/stations/{station}` | [`station`](crate::station) |

use crate::beat::Beat;
use crate::event::Event;
use crate::order::Order;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Said {
    Call(Call),
    Beat(Beat),
}

/// What happened in a call since the edge last took something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub gateway: String,
    /// This start of the gateway's process.
    pub run: String,
    pub call: String,
    pub orders_seen: u64,
    pub events: Vec<Event>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Everything up to here is stored.
    pub events_seen: u64,
    pub orders: Vec<Order>,
    /// A decision takes longer than this answer may: its orders will be pushed.
    #[serde(default)]
    pub later: bool,
}

/// Orders that no event asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Push {
    pub gateway: String,
    pub run: String,
    pub call: String,
    pub events_seen: u64,
    pub orders: Vec<Order>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Pushed {
    Taken {
        orders_seen: u64,
    },
    /// The call is over, or never was here.
    NoSuchCall,
    /// The process was started again since.
    OtherRun,
}
