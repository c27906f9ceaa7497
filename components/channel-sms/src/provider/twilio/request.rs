//! Sending through Twilio. Each call takes one text, so what is too long takes several.

use super::{authorization, fault, messages};
use crate::{
    form,
    party::{BSUID, SMS},
    provider::TEXT,
    send::{self, Said},
};
use channel::{
    json::{self, Node},
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::Settings,
};
use domain::{
    contact::{Identity, PHONE},
    message::{Content, DeliveryError, Template},
};
use serde_json::{Map, Value};

pub(super) fn encode(message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let (url, token) = (messages(settings)?, authorization(settings)?);
    let sender = sender(settings)?;
    let to = recipient(send::address(&message.to, &[PHONE, BSUID, "messenger", "rcs", SMS])?, sender.1);
    let callback = send::callback(settings, message);
    let call = |fields: &[(&str, String)]| {
        let common = [("To", to.as_str()), sender];
        let reports = callback.iter().map(|url| ("StatusCallback", url.as_str()));
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let body = form::encoded(common.into_iter().chain(fields).chain(reports)).into_bytes();
        let headers = vec![
            ("authorization", token.clone()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        ProviderRequest { method: "POST", url: url.clone(), headers, body }
    };
    Ok(bodies(&message.content, sender.1)?.iter().map(|fields| call(fields)).collect())
}

/// One number, or a messaging service that chooses among several.
fn sender(settings: &Settings) -> Result<(&'static str, &str), DeliveryError> {
    match settings.get("messaging_service_sid") {
        Some(service) => Ok(("MessagingServiceSid", service)),
        None => {
            let address = send::need(settings, "address")?;
            Ok((if address.starts_with("MG") { "MessagingServiceSid" } else { "From" }, address))
        }
    }
}

/// The contact is reached on the network that the business's own address is on.
fn recipient(to: &Identity, from: &str) -> String {
    match (from.split_once(':'), to.scheme.as_str()) {
        (Some((network, _)), _) => format!("{network}:{}", to.value),
        (None, BSUID) => format!("whatsapp:{}", to.value),
        (None, PHONE | SMS) => to.value.clone(),
        (None, network) => format!("{network}:{}", to.value),
    }
}

type Fields = Vec<(&'static str, String)>;

/// What differs between the calls of a message.
fn bodies(content: &Content, from: &str) -> Result<Vec<Fields>, DeliveryError> {
    let texts = |text: &str| -> Result<Vec<Fields>, DeliveryError> {
        Ok(send::cut(text, TEXT)?.into_iter().map(|text| vec![("Body", text)]).collect())
    };
    match content {
        Content::Template(template) if template.name.starts_with("HX") => Ok(vec![approved(template)]),
        Content::Location(place) if from.starts_with("whatsapp:") => {
            let name = place.name.as_ref().or(place.address.as_ref());
            let label = name.map_or_else(String::new, |name| format!("|{}", name.replace('|', " ")));
            let action = format!("geo:{},{}{label}", place.latitude, place.longitude);
            let words = name.cloned().unwrap_or_else(|| format!("{}, {}", place.latitude, place.longitude));
            Ok(vec![vec![("Body", words), ("PersistentAction", action)]])
        }
        _ => {
            let links = send::links(content.attachments())?;
            let words = content.words();
            let mut bodies =
                if words.trim().is_empty() && !links.is_empty() { vec![vec![]] } else { texts(&words)? };
            if let Some(first) = bodies.first_mut() {
                first.extend(links.into_iter().map(|link| ("MediaUrl", link.to_owned())));
            }
            Ok(bodies)
        }
    }
}

/// A template that Twilio knows by its id. Parameters without a name are called by their number.
fn approved(template: &Template) -> Fields {
    let variables = template.parameters.iter().enumerate().map(|(index, parameter)| {
        let name = parameter.name.clone().unwrap_or_else(|| (index + 1).to_string());
        (name, Value::String(parameter.value.clone()))
    });
    let variables = Value::Object(variables.collect::<Map<_, _>>());
    vec![("ContentSid", template.name.clone()), ("ContentVariables", variables.to_string())]
}

pub(super) fn interpret(answer: &Answer) -> Outcome {
    send::outcome(answer, |said| {
        let body = json::parse(said.body).unwrap_or_default();
        let body = Node::root(&body);
        if said.is_success() { accepted(&body) } else { refused(said, &body) }
    })
}

/// Twilio has it; what becomes of it, its reports say.
fn accepted(body: &Node<'_>) -> Outcome {
    Outcome::Accepted { provider_id: body.text("sid") }
}

fn refused(said: &Said<'_>, body: &Node<'_>) -> Outcome {
    let Some(code) = body.integer("code") else { return said.by_status(said.bare()) };
    let (name, words) = (code.to_string(), body.text("message"));
    let error = fault::of(&name, words.clone());
    match fault::verdict(code) {
        fault::Verdict::Later => said.retry(error),
        fault::Verdict::Account => Outcome::AccountRefused { error },
        fault::Verdict::OptedOut => Outcome::Failed { error: fault::opted_out(&name, words) },
        fault::Verdict::Message => Outcome::Failed { error },
        fault::Verdict::Other => said.by_status(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use domain::message::{Attachment, Location, Menu, MenuOption, TemplateParameter};
    use std::time::Duration;

    fn settings(address: &str) -> Settings {
        Settings::from([
            ("account_sid", "AC1"),
            ("secret", "token"),
            ("address", address),
            ("public_url", "https://center.example"),
            ("account", "sms-1"),
        ])
    }

    fn outbound(content: Content) -> Outbound {
        Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new("webchat", "v"), Identity::new(PHONE, "+34600123123")],
            content,
            in_reply_to: None,
            locale: "es".to_owned(),
            ..Outbound::default()
        }
    }

    #[track_caller]
    fn check(address: &str, content: Content, expected: &[&str]) {
        let calls = encode(&outbound(content), &settings(address)).expect("encodes");
        let bodies = calls.iter().map(|call| {
            assert_eq!(call.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
            assert_eq!(call.headers[0].1, "Basic QUMxOnRva2Vu");
            let pairs = form_urlencoded::parse(&call.body);
            let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
            let callback = "StatusCallback=https://center.example/webhooks/sms/sms-1?message_id=m1";
            assert_eq!(pairs.last().map(String::as_str), Some(callback));
            pairs[..pairs.len() - 1].join("&")
        });
        assert_eq!(bodies.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn contents() {
        let own = "+14155550100";
        check(own, Content::text("Hola ñ"), &["To=+34600123123&From=+14155550100&Body=Hola ñ"]);
        check("MG1", Content::text("a"), &["To=+34600123123&MessagingServiceSid=MG1&Body=a"]);
        let whatsapp = "whatsapp:+14155550100";
        check(whatsapp, Content::text("a"), &["To=whatsapp:+34600123123&From=whatsapp:+14155550100&Body=a"]);
        let option = |id: &str, title: &str| MenuOption { id: id.to_owned(), title: title.to_owned() };
        let options = vec![option("y", "Sí"), option("n", "No")];
        let menu = Content::Menu(Menu { text: "¿Vale?".to_owned(), options });
        check(own, menu, &["To=+34600123123&From=+14155550100&Body=¿Vale?\n1. Sí\n2. No"]);
        let file = Attachment { url: Some("https://f.example/a.png".to_owned()), ..Attachment::default() };
        let media = |text: Option<&str>| Content::Media {
            text: text.map(str::to_owned),
            attachments: vec![file.clone()],
        };
        check(own, media(None), &["To=+34600123123&From=+14155550100&MediaUrl=https://f.example/a.png"]);
        check(
            own,
            media(Some("Mire")),
            &["To=+34600123123&From=+14155550100&Body=Mire&MediaUrl=https://f.example/a.png"],
        );
        let (name, address) = (Some("Tienda".to_owned()), None);
        let point = Location { latitude: "40.4".to_owned(), longitude: "-3.7".to_owned(), name, address };
        check(
            own,
            Content::Location(point.clone()),
            &["To=+34600123123&From=+14155550100&Body=Tienda\n40.4, -3.7"],
        );
        check(
            whatsapp,
            Content::Location(point),
            &[
                "To=whatsapp:+34600123123&From=whatsapp:+14155550100&Body=Tienda&PersistentAction=geo:40.4,-3.7|Tienda",
            ],
        );
        let parameter = |name: Option<&str>, value: &str| TemplateParameter {
            part: "body".to_owned(),
            name: name.map(str::to_owned),
            value: value.to_owned(),
        };
        let template = |name: &str| {
            Content::Template(Template {
                name: name.to_owned(),
                language: "es".to_owned(),
                parameters: vec![parameter(None, "Ana"), parameter(Some("day"), "lunes")],
                text: "Hola, Ana".to_owned(),
                marketing: false,
                header: None,
            })
        };
        check(
            whatsapp,
            template("HX12"),
            &[
                r#"To=whatsapp:+34600123123&From=whatsapp:+14155550100&ContentSid=HX12&ContentVariables={"1":"Ana","day":"lunes"}"#,
            ],
        );
        check(own, template("recordatorio"), &["To=+34600123123&From=+14155550100&Body=Hola, Ana"]);
    }

    #[test]
    fn what_is_too_long_takes_several_calls() {
        let calls = encode(&outbound(Content::text("a".repeat(1601))), &settings("+1")).expect("encodes");
        assert_eq!(calls.len(), 2);
    }

    #[test]
    fn what_cannot_be_sent_is_said_first() {
        let code =
            |content, settings: &Settings| encode(&outbound(content), settings).expect_err("refused").code;
        let own = settings("+14155550100");
        assert_eq!(code(Content::text(" "), &own), "empty");
        assert_eq!(code(Content::text("a"), &Settings::default()), "not_configured");
        let nameless = Content::Media { text: None, attachments: vec![Attachment::default()] };
        assert_eq!(code(nameless, &own), "media");
        let nobody =
            Outbound { to: vec![Identity::new("email", "a@b.example")], ..outbound(Content::text("a")) };
        assert_eq!(encode(&nobody, &own).expect_err("refused").code, "no_address");
    }

    #[test]
    fn recipients() {
        for (scheme, value, from, expected) in [
            (PHONE, "+34600123123", "whatsapp:+1", "whatsapp:+34600123123"),
            (BSUID, "ES.1", "whatsapp:+1", "whatsapp:ES.1"),
            (BSUID, "ES.1", "MG1", "whatsapp:ES.1"),
            ("messenger", "77", "messenger:12", "messenger:77"),
            (SMS, "12345", "+1", "12345"),
        ] {
            assert_eq!(recipient(&Identity::new(scheme, value), from), expected);
        }
    }

    #[track_caller]
    fn answers(status: u16, body: &str, expected: &str) {
        let after = (status == 429).then(|| Duration::from_secs(7));
        let answer = Answer::Response { status, retry_after: after, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&answer)), expected, "{status} {body}");
    }

    #[test]
    fn what_an_answer_means() {
        let code = |code: i64| format!(r#"{{"code":{code},"message":"no","status":400}}"#);
        answers(201, r#"{"sid":"SM1","status":"queued","error_code":null}"#, "accepted SM1");
        answers(201, "<html>", "accepted");
        answers(429, &code(20_429), "retry Some(7s) 20429");
        answers(400, &code(63_018), "retry None 63018");
        answers(503, "<html>", "retry None http_503");
        answers(500, &code(20_500), "retry None 20500");
        answers(400, &code(21_610), "failed opted_out no");
        answers(400, r#"{"code":21610}"#, "failed opted_out The recipient has sent STOP");
        for number in [21_211, 21_614, 21_408, 30_003, 30_008, 63_016, 63_024] {
            answers(400, &code(number), &format!("failed {number} no"));
        }
        answers(401, &code(20_003), "account 20003");
        answers(400, &code(21_606), "account 21606");
        answers(401, "", "account http_401");
        answers(404, &code(20_404), "failed 20404 no");
        assert!(matches!(interpret(&Answer::Lost { reason: String::new() }), Outcome::Unknown { .. }));
        assert!(matches!(interpret(&Answer::NotReached { reason: String::new() }), Outcome::Retry { .. }));
    }
}
