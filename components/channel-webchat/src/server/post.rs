//! What a visitor posts. A message is kept and acknowledged like any provider's webhook and read in the
//! background. A mark is applied at once: it is one small change, and nothing would be read again.
//! Typing is forgotten as soon as it is over.
//!
//! What begins a conversation is checked before it is kept: the visitor who wrote it is still there to mend
//! it.

use crate::{
    codec::{CLOSED_HEADER, VISITOR_HEADER, Webchat},
    config::Settings,
    hours::{Door, WhenClosed},
    limits, prechat,
    server::gate::Gate,
    visitor::Visitor,
};
use channel::{
    codec::Codec,
    event::{EventKind, InboundEvent},
    received::{self, Received},
    settle::settle,
    webhook,
};
use domain::contact::EMAIL;
use http::StatusCode;
use serde_json::{Map, Value, json};
use shell::{
    failure::{Failure, Result},
    inbound,
    platform::{
        attempt::{attempt, due_at},
        reply::{self, Reply},
        request::Asked,
        typing,
    },
    transcript,
};
use std::collections::BTreeMap;

pub(super) async fn receive(gate: &Gate, asked: &Asked) -> Result<Reply> {
    let visitor = gate.visitor(asked)?;
    let mut received = Received {
        method: asked.method.to_string(),
        url: asked.path.clone(),
        headers: vec![(VISITOR_HEADER.to_owned(), visitor.subject())],
        body: asked.body.to_vec(),
    };
    let events = Webchat.decode(&received, &received::Settings::of(&gate.account)).unwrap_or_default();
    let mut events = events.into_iter().flatten();
    match events.find(|event| !event.echo) {
        Some(InboundEvent { kind: EventKind::Typing, .. }) => types(gate, &visitor).await?,
        Some(event) if event.kind == EventKind::Status => {
            let Some(inbound) = settle(event, gate.now) else { return done() };
            let work =
                inbound::apply(&gate.sql, gate.now, &gate.account, &Webchat.profile(), &inbound).await?;
            attempt(work);
        }
        Some(event) if event.kind == EventKind::Message => {
            gate.limit("post", &visitor.id, limits::MESSAGES).await?;
            if let Some(refused) = begins(gate, asked, &visitor, &mut received).await? {
                return Ok(refused);
            }
            keep(gate, &received).await?;
        }
        Some(event) if event.kind == EventKind::Transcript => {
            may_have_transcript(gate, &visitor, &event).await?;
            keep(gate, &received).await?;
        }
        // Also what cannot be read: it is kept, for a person to see why.
        _ => {
            gate.limit("post", &visitor.id, limits::MESSAGES).await?;
            keep(gate, &received).await?;
        }
    }
    done()
}

async fn keep(gate: &Gate, received: &Received) -> Result<()> {
    let due_at = due_at(gate.now);
    attempt(webhook::keep_proven(&gate.sql, gate.now, due_at, &gate.account, received).await?);
    Ok(())
}

/// A message to which nobody listens yet: what the account asks first must be answered, and somebody must
/// take messages. Gives the refusal.
async fn begins(
    gate: &Gate,
    asked: &Asked,
    visitor: &Visitor,
    received: &mut Received,
) -> Result<Option<Reply>> {
    let conversation = gate.conversation(visitor).await?;
    if conversation.is_some_and(|conversation| conversation.open_interaction.is_some()) {
        return Ok(None);
    }
    let door = gate.door().await?;
    if door.is_closed() && door.when_closed == WhenClosed::Nothing {
        return Err(Failure::Conflict("nobody takes messages now".to_owned()));
    }
    let problems = problems(gate, asked, visitor, &door);
    if !problems.is_empty() {
        let problem = json!({
            "type": "about:blank", "title": "answers", "status": 422, "code": "answers",
            "detail": "what is asked before the first message is not answered", "fields": problems,
        });
        return Ok(Some(reply::json(StatusCode::UNPROCESSABLE_ENTITY, &problem)));
    }
    if door.is_closed() {
        received.headers.push((CLOSED_HEADER.to_owned(), "yes".to_owned()));
    }
    Ok(None)
}

/// What is wrong with the answers, by the names of the fields. What the site vouches for is not asked.
fn problems(
    gate: &Gate,
    asked: &Asked,
    visitor: &Visitor,
    door: &Door,
) -> BTreeMap<String, prechat::Problem> {
    let post: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let mut given = post["answers"].as_object().cloned().unwrap_or_else(Map::new);
    if let Some(vouched) = &visitor.vouched {
        let (email, phone) = (vouched.email(), vouched.phone());
        let known = [email, phone].into_iter().flatten().map(|known| (known.scheme, known.value));
        for (name, value) in known.chain(vouched.name.iter().map(|name| ("name".to_owned(), name.clone()))) {
            given.entry(name).or_insert_with(|| value.into());
        }
    }
    let settings = Settings(&gate.account.settings);
    prechat::answers(&settings.fields(door.is_closed()), &given, settings.calling_code()).problems
}

/// A letter is sent only to somebody who talked here, and not many to anybody.
async fn may_have_transcript(gate: &Gate, visitor: &Visitor, event: &InboundEvent) -> Result<()> {
    if transcript::mail_account(&gate.account).is_none() {
        return Err(Failure::Conflict("this chat sends no letters".to_owned()));
    }
    if gate.conversation(visitor).await?.is_none() {
        return Err(Failure::Conflict("nothing was said yet".to_owned()));
    }
    gate.limit("transcript", &visitor.id, limits::TRANSCRIPTS).await?;
    let to = event.contact.iter().find(|identity| identity.scheme == EMAIL);
    let to = to.map(|identity| identity.value.as_str()).unwrap_or_default();
    gate.limit("transcript-to", to, limits::TRANSCRIPTS).await
}

/// The desk shows it for a few seconds.
async fn types(gate: &Gate, visitor: &Visitor) -> Result<()> {
    if let Some(conversation) = gate.conversation(visitor).await? {
        typing::begin(typing::Side::Contact, &conversation.id).await?;
    }
    Ok(())
}

fn done() -> Result<Reply> {
    Ok(reply::json(StatusCode::OK, &json!({})))
}
