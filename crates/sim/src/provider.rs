//! The provider of a channel: takes our messages, refuses them, or says nothing; reports what became of
//! them; and hands over what customers wrote, twice, late and in any order, until we say 2xx.

use crate::{
    center::Center,
    database::at_once,
    host::{Node, outside, request},
    ledger::Sent,
    platform::attempt,
    setup,
};
use channel::{
    outbound::{Answer, ProviderRequest},
    received::Received,
    signature::{hmac_sha256, to_hex},
    webhook,
};
use channel_whatsapp::codec::WhatsApp;
use domain::message::Status;
use serde_json::{Value, json};
use shell::failure::{Failure, Result};
use std::{rc::Rc, time::Duration};
use store::{account, message};

/// Something that is certain once the webhook that tells it is acknowledged.
#[derive(Debug, Clone)]
pub(crate) enum Fact {
    Wrote { id: String, text: String },
    Edited { id: String, text: String },
    Deleted { id: String },
    Reacted { id: String, emoji: String },
    Became { message: String, status: Status },
}

/// Hands over a webhook with `value`, as often and as late as it comes.
pub(crate) fn notify(center: &Rc<Center>, mut value: Value, facts: Vec<Fact>) {
    let (dice, faults) = (&center.dice, center.faults.get());
    if let Some(messages) = value["messages"].as_array_mut()
        && dice.chance(faults.webhook_broken)
    {
        messages.insert(0, json!({ "type": 7, "from": "1" }));
    }
    value["metadata"] = json!({ "phone_number_id": setup::NUMBER });
    let change = json!({ "field": "messages", "value": value });
    let body =
        json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [change] }] });
    let body = body.to_string();
    let number = center.ledger.borrow_mut().number();
    let copies = if dice.chance(faults.webhook_twice) { dice.within(2..=3) } else { 1 };
    for _ in 0..copies {
        center.ledger.borrow_mut().under_way += 1;
        let late = dice.chance(faults.webhook_late);
        let delay = if late { dice.within(1_000..=90_000) } else { dice.within(20..=400) };
        outside(center, courier(center.clone(), delay, body.clone(), number, facts.clone()));
    }
}

async fn courier(center: Rc<Center>, delay: i64, body: String, number: u64, facts: Vec<Fact>) {
    center.agenda.sleep(delay).await;
    let mut pause = 1_000;
    loop {
        let body = body.clone();
        match request(&center, |node| receive(node, body)).await {
            Some(Ok(())) => break,
            Some(Err(Failure::Later(_))) | None => {}
            Some(Err(failure)) => {
                center.violate("a good webhook is taken", failure);
                break;
            }
        }
        center.agenda.sleep(pause).await;
        pause = (2 * pause).min(30_000);
    }
    center.tell(format_args!("webhook {number} acknowledged: {facts:?}"));
    let mut ledger = center.ledger.borrow_mut();
    ledger.under_way -= 1;
    for (place, fact) in facts.into_iter().enumerate() {
        match fact {
            Fact::Wrote { id, text } => {
                let heard = ledger.heard(&id);
                heard.webhook = number;
                heard.place = place;
                // An edit may have been acknowledged first.
                if heard.text.is_empty() {
                    heard.text = text;
                }
            }
            Fact::Edited { id, text } => ledger.heard(&id).text = text,
            Fact::Deleted { id } => ledger.heard(&id).is_deleted = true,
            Fact::Reacted { id, emoji } => ledger.heard(&id).reaction = Some(emoji),
            Fact::Became { message, status } => {
                let sent = ledger.sent(&message);
                sent.reported = sent.reported.max(Some(status));
            }
        }
    }
}

/// What the channel's component does with a webhook.
async fn receive(node: Node, body: String) -> Result<()> {
    let sql = node.connect();
    let found = account::find(&sql, &setup::WHATSAPP.into()).await?;
    let account = found.ok_or_else(|| Failure::NotFound("the account".to_owned()))?;
    let signature = to_hex(&hmac_sha256(setup::APP_SECRET.as_bytes(), body.as_bytes()));
    let received = Received {
        method: "POST".to_owned(),
        url: "https://center.example/webhooks/whatsapp/phone".to_owned(),
        headers: vec![("x-hub-signature-256".to_owned(), format!("sha256={signature}"))],
        body: body.into_bytes(),
    };
    let now = node.now();
    let due_at = now + later(&node);
    let work = webhook::keep(&sql, now, due_at, &WhatsApp, &account, &setup::settings(), &received).await?;
    attempt(&node, work);
    Ok(())
}

/// Now and then an instance has no room to read what it keeps.
pub(crate) fn later(node: &Node) -> Duration {
    Duration::from_millis(if node.center.dice.chance(0.1) { 500 } else { 0 })
}

/// Answers a call that waits `left` ms for it.
pub(crate) async fn answer(center: &Rc<Center>, request: ProviderRequest, left: i64) -> Answer {
    let (agenda, dice, faults) = (&center.agenda, &center.dice, center.faults.get());
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let message = body["biz_opaque_callback_data"].as_str().unwrap_or_default().to_owned();
    if dice.chance(faults.provider_unreached) {
        agenda.sleep(50).await;
        return Answer::NotReached { reason: "no route".to_owned() };
    }
    if dice.chance(faults.provider_busy) {
        agenda.sleep(100).await;
        let (status, code) =
            *dice.pick(&[(429, 130_429), (400, 131_056), (500, 131_016)]).unwrap_or(&(500, 1));
        return error(status, code);
    }
    if dice.chance(faults.provider_refuses) {
        agenda.sleep(100).await;
        return error(400, 131_026);
    }
    let id = format!("wamid.ours{}", center.ledger.borrow_mut().number());
    let is_silent = dice.chance(faults.provider_silent);
    if !is_silent || dice.chance(0.5) {
        let taking = dice.within(5..=if is_silent { 15_000 } else { 400 });
        // Whatever becomes of whoever asked, it has the message.
        let call = Call { message, id: id.clone(), body, is_silent };
        outside(center, take(center.clone(), taking, call));
    }
    let answers_in = if is_silent { left.saturating_add(1) } else { dice.within(400..=900) };
    agenda.sleep(answers_in.min(left)).await;
    if answers_in > left {
        return Answer::Lost { reason: "nothing for a while".to_owned() };
    }
    let body = json!({ "messages": [{ "id": id }] }).to_string().into_bytes();
    Answer::Response { status: 200, retry_after: None, body }
}

/// The provider takes each conversation in its order, but for what was sent again.
fn in_order(center: &Center, id: &str) {
    let found = at_once(message::find(&center.database.sql, &id.into()));
    let Ok(Some(message)) = found else {
        return center.violate("what is sent is stored", id);
    };
    let mut ledger = center.ledger.borrow_mut();
    if ledger.sent(id).asked_again > 0 {
        return;
    }
    let last = ledger.newest_taken.insert(message.conversation.clone(), message.seq);
    if last.is_some_and(|last| last > message.seq) {
        let detail = format!("{}: number {} after {last:?}", message.conversation, message.seq);
        center.violate("messages of a conversation are sent in order", detail);
    }
}

fn error(status: u16, code: i64) -> Answer {
    let body = json!({ "error": { "message": format!("(#{code})"), "code": code } }).to_string();
    Answer::Response { status, retry_after: None, body: body.into_bytes() }
}

struct Call {
    message: String,
    id: String,
    body: Value,
    /// The sender did not wait for it to be taken.
    is_silent: bool,
}

async fn take(center: Rc<Center>, after: i64, call: Call) {
    let Call { message, id, body, is_silent } = call;
    center.agenda.sleep(after).await;
    let Sent { taken, asked_again, .. } = {
        let mut ledger = center.ledger.borrow_mut();
        let sent = ledger.sent(&message);
        sent.taken += 1;
        sent.clone()
    };
    center.tell(format_args!("the provider took {message}"));
    if taken > 1 + asked_again {
        let detail = format!("{message} was taken {taken} times and asked for again {asked_again} times");
        center.violate("nothing is sent twice that nobody asked for again", detail);
    }
    if !is_silent {
        in_order(&center, &message);
    }
    let to = body["to"].as_str().unwrap_or_default().to_owned();
    for (name, status, after) in
        [("sent", Status::Sent, 300), ("delivered", Status::Delivered, 900), ("read", Status::Read, 4_000)]
    {
        if !center.dice.chance(0.7) {
            continue;
        }
        let report = json!({ "id": id, "status": name, "timestamp": "1795262401", "recipient_id": to,
            "biz_opaque_callback_data": message });
        let fact = Fact::Became { message: message.clone(), status };
        let (center, after) = (center.clone(), center.dice.within(0..=after));
        outside(&center.clone(), async move {
            center.agenda.sleep(after).await;
            notify(&center, json!({ "statuses": [report] }), vec![fact]);
        });
    }
}
