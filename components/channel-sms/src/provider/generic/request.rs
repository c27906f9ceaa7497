//! Sending by a description.

use super::description::{Check, Found, Gateway, Method, Place, Says, Send};
use crate::{
    form,
    party::{self, SMS},
    provider::TEXT,
    report::error,
    segment::{self, Encoding, Limit},
    send::{self, OPTED_OUT, Said},
};
use channel::{
    json,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::Settings,
};
use domain::{contact::PHONE, message::DeliveryError};
use serde_json::{Map, Value};

/// Names of headers that a description may set.
const HEADERS: [&str; 8] = [
    "authorization",
    "accept",
    "content-type",
    "apikey",
    "api-key",
    "x-api-key",
    "x-auth-token",
    "x-version",
];

pub(super) fn encode(
    gateway: &Gateway,
    message: &Outbound,
    settings: &Settings,
) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let send = gateway.send.as_ref();
    let send = send.ok_or_else(|| error("not_configured", "the gateway's description has no `send`"))?;
    let to = send::address(&message.to, &[PHONE, SMS])?;
    let limit = Limit {
        characters: send.characters.unwrap_or(TEXT.characters),
        segments: send.segments.unwrap_or(TEXT.segments),
    };
    let callback = callback(gateway, message, settings);
    let call = |text: &String| {
        let coding = send.coding.as_ref().map_or("", |(gsm, other)| match segment::Encoding::of(text) {
            Encoding::Gsm7 => gsm.as_str(),
            Encoding::Ucs2 => other.as_str(),
        });
        let values = [
            ("to", to.value.as_str()),
            ("digits", party::digits(to)),
            ("from", settings.get("address").unwrap_or_default()),
            ("text", text),
            ("message_id", message.message_id.as_str()),
            ("callback", &callback),
            ("coding", coding),
        ];
        request(send, &Blanks { values: &values, settings })
    };
    send::texts(&message.content, limit)?.iter().map(call).collect()
}

/// Where reports go, with what proves them if that is a parameter.
fn callback(gateway: &Gateway, message: &Outbound, settings: &Settings) -> String {
    let url = send::callback(settings, message).unwrap_or_default();
    match (&gateway.check, settings.get("secret")) {
        (Check::Query { name }, Some(secret)) if !url.is_empty() => {
            format!("{url}&{}={}", form::in_url(name), form::in_url(secret))
        }
        _ => url,
    }
}

fn request(send: &Send, blanks: &Blanks<'_>) -> Result<ProviderRequest, DeliveryError> {
    let mut headers = vec![];
    if let Some((user, password)) = &send.basic {
        let basic = send::basic(send::need(blanks.settings, user)?, send::need(blanks.settings, password)?);
        headers.push(("authorization", basic));
    }
    for (name, template) in &send.headers {
        let known = HEADERS.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let known =
            known.ok_or_else(|| error("not_configured", format!("the header {name} cannot be set")))?;
        headers.push((known, blanks.fill(template, str::to_owned)?));
    }
    let body = match (&send.json, &send.form) {
        (Some(template), _) => {
            headers.push(("content-type", "application/json".to_owned()));
            blanks.json(template)?.to_string()
        }
        (None, Some(fields)) => {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
            let mut filled = vec![];
            for (name, template) in fields {
                filled.push((name.as_str(), blanks.fill(template, str::to_owned)?));
            }
            // A field of which nothing is known is left out.
            form::encoded(
                filled
                    .iter()
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(name, value)| (*name, value.as_str())),
            )
        }
        (None, None) => String::new(),
    };
    let method = match send.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    // The address begins with a setting that is one itself; behind its question mark everything is text.
    let (place, query) =
        send.url.split_once('?').map_or((send.url.as_str(), None), |(place, query)| (place, Some(query)));
    let mut url = blanks.fill(place, |value| {
        if value.contains("://") { value.trim_end_matches('/').to_owned() } else { form::in_url(value) }
    })?;
    if let Some(query) = query {
        url = format!("{url}?{}", blanks.fill(query, form::in_url)?);
    }
    Ok(ProviderRequest { method, url, headers, body: body.into_bytes() })
}

/// What stands for `{name}` in a template.
struct Blanks<'a> {
    values: &'a [(&'a str, &'a str)],
    settings: &'a Settings,
}

impl Blanks<'_> {
    fn value(&self, name: &str) -> Result<&str, DeliveryError> {
        match self.values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Ok(value),
            None => send::need(self.settings, name),
        }
    }

    /// Each `{name}` by its value, written as `write` says. What a value holds is not looked into again.
    fn fill(&self, template: &str, write: impl Fn(&str) -> String) -> Result<String, DeliveryError> {
        let (mut filled, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            filled.push_str(before);
            filled.push_str(&write(self.value(name)?));
            rest = after;
        }
        Ok(filled + rest)
    }

    fn json(&self, template: &Value) -> Result<Value, DeliveryError> {
        Ok(match template {
            Value::String(text) => Value::String(self.fill(text, str::to_owned)?),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.json(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| Ok((name.clone(), self.json(value)?)));
                let filled: Map<String, Value> = filled.collect::<Result<_, DeliveryError>>()?;
                // A member of which nothing is known is left out.
                Value::Object(filled.into_iter().filter(|(_, value)| value.as_str() != Some("")).collect())
            }
            other => other.clone(),
        })
    }
}

pub(super) fn interpret(send: &Send, answer: &Answer) -> Outcome {
    send::outcome(answer, |said| {
        let text = String::from_utf8_lossy(said.body).into_owned();
        let body = json::parse(said.body).unwrap_or_default();
        let accepted =
            said.is_success() && send.accepted.as_ref().is_none_or(|says| is_so(says, &text, &body));
        if accepted {
            return Outcome::Accepted {
                provider_id: send.id.as_ref().and_then(|found| id(found, &text, &body)),
            };
        }
        let code = send.code.as_ref().and_then(|place| at(place, &body));
        let words =
            send.words.as_ref().and_then(|place| at(place, &body)).unwrap_or_else(|| first_line(&text));
        let fault = error(code.clone().unwrap_or_else(|| said.bare().code), words);
        refused(send, said, code.as_deref(), fault)
    })
}

fn refused(send: &Send, said: &Said<'_>, code: Option<&str>, fault: DeliveryError) -> Outcome {
    let status = said.status.to_string();
    let among = |list: &[String]| list.iter().any(|entry| *entry == status || Some(entry.as_str()) == code);
    if among(&send.opted_out) {
        Outcome::Failed { error: DeliveryError::new(OPTED_OUT, fault.text) }
    } else if among(&send.retry) {
        said.retry(fault)
    } else if among(&send.account) {
        Outcome::AccountRefused { error: fault }
    } else {
        said.by_status(fault)
    }
}

fn is_so(says: &Says, text: &str, body: &Value) -> bool {
    match says {
        Says::Begins { begins } => begins.iter().any(|begin| text.trim_start().starts_with(begin.as_str())),
        Says::Field(when) => at(&when.place, body).is_some_and(|found| when.is.contains(&found)),
    }
}

fn id(found: &Found, text: &str, body: &Value) -> Option<String> {
    match found {
        Found::At(place) => at(place, body),
        Found::Between { after, before } => {
            let (_, rest) = text.split_once(after.as_str())?;
            let id = if before.is_empty() { rest } else { rest.split_once(before.as_str())?.0 };
            Some(id.trim().to_owned()).filter(|id| !id.is_empty())
        }
    }
}

fn at(place: &Place, body: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    let find =
        |name: &String| if name.starts_with('/') { body.pointer(name) } else { body.get(name.as_str()) };
    place.names().iter().find_map(|name| text(find(name)?))
}

/// What a gateway says in plain text, as far as an agent wants to read it.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use domain::{contact::Identity, message::Content};
    use serde_json::json;

    fn outbound(text: &str) -> Outbound {
        Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new(PHONE, "+34600123123")],
            content: Content::text(text),
            in_reply_to: None,
            locale: "es".to_owned(),
            ..Outbound::default()
        }
    }

    /// An account with everything that the descriptions ask for.
    fn settings(gateway: &str) -> Settings {
        Settings::from([
            ("gateway", gateway),
            ("address", "+34911222333"),
            ("secret", "s&cret"),
            ("account", "sms-1"),
            ("public_url", "https://c.example"),
            ("sms_gateway_url", "http://10.0.0.5:13013/"),
            ("api_user", "u"),
            ("api_password", "p&"),
            ("api_key", "key"),
            ("auth_id", "MA1"),
            ("account_id", "ac/1"),
            ("application_id", "app"),
        ])
    }

    #[track_caller]
    fn sent(gateway: &str, text: &str) -> ProviderRequest {
        let description = Gateway::of(&settings(gateway)).expect("a description");
        encode(&description, &outbound(text), &settings(gateway)).expect("encodes").remove(0)
    }

    #[test]
    fn every_gateway_gets_its_own_shape() {
        let body = |call: &ProviderRequest| serde_json::from_slice::<Value>(&call.body).expect("JSON");
        let call = sent("bandwidth", "Hola \"Ana\" {x}");
        assert_eq!(call.url, "https://messaging.bandwidth.com/api/v2/users/ac%2F1/messages");
        assert_eq!(call.headers[0], ("authorization", "Basic dTpwJg==".to_owned()));
        assert_eq!(
            body(&call),
            json!({"applicationId": "app", "to": ["+34600123123"], "from": "+34911222333",
                "text": "Hola \"Ana\" {x}", "tag": "m1"})
        );
        let call = sent("plivo", "a");
        assert_eq!(call.url, "https://api.plivo.com/v1/Account/MA1/Message/");
        assert_eq!(
            body(&call),
            json!({"src": "+34911222333", "dst": "34600123123", "text": "a",
                "url": "https://c.example/webhooks/sms/sms-1?message_id=m1"})
        );
        let call = sent("kannel", "ñandú & co");
        assert_eq!(
            (call.method, call.url.as_str()),
            (
                "GET",
                "http://10.0.0.5:13013/cgi-bin/sendsms?username=u&password=p%26&to=%2B34600123123\
                 &from=%2B34911222333&text=%C3%B1and%C3%BA%20%26%20co&charset=UTF-8&coding=2&dlr-mask=31\
                 &dlr-url=https%3A%2F%2Fc.example%2Fwebhooks%2Fsms%2Fsms-1%3Fmessage_id%3Dm1%26token%3Ds%2526cret\
                 %26id%3D%25I%26dlr%3D%25d%26reply%3D%25A"
            )
        );
        assert!(sent("kannel", "gsm").url.contains("&coding=0&"));
        let call = sent("africastalking", "a");
        assert_eq!(
            String::from_utf8_lossy(&call.body),
            "from=%2B34911222333&message=a&to=%2B34600123123&username=u"
        );
        assert!(call.headers.contains(&("apikey", "key".to_owned())));
        assert_eq!(body(&sent("clickatell", "a"))["clientMessageId"], "m1");
        assert!(sent("jasmin", "a").url.starts_with("http://10.0.0.5:13013/send?username=u&"));
    }

    #[test]
    fn what_is_not_configured_is_said() {
        let refused = |settings: &Settings| {
            let description = Gateway::of(settings).expect("a description");
            encode(&description, &outbound("a"), settings).expect_err("refused")
        };
        assert_eq!(
            refused(&Settings::from([("gateway", "kannel")])).text,
            "the account has no sms_gateway_url"
        );
        assert_eq!(refused(&Settings::from([("gateway", "plain")])).code, "not_configured");
        let odd = r#"{"check":{"kind":"basic"},"send":{"url":"https://x/","headers":{"Host":"y"}}}"#;
        assert_eq!(refused(&Settings::from([("gateway", odd)])).text, "the header Host cannot be set");
    }

    #[track_caller]
    fn check(gateway: &str, status: u16, body: &str, expected: &str) {
        let send = Gateway::of(&settings(gateway)).expect("a description").send.expect("it sends");
        let answer = Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&send, &answer)), expected, "{gateway} {status} {body}");
    }

    #[test]
    fn what_an_answer_means() {
        check("jasmin", 200, "Success \"07033084\"\n", "accepted 07033084");
        check(
            "jasmin",
            400,
            "Error \"Argument [to] is invalid\"",
            "failed http_400 Error \"Argument [to] is invalid\"",
        );
        check("jasmin", 403, "Error \"Authentication failure\"", "account http_403");
        check("kannel", 202, "0: Accepted for delivery", "accepted");
        check("kannel", 202, "4: Internal", "failed http_202 4: Internal");
        check("kannel", 503, "Temporal failure", "retry None http_503");
        let one = |code: i64| {
            format!(
                r#"{{"SMSMessageData":{{"Recipients":[{{"statusCode":{code},"status":"S","messageId":"a1"}}]}}}}"#
            )
        };
        check("africastalking", 201, &one(101), "accepted a1");
        check("africastalking", 201, &one(406), "failed opted_out S");
        check("africastalking", 201, &one(405), "account 405");
        check("africastalking", 201, &one(502), "retry None 502");
        check("africastalking", 201, &one(403), "failed 403 S");
        check("bandwidth", 202, r#"{"id":"w1"}"#, "accepted w1");
        check("bandwidth", 401, r#"{"type":"unauthorized","description":"no"}"#, "account unauthorized");
        check(
            "bandwidth",
            400,
            r#"{"type":"request-validation","description":"no"}"#,
            "failed request-validation no",
        );
        check(
            "clickatell",
            202,
            r#"{"messages":[{"accepted":false,"errorCode":1,"errorDescription":"no"}]}"#,
            "failed 1 no",
        );
        check("plivo", 429, "", "retry None http_429");
    }
}
