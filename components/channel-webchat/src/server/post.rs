//! What a visitor posts. A message is kept and acknowledged like any provider's webhook and read in the
//! background. A mark is applied at once: it is one small change, and nothing would be read again.
//! Typing is forgotten as soon as it is over.

use crate::{
    codec::{VISITOR_HEADER, Webchat},
    rate,
    server::gate::{Gate, identity},
};
use channel::{
    codec::Codec,
    event::EventKind,
    received::{Received, Settings},
    settle::settle,
    webhook,
};
use http::StatusCode;
use shell::{
    failure::Result,
    inbound,
    platform::{
        attempt::{attempt, due_at},
        reply::{self, Reply},
        request::Asked,
        typing,
    },
};
use store::conversation;

pub(super) async fn receive(gate: &Gate, asked: &Asked) -> Result<Reply> {
    let visitor = gate.visitor(asked)?;
    let received = Received {
        method: asked.method.to_string(),
        url: asked.path.clone(),
        headers: vec![(VISITOR_HEADER.to_owned(), visitor.clone())],
        body: asked.body.to_vec(),
    };
    let event = Webchat
        .decode(&received, &Settings::default())
        .ok()
        .and_then(|mut events| events.pop())
        .and_then(|event| event.ok());
    match event.as_ref().map(|event| event.kind) {
        Some(EventKind::Typing) => types(gate, &visitor).await?,
        Some(EventKind::Status) => {
            let Some(inbound) = event.and_then(|event| settle(event, gate.now)) else { return done() };
            let work =
                inbound::apply(&gate.sql, gate.now, &gate.account, &Webchat.profile(), &inbound).await?;
            attempt(work);
        }
        // Also what cannot be read: it is kept, for a person to see why.
        _ => {
            gate.limit("post", &visitor, rate::MESSAGES).await?;
            let due_at = due_at(gate.now);
            attempt(webhook::keep_proven(&gate.sql, gate.now, due_at, &gate.account, &received).await?);
        }
    }
    done()
}

/// The desk shows it for a few seconds.
async fn types(gate: &Gate, visitor: &str) -> Result<()> {
    if let Some(conversation) = conversation::with(&gate.sql, &gate.account.id, &identity(visitor)).await? {
        typing::begin(typing::Side::Contact, &conversation.id).await?;
    }
    Ok(())
}

fn done() -> Result<Reply> {
    Ok(reply::json(StatusCode::OK, &serde_json::json!({})))
}
