//! Tokens that end are renewed before they do.
//!
//! A provider may take the old token away with the new one, so the new one is committed, sealed, before
//! anything else is done, and only over the very secrets that it was made from: whoever set others
//! meanwhile knows better.

use crate::{
    check_up::Said,
    codec::Codec,
    deliver::World,
    outbound::{Answer, ProviderRequest},
    received::Settings,
    signature::to_hex,
};
use domain::{
    due::{Kind, Work},
    health::Token,
    id::AccountId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    health::{News, RENEWAL, SENDING, check_soon, key, recurring, tell_within},
    seal::{self, Key},
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    account::{self, Account},
    port::{Sql, transaction},
};

/// How the token of an account is renewed.
pub trait Renewals {
    /// `None`: with these settings it is not renewed.
    fn renewal(&self, settings: &Settings) -> Option<Renewal>;

    /// What the provider gave, or why it gave nothing.
    fn renewed(&self, said: &Said<'_>) -> Result<Renewed, String>;
}

pub struct Renewal {
    pub request: ProviderRequest,
    /// The name of the secret that is used up by it.
    pub secret: &'static str,
    /// A younger token is not renewed.
    pub age_min: Duration,
}

/// No debug output: it holds secrets.
pub struct Renewed {
    /// By their names among the account's secrets.
    pub secrets: BTreeMap<&'static str, String>,
    pub lasts: Option<Duration>,
}

/// What is kept of a token between two renewals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    /// Which one is meant, without telling it.
    fingerprint: String,
    #[serde(flatten)]
    token: Token,
}

impl Held {
    fn new(secret: &str, token: Token) -> Self {
        Held { fingerprint: to_hex(&Sha256::digest(secret)[..8]), token }
    }

    fn is_of(&self, secret: &str) -> bool {
        *self == Held::new(secret, self.token)
    }

    fn read(work: &Work) -> Option<Self> {
        serde_json::from_value(work.body.clone()).ok()
    }
}

/// Plans the renewal of a token that is new to us. In the transaction of a check-up, which comes soon after
/// an account was set up.
pub(crate) async fn plan(
    sql: &impl Sql,
    now: Timestamp,
    codec: &impl Codec,
    account: &Account,
    settings: &Settings,
) -> Result<(), Race> {
    let known = store::due::by_key(sql, &key(Kind::RenewToken, &account.id)).await?;
    let renewal = codec.renewals().and_then(|renewals| renewals.renewal(settings));
    let secret = renewal.as_ref().and_then(|renewal| settings.get(renewal.secret));
    let Some((renewal, secret)) = renewal.as_ref().zip(secret) else {
        if let Some(work) = known {
            store::due::complete(sql, &work.id).await?;
        }
        return Ok(());
    };
    if known.as_ref().and_then(Held::read).is_some_and(|held| held.is_of(secret)) {
        return Ok(());
    }
    let token = Token { since: now, until: None };
    let body = serde_json::json!(Held::new(secret, token));
    let due_at = token.renew_at(renewal.age_min);
    let work = Work { body, due_at, ..recurring(now, Kind::RenewToken, account) };
    Ok(store::due::schedule(sql, &work).await?)
}

/// Performs `work`.
pub async fn renew(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    center: &Key,
    work: &Work,
) -> Result<()> {
    let account = account::find(sql, &AccountId(work.subject.clone())).await?;
    let Some((account, renewals)) = account.zip(codec.renewals()) else {
        store::due::complete(sql, &work.id).await?;
        return Ok(());
    };
    let settings = world.settings(&account)?;
    let renewal = renewals.renewal(&settings);
    let secret = renewal.as_ref().and_then(|renewal| settings.get(renewal.secret));
    let held = Held::read(work).filter(|held| secret.is_some_and(|secret| held.is_of(secret)));
    let (Some(renewal), Some(held), Some(secret)) = (renewal, held, secret) else {
        // Another token by now: the check-up plans anew.
        store::due::complete(sql, &work.id).await?;
        return check_soon(sql, world.now(), &account).await;
    };
    let used = Used { name: renewal.secret, secret, age_min: renewal.age_min, token: held.token };
    let outcome = match world.call(renewal.request).await {
        Answer::Response { status: status @ (408 | 425 | 429 | 500..), .. } => {
            Err((false, format!("the provider answered {status}")))
        }
        Answer::Response { status, body, .. } => {
            renewals.renewed(&Said { status, body: &body }).map_err(|reason| (true, reason))
        }
        Answer::NotReached { reason } | Answer::Lost { reason } => Err((false, reason)),
    };
    let now = world.now();
    match outcome {
        Ok(renewed) => {
            let mut kept = keep(sql, now, center, work, &used, &renewed).await;
            for _ in 1..KEEP_ATTEMPTS {
                if matches!(kept, Err(Failure::Later(_))) {
                    kept = keep(sql, now, center, work, &used, &renewed).await;
                }
            }
            kept
        }
        Err((refused, reason)) => not_renewed(sql, now, work, used.token, refused, &reason).await,
    }
}

/// The old token may be worth nothing by now, so the database gets a second and a third chance.
const KEEP_ATTEMPTS: u32 = 3;

/// What a renewal was made from.
struct Used<'a> {
    name: &'static str,
    secret: &'a str,
    age_min: Duration,
    token: Token,
}

async fn keep(
    sql: &impl Sql,
    now: Timestamp,
    center: &Key,
    work: &Work,
    used: &Used<'_>,
    renewed: &Renewed,
) -> Result<()> {
    let id = AccountId(work.subject.clone());
    let news = retrying(async || {
        transaction(sql, async |sql| {
            let Some(account) = account::find(sql, &id).await? else { return Ok(News::default()) };
            let mut secrets = seal::open(center, &account.secrets)?;
            if secrets.get(used.name).and_then(|secret| secret.as_str()) != Some(used.secret) {
                store::due::complete(sql, &work.id).await?;
                return Ok(News::default());
            }
            for (name, secret) in &renewed.secrets {
                secrets.insert((*name).to_owned(), secret.clone().into());
            }
            account::reseal(sql, &id, &seal::seal(center, &secrets)?).await?;
            let token = Token { since: now, until: renewed.lasts.map(|lasts| now + lasts) };
            let secret = renewed.secrets.get(used.name).map_or(used.secret, String::as_str);
            let body = serde_json::json!(Held::new(secret, token));
            let next = Work { body, attempts: 0, ..work.clone() };
            store::due::again(sql, &next, token.renew_at(used.age_min)).await?;
            tell_within(sql, now, &id, &[(RENEWAL, vec![]), (SENDING, vec![])]).await
        })
        .await
    })
    .await?;
    news.say(&id);
    Ok(())
}

/// That a provider is away for a moment is no news.
const SILENT_MAX: u32 = 3;

async fn not_renewed(
    sql: &impl Sql,
    now: Timestamp,
    work: &Work,
    token: Token,
    refused: bool,
    reason: &str,
) -> Result<()> {
    let id = AccountId(work.subject.clone());
    let attempts = work.attempts + 1;
    let told = match refused || SILENT_MAX <= attempts {
        true => vec![(RENEWAL, vec![token.not_renewed(now, reason)])],
        false => vec![],
    };
    let news = retrying(async || {
        transaction(sql, async |sql| {
            let next = Work { attempts, ..work.clone() };
            store::due::again(sql, &next, token.try_again_at(now)).await?;
            tell_within(sql, now, &id, &told).await
        })
        .await
    })
    .await?;
    news.say(&id);
    Ok(())
}
