//! The component's side of `wit/routing`: generated bindings, and the conversion at the edge.

use crate::Policy;
use domain::{
    capacity::{Capacity, Load, Share},
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    routing::{self, Candidate, Preferred, QueueRules, Service, Skill, Strategy, Urgency, Waiting},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

#[allow(unsafe_code, unreachable_pub, clippy::all)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/routing",
        world: "policy",
        pub_export_macro: true,
        export_macro_name: "export_policy",
        default_bindings_module: "policy::guest::bindings",
    });
}

pub use bindings::export_policy;
pub use bindings::exports::centralita::routing::routing as wit;
pub use wit::{Assignment, Guest, Snapshot};

/// Asks `P`, in its own types.
pub fn assign<P: Policy>(mut snapshot: Snapshot) -> Vec<Assignment> {
    let allowed = std::mem::take(&mut snapshot.allowed).into_iter().map(places).collect::<Vec<_>>();
    let assignments = P::assign(&read(snapshot), &allowed);
    let written = assignments.into_iter().map(|assignment| Assignment {
        interaction: assignment.interaction.0,
        agent: assignment.agent.0,
        why: assignment.why,
    });
    written.collect()
}

fn places(places: Vec<u32>) -> Vec<usize> {
    places.into_iter().filter_map(|place| usize::try_from(place).ok()).collect()
}

fn read(snapshot: Snapshot) -> routing::Snapshot {
    routing::Snapshot {
        now: Timestamp(snapshot.now_ms),
        queues: snapshot.queues.into_iter().map(queue).collect(),
        waiting: snapshot.waiting.into_iter().map(waiting).collect(),
        candidates: snapshot.agents.into_iter().map(candidate).collect(),
    }
}

fn queue(queue: wit::Queue) -> (QueueId, QueueRules) {
    let strategy = match queue.strategy {
        wit::Strategy::LongestIdle => Strategy::LongestIdle,
        wit::Strategy::OldestFinish => Strategy::OldestFinish,
        wit::Strategy::Fewest => Strategy::Fewest,
        wit::Strategy::LeastTalk => Strategy::LeastTalk,
        wit::Strategy::RoundRobin => Strategy::RoundRobin,
        wit::Strategy::Linear => Strategy::Linear,
        wit::Strategy::Rank => Strategy::Rank,
        wit::Strategy::Random => Strategy::Random,
        wit::Strategy::BestSkill => Strategy::BestSkill,
        wit::Strategy::RingAll(at_most) => Strategy::RingAll { at_most },
        wit::Strategy::RingProgressively((at_most, every_ms)) => {
            Strategy::RingProgressively { at_most, every_ms }
        }
    };
    let asked_last = queue.asked_last.map(|(rank, agent)| (rank, AgentId(agent)));
    (QueueId(queue.id), QueueRules { strategy, asked_last })
}

fn waiting(contact: wit::Waiting) -> Waiting {
    let wit::Urgency { priority, per_minute, at_most } = contact.urgency;
    let refusals = contact.refused_by.into_iter();
    Waiting {
        interaction: InteractionId(contact.interaction),
        queue: QueueId(contact.queue),
        urgency: Urgency { priority, per_minute, at_most },
        since: Timestamp(contact.waiting_since_ms),
        kind: kind(contact.kind),
        // The host wrote it from what it had read.
        needs: contact.needs.parse().unwrap_or_default(),
        preferred: contact.preferred.map(|preferred| Preferred {
            agents: preferred.agents.into_iter().map(AgentId).collect(),
            until: Timestamp(preferred.until_ms),
        }),
        refused_by: refusals.map(|it| (AgentId(it.agent), Timestamp(it.until_ms))).collect(),
        ringing: contact.ringing,
        not_before: contact.not_before_ms.map(Timestamp),
        attributes: attributes(contact.attributes),
    }
}

fn candidate(agent: wit::Agent) -> Candidate {
    let wit::Work { calls, chats, posts, mails } = agent.load;
    let skills = agent.skills.into_iter().map(|wit::Skill { name, level }| Skill { name, level });
    Candidate {
        agent: AgentId(agent.id),
        queues: agent.services.into_iter().map(service).collect(),
        skills: skills.collect(),
        capacity: Capacity {
            units: agent.capacity.units,
            kinds: agent.capacity.shares.into_iter().map(share).collect(),
        },
        load: Load { calls, chats, posts, mails },
        idle_since: Timestamp(agent.idle_since_ms),
        attributes: attributes(agent.attributes),
    }
}

fn service(service: wit::Service) -> (QueueId, Service) {
    let read = Service {
        tier: service.tier,
        delay: Duration::from_millis(service.delay_ms),
        rank: service.rank,
        handled: service.handled,
        talk: Duration::from_millis(service.talk_ms),
        finished_at: service.finished_at_ms.map(Timestamp),
    };
    (QueueId(service.queue), read)
}

fn share(share: wit::Share) -> (CapacityKind, Share) {
    let interrupted_by = share.interrupted_by.into_iter().map(kind).collect();
    (kind(share.kind), Share { max: share.max, units: share.units, interrupted_by })
}

fn kind(kind: wit::CapacityKind) -> CapacityKind {
    match kind {
        wit::CapacityKind::Call => CapacityKind::Call,
        wit::CapacityKind::Chat => CapacityKind::Chat,
        wit::CapacityKind::Post => CapacityKind::Post,
        wit::CapacityKind::Mail => CapacityKind::Mail,
    }
}

fn attributes(attributes: Vec<wit::Attribute>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|wit::Attribute { name, value }| (name, value)).collect()
}
