//! What keeps somebody out of a queue, or takes them out of it.

use crate::{
    hours::{Hours, Status, Why},
    time::{Timestamp, option_millis},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A limit that is left out does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// So many may wait. What comes back has [room](Limits::room) above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_max: Option<u32>,
    /// From when they came into this queue.
    #[serde(rename = "wait_max_ms", with = "option_millis", skip_serializing_if = "Option::is_none")]
    pub wait_max: Option<Duration>,
    /// For so long nobody may be there: a desk that is opened anew does not empty the queue.
    #[serde(rename = "nobody_ms", with = "option_millis", skip_serializing_if = "Option::is_none")]
    pub nobody: Option<Duration>,
    /// Agents on a pause count as being there: they come back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub paused_count: bool,
}

/// Which limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Full,
    TooLong,
    Nobody,
    /// Outside of the hours.
    Closed,
    /// A public holiday, or a date that an exception closes as a whole.
    Holiday,
}

impl Reason {
    pub const ALL: [Reason; 5] =
        [Reason::Full, Reason::TooLong, Reason::Nobody, Reason::Closed, Reason::Holiday];

    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Full => "full",
            Reason::TooLong => "too_long",
            Reason::Nobody => "nobody",
            Reason::Closed => "closed",
            Reason::Holiday => "holiday",
        }
    }
}

/// How somebody comes to a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arriving {
    New,
    /// By a transfer, or by a callback whose time has come.
    Returning,
}

/// The agents of a queue whose desks are alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Staff {
    pub available: u32,
    /// Available, with their hands full.
    pub busy: u32,
    pub paused: u32,
}

/// A queue as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Situation {
    /// How many wait, without the one that is spoken of.
    pub length: u32,
    pub staff: Staff,
    /// Since when nobody is [staffed](Limits::staffed); `None`: since the one that is spoken of came.
    pub unstaffed_since: Option<Timestamp>,
}

impl Limits {
    /// Whether somebody counts as being there: available or busy, or on a pause where the queue says so.
    pub fn staffed(&self, staff: Staff) -> bool {
        0 < staff.available || 0 < staff.busy || (self.paused_count && 0 < staff.paused)
    }

    /// How many may wait: who returns has a fifth more, rounded up, since they have waited before.
    pub fn room(&self, arriving: Arriving) -> Option<u32> {
        let buffer = |max: u32| match arriving {
            Arriving::New => 0,
            Arriving::Returning => max.div_ceil(5),
        };
        self.length_max.map(|max| max.saturating_add(buffer(max)))
    }

    pub(super) fn is_full(&self, situation: &Situation, arriving: Arriving) -> bool {
        self.room(arriving).is_some_and(|room| room <= situation.length)
    }

    /// Until when somebody waits who came at `since`.
    pub(super) fn wait_until(&self, since: Timestamp) -> Option<Timestamp> {
        self.wait_max.map(|max| since + max)
    }

    /// Until when it is forgiven that nobody is there; `None`: somebody is, or it does not matter.
    pub(super) fn forgiven_until(&self, situation: &Situation, since: Timestamp) -> Option<Timestamp> {
        let grace = self.nobody.filter(|_| !self.staffed(situation.staff))?;
        Some(situation.unstaffed_since.unwrap_or(since) + grace)
    }

    /// `None`: always open.
    pub fn status(&self, zone: &TimeZone, now: Timestamp) -> Option<Status> {
        self.hours.as_ref().map(|hours| hours.status(zone, now))
    }
}

/// What it is, and what people read of it, where it is closed.
pub(super) fn closed(status: Option<Status>) -> Option<(Reason, Option<String>, Option<Timestamp>)> {
    match status? {
        Status::Open { .. } => None,
        Status::Closed { opens, why: Why::Holiday(name) } => Some((Reason::Holiday, name, opens)),
        Status::Closed { opens, why: Why::Exception(name) } => Some((Reason::Closed, name, opens)),
        Status::Closed { opens, why: Why::Outside } => Some((Reason::Closed, None, opens)),
    }
}
