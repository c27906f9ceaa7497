//! An agent at work: what the shell commits, told back and followed up.

use crate::{
    access, attachment, colleague, comment, interaction, letter, message, profile,
    query::{number, parameter},
    view::{self, Center},
};
use api::{
    comment::Moderate,
    request::{MarkRead, SendMessage},
};
use domain::{
    id::{AgentId, ConversationId, InteractionId, MessageId},
    message::{Content, Letter},
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use shell::{
    callback,
    command::Done,
    failure::{Failure, Result},
    outbound::Put,
    performer::of_channel,
    platform::{
        attempt::attempt,
        call::call,
        center::{memory, now},
        reply::{self, Reply},
        request::Asked,
        session,
        typing::{self, Side},
    },
};
use std::time::Duration;
use store::{conversation, port::Sql};

/// What an agent wants of an interaction.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    Answer,
    Decline,
    Transfer,
    Invite,
    Withdraw,
    ChangePart,
    StepOut,
    Remark,
    WrapUp,
    ExtendWrapUp,
    NotReached,
    Dispose,
}

/// What a supervisor wants of who waits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Steer {
    Priority,
    AskCallback,
    CancelCallback,
}

pub(crate) async fn steer(
    sql: &impl Sql,
    by: Option<&AgentId>,
    id: &InteractionId,
    steer: Steer,
    asked: &Asked,
) -> Result<Reply> {
    let now = now();
    let Done { work, .. } = match steer {
        Steer::Priority => interaction::prioritise(sql, now, by, id, &asked.json()?).await?,
        Steer::AskCallback => interaction::ask_callback(sql, now, id, &asked.json()?).await?,
        Steer::CancelCallback => interaction::cancel_callback(sql, now, id).await?,
    };
    attempt(work);
    let center = Center::load(sql, profile::all(sql).await?).await?;
    let view = access::existing(sql, id).await?;
    Ok(reply::ok(&view::interaction(sql, &center, &view).await?))
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
        Wish::Invite => {
            let memory = memory().await?;
            let alive = async |agent: &AgentId| session::alive(&memory, agent).await;
            colleague::invite(sql, now, agent, id, asked.json()?, alive).await?
        }
        Wish::Withdraw => colleague::withdraw(sql, now, agent, id).await?,
        Wish::ChangePart => colleague::change_part(sql, now, agent, id, asked.json()?).await?,
        Wish::StepOut => colleague::step_out(sql, now, agent, id, asked.json()?).await?,
        Wish::Remark => colleague::remark(sql, now, agent, id, asked.json()?).await?,
        Wish::WrapUp => interaction::wrap_up(sql, now, agent, id).await?,
        Wish::ExtendWrapUp => interaction::extend_wrap_up(sql, now, agent, id).await?,
        Wish::NotReached => callback::not_reached(sql, now, id, agent).await?,
        Wish::Dispose => interaction::dispose(sql, now, agent, id, asked.json()?).await?,
    };
    attempt(work);
    let center = Center::load(sql, profile::all(sql).await?).await?;
    let view = access::existing(sql, id).await?;
    let shown = view::interaction(sql, &center, &view).await?;
    // Whoever just passed it on has no more business in it.
    let holds = shown.parts.iter().any(|part| part.agent.id == agent.0);
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
    // Some channels show the contact what was read: who only advises leaves no mark.
    let view = access::talked_in(sql, agent, id).await?;
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

/// What a channel may take to find a letter among the kept webhooks, and the largest that it may be.
const ORIGINAL_TIME: Duration = Duration::from_secs(10);
const ORIGINAL_MAX: usize = 64 << 20;

async fn letter_of(sql: &impl Sql, id: &str) -> Result<(store::message::Message, Letter)> {
    let gone = || Failure::NotFound(format!("letter {id}"));
    let message = store::message::find(sql, &MessageId::from(id)).await?.ok_or_else(gone)?;
    match message.content.clone() {
        Content::Letter(letter) if !message.deleted => Ok((message, letter)),
        _ => Err(gone()),
    }
}

/// Its HTML for a frame.
pub(crate) async fn letter(sql: &impl Sql, id: &str, asked: &Asked) -> Result<Reply> {
    let (_, letter) = letter_of(sql, id).await?;
    let pictures = parameter(&asked.query, "pictures").is_some_and(|value| value == "1");
    let page = letter::page(&letter, pictures);
    let (page, policy) = page.ok_or_else(|| Failure::NotFound(format!("letter {id} has no HTML")))?;
    let mut reply = reply::bytes(StatusCode::OK, "text/html; charset=utf-8", page);
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            reply.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(reply)
}

/// The letter as it came: its channel finds it in the kept webhook.
pub(crate) async fn original(sql: &impl Sql, id: &str) -> Result<Reply> {
    let (message, letter) = letter_of(sql, id).await?;
    let gone = || Failure::NotFound(format!("the original of letter {id}"));
    let webhook = letter.original.ok_or_else(gone)?;
    let conversation = conversation::find(sql, &message.conversation).await?.ok_or_else(gone)?;
    let channel = &conversation.channel;
    let url = format!("http://{}.spin.internal/original/{webhook}", of_channel(channel));
    let answered = call(Method::GET, &url, &[], Vec::<u8>::new(), ORIGINAL_TIME, ORIGINAL_MAX).await;
    let answered = answered.map_err(|silence| Failure::Later(format!("{channel}: {silence}")))?;
    match answered.status {
        200 => {}
        404 => return Err(gone()),
        status => return Err(Failure::Later(format!("{channel} answered {status}"))),
    }
    let mut reply = reply::bytes(StatusCode::OK, "message/rfc822", answered.body);
    for (name, value) in [
        ("content-disposition", format!("attachment; filename=\"{id}.eml\"")),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            reply.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(reply)
}
