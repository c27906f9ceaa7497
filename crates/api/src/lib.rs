//! The JSON of the desk's API: what `components/desk` writes and `console` reads, and nothing else.
//!
//! Instants are milliseconds since the Unix epoch and end in `_ms`; ids are opaque texts. A field
//! that is absent is `None`: nothing is sent as `null`. These are shapes, not rules: what may
//! happen is decided in `domain`, and the desk component converts at its edge.

pub mod admin;
pub mod agent;
pub mod article;
pub mod comment;
pub mod consent;
pub mod contact;
pub mod event;
pub mod figures;
pub mod flow;
pub mod health;
pub mod interaction;
pub mod message;
pub mod problem;
pub mod queue;
pub mod ready_answer;
pub mod rehearsal;
pub mod request;
pub mod snapshot;
pub mod staffing;
pub mod template;
pub mod webhook;
