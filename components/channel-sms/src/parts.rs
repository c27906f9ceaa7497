//! A long message whose parts come one by one, in any order, and perhaps never all of them.
//!
//! Joining is pure: whoever keeps the parts says what there is and what time it is. Parts are of one message
//! when their [`Part::group`] is equal; the number in it is used again after a while, so what is older than
//! a day belongs to another message.

use channel::event::InboundEvent;
use domain::time::Timestamp;
use std::{collections::BTreeMap, time::Duration};

/// After a day the network has given up on what is missing.
pub const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// What stands for a part that never came.
const GAP: &str = "[…]";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Equal for all parts of one message: account, sender and reference.
    pub group: String,
    /// From 1.
    pub number: u64,
    pub total: u64,
    pub at: Timestamp,
    pub text: String,
}

impl Part {
    /// The part that an event is, if it is one. `received_at` stands in for a time that it does not have.
    pub fn of(event: &InboundEvent, received_at: Timestamp) -> Option<Self> {
        let number = |name: &str| event.extra.get(name).and_then(serde_json::Value::as_u64);
        let reference = event.extra.get("ref")?.as_str()?;
        let sender = &event.from.as_ref()?.id;
        Some(Part {
            group: format!("{}\n{sender}\n{reference}", event.account),
            number: number("part")?,
            total: number("total")?,
            at: event.at.unwrap_or(received_at),
            text: event.text.clone().unwrap_or_default(),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// Parts are missing and may still come.
    Waiting,
    Whole(String),
    /// What came, with the gaps marked: the rest will not come any more.
    Partial(String),
}

/// Joins the parts of one group.
pub fn join(now: Timestamp, parts: &[Part]) -> Joined {
    let Some(newest) = parts.iter().map(|part| part.at).max() else { return Joined::Waiting };
    let together = |part: &&Part| newest.since(part.at) < PATIENCE;
    let mut texts: BTreeMap<u64, &str> = BTreeMap::new();
    let mut total = 0;
    for part in parts.iter().filter(together) {
        total = total.max(part.total);
        // The network repeats itself: the first of two equal numbers counts.
        texts.entry(part.number).or_insert(&part.text);
    }
    let missing = (1..=total).take(texts.len() + 1).any(|number| !texts.contains_key(&number));
    if !missing {
        return Joined::Whole(texts.into_values().collect());
    }
    if now.since(newest) < PATIENCE {
        return Joined::Waiting;
    }
    let (mut text, mut last) = (String::new(), 0);
    for (number, part) in texts {
        if last + 1 < number {
            text.push_str(GAP);
        }
        text.push_str(part);
        last = number;
    }
    if last < total {
        text.push_str(GAP);
    }
    Joined::Partial(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    fn part(number: u64, total: u64, at: i64, text: &str) -> Part {
        Part { group: "g".to_owned(), number, total, at: Timestamp(at), text: text.to_owned() }
    }

    #[test]
    fn joining() {
        let whole = |text: &str| Joined::Whole(text.to_owned());
        let partial = |text: &str| Joined::Partial(text.to_owned());
        for (now, parts, expected) in [
            (0, vec![], Joined::Waiting),
            (0, vec![part(1, 1, 0, "a")], whole("a")),
            (0, vec![part(2, 3, 0, "b")], Joined::Waiting),
            (0, vec![part(3, 3, 2, "c"), part(1, 3, 0, "a"), part(2, 3, 1, "b")], whole("abc")),
            (0, vec![part(2, 2, 0, "b"), part(2, 2, 0, "x"), part(1, 2, 0, "a")], whole("ab")),
            (23 * HOUR, vec![part(1, 3, 0, "a"), part(3, 3, 0, "c")], Joined::Waiting),
            (24 * HOUR, vec![part(1, 3, 0, "a"), part(3, 3, 0, "c")], partial("a[…]c")),
            (24 * HOUR, vec![part(2, 3, 0, "b")], partial("[…]b[…]")),
            // The reference comes round again a day later: another message.
            (25 * HOUR, vec![part(1, 2, 0, "old"), part(2, 2, 25 * HOUR, "b")], Joined::Waiting),
            (
                25 * HOUR,
                vec![part(1, 2, 0, "o"), part(1, 2, 25 * HOUR, "a"), part(2, 2, 25 * HOUR, "b")],
                whole("ab"),
            ),
            // Numbers that cannot be are no reason to wait for ever, nor to count to them.
            (24 * HOUR, vec![part(u64::MAX, u64::MAX, 0, "z")], partial("[…]z")),
        ] {
            assert_eq!(join(Timestamp(now), &parts), expected, "{now} {parts:?}");
        }
    }
}
