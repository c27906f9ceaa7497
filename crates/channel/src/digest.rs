//! Reading a kept webhook and applying its events. Whatever cannot be read or applied is left for a
//! person to see and to run again, with its place; everything else has happened by then.

use crate::{
    codec::Codec,
    event::InboundEvent,
    malformed::Malformed,
    outbound::ProviderRequest,
    received::{Received, Settings},
    settle::settle,
    templates::BUSINESS_ACCOUNT,
    webhook::Head,
};
use domain::{channel::Profiles, due::Work, id::WebhookId, time::Timestamp};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    health,
    inbound::{self, Inbound, What},
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
    /// It says that something about the account changed: it is looked at now.
    pub about_account: bool,
}

/// So many events are applied in one commit; more would keep others from writing for too long.
const TOGETHER_MAX: usize = 20;

/// An event and the account that it is for.
pub(crate) type Addressed = (Account, Inbound);

/// Performs `work`. Doing it twice does nothing twice: each event is known by its key.
pub async fn digest(sql: &impl Sql, now: Timestamp, codec: &impl Codec, work: &Work) -> Result<Digested> {
    match Kept::find(sql, work).await? {
        Some(kept) => kept.digest(sql, now, codec, work).await,
        None => Ok(Digested::default()),
    }
}

/// A kept webhook and the account that it came to.
pub struct Kept {
    pub(crate) webhook: Webhook,
    /// As the codec reads it. The webhook's own body is in here.
    pub(crate) received: Received,
    pub(crate) account: Option<Account>,
    pub(crate) settings: Settings,
}

impl Kept {
    /// What `work` is about. `None`: it is gone, and the work is done.
    pub async fn find(sql: &impl Sql, work: &Work) -> Result<Option<Self>> {
        match webhook::find(sql, &WebhookId(work.subject.clone())).await? {
            Some(webhook) => Ok(Some(Kept::of(sql, webhook).await?)),
            None => {
                store::due::complete(sql, &work.id).await?;
                Ok(None)
            }
        }
    }

    pub(crate) async fn of(sql: &impl Sql, mut webhook: Webhook) -> Result<Self> {
        let account = account::find(sql, &webhook.account).await?;
        let settings = account.as_ref().map(Settings::of).unwrap_or_default();
        let received = Head::with_body(&webhook.head, std::mem::take(&mut webhook.body));
        Ok(Kept { webhook, received, account, settings })
    }

    /// The calls that it asks for.
    pub fn errands(&self, codec: &impl Codec) -> Vec<ProviderRequest> {
        codec.errands(&self.received, &self.settings)
    }

    /// Reads it and applies what happened.
    pub async fn digest(
        &self,
        sql: &impl Sql,
        now: Timestamp,
        codec: &impl Codec,
        work: &Work,
    ) -> Result<Digested> {
        let (mut digested, mut events) = (Digested::default(), vec![]);
        match codec.decode(&self.received, &self.settings) {
            Err(malformed) => digested.failed = Some(malformed),
            Ok(elements) => {
                for element in elements {
                    match element {
                        Ok(event) => {
                            digested.about_account |= codec.check_ups().is_some_and(|ups| ups.hinted(&event));
                            match self.address(sql, codec, event).await? {
                                Ok(addressed) => events.extend(addressed),
                                Err(unknown) => digested.unknown.push(unknown),
                            }
                        }
                        Err(malformed) => digested.failed = digested.failed.or(Some(malformed)),
                    }
                }
            }
        }
        if let Some(account) = self.account.as_ref().filter(|_| digested.about_account) {
            health::check_soon(sql, now, account).await?;
        }
        let digest = Digest { now, profiles: codec.profiles(), work, webhook: &self.webhook.id };
        // What failed before may have failed by a trap.
        if work.attempts == 0 && events.len() <= TOGETHER_MAX {
            match digest.together(sql, &events, digested.failed.as_ref()).await {
                Ok(next) => return Ok(Digested { work: next, ..digested }),
                Err(later @ Failure::Later(_)) => return Err(later),
                Err(_) => {} // One of them is refused: which, shows when each stands alone.
            }
        }
        digest.one_by_one(sql, &events, digested).await
    }

    /// Whom `event` is for. `None`: it asks for nothing. The error is an address that nobody here has.
    pub(crate) async fn address(
        &self,
        sql: &impl Sql,
        codec: &impl Codec,
        mut event: InboundEvent,
    ) -> Result<Result<Option<Addressed>, String>> {
        event.error = event.error.take().map(|error| codec.explain(error, &self.settings));
        let Webhook { id, channel, received_at, .. } = &self.webhook;
        let mut addressed = addressed(sql, channel, self.account.as_ref(), event, *received_at).await?;
        if let Ok(Some((_, inbound))) = &mut addressed {
            inbound.webhook = Some(id.clone());
        }
        Ok(addressed)
    }
}

/// Whom `event` is for, when it came to the account `home`.
pub(crate) async fn addressed(
    sql: &impl Sql,
    channel: &str,
    home: Option<&Account>,
    event: InboundEvent,
    received_at: Timestamp,
) -> Result<Result<Option<Addressed>, String>> {
    let (address, answered_by) = (event.account.clone(), event.answered_by.clone());
    let Some(inbound) = settle(event, received_at) else { return Ok(Ok(None)) };
    let here = |home: &&Account| {
        // What concerns no single number of theirs comes for the business account.
        let business = home.settings.get(BUSINESS_ACCOUNT).and_then(|id| id.as_str());
        [home.id.as_str(), &home.address, ""].contains(&address.as_str()) || business == Some(&address)
    };
    let account = match home.filter(here) {
        Some(home) => Some(home.clone()),
        None => account::by_address(sql, channel, &address).await?,
    };
    let Some(account) = account else { return Ok(Err(address)) };
    let other = match answered_by.filter(|id| *id != account.id) {
        Some(id) => account::find(sql, &id).await?,
        None => None,
    };
    Ok(Ok(Some(match other {
        Some(other) => (other, passed_on(inbound, account)),
        None => (account, inbound),
    })))
}

/// What came to `home` and is another account's from now on. The work is still that of `home`.
fn passed_on(mut inbound: Inbound, home: Account) -> Inbound {
    if let What::Message(heard) = &mut inbound.what {
        heard.opening.queue.get_or_insert(home.queue);
        heard.opening.bot.get_or_insert(home.bot);
    }
    inbound.key = format!("{}:{}", home.id, inbound.key);
    inbound.reader = Some(home.channel);
    inbound
}

struct Digest<'a> {
    now: Timestamp,
    profiles: Profiles,
    work: &'a Work,
    webhook: &'a WebhookId,
}

impl Digest<'_> {
    /// All of it in one commit, or nothing.
    async fn together(
        &self,
        sql: &impl Sql,
        events: &[Addressed],
        failed: Option<&Malformed>,
    ) -> Result<Vec<Work>> {
        retrying(async || {
            transaction(sql, async |sql| {
                let mut next = vec![];
                for (account, inbound) in events {
                    let profile = self.profiles.under(inbound.what.thread());
                    next.extend(inbound::within(sql, self.now, account, profile, inbound).await?);
                }
                self.finish(sql, failed).await?;
                Ok::<_, Race>(next)
            })
            .await
        })
        .await
    }

    /// Each event in a commit of its own: one that is refused neither blocks nor loses its neighbours.
    async fn one_by_one(
        &self,
        sql: &impl Sql,
        events: &[Addressed],
        mut digested: Digested,
    ) -> Result<Digested> {
        for (account, inbound) in events {
            let profile = self.profiles.under(inbound.what.thread());
            match inbound::apply(sql, self.now, account, profile, inbound).await {
                Ok(next) => digested.work.extend(next),
                Err(later @ Failure::Later(_)) => return Err(later),
                Err(refused) => {
                    let refused = Malformed::new(inbound.key.clone(), refused.to_string());
                    digested.failed = digested.failed.or(Some(refused));
                }
            }
        }
        let failed = digested.failed.as_ref();
        retrying(async || transaction(sql, async |sql| self.finish(sql, failed).await).await).await?;
        Ok(digested)
    }

    async fn finish(&self, sql: &impl Sql, failed: Option<&Malformed>) -> Result<(), Race> {
        store::due::complete(sql, &self.work.id).await?;
        match failed {
            Some(Malformed { at, detail }) => webhook::fail(sql, self.webhook, detail, Some(at)).await?,
            None => webhook::digested(sql, self.webhook).await?,
        }
        Ok(())
    }
}
