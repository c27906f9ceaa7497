//! Who gets in: the account, the page's origin, the visitor's token, and how often.

use crate::{
    codec::{NAME, SCHEME},
    config::Settings,
    hours::Door,
    identity, limits,
    visitor::{self, Visitor},
};
use channel::{page, rate::Limit};
use domain::{contact::Identity, id::AccountId, time::Timestamp};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use shell::{
    failure::{Failure, Result},
    forwarded::network,
    log,
    platform::{
        center::{self, Database, database, now, time_zone, variable},
        forwarded::client,
        reply::{self, Reply},
        request::Asked,
    },
    seal::{self, Key},
    unique,
};
use std::time::Duration;
use store::{
    account::{self, Account},
    conversation::{self, Conversation},
};

/// A request to an account, from a page that may use it.
pub(super) struct Gate {
    pub(super) sql: Database,
    pub(super) account: Account,
    pub(super) key: Vec<u8>,
    /// For links to files.
    pub(super) links: Key,
    pub(super) now: Timestamp,
    origin: Option<String>,
}

impl Gate {
    pub(super) async fn open(asked: &Asked, account: &str) -> Result<Self> {
        let sql = database().await?;
        let found = account::find(&sql, &AccountId::from(account)).await?;
        let account = found.filter(|account| account.channel == NAME);
        let account = account.ok_or_else(|| Failure::NotFound("this chat".to_owned()))?;
        let secret = variable("secret_key").await?;
        let (key, links) = (visitor::key(&secret), Key::parse(&secret)?);
        let key = key.ok_or_else(|| Failure::Broken("secret_key is not hexadecimal".to_owned()))?;
        // A browser names the origin unless the page is our own.
        let origin = asked.header("origin");
        if let Some(origin) = origin
            && !page::is_allowed(asked, origin, &account.settings).await?
        {
            return Err(Failure::Forbidden(format!("this chat does not serve {origin}")));
        }
        let origin = origin.map(str::to_owned);
        Ok(Gate { sql, account, key, links, now: now(), origin })
    }

    /// Lets the page read the reply.
    pub(super) fn let_through(&self, reply: Reply) -> Reply {
        page::let_through(reply, self.origin.as_deref())
    }

    /// Whether somebody is there. Hours that nobody can read close nothing.
    pub(super) async fn door(&self) -> Result<Door> {
        let zone = time_zone().await?;
        Door::of(&self.account.settings, &zone, self.now).or_else(|error| {
            log::alarm(format!("account {}: {error}", self.account.id));
            Door::of(&Default::default(), &zone, self.now).map_err(Failure::Broken)
        })
    }

    pub(super) async fn config(&self, asked: &Asked) -> Result<Reply> {
        let locale = query(asked, "locale").unwrap_or_default();
        let door = self.door().await?;
        let mut reply =
            reply::ok(&Settings(&self.account.settings).config(&locale, &self.account.name, &door));
        let change = door.status.changes().map_or(CONFIG_LIFE, |at| at.since(self.now).min(CONFIG_LIFE));
        if let Ok(value) = HeaderValue::from_str(&format!("private, max-age={}", change.as_secs())) {
            reply.headers_mut().insert(header::CACHE_CONTROL, value);
        }
        Ok(reply)
    }

    /// Renews a good token; anything else begins a new visitor. Whom the site's server vouches for is that
    /// customer, whoever sat here before.
    pub(super) async fn session(&self, asked: &Asked) -> Result<Reply> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Session {
            token: Option<String>,
            identity: Option<String>,
        }
        let Session { token, identity } = asked.json().unwrap_or_default();
        let account = self.account.id.as_str();
        let known = token.as_deref().and_then(|token| visitor::proven(&self.key, account, token, self.now));
        let visitor = match (identity, known) {
            (Some(identity), _) => match self.vouched(&identity).await? {
                Ok(vouched) => vouched,
                Err(refused) => return Ok(not_believed(refused)),
            },
            (None, Some(subject)) => Visitor::of(subject),
            (None, None) => {
                self.limit("session", &network(client(asked).await?), limits::SESSIONS).await?;
                Visitor::anonymous(unique::id(self.now))
            }
        };
        let expires = self.now + visitor.token_life();
        let token = visitor::token(&self.key, account, &visitor.subject(), expires);
        Ok(reply::ok(&serde_json::json!({
            "token": token,
            "visitor_id": visitor.id,
            "expires_ms": expires,
            "identified": visitor.vouched.is_some(),
        })))
    }

    /// The customer whom a token of the site's server names.
    async fn vouched(&self, token: &str) -> Result<Result<Visitor, identity::Refused>> {
        let secrets = seal::open(&center::key().await?, &self.account.secrets)?;
        let secret = secrets.get("identity_secret").and_then(|secret| secret.as_str()).unwrap_or_default();
        let account = self.account.id.as_str();
        let read = identity::read(token, secret, account, self.now.0.div_euclid(1000));
        Ok(read.map(|vouched| Visitor { id: vouched.visitor(&self.key, account), vouched: Some(vouched) }))
    }

    /// The visitor whose token came with the request.
    pub(super) fn visitor(&self, asked: &Asked) -> Result<Visitor> {
        let token = asked.bearer().unwrap_or_default();
        let visitor = visitor::proven(&self.key, self.account.id.as_str(), token, self.now);
        visitor
            .map(Visitor::of)
            .ok_or_else(|| Failure::Unauthorized("the visitor's token is not good".to_owned()))
    }

    pub(super) async fn limit(&self, what: &str, who: &str, limit: Limit) -> Result<()> {
        page::limit(&self.account.id, what, who, limit, self.now).await
    }

    /// The conversation of a visitor, if they ever wrote.
    pub(super) async fn conversation(&self, visitor: &Visitor) -> Result<Option<Conversation>> {
        Ok(conversation::with(&self.sql, &self.account.id, &identity(&visitor.id)).await?)
    }
}

/// How long a page may go on with the account's settings.
const CONFIG_LIFE: Duration = Duration::from_secs(300);

/// The site's mistake, in words for whoever builds it.
fn not_believed(refused: identity::Refused) -> Reply {
    let problem = serde_json::json!({
        "type": "about:blank", "title": "identity refused", "status": 403, "code": "identity_refused",
        "detail": format!("the identity is refused: {refused}"),
    });
    reply::json(StatusCode::FORBIDDEN, &problem)
}

pub(super) fn identity(visitor: &str) -> Identity {
    Identity::new(SCHEME, visitor)
}

/// A value of the query string.
pub(super) fn query(asked: &Asked, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(asked.query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
