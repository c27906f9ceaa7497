//! What a component takes from its platform: requests and replies, calls to others, variables, the
//! database, sessions. The only part of the shell that exists just as WebAssembly.

pub mod attempt;
pub mod call;
pub mod center;
pub mod depot;
pub mod forgeries;
pub mod forwarded;
pub mod profile;
pub mod reply;
pub mod request;
pub mod session;
pub mod typing;
