//! The SMS API: flat fields, by GET or POST, as a form or as JSON. Parts of a long message come one by
//! one and stay so here: the center joins them.

use crate::{
    form::Form,
    instant, party,
    report::{self, error, tell},
};
use channel::{event::InboundEvent, json::Node, malformed::Malformed, received::Settings, signature::to_hex};
use domain::{message::DeliveryError, part::Place, reason::Reason};
use sha2::{Digest, Sha256};

pub(super) fn is_one(form: &Form) -> bool {
    form.has("msisdn") || form.has("messageId") || form.has("message-timestamp")
}

pub(super) fn read(form: &Form, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let written = ["text", "type", "data", "keyword"].into_iter().any(|name| form.has(name));
    match form.text("status")? {
        Some(status) if !written => delivery(form, settings, &status),
        _ => incoming(form, settings),
    }
}

fn incoming(form: &Form, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let (id, from) = (form.require("messageId")?, form.require("msisdn")?);
    let to = form.text("to")?.unwrap_or_default();
    let kind = form.text("type")?.unwrap_or_else(|| "text".to_owned());
    let who = party::identity(&from, party::SMS);
    let sender = party::sender(&who, &from, None);
    let mut event = report::message(report::account(settings, &to), id, &kind, who, sender);
    event.at = at(form);
    event.text = form.text("text")?;
    if kind == "binary" {
        event.data = form.keep(&["data", "udh", "protocol-id"]);
        event.text = event.text.or(form.text("data")?);
    }
    tell(&mut event, "keyword", form.get("keyword"));
    if form.get("concat").is_some_and(|concat| concat == "true") {
        let number = |name: &str| {
            let text = form.require(name)?;
            text.parse::<u64>().map_err(|_| Malformed::new(name, "is no number"))
        };
        let (number, total) = (number("concat-part")?, number("concat-total")?);
        event.part = Some(Place { reference: form.require("concat-ref")?, number, total });
    }
    Ok(event)
}

fn at(form: &Form) -> Option<domain::time::Timestamp> {
    let texts = ["message-timestamp", "timestamp"].into_iter();
    texts.filter_map(|name| form.get(name)).find_map(|text| instant::parse(&text))
}

/// `msisdn` is the recipient here, and `to` what we called ourselves.
fn delivery(form: &Form, settings: &Settings, word: &str) -> Result<InboundEvent, Malformed> {
    let id = form.require("messageId")?;
    let ours = match word {
        "delivered" => Some("delivered"),
        "accepted" | "buffered" => Some("sent"),
        "failed" | "rejected" | "expired" => Some("failed"),
        _ => None,
    };
    let own = form.text("to")?.unwrap_or_default();
    let mut event = report::status(report::account(settings, &own), id, word, ours);
    event.at = form.get("scts").and_then(|text| instant::compact(&text)).or_else(|| at(form));
    if let Some(number) = form.text("msisdn")? {
        let who = party::identity(&number, party::SMS);
        event.from = Some(party::sender(&who, &number, None));
        event.contact = vec![who];
    }
    let code = form.text("err-code")?.filter(|code| code != "0");
    let failed = ours == Some("failed");
    event.error = code.or_else(|| failed.then(|| word.to_owned())).map(|code| fault(&code));
    report::correlate(&mut event, form.text("client-ref")?);
    tell(&mut event, "price", form.get("price"));
    tell(&mut event, "network", form.get("network-code"));
    Ok(event)
}

/// What the code of a delivery report means.
fn fault(code: &str) -> DeliveryError {
    let words = match code {
        "1" | "unknown" => "Unknown",
        "2" => "Absent subscriber, for now",
        "3" => "Absent subscriber, for good",
        "4" => "Call barred by the user",
        "5" => "Portability error",
        "6" => "Rejected as spam",
        "7" => "Handset busy",
        "8" => "Network error",
        "9" => "Illegal number",
        "10" => "Illegal message",
        "11" => "Unroutable",
        "12" => "Destination unreachable",
        "13" => "Subscriber too young",
        "14" => "Number blocked by the carrier",
        "15" => "Prepaid, insufficient funds",
        "39" => "Illegal sender address for the US",
        "50" => "Entity filter",
        "51" => "Header filter",
        "52" => "Content filter",
        "53" => "Consent filter",
        "54" => "Regulation error",
        "99" => "General error",
        _ => "",
    };
    error(code, words)
}

/// What the code of a delivery report means to whoever wrote the message.
pub(super) fn reason(code: &str) -> Option<Reason> {
    Some(match code {
        "2" | "7" => Reason::Unreachable,
        "3" | "9" | "11" | "12" => Reason::NoSuchPerson,
        "4" | "14" | "53" => Reason::Blocked,
        "6" | "50" | "51" | "52" => Reason::TakenForSpam,
        "10" => Reason::BadMessage,
        "8" => Reason::ProviderTrouble,
        "39" => Reason::AccountRefused,
        _ => return None,
    })
}

/// A voice webhook that came to the wrong place: shown, and it starts nothing.
pub(super) fn call(
    form: &Form,
    node: Option<&Node<'_>>,
    settings: &Settings,
) -> Result<InboundEvent, Malformed> {
    let mut id = None;
    for name in ["uuid", "call_uuid", "conversation_uuid"] {
        id = id.or(form.text(name)?);
    }
    let has = |name: &str| form.has(name) || node.is_some_and(|node| node.get(name).is_some());
    let kind = form.text("status")?.or_else(|| form.get("type")).unwrap_or_else(|| {
        let kind = if has("dtmf") || has("speech") {
            "input"
        } else if has("recording_url") {
            "record"
        } else {
            "answer"
        };
        kind.to_owned()
    });
    let (from, to) = (form.text("from")?, form.text("to")?);
    let outbound = form.get("direction").is_some_and(|direction| direction == "outbound");
    let (theirs, ours) = if outbound { (&to, &from) } else { (&from, &to) };
    let ours = ours.clone().unwrap_or_default();
    let key = format!("call:{}:{kind}:{}", id.clone().unwrap_or_default(), digest(form, ""));
    let mut event =
        report::unsupported(report::account(settings, &ours), key, &kind, format!("call: {kind}"));
    event.notice = true;
    event.provider_id = id;
    event.at = at(form);
    event.contact = theirs.iter().map(|number| party::identity(number, "voice")).collect();
    event.from = from.map(|number| party::sender(&party::identity(&number, "voice"), &number, None));
    tell(&mut event, "direction", form.get("direction"));
    tell(&mut event, "conversation", form.get("conversation_uuid"));
    Ok(event)
}

/// Tells what has no id of its own from all others. The proof of a delivery is not part of the event.
pub(super) fn digest(form: &Form, rest: &str) -> String {
    let mut hash = Sha256::new();
    for (name, value) in form.pairs().filter(|(name, _)| !["sig", "nonce"].contains(name)) {
        for text in [name, value] {
            hash.update(text);
            hash.update([0xFF]);
        }
    }
    hash.update(rest);
    to_hex(&hash.finalize()[..16])
}
