//! How an account stands: its token, the app's webhook, its subscriptions; and the renewal of the token,
//! which lasts two hours. A refresh token is good for one renewal and gives the next.

use crate::codec::NAME;
use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
    renewal::{Renewal, Renewals, Renewed},
};
use domain::health::Finding;
use std::{collections::BTreeMap, time::Duration};

/// The questions: with the user's token, and with the app's own, without which X does not tell about its
/// webhook.
const USER: &str = "user";
const WEBHOOK: &str = "webhook";
const SUBSCRIPTIONS: &str = "subscriptions";

pub(crate) struct Users;

fn base(settings: &Settings) -> &str {
    settings.get("x_base_url").unwrap_or("https://api.x.com").trim_end_matches('/')
}

fn get(settings: &Settings, path: &str, token: &str) -> ProviderRequest {
    let headers = vec![("authorization", format!("Bearer {token}"))];
    ProviderRequest { method: "GET", url: format!("{}/2/{path}", base(settings)), headers, body: vec![] }
}

impl CheckUps for Users {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let question = |name, path, token: Option<&str>| {
            token.map(|token| Question { name, request: get(settings, path, token) })
        };
        let (user, app) = (settings.get("access_token"), settings.get("bearer_token"));
        let all = [
            question(USER, "users/me", user),
            question(WEBHOOK, "webhooks", app),
            question(SUBSCRIPTIONS, "activity/subscriptions", app),
        ];
        all.into_iter().flatten().collect()
    }

    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        let document = json::parse(said.body).unwrap_or_default();
        let answer = Node::root(&document);
        if !said.is_success() {
            let words = answer.text("detail").or_else(|| answer.text("title")).unwrap_or_default();
            return match said.status {
                401 if question == USER => Answered::refused(&words),
                _ => Answered::unclear(said),
            };
        }
        match question {
            USER => {
                let name = answer.get("data").and_then(|user| user.text("username"));
                Answered::accepted().fact("username", name)
            }
            WEBHOOK => webhook(&answer, settings),
            _ => subscribed(&answer, settings),
        }
    }
}

/// X switches a webhook off when it answered a challenge wrongly, and does not come back by itself.
fn webhook(answer: &Node<'_>, settings: &Settings) -> Answered {
    let path = format!("/webhooks/{NAME}/");
    let own = settings.get("public_url").unwrap_or_default().trim_end_matches('/');
    let is_ours = |url: &str| match own {
        "" => url.contains(&path),
        own => url.strip_prefix(own).is_some_and(|rest| rest.starts_with(&path)),
    };
    let listed = answer.list("data");
    let ours = listed.iter().find(|webhook| webhook.text("url").is_some_and(|url| is_ours(&url)));
    let finding = match ours {
        None => Finding::alarm("webhook_missing", "The app has no webhook at the center: nothing comes"),
        Some(webhook) if webhook.is_true("valid") => return Answered::default(),
        Some(_) => Finding::alarm(
            "webhook_invalid",
            "X has switched the webhook off: its challenge was not answered",
        ),
    };
    Answered::default().finding([finding])
}

/// Subscriptions of the older Account Activity API are not in this list, so an empty one says nothing.
fn subscribed(answer: &Node<'_>, settings: &Settings) -> Answered {
    let own = settings.get("address").unwrap_or_default();
    let listed = answer.list("data");
    let of_us = listed.iter().any(|one| {
        let user = one.get("filter").and_then(|filter| filter.text("user_id"));
        user.as_deref() == Some(own)
    });
    let text = "None of the app's subscriptions is for this account: no message of customers comes";
    let finding = (!listed.is_empty() && !of_us).then(|| Finding::alarm("not_subscribed", text));
    Answered::default().finding(finding)
}

impl Renewals for Users {
    fn renewal(&self, settings: &Settings) -> Option<Renewal> {
        let (client, token) = (settings.get("client_id")?, settings.get("refresh_token")?);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token);
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        match settings.get("client_secret") {
            // An app that can keep a secret proves itself by it; another one only says who it is.
            Some(secret) => {
                let pair = BASE64_STANDARD.encode(format!("{client}:{secret}"));
                headers.push(("authorization", format!("Basic {pair}")));
            }
            None => drop(form.append_pair("client_id", client)),
        }
        let url = format!("{}/2/oauth2/token", base(settings));
        let request = ProviderRequest { method: "POST", url, headers, body: form.finish().into_bytes() };
        Some(Renewal { request, secret: "refresh_token", age_min: Duration::ZERO })
    }

    fn renewed(&self, said: &Said<'_>) -> Result<Renewed, String> {
        let answer = json::parse(said.body).unwrap_or_default();
        let root = Node::root(&answer);
        let Some(token) = root.text("access_token").filter(|_| said.is_success()) else {
            let words = root.text("error_description").or_else(|| root.text("error"));
            return Err(words.unwrap_or_else(|| format!("X answered {}", said.status)));
        };
        let mut secrets = BTreeMap::from([("access_token", token)]);
        secrets.extend(root.text("refresh_token").map(|token| ("refresh_token", token)));
        let lasts = root.integer("expires_in").and_then(|seconds| u64::try_from(seconds).ok());
        Ok(Renewed { secrets, lasts: lasts.map(Duration::from_secs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from([
            ("address", "12"),
            ("public_url", "https://center.example"),
            ("x_base_url", "http://127.0.0.1:9"),
            ("access_token", "user"),
            ("bearer_token", "app"),
            ("client_id", "c"),
            ("refresh_token", "r+1"),
        ])
    }

    #[track_caller]
    fn check(question: &str, status: u16, body: &str, expected: &[&str]) {
        let answered = Users.read(question, &Said { status, body: body.as_bytes() }, &settings());
        let codes: Vec<&str> = answered.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{body}");
    }

    #[test]
    fn what_is_asked_with_which_token() {
        let asked = |settings: &Settings| {
            let questions = Users.questions(settings).into_iter();
            questions
                .map(|question| (question.request.url, question.request.headers[0].1.clone()))
                .collect::<Vec<_>>()
        };
        let at =
            |path: &str, token: &str| (format!("http://127.0.0.1:9/2/{path}"), format!("Bearer {token}"));
        let all = [at("users/me", "user"), at("webhooks", "app"), at("activity/subscriptions", "app")];
        assert_eq!(asked(&settings()), all);
        assert!(asked(&Settings::default()).is_empty());
    }

    #[test]
    fn how_an_account_stands() {
        check(USER, 200, r#"{"data":{"id":"12","username":"shop"}}"#, &[]);
        check(USER, 401, r#"{"title":"Unauthorized","status":401}"#, &["refused"]);
        check(USER, 403, "", &["unclear"]);
        let webhook =
            |url: &str, valid: bool| format!(r#"{{"data":[{{"id":"1","url":"{url}","valid":{valid}}}]}}"#);
        check(WEBHOOK, 200, &webhook("https://center.example/webhooks/x/shop", true), &[]);
        check(WEBHOOK, 200, &webhook("https://center.example/webhooks/x/shop", false), &["webhook_invalid"]);
        check(
            WEBHOOK,
            200,
            &webhook("https://center.example.evil/webhooks/x/shop", true),
            &["webhook_missing"],
        );
        check(WEBHOOK, 200, r#"{"meta":{"result_count":0}}"#, &["webhook_missing"]);
        check(WEBHOOK, 401, "", &["unclear"]);
        check(
            SUBSCRIPTIONS,
            200,
            r#"{"data":[{"event_type":"dm.received","filter":{"user_id":"12"}}]}"#,
            &[],
        );
        check(
            SUBSCRIPTIONS,
            200,
            r#"{"data":[{"event_type":"dm.received","filter":{"user_id":"9"}}]}"#,
            &["not_subscribed"],
        );
        check(SUBSCRIPTIONS, 200, "{}", &[]);
    }

    #[test]
    fn a_refresh_token_gives_both_tokens_anew() {
        let renewal = Users.renewal(&settings()).expect("a call");
        assert_eq!(renewal.request.url, "http://127.0.0.1:9/2/oauth2/token");
        assert_eq!(renewal.request.body, b"grant_type=refresh_token&refresh_token=r%2B1&client_id=c");
        let mut secret = settings();
        secret.0.insert("client_secret".to_owned(), "s".to_owned());
        let request = Users.renewal(&secret).expect("a call").request;
        assert_eq!(request.body, b"grant_type=refresh_token&refresh_token=r%2B1");
        assert!(request.headers.contains(&("authorization", "Basic Yzpz".to_owned())));
        assert!(Users.renewal(&Settings::from([("access_token", "t")])).is_none());
        let said = |status, body: &'static str| Users.renewed(&Said { status, body: body.as_bytes() });
        let renewed = said(200, r#"{"access_token":"u","refresh_token":"r2","expires_in":7200}"#);
        let Ok(renewed) = renewed else { panic!("tokens") };
        assert_eq!(
            renewed.secrets,
            BTreeMap::from([("access_token", "u".into()), ("refresh_token", "r2".into())])
        );
        assert_eq!(renewed.lasts, Some(Duration::from_secs(7200)));
        let refused = said(
            400,
            r#"{"error":"invalid_request","error_description":"Value passed for the token was invalid."}"#,
        );
        assert_eq!(refused.err().as_deref(), Some("Value passed for the token was invalid."));
    }
}
