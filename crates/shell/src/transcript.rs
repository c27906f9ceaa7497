//! What was said in a talk, sent as a letter: when, to which address, and by whom.
//!
//! It leaves as an ordinary message of the account that the talk's account names as its `mail_account`. That
//! somebody named an address does not make it theirs: the letter's conversation has a contact of its own
//! unless the address is proven, so that its owner never meets what belongs to whoever named it.

use crate::{
    command::{Race, retrying},
    failure::Result,
    log,
    outbound::{self, Draft},
    performer::DISPATCHER,
    unique,
};
use domain::{
    channel::CapacityKind,
    contact::Identity,
    due::{Kind, Work},
    id::{AccountId, ContactId, ConversationId, InteractionId},
    interaction::Interaction,
    message::{Author, Content, Direction},
    time::Timestamp,
    transcript::{Line, Speaker, Talk, letter},
};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use store::{
    account::{self, Account},
    agent, contact,
    conversation::{self, Conversation, New},
    message::{self, Message},
    port::{Sql, transaction},
};

/// The setting of an account that names the one that sends its letters.
pub const MAIL_ACCOUNT: &str = "mail_account";
/// The setting that says when a transcript is sent without being asked for: `always`.
const TRANSCRIPT: &str = "transcript";
/// The attribute of work that came while the business was closed: whoever left it is answered by letter.
pub const AFTER_HOURS: &str = "after_hours";
/// The attribute with the address that the contact gave for this matter.
pub const EMAIL: &str = "email";

/// The largest talk; of a longer one, what was said last.
const MESSAGES_MAX: i64 = 500;

/// The work of a transcript that the contact asked for in the event `key`.
pub(crate) fn asked_for(now: Timestamp, conversation: &Conversation, key: &str, to: &Identity) -> Work {
    let interaction = conversation.open_interaction.as_ref();
    work(now, conversation, interaction, to, format!("transcript:{}:{key}", conversation.account))
}

/// The same when the talk is over, where its account wants that and an address is known.
pub(crate) async fn at_end(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    over: &Interaction,
) -> Result<Option<Work>, Race> {
    let Some(talk) = &over.conversation else { return Ok(None) };
    let Some(account) = account::of_conversation(sql, talk).await? else { return Ok(None) };
    let always = account.settings.get(TRANSCRIPT).and_then(Value::as_str) == Some("always");
    let wanted = always || over.attributes.contains_key(AFTER_HOURS);
    if !wanted || mail_account(&account).is_none() {
        return Ok(None);
    }
    let Some(conversation) = conversation::find(sql, talk).await? else { return Ok(None) };
    let given = over.attributes.get(EMAIL).and_then(|given| Identity::email(given));
    let to = match given {
        Some(given) => Some(given),
        None => contact::unmerged(sql, &conversation.contact)
            .await?
            .and_then(|contact| contact.email().and_then(Identity::email)),
    };
    Ok(to.map(|to| work(now, &conversation, Some(id), &to, format!("transcript:{id}:end"))))
}

fn work(
    now: Timestamp,
    conversation: &Conversation,
    interaction: Option<&InteractionId>,
    to: &Identity,
    key: String,
) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::Transcript,
        performer: DISPATCHER.to_owned(),
        subject: conversation.id.0.clone(),
        key,
        body: json!({ "interaction": interaction, "to": to }),
        due_at: now,
        attempts: 0,
        trace: None,
    }
}

/// The account that sends the letters of `account`.
pub fn mail_account(account: &Account) -> Option<AccountId> {
    let named = account.settings.get(MAIL_ACCOUNT).and_then(Value::as_str);
    named.filter(|named| !named.is_empty()).map(AccountId::from)
}

/// Performs `work`: writes the letter, once. `zone` is where the business has its clock, unless the
/// account's hours say another.
pub async fn perform(sql: &impl Sql, now: Timestamp, zone: &TimeZone, work: &Work) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| write(sql, now, zone, work).await).await).await
}

async fn write(sql: &impl Sql, now: Timestamp, zone: &TimeZone, work: &Work) -> Result<Vec<Work>, Race> {
    let of = ConversationId(work.subject.clone());
    let to: Option<Identity> = serde_json::from_value(work.body["to"].clone()).ok();
    let talked = conversation::find(sql, &of).await?;
    let account = match &talked {
        Some(talked) => account::find(sql, &talked.account).await?,
        None => None,
    };
    let sender = match account.as_ref().and_then(mail_account) {
        Some(sender) => account::find(sql, &sender).await?,
        None => None,
    };
    let (Some(to), Some(talked), Some(account), Some(sender)) = (to, talked, account, sender) else {
        let reason = format!("no {MAIL_ACCOUNT} can send the transcript of conversation {of}");
        log::alarm(&reason);
        store::due::give_up(sql, &work.id, &reason).await?;
        return Ok(vec![]);
    };
    if !store::due::complete(sql, &work.id).await? {
        return Ok(vec![]);
    }
    let interaction = work.body["interaction"].as_str().map(InteractionId::from);
    let said = said(sql, &talked, interaction).await?;
    if said.is_empty() {
        return Ok(vec![]);
    }
    let contact = contact::unmerged(sql, &talked.contact).await?;
    let name = contact.as_ref().map(|contact| contact.name.clone()).filter(|name| !name.is_empty());
    let locale = contact.and_then(|contact| contact.locale);
    let mut lines = vec![];
    for message in said {
        let speaker = match (&message.author, message.direction) {
            (Author::Contact, Direction::In) => Speaker::Contact(name.clone()),
            (Author::Agent(id), _) => Speaker::Agent(agent::find(sql, id).await?.map(|agent| agent.name)),
            (Author::Bot, _) => Speaker::Bot,
            (Author::System | Author::Contact, _) => Speaker::Business,
        };
        lines.push(Line { at: message.at, speaker, content: message.content });
    }
    let title = account.settings.get("title").and_then(Value::as_str).filter(|title| !title.is_empty());
    let business = title.unwrap_or(&account.name);
    let zone = own_zone(&account).unwrap_or_else(|| zone.clone());
    let talk = Talk { business, locale: locale.as_deref(), zone: &zone, lines };
    let content = Content::Letter(letter(&talk));
    let letters = letters_to(sql, now, &sender, &to, name.as_deref(), locale.as_deref()).await?;
    let client_id = Some(work.key.clone());
    let draft = Draft { client_id, ..Draft::new(&letters, None, Author::System, content) };
    Ok(outbound::put(sql, now, draft).await?.work)
}

fn own_zone(account: &Account) -> Option<TimeZone> {
    TimeZone::get(account.settings.get("hours")?.get("time_zone")?.as_str()?).ok()
}

/// What was said about one matter: the run of messages that belong to it, with what stands between them
/// and belongs to none.
async fn said(
    sql: &impl Sql,
    conversation: &Conversation,
    interaction: Option<InteractionId>,
) -> Result<Vec<Message>, Race> {
    let upto = conversation.last_seq.saturating_add(1);
    let mut messages = message::before(sql, &conversation.id, upto, MESSAGES_MAX).await?;
    let newest = || messages.iter().rev().find_map(|message| message.interaction.clone());
    let Some(matter) = interaction.or_else(newest) else { return Ok(messages) };
    let belongs = |message: &Message| message.interaction.as_ref() == Some(&matter);
    let is_free = |message: &Message| message.interaction.is_none();
    let Some(last) = messages.iter().rposition(belongs) else { return Ok(vec![]) };
    let after = messages[last + 1..].iter().take_while(|message| is_free(message)).count();
    messages.truncate(last + 1 + after);
    let run = messages.iter().rev().take_while(|message| belongs(message) || is_free(message)).count();
    messages.drain(..messages.len() - run);
    messages.retain(|message| !message.deleted);
    Ok(messages)
}

/// The conversation with an address on the account `sender`.
async fn letters_to(
    sql: &impl Sql,
    now: Timestamp,
    sender: &Account,
    to: &Identity,
    name: Option<&str>,
    locale: Option<&str>,
) -> Result<Conversation, Race> {
    if let Some(known) = conversation::with(sql, &sender.id, to).await? {
        return Ok(known);
    }
    let contact = match contact::proven_holder(sql, to).await? {
        Some(holder) => holder,
        None => {
            let id = ContactId(unique::id(now));
            contact::create(sql, &id, name.unwrap_or_default(), locale, now).await?;
            id
        }
    };
    let id = ConversationId(unique::id(now));
    let new =
        New { account: sender, identity: to, contact: &contact, capacity: CapacityKind::Mail, thread: None };
    conversation::create(sql, &id, new).await?;
    conversation::find(sql, &id).await?.ok_or_else(|| Race::Lost(format!("conversation {id}")))
}
