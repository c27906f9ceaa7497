//! Agents, as they see themselves and as others see them.

use super::Center;
use api::agent::{Activity, AgentStat, Me, Presence, PresenceStatus, Ref, Role};
use domain::{
    agent::{Activity as Engaged, Presence as Declared, Role as Held},
    capacity::Load,
    channel::CapacityKind,
    id::QueueId,
    routing::Service,
};
use std::collections::BTreeMap;
use store::agent::Agent;

pub fn me(agent: &Agent, queues: &BTreeMap<QueueId, Service>, center: &Center) -> Me {
    Me {
        agent_id: agent.id.0.clone(),
        login: agent.login.clone(),
        name: agent.name.clone(),
        role: role(agent.role),
        locale: agent.locale.clone(),
        presence: presence(agent),
        calls_max: agent.capacity().max(CapacityKind::Call),
        chats_max: agent.capacity().max(CapacityKind::Chat),
        queues: queues.keys().map(|queue| center.queue(queue)).collect(),
    }
}

pub fn stat(agent: &Agent, load: Load, activity: Engaged, connected: bool, doing: Vec<Ref>) -> AgentStat {
    AgentStat {
        id: agent.id.0.clone(),
        name: agent.name.clone(),
        role: role(agent.role),
        presence: presence(agent),
        activity: match activity {
            Engaged::Idle => Activity::Idle,
            Engaged::Reserved => Activity::Reserved,
            Engaged::WrapUp => Activity::WrapUp,
            Engaged::Busy => Activity::Busy,
        },
        connected,
        chats: load.chats + load.posts + load.mails,
        calls: load.calls,
        chats_max: agent.capacity().max(CapacityKind::Chat),
        calls_max: agent.capacity().max(CapacityKind::Call),
        doing,
    }
}

pub fn presence(agent: &Agent) -> Presence {
    let (status, reason) = match &agent.presence {
        Declared::Available => (PresenceStatus::Available, None),
        Declared::Pause(reason) => (PresenceStatus::Pause, Some(reason.clone())),
        Declared::Offline => (PresenceStatus::Offline, None),
    };
    Presence { status, reason, since_ms: agent.presence_since.0 }
}

pub fn role(role: Held) -> Role {
    match role {
        Held::Agent => Role::Agent,
        Held::Supervisor => Role::Supervisor,
        Held::Admin => Role::Admin,
    }
}
