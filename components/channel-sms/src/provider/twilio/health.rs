//! How an account and its number stand at Twilio.

use super::{VERSION, api, get};
use crate::{form, report::NAME};
use channel::{
    check_up::{Answered, Question, Said},
    json::{self, Node},
    received::Settings,
};
use domain::health::{Finding, refused};

const ACCOUNT: &str = "account";
const NUMBER: &str = "number";

pub(super) fn questions(settings: &Settings) -> Vec<Question> {
    let Some(sid) = settings.get("account_sid").map(form::in_url) else { return vec![] };
    let question = |name, path: &str| {
        let url = format!("{}/{VERSION}/Accounts/{sid}{path}", api(settings));
        get(url, settings).ok().map(|request| Question { name, request })
    };
    // Services and other networks have no number of their own, and in a service the number's own webhook
    // may not count.
    let is_number = |address: &&str| address.starts_with('+');
    let alone = settings.get("messaging_service_sid").is_none() && !base(settings).is_empty();
    let number = settings.get("address").filter(is_number).filter(|_| alone);
    let query = number.map(|number| form::encoded([("PhoneNumber", number)]));
    let number = query.and_then(|query| question(NUMBER, &format!("/IncomingPhoneNumbers.json?{query}")));
    question(ACCOUNT, ".json").into_iter().chain(number).collect()
}

pub(super) fn answered(question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
    let document = json::parse(said.body).unwrap_or_default();
    let answer = Node::root(&document);
    if said.is_refused() {
        return Answered::refused(&answer.text("message").unwrap_or_default());
    }
    if !said.is_success() {
        return Answered::unclear(said);
    }
    match question {
        ACCOUNT => account(&answer),
        _ => number(&answer, settings),
    }
}

fn account(answer: &Node<'_>) -> Answered {
    let status = answer.text("status").unwrap_or_default();
    let closed = matches!(status.as_str(), "suspended" | "closed");
    let finding = closed.then(|| refused(&format!("the account is {status}")));
    Answered { accepted: !closed, ..Answered::default() }.finding(finding).fact("status", Some(status))
}

fn base(settings: &Settings) -> &str {
    settings.get("public_url").unwrap_or_default().trim_end_matches('/')
}

/// A number that is not in the list belongs to another account, or is none of Twilio's own.
fn number(answer: &Node<'_>, settings: &Settings) -> Answered {
    let listed = answer.list("incoming_phone_numbers");
    let Some(number) = listed.first() else { return Answered::default() };
    // An application has webhooks of its own.
    if number.text("sms_application_sid").is_some() {
        return Answered::default();
    }
    let finding = match number.text("sms_url") {
        None => Finding::alarm("webhook_missing", "The number has no webhook: no message of customers comes"),
        Some(url) if is_ours(&url, settings) => return Answered::default(),
        Some(url) => {
            let host = host(&url);
            let text = format!("Another system gets the number's messages: {host}");
            Finding::alarm("webhook_foreign", text).with("host", host)
        }
    };
    Answered::default().finding([finding])
}

/// By the account's id or by its address, whatever stands behind it.
fn is_ours(url: &str, settings: &Settings) -> bool {
    let url = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let own = url.strip_prefix(base(settings)).and_then(|path| path.strip_prefix("/webhooks/"));
    let own = own.and_then(|path| path.strip_prefix(NAME)?.strip_prefix('/'));
    let is_it = |name: &str| {
        settings.get(name).zip(own).is_some_and(|(is, own)| is == own || form::in_url(is) == own)
    };
    is_it("account") || is_it("address")
}

/// What stands before and behind it may be a secret.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from([
            ("account_sid", "AC1"),
            ("secret", "t"),
            ("address", "+34911222333"),
            ("account", "sms-1"),
            ("public_url", "https://center.example/"),
        ])
    }

    #[test]
    fn what_is_asked() {
        let urls = |settings: &Settings| {
            questions(settings).into_iter().map(|question| question.request.url).collect::<Vec<_>>()
        };
        let account = "https://api.twilio.com/2010-04-01/Accounts/AC1.json";
        let number = "https://api.twilio.com/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json\
            ?PhoneNumber=%2B34911222333";
        assert_eq!(urls(&settings()), [account, number]);
        let with = |name: &str, value: &str| {
            let mut settings = settings();
            settings.0.insert(name.to_owned(), value.to_owned());
            urls(&settings)
        };
        assert_eq!(with("address", "whatsapp:+34911222333"), [account]);
        assert_eq!(with("messaging_service_sid", "MG1"), [account]);
        assert_eq!(with("public_url", ""), [account]);
        assert!(with("secret", "").is_empty(), "nobody is asked without a token");
    }

    #[track_caller]
    fn check(question: &str, status: u16, body: &str, expected: &[&str]) {
        let answered = answered(question, &Said { status, body: body.as_bytes() }, &settings());
        let codes: Vec<&str> = answered.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{body}");
    }

    #[test]
    fn how_it_stands() {
        check(ACCOUNT, 200, r#"{"sid":"AC1","status":"active","type":"Full"}"#, &[]);
        check(ACCOUNT, 200, r#"{"sid":"AC1","status":"suspended"}"#, &["refused"]);
        check(ACCOUNT, 401, r#"{"code":20003,"message":"Authenticate","status":401}"#, &["refused"]);
        check(ACCOUNT, 404, "{}", &["unclear"]);
        let number = |url: &str, app: &str| {
            format!(r#"{{"incoming_phone_numbers":[{{"sms_url":"{url}","sms_application_sid":"{app}"}}]}}"#)
        };
        for (url, expected) in [
            ("https://center.example/webhooks/sms/sms-1", &[][..]),
            ("https://center.example/webhooks/sms/sms-1/#rc=3", &[]),
            ("https://center.example/webhooks/sms/%2B34911222333", &[]),
            ("https://center.example/webhooks/sms/sms-2", &["webhook_foreign"]),
            ("https://demo.twilio.com/welcome/sms/reply", &["webhook_foreign"]),
            ("", &["webhook_missing"]),
        ] {
            check(NUMBER, 200, &number(url, ""), expected);
        }
        check(NUMBER, 200, &number("https://demo.twilio.com/", "AP1"), &[]);
        check(NUMBER, 200, r#"{"incoming_phone_numbers":[]}"#, &[]);
        assert_eq!(host("https://u:p@x.example/y?z"), "x.example");
    }
}
