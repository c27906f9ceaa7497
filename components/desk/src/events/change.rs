//! What a stretch of the feed comes to: each thing once, however often it changed, at the place of its
//! last change, for everybody whom any of its changes concerned.

use domain::id::{AgentId, ContactId, InteractionId, MessageId};
use std::collections::{BTreeMap, BTreeSet};
use store::feed::{Entry, Kind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub seq: i64,
    pub what: What,
    /// Whom it concerns beside supervisors. Who concerns a contact, and an agent's presence, is found
    /// when it is told.
    pub agents: BTreeSet<AgentId>,
    /// The traces of what changed it.
    pub traces: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Interaction(InteractionId),
    /// Added, or changed: then only its fate may be told.
    Message {
        id: MessageId,
        added: bool,
    },
    Contact(ContactId),
    Presence(AgentId),
    /// How the channels work.
    Health,
}

/// A supervisor or an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub agent: AgentId,
    pub supervises: bool,
}

impl What {
    pub fn name_and_id(&self) -> (&'static str, &str) {
        match self {
            What::Interaction(id) => ("interaction", &id.0),
            What::Message { id, .. } => ("message", &id.0),
            What::Contact(id) => ("contact", &id.0),
            What::Presence(id) => ("presence", &id.0),
            What::Health => ("health", ""),
        }
    }
}

impl Change {
    /// Whether `listener` is told, as far as the feed itself says.
    pub fn concerns(&self, listener: &Listener) -> bool {
        let everybody = matches!(self.what, What::Contact(_) | What::Presence(_));
        everybody || listener.supervises || self.agents.contains(&listener.agent)
    }
}

/// The changes in `entries`, which lie in the order of their places.
pub fn gather(entries: Vec<Entry>) -> Vec<Change> {
    let mut changes = BTreeMap::<What, Change>::new();
    for entry in entries {
        let Some(what) = what(&entry) else { continue };
        let key = match &what {
            What::Message { id, .. } => What::Message { id: id.clone(), added: true },
            other => other.clone(),
        };
        let agents = entry.agents;
        match changes.get_mut(&key) {
            Some(change) => {
                change.seq = entry.seq;
                change.agents.extend(agents);
                change.traces.extend(entry.trace);
            }
            None => {
                let traces = entry.trace.into_iter().collect();
                drop(changes.insert(key, Change { seq: entry.seq, what, agents, traces }));
            }
        }
    }
    let mut changes: Vec<Change> = changes.into_values().collect();
    changes.sort_by_key(|change| change.seq);
    changes
}

fn what(entry: &Entry) -> Option<What> {
    Some(match entry.kind {
        Kind::Interaction => What::Interaction(entry.interaction.clone()?),
        Kind::Message => What::Message { id: entry.message.clone()?, added: true },
        Kind::MessageStatus => What::Message { id: entry.message.clone()?, added: false },
        Kind::Contact => What::Contact(entry.contact.clone()?),
        Kind::Presence => What::Presence(entry.agents.first().cloned()?),
        Kind::Health => What::Health,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: i64, kind: Kind, id: &str, agents: [Option<&str>; 2]) -> Entry {
        let agents = agents.into_iter().flatten().map(AgentId::from).collect();
        let trace = Some(format!("trace {seq}"));
        let mut entry = Entry { seq, agents, trace, ..Entry::new(kind) };
        match kind {
            Kind::Interaction => entry.interaction = Some(id.into()),
            Kind::Message | Kind::MessageStatus => entry.message = Some(id.into()),
            Kind::Contact => entry.contact = Some(id.into()),
            Kind::Presence | Kind::Health => {}
        }
        entry
    }

    #[test]
    fn each_thing_is_told_once_to_all_whom_it_concerned() {
        let changes = gather(vec![
            entry(1, Kind::Interaction, "i1", [Some("amy"), None]),
            entry(2, Kind::Message, "m1", [Some("amy"), None]),
            entry(3, Kind::Presence, "", [Some("amy"), None]),
            entry(4, Kind::MessageStatus, "m1", [Some("bob"), None]),
            entry(5, Kind::Interaction, "i1", [Some("bob"), Some("amy")]),
            entry(6, Kind::MessageStatus, "m2", [None, None]),
        ]);
        let first = changes.iter().find(|change| change.seq == 5).unwrap();
        assert_eq!(first.traces, ["trace 1", "trace 5"].map(str::to_owned).into());
        let rows: Vec<_> =
            changes.iter().map(|change| (change.seq, change.what.clone(), change.agents.len())).collect();
        assert_eq!(
            rows,
            [
                (3, What::Presence("amy".into()), 1),
                (4, What::Message { id: "m1".into(), added: true }, 2),
                (5, What::Interaction("i1".into()), 2),
                (6, What::Message { id: "m2".into(), added: false }, 0),
            ]
        );
    }

    #[test]
    fn an_agent_hears_of_their_own_and_a_supervisor_of_everything() {
        let changes = gather(vec![
            entry(1, Kind::Interaction, "i1", [None, Some("amy")]),
            entry(2, Kind::Message, "m1", [Some("bob"), None]),
            entry(3, Kind::Presence, "", [Some("bob"), None]),
            entry(4, Kind::Interaction, "i2", [None, None]),
            entry(5, Kind::Health, "", [None, None]),
        ]);
        let hears = |agent: &str, supervises| {
            let listener = Listener { agent: agent.into(), supervises };
            changes
                .iter()
                .filter(|change| change.concerns(&listener))
                .map(|change| change.seq)
                .collect::<Vec<_>>()
        };
        assert_eq!(hears("amy", false), [1, 3]);
        assert_eq!(hears("bob", false), [2, 3]);
        assert_eq!(hears("zoe", true), [1, 2, 3, 4, 5]);
    }
}
