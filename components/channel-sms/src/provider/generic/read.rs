//! A request by its description.

use super::description::{Gateway, Message, Place, Report, When};
use crate::{
    form::Form,
    instant, party,
    report::{self, Events, error, file},
};
use channel::{
    event::InboundEvent,
    json,
    malformed::Malformed,
    received::{Received, Settings},
    signature::to_hex,
};
use domain::{consent::Consent, time::Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub(super) fn decode(
    gateway: &Gateway,
    received: &Received,
    settings: &Settings,
) -> Result<Events, Malformed> {
    let body = received.body.trim_ascii();
    let document = match body.first() {
        Some(b'{' | b'[') => json::parse(body)?,
        _ => Form::of(received)?.to_json(),
    };
    let query = Form::parse(received.query().as_bytes()).to_json();
    let root = match gateway.list.as_deref() {
        None => &document,
        Some(pointer) => {
            let list = document.pointer(pointer);
            list.ok_or_else(|| Malformed::new(pointer, "is missing"))?
        }
    };
    let read = |value, at: String| {
        let element = Element { value, query: &query, at, date: gateway.date.as_deref() };
        element.read(gateway, settings)
    };
    match root {
        Value::Array(elements) => {
            Ok(elements.iter().enumerate().map(|(index, value)| read(value, format!("[{index}]"))).collect())
        }
        // A request that is no event of the gateway's at all.
        value => match read(value, String::new()) {
            Err(malformed) if gateway.list.is_none() && malformed.at == "body" => Err(malformed),
            event => Ok(vec![event]),
        },
    }
}

/// One event's fields.
struct Element<'a> {
    value: &'a Value,
    query: &'a Value,
    at: String,
    date: Option<&'a str>,
}

impl Element<'_> {
    fn read(&self, gateway: &Gateway, settings: &Settings) -> Result<InboundEvent, Malformed> {
        if let Some(report) = &gateway.status
            && self.is(report.when.as_ref(), &report.status)
        {
            return self.delivery(report, settings);
        }
        if let Some(message) = &gateway.message
            && self.is(message.when.as_ref(), &message.from)
        {
            return self.incoming(message, settings);
        }
        let at = if self.at.is_empty() { "body".to_owned() } else { self.at.clone() };
        Err(Malformed::new(at, "is neither a message nor a report"))
    }

    fn is(&self, when: Option<&When>, otherwise: &Place) -> bool {
        match when {
            Some(when) => self.text(&when.place).is_some_and(|text| when.is.contains(&text)),
            None => self.text(otherwise).is_some(),
        }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        match name.strip_prefix("query:") {
            Some(name) => self.query.get(name),
            None if name.starts_with('/') => self.value.pointer(name),
            None => self.value.get(name),
        }
    }

    fn text(&self, place: &Place) -> Option<String> {
        place.names().iter().find_map(|name| text(self.find(name)?))
    }

    fn optional(&self, place: Option<&Place>) -> Option<String> {
        place.and_then(|place| self.text(place))
    }

    fn require(&self, place: &Place) -> Result<String, Malformed> {
        self.text(place).ok_or_else(|| {
            let name = place.names().first().cloned().unwrap_or_default();
            Malformed::new(format!("{}{name}", self.at), "is missing")
        })
    }

    fn instant(&self, place: Option<&Place>) -> Option<Timestamp> {
        instant::by_format(&self.optional(place)?, self.date)
    }

    fn incoming(&self, fields: &Message, settings: &Settings) -> Result<InboundEvent, Malformed> {
        let from = self.require(&fields.from)?;
        let to = self.optional(fields.to.as_ref()).unwrap_or_default();
        let id = self.optional(fields.id.as_ref());
        let known = id.clone().unwrap_or_else(|| self.digest());
        let who = party::identity(&from, party::SMS);
        let sender = party::sender(&who, &from, None);
        let mut event = report::message(report::account(settings, &to), known, "text", who, sender);
        // What we made up is no id of the gateway's.
        event.provider_id = id;
        event.at = self.instant(fields.at.as_ref());
        event.text = self.optional(fields.text.as_ref());
        let media = self.media(fields.media.as_ref());
        event.attachments = media.into_iter().map(|url| file(None, None, url)).collect();
        Ok(event)
    }

    fn media(&self, place: Option<&Place>) -> Vec<String> {
        let names = place.map(Place::names).unwrap_or_default();
        names.iter().flat_map(|name| self.addresses(name)).collect()
    }

    fn addresses(&self, name: &str) -> Vec<String> {
        if name.contains('*') {
            let numbered = (0..).map(|index: u32| self.find(&name.replace('*', &index.to_string())));
            return numbered.map_while(|value| text(value?)).collect();
        }
        match self.find(name) {
            Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
            other => other.and_then(text).into_iter().collect(),
        }
    }

    fn delivery(&self, fields: &Report, settings: &Settings) -> Result<InboundEvent, Malformed> {
        let word = self.require(&fields.status)?;
        let (id, ours) = (self.optional(fields.id.as_ref()), self.optional(fields.correlation.as_ref()));
        if id.is_none() && ours.is_none() {
            self.require(fields.id.as_ref().unwrap_or(&fields.status))?;
        }
        let known = id.clone().or_else(|| ours.clone()).unwrap_or_default();
        let meaning = fields.map.get(&word).map(String::as_str);
        let own = self.optional(fields.from.as_ref()).unwrap_or_default();
        let mut event = report::status(report::account(settings, &own), known, &word, meaning);
        event.provider_id = id;
        event.at = self.instant(fields.at.as_ref());
        if let Some(to) = self.optional(fields.to.as_ref()) {
            let who = party::identity(&to, party::SMS);
            event.from = Some(party::sender(&who, &to, None));
            event.contact = vec![who];
        }
        let code = self.optional(fields.code.as_ref()).filter(|code| code != "0" && code != "000");
        let out = code.as_ref().is_some_and(|code| fields.opted_out.contains(code));
        event.consent = out.then_some(Consent::Out);
        if meaning == Some("failed") {
            let words = self.optional(fields.words.as_ref()).unwrap_or_default();
            event.error = Some(error(code.unwrap_or(word), words));
        }
        report::correlate(&mut event, ours);
        Ok(event)
    }

    fn digest(&self) -> String {
        to_hex(&Sha256::digest(self.value.to_string())[..16])
    }
}

/// Text, a number or a truth value; of a list with one element that.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', "\u{fffd}")).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(items) if items.len() == 1 => text(&items[0]),
        Value::Array(_) | Value::Null | Value::Object(_) => None,
    }
}
