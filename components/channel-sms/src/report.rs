//! The events that all providers have: somebody wrote, a report came, something else happened.

use crate::party;
use channel::{
    event::{EventKind, InboundEvent, Sender},
    malformed::Malformed,
    received::Settings,
};
use domain::{
    contact::Identity,
    message::{Attachment, Content, DeliveryError, Location},
};
use serde_json::Value;

pub(crate) const NAME: &str = "sms";

/// A result for each element, so that a broken one loses nothing but itself.
pub(crate) type Events = Vec<Result<InboundEvent, Malformed>>;

/// The business's address as the account has it, where the provider only writes it differently.
pub(crate) fn account<'a>(settings: &'a Settings, as_sent: &'a str) -> &'a str {
    settings.get("address").filter(|address| party::same(address, as_sent)).unwrap_or(as_sent)
}

pub(crate) fn message(
    account: &str,
    id: String,
    kind: &str,
    contact: Identity,
    from: Sender,
) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Message, NAME, account);
    event.key = format!("message:{id}");
    event.provider_id = Some(id);
    event.from = Some(from);
    event.contact = vec![contact];
    tell(&mut event, "type", Some(kind.to_owned()));
    event
}

/// What became of message `id`. `word` is the provider's, `status` ours; without one the word says
/// nothing about whether it arrived, and is only shown.
pub(crate) fn status(account: &str, id: String, word: &str, status: Option<&str>) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Status, NAME, account);
    event.key = format!("status:{id}:{word}");
    event.provider_id = Some(id);
    event.status = Some(status.unwrap_or(word).to_owned());
    tell(&mut event, "type", Some("status".to_owned()));
    tell(&mut event, "provider_status", status.filter(|status| *status != word).map(|_| word.to_owned()));
    event
}

/// What has no shape here. `key` tells it from all others.
pub(crate) fn unsupported(account: &str, key: String, kind: &str, text: String) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Unsupported, NAME, account);
    event.key = key;
    event.text = Some(text);
    tell(&mut event, "type", Some(kind.to_owned()));
    event
}

/// Puts something into `extra`, if it is there.
pub(crate) fn tell(event: &mut InboundEvent, name: &str, value: Option<impl Into<Value>>) {
    event.extra.extend(value.map(|value| (name.to_owned(), value.into())));
}

/// Our id of the message, where it is one of ours.
pub(crate) fn correlate(event: &mut InboundEvent, id: Option<String>) {
    event.message_id = id.filter(|id| !id.is_empty());
}

pub(crate) fn error(code: impl Into<String>, text: impl Into<String>) -> DeliveryError {
    DeliveryError::new(code, text)
}

/// A file at an address of the provider. Where nobody says what it is, the end of its name does.
pub(crate) fn file(mime: Option<String>, kind: Option<&str>, url: String) -> Attachment {
    let main = mime.as_deref().and_then(|mime| mime.split('/').next());
    let kind = match kind.or(main) {
        Some(kind @ ("image" | "audio" | "video" | "sticker")) => kind,
        Some(_) => "document",
        None => by_name(&url),
    };
    Attachment { kind: kind.to_owned(), mime, url: Some(url), ..Attachment::default() }
}

fn by_name(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" => "image",
        "mp3" | "ogg" | "amr" | "wav" | "m4a" => "audio",
        "mp4" | "3gp" | "mov" => "video",
        _ => "document",
    }
}

/// A place. Its name is what a person reads of it.
pub(crate) fn place(event: &mut InboundEvent, place: Location) {
    event.text = event.text.take().or_else(|| place.name.clone());
    event.shape = Some(Content::Location(place));
}
