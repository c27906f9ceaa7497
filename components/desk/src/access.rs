//! What of the center's work is whose.

use domain::id::{AgentId, InteractionId};
use shell::failure::{Failure, Result};
use store::{
    hold,
    interaction::{self, View},
    port::Sql,
};

pub async fn existing(sql: &impl Sql, id: &InteractionId) -> Result<View> {
    interaction::find(sql, id).await?.ok_or_else(|| Failure::NotFound(format!("interaction {id}")))
}

/// The interaction `id`, which `agent` must have to do with: hold it, or help in it.
pub async fn held(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<View> {
    Ok(held_in_some_way(sql, agent, id).await?.0)
}

/// The interaction `id`, in which `agent` must be talking with the contact.
pub async fn talked_in(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<View> {
    let (view, way) = held_in_some_way(sql, agent, id).await?;
    match way.as_str() {
        "active" | "conference" => Ok(view),
        "consult" => Err(Failure::Conflict("who advises does not write to the contact".to_owned())),
        _ => Err(Failure::Conflict(format!("not possible while the interaction is {}", view.state))),
    }
}

async fn held_in_some_way(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<(View, String)> {
    let view = existing(sql, id).await?;
    match hold::of(sql, id).await?.into_iter().find(|held| held.agent == *agent) {
        Some(held) => Ok((view, held.way)),
        None => Err(Failure::Forbidden("the interaction is not yours".to_owned())),
    }
}
