//! A message to a contact, from the desk's or the bot's hand to the provider's answer.
//!
//! Every message passes here, whoever wrote it: who wants none gets none ([`take`]), and nobody is asked
//! faster than they take it ([`paced`]).
//!
//! Before the provider is asked, that is recorded: a message whose outcome nobody knows, because we
//! died or the provider never answered, is never sent again blindly.

use crate::{
    command::{Race, retrying},
    due::id_of_next,
    failure::{Failure, Result},
    file::attached,
    inbound, moderation, performer, unique,
};
use domain::{
    channel::Profiles,
    consent::{self, Extent, OptOut},
    contact::{Identity, is_unreachable},
    due::{Kind, Work, backoff},
    id::{ConversationId, InteractionId, MessageId},
    message::{Attachment, Author, Content, DeliveryError, Direction, Status},
    rate::{Rate, Rates},
    reason::Reason,
    time::Timestamp,
};
use std::time::Duration;
use store::{
    account::{self, Account},
    attachment,
    consent::Recorded,
    conversation::{self, Conversation, New},
    message::{self, Message},
    port::{Sql, transaction},
    rate, unreachable,
};

/// A message that the provider was always too busy for is given up after a day.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft<'a> {
    pub conversation: &'a Conversation,
    pub interaction: Option<&'a InteractionId>,
    pub author: Author,
    pub content: Content,
    /// Makes a repeated send one message.
    pub client_id: Option<String>,
    pub reply_to: Option<MessageId>,
}

impl<'a> Draft<'a> {
    pub fn new(
        conversation: &'a Conversation,
        interaction: Option<&'a InteractionId>,
        author: Author,
        content: Content,
    ) -> Self {
        Draft { conversation, interaction, author, content, client_id: None, reply_to: None }
    }
}

/// A stored message, and the work to try now.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    pub message: Message,
    pub work: Vec<Work>,
}

/// Stores a message and the work of delivering it.
pub async fn send(sql: &impl Sql, now: Timestamp, draft: &Draft<'_>) -> Result<Put> {
    retrying(async || transaction(sql, async |sql| put(sql, now, draft.clone()).await).await).await
}

/// Answers a comment in private, by a message of the private conversation, which may begin with it.
/// `draft` is what would be the public answer.
pub async fn answer_privately(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    profiles: &Profiles,
    draft: &Draft<'_>,
) -> Result<Put> {
    let public = draft.conversation;
    let capacity = profiles.messages.capacity;
    retrying(async || {
        transaction(sql, async |sql| {
            let comment = match &draft.reply_to {
                Some(id) => message::find(sql, id).await?,
                None => message::last_heard(sql, &public.id).await?,
            };
            let comment = comment.filter(|_| public.thread.is_some());
            let comment =
                comment.ok_or_else(|| Failure::BadRequest("there is no comment to answer".into()))?;
            let private = conversation::with(sql, &account.id, &public.identity).await?;
            if let (Some(private), Some(client_id)) = (&private, &draft.client_id)
                && let Some(message) = message::by_client(sql, &private.id, client_id).await?
            {
                return Ok(Put { message, work: vec![] });
            }
            moderation::answerable(sql, now, &comment, &profiles.moderation).await?;
            let private = match private {
                Some(private) => private,
                None => {
                    let id = ConversationId(unique::id(now));
                    let (identity, contact) = (&public.identity, &public.contact);
                    let new = New { account, identity, contact, capacity, thread: None };
                    conversation::create(sql, &id, new).await?;
                    let made = conversation::find(sql, &id).await?;
                    made.ok_or_else(|| Race::Lost(format!("conversation {id}")))?
                }
            };
            let reply_to = Some(comment.id.clone());
            let put = put(sql, now, Draft { conversation: &private, reply_to, ..draft.clone() }).await?;
            moderation::answered(sql, now, &comment.id, &put.message).await?;
            Ok(put)
        })
        .await
    })
    .await
}

/// Stores a message inside a transaction of the caller's. What was sent under the same client id is there.
pub(crate) async fn put(sql: &impl Sql, now: Timestamp, draft: Draft<'_>) -> Result<Put, Race> {
    let Draft { conversation, interaction, author, content, client_id, reply_to } = draft;
    if let Some(client_id) = &client_id
        && let Some(message) = message::by_client(sql, &conversation.id, client_id).await?
    {
        return Ok(Put { message, work: vec![] });
    }
    let message = Message {
        id: MessageId(unique::id(now)),
        conversation: conversation.id.clone(),
        seq: 0,
        interaction: interaction.cloned(),
        account: conversation.account.clone(),
        direction: Direction::Out,
        author,
        content,
        at: now,
        provider_id: None,
        client_id,
        reply_to,
        status: Some(Status::Sending),
        error: None,
        handed_at: None,
        reaction: None,
        edited: false,
        deleted: false,
    };
    let message = message::add(sql, now, message).await?;
    let work = vec![delivery(sql, now, conversation, &message).await?];
    let work = store::due::add(sql, now, work).await?;
    Ok(Put { message, work })
}

async fn delivery(
    sql: &impl Sql,
    now: Timestamp,
    conversation: &Conversation,
    message: &Message,
) -> Result<Work, Race> {
    let id = id_of_next(sql, now, Kind::Deliver, conversation.id.as_str()).await?;
    Ok(Work {
        kind: Kind::Deliver,
        performer: performer::of_channel(&conversation.channel),
        subject: conversation.id.0.clone(),
        // The id makes a retry by the agent new work.
        key: format!("deliver:{}:{id}", message.id),
        body: serde_json::json!({ "message_id": message.id }),
        due_at: now,
        attempts: 0,
        trace: None,
        id,
    })
}

/// A file of ours as a message carries it, tied to `conversation`. `None`: it is not there, or is
/// another conversation's.
pub async fn stored(
    sql: &impl Sql,
    id: &str,
    conversation: &domain::id::ConversationId,
) -> Result<Option<Attachment>, Race> {
    if !attachment::tie(sql, id, conversation).await? {
        return Ok(None);
    }
    let found = attachment::find_placed(sql, id).await?;
    Ok(found.map(|(file, place)| attached(file, place.hold)))
}

/// A message that is to be handed to its provider now.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    pub work: Work,
    pub message: Message,
    pub account: Account,
    pub conversation: Conversation,
    /// Everything the contact is known by.
    pub identities: Vec<Identity>,
    /// The provider's id of the message it replies to.
    pub reply_to: Option<String>,
    /// The provider's id of the public comment that it answers in private.
    pub comment: Option<String>,
}

/// Whether the conversation's next message may go out now by the rates of its account and of its
/// recipient; else it is put off until it may.
pub async fn paced(sql: &impl Sql, now: Timestamp, work: &Work, rates: &Rates) -> Result<bool> {
    let Some(next) = store::due::next_of(sql, Kind::Deliver, &work.subject).await? else { return Ok(true) };
    if next.due_at > now {
        return Ok(true); // Nothing goes out anyway: [`take`] says so.
    }
    let Some(of) = conversation::find(sql, &work.subject.as_str().into()).await? else { return Ok(true) };
    let Some(account) = account::find(sql, &of.account).await? else { return Ok(true) };
    for (bucket, rate) in buckets(&account, &of, rates) {
        if let Err(at) = rate::take(sql, &bucket, rate, now).await? {
            store::due::put_off(sql, &next.id, at).await?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// The account's own rate stands in its settings, where the provider gave it another one.
fn buckets(account: &Account, of: &Conversation, rates: &Rates) -> impl Iterator<Item = (String, Rate)> {
    let own = account.settings.get("messages_per_second");
    let own = own.and_then(|own| own.as_f64().or_else(|| own.as_str()?.parse().ok()));
    let of_account = own.and_then(Rate::of_setting).or(rates.account);
    let of_account = of_account.map(|rate| (format!("account:{}", account.id), rate));
    let of_contact = rates.contact.map(|rate| (format!("conversation:{}", of.id), rate));
    of_account.into_iter().chain(of_contact)
}

/// Takes the next message of the conversation that `work` is about, and records that its provider is
/// about to be asked. `None`: nothing is to be done now. What the contact does not want fails here.
pub async fn take(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Option<Parcel>> {
    loop {
        let taken = retrying(async || transaction(sql, async |sql| take_within(sql, now, work).await).await);
        match taken.await? {
            Taken::Nothing => return Ok(None),
            Taken::Refused => {}
            Taken::Parcel(parcel) => return Ok(Some(*parcel)),
        }
    }
}

enum Taken {
    Nothing,
    /// The contact does not want it: it failed, and another one may be next.
    Refused,
    Parcel(Box<Parcel>),
}

async fn take_within(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Taken, Race> {
    let Some(next) = store::due::next_of(sql, Kind::Deliver, &work.subject).await? else {
        return Ok(Taken::Nothing);
    };
    if next.due_at > now {
        // An earlier message waits for the provider: a later one must not overtake it. It keeps its
        // lease, since whoever sends the earlier one goes on with it; given back it would be taken again
        // and again until then.
        return Ok(Taken::Nothing);
    }
    let id = MessageId::from(next.body["message_id"].as_str().unwrap_or_default());
    let message = message::find(sql, &id).await?;
    let Some(mut message) = message.filter(|message| message.status == Some(Status::Sending)) else {
        store::due::complete(sql, &next.id).await?;
        return Ok(Taken::Nothing);
    };
    if let Some(handed_at) = message.handed_at {
        if now.since(handed_at) < domain::due::LEASE {
            return Ok(Taken::Nothing); // Somebody is at it.
        }
        message.status = Some(Status::Unknown);
        message.handed_at = None;
        message::update(sql, now, &message).await?;
        store::due::complete(sql, &next.id).await?;
        return Ok(Taken::Nothing);
    }
    let lost = |what: &str| Failure::Broken(format!("message {id} has no {what}"));
    let found = conversation::find(sql, &message.conversation).await?;
    let conversation = found.ok_or_else(|| lost("conversation"))?;
    let account = account::find(sql, &message.account).await?.ok_or_else(|| lost("account"))?;
    if let Some(opt_out) = unwanted(sql, &conversation, &message.content).await? {
        message.status = Some(Status::Failed);
        message.error = Some(opted_out(opt_out));
        message::update(sql, now, &message).await?;
        store::due::complete(sql, &next.id).await?;
        return Ok(Taken::Refused);
    }
    message.handed_at = Some(now);
    message::update(sql, now, &message).await?;
    let contact = store::contact::find(sql, &conversation.contact).await?;
    let identities = contact.map(|contact| contact.identities).unwrap_or_default();
    let replied = match &message.reply_to {
        Some(target) => message::find(sql, target).await?,
        // In public, an answer stands below what the contact wrote last.
        None if conversation.thread.is_some() => message::last_heard(sql, &conversation.id).await?,
        None => None,
    };
    // A message that replies to one of another conversation is a private answer to a comment.
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        replied.into_iter().partition(|replied| replied.conversation == conversation.id);
    let provider_id = |replied: Vec<Message>| replied.into_iter().find_map(|replied| replied.provider_id);
    let (reply_to, comment) = (provider_id(here), provider_id(elsewhere));
    let identities = identities.into_iter().map(|held| held.identity).collect();
    let parcel = Parcel { work: next, message, account, conversation, identities, reply_to, comment };
    Ok(Taken::Parcel(Box::new(parcel)))
}

/// The opt-out that a message of `content` would go against. What stands in public is sent to nobody.
pub async fn unwanted(
    sql: &impl Sql,
    conversation: &Conversation,
    content: &Content,
) -> Result<Option<OptOut>, store::port::Error> {
    if conversation.thread.is_some() {
        return Ok(None);
    }
    let opt_outs = store::consent::opt_outs(sql, &conversation.channel, &conversation.identity).await?;
    let marketing = matches!(content, Content::Template(template) if template.marketing);
    Ok(consent::refusal(&opt_outs, marketing))
}

impl Parcel {
    /// What the provider's error says about the person: they asked it not to let our messages through.
    fn opt_out(&self, error: &DeliveryError) -> Option<OptOut> {
        let (extent, reason) = match error.reason? {
            Reason::OptedOut => (Extent::All, consent::Reason::Refused),
            Reason::NoAdvertising => (Extent::Marketing, consent::Reason::Refused),
            Reason::Blocked => (Extent::All, consent::Reason::Blocked),
            _ => return None,
        };
        Some(OptOut { extent, reason })
    }
}

fn opted_out(opt_out: OptOut) -> DeliveryError {
    match (opt_out.extent, opt_out.reason) {
        (Extent::Marketing, _) => DeliveryError::new("no_advertising", "the contact wants no advertising"),
        (Extent::All, consent::Reason::Blocked) => {
            DeliveryError::new("blocked", "the contact blocked us").because(Reason::Blocked)
        }
        (Extent::All, _) => DeliveryError::new("opted_out", "the contact wants no messages on this channel"),
    }
}

/// Holds back what else goes the same way when the provider says that it was too much.
pub async fn hold(
    sql: &impl Sql,
    now: Timestamp,
    parcel: &Parcel,
    rates: &Rates,
    outcome: &Outcome,
) -> Result<()> {
    let Outcome::Retry { after: Some(after), error } = outcome else { return Ok(()) };
    let held = match error.reason {
        Some(Reason::TooMany) => "account:",
        Some(Reason::TooManyToThem) => "conversation:",
        _ => return Ok(()),
    };
    for (bucket, rate) in buckets(&parcel.account, &parcel.conversation, rates) {
        if bucket.starts_with(held) {
            rate::hold(sql, &bucket, rate, now + *after).await?;
        }
    }
    Ok(())
}

/// What the provider made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Accepted {
        provider_id: Option<String>,
        /// Why some of those whom it is for have not got it.
        error: Option<DeliveryError>,
    },
    /// Not now: the provider asks for `after`, or leaves it to us.
    Retry { after: Option<Duration>, error: DeliveryError },
    /// Sending again cannot help.
    Failed { error: DeliveryError },
    /// It was asked and did not answer: the message may have arrived.
    Unknown { error: DeliveryError },
}

/// Records the outcome of handing over `parcel`. Gives the conversation's next delivery, if one waits.
pub async fn record(sql: &impl Sql, now: Timestamp, parcel: &Parcel, outcome: &Outcome) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| record_within(sql, now, parcel, outcome).await).await)
        .await
}

async fn record_within(
    sql: &impl Sql,
    now: Timestamp,
    parcel: &Parcel,
    outcome: &Outcome,
) -> Result<Vec<Work>, Race> {
    // A report may have come while the provider was still answering: look again.
    let Some(mut message) = message::find(sql, &parcel.message.id).await? else { return Ok(vec![]) };
    let work = &parcel.work;
    message.handed_at = None;
    let folded = |report| Some(message.status.unwrap_or(Status::Sending).fold(report));
    match outcome {
        Outcome::Accepted { provider_id, error } => {
            message.status = folded(Status::Sent);
            message.error.clone_from(error);
            if message.provider_id.is_none() {
                message.provider_id.clone_from(provider_id);
            }
        }
        // The provider is there and well: it is only too early, and no attempt is spent.
        Outcome::Retry { after: Some(after), error } if is_wait(error, now.since(message.at)) => {
            message.error = Some(error.clone());
            store::due::put_off(sql, &work.id, now + *after).await?;
            message::update(sql, now, &message).await?;
            return Ok(vec![]);
        }
        Outcome::Retry { after, error } if work.attempts + 1 < Kind::Deliver.attempts_max() => {
            message.error = Some(error.clone());
            let wait = after.unwrap_or_else(|| backoff(work.attempts + 1, unique::jitter()));
            store::due::retry(sql, &work.id, now + wait, &error.text).await?;
            message::update(sql, now, &message).await?;
            note_at_comment(sql, now, parcel, &message).await?;
            return Ok(vec![]);
        }
        Outcome::Retry { error, .. } | Outcome::Failed { error } => {
            message.status = folded(Status::Failed);
            message.error = Some(error.clone());
            if is_unreachable(&error.code) {
                unreachable::mark(sql, &parcel.conversation.identity, error, now).await?;
            }
        }
        Outcome::Unknown { error } => {
            message.status = folded(Status::Unknown);
            message.error = Some(error.clone());
        }
    }
    if let Some(opt_out) = message.error.as_ref().and_then(|error| parcel.opt_out(error)) {
        let new = Recorded {
            id: unique::id(now),
            channel: parcel.conversation.channel.clone(),
            identity: parcel.conversation.identity.clone(),
            opt_out,
            source: message.id.0.clone(),
            since: now,
        };
        store::consent::record(sql, &new).await?;
    }
    store::due::complete(sql, &work.id).await?;
    message::update(sql, now, &message).await?;
    note_at_comment(sql, now, parcel, &message).await?;
    inbound::catch_up(sql, now, &message).await?;
    let next = store::due::next_of(sql, Kind::Deliver, &work.subject).await?;
    Ok(next.filter(|next| next.due_at <= now).into_iter().collect())
}

fn is_wait(error: &DeliveryError, age: Duration) -> bool {
    let too_much = matches!(error.reason, Some(Reason::TooMany | Reason::TooManyToThem));
    too_much && age < WAIT_MAX
}

/// What became of a private answer shows at the comment, too: whoever wrote it looks there.
async fn note_at_comment(
    sql: &impl Sql,
    now: Timestamp,
    parcel: &Parcel,
    message: &Message,
) -> Result<(), Race> {
    match (&parcel.comment, &message.reply_to) {
        (Some(_), Some(comment)) => moderation::answered(sql, now, comment, message).await,
        _ => Ok(()),
    }
}

/// Nobody could deliver it: it fails, visibly.
pub(crate) async fn give_up(
    sql: &impl Sql,
    now: Timestamp,
    id: &MessageId,
    reason: &str,
) -> Result<(), Race> {
    let Some(mut message) = message::find(sql, id).await? else { return Ok(()) };
    if message.status != Some(Status::Sending) {
        return Ok(());
    }
    // Whoever was asked and died may have delivered it.
    let status = if message.handed_at.is_some() { Status::Unknown } else { Status::Failed };
    message.status = Some(status);
    message.handed_at = None;
    let error = DeliveryError::new("undeliverable", reason);
    message.error.get_or_insert(error);
    message::update(sql, now, &message).await?;
    Ok(())
}

/// Sends a failed message again, by the wish of a person who saw why it failed.
pub async fn resend(sql: &impl Sql, now: Timestamp, id: &MessageId) -> Result<Put> {
    retrying(async || {
        transaction(sql, async |sql| {
            let message = message::find(sql, id).await?;
            let mut message = message.ok_or_else(|| Failure::NotFound(format!("message {id}")))?;
            let conversation = conversation::find(sql, &message.conversation).await?;
            let conversation =
                conversation.ok_or_else(|| Failure::NotFound(format!("message {id}'s conversation")))?;
            if message.status == Some(Status::Sending) {
                return hurry(sql, now, message).await;
            }
            if !matches!(message.status, Some(Status::Failed | Status::Unknown)) {
                return Err(Failure::Conflict("only a failed message can be sent again".to_owned()).into());
            }
            message.status = Some(Status::Sending);
            message.error = None;
            message.handed_at = None;
            message::update(sql, now, &message).await?;
            let work = vec![delivery(sql, now, &conversation, &message).await?];
            let work = store::due::add(sql, now, work).await?;
            Ok(Put { message, work })
        })
        .await
    })
    .await
}

/// A message that waits for its next attempt is tried now.
async fn hurry(sql: &impl Sql, now: Timestamp, message: Message) -> Result<Put, Race> {
    let next = store::due::next_of(sql, Kind::Deliver, message.conversation.as_str()).await?;
    let work = next.into_iter().filter(|_| message.handed_at.is_none()).collect::<Vec<_>>();
    for work in &work {
        store::due::hurry(sql, &work.id, now).await?;
    }
    Ok(Put { message, work })
}
