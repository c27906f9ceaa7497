//! What of the center's work is whose.

use domain::id::{AgentId, InteractionId};
use shell::failure::{Failure, Result};
use store::{
    interaction::{self, View},
    port::Sql,
};

pub async fn existing(sql: &impl Sql, id: &InteractionId) -> Result<View> {
    interaction::find(sql, id).await?.ok_or_else(|| Failure::NotFound(format!("interaction {id}")))
}

/// The interaction `id`, which `agent` must hold.
pub async fn held(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<View> {
    let view = existing(sql, id).await?;
    if view.agent.as_ref() == Some(agent) {
        Ok(view)
    } else {
        Err(Failure::Forbidden("the interaction is not yours".to_owned()))
    }
}

/// The interaction `id`, in which `agent` must be talking with the contact.
pub async fn talked_in(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<View> {
    let view = held(sql, agent, id).await?;
    if view.state == "active" {
        Ok(view)
    } else {
        Err(Failure::Conflict(format!("not possible while the interaction is {}", view.state)))
    }
}
