//! What an agent wants with a public comment, from their hand to the provider's answer.
//!
//! All of it may be done twice: what is hidden is hidden. So a provider that did not answer is simply asked
//! again.

use crate::{
    command::{Race, retrying},
    due::id_of_next,
    failure::{Failure, Result},
    outbound::{Outcome, Put},
    performer, unique,
};
use domain::{
    comment::{Comment, Deed, Moderation, PrivateAnswer, Refusal},
    due::{Kind, Work, backoff},
    id::{ConversationId, MessageId},
    message::{DeliveryError, Status},
    reason::Reason,
    time::Timestamp,
};
use store::{
    account::{self, Account},
    comment, conversation,
    message::{self, Message},
    port::{Sql, transaction},
};

/// Records that somebody wants `deed` done to the comment `id`.
pub async fn wish(
    sql: &impl Sql,
    now: Timestamp,
    id: &MessageId,
    moderation: &Moderation,
    deed: Deed,
) -> Result<Put> {
    retrying(async || {
        transaction(sql, async |sql| {
            let message = message::find(sql, id).await?;
            let message = message.ok_or_else(|| Failure::NotFound(format!("message {id}")))?;
            let conversation = conversation::find(sql, &message.conversation).await?;
            let public = conversation.filter(|conversation| conversation.thread.is_some());
            let Some(public) = public.filter(|_| message.provider_id.is_some() && !message.deleted) else {
                return Err(Failure::Conflict("that is no public comment".to_owned()).into());
            };
            let known = comment::find(sql, id).await?.unwrap_or_default();
            let wished = known.wished(moderation, message.direction, deed).map_err(refused)?;
            let Some(wished) = wished else { return Ok(Put { message, work: vec![] }) };
            keep(sql, now, &message, &wished).await?;
            let work_id = id_of_next(sql, now, Kind::Moderate, id.as_str()).await?;
            let work = vec![work(work_id, now, &public.channel, id)];
            let work = store::due::add(sql, now, work).await?;
            Ok::<_, Race>(Put { message, work })
        })
        .await
    })
    .await
}

fn refused(refusal: Refusal) -> Failure {
    Failure::Conflict(refusal.to_string())
}

fn work(id: String, now: Timestamp, channel: &str, message: &MessageId) -> Work {
    Work {
        kind: Kind::Moderate,
        performer: performer::of_channel(channel),
        subject: message.0.clone(),
        key: format!("moderate:{message}:{id}"),
        body: serde_json::json!({}),
        due_at: now,
        attempts: 0,
        trace: None,
        id,
    }
}

async fn keep(sql: &impl Sql, now: Timestamp, message: &Message, known: &Comment) -> Result<(), Race> {
    comment::put(sql, &message.id, known).await?;
    message::tell(sql, now, message).await?;
    Ok(())
}

/// What a provider is to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub work: Work,
    pub deed: Deed,
    pub account: Account,
    /// The provider's id of the comment.
    pub comment: String,
    message: MessageId,
}

/// What `work` is about. `None`: nothing is wanted any more, or an earlier wish is still with the provider:
/// a later one must not overtake it, and whoever is at that one goes on with this.
pub async fn wanted(sql: &impl Sql, work: &Work) -> Result<Option<Wanted>> {
    let id = MessageId(work.subject.clone());
    let next = store::due::next_of(sql, Kind::Moderate, &work.subject).await?;
    if next.is_none_or(|next| next.id != work.id) {
        return Ok(None);
    }
    let deed = comment::find(sql, &id).await?.and_then(|known| known.wish);
    let found = match deed {
        Some(deed) => message::find(sql, &id).await?.map(|message| (deed, message)),
        None => None,
    };
    let Some((deed, Message { account, provider_id: Some(comment), .. })) = found else {
        store::due::complete(sql, &work.id).await?;
        return Ok(None);
    };
    let account = account::find(sql, &account).await?;
    let account = account.ok_or_else(|| Failure::Broken(format!("message {id} has no account")))?;
    Ok(Some(Wanted { work: work.clone(), deed, account, comment, message: id }))
}

/// Records what became of it. Gives the next wish about the same comment, if one waits.
pub async fn record(sql: &impl Sql, now: Timestamp, wanted: &Wanted, outcome: &Outcome) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| record_within(sql, now, wanted, outcome).await).await)
        .await
}

async fn record_within(
    sql: &impl Sql,
    now: Timestamp,
    wanted: &Wanted,
    outcome: &Outcome,
) -> Result<Vec<Work>, Race> {
    let Wanted { work, deed, .. } = wanted;
    let Some(mut message) = message::find(sql, &wanted.message).await? else { return Ok(vec![]) };
    let known = comment::find(sql, &message.id).await?.unwrap_or_default();
    let is_gone = |error: &DeliveryError| *deed == Deed::Delete && error.reason == Some(Reason::Gone);
    let (known, done) = match outcome {
        Outcome::Accepted { .. } => (known.done(*deed), true),
        Outcome::Failed { error } if is_gone(error) => (known.done(*deed), true),
        Outcome::Retry { error, .. } | Outcome::Unknown { error }
            if work.attempts + 1 < Kind::Moderate.attempts_max() =>
        {
            let asked = if let Outcome::Retry { after, .. } = outcome { *after } else { None };
            let wait = asked.unwrap_or_else(|| backoff(work.attempts + 1, unique::jitter()));
            store::due::retry(sql, &work.id, now + wait, &error.text).await?;
            keep(sql, now, &message, &Comment { error: Some(error.clone()), ..known }).await?;
            return Ok(vec![]);
        }
        Outcome::Retry { error, .. } | Outcome::Failed { error } | Outcome::Unknown { error } => {
            (known.refused(*deed, error.clone()), false)
        }
    };
    store::due::complete(sql, &work.id).await?;
    if *deed == Deed::Delete && done {
        message.deleted = true;
        message::update(sql, now, &message).await?;
    }
    keep(sql, now, &message, &known).await?;
    let next = store::due::next_of(sql, Kind::Moderate, &work.subject).await?;
    Ok(next.filter(|next| next.due_at <= now).into_iter().collect())
}

/// Nobody could do it: that is said at the comment.
pub(crate) async fn give_up(
    sql: &impl Sql,
    now: Timestamp,
    id: &MessageId,
    reason: &str,
) -> Result<(), Race> {
    let (known, message) = (comment::find(sql, id).await?, message::find(sql, id).await?);
    let Some((known, message)) = known.zip(message) else { return Ok(()) };
    let Some(deed) = known.wish else { return Ok(()) };
    keep(sql, now, &message, &known.refused(deed, DeliveryError::new("undone", reason))).await
}

/// Somebody else hid or showed it, at the provider's own page.
pub(crate) async fn told(
    sql: &impl Sql,
    now: Timestamp,
    message: &Message,
    hidden: bool,
) -> Result<(), Race> {
    let known = comment::find(sql, &message.id).await?.unwrap_or_default();
    let deed = if hidden { Deed::Hide } else { Deed::Show };
    keep(sql, now, message, &known.done(deed)).await
}

/// Refuses a private answer to `message` that the channel would not take.
pub(crate) async fn answerable(
    sql: &impl Sql,
    now: Timestamp,
    message: &Message,
    moderation: &Moderation,
) -> Result<(), Race> {
    let known = comment::find(sql, &message.id).await?.unwrap_or_default();
    Ok(known.answerable(moderation, message.at, now).map_err(refused)?)
}

/// Notes at the comment what became of its private answer.
pub(crate) async fn answered(
    sql: &impl Sql,
    now: Timestamp,
    to: &MessageId,
    answer: &Message,
) -> Result<(), Race> {
    let Some(comment) = message::find(sql, to).await? else { return Ok(()) };
    let known = comment::find(sql, to).await?.unwrap_or_default();
    let private = PrivateAnswer {
        message: answer.id.clone(),
        status: answer.status.unwrap_or(Status::Sending),
        error: answer.error.clone(),
    };
    if known.private.as_ref() == Some(&private) {
        return Ok(());
    }
    keep(sql, now, &comment, &Comment { private: Some(private), ..known }).await
}

/// The work of looking up the post that `conversation` stands under.
pub(crate) fn post_work(now: Timestamp, channel: &str, conversation: &ConversationId) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::FetchPost,
        performer: performer::of_channel(channel),
        subject: conversation.0.clone(),
        key: format!("fetch_post:{conversation}"),
        body: serde_json::json!({}),
        due_at: now,
        attempts: 0,
        trace: None,
    }
}
