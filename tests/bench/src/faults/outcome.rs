//! What came of everything, from what the provider knows and what the database says.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

/// What the provider knows.
pub(crate) struct Provided {
    pub(crate) sent: usize,
    /// Its ids of messages that somebody answered 200.
    pub(crate) acknowledged: Vec<String>,
    /// Messages that it was given, by our id, and when.
    pub(crate) taken: HashMap<String, Vec<Duration>>,
}

/// What the database says.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// The provider's ids of all incoming messages.
    pub(crate) incoming: Vec<String>,
    /// All outgoing messages with their status.
    pub(crate) outgoing: HashMap<String, String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) sent: usize,
    pub(crate) acknowledged: usize,
    /// Different incoming messages.
    pub(crate) stored: usize,
    /// Outgoing messages that were stored to be delivered.
    pub(crate) outgoing: usize,
    /// Different messages that the provider was given.
    pub(crate) delivered: usize,
    /// Outgoing messages of which nobody knows whether they arrived, or that failed; an agent sees that.
    pub(crate) reported: usize,
    /// What went wrong, and the first example of each.
    pub(crate) doubled: Wrong,
    pub(crate) lost: Wrong,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) count: usize,
    pub(crate) examples: BTreeMap<&'static str, String>,
}

impl Wrong {
    fn add(&mut self, how: &'static str, id: &str) {
        self.count += 1;
        self.examples.entry(how).or_insert_with(|| id.to_owned());
    }
}

pub(crate) fn outcome(provided: &Provided, stored: &Stored) -> Outcome {
    let Provided { sent, acknowledged, taken } = provided;
    let (mut doubled, mut lost) = (Wrong::default(), Wrong::default());
    let mut incoming = HashSet::new();
    for id in &stored.incoming {
        if !incoming.insert(id.as_str()) {
            doubled.add("stored twice", id);
        }
    }
    for id in acknowledged.iter().filter(|id| !incoming.contains(id.as_str())) {
        lost.add("acknowledged and not stored", id);
    }
    for (id, times) in taken.iter().filter(|(_, times)| 1 < times.len()) {
        doubled.add("given to the provider twice", &format!("{id} after {times:?}"));
    }
    let mut reported = 0;
    for (id, status) in &stored.outgoing {
        match status.as_str() {
            "sent" | "delivered" | "read" => {
                if !taken.contains_key(id) {
                    lost.add("shown as sent and never given to the provider", id);
                }
            }
            "unknown" | "failed" => reported += 1,
            _ => lost.add("neither delivered nor reported", id),
        }
    }
    Outcome {
        sent: *sent,
        acknowledged: acknowledged.len(),
        stored: incoming.len(),
        outgoing: stored.outgoing.len(),
        delivered: taken.len(),
        reported,
        doubled,
        lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_loss_and_of_doubling_is_seen() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        for (acknowledged, taken, incoming, outgoing, doubled, lost) in [
            (&["a", "b"][..], &[("m", 1)][..], &["a", "b"][..], &[("m", "delivered")][..], None, None),
            // Not acknowledged and stored: it comes again and is known.
            (&["a"], &[], &["a", "b"], &[], None, None),
            (&["a"], &[], &["a", "a"], &[], Some("stored twice"), None),
            (&["a"], &[], &[], &[], None, Some("acknowledged and not stored")),
            (&[], &[("m", 2)], &[], &[("m", "sent")], Some("given to the provider twice"), None),
            (&[], &[], &[], &[("m", "sent")], None, Some("shown as sent and never given to the provider")),
            (&[], &[], &[], &[("m", "sending")], None, Some("neither delivered nor reported")),
            // Whoever was asked and did not answer may have it or not.
            (&[], &[("m", 1)], &[], &[("m", "unknown"), ("n", "unknown")], None, None),
        ] {
            let provided = Provided {
                sent: 2,
                acknowledged: ids(acknowledged),
                taken: taken
                    .iter()
                    .map(|(id, times)| ((*id).to_owned(), vec![Duration::ZERO; *times]))
                    .collect(),
            };
            let outgoing = outgoing.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned()));
            let stored = Stored { incoming: ids(incoming), outgoing: outgoing.collect() };
            let found = outcome(&provided, &stored);
            assert_eq!(found.doubled.examples.keys().next().copied(), doubled, "{found:?}");
            assert_eq!(found.lost.examples.keys().next().copied(), lost, "{found:?}");
        }
    }
}
