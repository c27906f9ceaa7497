//! What an agent does about a public comment beside answering it.

use crate::{
    access::talked_in,
    view::{self, Center},
};
use api::message::Message;
use domain::{
    channel::Profiles,
    comment::Deed,
    id::{AgentId, MessageId},
    time::Timestamp,
};
use shell::{
    failure::{Failure, Result},
    moderation,
    outbound::Put,
};
use std::collections::BTreeMap;
use store::{comment, conversation, message, port::Sql};

/// Whoever talks in the comment's conversation may do it, and a supervisor.
pub async fn moderate(
    sql: &impl Sql,
    now: Timestamp,
    profiles: &BTreeMap<String, Profiles>,
    agent: &AgentId,
    supervises: bool,
    id: &MessageId,
    deed: Deed,
) -> Result<Put> {
    let gone = || Failure::NotFound(format!("message {id}"));
    let message = message::find(sql, id).await?.ok_or_else(gone)?;
    let conversation = conversation::find(sql, &message.conversation).await?.ok_or_else(gone)?;
    match &conversation.open_interaction {
        _ if supervises => {}
        Some(open) => drop(talked_in(sql, agent, open).await?),
        None => return Err(Failure::Forbidden("the conversation is not yours".to_owned())),
    }
    let silent = || Failure::Later(format!("the channel {} does not answer", conversation.channel));
    let profiles = profiles.get(&conversation.channel).ok_or_else(silent)?;
    moderation::wish(sql, now, id, &profiles.moderation, deed).await
}

/// A message as it is shown, with what was done about it.
pub async fn shown(sql: &impl Sql, center: &Center, message: &store::message::Message) -> Result<Message> {
    let known = comment::find(sql, &message.id).await?;
    Ok(Message { comment: known.as_ref().map(view::comment), ..view::message(message, center) })
}
