//! Who hands letters over, and takes ours.
//!
//! The account names its provider. Where it does not, what comes is read by its looks, which is safe
//! because every way of proving it needs the account's own secret.

mod access;
mod ecdsa;
mod events;
mod mailgun;
mod postmark;
mod raw;
mod sendgrid;
mod ses;
mod sigv4;
mod sns;
mod stored;

use crate::{compose::Composed, mail::Mail};
use channel::{
    elsewhere::Missing,
    event::InboundEvent,
    malformed::Malformed,
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::Signature,
};
use domain::message::DeliveryError;

pub(crate) type Events = Result<Vec<Result<InboundEvent, Malformed>>, Malformed>;

/// What one provider does in its own way.
pub(crate) trait Provider {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature;

    fn decode(&self, received: &Received, settings: &Settings) -> Events;

    fn errands(&self, _received: &Received, _settings: &Settings) -> Vec<ProviderRequest> {
        vec![]
    }

    /// The letter in a request, for the bytes of its files. `None`: there is none.
    fn letter(&self, received: &Received) -> Option<Mail>;

    /// The letter that the request only points at.
    fn missing(&self, _received: &Received, _settings: &Settings) -> Option<Missing> {
        None
    }

    /// The same as it was sent, byte for byte. `None`: the provider hands over its parts alone.
    fn original(&self, received: &Received) -> Option<Vec<u8>>;

    fn send(&self, letter: &Composed, settings: &Settings) -> Result<ProviderRequest, DeliveryError>;

    /// Whether it knows by [`Composed::delivery`] what it has already, so that asking again is safe.
    fn knows_repeats(&self) -> bool {
        false
    }
}

/// The provider of the account.
pub(crate) fn of(received: &Received, settings: &Settings) -> &'static dyn Provider {
    settings.get("provider").and_then(named).unwrap_or_else(|| by_looks(received))
}

/// The provider that letters go out through.
pub(crate) fn sending(settings: &Settings) -> Option<&'static dyn Provider> {
    named(settings.get("sender").or_else(|| settings.get("provider")).unwrap_or("raw"))
}

/// What a signature is checked with, where the request says where it is: Amazon's certificate. The
/// account is not asked, so a request of another provider's that looks like Amazon's costs one call.
pub(crate) fn proof(received: &Received) -> Option<ProviderRequest> {
    sns::certificate(received)
}

fn named(name: &str) -> Option<&'static dyn Provider> {
    match name {
        "raw" => Some(&raw::Raw),
        "sendgrid" => Some(&sendgrid::SendGrid),
        "mailgun" => Some(&mailgun::Mailgun),
        "postmark" => Some(&postmark::Postmark),
        "ses" => Some(&ses::Ses),
        _ => None,
    }
}

fn by_looks(received: &Received) -> &'static dyn Provider {
    let has = |words: &[u8]| contains(&received.body, words);
    let kind = received.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
    let start = received.body.trim_ascii_start();
    let form =
        kind.starts_with("multipart/form-data") || kind.starts_with("application/x-www-form-urlencoded");
    if form || start.starts_with(b"--") && has(b"form-data;") || kind.is_empty() && has(b"&token=") {
        let mailgun = has(b"token") && has(b"signature") && has(b"timestamp");
        return if mailgun { &mailgun::Mailgun } else { &sendgrid::SendGrid };
    }
    match start.first() {
        Some(b'[') => &sendgrid::SendGrid,
        Some(b'{') if has(b"\"event-data\"") => &mailgun::Mailgun,
        Some(b'{') if has(b"\"RecordType\"") || has(b"\"FromFull\"") => &postmark::Postmark,
        Some(b'{') if has(b"\"Type\"") || has(b"notificationType") || has(b"eventType") => &ses::Ses,
        _ => &raw::Raw,
    }
}

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1 << 20)];
    head.windows(words.len()).any(|window| window == words)
}
