//! Signed webhooks as Meta sends them.

use crate::client::Client;
use anyhow::{Result, bail};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const ACCOUNT: &str = "whatsapp-demo";
pub(crate) const SECRET: &str = "bench-app-secret";
const NUMBER_ID: &str = "106540352242922";

static MADE: AtomicU64 = AtomicU64::new(1);

/// A webhook and its signature.
pub(crate) struct Webhook {
    body: Bytes,
    signature: String,
}

impl Webhook {
    /// A text message of the customer with this phone.
    pub(crate) fn text(phone: &str, text: &str) -> Webhook {
        Webhook::message(&unique(), phone, text)
    }

    /// The same under the provider's id `id`.
    pub(crate) fn message(id: &str, phone: &str, text: &str) -> Webhook {
        Webhook::of(&json!({
            "contacts": [{ "profile": { "name": format!("Cliente {phone}") }, "wa_id": phone }],
            "messages": [{ "from": phone, "id": id, "timestamp": "1795262401", "type": "text",
                "text": { "body": text } }],
        }))
    }

    /// A delivery report of a message that nobody knows.
    pub(crate) fn report() -> Webhook {
        Webhook::receipt(&unique(), "34600000000")
    }

    /// The message that the provider took as `id` has arrived at `phone`.
    pub(crate) fn receipt(id: &str, phone: &str) -> Webhook {
        Webhook::of(&json!({
            "statuses": [{ "id": id, "status": "delivered", "timestamp": "1795262401",
                "recipient_id": phone }],
        }))
    }

    fn of(value: &Value) -> Webhook {
        let mut value = value.clone();
        value["messaging_product"] = json!("whatsapp");
        value["metadata"] = json!({ "display_phone_number": "34910000000", "phone_number_id": NUMBER_ID });
        let body = json!({
            "object": "whatsapp_business_account",
            "entry": [{ "id": "102290129340398", "changes": [{ "field": "messages", "value": value }] }],
        });
        let body = Bytes::from(body.to_string());
        let signature = format!("sha256={}", sign(&body));
        Webhook { body, signature }
    }

    pub(crate) async fn post(&self, client: &Client) -> Result<()> {
        let status = self.attempt(client).await?;
        if status != StatusCode::OK {
            bail!("a webhook was answered {status}");
        }
        Ok(())
    }

    pub(crate) async fn attempt(&self, client: &Client) -> Result<StatusCode> {
        let headers =
            [("content-type", "application/json"), ("x-hub-signature-256", self.signature.as_str())];
        client.post(&format!("/webhooks/whatsapp/{ACCOUNT}"), &headers, self.body.clone()).await
    }
}

fn unique() -> String {
    format!("wamid.BENCH{:012}", MADE.fetch_add(1, Ordering::Relaxed))
}

fn sign(body: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
