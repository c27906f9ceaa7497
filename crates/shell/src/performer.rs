//! Who performs which due work.

/// Deadlines and transcripts, and whatever nobody else performed.
pub const DISPATCHER: &str = "dispatcher";
/// Bot turns.
pub const FLOW: &str = "flow";
/// Matching what waits with who is free.
pub const ROUTER: &str = "router";

/// The component of a channel.
pub fn of_channel(channel: &str) -> String {
    format!("channel-{channel}")
}
