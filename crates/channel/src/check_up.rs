//! A check-up of one account: the provider is asked how it stands, and what came is held against what
//! usually comes.
//!
//! What a codec finds wrong replaces what the same question found before. A provider that does not answer
//! says nothing about the account, so what it last said stands; after a few attempts its silence is a
//! finding of its own.

use crate::{
    codec::Codec,
    deliver::World,
    event::InboundEvent,
    outbound::{Answer, ProviderRequest},
    received::Settings,
    reconcile, renewal,
};
use domain::{
    due::Work,
    health::{self, Finding, HABIT, forged, silence},
    id::AccountId,
    time::Timestamp,
};
use shell::{
    command::{Race, retrying},
    failure::Result,
    health::{PROVIDER, RENEWAL, SENDING, SIGNATURES, TRAFFIC, Told, revise},
    template,
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    account::{self, Account},
    health::{Checked, hours, last_event, others_alive, put_checked},
    port::{Sql, transaction},
};

/// How a provider is asked about an account.
pub trait CheckUps {
    /// What is asked. One that cannot be asked with these settings is left out.
    fn questions(&self, settings: &Settings) -> Vec<Question>;

    /// What the answer to the question of this name says. That the provider is overloaded or ill is no
    /// answer.
    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered;

    /// Whether an event says that something about the account changed.
    fn hinted(&self, _event: &InboundEvent) -> bool {
        false
    }
}

pub struct Question {
    /// Of what is found by it.
    pub name: &'static str,
    pub request: ProviderRequest,
}

pub struct Said<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Said<'_> {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The provider does not know the token.
    pub fn is_refused(&self) -> bool {
        self.status == 401
    }
}

/// What an answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    pub findings: Vec<Finding>,
    /// What is worth knowing of the account, in the provider's words.
    pub facts: BTreeMap<String, String>,
    /// The provider took the token that messages are sent with.
    pub accepted: bool,
}

impl Answered {
    pub fn accepted() -> Self {
        Answered { accepted: true, ..Answered::default() }
    }

    pub fn refused(reason: &str) -> Self {
        Answered { findings: vec![health::refused(reason)], ..Answered::default() }
    }

    #[must_use]
    pub fn finding(mut self, finding: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(finding);
        self
    }

    #[must_use]
    pub fn fact(mut self, name: &str, value: Option<String>) -> Self {
        self.facts.extend(value.map(|value| (name.to_owned(), value)));
        self
    }

    /// The provider answered, and not to what was asked.
    pub fn unclear(said: &Said<'_>) -> Self {
        let text = format!("The provider answered {} to a question about the account", said.status);
        Answered::default().finding([Finding::warning("unclear", text).with("status", said.status)])
    }
}

/// The setting with the minutes between two check-ups; 0: the provider is not asked.
const MINUTES: &str = "check_up_minutes";
const HOURLY: u64 = 60;

/// After so many attempts without an answer the provider's silence is told.
const ATTEMPTS_MAX: u32 = 3;

/// The next attempt at a provider that did not answer.
const SOON: Duration = Duration::from_secs(60);

/// A number of minutes among the settings.
pub(crate) fn minutes(settings: &Settings, name: &str, usual: u64) -> Duration {
    let given = settings.get(name).and_then(|minutes| minutes.trim().parse().ok()).unwrap_or(usual);
    Duration::from_secs(60 * given.min(31 * 24 * 60))
}

/// Performs `work`. `forgeries` is how many webhooks were refused in the last hour.
pub async fn check_up(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    forgeries: u32,
    work: &Work,
) -> Result<()> {
    let Some(account) = account::find(sql, &AccountId(work.subject.clone())).await? else {
        store::due::complete(sql, &work.id).await?;
        return Ok(());
    };
    let settings = world.settings(&account)?;
    let pause = minutes(&settings, MINUTES, HOURLY);
    let mut visit = if pause.is_zero() { Visit::default() } else { ask(world, codec, &settings).await };
    let now = world.now();
    store::health::count(sql, &account.id, now, now - HABIT).await?;
    visit.told.push((TRAFFIC, traffic(sql, now, &account).await?.into_iter().collect()));
    visit.told.push((SIGNATURES, signatures(sql, now, &account, forgeries).await?.into_iter().collect()));
    let attempts = if visit.unanswered.is_some() { work.attempts + 1 } else { 0 };
    let usual = if pause.is_zero() { Duration::from_secs(60 * HOURLY) } else { pause };
    let due_at = now + if (1..ATTEMPTS_MAX).contains(&attempts) { usual.min(SOON) } else { usual };
    // Once told it stands until there is an answer.
    if attempts == 0 || ATTEMPTS_MAX <= attempts {
        visit.told.push((PROVIDER, visit.unanswered.as_deref().map(silent).into_iter().collect()));
    }
    let next = Work { attempts, ..work.clone() };
    let renewed = codec.renewals().and_then(|renewals| renewals.renewal(&settings)).is_some();
    let stays = |source: &str| match source {
        RENEWAL => renewed,
        source => visit.asked.contains(&source) || [SENDING, SIGNATURES, TRAFFIC, PROVIDER].contains(&source),
    };
    let news = retrying(async || {
        transaction(sql, async |sql| {
            let news = revise(sql, now, &account.id, &visit.told, stays).await?;
            if attempts == 0 {
                let checked = Checked { at: Some(now), facts: visit.facts.clone() };
                put_checked(sql, &account.id, &checked).await?;
            }
            renewal::plan(sql, now, codec, &account, &settings).await?;
            reconcile::plan(sql, now, codec, &account, &settings).await?;
            if codec.templates().is_some() {
                store::due::add(sql, now, vec![template::sync(&account, now, due_at)]).await?;
            }
            store::due::again(sql, &next, due_at).await?;
            Ok::<_, Race>(news)
        })
        .await
    })
    .await?;
    news.say(&account.id);
    Ok(())
}

#[derive(Default)]
struct Visit {
    asked: Vec<&'static str>,
    told: Vec<Told>,
    facts: BTreeMap<String, String>,
    /// Why a question was not answered.
    unanswered: Option<String>,
}

async fn ask(world: &impl World, codec: &impl Codec, settings: &Settings) -> Visit {
    let mut visit = Visit::default();
    let Some(check_ups) = codec.check_ups() else { return visit };
    let mut accepted = false;
    for Question { name, request } in check_ups.questions(settings) {
        visit.asked.push(name);
        match world.call(request).await {
            Answer::Response { status: status @ (408 | 425 | 429 | 500..), .. } => {
                visit.unanswered = Some(format!("it answered {status}"));
            }
            Answer::Response { status, body, .. } => {
                let answered = check_ups.read(name, &Said { status, body: &body }, settings);
                accepted |= answered.accepted;
                visit.facts.extend(answered.facts);
                visit.told.push((name, answered.findings));
            }
            Answer::NotReached { reason } | Answer::Lost { reason } => visit.unanswered = Some(reason),
        }
    }
    if accepted {
        visit.told.push((SENDING, vec![]));
    }
    visit
}

fn silent(reason: &str) -> Finding {
    Finding::warning("provider_silent", format!("The provider does not answer: {reason}"))
        .with("reason", reason)
}

async fn traffic(sql: &impl Sql, now: Timestamp, account: &Account) -> Result<Option<Finding>> {
    let Some(last) = last_event(sql, &account.id).await? else { return Ok(None) };
    let Some(silence) = silence(now, last, &hours(sql, &account.id).await?) else { return Ok(None) };
    let others = others_alive(sql, &account.id, silence.first).await?;
    Ok(Some(silence.finding(now, others)))
}

/// What webhooks with a wrong signature mean for an account.
pub async fn signatures(
    sql: &impl Sql,
    now: Timestamp,
    account: &Account,
    count: u32,
) -> Result<Option<Finding>> {
    if forged(count, false).is_none() {
        return Ok(None);
    }
    let last = last_event(sql, &account.id).await?;
    let any_right = last.is_some_and(|last| health::hour(now) <= health::hour(last) + 1);
    Ok(forged(count, any_right))
}
