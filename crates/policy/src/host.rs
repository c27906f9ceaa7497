//! The other side of `wit/routing`, for whoever asks a policy. The router's bindings and those of a native host
//! are two sets of types with the same names: what goes from `domain` to them is written once, here.

/// `policy::host!(wit)` beside generated bindings `wit` makes `written`, a snapshot for a policy, and `read`, an
/// assignment of it.
#[macro_export]
macro_rules! host {
    ($wit:ident) => {
        use conversion::{read, written};

        mod conversion {
            use super::$wit as wit;
            use std::collections::BTreeMap;
            use $crate::domain::{
                capacity::{Capacity, Load, Share},
                channel::CapacityKind,
                id::{AgentId, QueueId},
                routing,
                time::{Timestamp, in_millis},
            };

            /// An agent reads it, so it is short.
            const WHY_MAX: usize = 200;

            pub(super) fn read(assignment: wit::Assignment) -> routing::Assignment {
                routing::Assignment {
                    interaction: assignment.interaction.as_str().into(),
                    agent: assignment.agent.as_str().into(),
                    why: assignment.why.chars().take(WHY_MAX).collect(),
                }
            }

            pub(super) fn written(snapshot: &routing::Snapshot) -> wit::Snapshot {
                let places = |places: Vec<usize>| {
                    places.into_iter().filter_map(|place| u32::try_from(place).ok()).collect()
                };
                wit::Snapshot {
                    now_ms: snapshot.now.0,
                    queues: snapshot.queues.iter().map(queue).collect(),
                    waiting: snapshot.waiting.iter().map(waiting).collect(),
                    agents: snapshot.candidates.iter().map(agent).collect(),
                    allowed: routing::allowed(snapshot).into_iter().map(places).collect(),
                }
            }

            fn queue((id, rules): (&QueueId, &routing::QueueRules)) -> wit::Queue {
                let strategy = match rules.strategy {
                    routing::Strategy::LongestIdle => wit::Strategy::LongestIdle,
                    routing::Strategy::OldestFinish => wit::Strategy::OldestFinish,
                    routing::Strategy::Fewest => wit::Strategy::Fewest,
                    routing::Strategy::LeastTalk => wit::Strategy::LeastTalk,
                    routing::Strategy::RoundRobin => wit::Strategy::RoundRobin,
                    routing::Strategy::Linear => wit::Strategy::Linear,
                    routing::Strategy::Rank => wit::Strategy::Rank,
                    routing::Strategy::Random => wit::Strategy::Random,
                    routing::Strategy::BestSkill => wit::Strategy::BestSkill,
                    routing::Strategy::RingAll { at_most } => wit::Strategy::RingAll(at_most),
                    routing::Strategy::RingProgressively { at_most, every_ms } => {
                        wit::Strategy::RingProgressively((at_most, every_ms))
                    }
                };
                let asked_last = rules.asked_last.as_ref().map(|(rank, agent)| (*rank, agent.to_string()));
                wit::Queue { id: id.to_string(), strategy, asked_last }
            }

            fn waiting(contact: &routing::Waiting) -> wit::Waiting {
                let routing::Urgency { priority, per_minute, at_most } = contact.urgency;
                let refusal = |(agent, until): (&AgentId, &Timestamp)| wit::Refusal {
                    agent: agent.to_string(),
                    until_ms: until.0,
                };
                let preference = |preferred: &routing::Preferred| wit::Preference {
                    agents: preferred.agents.iter().map(ToString::to_string).collect(),
                    until_ms: preferred.until.0,
                };
                wit::Waiting {
                    interaction: contact.interaction.to_string(),
                    queue: contact.queue.to_string(),
                    urgency: wit::Urgency { priority, per_minute, at_most },
                    waiting_since_ms: contact.since.0,
                    kind: kind(contact.kind),
                    needs: contact.needs.to_string(),
                    preferred: contact.preferred.as_ref().map(preference),
                    refused_by: contact.refused_by.iter().map(refusal).collect(),
                    ringing: contact.ringing,
                    not_before_ms: contact.not_before.map(|at| at.0),
                    attributes: attributes(&contact.attributes),
                }
            }

            fn agent(candidate: &routing::Candidate) -> wit::Agent {
                let Load { calls, chats, posts, mails } = candidate.load;
                let skill =
                    |skill: &routing::Skill| wit::Skill { name: skill.name.clone(), level: skill.level };
                wit::Agent {
                    id: candidate.agent.to_string(),
                    services: candidate.queues.iter().map(service).collect(),
                    skills: candidate.skills.iter().map(skill).collect(),
                    capacity: capacity(&candidate.capacity),
                    load: wit::Work { calls, chats, posts, mails },
                    idle_since_ms: candidate.idle_since.0,
                    attributes: attributes(&candidate.attributes),
                }
            }

            fn service((queue, service): (&QueueId, &routing::Service)) -> wit::Service {
                wit::Service {
                    queue: queue.to_string(),
                    tier: service.tier,
                    delay_ms: in_millis(service.delay),
                    rank: service.rank,
                    handled: service.handled,
                    talk_ms: in_millis(service.talk),
                    finished_at_ms: service.finished_at.map(|at| at.0),
                }
            }

            fn capacity(capacity: &Capacity) -> wit::Capacity {
                let share = |(of, share): (&CapacityKind, &Share)| wit::Share {
                    kind: kind(*of),
                    max: share.max,
                    units: share.units,
                    interrupted_by: share.interrupted_by.iter().copied().map(kind).collect(),
                };
                wit::Capacity { units: capacity.units, shares: capacity.kinds.iter().map(share).collect() }
            }

            fn kind(kind: CapacityKind) -> wit::CapacityKind {
                match kind {
                    CapacityKind::Call => wit::CapacityKind::Call,
                    CapacityKind::Chat => wit::CapacityKind::Chat,
                    CapacityKind::Post => wit::CapacityKind::Post,
                    CapacityKind::Mail => wit::CapacityKind::Mail,
                }
            }

            fn attributes(attributes: &BTreeMap<String, String>) -> Vec<wit::Attribute> {
                let attribute = |(name, value): (&String, &String)| wit::Attribute {
                    name: name.clone(),
                    value: value.clone(),
                };
                attributes.iter().map(attribute).collect()
            }
        }
    };
}
