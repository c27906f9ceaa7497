//! Letters as any mail server posts them, and out through a relay that speaks SMTP.

use super::{Events, Provider, access};
use crate::{
    compose::{Composed, refusal},
    event::{self, Handed},
    mail::{Mail, address},
};
use channel::{
    json,
    malformed::Malformed,
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::Signature,
};
use domain::message::DeliveryError;

pub(super) struct Raw;

impl Provider for Raw {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        access::verify(received, settings)
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Events {
        let body = received.body.trim_ascii_start();
        if body.is_empty() {
            return Err(Malformed::new("body", "is empty"));
        }
        if matches!(body[0], b'{' | b'[') && json::parse(body).is_ok() {
            return Err(Malformed::new("body", "is JSON, not an e-mail"));
        }
        let mailboxes = |name: &str| received.header(name).map(address::mailboxes).unwrap_or_default();
        let handed = Handed {
            envelope_from: mailboxes("X-Envelope-From").into_iter().next().map(|mailbox| mailbox.address),
            envelope_to: mailboxes("X-Envelope-To").into_iter().map(|mailbox| mailbox.address).collect(),
            ..Handed::default()
        };
        Ok(vec![Ok(event::event(&Mail::read(&received.body), &handed, settings))])
    }

    fn letter(&self, received: &Received) -> Option<Mail> {
        Some(Mail::read(&received.body))
    }

    fn original(&self, received: &Received) -> Option<Vec<u8>> {
        Some(received.body.clone())
    }

    fn knows_repeats(&self) -> bool {
        true
    }

    fn send(&self, letter: &Composed, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let url = settings.get("mail_relay_url");
        let url = url.ok_or_else(|| refusal("not_configured", "there is no relay to send through"))?;
        let mut headers = vec![
            ("content-type", "message/rfc822".to_owned()),
            ("x-envelope-from", letter.from.address.clone()),
            ("x-envelope-to", letter.recipients().join(",")),
            ("idempotency-key", letter.delivery.clone()),
        ];
        if let Some(token) = settings.get("access_token").or_else(|| settings.get("gateway_token")) {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        let url = format!("{}/mail", url.trim_end_matches('/'));
        Ok(ProviderRequest { method: "POST", url, headers, body: letter.mime()? })
    }
}
