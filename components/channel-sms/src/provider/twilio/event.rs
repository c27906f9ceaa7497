//! A request of Twilio's: a message, a report about one of ours, or something of another product.

use super::fault;
use crate::{
    form::Form,
    instant, party,
    report::{self, Events, tell},
};
use channel::{
    event::{InboundEvent, Sender},
    json::{self, Node},
    malformed::Malformed,
    received::{Received, Settings},
    signature::to_hex,
};
use domain::{consent::Consent, contact::Identity, message::Location};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What says of a message that it has just come in.
const INCOMING: [&str; 2] = ["received", "receiving"];

pub(super) fn decode(received: &Received, settings: &Settings) -> Result<Events, Malformed> {
    if received.body.trim_ascii_start().starts_with(b"[") {
        // Event Streams come as lists of CloudEvents.
        let document = json::parse(&received.body)?;
        let elements = Node::root(&document).items()?;
        return Ok(elements.iter().map(|element| streamed(element, settings)).collect());
    }
    let form = Form::of(received)?;
    // Nothing at all: somebody tries the address.
    if form.is_empty() {
        return Ok(vec![]);
    }
    let message_id = received.query_value("message_id");
    Ok(vec![read(&form, settings, message_id)])
}

fn read(form: &Form, settings: &Settings, message_id: Option<String>) -> Result<InboundEvent, Malformed> {
    let mut id = None;
    for name in ["MessageSid", "SmsSid", "SmsMessageSid"] {
        id = id.or(form.text(name)?);
    }
    let status = match form.text("MessageStatus")? {
        Some(status) => Some(status),
        None => form.text("SmsStatus")?.filter(|status| !INCOMING.contains(&status.as_str())),
    };
    match (id, status) {
        (Some(id), Some(status)) => delivery(form, settings, id, &status, message_id),
        (Some(id), None) => incoming(form, settings, id),
        (None, _) if form.has("CallSid") => call(form, settings),
        (None, _) => Ok(other(form, settings)),
    }
}

fn incoming(form: &Form, settings: &Settings, id: String) -> Result<InboundEvent, Malformed> {
    let from = form.require("From")?;
    let to = form.text("To")?.unwrap_or_default();
    let who = party::prefixed(&from);
    let name = form.get("ProfileName");
    let sender = party::sender(&who, &from, name);
    let mut event = report::message(account(form, settings, &to), id, "text", who, sender);
    let button = form.get("ButtonText").or_else(|| form.get("ListTitle"));
    event.text = form.text("Body")?.or(button);
    attach(&mut event, form)?;
    place(&mut event, form)?;
    identify(&mut event, form);
    event.in_reply_to = form.get("OriginalRepliedMessageSid");
    let choice = form.get("ButtonPayload").or_else(|| form.get("ListId"));
    let kind = form.get("MessageType").unwrap_or_else(|| kind(&event, choice.is_some()).to_owned());
    tell(&mut event, "type", Some(kind));
    tell(&mut event, "choice", choice);
    let opt = form.text("OptOutType")?;
    event.consent = opt.and_then(|opt| consent(&opt));
    tell(&mut event, "segments", form.get("NumSegments").and_then(|count| count.parse::<u64>().ok()));
    for flag in ["Forwarded", "FrequentlyForwarded"] {
        let forwarded = form.get(flag).filter(|value| value == "true").map(|_| true);
        tell(&mut event, if flag == "Forwarded" { "forwarded" } else { "frequently_forwarded" }, forwarded);
    }
    let referral: Vec<&str> = form.names().filter(|name| name.starts_with("Referral")).collect();
    let referral = form.keep(&referral);
    tell(&mut event, "referral", (!referral.is_empty()).then_some(referral));
    let place = form.keep(&["FromCity", "FromState", "FromZip", "FromCountry"]);
    tell(&mut event, "from_place", (!place.is_empty()).then_some(place));
    Ok(event)
}

fn kind(event: &InboundEvent, chosen: bool) -> &'static str {
    match (&event.shape, event.attachments.is_empty()) {
        (Some(_), _) => "location",
        (None, false) => "media",
        (None, true) if chosen => "button",
        (None, true) => "text",
    }
}

fn consent(word: &str) -> Option<Consent> {
    match word.to_ascii_uppercase().as_str() {
        "STOP" => Some(Consent::Out),
        "START" => Some(Consent::In),
        "HELP" => Some(Consent::Help),
        _ => None,
    }
}

/// `MediaUrl0`, `MediaUrl1`, and so on: as many as there are, whatever `NumMedia` says.
fn attach(event: &mut InboundEvent, form: &Form) -> Result<(), Malformed> {
    for index in 0.. {
        let Some(url) = form.text(&format!("MediaUrl{index}"))? else { return Ok(()) };
        let mime = form.text(&format!("MediaContentType{index}"))?;
        event.attachments.push(report::file(mime, None, url));
    }
    Ok(())
}

fn place(event: &mut InboundEvent, form: &Form) -> Result<(), Malformed> {
    if let Some((latitude, longitude)) = form.text("Latitude")?.zip(form.text("Longitude")?) {
        let (name, address) = (form.get("Label"), form.get("Address"));
        report::place(event, Location { latitude, longitude, name, address });
    }
    Ok(())
}

/// What else tells who somebody on WhatsApp is.
fn identify(event: &mut InboundEvent, form: &Form) {
    let number = form.get("WaId").and_then(|digits| party::phone(&digits));
    let user = form
        .get("ExternalUserId")
        .map(|id| Identity::new(party::BSUID, id.strip_prefix("whatsapp:").unwrap_or(&id)));
    for identity in [number, user].into_iter().flatten() {
        if !event.contact.contains(&identity) {
            event.contact.push(identity);
        }
    }
}

fn delivery(
    form: &Form,
    settings: &Settings,
    id: String,
    word: &str,
    message_id: Option<String>,
) -> Result<InboundEvent, Malformed> {
    let from = form.text("From")?.unwrap_or_default();
    let mut event = status(account(form, settings, &from), id, word);
    event.at = form.get("RawDlrDoneDate").and_then(|text| instant::compact(&text));
    reach(&mut event, form.text("To")?);
    let code = form.text("ErrorCode")?.filter(|code| code != "0");
    blame(&mut event, code, form.get("ErrorMessage").or_else(|| form.get("ChannelStatusMessage")));
    report::correlate(&mut event, message_id);
    Ok(event)
}

/// The report of a status of Twilio's.
pub(super) fn status(account: &str, id: String, word: &str) -> InboundEvent {
    let ours = match word {
        "sent" | "delivered" | "read" | "failed" => Some(word),
        "undelivered" | "canceled" => Some("failed"),
        // Accepted, scheduled, queued, sending: on its way.
        _ => None,
    };
    report::status(account, id, word, ours)
}

/// Whose device a report is about.
pub(super) fn reach(event: &mut InboundEvent, to: Option<String>) {
    if let Some(to) = to {
        let who = party::prefixed(&to);
        event.from = Some(party::sender(&who, &to, None));
        event.contact = vec![who];
    }
}

pub(super) fn blame(event: &mut InboundEvent, code: Option<String>, words: Option<String>) {
    let failed = event.status.as_deref() == Some("failed");
    if let Some(code) = code.or_else(|| failed.then(|| "unknown".to_owned())) {
        event.consent = fault::is_opt_out(&code).then_some(Consent::Out);
        event.error = Some(fault::of(&code, words));
    }
}

/// The business's address: the number, or the messaging service that the account stands for.
fn account<'a>(form: &Form, settings: &'a Settings, address: &'a str) -> &'a str {
    let service = form.get("MessagingServiceSid");
    match settings.get("address") {
        Some(own) if service.as_deref() == Some(own) => own,
        _ => report::account(settings, address),
    }
}

/// A voice webhook that came to the wrong place: shown, and it starts nothing.
fn call(form: &Form, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let id = form.require("CallSid")?;
    let mut kind = None;
    for name in ["CallStatus", "RecordingStatus", "StatusCallbackEvent"] {
        kind = kind.or(form.text(name)?);
    }
    let kind = kind.unwrap_or_else(|| "call".to_owned());
    let (from, to) = (form.text("From")?, form.text("To")?);
    let outbound = form.get("Direction").is_some_and(|direction| direction.starts_with("outbound"));
    let (theirs, ours) = if outbound { (&to, &from) } else { (&from, &to) };
    let ours = ours.clone().unwrap_or_default();
    let key = format!("call:{id}:{kind}:{}", form.get("SequenceNumber").unwrap_or_else(|| digest(form)));
    let mut event =
        report::unsupported(report::account(settings, &ours), key, &kind, format!("call: {kind}"));
    event.notice = true;
    event.provider_id = Some(id);
    event.at = form.get("Timestamp").and_then(|text| instant::parse(&text));
    if let Some(theirs) = theirs {
        let who = party::prefixed(theirs);
        event.contact = vec![who];
    }
    if let Some(from) = from {
        let who = party::prefixed(&from);
        event.from = Some(party::sender(&who, &from, form.get("CallerName")));
    }
    tell(&mut event, "direction", form.get("Direction"));
    tell(&mut event, "duration_s", form.get("CallDuration").and_then(|text| text.parse::<u64>().ok()));
    Ok(event)
}

/// Conversations, Video, Studio and what comes after them.
fn other(form: &Form, settings: &Settings) -> InboundEvent {
    let names = ["EventType", "StatusCallbackEvent", "Type", "type"];
    let kind = names.into_iter().find_map(|name| form.get(name)).unwrap_or_else(|| "unknown".to_owned());
    let ids = ["MessageSid", "ConversationSid", "RoomSid", "Sid", "id"];
    let address = settings.get("address").unwrap_or_default();
    let text = format!("{kind}: {}", form.to_json());
    let mut event = report::unsupported(address, format!("other:{}", digest(form)), &kind, text);
    event.notice = true;
    event.provider_id = ids.into_iter().find_map(|name| form.get(name));
    event.at = form.get("Timestamp").and_then(|text| instant::parse(&text));
    let participant = form.get("ParticipantIdentity").or_else(|| form.get("Author"));
    event.from = participant.map(|id| Sender { scheme: "participant".to_owned(), id, name: None });
    event
}

fn streamed(element: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    element.object()?;
    let kind = element.text("type").unwrap_or_else(|| "unknown".to_owned());
    let id = element.require("id")?;
    let id = id.as_text().ok_or_else(|| id.malformed("is no text"))?;
    let text = format!("{kind}: {}", element.get("data").map_or(&Value::Null, |data| data.value()));
    let address = settings.get("address").unwrap_or_default();
    let mut event = report::unsupported(address, format!("event:{id}"), &kind, text);
    event.notice = true;
    event.at = element.text("time").and_then(|text| instant::parse(&text));
    event.provider_id = Some(id);
    Ok(event)
}

/// Tells what has no number of its own from all others: equal for two deliveries of the same.
fn digest(form: &Form) -> String {
    let mut hash = Sha256::new();
    for (name, value) in form.pairs() {
        for text in [name, value] {
            hash.update(text);
            // No text holds this byte, so "ab" and "c" are not "a" and "bc".
            hash.update([0xFF]);
        }
    }
    to_hex(&hash.finalize()[..16])
}
