//! What the store keeps, in the shapes that the API promises.

mod agent;
mod center;
mod comment;
mod contact;
mod interaction;
mod message;
mod queue;
mod template;

pub use agent::{me, presence, role, stat};
pub use center::Center;
pub use comment::{comment, deed, moderation, post};
pub use contact::{contact, contact_as_stored, opt_out};
pub use interaction::{for_strangers, history_item, interaction, window_until};
pub use message::{attachment, message};
pub(crate) use queue::midnight;
pub use queue::{disposition, queue_stats};
pub use template::template;

/// JSON's numbers are signed.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
