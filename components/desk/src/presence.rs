//! Whether an agent is there: what they declare, and whether their desk is proven alive.

use crate::view;
use api::{
    agent::{AgentStat, PresenceStatus, Ref},
    request::SetPresence,
};
use domain::{agent::Presence, capacity::Load, id::AgentId};
use shell::{
    failure::{Failure, Result},
    platform::{
        attempt::attempt,
        center::{memory, now},
        session,
    },
    routing,
};
use spin_sdk::key_value::Store;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    agent::{self, Agent},
    hold,
    port::Sql,
};

/// What a desk offers as reasons for a pause; the console knows their names in each language.
pub(crate) const PAUSE_REASONS: [&str; 5] = ["break", "lunch", "training", "meeting", "admin"];

const REASON_MAX: usize = 100;

pub(crate) async fn declare(sql: &impl Sql, id: &AgentId, wish: SetPresence) -> Result<AgentStat> {
    let presence = match wish.status {
        PresenceStatus::Available => Presence::Available,
        PresenceStatus::Offline => Presence::Offline,
        PresenceStatus::Pause => Presence::Pause(reason(wish.reason)?),
    };
    attempt(shell::presence::declare(sql, now(), id, &presence).await?);
    let found = agent::find(sql, id).await?.ok_or_else(|| Failure::NotFound(format!("agent {id}")))?;
    let load = hold::loads(sql).await?.remove(id).unwrap_or_default();
    let activity = hold::activities(sql).await?.remove(id).unwrap_or_default();
    Ok(view::stat(&found, load, activity, session::alive(&memory().await?, id).await, vec![]))
}

fn reason(text: Option<String>) -> Result<String> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > REASON_MAX => {
            Err(Failure::BadRequest(format!("a reason has at most {REASON_MAX} characters")))
        }
        text => Ok(text.unwrap_or_else(|| PAUSE_REASONS[0].to_owned())),
    }
}

/// The agent's desk proves itself alive. One that comes back is offered work again at once.
pub(crate) async fn prove_alive(sql: &impl Sql, id: &AgentId) -> Result<()> {
    let back = !session::alive(&memory().await?, id).await;
    session::proven_alive(id).await?;
    if back {
        attempt(routing::ask(sql, now(), id).await?);
    }
    Ok(())
}

/// The agents whose desks are alive.
pub(crate) async fn alive(memory: &Store, agents: &[Agent]) -> BTreeSet<AgentId> {
    let mut alive = BTreeSet::new();
    for agent in agents {
        if session::alive(memory, &agent.id).await {
            alive.insert(agent.id.clone());
        }
    }
    alive
}

/// Every agent as others see them. What they are on is for supervisors.
pub(crate) async fn stats(sql: &impl Sql, supervises: bool) -> Result<(Vec<AgentStat>, BTreeSet<AgentId>)> {
    let agents = agent::all(sql).await?;
    let alive = alive(&memory().await?, &agents).await;
    let (loads, activities) = (hold::loads(sql).await?, hold::activities(sql).await?);
    let mut doing = if supervises { doing(sql).await? } else { BTreeMap::new() };
    let stat = |agent: &Agent| {
        let load = loads.get(&agent.id).copied().unwrap_or(Load::default());
        let activity = activities.get(&agent.id).copied().unwrap_or_default();
        view::stat(
            agent,
            load,
            activity,
            alive.contains(&agent.id),
            doing.remove(&agent.id).unwrap_or_default(),
        )
    };
    Ok((agents.iter().map(stat).collect(), alive))
}

/// What each agent has in hand: the interaction and the contact's name.
pub(crate) async fn doing(sql: &impl Sql) -> Result<BTreeMap<AgentId, Vec<Ref>>> {
    let mut doing = BTreeMap::<AgentId, Vec<Ref>>::new();
    for (agent, interaction, name) in store::interaction::doing(sql).await? {
        doing.entry(agent).or_default().push(Ref { id: interaction.0, name });
    }
    Ok(doing)
}
