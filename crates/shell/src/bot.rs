//! A bot's side of an interaction: the turns it owes, what it said, and what happens when it fails.

mod then;
mod timer;

pub use timer::ring;

use crate::{
    article,
    command::{Race, retrying, within},
    due::id_of_next,
    failure::{Failure, Result},
    file::{self, PutAway, attached},
    flow::{self, Assigned, Edition},
    inbound::{Person, learn},
    outbound::{self, Draft},
};
use domain::{
    due::{Kind, Work},
    id::{FlowId, InteractionId, MessageId, QueueId},
    interaction::{Command, Interaction, State},
    message::{Author, Content, Menu},
    notice,
    time::Timestamp,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use store::{
    account::{self, Account},
    contact::{self, Contact},
    conversation::{self, Conversation},
    journal, message,
    port::{Sql, transaction},
    survey,
};

/// The work that gives the bot the contact's message.
pub(crate) async fn turn(
    sql: &impl Sql,
    now: Timestamp,
    interaction: &InteractionId,
    message: &MessageId,
    assigned: &Assigned,
) -> Result<Work, Race> {
    let body = json!({ "message_id": message, "flow": assigned.of });
    owed(sql, now, interaction, message.as_str(), body, &assigned.runner).await
}

/// The work that tells the bot something that is no message: [`BEGUN`] and what else stands there.
pub(crate) async fn news(
    sql: &impl Sql,
    now: Timestamp,
    interaction: &InteractionId,
    news: &str,
    assigned: &Assigned,
) -> Result<Work, Race> {
    let body = json!({ NEWS: news, "flow": assigned.of });
    owed(sql, now, interaction, news, body, &assigned.runner).await
}

/// A turn that the bot owes, behind all that it owes already. `what` it is about makes it one.
async fn owed(
    sql: &impl Sql,
    now: Timestamp,
    interaction: &InteractionId,
    what: &str,
    body: Value,
    runner: &str,
) -> Result<Work, Race> {
    Ok(Work {
        id: id_of_next(sql, now, Kind::BotTurn, interaction.as_str()).await?,
        kind: Kind::BotTurn,
        performer: runner.to_owned(),
        subject: interaction.0.clone(),
        key: format!("bot_turn:{interaction}:{what}"),
        body,
        due_at: now,
        attempts: 0,
        trace: None,
    })
}

const NEWS: &str = "news";
pub(crate) const BEGUN: &str = "begun";
pub(crate) const HUNG_UP: &str = "hung_up";
const SILENT: &str = "silent";
const WAITED: &str = "waited";

/// Why the bot is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The contact said this.
    Heard(Box<message::Message>),
    /// It begins, and the contact has said nothing.
    Begun,
    /// The contact was silent for as long as the bot has patience.
    Silent,
    /// The time that the bot wanted to wait has passed.
    Waited,
    /// The contact left: nothing can be said any more.
    HungUp,
}

impl Cause {
    async fn read(sql: &impl Sql, work: &Work) -> Result<Self> {
        let text = |name| work.body.get(name).and_then(Value::as_str);
        match (text("message_id"), text(NEWS)) {
            (Some(id), _) => {
                let message = message::find(sql, &MessageId::from(id)).await?;
                let lost = || Failure::Broken(format!("interaction {} has no message {id}", work.subject));
                Ok(Cause::Heard(Box::new(message.ok_or_else(lost)?)))
            }
            (None, Some(BEGUN)) => Ok(Cause::Begun),
            (None, Some(SILENT)) => Ok(Cause::Silent),
            (None, Some(WAITED)) => Ok(Cause::Waited),
            (None, Some(HUNG_UP)) => Ok(Cause::HungUp),
            _ => Err(Failure::Broken(format!("a turn of interaction {} for {}", work.subject, work.body))),
        }
    }
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
    pub cause: Cause,
    /// The last menu that the bot showed, when nothing of the contact's came between.
    pub menu: Option<Menu>,
}

impl Occasion {
    /// The message to answer, where it is one.
    pub fn heard(&self) -> Option<&message::Message> {
        match &self.cause {
            Cause::Heard(message) => Some(message),
            _ => None,
        }
    }
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
    let cause = Cause::read(sql, &work).await?;
    let menu = match &cause {
        Cause::Heard(message) => last_menu(sql, message).await?,
        _ => None,
    };
    Ok(Some(Occasion { work, id, interaction, flow, conversation, account, contact, cause, menu }))
}

/// The last menu that the bot showed before `message`, when nothing of the contact's came between.
async fn last_menu(sql: &impl Sql, message: &message::Message) -> Result<Option<Menu>> {
    let earlier = message::before(sql, &message.conversation, message.seq, 10).await?;
    let mut said = earlier.into_iter().rev().take_while(|message| message.author == Author::Bot);
    Ok(said.find_map(|message| match message.content {
        Content::Menu(menu) => Some(menu),
        _ => None,
    }))
}

/// What the bot made of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turn {
    /// What it wants to be told next time.
    pub memory: String,
    /// The places of its flow that it came through.
    pub path: Vec<String>,
    pub says: Vec<Said>,
    pub attributes: BTreeMap<String, String>,
    /// What it learnt about the contact.
    pub person: Person,
    /// What the contact answered to surveys.
    pub answers: Vec<survey::Answer>,
    /// The article that it answered with.
    pub article: Option<Answered>,
    /// Whether the last article helped, as the contact says.
    pub helped: Option<bool>,
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Words(Content),
    /// A file that is where it belongs, with some words.
    File(Box<PutAway>, Option<String>),
}

/// An article that answered a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub article: String,
    /// Of the text that was said.
    pub locale: String,
    pub question: String,
}

/// What a turn ends with.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Then {
    /// Wait for whatever the contact says, for ever.
    #[default]
    Listen,
    /// Wait for an answer; after so long the contact is silent.
    Ask(Duration),
    /// Wait for so long, or for what the contact says before.
    Wait(Duration),
    Queue {
        queue: QueueId,
        priority: i32,
        topic: Option<String>,
    },
    /// As before, and the contact is called back: at this number, if not at the one that is known, and not
    /// before that.
    CallBack {
        queue: QueueId,
        priority: i32,
        topic: Option<String>,
        phone: Option<String>,
        at: Option<Timestamp>,
    },
    /// Another flow goes on.
    PassOn {
        flow: FlowId,
        priority: i32,
    },
    End,
    /// The bot cannot go on, for this reason.
    Fail(String),
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
    let Turn { memory, attributes, path, .. } = turn.clone();
    let command = Command::BotTurn { of: occasion.flow.of(), memory, attributes, path };
    let done = within(sql, now, id, command).await?;
    if done.interaction.state != State::Bot {
        return Ok(vec![]); // A person took over meanwhile.
    }
    learn(sql, now, &conversation.contact, &turn.person, &occasion.account).await?;
    for answer in &turn.answers {
        survey::keep(sql, id, answer, now).await?;
    }
    if let Some(Answered { article, locale, question }) = &turn.article {
        article::used(sql, now, id, article, locale, question).await?;
    }
    if let Some(helpful) = turn.helped {
        article::judged(sql, id, helpful).await?;
    }
    let mut next = done.work;
    // Who left hears nothing.
    for said in turn.says.iter().filter(|_| !done.interaction.hung_up) {
        next.extend(say(sql, now, occasion, said).await?);
    }
    next.extend(then::follow(sql, now, occasion, &done.interaction, &turn.then).await?);
    Ok(next)
}

async fn say(sql: &impl Sql, now: Timestamp, occasion: &Occasion, said: &Said) -> Result<Vec<Work>, Race> {
    let (content, mut next) = match said {
        Said::Words(content) => (content.clone(), vec![]),
        Said::File(put, text) => {
            let work = file::keep_within(sql, now, put).await?;
            let attachments = vec![attached(put.file.clone(), put.place.hold)];
            (Content::Media { text: text.clone(), attachments }, work)
        }
    };
    let draft = Draft::new(&occasion.conversation, Some(&occasion.id), Author::Bot, content);
    next.extend(outbound::put(sql, now, draft).await?.work);
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
