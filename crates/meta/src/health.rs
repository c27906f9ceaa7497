//! How an account stands at Meta: whether its token is good for what we do with it, and whether its events
//! come to an app.
//!
//! The same token asks about itself. What Meta answers with an error code is told apart as when a message
//! is sent: token and permissions are findings, anything else is not about the account.

use crate::graph::Graph;
use channel::{
    check_up::{Answered, Question, Said},
    codec::NOW,
    json::{self, Node},
    received::Settings,
};
use domain::{
    health::{Finding, expiry},
    time::Timestamp,
};

/// The questions' names.
pub const TOKEN: &str = "token";
pub const SUBSCRIPTION: &str = "subscription";

/// Asks what the token is good for, and until when.
pub fn ask_token(graph: &Graph<'_>) -> Question {
    Question { name: TOKEN, request: graph.get(&format!("debug_token?{}", graph.as_input())) }
}

/// `required` are the permissions that we need.
pub fn read_token(said: &Said<'_>, required: &[&str], settings: &Settings) -> Answered {
    let answer = json::parse(said.body).unwrap_or_default();
    let root = Node::root(&answer);
    if let Some(answered) = refusal(said, &root) {
        return answered;
    }
    let Some(data) = root.get("data") else { return Answered::unclear(said) };
    if !data.is_true("is_valid") {
        let reason = data.get("error").and_then(|error| error.text("message"));
        return Answered::refused(reason.as_deref().unwrap_or("the access token is not valid"));
    }
    let scopes: Vec<String> = data.list("scopes").iter().filter_map(Node::as_text).collect();
    let missing = required.iter().filter(|needed| !scopes.iter().any(|scope| scope == **needed));
    let missing: Vec<&str> = missing.copied().collect();
    let lacks = (!missing.is_empty() && data.get("scopes").is_some()).then(|| lacking(&missing.join(", ")));
    // 0: it does not end.
    let ends = ["expires_at", "data_access_expires_at"].into_iter().filter_map(|name| data.integer(name));
    let end = ends.filter(|seconds| 0 < *seconds).min();
    let ends = end
        .zip(now(settings))
        .and_then(|(seconds, now)| expiry(now, Timestamp(seconds.saturating_mul(1000))));
    Answered::accepted().finding(lacks).finding(ends)
}

/// The provider's clock is ours.
fn now(settings: &Settings) -> Option<Timestamp> {
    let seconds: i64 = settings.get(NOW)?.parse().ok()?;
    Some(Timestamp(seconds.saturating_mul(1000)))
}

fn lacking(permissions: &str) -> Finding {
    Finding::alarm("permission_missing", format!("The access token lacks permissions: {permissions}"))
        .with("permissions", permissions)
}

/// Asks whose events go where: of a page, an Instagram account or a WhatsApp business account.
pub fn ask_subscription(graph: &Graph<'_>, owner: &str) -> Question {
    Question { name: SUBSCRIPTION, request: graph.get(&format!("{owner}/subscribed_apps")) }
}

/// `fields` are those without which we miss something. Where Meta names none, the app has them.
pub fn read_subscription(said: &Said<'_>, fields: &[&str], settings: &Settings) -> Answered {
    let answer = json::parse(said.body).unwrap_or_default();
    let root = Node::root(&answer);
    if let Some(answered) = refusal(said, &root) {
        return answered;
    }
    if root.get("data").is_none() {
        return Answered::unclear(said);
    }
    let ours = settings.get("app_id");
    let id = |app: &Node<'_>| {
        app.text("id").or_else(|| app.get("whatsapp_business_api_data").and_then(|data| data.text("id")))
    };
    let apps: Vec<Node<'_>> = root
        .list("data")
        .into_iter()
        .filter(|app| ours.is_none_or(|ours| id(app).is_none_or(|id| id == ours)))
        .collect();
    if apps.is_empty() {
        let text = "The account is not subscribed to the app: no message of customers comes";
        return Answered::accepted().finding([Finding::alarm("not_subscribed", text)]);
    }
    let subscribed: Vec<String> = apps
        .iter()
        .flat_map(|app| app.list("subscribed_fields"))
        .filter_map(|field| field.as_text().or_else(|| field.text("name")))
        .collect();
    let missing: Vec<&str> =
        fields.iter().filter(|field| !subscribed.iter().any(|known| known == **field)).copied().collect();
    if subscribed.is_empty() || missing.is_empty() {
        return Answered::accepted();
    }
    let missing = missing.join(", ");
    let text = format!("The account is subscribed without {missing}");
    Answered::accepted().finding([Finding::warning("events_missing", text).with("events", missing)])
}

/// What an error of the Graph API says of the account. `None`: it is no error.
pub fn refusal(said: &Said<'_>, answer: &Node<'_>) -> Option<Answered> {
    let error = answer.get("error");
    if said.is_success() && error.is_none() {
        return None;
    }
    let words = error.as_ref().and_then(|error| error.text("message")).unwrap_or_default();
    Some(match error.as_ref().and_then(|error| error.integer("code")) {
        Some(102 | 190) => Answered::refused(&words),
        Some(3 | 10 | 200..=299) => Answered::default().finding([lacking(&words)]),
        Some(368) => Answered::refused(&words),
        _ if said.is_refused() => Answered::refused(&words),
        _ => Answered::unclear(said),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code and severity of each finding, and whether the token was taken.
    fn told(answered: &Answered) -> (Vec<String>, bool) {
        let one = |finding: &Finding| format!("{} {}", finding.severity.as_str(), finding.code);
        (answered.findings.iter().map(one).collect(), answered.accepted)
    }

    #[test]
    fn what_a_token_is_good_for() {
        let settings = Settings::from([(NOW, "1795262400")]);
        let day = 24 * 60 * 60;
        let token = |until: i64, access: i64, scopes: &str| {
            format!(
                r#"{{"data":{{"app_id":"1","is_valid":true,"expires_at":{until},
                "data_access_expires_at":{access},"scopes":[{scopes}]}}}}"#
            )
        };
        let at = |days: i64| 1_795_262_400 + days * day;
        for (status, body, expected, accepted) in [
            (200, token(0, 0, r#""a","b""#), vec![], true),
            (200, token(at(40), 0, r#""a","b""#), vec![], true),
            (200, token(at(5), 0, r#""a","b""#), vec!["warning token_expires"], true),
            (200, token(0, at(1), r#""a","b""#), vec!["alarm token_expires"], true),
            (200, token(0, 0, r#""a""#), vec!["alarm permission_missing"], true),
            (
                200,
                r#"{"data":{"is_valid":false,"error":{"code":190,"message":"expired"}}}"#.into(),
                vec!["alarm refused"],
                false,
            ),
            (400, r#"{"error":{"code":190,"message":"bad"}}"#.into(), vec!["alarm refused"], false),
            (403, r#"{"error":{"code":200,"message":"x"}}"#.into(), vec!["alarm permission_missing"], false),
            (400, r#"{"error":{"code":100,"message":"x"}}"#.into(), vec!["warning unclear"], false),
            (401, String::new(), vec!["alarm refused"], false),
            (200, "<html>".into(), vec!["warning unclear"], false),
        ] {
            let answered = read_token(&Said { status, body: body.as_bytes() }, &["a", "b"], &settings);
            assert_eq!(
                told(&answered),
                (expected.iter().map(|it| (*it).to_owned()).collect(), accepted),
                "{body}"
            );
        }
    }

    #[test]
    fn whose_events_come() {
        let check = |app: &str, body: &str, expected: &[&str]| {
            let settings = Settings::from([("app_id", app)]);
            let answered = read_subscription(
                &Said { status: 200, body: body.as_bytes() },
                &["messages", "feed"],
                &settings,
            );
            assert_eq!(told(&answered).0, expected, "{body}");
        };
        let page = r#"{"data":[{"id":"1","name":"A","subscribed_fields":["messages","feed"]}]}"#;
        check("", page, &[]);
        check("1", page, &[]);
        check("2", page, &["alarm not_subscribed"]);
        check("", r#"{"data":[]}"#, &["alarm not_subscribed"]);
        let little = r#"{"data":[{"id":"1","subscribed_fields":["messages"]}]}"#;
        check("", little, &["warning events_missing"]);
        // Of WhatsApp only the app is told.
        check("7", r#"{"data":[{"whatsapp_business_api_data":{"id":"7","name":"A"}}]}"#, &[]);
        check(
            "8",
            r#"{"data":[{"whatsapp_business_api_data":{"id":"7","name":"A"}}]}"#,
            &["alarm not_subscribed"],
        );
        check("", "{}", &["warning unclear"]);
    }
}
