//! A long message whose parts come one by one, in any order, and perhaps never all of them.
//!
//! Joining is pure: whoever keeps the parts of one sender and reference says what there is and what time it
//! is. A reference is used again after a while, so parts a day apart belong to different messages.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// After a day the network has given up on what is missing.
pub const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// What stands for a part that never came.
const GAP: &str = "[…]";

/// Which part of a message something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Equal for all parts of one message of one sender.
    pub reference: String,
    /// From 1.
    pub number: u64,
    pub total: u64,
}

/// A part that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub number: u64,
    pub total: u64,
    /// By the sender's clock, which tells messages with one reference apart.
    pub at: Timestamp,
    /// By ours, which tells how long the rest has been missing.
    pub arrived_at: Timestamp,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// Parts are missing and may come until then.
    Waiting(Timestamp),
    /// All of it; or what came, with the gaps marked, since the rest will not come any more.
    Whole(Whole),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub text: String,
    /// The places of the parts that it is made of in what was joined, in the order of the text first.
    pub parts: Vec<usize>,
}

/// Joins the newest message of `parts`, which have one sender and one reference. `None`: there are none.
pub fn join(now: Timestamp, parts: &[Part]) -> Option<Joined> {
    let newest = parts.iter().map(|part| part.at).max()?;
    let together = |part: &Part| newest.since(part.at) < PATIENCE;
    let here = || parts.iter().enumerate().filter(|(_, part)| together(part));
    let mut ordered: BTreeMap<u64, usize> = BTreeMap::new();
    // The network repeats itself: the first of two equal numbers counts.
    for (index, part) in here() {
        ordered.entry(part.number).or_insert(index);
    }
    let total = here().map(|(_, part)| part.total).max().unwrap_or(0);
    let missing = (1..=total).take(ordered.len() + 1).any(|number| !ordered.contains_key(&number));
    let last_arrived = here().map(|(_, part)| part.arrived_at).max().unwrap_or(now);
    if missing && now.since(last_arrived) < PATIENCE {
        return Some(Joined::Waiting(last_arrived + PATIENCE));
    }
    let (mut text, mut last) = (String::new(), 0);
    for (number, index) in &ordered {
        if last + 1 < *number {
            text.push_str(GAP);
        }
        text.push_str(&parts[*index].text);
        last = *number;
    }
    if last < total {
        text.push_str(GAP);
    }
    let repeated = here().map(|(index, _)| index).filter(|index| !ordered.values().any(|kept| kept == index));
    let parts = ordered.values().copied().chain(repeated).collect();
    Some(Joined::Whole(Whole { text, parts }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    fn part(number: u64, total: u64, at: i64, text: &str) -> Part {
        Part { number, total, at: Timestamp(at), arrived_at: Timestamp(at), text: text.to_owned() }
    }

    #[test]
    fn joining() {
        let whole = |text: &str, parts: &[usize]| {
            Some(Joined::Whole(Whole { text: text.to_owned(), parts: parts.to_vec() }))
        };
        let waiting = |until: i64| Some(Joined::Waiting(Timestamp(until)));
        for (now, parts, expected) in [
            (0, vec![], None),
            (0, vec![part(1, 1, 0, "a")], whole("a", &[0])),
            (0, vec![part(2, 3, 0, "b")], waiting(24 * HOUR)),
            (0, vec![part(3, 3, 2, "c"), part(1, 3, 0, "a"), part(2, 3, 1, "b")], whole("abc", &[1, 2, 0])),
            (0, vec![part(2, 2, 0, "b"), part(2, 2, 0, "x"), part(1, 2, 0, "a")], whole("ab", &[2, 0, 1])),
            (23 * HOUR, vec![part(1, 3, 0, "a"), part(3, 3, 0, "c")], waiting(24 * HOUR)),
            (24 * HOUR, vec![part(1, 3, 0, "a"), part(3, 3, 0, "c")], whole("a[…]c", &[0, 1])),
            (24 * HOUR, vec![part(2, 3, 0, "b")], whole("[…]b[…]", &[0])),
            // The reference comes round again a day later: another message, and the older one waits on.
            (25 * HOUR, vec![part(1, 2, 0, "old"), part(2, 2, 25 * HOUR, "b")], waiting(49 * HOUR)),
            (
                25 * HOUR,
                vec![part(1, 2, 0, "o"), part(1, 2, 25 * HOUR, "a"), part(2, 2, 25 * HOUR, "b")],
                whole("ab", &[1, 2]),
            ),
            // Numbers that cannot be are no reason to wait for ever, nor to count to them.
            (24 * HOUR, vec![part(u64::MAX, u64::MAX, 0, "z")], whole("[…]z", &[0])),
        ] {
            assert_eq!(join(Timestamp(now), &parts), expected, "{now} {parts:?}");
        }
    }

    #[test]
    fn what_was_sent_long_ago_may_have_come_just_now() {
        let late = Part { arrived_at: Timestamp(90 * HOUR), ..part(1, 2, 0, "a") };
        assert_eq!(join(Timestamp(90 * HOUR), &[late]), Some(Joined::Waiting(Timestamp(114 * HOUR))));
    }
}
