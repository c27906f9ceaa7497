//! A bot's side of an interaction: the turns it owes, what it said, and what happens when it fails.

use crate::{
    command::{Race, retrying, within},
    due::id_of_next,
    failure::{Failure, Result},
    flow::{self, Assigned, Edition},
    inbound::{Person, learn},
    outbound::{self, Draft},
};
use domain::{
    due::{Kind, Work},
    id::{InteractionId, MessageId, QueueId},
    interaction::{Command, Interaction, State},
    message::{Author, Content, Menu},
    notice,
    time::Timestamp,
};
use std::collections::BTreeMap;
use store::{
    account::{self, Account},
    contact::{self, Contact},
    conversation::{self, Conversation},
    journal, message,
    port::{Sql, transaction},
};

/// The work that gives the bot the contact's message.
pub(crate) async fn turn(
    sql: &impl Sql,
    now: Timestamp,
    interaction: &InteractionId,
    message: &MessageId,
    assigned: &Assigned,
) -> Result<Work, Race> {
    Ok(Work {
        id: id_of_next(sql, now, Kind::BotTurn, interaction.as_str()).await?,
        kind: Kind::BotTurn,
        performer: assigned.runner.clone(),
        subject: interaction.0.clone(),
        key: format!("bot_turn:{interaction}:{message}"),
        body: serde_json::json!({ "message_id": message, "flow": assigned.of }),
        due_at: now,
        attempts: 0,
        trace: None,
    })
}

/// All that a turn needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Occasion {
    pub work: Work,
    pub id: InteractionId,
    /// With the memory of this flow.
    pub interaction: Interaction,
    pub flow: Edition,
    pub conversation: Conversation,
    pub account: Account,
    /// As this channel knows them.
    pub contact: Contact,
    /// The message to answer.
    pub message: message::Message,
    /// The last menu that the bot showed, when nothing of the contact's came between.
    pub menu: Option<Menu>,
}

/// The turn to take for `work`, or an older one of the same interaction: turns keep their order.
/// `None`: nothing is left to do.
pub async fn occasion(sql: &impl Sql, work: &Work) -> Result<Option<Occasion>> {
    let Some(work) = store::due::next_of(sql, Kind::BotTurn, &work.subject).await? else { return Ok(None) };
    let id = InteractionId(work.subject.clone());
    let mut interaction = journal::load(sql, &id).await?;
    let of = flow::asked_for(&work, &interaction);
    interaction.bot_memory = interaction.memory_in(&of).to_owned();
    let flow = flow::edition(sql, of).await?;
    let lost = |what: &str| Failure::Broken(format!("interaction {id} has no {what}"));
    let of = interaction.conversation.as_ref().ok_or_else(|| lost("conversation"))?;
    let conversation = conversation::find(sql, of).await?.ok_or_else(|| lost("conversation"))?;
    let account = account::find(sql, &conversation.account).await?.ok_or_else(|| lost("account"))?;
    // A merge may rest on a claim: a bot must not tell one visitor what belongs to another.
    let contact = contact::unmerged(sql, &conversation.contact).await?.ok_or_else(|| lost("contact"))?;
    let message = MessageId::from(work.body["message_id"].as_str().unwrap_or_default());
    let message = message::find(sql, &message).await?.ok_or_else(|| lost("message"))?;
    let earlier = message::before(sql, of, message.seq, 10).await?;
    let said = earlier.into_iter().rev().take_while(|message| message.author == Author::Bot);
    let menu = said.into_iter().find_map(|message| match message.content {
        Content::Menu(menu) => Some(menu),
        _ => None,
    });
    Ok(Some(Occasion { work, id, interaction, flow, conversation, account, contact, message, menu }))
}

/// What the bot made of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turn {
    /// What it wants to be told next time.
    pub memory: String,
    /// The places of its flow that it came through.
    pub path: Vec<String>,
    pub says: Vec<Content>,
    pub attributes: BTreeMap<String, String>,
    /// What it learnt about the contact.
    pub person: Person,
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Then {
    /// Wait for the contact.
    #[default]
    Listen,
    Queue {
        queue: QueueId,
        priority: i32,
        topic: Option<String>,
    },
    End,
}

/// Commits a turn with everything it said, once: whoever took the same turn before wins.
pub async fn commit(sql: &impl Sql, now: Timestamp, occasion: &Occasion, turn: &Turn) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| commit_within(sql, now, occasion, turn).await).await).await
}

async fn commit_within(
    sql: &impl Sql,
    now: Timestamp,
    occasion: &Occasion,
    turn: &Turn,
) -> Result<Vec<Work>, Race> {
    let Occasion { work, id, conversation, .. } = occasion;
    if !store::due::complete(sql, &work.id).await? {
        return Ok(vec![]);
    }
    let (memory, attributes) = (turn.memory.clone(), turn.attributes.clone());
    let command = Command::BotTurn { of: occasion.flow.of(), memory, attributes, path: turn.path.clone() };
    let done = within(sql, now, id, command).await?;
    if done.interaction.state != State::Bot {
        return Ok(vec![]); // A person took over meanwhile.
    }
    learn(sql, now, &conversation.contact, &turn.person, &occasion.account).await?;
    let mut next = done.work;
    for content in &turn.says {
        let draft = Draft::new(conversation, Some(id), Author::Bot, content.clone());
        next.extend(outbound::put(sql, now, draft).await?.work);
    }
    let command = match &turn.then {
        Then::Listen => return Ok(next),
        Then::Queue { queue, priority, topic } => {
            // A queue that does not exist must not lose the contact.
            let known = store::queue::find(sql, queue).await?.is_some();
            let queue = if known { queue.clone() } else { occasion.account.queue.clone() };
            Command::Queue { queue, priority: *priority, topic: topic.clone() }
        }
        Then::End => Command::End,
    };
    next.extend(within(sql, now, id, command).await?.work);
    Ok(next)
}

/// The bot failed in a way that another try cannot mend.
pub async fn fail(sql: &impl Sql, now: Timestamp, occasion: &Occasion, reason: &str) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| hand_over(sql, now, &occasion.id, reason).await).await)
        .await
}

/// The bot failed for good: the contact gets an apology and a person. Completes every turn it owed.
pub(crate) async fn hand_over(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    reason: &str,
) -> Result<Vec<Work>, Race> {
    let interaction = journal::load(sql, id).await?;
    let mut failed = None;
    while let Some(work) = store::due::next_of(sql, Kind::BotTurn, id.as_str()).await? {
        failed.get_or_insert_with(|| flow::asked_for(&work, &interaction));
        store::due::complete(sql, &work.id).await?;
    }
    let Some(of) = interaction.conversation.as_ref() else { return Ok(vec![]) };
    let Some(conversation) = conversation::find(sql, of).await? else { return Ok(vec![]) };
    let Some(account) = account::find(sql, &conversation.account).await? else { return Ok(vec![]) };
    let command = Command::FailBot { of: failed, reason: reason.to_owned(), queue: account.queue };
    let done = within(sql, now, id, command).await?;
    if !done.changed {
        return Ok(vec![]);
    }
    let locale = contact::find(sql, &conversation.contact).await?.and_then(|contact| contact.locale);
    let apology = Content::text(notice::bot_failed(locale.as_deref()));
    let draft = Draft::new(&conversation, Some(id), Author::System, apology);
    let mut work = done.work;
    work.extend(outbound::put(sql, now, draft).await?.work);
    Ok(work)
}
