//! Reading a kept webhook and applying its events. Whatever cannot be read or applied is left for a
//! person to see and to run again, with its place; everything else has happened by then.

use crate::{codec::Codec, event::InboundEvent, malformed::Malformed, settle::settle, webhook::Head};
use domain::{due::Work, id::WebhookId, time::Timestamp};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    inbound,
};
use store::{
    account::{self, Account},
    port::{Sql, transaction},
    webhook::{self, Webhook},
};

/// What came of a webhook.
#[derive(Debug, Default, PartialEq)]
pub struct Digested {
    /// To be tried now.
    pub work: Vec<Work>,
    /// Addresses of the business that no account has: normal where an app serves several systems.
    pub unknown: Vec<String>,
    /// Why it is in the list of failed deliveries.
    pub failed: Option<Malformed>,
}

/// Performs `work`. Doing it twice does nothing twice: each event is known by its key.
pub async fn digest(sql: &impl Sql, now: Timestamp, codec: &impl Codec, work: &Work) -> Result<Digested> {
    let id = WebhookId(work.subject.clone());
    let Some(webhook) = webhook::find(sql, &id).await? else {
        store::due::complete(sql, &work.id).await?;
        return Ok(Digested::default());
    };
    let home = account::find(sql, &webhook.account).await?;
    let mut digested = Digested::default();
    match codec.decode(&Head::with_body(&webhook.head, webhook.body.clone())) {
        Err(malformed) => digested.failed = Some(malformed),
        Ok(elements) => {
            for element in elements {
                let outcome = match element {
                    Ok(event) => {
                        apply(sql, now, codec, home.as_ref(), &webhook, event, &mut digested).await?
                    }
                    Err(malformed) => Some(malformed),
                };
                digested.failed = digested.failed.or(outcome);
            }
        }
    }
    let failed = digested.failed.as_ref();
    retrying(async || {
        transaction(sql, async |sql| {
            store::due::complete(sql, &work.id).await?;
            match failed {
                Some(Malformed { at, detail }) => webhook::fail(sql, &id, detail, Some(at)).await?,
                None => webhook::digested(sql, &id).await?,
            }
            Ok::<_, Race>(())
        })
        .await
    })
    .await?;
    Ok(digested)
}

/// Applies one event. `Some`: it cannot be, and trying again would not help. `Err`: all of it later.
async fn apply(
    sql: &impl Sql,
    now: Timestamp,
    codec: &impl Codec,
    home: Option<&Account>,
    webhook: &Webhook,
    event: InboundEvent,
    digested: &mut Digested,
) -> Result<Option<Malformed>> {
    let address = event.account.clone();
    let (key, Some(inbound)) = (event.key.clone(), settle(event, webhook.received_at)) else {
        return Ok(None);
    };
    let at_home = home.filter(|home| [home.id.as_str(), &home.address, ""].contains(&address.as_str()));
    let account = match at_home {
        Some(home) => Some(home.clone()),
        None => account::by_address(sql, &webhook.channel, &address).await?,
    };
    let Some(account) = account else {
        digested.unknown.push(address);
        return Ok(None);
    };
    match inbound::apply(sql, now, &account, &codec.profile(), &inbound).await {
        Ok(work) => digested.work.extend(work),
        Err(later @ Failure::Later(_)) => return Err(later),
        Err(refused) => return Ok(Some(Malformed::new(key, refused.to_string()))),
    }
    Ok(None)
}
