//! The address that forms are posted to. Public: `/webhooks/webform/{account}`. Private, by service
//! chaining: `/perform`, `/inspect`, `/reprocess` and `/profile`.

use crate::{
    captcha,
    codec::{BODY_MAX, FORM_HEADER, NAME, SIGNATURE_HEADER, Webform, locale},
    form::Form,
    meaning,
    thanks::{self, Told},
    trap::{self, Caught},
};
use channel::{
    codec::Codec,
    deliver::World,
    outbound::Answer,
    page,
    rate::Limit,
    received::{Received, Settings},
    reprocess,
    serve::{self, Outside},
    signature::{Signature, to_hex},
    webhook,
};
use domain::{id::AccountId, time::Timestamp};
use http::{HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};
use shell::{
    failure::{Failure, Result},
    forwarded::network,
    log,
    platform::{
        attempt::{attempt, due_at},
        center::{Database, database, now, variable},
        forwarded::{client, full_url},
        reply::{self, Reply},
        request::{Asked, traced},
    },
};
use spin_sdk::{http::Request, http_service};
use store::account::{self, Account};

/// A person who mends a form a few times, and the office where they sit.
const FORMS: Limit = Limit { burst: 10, refill_ms: 20_000 };

/// The same form within one such stretch of the clock is one: somebody pressed twice.
const TWICE_MS: i64 = 600_000;

/// What is kept of a browser's headers.
const KEPT_HEADERS: [&str; 3] = ["content-type", "accept-language", "referer"];

#[http_service]
async fn webform(request: Request) -> Reply {
    reply::from(traced(request, answer).await)
}

async fn answer(request: Request) -> Result<Reply> {
    let limit = if request.uri().path() == "/inspect" { 2 * BODY_MAX } else { BODY_MAX };
    let asked = Asked::read(request, limit).await?;
    match asked.segments()[..] {
        ["perform"] => serve::perform(&Webform, &[], &asked).await,
        ["inspect"] => serve::look(&Webform, &asked),
        ["reprocess"] => {
            let request: reprocess::Request = asked.json()?;
            Ok(reply::ok(&reprocess::page(&database().await?, now(), &Webform, &request).await?))
        }
        ["profile"] => Ok(reply::ok(&Webform.profiles())),
        ["webhooks", "webform", account] => from_page(&asked, account).await,
        _ => Err(Failure::NotFound(asked.path)),
    }
}

/// A request of a page or of the business's server.
async fn from_page(asked: &Asked, account: &str) -> Result<Reply> {
    let sql = database().await?;
    let found = account::find(&sql, &AccountId::from(account)).await?;
    let account = found.filter(|account| account.channel == NAME);
    let account = account.ok_or_else(|| Failure::NotFound("this form".to_owned()))?;
    // A page that hides its origin may still say its address.
    let referer = asked.header("referer").and_then(thanks::origin_of);
    let origin = asked.header("origin").filter(|origin| *origin != "null").map(str::to_owned).or(referer);
    let allowed = match &origin {
        Some(origin) => page::is_allowed(asked, origin, &account.settings).await?,
        None => false,
    };
    let readable = origin.as_deref().filter(|_| allowed);
    let outcome = match asked.method {
        Method::OPTIONS => Ok(page::preflight()),
        Method::POST => Post { sql, account, asked, origin: readable, now: now() }.take().await,
        _ => Err(Failure::MethodNotAllowed(asked.method.to_string())),
    };
    Ok(page::let_through(reply::from(outcome), readable))
}

struct Post<'a> {
    sql: Database,
    account: Account,
    asked: &'a Asked,
    /// The page's, if it is one of the account's sites.
    origin: Option<&'a str>,
    now: Timestamp,
}

impl Post<'_> {
    async fn take(&self) -> Result<Reply> {
        let outside = Outside::new(&[]).await?;
        let settings = outside.settings(&self.account)?;
        let url = full_url(self.asked).await?;
        let received = serve::received(self.asked, &variable("public_url").await?, &url);
        let signed = self.is_signed(&received, &settings)?;
        let address = client(self.asked).await?;
        if !signed {
            if settings.get("signed_only") == Some("true") {
                return Err(Failure::Unauthorized("this form takes signed posts only".to_owned()));
            }
            if self.origin.is_none() {
                return Err(Failure::Forbidden("this form does not serve that page".to_owned()));
            }
            page::limit(&self.account.id, "form", &network(address), FORMS, self.now).await?;
        }
        let form = Form::read(&received).map_err(|malformed| Failure::BadRequest(malformed.to_string()))?;
        if !signed {
            match trap::caught(&form, &settings, self.now.0) {
                Some(Caught::Machine) => return Ok(self.tell(Told::Taken, &form, &received, &[])),
                Some(Caught::Time) => return Ok(self.tell(Told::Machine, &form, &received, &["_started"])),
                None => {}
            }
        }
        let missing = missing(&form, &settings);
        if !missing.is_empty() {
            return Ok(self.tell(Told::Incomplete, &form, &received, &missing));
        }
        if !signed
            && let Some(told) = refused(
                &outside,
                &form,
                &settings,
                &address.map(|address| address.to_string()).unwrap_or_default(),
            )
            .await
        {
            return Ok(self.tell(told, &form, &received, &["captcha"]));
        }
        let kept = self.kept(&received, &form);
        let due_at = due_at(self.now);
        attempt(webhook::keep_proven(&self.sql, self.now, due_at, &self.account, &kept).await?);
        Ok(self.tell(Told::Taken, &form, &received, &[]))
    }

    fn is_signed(&self, received: &Received, settings: &Settings) -> Result<bool> {
        if received.header(SIGNATURE_HEADER).is_none() {
            return Ok(false);
        }
        match Webform.verify(received, settings) {
            Signature::Valid => Ok(true),
            Signature::Invalid => Err(Failure::Unauthorized("the signature is wrong or too old".to_owned())),
            Signature::Unchecked => Err(Failure::Unauthorized("the account has no secret".to_owned())),
        }
    }

    /// The form as it is stored: without cookies and whatever else a browser sends.
    fn kept(&self, received: &Received, form: &Form) -> Received {
        let mut headers: Vec<_> = received.headers.clone();
        headers.retain(|(name, _)| KEPT_HEADERS.contains(&name.to_ascii_lowercase().as_str()));
        headers.push((FORM_HEADER.to_owned(), self.id(form)));
        Received { headers, ..received.clone() }
    }

    /// Equal for two posts of one form: the page's own id, else what is in it and about when.
    fn id(&self, form: &Form) -> String {
        let mut hash = Sha256::new();
        match form.text("_id") {
            Some(id) => hash.update(format!("id\n{id}")),
            None => {
                hash.update(format!("form\n{}\n", self.now.0.div_euclid(TWICE_MS)));
                hash.update(serde_json::json!(form.fields).to_string());
                for file in &form.files {
                    hash.update(Sha256::digest(&file.bytes));
                }
            }
        }
        to_hex(&hash.finalize())
    }

    fn tell(&self, told: Told, form: &Form, received: &Received, fields: &[&str]) -> Reply {
        let status = StatusCode::from_u16(told.status()).unwrap_or(StatusCode::OK);
        let text = |name: &str| self.asked.header(name).unwrap_or_default();
        if thanks::is_script(text("accept"), text("content-type")) {
            return reply::json(status, &thanks::json(told, fields));
        }
        let setting = if told == Told::Taken { "thanks_url" } else { "error_url" };
        let configured = self.account.settings.get(setting).and_then(|url| url.as_str());
        let origins = page::origins(&self.account.settings);
        let next = configured.and_then(|url| thanks::page(url, self.origin.unwrap_or_default(), origins));
        if let Some(Ok(location)) = next.map(|url| HeaderValue::from_str(&url)) {
            let mut reply = reply::empty(StatusCode::SEE_OTHER);
            reply.headers_mut().insert(header::LOCATION, location);
            return reply;
        }
        let html = thanks::html(told, &locale(form, received));
        let mut reply = reply::bytes(status, "text/html; charset=utf-8", html);
        let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
        reply.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        reply
    }
}

/// What a form must have: something said, and a way to answer it.
fn missing(form: &Form, settings: &Settings) -> Vec<&'static str> {
    let meaning = meaning::of(form, settings);
    let mut missing = meaning.unreadable.clone();
    if missing.is_empty() && meaning.email.is_none() && meaning.phone.is_none() {
        missing.push("email");
    }
    if meaning.text().is_empty() && form.files.is_empty() {
        missing.push("message");
    }
    missing
}

/// What the captcha says, if there is one and it does not let the form in.
async fn refused(outside: &Outside, form: &Form, settings: &Settings, address: &str) -> Option<Told> {
    let Ok(question) = captcha::question(form, settings, address)? else { return Some(Told::Machine) };
    let said = match outside.call(question).await {
        Answer::Response { status: 200, body, .. } => match captcha::is_person(&body, settings) {
            Some(true) => return None,
            Some(false) => return Some(Told::Machine),
            None => "its answer is none of siteverify".to_owned(),
        },
        Answer::Response { status, .. } => format!("it answered {status}"),
        Answer::NotReached { reason } | Answer::Lost { reason } => reason,
    };
    log::alarm(format!("the captcha cannot be checked: {said}"));
    Some(Told::Busy)
}
