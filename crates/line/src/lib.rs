//! How the gateway and the edge speak about calls.
//!
//! The gateway says what happened ([`event`]), the edge what to do ([`order`]). For each call these are two logs
//! that are numbered from 1 without gaps, and whoever writes says how far it has read the other's log. The answer
//! to any message is what its sender has not read yet, so lost, doubled and late messages need no treatment of
//! their own. Every message is signed, answers too ([`sign`]).

pub mod beat;
pub mod event;
pub mod key;
pub mod leg;
pub mod order;
pub mod seen;
pub mod sign;
pub mod station;
pub mod wire;
