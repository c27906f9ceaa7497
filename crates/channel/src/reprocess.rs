//! Today's codec over yesterday's webhooks: what an older one missed, or could not read, is found and, if
//! asked for, repaired.
//!
//! Nothing happens twice. An event that is known by its key, or whose message is there, is left alone;
//! only a message that was shown as unsupported gets the content that it always had.

use crate::{codec::Codec, digest::Kept, event::InboundEvent, malformed::Malformed};
use domain::{
    id::{AccountId, MessageId, WebhookId},
    message::Content,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shell::{
    command::{Race, retrying},
    failure::Result,
    inbound::{self, Heard, Inbound, What},
};
use store::{
    account::Account,
    message::{self, Message},
    port::{Sql, transaction},
    webhook,
};

/// So many webhooks are looked through in one request.
pub const PAGE: i64 = 50;

/// What is looked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Milliseconds since 1970.
    pub since_ms: i64,
    /// The last webhook of the page before.
    #[serde(default)]
    pub after: Option<WebhookId>,
    /// Also repairs what it finds.
    #[serde(default)]
    pub apply: bool,
}

/// What a page of webhooks held.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub webhooks: usize,
    pub found: Vec<Found>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<WebhookId>,
}

/// Something that is not in the center as today's codec reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub webhook: WebhookId,
    pub account: String,
    pub why: Why,
    /// As `centralita inspect` prints it; of what still cannot be read, the place and the reason.
    pub event: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It never was applied.
    Missed,
    /// It stands there as unsupported.
    Misread,
    /// Today's codec cannot read it either.
    Unreadable,
}

/// Looks through one page and, with `apply`, repairs what it finds.
pub async fn page(sql: &impl Sql, now: Timestamp, codec: &impl Codec, request: &Request) -> Result<Page> {
    let profile = codec.profile();
    let since = Timestamp(request.since_ms);
    let webhooks = webhook::since(sql, &profile.name, since, request.after.as_ref(), PAGE).await?;
    let mut page = Page { webhooks: webhooks.len(), ..Page::default() };
    page.next = webhooks.last().filter(|_| webhooks.len() as i64 == PAGE).map(|last| last.id.clone());
    for webhook in webhooks {
        let kept = Kept::of(sql, webhook).await?;
        look(sql, now, codec, &kept, request.apply, &mut page.found).await?;
    }
    Ok(page)
}

async fn look(
    sql: &impl Sql,
    now: Timestamp,
    codec: &impl Codec,
    kept: &Kept,
    apply: bool,
    found: &mut Vec<Found>,
) -> Result<()> {
    let webhook = &kept.webhook;
    let note = |why, account: &AccountId, event| Found {
        webhook: webhook.id.clone(),
        account: account.0.clone(),
        why,
        event,
    };
    let unreadable =
        |malformed: Malformed| note(Why::Unreadable, &webhook.account, serde_json::json!(malformed));
    let elements = match codec.decode(&kept.received, &kept.settings) {
        Ok(elements) => elements,
        Err(malformed) => {
            found.push(unreadable(malformed));
            return Ok(());
        }
    };
    let before = found.len();
    for element in elements {
        let event: InboundEvent = match element {
            Ok(event) => event,
            Err(malformed) => {
                found.push(unreadable(malformed));
                continue;
            }
        };
        let shown = event.to_json();
        let Ok(Some((account, inbound))) = kept.address(sql, event).await? else { continue };
        let Some(wrong) = compare(sql, &account, &inbound).await? else { continue };
        let why = match &wrong {
            Wrong::Missed => Why::Missed,
            Wrong::Misread(..) => Why::Misread,
        };
        found.push(note(why, &account.id, shown));
        if apply {
            repair(sql, now, codec, &account, &inbound, wrong).await?;
        }
    }
    let readable = found[before..].iter().all(|found| found.why != Why::Unreadable);
    if apply && readable && webhook.reason.is_some() {
        webhook::digested(sql, &webhook.id).await?;
    }
    Ok(())
}

enum Wrong {
    Missed,
    /// The message, and what it should say.
    Misread(MessageId, Box<Content>),
}

async fn compare(sql: &impl Sql, account: &Account, inbound: &Inbound) -> Result<Option<Wrong>> {
    let stored = match &inbound.what {
        What::Message(Heard { provider_id: Some(id), content, .. })
        | What::Echo(Heard { provider_id: Some(id), content, .. }) => {
            message::by_provider(sql, &account.id, id).await?.map(|message| (message, content))
        }
        _ => None,
    };
    if let Some((message, content)) = stored {
        let misread = is_unsupported(&message.content) && !is_unsupported(content);
        return Ok(misread.then(|| Wrong::Misread(message.id, Box::new(content.clone()))));
    }
    let known = webhook::is_known(sql, &account.id, &inbound.key).await?;
    Ok((!known).then_some(Wrong::Missed))
}

fn is_unsupported(content: &Content) -> bool {
    matches!(content, Content::Unsupported { .. })
}

async fn repair(
    sql: &impl Sql,
    now: Timestamp,
    codec: &impl Codec,
    account: &Account,
    inbound: &Inbound,
    wrong: Wrong,
) -> Result<()> {
    match wrong {
        Wrong::Missed => {
            let profiles = codec.profiles();
            let profile = profiles.under(inbound.what.thread());
            inbound::apply(sql, now, account, profile, inbound).await?;
        }
        Wrong::Misread(id, content) => {
            retrying(async || {
                transaction(sql, async |sql| {
                    let Some(message) = message::find(sql, &id).await? else { return Ok(()) };
                    if is_unsupported(&message.content) {
                        let message = Message { content: (*content).clone(), ..message };
                        message::update(sql, now, &message).await?;
                        let files = inbound::fetching(now, account, &message, inbound.webhook.as_ref());
                        store::due::add(sql, now, files.into_iter().collect()).await?;
                    }
                    Ok::<_, Race>(())
                })
                .await
            })
            .await?;
        }
    }
    Ok(())
}
