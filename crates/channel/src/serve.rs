//! A channel's component, the same for all of them: the provider's webhook, and, for the other
//! components only, `/perform`, `/inspect`, `/reprocess` and `/profile`. No public route leads to those.

use crate::{
    check_up::{check_up, signatures},
    codec::{Codec, Handshake, NOW, PROOF},
    deliver::{self, World},
    digest::Kept,
    discussion, elsewhere, files,
    inspect::{self, Inspection},
    outbound::{Answer, ProviderRequest, patience},
    received::{Received, Settings},
    reconcile::reconcile,
    renewal, reprocess, templates, webhook,
};
use domain::{
    due::{Kind, Work},
    health::FORGED_MIN,
    id::{AccountId, WebhookId},
    time::Timestamp,
};
use http::{Method, StatusCode};
use shell::{
    depot::Depot,
    failure::{Failure, Result},
    health::{self, SIGNATURES},
    link, log, part,
    platform::{
        attempt::{asked_for, attempt, due_at},
        call::{Answered, Silence, call},
        center::{self, database, now},
        depot::Configured,
        forgeries, forwarded,
        reply::{self, Reply},
        request::{Asked, traced},
    },
    seal::{self, Key},
};
use spin_sdk::http::Request;
use std::{cell::RefCell, collections::BTreeMap, time::Duration};
use store::{
    account::{self, Account},
    port::Sql,
};

/// A provider that takes longer counts as silent. All calls of one piece of work share it, since whoever
/// waits for the performer waits a little longer only.
const PROVIDER_TIME: Duration = Duration::from_secs(9);

/// Certificates kept by their address, for the life of the instance.
const PROOFS_MAX: usize = 16;

thread_local! {
    static KEPT_PROOFS: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// After so many attempts a webhook is read without the calls that it asks for.
const ERRAND_ATTEMPTS_MAX: u32 = 2;

/// The largest file that is downloaded, and a little more.
const ANSWER_MAX: usize = 24 * 1024 * 1024;

/// Answers a request to the channel's component. `variables` are the component's own that the codec
/// takes as settings.
pub async fn serve(codec: &impl Codec, variables: &[&str], request: Request) -> Reply {
    reply::from(traced(request, async |request| answer(codec, variables, request).await).await)
}

async fn answer(codec: &impl Codec, variables: &[&str], request: Request) -> Result<Reply> {
    // An inspected body comes in base64.
    let limit = if request.uri().path() == "/inspect" { 2 * codec.body_max() } else { codec.body_max() };
    let asked = Asked::read(request, limit).await?;
    match asked.segments()[..] {
        ["perform"] => perform(codec, variables, &asked).await,
        ["inspect"] => look(codec, &asked),
        ["reprocess"] => {
            let request: reprocess::Request = asked.json()?;
            Ok(reply::ok(&reprocess::page(&database().await?, now(), codec, &request).await?))
        }
        ["original", webhook] => original(codec, webhook).await,
        ["profile"] => Ok(reply::ok(&codec.profiles())),
        ["webhooks", channel, account] if channel == codec.profile().name => {
            receive(codec, variables, &asked, account).await
        }
        _ => Err(Failure::NotFound(asked.path)),
    }
}

/// The provider's request. 2xx means that it is stored; 4xx, do not send it again; 503, send it again.
async fn receive(codec: &impl Codec, variables: &[&str], asked: &Asked, account: &str) -> Result<Reply> {
    let sql = database().await?;
    let outside = Outside::new(variables).await?;
    let id = AccountId::from(account);
    let channel = codec.profile().name;
    let known = account::find(&sql, &id).await?.filter(|known| known.channel == channel);
    let known = match known {
        Some(known) => Some(known),
        None => account::by_address(&sql, &channel, account).await?,
    };
    let account = known.ok_or_else(|| Failure::NotFound(format!("account {account}")))?;
    let settings = outside.settings(&account)?;
    let public_url = center::variable("public_url").await?;
    let received = received(asked, &public_url, &forwarded::full_url(asked).await?);
    let handshake = if asked.method == Method::GET { codec.handshake(&received, &settings) } else { None };
    match (&asked.method, handshake) {
        (_, Some(Handshake::Proven(told))) => Ok(reply::bytes(StatusCode::OK, told.mime, told.body)),
        (_, Some(Handshake::Refused)) => Err(Failure::Forbidden("this is no valid handshake".to_owned())),
        (&Method::GET, None) if !codec.hears_get() => {
            Err(Failure::Forbidden("this is no valid handshake".to_owned()))
        }
        (&(Method::GET | Method::POST), None) => {
            let settings = with_proof(codec, &outside, settings, &received).await?;
            let now = now();
            let due_at = due_at(now);
            match webhook::keep(&sql, now, due_at, codec, &account, &settings, &received).await {
                Ok(work) => attempt(work),
                Err(refused @ Failure::Unauthorized(_)) => {
                    forged(&sql, now, &account).await;
                    return Err(refused);
                }
                Err(failure) => return Err(failure),
            }
            Ok(match codec.thanks(&received, &settings) {
                Some(told) => reply::bytes(StatusCode::OK, told.mime, told.body),
                None => reply::empty(StatusCode::OK),
            })
        }
        _ => Err(Failure::MethodNotAllowed(asked.method.to_string())),
    }
}

/// A webhook was refused. When there are too many it is told at once: whoever set a wrong secret is still
/// at it. What cannot be noted is no reason to answer otherwise.
async fn forged(sql: &impl Sql, now: Timestamp, account: &Account) {
    let told = async {
        let count = forgeries::count(&account.id.0).await?;
        if count == Some(FORGED_MIN) {
            let finding = signatures(sql, now, account, FORGED_MIN).await?;
            health::tell(sql, now, &account.id, &[(SIGNATURES, finding.into_iter().collect())]).await?;
        }
        Ok::<_, Failure>(())
    };
    if let Err(failure) = told.await {
        log::error(format!("account {}: a refused webhook is not counted: {failure}", account.id));
    }
}

/// Adds what the signature is checked with, where that stands elsewhere.
async fn with_proof(
    codec: &impl Codec,
    outside: &Outside,
    mut settings: Settings,
    received: &Received,
) -> Result<Settings> {
    let Some(request) = codec.proof(received) else { return Ok(settings) };
    let url = request.url.clone();
    let proof = match KEPT_PROOFS.with_borrow(|kept| kept.get(&url).cloned()) {
        Some(proof) => proof,
        None => match outside.call(request).await {
            Answer::Response { status: 200, body, .. } => {
                let proof = String::from_utf8_lossy(&body).into_owned();
                KEPT_PROOFS.with_borrow_mut(|kept| {
                    // They change once a year; a hostile sender cannot make more than these.
                    if kept.len() < PROOFS_MAX {
                        kept.insert(url, proof.clone());
                    }
                });
                proof
            }
            _ => return Err(Failure::Later("what the signature is checked with cannot be had".to_owned())),
        },
    };
    settings.0.insert(PROOF.to_owned(), proof);
    Ok(settings)
}

/// The request as it was sent: signatures are made over these bytes.
pub fn received(asked: &Asked, public_url: &str, full_url: &str) -> Received {
    let url = if public_url.is_empty() {
        full_url.to_owned()
    } else {
        let question = if asked.query.is_empty() { "" } else { "?" };
        format!("{}{}{question}{}", public_url.trim_end_matches('/'), asked.path, asked.query)
    };
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Received {
        method: asked.method.to_string(),
        url,
        headers: asked.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: asked.body.to_vec(),
    }
}

/// Due work of this channel.
pub async fn perform(codec: &impl Codec, variables: &[&str], asked: &Asked) -> Result<Reply> {
    let sql = database().await?;
    let Some(work) = asked_for(&sql, asked).await? else { return Ok(reply::empty(StatusCode::NO_CONTENT)) };
    match work.kind {
        Kind::Digest => {
            let Some(kept) = Kept::find(&sql, &work).await? else {
                return Ok(reply::empty(StatusCode::NO_CONTENT));
            };
            errands(variables, kept.errands(codec), &work).await?;
            if let Some(next) =
                elsewhere::fetch(&sql, &Outside::new(variables).await?, codec, &kept, &work).await?
            {
                attempt(next);
                return Ok(reply::empty(StatusCode::NO_CONTENT));
            }
            let digested = kept.digest(&sql, now(), codec, &work).await?;
            if !digested.unknown.is_empty() {
                let count = digested.unknown.len();
                let unknown = digested.unknown;
                log::warning(format!(
                    "dropped {count} events for accounts that nobody configured: {unknown:?}"
                ));
            }
            attempt(digested.work);
        }
        Kind::Deliver => {
            let outside = Outside::new(variables).await?;
            attempt(deliver::deliver(&sql, &outside, codec, &work).await?);
        }
        Kind::SyncTemplates => templates::sync(&sql, &Outside::new(variables).await?, codec, &work).await?,
        Kind::FetchMedia => {
            let outside = Outside::new(variables).await?;
            attempt(files::fetch(&sql, &outside, codec, &work).await?);
        }
        Kind::Moderate => {
            let outside = Outside::new(variables).await?;
            attempt(discussion::moderate(&sql, &outside, codec, &work).await?);
        }
        Kind::FetchPost => {
            discussion::fetch_post(&sql, &Outside::new(variables).await?, codec, &work).await?;
        }
        Kind::JoinParts => {
            let account = account::find(&sql, &AccountId(work.subject.clone())).await?;
            let account = account.ok_or_else(|| Failure::NotFound(format!("account {}", work.subject)))?;
            attempt(part::overdue(&sql, now(), &account, &codec.profile(), &work).await?);
        }
        Kind::CheckUp => {
            let forgeries = forgeries::in_last_hour(&work.subject).await?;
            check_up(&sql, &Outside::new(variables).await?, codec, forgeries, &work).await?;
        }
        Kind::RenewToken => {
            let outside = Outside::new(variables).await?;
            renewal::renew(&sql, &outside, codec, &outside.key, &work).await?;
        }
        Kind::Reconcile => {
            attempt(reconcile(&sql, &Outside::new(variables).await?, codec, &work).await?);
        }
        Kind::BotTurn
        | Kind::BotTimer
        | Kind::Scan
        | Kind::Route
        | Kind::OfferDeadline
        | Kind::WrapUpDeadline
        | Kind::QueueLimit
        | Kind::DeskWatch
        | Kind::Transcript => {
            return Err(Failure::NotFound(work.kind.as_str().to_owned()));
        }
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Makes the calls that a kept webhook asks for. They may be made twice, and what is not reached is
/// tried again; but a webhook is read also when they can't be made.
async fn errands(variables: &[&str], requests: Vec<ProviderRequest>, work: &Work) -> Result<()> {
    if requests.is_empty() {
        return Ok(());
    }
    let outside = Outside::new(variables).await?;
    for request in requests {
        let said = match outside.call(request).await {
            Answer::Response { status: 200..=299, .. } => continue,
            Answer::Response { status, .. } => format!("the provider answered {status}"),
            Answer::NotReached { reason } | Answer::Lost { reason } => reason,
        };
        if work.attempts < ERRAND_ATTEMPTS_MAX {
            return Err(Failure::Later(said));
        }
        log::alarm(format!("what webhook {} asks for could not be done: {said}", work.subject));
    }
    Ok(())
}

/// What a kept webhook brought, as it was written.
async fn original(codec: &impl Codec, webhook: &str) -> Result<Reply> {
    let sql = database().await?;
    let gone = || Failure::NotFound(format!("webhook {webhook}"));
    let found = store::webhook::find(&sql, &WebhookId::from(webhook)).await?.ok_or_else(gone)?;
    let kept = Kept::of(&sql, found).await?;
    let original = codec.original(&kept.received, &kept.settings).ok_or_else(gone)?;
    Ok(reply::bytes(StatusCode::OK, original.mime, original.body))
}

/// What the codec makes of a request that a developer has.
pub fn look(codec: &impl Codec, asked: &Asked) -> Result<Reply> {
    let inspection: Inspection = asked.json()?;
    Ok(match inspect::inspect(codec, inspection) {
        Ok(findings) => reply::ok(&findings),
        Err(malformed) => reply::json(StatusCode::UNPROCESSABLE_ENTITY, &malformed),
    })
}

/// What a channel's work takes from outside: the clock, the center's key, its variables, the network.
pub struct Outside {
    key: Key,
    public_url: String,
    until: Timestamp,
    variables: Vec<(String, String)>,
}

impl Outside {
    pub async fn new(variables: &[&str]) -> Result<Self> {
        let mut values = vec![];
        for name in variables {
            values.push(((*name).to_owned(), center::variable(name).await?));
        }
        let (key, public_url) = (center::key().await?, center::variable("public_url").await?);
        Ok(Outside { key, public_url, until: now() + PROVIDER_TIME, variables: values })
    }
}

impl World for Outside {
    fn now(&self) -> Timestamp {
        now()
    }

    fn settings(&self, account: &Account) -> Result<Settings> {
        let mut settings = Settings::of(account);
        settings.extend(&seal::open(&self.key, &account.secrets)?);
        settings.0.extend(self.variables.iter().cloned());
        settings.0.insert(NOW.to_owned(), now().0.div_euclid(1000).to_string());
        Ok(settings)
    }

    fn depot(&self) -> &impl Depot {
        &Configured
    }

    fn link(&self, file: &str, until: Timestamp) -> Option<String> {
        let path = link::path(&self.key, file, until).filter(|_| !self.public_url.is_empty())?;
        Some(format!("{}/{path}", self.public_url.trim_end_matches('/')))
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        let left = self.until.since(now());
        if left.is_zero() {
            return Answer::NotReached { reason: format!("{} s were not enough", PROVIDER_TIME.as_secs()) };
        }
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::POST);
        let reads = method == Method::GET;
        let mut answered = call(method, &request.url, &headers, request.body, left, ANSWER_MAX).await;
        if let Some(url) = answered.as_ref().ok().filter(|_| reads).and_then(moved) {
            // Without the account's token. Where it may lead is what the component is granted.
            let left = self.until.since(now());
            answered = call(Method::GET, &url, &[], Vec::<u8>::new(), left, ANSWER_MAX).await;
        }
        match answered {
            Ok(answered) => {
                let header = |name| answered.headers.get(name).and_then(|value| value.to_str().ok());
                let retry_after = patience(answered.status, header, now());
                Answer::Response { status: answered.status, retry_after, body: answered.body.to_vec() }
            }
            Err(Silence::NotReached(reason)) => Answer::NotReached { reason },
            Err(Silence::NoAnswer(reason)) => Answer::Lost { reason },
        }
    }
}

/// Where a file really is: providers keep them elsewhere than their API.
fn moved(answered: &Answered) -> Option<String> {
    let moved = matches!(answered.status, 301 | 302 | 303 | 307 | 308);
    let url = answered.headers.get("location").filter(|_| moved)?.to_str().ok()?;
    url.starts_with("https://").then(|| url.to_owned())
}
