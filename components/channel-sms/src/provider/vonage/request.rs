//! Sending: through the SMS API, or, where the account's `api` is `messages`, through the Messages API on
//! the network that it names.

use crate::{
    form,
    party::{self, BSUID, SMS},
    provider::TEXT,
    report::error,
    segment::{self, Encoding},
    send::{self, Said},
};
use channel::{
    json::{self, Node},
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::Settings,
};
use domain::{
    contact::{Identity, PHONE},
    message::{Attachment, DeliveryError},
};
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) const API: &str = "https://api.nexmo.com";

/// A reference of ours may have so many characters.
const REFERENCE_MAX: usize = 40;

pub(super) fn encode(message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
    match settings.get("api") {
        Some("messages") => many(message, settings),
        _ => short(message, settings),
    }
}

fn reference(message: &Outbound) -> Option<&str> {
    Some(message.message_id.as_str()).filter(|id| id.len() <= REFERENCE_MAX)
}

fn short(message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let base = send::base(settings, "vonage_sms_base_url", "https://rest.nexmo.com");
    let (key, secret) = (send::need(settings, "api_key")?, send::need(settings, "api_secret")?);
    let from = send::need(settings, "address")?.trim_start_matches('+');
    let to = party::digits(send::address(&message.to, &[PHONE, SMS])?);
    let callback = send::callback(settings, message);
    let call = |text: &String| {
        let kind = if segment::Encoding::of(text) == Encoding::Gsm7 { "text" } else { "unicode" };
        let fields = [("api_key", key), ("api_secret", secret), ("from", from), ("to", to), ("type", kind)];
        let optional = [("client-ref", reference(message)), ("callback", callback.as_deref())];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let fields = fields.into_iter().chain([("text", text.as_str())]).chain(optional);
        let headers = vec![
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        let body = form::encoded(fields).into_bytes();
        ProviderRequest { method: "POST", url: format!("{base}/sms/json"), headers, body }
    };
    Ok(send::texts(&message.content, TEXT)?.iter().map(call).collect())
}

fn many(message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let base = send::base(settings, "vonage_base_url", API);
    let token = match settings.get("access_token") {
        Some(token) => format!("Bearer {token}"),
        None => send::basic(send::need(settings, "api_key")?, send::need(settings, "api_secret")?),
    };
    let network = settings.get("network").unwrap_or("sms");
    let to = recipient(&message.to, network)?;
    let from = send::need(settings, "address")?.trim_start_matches('+');
    let mut common = json!({ "channel": network, "from": from, "to": to });
    if let Some(id) = reference(message) {
        common["client_ref"] = json!(id);
    }
    if let Some(url) = send::callback(settings, message) {
        common["webhook_url"] = json!(url);
        common["webhook_version"] = json!("v1");
    }
    let mut bodies = bodies(message, network)?;
    if let (Some(id), Some(first)) = (&message.in_reply_to, bodies.first_mut()) {
        first.insert("context".to_owned(), json!({ "message_uuid": id }));
    }
    let call = |body: Map<String, Value>| {
        let mut whole = common.clone();
        whole.as_object_mut().into_iter().for_each(|whole| whole.extend(body.clone()));
        send::post_json(format!("{base}/v1/messages"), token.clone(), &whole)
    };
    Ok(bodies.into_iter().map(call).collect())
}

fn recipient<'a>(to: &'a [Identity], network: &str) -> Result<&'a str, DeliveryError> {
    let schemes = match network {
        "sms" | "mms" => vec![PHONE, SMS],
        "whatsapp" => vec![PHONE, BSUID],
        "rcs" => vec![PHONE],
        "viber_service" => vec![PHONE, "viber"],
        other => vec![other],
    };
    Ok(party::digits(send::address(to, &schemes)?))
}

fn bodies(message: &Outbound, network: &str) -> Result<Vec<Map<String, Value>>, DeliveryError> {
    let text = |text: &String| fields("text", json!(text));
    if network == "sms" {
        return Ok(send::texts(&message.content, TEXT)?.iter().map(text).collect());
    }
    let files = message.content.attachments();
    send::links(files)?;
    let words = message.content.words();
    let mut bodies: Vec<_> = match words.trim() {
        "" if !files.is_empty() => vec![],
        _ => send::cut(&words, TEXT)?.iter().map(text).collect(),
    };
    bodies.extend(files.iter().map(attached));
    Ok(bodies)
}

fn attached(attachment: &Attachment) -> Map<String, Value> {
    let kind = match attachment.kind.as_str() {
        kind @ ("image" | "audio" | "video") => kind,
        _ => "file",
    };
    let mut file = json!({ "url": attachment.url });
    if let (Some(name), "file") = (&attachment.name, kind) {
        file["name"] = json!(name);
    }
    fields(kind, file)
}

fn fields(kind: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([("message_type".to_owned(), json!(kind)), (kind.to_owned(), value)])
}

pub(super) fn interpret(answer: &Answer) -> Outcome {
    send::outcome(answer, |said| {
        let body = json::parse(said.body).unwrap_or_default();
        let body = Node::root(&body);
        let parts = body.list("messages");
        if !parts.is_empty() {
            return by_parts(said, &parts);
        }
        match said.is_success() {
            true => Outcome::Accepted { provider_id: body.text("message_uuid") },
            false => said.by_status(problem(said, &body)),
        }
    })
}

fn problem(said: &Said<'_>, body: &Node<'_>) -> DeliveryError {
    let page = body.text("type").and_then(|page| page.rsplit(['/', '#']).next().map(str::to_owned));
    let Some(code) = page.filter(|page| !page.is_empty()) else { return said.bare() };
    let words: Vec<String> = ["title", "detail"].into_iter().filter_map(|name| body.text(name)).collect();
    error(code, words.join(": "))
}

/// The SMS API answers 200 to everything, with a status for each part that the text was cut into.
fn by_parts(said: &Said<'_>, parts: &[Node<'_>]) -> Outcome {
    let id = parts.iter().find_map(|part| part.text("message-id"));
    let status = |part: &Node<'_>| part.text("status").unwrap_or_default();
    let Some(refused) = parts.iter().find(|part| status(part) != "0") else {
        return Outcome::Accepted { provider_id: id };
    };
    let (code, words) = (status(refused), refused.text("error-text").unwrap_or_default());
    let wait = patience(&words);
    let fault = error(code.as_str(), words);
    // Some parts are on their way: all of it again would be twice the same.
    if parts.iter().any(|part| status(part) == "0") {
        return Outcome::Failed { error: fault };
    }
    match code.as_str() {
        // Too fast, its own trouble, too many connections.
        "1" | "5" | "10" => Outcome::Retry { after: said.retry_after.or(wait), error: fault },
        // Credentials, closed, unpaid, not allowed for this account.
        "4" | "8" | "9" | "11" | "14" | "32" | "33" => Outcome::AccountRefused { error: fault },
        _ => Outcome::Failed { error: fault },
    }
}

/// `Throughput Rate Exceeded - please wait [ 250 ] and retry`, in milliseconds.
fn patience(words: &str) -> Option<Duration> {
    let (_, rest) = words.split_once('[')?;
    let (number, _) = rest.split_once(']')?;
    number.trim().parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use domain::message::Content;

    fn outbound(content: Content) -> Outbound {
        Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new(PHONE, "+34600123123")],
            content,
            in_reply_to: Some("u1".to_owned()),
            locale: "es".to_owned(),
            ..Outbound::default()
        }
    }

    fn settings(more: &[(&str, &str)]) -> Settings {
        let mut settings =
            Settings::from([("api_key", "key"), ("api_secret", "secret"), ("address", "+34911222333")]);
        settings.0.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        settings
    }

    #[test]
    fn short_messages() {
        let own = settings(&[("public_url", "https://c.example"), ("account", "a")]);
        let calls = encode(&outbound(Content::text("Hola")), &own).expect("encodes");
        assert_eq!((calls.len(), calls[0].url.as_str()), (1, "https://rest.nexmo.com/sms/json"));
        assert_eq!(
            String::from_utf8_lossy(&calls[0].body),
            "api_key=key&api_secret=secret&from=34911222333&to=34600123123&type=text&text=Hola&client-ref=m1\
             &callback=https%3A%2F%2Fc.example%2Fwebhooks%2Fsms%2Fa%3Fmessage_id%3Dm1"
        );
        let calls = encode(&outbound(Content::text("canción")), &settings(&[])).expect("encodes");
        assert!(
            String::from_utf8_lossy(&calls[0].body).contains("type=unicode&text=canci%C3%B3n&client-ref=m1")
        );
        let calls = encode(&outbound(Content::text("a".repeat(1601))), &settings(&[])).expect("encodes");
        assert_eq!(calls.len(), 2);
    }

    #[test]
    fn other_networks() {
        let own = settings(&[("api", "messages"), ("network", "whatsapp")]);
        let file = |kind: &str| Attachment {
            kind: kind.to_owned(),
            name: Some("f.pdf".to_owned()),
            url: Some("https://f.example/f".to_owned()),
            ..Attachment::default()
        };
        let text = Some("Mire".to_owned());
        let media = Content::Media { text, attachments: vec![file("image"), file("document")] };
        let calls = encode(&outbound(media), &own).expect("encodes");
        let bodies: Vec<Value> =
            calls.iter().map(|call| serde_json::from_slice(&call.body).expect("JSON")).collect();
        let common = |mut body: Value| {
            let all = json!({"channel": "whatsapp", "from": "34911222333", "to": "34600123123", "client_ref": "m1"});
            body.as_object_mut().unwrap().extend(all.as_object().unwrap().clone());
            body
        };
        assert_eq!(
            bodies,
            [
                common(json!({"message_type": "text", "text": "Mire", "context": {"message_uuid": "u1"}})),
                common(json!({"message_type": "image", "image": {"url": "https://f.example/f"}})),
                common(
                    json!({"message_type": "file", "file": {"url": "https://f.example/f", "name": "f.pdf"}})
                ),
            ]
        );
        assert_eq!(calls[0].url, "https://api.nexmo.com/v1/messages");
        assert_eq!(calls[0].headers[0].1, "Basic a2V5OnNlY3JldA==");
        let own = settings(&[("api", "messages"), ("network", "messenger")]);
        assert_eq!(encode(&outbound(Content::text("a")), &own).expect_err("refused").code, "no_address");
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let answer = Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&answer)), expected, "{status} {body}");
    }

    #[test]
    fn what_an_answer_means() {
        let one = |status: &str| format!(r#"{{"messages":[{{"status":"{status}","error-text":"no"}}]}}"#);
        check(200, r#"{"message-count":"1","messages":[{"status":"0","message-id":"0C1"}]}"#, "accepted 0C1");
        for (status, expected) in [
            ("1", "retry None 1"),
            ("5", "retry None 5"),
            ("10", "retry None 10"),
            ("2", "failed 2 no"),
            ("3", "failed 3 no"),
            ("6", "failed 6 no"),
            ("7", "failed 7 no"),
            ("15", "failed 15 no"),
            ("29", "failed 29 no"),
            ("4", "account 4"),
            ("9", "account 9"),
            ("14", "account 14"),
        ] {
            check(200, &one(status), expected);
        }
        let wait = r#"{"messages":[{"status":"1","error-text":"Throughput Rate Exceeded - please wait [ 250 ] and retry"}]}"#;
        check(200, wait, "retry Some(250ms) 1");
        let partly = r#"{"messages":[{"status":"0","message-id":"0C1"},{"status":"1","error-text":"wait"}]}"#;
        check(200, partly, "failed 1 wait");
        check(202, r#"{"message_uuid":"u2"}"#, "accepted u2");
        let page =
            r#"{"type":"https://developer.vonage.com/api-errors/messages#1150","title":"Invalid params"}"#;
        check(422, page, "failed 1150 Invalid params");
        check(429, page, "retry None 1150");
        check(402, "{}", "account http_402");
        check(401, "", "account http_401");
        check(503, "<html>", "retry None http_503");
    }
}
