//! Keeping a webhook: proven, stored as it was sent, and acknowledged before anything is done with it.

use crate::{
    codec::Codec,
    received::{Received, Settings},
    signature::Signature,
};
use domain::{
    due::{Kind, Work},
    id::WebhookId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    performer, unique,
};
use store::{
    account::Account,
    port::{Sql, addition},
    webhook::{self, Webhook},
};

/// No provider's webhook is larger; the largest known limit is 3 MB.
pub const BODY_MAX: usize = 4 * 1024 * 1024;

/// Stores a request whose signature is right, to be read at `due_at`. If that is now, gives the work of
/// reading it, leased to the caller, who answers 200 and then tries it. Nothing is stored of a request
/// from somebody else.
pub async fn keep(
    sql: &impl Sql,
    now: Timestamp,
    due_at: Timestamp,
    codec: &impl Codec,
    account: &Account,
    settings: &Settings,
    received: &Received,
) -> Result<Vec<Work>> {
    match codec.verify(received, settings) {
        Signature::Valid => {}
        Signature::Invalid => return Err(Failure::Unauthorized("the signature is wrong".to_owned())),
        Signature::Unchecked => {
            return Err(Failure::Unauthorized(
                "the account has no secret to check the signature with".to_owned(),
            ));
        }
    }
    keep_proven(sql, now, due_at, account, received).await
}

/// The same for a request that was proven in another way.
pub async fn keep_proven(
    sql: &impl Sql,
    now: Timestamp,
    due_at: Timestamp,
    account: &Account,
    received: &Received,
) -> Result<Vec<Work>> {
    let (webhook, reading) = row(now, account, received);
    let work = vec![Work { due_at, ..reading }];
    retrying(async || {
        addition(sql, async |sql| {
            webhook::keep(sql, &webhook).await?;
            Ok::<_, Race>(store::due::add(sql, now, work.clone()).await?)
        })
        .await
    })
    .await
}

/// What is kept of a request, and the work of reading it.
pub(crate) fn row(now: Timestamp, account: &Account, received: &Received) -> (Webhook, Work) {
    let webhook = Webhook {
        id: WebhookId(unique::id(now)),
        channel: account.channel.clone(),
        account: account.id.clone(),
        received_at: now,
        head: Head::of(received).to_json(),
        body: received.body.clone(),
        attempts: 0,
        reason: None,
        place: None,
    };
    let reading = reading(now, &webhook);
    (webhook, reading)
}

/// The work of reading a kept webhook; again, when a person asks for it.
pub fn reading(now: Timestamp, webhook: &Webhook) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::Digest,
        performer: performer::of_channel(&webhook.channel),
        subject: webhook.id.0.clone(),
        key: format!("digest:{}:{}", webhook.id, webhook.attempts),
        body: serde_json::json!({}),
        due_at: now,
        attempts: 0,
        trace: None,
    }
}

/// What is kept of a request beside its body.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Head {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

/// Parts of the names of headers that prove something: of no use later, and a danger in a backup.
const PROOFS: [&str; 5] = ["authorization", "cookie", "secret", "signature", "token"];

impl Head {
    fn of(received: &Received) -> Self {
        let harmless = |name: &str| !PROOFS.iter().any(|proof| name.to_ascii_lowercase().contains(proof));
        let headers = received.headers.iter().filter(|(name, _)| harmless(name)).cloned().collect();
        Head { method: received.method.clone(), url: received.url.clone(), headers }
    }

    fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    pub(crate) fn with_body(json: &str, body: Vec<u8>) -> Received {
        let Head { method, url, headers } = serde_json::from_str(json).unwrap_or_default();
        Received { method, url, headers, body }
    }
}
