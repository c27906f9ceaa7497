//! What all channels of Meta share.
//!
//! Every app of Meta proves its webhooks in one way ([`verify`]), wraps them in one envelope
//! ([`envelope`]), and answers calls of one API with one set of error codes ([`graph`], [`answer`]), and is asked
//! how an account stands ([`health`]). The
//! networks with direct messages also share the shape of those, in both directions ([`messaging`],
//! [`send`]). What only one of them has stands in its own folder.

pub mod answer;
pub mod cdn;
pub mod envelope;
pub mod fault;
pub mod graph;
pub mod handover;
pub mod health;
pub mod instant;
pub mod messaging;
pub mod moderate;
pub mod network;
pub mod send;
pub mod verify;
