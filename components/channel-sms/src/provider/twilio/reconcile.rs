//! What Twilio did not tell us. It sends an SMS webhook once, so what was lost is found by listing the
//! latest messages: the same events with the same keys as the webhooks', so that nothing counts twice.

use super::{event, get, messages};
use crate::{
    party,
    report::{self, tell},
};
use channel::{
    event::InboundEvent,
    json::{self, Node},
    malformed::Malformed,
    outbound::ProviderRequest,
    received::Settings,
    reconcile::{Listed, Listing},
};
use domain::{message::Attachment, message::DeliveryError, time::Timestamp};

/// The most that Twilio lists at once.
const PAGE: &str = "1000";

pub(super) struct Messages;

impl Listing for Messages {
    fn list(&self, settings: &Settings, since: Timestamp) -> Option<ProviderRequest> {
        request(settings, since).ok()
    }

    fn listed(&self, body: &[u8], settings: &Settings) -> Result<Listed, Malformed> {
        page(body, settings)
    }
}

/// The first page of the account's messages since then, newest first.
fn request(settings: &Settings, since: Timestamp) -> Result<ProviderRequest, DeliveryError> {
    // Whole seconds, and none too late: the same message twice does no harm.
    let since = jiff::Timestamp::from_second(since.0.div_euclid(1000)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let query = crate::form::encoded([("PageSize", PAGE), ("DateSent>", &since.to_string())]);
    get(format!("{}?{query}", messages(settings)?), settings)
}

fn page(body: &[u8], settings: &Settings) -> Result<Listed, Malformed> {
    let document = json::parse(body)?;
    let root = Node::root(&document);
    let events = root.require("messages")?.items()?.iter().map(|item| read(item, settings)).collect();
    // A path alone: the token goes to no other host.
    let path = root.text("next_page_uri").filter(|path| path.starts_with(&format!("/{}/", super::VERSION)));
    let next = path.and_then(|path| get(format!("{}{path}", super::api(settings)), settings).ok());
    Ok(Listed { events, next })
}

fn read(item: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let need = |name: &str| {
        let member = item.require(name)?;
        member.as_text().ok_or_else(|| member.malformed("is empty"))
    };
    let (id, direction) = (need("sid")?, need("direction")?);
    let at = ["date_sent", "date_updated", "date_created"].into_iter().find_map(|name| item.text(name));
    let at = at.and_then(|text| crate::instant::parse(&text));
    let (from, to) = (item.text("from"), item.text("to"));
    if direction != "inbound" {
        let from = from.unwrap_or_default();
        let mut event = event::status(account(item, settings, &from), id, &need("status")?);
        event.at = at;
        event::reach(&mut event, to);
        let code = item.text("error_code").filter(|code| code != "0");
        event::blame(&mut event, code, item.text("error_message"));
        return Ok(event);
    }
    let from = from.map_or_else(|| need("from"), Ok)?;
    let who = party::prefixed(&from);
    let sender = party::sender(&who, &from, None);
    let to = to.unwrap_or_default();
    let files = item.integer("num_media").unwrap_or_default().clamp(0, FILES_MAX);
    let kind = if files == 0 { "text" } else { "media" };
    let mut event = report::message(account(item, settings, &to), id, kind, who, sender);
    event.at = at;
    event.text = item.text("body");
    event.attachments = attachments(item, files);
    let segments = item.integer("num_segments").and_then(|count| u64::try_from(count).ok());
    tell(&mut event, "segments", segments);
    Ok(event)
}

/// A multimedia message has ten files at most.
const FILES_MAX: i64 = 10;

/// The list of messages only says where the list of files is: a page of one for each of them.
fn attachments(item: &Node<'_>, count: i64) -> Vec<Attachment> {
    let list = item.get("subresource_uris").and_then(|uris| uris.text("media"));
    let file = |index: i64| Attachment {
        kind: "document".to_owned(),
        provider_ref: list.as_ref().map(|list| format!("{list}?PageSize=1&Page={index}")),
        ..Attachment::default()
    };
    (0..count).map(file).collect()
}

fn account<'a>(item: &Node<'_>, settings: &'a Settings, address: &'a str) -> &'a str {
    let service = item.text("messaging_service_sid");
    match settings.get("address") {
        Some(own) if service.as_deref() == Some(own) => own,
        _ => report::account(settings, address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codec::Sms, provider::Provider as _};
    use channel::{codec::Codec as _, received::Received};

    fn settings() -> Settings {
        Settings::from([
            ("provider", "twilio"),
            ("account_sid", "AC1"),
            ("secret", "t"),
            ("address", "+1415"),
        ])
    }

    #[test]
    fn since_when() {
        let request = request(&settings(), Timestamp(1_577_887_200_999)).expect("a call");
        assert_eq!(
            request.url,
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json\
             ?PageSize=1000&DateSent%3E=2020-01-01T14%3A00%3A00Z"
        );
        assert_eq!(request.method, "GET");
    }

    const LIST: &str = r#"{
        "messages": [
            {"sid": "SM1", "direction": "inbound", "status": "received", "from": "+34600123123", "to": "+1415",
             "body": "Baja", "num_media": "0", "num_segments": "1", "error_code": null, "messaging_service_sid": null,
             "date_sent": "Wed, 01 Jan 2020 14:00:00 +0000"},
            {"sid": "MM2", "direction": "inbound", "status": "received", "from": "+34600123123", "to": "+1415",
             "body": "", "num_media": "2", "date_sent": "Wed, 01 Jan 2020 14:00:01 +0000",
             "subresource_uris": {"media": "/2010-04-01/Accounts/AC1/Messages/MM2/Media.json"}},
            {"sid": "SM3", "direction": "outbound-api", "status": "undelivered", "from": "+1415",
             "to": "+34600123123", "body": "Hola", "error_code": 30003, "error_message": "Unreachable",
             "date_sent": "Wed, 01 Jan 2020 14:00:02 +0000"},
            {"direction": "inbound"}
        ],
        "next_page_uri": "/2010-04-01/Accounts/AC1/Messages.json?Page=1"}"#;

    #[test]
    fn what_is_listed_is_what_the_webhooks_would_have_said() {
        let page = page(LIST.as_bytes(), &settings()).expect("a page");
        let next = page.next.expect("another page").url;
        assert_eq!(next, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json?Page=1");
        assert_eq!(
            page.events[3].as_ref().expect_err("broken").to_string(),
            "messages[3].sid: is missing",
            "and its neighbours are whole"
        );
        let listed: Vec<InboundEvent> = page.events.into_iter().flatten().collect();
        for (listed, form) in listed.iter().zip([
            "MessageSid=SM1&SmsStatus=received&From=%2B34600123123&To=%2B1415&Body=Baja&NumMedia=0&NumSegments=1",
            "MessageSid=MM2&From=%2B34600123123&To=%2B1415&Body=&NumMedia=2\
             &MediaUrl0=https://api.twilio.com/a&MediaUrl1=https://api.twilio.com/b",
            "MessageSid=SM3&MessageStatus=undelivered&From=%2B1415&To=%2B34600123123&ErrorCode=30003\
             &ErrorMessage=Unreachable",
        ]) {
            let received = Received { body: form.as_bytes().to_vec(), ..Received::default() };
            let told = Sms.decode(&received, &settings()).expect("a webhook").remove(0).expect("an event");
            assert!(listed.at.is_some(), "the list has a time for each");
            let bare = |event: &InboundEvent| {
                let mut event = event.clone();
                (event.at, event.attachments) = (None, vec![]);
                event.consent = None;
                event
            };
            assert_eq!(bare(listed), bare(&told));
            assert_eq!(listed.attachments.len(), told.attachments.len());
        }
        let first = &listed[1].attachments[1];
        let call = super::super::Twilio.locate(first, &settings()).expect("a call");
        assert!(call.url.ends_with("/Messages/MM2/Media.json?PageSize=1&Page=1"), "{}", call.url);
    }

    #[test]
    fn the_next_page_is_twilio_s() {
        let page =
            page(br#"{"messages":[],"next_page_uri":"@evil.example/x"}"#, &settings()).expect("a page");
        assert!(page.next.is_none() && page.events.is_empty());
        assert!(super::page(b"{}", &settings()).is_err());
    }
}
