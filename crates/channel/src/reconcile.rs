//! What a provider did not tell: it is asked for the list of what happened, now and again, and holes are
//! filled through the ordinary way, with the keys that the provider's own requests would have had. So it
//! does not matter which comes first, or whether both do.

use crate::{
    check_up::minutes,
    codec::Codec,
    deliver::World,
    digest::addressed,
    event::InboundEvent,
    malformed::Malformed,
    outbound::{Answer, ProviderRequest},
    received::Settings,
};
use domain::{
    due::{Kind, Work},
    id::AccountId,
    time::Timestamp,
};
use shell::{
    command::Race,
    failure::{Failure, Result},
    health::{key, recurring},
    inbound::{self, Inbound, Report, What},
    log,
};
use std::time::Duration;
use store::{
    account::{self, Account},
    message,
    port::Sql,
    webhook,
};

/// How a provider lists what happened.
pub trait Listing {
    /// The call for what happened since then. `None`: this account has no list.
    fn list(&self, settings: &Settings, since: Timestamp) -> Option<ProviderRequest>;

    fn listed(&self, body: &[u8], settings: &Settings) -> Result<Listed, Malformed>;
}

/// One page.
pub struct Listed {
    pub events: Vec<Result<InboundEvent, Malformed>>,
    pub next: Option<ProviderRequest>,
}

/// The setting with the minutes between two looks; 0: none.
const MINUTES: &str = "reconcile_minutes";
const OFTEN: u64 = 5;

/// A report is listed with its message, so what was sent a while ago is looked at again.
const OVERLAP: Duration = Duration::from_secs(60 * 60);

/// More pages than these wait for the next look, which begins where this one did.
const PAGES_MAX: usize = 20;

/// Plans a look, as part of a check-up. What came before the account was ours is not looked for.
pub(crate) async fn plan(
    sql: &impl Sql,
    now: Timestamp,
    codec: &impl Codec,
    account: &Account,
    settings: &Settings,
) -> Result<(), Race> {
    let known = store::due::by_key(sql, &key(Kind::Reconcile, &account.id)).await?;
    let pause = minutes(settings, MINUTES, OFTEN);
    let wanted =
        !pause.is_zero() && codec.listing().is_some_and(|listing| listing.list(settings, now).is_some());
    match known {
        Some(work) if !wanted => drop(store::due::complete(sql, &work.id).await?),
        // Whoever looks at the account looks at its list.
        Some(work) if now < work.due_at => {
            let work = Work { body: work.body, ..recurring(now, Kind::Reconcile, account) };
            store::due::schedule(sql, &work).await?;
        }
        None if wanted => {
            let body = serde_json::json!({ "since_ms": now, "seen_ms": now });
            let work = Work { body, ..recurring(now, Kind::Reconcile, account) };
            store::due::schedule(sql, &work).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Performs `work`. Gives what follows at once.
pub async fn reconcile(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    work: &Work,
) -> Result<Vec<Work>> {
    let account = account::find(sql, &AccountId(work.subject.clone())).await?;
    let Some((account, listing)) = account.zip(codec.listing()) else {
        store::due::complete(sql, &work.id).await?;
        return Ok(vec![]);
    };
    let settings = world.settings(&account)?;
    let began = world.now();
    let at = |name: &str| work.body[name].as_i64().map_or(began, Timestamp);
    let (ours_since, seen) = (at("since_ms"), at("seen_ms"));
    let pause = minutes(&settings, MINUTES, OFTEN);
    let mut request = listing.list(&settings, (seen - OVERLAP).max(ours_since)).filter(|_| !pause.is_zero());
    if request.is_none() {
        store::due::complete(sql, &work.id).await?;
        return Ok(vec![]);
    }
    let (mut next, mut pages) = (vec![], 0);
    while let Some(asked) = request.take().filter(|_| pages < PAGES_MAX) {
        pages += 1;
        let body = match world.call(asked).await {
            Answer::Response { status: 200..=299, body, .. } => body,
            Answer::Response { status, .. } => return Err(Failure::Later(format!("the list: {status}"))),
            Answer::NotReached { reason } | Answer::Lost { reason } => return Err(Failure::Later(reason)),
        };
        let listed = listing.listed(&body, &settings);
        let listed = listed.map_err(|malformed| Failure::Later(format!("the list: {malformed}")))?;
        for element in listed.events {
            let taken = match element {
                Ok(event) => take(sql, world.now(), codec, &account, event).await,
                Err(malformed) => Err(Failure::BadRequest(malformed.to_string())),
            };
            match taken {
                Ok(work) => next.extend(work),
                Err(later @ Failure::Later(_)) => return Err(later),
                // It neither blocks nor loses its neighbours.
                Err(refused) => log::warning(format!("account {}: the list: {refused}", account.id)),
            }
        }
        request = listed.next;
    }
    let seen = if request.is_none() { began } else { seen };
    let body = serde_json::json!({ "since_ms": ours_since, "seen_ms": seen });
    let done = Work { body, attempts: 0, ..work.clone() };
    store::due::again(sql, &done, world.now() + pause).await?;
    Ok(next)
}

async fn take(
    sql: &impl Sql,
    now: Timestamp,
    codec: &impl Codec,
    home: &Account,
    event: InboundEvent,
) -> Result<Vec<Work>> {
    let Ok(Some((account, inbound))) = addressed(sql, &home.channel, Some(home), event, now).await? else {
        return Ok(vec![]);
    };
    // Mostly all of it is known: that needs no transaction.
    if webhook::is_known(sql, &account.id, &inbound.key).await? || !concerns(sql, &account, &inbound).await? {
        return Ok(vec![]);
    }
    let profiles = codec.profiles();
    let work = inbound::apply(sql, now, &account, profiles.under(inbound.what.thread()), &inbound).await?;
    log::info(format!("account {}: found what its provider did not tell: {}", account.id, inbound.key));
    Ok(work)
}

/// The list also has what others sent through the same account of the provider's: nobody waits for its
/// reports.
async fn concerns(sql: &impl Sql, account: &Account, inbound: &Inbound) -> Result<bool> {
    match &inbound.what {
        What::Status(Report { provider_id: Some(id), .. }) => {
            Ok(message::by_provider(sql, &account.id, id).await?.is_some())
        }
        _ => Ok(true),
    }
}
