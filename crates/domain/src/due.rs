//! Everything that happens later is a row of due work. Whoever commits a row tries it at once; the
//! dispatcher performs what is left over. At least once, so every performer is idempotent: it
//! completes the row in the transaction of its effects.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long whoever took a row has to finish it. Longer than any call a performer makes.
pub const LEASE: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Decode a stored webhook and apply its events.
    Digest,
    /// Hand one message to the provider.
    Deliver,
    /// Copy a customer's file to our own store.
    FetchMedia,
    /// Have a file looked at by the virus scanner.
    Scan,
    /// Have the provider do what an agent wants with a public comment.
    Moderate,
    /// Look up the public post that a comment stands under.
    FetchPost,
    /// Give one event to the bot and apply its actions.
    BotTurn,
    /// Tell the bot that the contact is silent, or that the time that it wanted to wait has passed.
    BotTimer,
    /// Match a queue's waiting interactions with agents.
    Route,
    OfferDeadline,
    WrapUpDeadline,
    /// Look whether somebody may wait on in their queue.
    QueueLimit,
    /// Look whether an agent who is available still sits at their desk. Comes again while they are.
    DeskWatch,
    /// Ask the provider for an account's templates.
    SyncTemplates,
    /// Show what came of a long message whose other parts never came.
    JoinParts,
    /// Ask a provider whether an account works. Comes again and again, as the next two.
    CheckUp,
    /// Renew an account's token before it ends.
    RenewToken,
    /// Look for events that a provider did not tell us.
    Reconcile,
    /// Write down what was said and send it by e-mail.
    Transcript,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Digest => "digest",
            Kind::Deliver => "deliver",
            Kind::FetchMedia => "fetch_media",
            Kind::Scan => "scan",
            Kind::Moderate => "moderate",
            Kind::FetchPost => "fetch_post",
            Kind::BotTurn => "bot_turn",
            Kind::BotTimer => "bot_timer",
            Kind::Route => "route",
            Kind::OfferDeadline => "offer_deadline",
            Kind::WrapUpDeadline => "wrap_up_deadline",
            Kind::QueueLimit => "queue_limit",
            Kind::DeskWatch => "desk_watch",
            Kind::SyncTemplates => "sync_templates",
            Kind::JoinParts => "join_parts",
            Kind::CheckUp => "check_up",
            Kind::RenewToken => "renew_token",
            Kind::Reconcile => "reconcile",
            Kind::Transcript => "transcript",
        }
    }

    /// Work that computes and writes: little of it at the same time keeps a machine busy.
    pub const OURS: [Kind; 9] = [
        Kind::BotTimer,
        Kind::Route,
        Kind::OfferDeadline,
        Kind::WrapUpDeadline,
        Kind::QueueLimit,
        Kind::DeskWatch,
        Kind::Digest,
        Kind::JoinParts,
        Kind::Transcript,
    ];

    /// Work that waits for somebody else: a provider, a business system.
    pub const OUTSIDE: [Kind; 10] = [
        Kind::Deliver,
        Kind::FetchMedia,
        Kind::Scan,
        Kind::Moderate,
        Kind::FetchPost,
        Kind::BotTurn,
        Kind::SyncTemplates,
        Kind::CheckUp,
        Kind::RenewToken,
        Kind::Reconcile,
    ];

    /// The kind stored under `text`, for whoever reads rows.
    pub fn parse(text: &str) -> Option<Self> {
        Self::OURS.into_iter().chain(Self::OUTSIDE).find(|kind| kind.as_str() == text)
    }

    /// After how many failed attempts it is given up, for a person to see and to start again.
    pub fn attempts_max(self) -> u32 {
        match self {
            // A provider's outage may last for hours; see [`backoff`].
            Kind::Deliver | Kind::FetchMedia => 12,
            // Somebody looks at the comment now.
            Kind::Digest | Kind::Moderate | Kind::FetchPost | Kind::SyncTemplates | Kind::Transcript => 8,
            // The customer is waiting: a person is better than a fourth try.
            Kind::BotTurn => 3,
            // Never given up: an interaction must not hang, and a file nobody looked at stays shut.
            Kind::Scan
            | Kind::BotTimer
            | Kind::Route
            | Kind::OfferDeadline
            | Kind::WrapUpDeadline
            | Kind::QueueLimit
            | Kind::DeskWatch
            | Kind::JoinParts => u32::MAX,
            // Nor these: they would not come again.
            Kind::CheckUp | Kind::RenewToken | Kind::Reconcile => u32::MAX,
        }
    }
}

/// What is due. `key` makes it unique: adding the same work twice adds it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    pub id: String,
    pub kind: Kind,
    /// The component that performs it.
    pub performer: String,
    /// What it is about. Work of one kind about one subject is performed in the order of its ids.
    pub subject: String,
    pub key: String,
    /// The performer's own.
    pub body: serde_json::Value,
    pub due_at: Timestamp,
    /// How often it was tried and failed.
    #[serde(default)]
    pub attempts: u32,
    /// The trace it belongs to (W3C Trace Context, `traceparent`); filled in when it is stored.
    #[serde(default)]
    pub trace: Option<String>,
}

/// How long to wait after the `attempts`-th failure: 1 s, 2 s, 4 s … up to 15 minutes, less up to a
/// quarter by `jitter` (0 to 1) so that what failed together does not return together.
pub fn backoff(attempts: u32, jitter: f64) -> Duration {
    let exponent = attempts.saturating_sub(1).min(20);
    let seconds = 2f64.powi(i32::try_from(exponent).unwrap_or(20)).min(900.0);
    Duration::from_secs_f64(seconds * (1.0 - 0.25 * jitter.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_a_quarter_of_an_hour() {
        for (attempts, seconds) in [(0, 1.0), (1, 1.0), (2, 2.0), (5, 16.0), (11, 900.0), (u32::MAX, 900.0)] {
            assert_eq!(backoff(attempts, 0.0).as_secs_f64(), seconds, "{attempts}");
        }
        assert_eq!(backoff(3, 1.0).as_secs_f64(), 3.0);
    }
}
