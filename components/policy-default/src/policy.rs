//! The component's side of `wit/routing`: generated bindings, and the conversion at the edge.

use bindings::exports::centralita::routing::routing as wit;
use domain::{
    agent::{Capacity, Load},
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    routing::{self, Candidate, Skill, Snapshot, Waiting},
    time::Timestamp,
};

#[allow(unsafe_code, unreachable_pub, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/routing", world: "policy" });
    use super::DefaultPolicy;
    export!(DefaultPolicy);
}

struct DefaultPolicy;

impl wit::Guest for DefaultPolicy {
    fn assign(snapshot: wit::Snapshot) -> Vec<wit::Assignment> {
        let assignments = routing::assign(&read(snapshot));
        let written = assignments.into_iter().map(|assignment| wit::Assignment {
            interaction: assignment.interaction.0,
            agent: assignment.agent.0,
            why: assignment.why,
        });
        written.collect()
    }
}

fn read(snapshot: wit::Snapshot) -> Snapshot {
    Snapshot {
        now: Timestamp(snapshot.now_ms),
        waiting: snapshot.waiting.into_iter().map(waiting).collect(),
        candidates: snapshot.agents.into_iter().map(candidate).collect(),
    }
}

fn waiting(contact: wit::Waiting) -> Waiting {
    Waiting {
        interaction: InteractionId(contact.interaction),
        queue: QueueId(contact.queue),
        priority: contact.priority,
        since: Timestamp(contact.waiting_since_ms),
        kind: match contact.capacity {
            wit::CapacityKind::Call => CapacityKind::Call,
            wit::CapacityKind::Chat => CapacityKind::Chat,
        },
        skills: skills(contact.skills),
        refused_by: contact.excluded.into_iter().map(AgentId).collect(),
    }
}

fn candidate(agent: wit::Agent) -> Candidate {
    Candidate {
        agent: AgentId(agent.id),
        queues: agent.queues.into_iter().map(QueueId).collect(),
        skills: skills(agent.skills),
        capacity: Capacity { calls: agent.capacity.calls, chats: agent.capacity.chats },
        load: Load { calls: agent.load.calls, chats: agent.load.chats },
        idle_since: Timestamp(agent.idle_since_ms),
    }
}

fn skills(skills: Vec<wit::Skill>) -> Vec<Skill> {
    skills.into_iter().map(|wit::Skill { name, level }| Skill { name, level }).collect()
}
