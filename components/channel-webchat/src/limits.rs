//! How much a visitor may ask for.

use channel::rate::Limit;

/// A person who writes fast, with a margin for a page that comes back and sends all it has again.
pub const MESSAGES: Limit = Limit { burst: 60, refill_ms: 1_000 };
pub const UPLOADS: Limit = Limit { burst: 10, refill_ms: 6_000 };
/// New visitors from one address: a school or an office shares one.
pub const SESSIONS: Limit = Limit { burst: 60, refill_ms: 2_000 };
/// Letters with the conversation, to one visitor and to one address.
pub const TRANSCRIPTS: Limit = Limit { burst: 3, refill_ms: 1_200_000 };
