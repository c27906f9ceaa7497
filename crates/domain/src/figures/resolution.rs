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

/// Judges the first contacts in `closed`, in any order, as of `now`.
///
/// A contact's interactions about one thing, each within `again_within` of the one before, are one matter:
/// its first one is the first contact, and it was resolved if there is no second. A matter whose time for a
/// second is not over yet, and that has none, is not judged: it may still come.
pub fn first_contacts(closed: &[Closed], again_within: Duration, now: Timestamp) -> Resolution {
    let mut matters = BTreeMap::<(&ContactId, &str), Vec<Timestamp>>::new();
    for Closed { contact, at, about } in closed {
        matters.entry((contact, about)).or_default().push(*at);
    }
    let mut resolution = Resolution::default();
    for times in matters.values_mut() {
        times.sort();
        let mut before = None;
        let mut times = times.iter().peekable();
        while let Some(at) = times.next() {
            let again = |earlier: Timestamp, later: Timestamp| later <= earlier + again_within;
            if !before.is_some_and(|before| again(before, *at)) {
                let came_again = times.peek().is_some_and(|next| again(*at, **next));
                let is_over = *at + again_within < now;
                resolution.judged += u64::from(came_again || is_over);
                resolution.resolved += u64::from(!came_again && is_over);
            }
            before = Some(*at);
        }
    }
    resolution
}

pub fn percent(resolution: &Resolution) -> Option<f64> {
    super::formula::percent(resolution.resolved, resolution.judged)
}
