//! Parts of a long message, kept until it is whole: the bot and the agent see one message.
//!
//! A part is kept, or joined with the others and shown, in the transaction that makes its event known:
//! nothing is shown twice, and nothing is lost whoever dies when. What never gets whole is shown with gaps.

use crate::{
    command::{Race, retrying},
    failure::Result,
    inbound::{self, Heard, Inbound, What},
    performer, unique,
};
use domain::{
    channel::ChannelProfile,
    contact::Identity,
    due::{Kind, Work},
    message::Content,
    part::{Joined, Part, Place, Whole, join},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{
    account::Account,
    part::{self, Group, Kept},
    port::{Sql, transaction},
};

/// Whose parts are meant, as due work says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    sender: String,
    reference: String,
}

impl Waiting {
    fn of(heard: &Heard, place: &Place) -> Option<Self> {
        let Identity { scheme, value } = heard.identities.first()?;
        Some(Waiting { sender: format!("{scheme}:{value}"), reference: place.reference.clone() })
    }

    fn group<'a>(&'a self, account: &'a Account) -> Group<'a> {
        Group { account: &account.id, sender: &self.sender, reference: &self.reference }
    }

    fn key(&self, account: &Account) -> String {
        format!("join_parts:{}:{}:{}", account.id, self.sender, self.reference)
    }
}

/// Keeps a part that just came. Gives the messages that are whole now.
pub(crate) async fn arrived(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    inbound: &Inbound,
    heard: &Heard,
    place: &Place,
) -> Result<Vec<Inbound>, Race> {
    let Some(waiting) = Waiting::of(heard, place) else { return Ok(vec![]) };
    let body = store::record::to_json(inbound)?;
    let kept = Kept { event_key: inbound.key.clone(), body, arrived_at: now };
    part::keep(sql, waiting.group(account), &kept).await?;
    whole(sql, now, account, &waiting).await
}

/// Performs `work`: the parts that are missing will not come any more.
pub async fn overdue(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    profile: &ChannelProfile,
    work: &Work,
) -> Result<Vec<Work>> {
    let waiting: Waiting = store::record::from_json(&work.body.to_string())?;
    retrying(async || {
        transaction(sql, async |sql| {
            let mut next = vec![];
            if store::due::complete(sql, &work.id).await? {
                for message in whole(sql, now, account, &waiting).await? {
                    next.extend(inbound::hear(sql, now, account, profile, &message).await?);
                }
            }
            Ok(next)
        })
        .await
    })
    .await
}

/// Takes away what is whole, or as whole as it will be, and sees to the rest later.
async fn whole(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    waiting: &Waiting,
) -> Result<Vec<Inbound>, Race> {
    let group = waiting.group(account);
    let mut parts = vec![];
    for kept in part::of(sql, group).await? {
        let inbound: Inbound = store::record::from_json(&kept.body)?;
        let What::Part { heard, place } = inbound.what.clone() else { continue };
        let text = heard.content.words();
        let part = Part {
            number: place.number,
            total: place.total,
            at: inbound.at,
            arrived_at: kept.arrived_at,
            text,
        };
        parts.push((part, inbound, heard));
    }
    let mut messages = vec![];
    loop {
        let known: Vec<Part> = parts.iter().map(|(part, ..)| part.clone()).collect();
        match join(now, &known) {
            None => {
                forget(sql, account, waiting).await?;
                return Ok(messages);
            }
            Some(Joined::Waiting(until)) => {
                store::due::schedule(sql, &later(now, until, account, waiting)).await?;
                return Ok(messages);
            }
            Some(Joined::Whole(Whole { text, parts: joined })) => {
                for index in &joined {
                    part::remove(sql, group, &parts[*index].1.key).await?;
                }
                if let Some((_, first, heard)) = joined.first().map(|index| &parts[*index]) {
                    let heard = Heard { content: Content::text(text), ..heard.clone() };
                    messages.push(Inbound { what: What::Message(heard), ..first.clone() });
                }
                let rest = parts.into_iter().enumerate().filter(|(index, _)| !joined.contains(index));
                parts = rest.map(|(_, part)| part).collect();
            }
        }
    }
}

fn later(now: Timestamp, until: Timestamp, account: &Account, waiting: &Waiting) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::JoinParts,
        performer: performer::of_channel(&account.channel),
        subject: account.id.0.clone(),
        key: waiting.key(account),
        body: serde_json::json!(waiting),
        due_at: until,
        attempts: 0,
        trace: None,
    }
}

async fn forget(sql: &impl Sql, account: &Account, waiting: &Waiting) -> Result<(), Race> {
    if let Some(work) = store::due::by_key(sql, &waiting.key(account)).await? {
        store::due::complete(sql, &work.id).await?;
    }
    Ok(())
}
