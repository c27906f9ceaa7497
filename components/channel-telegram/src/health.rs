//! How a bot stands: whether Telegram knows its token, and whose its webhook is.

use crate::{
    codec::NAME,
    ownership::{self, Owner, Webhook},
};
use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    codec::NOW,
    json::{self, Node},
    received::Settings,
};
use domain::{health::Finding, time::Timestamp};
use std::time::Duration;

const WEBHOOK: &str = "webhook";

/// An older error is over: what came since was delivered.
const RECENT: Duration = Duration::from_secs(60 * 60);

/// So many updates wait where something is wrong.
const PENDING_MAX: u64 = 100;

pub(crate) struct Bots;

impl CheckUps for Bots {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let question = ownership::question(settings).ok();
        question.into_iter().map(|request| Question { name: WEBHOOK, request }).collect()
    }

    fn read(&self, _question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        let webhooks = ours(settings).map(|ours| ownership::answer(said.body, &ours));
        let [by_id, by_address] = webhooks.map(|webhook| webhook.filter(|_| said.is_success()));
        let ours = by_address.filter(|webhook| webhook.owner == Owner::Ours);
        let Some(webhook) = ours.or(by_id) else {
            let answer = json::parse(said.body).unwrap_or_default();
            let words = Node::root(&answer).text("description").unwrap_or_default();
            // Telegram does not find what the path of an unknown token leads to.
            return match said.status {
                401 | 404 => Answered::refused(&words),
                _ => Answered::unclear(said),
            };
        };
        let now = settings.get(NOW).and_then(|seconds| seconds.parse::<i64>().ok());
        Answered::accepted().finding(findings(webhook, now.map(|seconds| Timestamp(seconds * 1000))))
    }
}

/// Our address, as it may be set at Telegram: by the account's id, or by its address. While nobody said how
/// the world reaches the center, only the path is known.
fn ours(settings: &Settings) -> [String; 2] {
    let base = settings.get("public_url").unwrap_or_default().trim_end_matches('/');
    ["account", "address"]
        .map(|name| format!("{base}/webhooks/{NAME}/{}", settings.get(name).unwrap_or_default()))
}

fn findings(webhook: Webhook, now: Option<Timestamp>) -> Vec<Finding> {
    let Webhook { owner, pending, last_error, missing } = webhook;
    let mut findings = vec![];
    match owner {
        Owner::Foreign { host } => {
            let text = format!("Another system has the bot's webhook: {host}. It gets what customers write");
            return vec![Finding::alarm("webhook_foreign", text).with("host", host)];
        }
        Owner::Nobody => {
            let text = "The bot has no webhook: nothing that customers write comes";
            return vec![Finding::alarm("webhook_missing", text)];
        }
        Owner::Ours => {}
    }
    let recent = |at: Timestamp| now.is_none_or(|now| now.since(at) < RECENT);
    if let Some((_, reason)) = last_error.filter(|(at, _)| recent(*at)) {
        let text = format!("Telegram could not deliver to the center: {reason}");
        findings.push(Finding::warning("webhook_failing", text).with("reason", reason));
    }
    if PENDING_MAX <= pending {
        let text = format!("{pending} updates wait at Telegram");
        findings.push(Finding::warning("webhook_backlog", text).with("count", pending));
    }
    if !missing.is_empty() {
        let events = missing.join(", ");
        let text = format!("The webhook was set without {events}");
        findings.push(Finding::warning("events_missing", text).with("events", events));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(public_url: &str) -> Settings {
        Settings::from([
            ("public_url", public_url),
            ("account", "shop"),
            ("address", "12"),
            ("access_token", "12:t"),
            (NOW, "1795262400"),
        ])
    }

    #[track_caller]
    fn check(public_url: &str, result: serde_json::Value, expected: &[&str]) {
        let body = json!({ "ok": true, "result": result }).to_string();
        let answered =
            Bots.read(WEBHOOK, &Said { status: 200, body: body.as_bytes() }, &settings(public_url));
        let codes: Vec<&str> = answered.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{body}");
        assert!(answered.accepted);
    }

    #[test]
    fn whose_webhook_it_is_and_how_it_does() {
        const BASE: &str = "https://center.example/";
        let ours = "https://center.example/webhooks/telegram/shop";
        let kinds = ownership::UPDATES;
        let fine = json!({ "url": ours, "pending_update_count": 3, "allowed_updates": kinds });
        check(BASE, fine.clone(), &[]);
        check("", fine, &[]);
        let by_address =
            json!({ "url": "https://center.example/webhooks/telegram/12", "allowed_updates": kinds });
        check(BASE, by_address, &[]);
        let foreign = json!({ "url": "https://n8n.example/hook/s3cret", "allowed_updates": kinds });
        check(BASE, foreign.clone(), &["webhook_foreign"]);
        check("", foreign, &["webhook_foreign"]);
        check(BASE, json!({ "url": "", "pending_update_count": 500 }), &["webhook_missing"]);
        check(BASE, json!({ "url": ours, "allowed_updates": kinds[1..] }), &["events_missing"]);
        let ill = |at: i64| {
            json!({ "url": ours, "pending_update_count": 100, "allowed_updates": kinds,
            "last_error_date": at, "last_error_message": "502 Bad Gateway" })
        };
        check(BASE, ill(1_795_262_000), &["webhook_failing", "webhook_backlog"]);
        check(BASE, ill(1_795_200_000), &["webhook_backlog"]);
    }

    #[test]
    fn a_token_that_telegram_does_not_know() {
        for (status, expected) in [(401, "refused"), (404, "refused"), (400, "unclear")] {
            let body = br#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
            let answered = Bots.read(WEBHOOK, &Said { status, body }, &settings(""));
            assert_eq!((answered.findings[0].code.as_str(), answered.accepted), (expected, false));
        }
        assert!(Bots.questions(&Settings::default()).is_empty());
    }

    #[test]
    fn only_the_host_of_a_foreign_address_is_told() {
        let body = br#"{"ok":true,"result":{"url":"https://u:p@n8n.example/hook/s3cret"}}"#;
        let answered = Bots.read(WEBHOOK, &Said { status: 200, body }, &settings(""));
        let told = format!("{:?}", answered.findings);
        assert!(told.contains("n8n.example") && !told.contains("s3cret") && !told.contains("u:p"), "{told}");
    }
}
