//! Vonage, once Nexmo: the SMS API, and the Messages API with its many networks.

mod messages;
mod request;
mod short;
mod signature;

use super::Provider;
use crate::{
    form::Form,
    health,
    report::{self, Events},
    send,
};
use channel::{
    check_up::{Answered, Question, Said},
    files::Location,
    host,
    json::{self, Node},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::Signature,
};
use domain::{
    message::{Attachment, DeliveryError},
    reason::Reason,
};

pub(crate) struct Vonage;

impl Provider for Vonage {
    fn reason(&self, code: &str) -> Option<Reason> {
        short::reason(code)
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        signature::verify(received, settings)
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Result<Events, Malformed> {
        let body = received.body.trim_ascii();
        if !body.starts_with(b"{") && !body.starts_with(b"[") {
            let form = Form::of(received)?;
            // Nothing at all: somebody tries the address.
            return if form.is_empty() { Ok(vec![]) } else { Ok(vec![one(&form, None, settings)?]) };
        }
        let document = json::parse(body)?;
        let root = Node::root(&document);
        let Ok(elements) = root.items() else { return Ok(vec![element(&root, settings)]) };
        Ok(elements.iter().map(|item| element(item, settings)).collect())
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        request::encode(message, settings)
    }

    fn interpret(&self, answer: &Answer, _settings: &Settings) -> Outcome {
        request::interpret(answer)
    }

    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let base = send::base(settings, "vonage_sms_base_url", "https://rest.nexmo.com");
        let key = settings.get("api_key").zip(settings.get("api_secret"));
        let authorization = key.map(|(key, secret)| send::basic(key, secret));
        health::ask_balance(format!("{base}/account/get-balance"), authorization)
    }

    fn answered(&self, _question: &str, said: &Said<'_>, _settings: &Settings) -> Answered {
        health::read_balance(said, "value", |answer| answer.is_true("autoReload"))
    }

    fn download(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let url = file.url.as_deref()?;
        let base = send::base(settings, "vonage_base_url", request::API);
        let ours = host::is_below(url, base) || host::is_of(url, &["nexmo.com", "vonage.com"]);
        // Where files are protected, the application's token is asked for; else they are open to whoever
        // knows their address.
        let token = settings.get("access_token").map(|token| ("authorization", format!("Bearer {token}")));
        let headers = token.into_iter().collect();
        let request = ProviderRequest { method: "GET", url: url.to_owned(), headers, body: vec![] };
        ours.then_some(Location { request, mime: None, size: None, sha256: None })
    }
}

fn element(node: &Node<'_>, settings: &Settings) -> Result<channel::event::InboundEvent, Malformed> {
    node.object()?;
    if messages::is_one(node) {
        return messages::read(node, settings);
    }
    one(&Form::members(node), Some(node), settings)?
}

/// Something with flat fields. The outer error: nothing of Vonage's has such fields.
fn one(
    form: &Form,
    node: Option<&Node<'_>>,
    settings: &Settings,
) -> Result<Result<channel::event::InboundEvent, Malformed>, Malformed> {
    if short::is_one(form) {
        return Ok(short::read(form, settings));
    }
    if form.has("uuid") || form.has("conversation_uuid") || form.has("call_uuid") {
        return Ok(short::call(form, node, settings));
    }
    // Verify, Video, and what comes after them: objects, or forms that are signed.
    let whole = match node {
        Some(node) => node.value().clone(),
        None if form.has("sig") => form.to_json(),
        None => return Err(Malformed::new("messageId", "is missing")),
    };
    let names = ["event", "type", "status", "action"];
    let kind = names.into_iter().find_map(|name| form.get(name)).unwrap_or_else(|| "unknown".to_owned());
    let text = format!("{kind}: {whole}");
    let address = settings.get("address").unwrap_or_default();
    let mut event =
        report::unsupported(address, format!("other:{}", short::digest(form, &text)), &kind, text);
    event.notice = true;
    event.provider_id = ["request_id", "id", "sessionId"].into_iter().find_map(|name| form.get(name));
    event.at = form.get("timestamp").and_then(|text| crate::instant::parse(&text));
    Ok(Ok(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_from_vonage_alone() {
        let settings = Settings::from([("access_token", "jwt")]);
        let headers = |url: &str| {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            Vonage.download(&file, &settings).map(|location| location.request.headers.len())
        };
        for (url, expected) in [
            ("https://api-us.nexmo.com/v3/media/1b456509", Some(1)),
            ("https://api.nexmo.com/v3/media/1b456509", Some(1)),
            ("https://example.com/image.jpg", None),
            ("http://api.nexmo.com/v3/media/1", None),
            ("https://api.nexmo.com@evil.example/", None),
        ] {
            assert_eq!(headers(url), expected, "{url}");
        }
    }
}
