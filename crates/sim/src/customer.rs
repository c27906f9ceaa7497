//! Customers: they write, wait, lose patience, leave, and come back.

use crate::{
    center::Center,
    host::{Node, request},
    platform::attempt,
    provider::{Fact, later, notify},
    setup,
};
use channel::{
    codec::Codec,
    received::{Received, Settings},
    settle::settle,
    webhook,
};
use channel_webchat::codec::{VISITOR_HEADER, Webchat, provider_id};
use serde_json::{Value, json};
use shell::{
    failure::{Failure, Result},
    inbound,
};
use std::rc::Rc;
use store::account;

/// A customer's whole day on the phone's channel.
pub(crate) async fn on_the_phone(center: Rc<Center>, number: i64, until: i64) {
    let (agenda, dice) = (&center.agenda, &center.dice);
    let phone = format!("3460000{number:04}");
    agenda.sleep(dice.within(0..=60_000)).await;
    while agenda.now() < until {
        for _ in 0..dice.within(1..=5) {
            let count = if dice.chance(0.15) { 2 } else { 1 };
            let ids = write(&center, &phone, count);
            if dice.chance(0.1) {
                second_thoughts(&center, &phone, &ids[0]);
            }
            agenda
                .sleep(if dice.chance(0.3) { dice.within(10..=300) } else { dice.within(1_000..=40_000) })
                .await;
        }
        agenda.sleep(dice.within(30_000..=240_000)).await;
    }
}

/// Writes `count` messages in one breath, and gives their ids.
fn write(center: &Rc<Center>, phone: &str, count: u64) -> Vec<String> {
    let mut ids = vec![];
    let (mut messages, mut facts) = (vec![], vec![]);
    for _ in 0..count {
        let id = format!("wamid.theirs{}", center.ledger.borrow_mut().number());
        let text = format!("hola {id}");
        messages.push(message(center, phone, json!({ "id": id, "type": "text", "text": { "body": text } })));
        facts.push(Fact::Wrote { id: id.clone(), text });
        ids.push(id);
    }
    let contact = json!({ "profile": { "name": "Marta" }, "wa_id": phone });
    notify(center, json!({ "contacts": [contact], "messages": messages }), facts);
    ids
}

/// Changes a message that may not have arrived yet.
fn second_thoughts(center: &Rc<Center>, phone: &str, target: &str) {
    let id = format!("wamid.theirs{}", center.ledger.borrow_mut().number());
    let target_id = target.to_owned();
    let (body, fact) = match center.dice.within(0..=2) {
        0 => {
            let text = format!("perdón {target}");
            let edited = json!({ "type": "text", "text": { "body": text } });
            let edit = json!({ "original_message_id": target, "message": edited });
            (json!({ "id": id, "type": "edit", "edit": edit }), Fact::Edited { id: target_id, text })
        }
        1 => {
            let revoke = json!({ "original_message_id": target });
            (json!({ "id": id, "type": "revoke", "revoke": revoke }), Fact::Deleted { id: target_id })
        }
        _ => {
            let emoji = "👍".to_owned();
            let reaction = json!({ "message_id": target, "emoji": emoji });
            (
                json!({ "id": id, "type": "reaction", "reaction": reaction }),
                Fact::Reacted { id: target_id, emoji },
            )
        }
    };
    notify(center, json!({ "messages": [message(center, phone, body)] }), vec![fact]);
}

fn message(center: &Center, phone: &str, mut body: Value) -> Value {
    body["from"] = phone.into();
    body["timestamp"] = (center.agenda.now() / 1000).to_string().into();
    body
}

/// A visitor's whole day on the site.
pub(crate) async fn on_the_site(center: Rc<Center>, number: i64, until: i64) {
    let (agenda, dice) = (&center.agenda, &center.dice);
    let visitor = format!("visitor{number}");
    agenda.sleep(dice.within(0..=60_000)).await;
    while agenda.now() < until {
        for _ in 0..dice.within(1..=4) {
            let client_id = format!("m{}", center.ledger.borrow_mut().number());
            let text = format!("hola {client_id}");
            post(&center, &visitor, json!({ "kind": "message", "client_id": client_id, "text": text })).await;
            {
                let mut ledger = center.ledger.borrow_mut();
                let webhook = ledger.number();
                let heard = ledger.heard(&provider_id(&visitor, &client_id));
                (heard.text, heard.webhook) = (text, webhook);
            }
            agenda.sleep(dice.within(200..=30_000)).await;
        }
        if dice.chance(0.4) {
            let seq = center.ledger.borrow_mut().number();
            post(&center, &visitor, json!({ "kind": "read", "up_to_seq": seq })).await;
        }
        if dice.chance(0.6) {
            agenda.sleep(dice.within(1_000..=60_000)).await;
            let client_id = format!("e{}", center.ledger.borrow_mut().number());
            post(&center, &visitor, json!({ "kind": "end", "client_id": client_id })).await;
        }
        agenda.sleep(dice.within(30_000..=240_000)).await;
    }
}

/// Posts until it is acknowledged, now and then twice at the same time.
async fn post(center: &Rc<Center>, visitor: &str, body: Value) {
    let body = body.to_string();
    center.ledger.borrow_mut().under_way += 1;
    loop {
        if center.dice.chance(center.faults.get().webhook_twice) {
            let (center, visitor, body) = (center.clone(), visitor.to_owned(), body.clone());
            crate::host::outside(&center.clone(), async move {
                request(&center, |node| posted(node, visitor, body)).await;
            });
        }
        match request(center, |node| posted(node, visitor.to_owned(), body.clone())).await {
            Some(Ok(())) => break,
            Some(Err(Failure::Later(_))) | None => {}
            Some(Err(failure)) => {
                center.violate("a visitor's post is taken", failure);
                break;
            }
        }
        center.agenda.sleep(2_000).await;
    }
    center.ledger.borrow_mut().under_way -= 1;
    center.tell(format_args!("acknowledged to {visitor}: {body}"));
}

/// What the channel's component does with a post of a proven visitor.
async fn posted(node: Node, visitor: String, body: String) -> Result<()> {
    let sql = node.connect();
    let found = account::find(&sql, &setup::WEBCHAT.into()).await?;
    let account = found.ok_or_else(|| Failure::NotFound("the account".to_owned()))?;
    let is_mark = body.contains("up_to_seq");
    let received = Received {
        method: "POST".to_owned(),
        url: "/webhooks/webchat/site".to_owned(),
        headers: vec![(VISITOR_HEADER.to_owned(), visitor)],
        body: body.into_bytes(),
    };
    let now = node.now();
    if is_mark {
        let mut events = Webchat.decode(&received, &Settings::default()).unwrap_or_default();
        let event = events.pop().and_then(|event| event.ok());
        let Some(inbound) = event.and_then(|event| settle(event, now)) else { return Ok(()) };
        attempt(&node, inbound::apply(&sql, now, &account, &Webchat.profile(), &inbound).await?);
    } else {
        let due_at = now + later(&node);
        attempt(&node, webhook::keep_proven(&sql, now, due_at, &account, &received).await?);
    }
    Ok(())
}
