//! What is looked at when all faults are over and all that was due is done: nothing was lost, nothing
//! was doubled, nothing is left.

use super::interaction::{self, number};
use crate::{
    center::Center,
    database::at_once,
    ledger::{Heard, Sent},
};
use domain::{
    id::{ConversationId, MessageId},
    message::{Direction, Status},
};
use std::collections::BTreeMap;
use store::{
    message::{self, Message},
    port::{Result, Sql},
};

/// Whether nothing is left to do. Who talks with a bot may stop talking, and what it waits for may come later.
pub(crate) fn is_drained(center: &Center) -> bool {
    let statement = "SELECT (SELECT COUNT(*) FROM due_work WHERE state = 'waiting'
            AND kind NOT IN ('desk_watch', 'bot_timer')) + (SELECT COUNT(*) FROM interaction WHERE state NOT IN ('bot', 'disposed'))";
    let left = at_once(center.database.sql.first(statement, &[])).and_then(number);
    center.ledger.borrow().under_way == 0 && center.database.is_settled() && left == Ok(0)
}

pub(crate) fn look(center: &Center) {
    if let Err(error) = everything(center) {
        center.violate("the database can be read", error);
    }
}

fn everything(center: &Center) -> Result<()> {
    left_over(center)?;
    for row in at_once(center.database.sql.query("SELECT id FROM interaction ORDER BY id", &[]))? {
        interaction::look(center, &row.get(0)?)?;
    }
    let rows =
        at_once(center.database.sql.query("SELECT id FROM message ORDER BY conversation_id, seq", &[]))?;
    let mut messages = vec![];
    for row in rows {
        let id: MessageId = row.get(0)?;
        messages.extend(at_once(message::find(&center.database.sql, &id))?);
    }
    heard(center, &messages);
    sent(center, &messages);
    Ok(())
}

fn left_over(center: &Center) -> Result<()> {
    let texts = |statement: &str| -> Result<Vec<String>> {
        let rows = at_once(center.database.sql.query(statement, &[]))?;
        rows.iter().map(|row| row.get(0)).collect()
    };
    let rows = [
        (
            "no due work is left",
            "SELECT kind || ' ' || subject || ' ' || state || ' ' || COALESCE(last_error, '') FROM due_work
            WHERE kind NOT IN ('desk_watch', 'bot_timer') OR state <> 'waiting'",
        ),
        (
            "whoever left the bot is gone",
            "SELECT i.id FROM interaction i JOIN interaction_event e ON e.interaction_id = i.id
            WHERE i.state = 'bot' AND e.kind = 'hung_up' AND NOT EXISTS (SELECT 1 FROM interaction_event later
                WHERE later.interaction_id = i.id AND later.version > e.version AND later.kind = 'flowed')",
        ),
        ("every webhook is read", "SELECT id FROM webhook WHERE state = 'received'"),
        (
            "no good webhook fails",
            "SELECT id || ': ' || COALESCE(reason, '') || ' at ' || COALESCE(place, '') FROM webhook
            WHERE state = 'failed' AND INSTR(CAST(body AS TEXT), '\"type\":7') = 0",
        ),
        ("every message is handed over", "SELECT id FROM message WHERE status = 'sending'"),
        ("whatever came early is applied", "SELECT body FROM parked_event"),
        (
            "every interaction comes to its end",
            "SELECT id || ' ' || state FROM interaction WHERE state NOT IN ('bot', 'disposed')",
        ),
    ];
    for (invariant, statement) in rows {
        if let Some(left) = texts(statement)?.first() {
            center.violate(invariant, left);
        }
    }
    Ok(())
}

/// What was acknowledged is stored exactly once, as it was last changed, in the order of its webhook.
fn heard(center: &Center, messages: &[Message]) {
    let ledger = center.ledger.borrow();
    let mut stored = BTreeMap::<&str, Vec<&Message>>::new();
    for message in messages.iter().filter(|message| message.direction == Direction::In) {
        stored.entry(message.provider_id.as_deref().unwrap_or_default()).or_default().push(message);
    }
    let mut last = BTreeMap::<(&ConversationId, u64), (usize, u64)>::new();
    for (id, Heard { webhook, place, text, is_deleted, reaction }) in &ledger.heard {
        let [message] = stored.get(id.as_str()).map(Vec::as_slice).unwrap_or_default() else {
            let count = stored.get(id.as_str()).map_or(0, Vec::len);
            let detail = format!("{id} is there {count} times");
            center.violate("what is acknowledged is stored exactly once", detail);
            continue;
        };
        let (is_text, is_reaction) = (message.content.summary() == text, message.reaction == *reaction);
        if !is_text || !is_reaction || message.deleted != *is_deleted {
            let detail = format!("{id} should be {text:?}, {reaction:?}, {is_deleted}: {message:?}");
            center.violate("a change finds its message", detail);
        }
        let place_in_webhook = last.entry((&message.conversation, *webhook)).or_insert((*place, message.seq));
        if (place_in_webhook.0 < *place) != (place_in_webhook.1 < message.seq) && place_in_webhook.0 != *place
        {
            center.violate("messages of one webhook keep their order", id);
        }
    }
}

/// What we sent is where the provider says it is, and what agents wrote is there.
fn sent(center: &Center, messages: &[Message]) {
    let ledger = center.ledger.borrow();
    let none = Sent::default();
    for message in messages.iter().filter(|message| message.direction == Direction::Out) {
        let sent = ledger.sent.get(message.id.as_str()).unwrap_or(&none);
        if sent.reported.is_some_and(|reported| message.status < Some(reported)) {
            let detail = format!("{} is {:?}, reported {:?}", message.id, message.status, sent.reported);
            center.violate("a report is never forgotten", detail);
        }
        let claimed = matches!(message.status, Some(Status::Sent | Status::Delivered | Status::Read));
        if claimed && message.account.as_str() == crate::setup::WHATSAPP && sent.taken == 0 {
            center.violate("what is shown as sent was sent", &message.id);
        }
    }
    for (client_id, text) in &ledger.written {
        let count = messages
            .iter()
            .filter(|message| {
                message.client_id.as_ref() == Some(client_id) && message.content.summary() == text
            })
            .count();
        if count != 1 {
            center.violate("what an agent wrote is stored exactly once", format!("{text}: {count}"));
        }
    }
}

/// What happened to interactions, and how often.
pub(crate) fn events(center: &Center) -> BTreeMap<String, u64> {
    let statement = "SELECT kind, COUNT(*) FROM interaction_event GROUP BY kind";
    let rows = at_once(center.database.sql.query(statement, &[])).unwrap_or_default();
    rows.iter().filter_map(|row| Some((row.get(0).ok()?, row.get(1).ok()?))).collect()
}

/// How many interactions there were.
pub(crate) fn contacts(center: &Center) -> u64 {
    at_once(center.database.sql.first("SELECT COUNT(*) FROM interaction", &[])).and_then(number).unwrap_or(0)
}
