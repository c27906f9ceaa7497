//! What is looked at after each step: what the feed says has changed, and what everybody holds.

use super::{interaction, time};
use crate::{bot::TO_NOBODY, center::Center, database::at_once};
use domain::{
    id::{ConversationId, InteractionId, MessageId},
    message::Author,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    feed, hold, message,
    port::{Error, Result},
};

#[derive(Default)]
pub(crate) struct Watch {
    feed: i64,
    /// The newest message of each conversation.
    seqs: BTreeMap<ConversationId, u64>,
    /// What the bot said; each of it answers one message.
    said: BTreeSet<String>,
    /// The newest message of each conversation that the bot answered.
    answered: BTreeMap<ConversationId, u64>,
    second: i64,
    pub(super) servable_since: BTreeMap<InteractionId, i64>,
    pub(crate) messages: u64,
}

/// Looks at what the last step changed.
pub(crate) fn after_step(center: &Center) {
    // Inside somebody's transaction one sees what may never have been.
    if !center.database.is_settled() {
        return;
    }
    let watch = &mut *center.watch.borrow_mut();
    let mut looked = Ok(());
    if center.database.changed.take() {
        looked = watch.changes(center);
    }
    let second = center.agenda.now() / 1000;
    if second != watch.second {
        watch.second = second;
        looked = looked.and_then(|()| time::look(center, watch));
    }
    if let Err(error) = looked {
        center.violate("the database can be read", error);
    }
}

impl Watch {
    fn changes(&mut self, center: &Center) -> Result<()> {
        let sql = &center.database.sql;
        let entries = at_once(feed::since(sql, self.feed, 1000))?;
        let mut changed = BTreeSet::new();
        for entry in entries {
            self.feed = entry.seq;
            match (entry.kind, entry.message) {
                (feed::Kind::Message, Some(id)) => self.message(center, &id)?,
                (feed::Kind::Interaction, _) => changed.extend(entry.interaction),
                _ => {}
            }
        }
        for id in &changed {
            interaction::look(center, id)?;
        }
        if !changed.is_empty() {
            loads(center)?;
        }
        Ok(())
    }

    fn message(&mut self, center: &Center, id: &MessageId) -> Result<()> {
        let found = at_once(message::find(&center.database.sql, id))?;
        let message = found.ok_or_else(|| Error::Broken(format!("message {id} is gone")))?;
        self.messages += 1;
        let last = self.seqs.entry(message.conversation.clone()).or_default();
        if message.seq != *last + 1 {
            let detail = format!("message {id} has number {} after {last}", message.seq);
            center.violate("messages of a conversation are numbered without gaps", detail);
        }
        *last = message.seq;
        if message.author == Author::Bot {
            let said = message.content.summary().to_owned();
            if said == TO_NOBODY {
                center.violate("nothing is said to who left", &message.id);
            }
            self.answered(center, &message.conversation, &said)?;
            if !self.said.insert(said.clone()) {
                center.violate("the bot answers each message once", said);
            }
        }
        Ok(())
    }
}

impl Watch {
    /// What the bot says names the message that it answers.
    fn answered(&mut self, center: &Center, conversation: &ConversationId, said: &str) -> Result<()> {
        let answered = said.split(' ').nth(1).map(MessageId::from);
        let Some(answered) = answered else { return Ok(()) };
        let Some(answered) = at_once(message::find(&center.database.sql, &answered))? else { return Ok(()) };
        let last = self.answered.entry(conversation.clone()).or_default();
        if answered.seq < *last {
            let detail = format!("{conversation}: number {} after {last}", answered.seq);
            center.violate("the bot answers in the order of the messages", detail);
        }
        *last = answered.seq;
        Ok(())
    }
}

fn loads(center: &Center) -> Result<()> {
    let loads = at_once(hold::loads(&center.database.sql))?;
    for person in &center.staff {
        let load = loads.get(&person.id).copied().unwrap_or_default();
        if load.chats > person.chats {
            let detail = format!("{} holds {} of {}", person.id, load.chats, person.chats);
            center.violate("no agent is over capacity", detail);
        }
    }
    Ok(())
}
