//! Infobip: lists of messages and of reports, many in one request. It signs nothing: the account says what
//! its requests must carry, a password (`username` and `secret`), a token in the header, or one in the
//! address.

use super::{Provider, TEXT};
use crate::{
    health, instant, party,
    report::{self, Events, error, file, tell},
    send::{self, OPTED_OUT, Said},
};
use channel::{
    check_up::{self, Answered, Question},
    event::{EventKind, InboundEvent},
    files::Location,
    host,
    json::{self, Node},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::{Signature, same_secret},
};
use domain::{
    consent::Consent,
    contact::PHONE,
    message::{Attachment, DeliveryError, Location as Place},
    reason::Reason,
};
use serde_json::json;

pub(crate) struct Infobip;

impl Provider for Infobip {
    fn reason(&self, code: &str) -> Option<Reason> {
        let names = |words: &[&str]| words.iter().any(|word| code.contains(word));
        Some(match code {
            _ if names(&["UNKNOWN_SUBSCRIBER", "ILLEGAL_SUBSCRIBER", "DESTINATION"]) => Reason::NoSuchPerson,
            _ if names(&["ABSENT_SUBSCRIBER", "SUBSCRIBER_BUSY", "EXPIRED"]) => Reason::Unreachable,
            _ if names(&["SPAM", "BLOCKED"]) => Reason::TakenForSpam,
            _ if names(&["NOT_ENOUGH_CREDITS", "SENDER", "UNAUTHORIZED"]) => Reason::AccountRefused,
            _ if names(&["TOO_MANY", "FLOODING"]) => Reason::TooMany,
            _ => return None,
        })
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
        let given = received.header("Authorization");
        let proven = match (settings.get("username"), given) {
            (Some(user), given) => given.is_some_and(|given| same_secret(given, &send::basic(user, secret))),
            (None, Some(given)) => {
                let token = given.split_once(' ').map(|(scheme, token)| (scheme.to_ascii_lowercase(), token));
                token.is_some_and(|(scheme, token)| {
                    ["bearer", "app"].contains(&scheme.as_str()) && same_secret(token.trim(), secret)
                })
            }
            (None, None) => super::in_query(received, "token", secret),
        };
        proven.into()
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Result<Events, Malformed> {
        let document = json::parse(&received.body)?;
        let root = Node::root(&document);
        let ours = received.query_value("message_id");
        let results = root.require("results")?.items()?;
        // Of a list nobody can say which of them it is about.
        let ours = ours.filter(|_| results.len() == 1);
        Ok(results.iter().map(|result| read(result, settings, ours.as_deref())).collect())
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        let base = send::need(settings, "infobip_base_url")?.trim_end_matches('/');
        let key = send::need(settings, "api_key")?;
        let to = send::address(&message.to, &[PHONE, party::SMS])?;
        // Reports go where the account's subscription says: an address of the message's own would come
        // without the password.
        let webhooks = json!({ "contentType": "application/json", "callbackData": message.message_id });
        let sender = send::need(settings, "address")?.trim_start_matches('+');
        let call = |text: String| {
            let message = json!({
                "sender": sender,
                "destinations": [{ "to": party::digits(to) }],
                "content": { "text": text },
                "webhooks": webhooks,
            });
            let body = json!({ "messages": [message] });
            send::post_json(format!("{base}/sms/3/messages"), format!("App {key}"), &body)
        };
        Ok(send::texts(&message.content, TEXT)?.into_iter().map(call).collect())
    }

    fn interpret(&self, answer: &Answer, _settings: &Settings) -> Outcome {
        send::outcome(answer, |said| {
            let body = json::parse(said.body).unwrap_or_default();
            let body = Node::root(&body);
            if said.is_success() { taken(said, &body) } else { said.by_status(problem(said, &body)) }
        })
    }

    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let base = settings.get("infobip_base_url").map(|base| base.trim_end_matches('/'));
        let Some((base, key)) = base.zip(settings.get("api_key")) else { return vec![] };
        health::ask_balance(format!("{base}/account/1/balance"), Some(format!("App {key}")))
    }

    /// Who pays by bill has a balance below nothing, and the answer does not tell who does.
    fn answered(&self, _question: &str, said: &check_up::Said<'_>, _settings: &Settings) -> Answered {
        health::read_balance(said, "balance", |_| true)
    }

    fn download(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let url = file.url.as_deref()?;
        let base = settings.get("infobip_base_url").unwrap_or_default();
        if !host::is_below(url, base) && !host::is_of(url, &["infobip.com"]) {
            return None;
        }
        let key = settings.get("api_key").map(|key| ("authorization", format!("App {key}")));
        let headers = key.into_iter().collect();
        let request = ProviderRequest { method: "GET", url: url.to_owned(), headers, body: vec![] };
        Some(Location { request, mime: None, size: None, sha256: None })
    }
}

fn read(result: &Node<'_>, settings: &Settings, ours: Option<&str>) -> Result<InboundEvent, Malformed> {
    result.object()?;
    let status = result.get("status").filter(|status| status.value().is_object());
    if let Some(status) = status {
        return delivery(result, &status, settings, ours);
    }
    match result.text("seenAt") {
        Some(at) => {
            let mut event = reported(result, "SEEN", Some("read"), settings, ours)?;
            event.at = instant::parse(&at);
            Ok(event)
        }
        None => incoming(result, settings),
    }
}

fn need(node: &Node<'_>, name: &str) -> Result<String, Malformed> {
    let member = node.require(name)?;
    member.as_text().ok_or_else(|| member.malformed("is empty"))
}

fn incoming(result: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let (id, from) =
        (need(result, "messageId")?, ["from", "sender"].iter().find_map(|name| result.text(name)));
    let from = from.map_or_else(|| need(result, "from"), Ok)?;
    let to = ["to", "destination"].into_iter().find_map(|name| result.text(name)).unwrap_or_default();
    let name = result.get("contact").and_then(|contact| contact.text("name"));
    let who = party::identity(&from, party::SMS);
    let sender = party::sender(&who, &from, name);
    let mut event = report::message(report::account(settings, &to), id, "text", who, sender);
    event.at = result.text("receivedAt").and_then(|text| instant::parse(&text));
    event.text = result.text("text");
    match result.get("message") {
        Some(message) if message.value().is_object() => shape(&mut event, &message)?,
        // A multimedia message is a list of parts.
        Some(parts) => {
            for part in parts.items()? {
                segment(&mut event, &part)?;
            }
        }
        None => {}
    }
    event.in_reply_to = result.text("pairedMessageId");
    tell(&mut event, "keyword", result.text("keyword"));
    let segments = result.integer("smsCount").and_then(|count| u64::try_from(count).ok());
    tell(&mut event, "segments", segments);
    tell(&mut event, "network", result.text("integrationType").map(|network| network.to_lowercase()));
    Ok(event)
}

/// A message of another network: `{"type": "IMAGE", "url": …}`.
fn shape(event: &mut InboundEvent, message: &Node<'_>) -> Result<(), Malformed> {
    let kind = message.text("type").unwrap_or_else(|| "text".to_owned()).to_lowercase();
    tell(event, "type", Some(kind.as_str()));
    match kind.as_str() {
        "text" => event.text = message.text("text"),
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => {
            let kind = if kind == "voice" { "audio" } else { &kind };
            let (mime, name) = (message.text("contentType"), message.text("name"));
            let url = need(message, "url")?;
            event.attachments.push(Attachment { name, ..file(mime, Some(kind), url) });
            event.text = message.text("caption").or_else(|| message.text("text"));
        }
        "location" => {
            let (latitude, longitude) = (need(message, "latitude")?, need(message, "longitude")?);
            let (name, address) = (message.text("name"), message.text("address"));
            report::place(event, Place { latitude, longitude, name, address });
        }
        "button" | "interactive_button_reply" | "interactive_list_reply" => {
            event.text = message.text("title").or_else(|| message.text("text"));
            tell(event, "choice", message.text("payload").or_else(|| message.text("id")));
        }
        _ => {
            event.kind = EventKind::Unsupported;
            event.text = Some(format!("{kind}: {}", message.value()));
        }
    }
    Ok(())
}

fn segment(event: &mut InboundEvent, part: &Node<'_>) -> Result<(), Malformed> {
    let mime = part.text("contentType");
    match (part.text("url"), part.text("value")) {
        (Some(url), _) => {
            tell(event, "type", Some("mms"));
            event.attachments.push(file(mime, None, url));
        }
        (None, Some(text)) => event.text = Some(text),
        (None, None) => return Err(part.malformed("has neither text nor an address")),
    }
    Ok(())
}

fn delivery(
    result: &Node<'_>,
    status: &Node<'_>,
    settings: &Settings,
    ours: Option<&str>,
) -> Result<InboundEvent, Malformed> {
    let group = status.text("groupName").or_else(|| status.text("name"));
    let group = group.or_else(|| status.text("groupId")).unwrap_or_else(|| "unknown".to_owned());
    let meaning = match (status.integer("groupId"), group.as_str()) {
        (Some(1), _) | (None, "PENDING") => Some("sent"),
        (Some(3), _) | (None, "DELIVERED") => Some("delivered"),
        (Some(2 | 4 | 5), _) | (None, "UNDELIVERABLE" | "EXPIRED" | "REJECTED") => Some("failed"),
        _ => None,
    };
    let mut event = reported(result, &group, meaning, settings, ours)?;
    let done = ["doneAt", "sentAt"].into_iter().find_map(|name| result.text(name));
    event.at = done.and_then(|text| instant::parse(&text));
    if meaning == Some("failed") {
        let fault = result.get("error").filter(|fault| fault.integer("id") != Some(0));
        let fault = fault.as_ref().unwrap_or(status);
        event.error = Some(of(fault));
        tell(&mut event, "permanent", fault.get("permanent").map(|permanent| permanent.value().clone()));
        event.consent = is_opt_out(fault).then_some(Consent::Out);
    }
    Ok(event)
}

fn reported(
    result: &Node<'_>,
    word: &str,
    meaning: Option<&str>,
    settings: &Settings,
    ours: Option<&str>,
) -> Result<InboundEvent, Malformed> {
    let id = need(result, "messageId")?;
    let own = ["from", "sender"].into_iter().find_map(|name| result.text(name)).unwrap_or_default();
    let mut event = report::status(report::account(settings, &own), id, word, meaning);
    if let Some(to) = ["to", "destination"].into_iter().find_map(|name| result.text(name)) {
        let who = party::identity(&to, party::SMS);
        event.from = Some(party::sender(&who, &to, None));
        event.contact = vec![who];
    }
    report::correlate(&mut event, result.text("callbackData").or_else(|| ours.map(str::to_owned)));
    let price = result.get("price").and_then(|price| price.text("pricePerMessage"));
    tell(&mut event, "price", price);
    Ok(event)
}

fn of(fault: &Node<'_>) -> DeliveryError {
    let code = fault.text("name").or_else(|| fault.text("id")).unwrap_or_default();
    error(code, fault.text("description").unwrap_or_default())
}

/// The person is on the list of those who want nothing more.
fn is_opt_out(fault: &Node<'_>) -> bool {
    let name = fault.text("name").unwrap_or_default();
    ["BLACKLIST", "OPT_OUT", "UNSUBSCRIBED"].into_iter().any(|word| name.contains(word))
}

/// It says 200, and of each message what is to become of it.
fn taken(said: &Said<'_>, body: &Node<'_>) -> Outcome {
    let list = body.list("messages");
    let message = list.first();
    let provider_id = message.and_then(|message| message.text("messageId"));
    let Some(status) = message.and_then(|message| message.get("status")) else {
        return Outcome::Accepted { provider_id };
    };
    let fault = of(&status);
    match (status.integer("groupId"), status.integer("id")) {
        (Some(5), Some(21)) => said.retry(fault),
        // Unpaid, the package has expired, the sender is not ours.
        (Some(5), Some(12 | 13 | 17)) => Outcome::AccountRefused { error: fault },
        (Some(2 | 4 | 5), _) if is_opt_out(&status) => {
            Outcome::Failed { error: DeliveryError::new(OPTED_OUT, fault.text) }
        }
        (Some(2 | 4 | 5), _) => Outcome::Failed { error: fault },
        _ => Outcome::Accepted { provider_id },
    }
}

fn problem(said: &Said<'_>, body: &Node<'_>) -> DeliveryError {
    let older = body.get("requestError").and_then(|fault| fault.get("serviceException"));
    let (code, words) = match older {
        Some(fault) => (fault.text("messageId"), fault.text("text")),
        None => (body.text("errorCode"), body.text("description")),
    };
    code.map_or_else(|| said.bare(), |code| error(code, words.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use domain::{contact::Identity, message::Content};
    use serde_json::Value;

    #[test]
    fn proofs() {
        use Signature::{Invalid, Unchecked, Valid};
        let password: &[(&str, &str)] = &[("username", "ana"), ("secret", "s3cret")];
        let token: &[(&str, &str)] = &[("secret", "s3cret")];
        let basic = send::basic("ana", "s3cret");
        for (settings, header, query, expected) in [
            (password, Some(basic.as_str()), "", Valid),
            (password, Some("Basic YW5hOnMzY3JldA"), "", Invalid),
            (password, Some("Bearer s3cret"), "", Invalid),
            (password, None, "token=s3cret", Invalid),
            (token, Some("Bearer s3cret"), "", Valid),
            (token, Some("App s3cret"), "", Valid),
            (token, Some("Bearer other"), "", Invalid),
            (token, Some("s3cret"), "", Invalid),
            (token, Some(""), "token=s3cret", Invalid),
            (token, None, "token=s3cret", Valid),
            (token, None, "token=s3cret&token=other", Invalid),
            (token, None, "token=", Invalid),
            (token, None, "", Invalid),
            (&[], None, "token=", Unchecked),
        ] {
            let mut all = Settings::default();
            all.0.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            let headers = header.map(|value| ("authorization".to_owned(), value.to_owned()));
            let received = Received {
                url: format!("https://c.example/webhooks/sms/1?{query}"),
                headers: headers.into_iter().collect(),
                ..Received::default()
            };
            assert_eq!(Infobip.verify(&received, &all), expected, "{settings:?} {header:?} {query}");
        }
    }

    #[test]
    fn a_message_out() {
        let settings = Settings::from([
            ("infobip_base_url", "https://x.api.infobip.com/"),
            ("api_key", "key"),
            ("address", "Casa Lumen"),
        ]);
        let message = Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new(PHONE, "+34600123123")],
            content: Content::text("Hola"),
            in_reply_to: None,
            locale: "es".to_owned(),
            ..Outbound::default()
        };
        let calls = Infobip.encode(&message, &settings).expect("encodes");
        assert_eq!(calls[0].url, "https://x.api.infobip.com/sms/3/messages");
        assert_eq!(calls[0].headers[0].1, "App key");
        let body: Value = serde_json::from_slice(&calls[0].body).expect("JSON");
        assert_eq!(
            body,
            json!({"messages": [{
                "sender": "Casa Lumen",
                "destinations": [{"to": "34600123123"}],
                "content": {"text": "Hola"},
                "webhooks": {"contentType": "application/json", "callbackData": "m1"},
            }]})
        );
    }

    #[test]
    fn what_an_answer_means() {
        let status = |group: i64, id: i64, name: &str| {
            format!(
                r#"{{"messages":[{{"messageId":"i1","status":{{"groupId":{group},"id":{id},"name":"{name}"}}}}]}}"#
            )
        };
        for (code, body, expected) in [
            (200, status(1, 26, "PENDING_ACCEPTED"), "accepted i1"),
            (200, status(5, 12, "REJECTED_NOT_ENOUGH_CREDITS"), "account REJECTED_NOT_ENOUGH_CREDITS"),
            (200, status(5, 21, "REJECTED_SYSTEM_ERROR"), "retry None REJECTED_SYSTEM_ERROR"),
            (200, status(5, 52, "REJECTED_INVALID_DESTINATION"), "failed REJECTED_INVALID_DESTINATION"),
            (200, status(5, 0, "EC_DEST_BLACKLISTED"), "failed opted_out"),
            (200, "<html>".to_owned(), "accepted"),
            (
                401,
                r#"{"requestError":{"serviceException":{"messageId":"UNAUTHORIZED","text":"Invalid login"}}}"#.to_owned(),
                "account UNAUTHORIZED",
            ),
            (400, r#"{"errorCode":"E400","description":"bad"}"#.to_owned(), "failed E400 bad"),
            (429, String::new(), "retry None http_429"),
            (500, String::new(), "retry None http_500"),
        ] {
            let answer = Answer::Response { status: code, retry_after: None, body: body.clone().into_bytes() };
            assert_eq!(told(&Infobip.interpret(&answer, &Settings::default())), expected, "{code} {body}");
        }
    }

    #[test]
    fn the_key_goes_to_infobip_alone() {
        let settings = Settings::from([("api_key", "key")]);
        let found = |url: &str| {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            Infobip.download(&file, &settings).is_some()
        };
        assert!(found("https://x.api.infobip.com/whatsapp/1/senders/1/media/2"));
        assert!(!found("https://evil.example/api.infobip.com") && !found("http://x.api.infobip.com/"));
    }
}
