//! An agent at work: what the shell commits, told back and followed up.

use crate::{
    access, attachment, comment, interaction, message, profile,
    query::number,
    view::{self, Center},
};
use api::{
    comment::Moderate,
    request::{MarkRead, SendMessage},
};
use domain::id::{AgentId, ConversationId, InteractionId, MessageId};
use http::StatusCode;
use shell::{
    command::Done,
    failure::Result,
    outbound::Put,
    platform::{
        attempt::attempt,
        center::now,
        reply::{self, Reply},
        request::Asked,
        typing::{self, Side},
    },
};
use store::{conversation, port::Sql};

/// What an agent wants of an interaction.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    Answer,
    Decline,
    Transfer,
    WrapUp,
    Dispose,
}

pub(crate) async fn act(
    sql: &impl Sql,
    agent: &AgentId,
    id: &InteractionId,
    wish: Wish,
    asked: &Asked,
) -> Result<Reply> {
    let now = now();
    let Done { work, .. } = match wish {
        Wish::Answer => interaction::answer(sql, now, agent, id).await?,
        Wish::Decline => interaction::decline(sql, now, agent, id).await?,
        Wish::Transfer => interaction::transfer(sql, now, agent, id, asked.json()?).await?,
        Wish::WrapUp => interaction::wrap_up(sql, now, agent, id).await?,
        Wish::Dispose => interaction::dispose(sql, now, agent, id, asked.json()?).await?,
    };
    attempt(work);
    let center = Center::load(sql, profile::all(sql).await?).await?;
    let view = access::existing(sql, id).await?;
    let shown = view::interaction(sql, &center, &view).await?;
    // Whoever just passed it on has no more business in it.
    let holds = view.agent.as_ref() == Some(agent);
    Ok(reply::ok(&if holds { shown } else { view::for_strangers(&shown) }))
}

pub(crate) async fn send(
    sql: &impl Sql,
    agent: &AgentId,
    id: &InteractionId,
    asked: &Asked,
) -> Result<Reply> {
    let request: SendMessage = asked.json()?;
    let uploads = attachment::uploaded_by(agent, &request.attachments).await?;
    let center = Center::load(sql, profile::all(sql).await?).await?;
    let view = access::existing(sql, id).await?;
    let conversation = conversation::find(sql, &view.conversation).await?;
    let profile = conversation.as_ref().and_then(|conversation| center.profile(conversation));
    let profiles = conversation.as_ref().and_then(|conversation| center.profiles.get(&conversation.channel));
    let writer = message::Writer { agent, uploads: &uploads, profile: profile.as_ref(), profiles };
    let put = message::send(sql, now(), writer, id, request).await?;
    let reply = told(put, &center);
    attachment::sent(&uploads).await?;
    Ok(reply)
}

fn told(put: Put, center: &Center) -> Reply {
    attempt(put.work);
    reply::ok(&view::message(&put.message, center))
}

pub(crate) async fn resend(sql: &impl Sql, agent: &AgentId, supervises: bool, id: &str) -> Result<Reply> {
    let put = message::resend(sql, now(), agent, supervises, &MessageId::from(id)).await?;
    Ok(told(put, &Center::load(sql, Default::default()).await?))
}

pub(crate) async fn moderate(
    sql: &impl Sql,
    agent: &AgentId,
    supervises: bool,
    id: &str,
    asked: &Asked,
) -> Result<Reply> {
    let Moderate { deed } = asked.json()?;
    let (profiles, id) = (profile::all(sql).await?, MessageId::from(id));
    let deed = view::deed(deed);
    let put = comment::moderate(sql, now(), &profiles, agent, supervises, &id, deed).await?;
    attempt(put.work);
    let center = Center::load(sql, Default::default()).await?;
    Ok(reply::ok(&comment::shown(sql, &center, &put.message).await?))
}

pub(crate) async fn read(
    sql: &impl Sql,
    agent: &AgentId,
    id: &InteractionId,
    asked: &Asked,
) -> Result<Reply> {
    let MarkRead { up_to_seq } = asked.json()?;
    let view = access::held(sql, agent, id).await?;
    let seq = u64::try_from(up_to_seq).unwrap_or_default();
    conversation::read_up_to(sql, &view.conversation, seq).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// For the channel that shows it.
pub(crate) async fn types(sql: &impl Sql, agent: &AgentId, id: &InteractionId) -> Result<Reply> {
    let view = access::talked_in(sql, agent, id).await?;
    typing::begin(Side::Business, &view.conversation).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

pub(crate) async fn messages(sql: &impl Sql, id: &str, asked: &Asked) -> Result<Reply> {
    let center = Center::load(sql, Default::default()).await?;
    let (before, limit) = (number(&asked.query, "before")?, number(&asked.query, "limit")?);
    Ok(reply::ok(&message::page(sql, &center, &ConversationId::from(id), before, limit).await?))
}
