//! First-contact resolution, by who came again.

use crate::{id::ContactId, time::Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// Who comes again within this time came for the same thing.
pub const AGAIN_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// An interaction that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub contact: ContactId,
    pub at: Timestamp,
    /// What it was about: its disposition, the group of its disposition, or its topic.
    pub about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resolution {
    /// First contacts of which it can be said.
    pub judged: u64,
    /// Of them, those after which nobody came again.
    pub resolved: u64,
}

impl Resolution {
    #[must_use]
    pub fn merge(self, other: Resolution) -> Resolution {
        Resolution { judged: self.judged + other.judged, resolved: self.resolved + other.resolved }
    }
}

/// Judges the first contacts in `closed`, in any order, as of `now`.
///
/// A contact's interactions about one thing, each within `again_within` of the one before, are one matter:
/// its first one is the first contact, and it was resolved if there is no second. A matter whose time for a
/// second is not over yet, and that has none, is not judged: it may still come.
pub fn first_contacts(closed: &[Closed], again_within: Duration, now: Timestamp) -> Resolution {
    let verdicts = verdicts(closed, again_within, now);
    verdicts.into_iter().fold(Resolution::default(), |sum, (_, is_resolved)| sum.merge(one(is_resolved)))
}

/// A first contact that was judged.
pub fn one(is_resolved: bool) -> Resolution {
    Resolution { judged: 1, resolved: u64::from(is_resolved) }
}

/// Of each first contact that can be judged, its place in `closed` and whether it was resolved.
pub fn verdicts(closed: &[Closed], again_within: Duration, now: Timestamp) -> Vec<(usize, bool)> {
    let mut matters = BTreeMap::<(&ContactId, &str), Vec<(Timestamp, usize)>>::new();
    for (place, Closed { contact, at, about }) in closed.iter().enumerate() {
        matters.entry((contact, about)).or_default().push((*at, place));
    }
    let again = |earlier: Timestamp, later: Timestamp| later <= earlier + again_within;
    let mut verdicts = vec![];
    for times in matters.values_mut() {
        times.sort();
        let mut before = None;
        let mut times = times.iter().peekable();
        while let Some((at, place)) = times.next() {
            let came_again = times.peek().is_some_and(|(next, _)| again(*at, *next));
            let is_over = !again(*at, now);
            let is_first = !before.is_some_and(|before| again(before, *at));
            if is_first && (came_again || is_over) {
                verdicts.push((*place, !came_again));
            }
            before = Some(*at);
        }
    }
    verdicts
}

pub fn percent(resolution: &Resolution) -> Option<f64> {
    super::formula::percent(resolution.resolved, resolution.judged)
}
