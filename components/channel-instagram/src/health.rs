//! How an account stands: its token, whether its events come, and the renewal of a token of a login at
//! Instagram, which lasts 60 days.

use crate::codec::graph;
use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    json::{self, Node},
    received::Settings,
    renewal::{Renewal, Renewals, Renewed},
};
use meta::health::{
    SUBSCRIPTION, TOKEN, ask_subscription, ask_token, read_subscription, read_token, refusal,
};
use std::{collections::BTreeMap, time::Duration};

/// Of a token that came by the Facebook page.
const PERMISSIONS: [&str; 2] = ["instagram_basic", "instagram_manage_messages"];
const FIELDS: [&str; 2] = ["messages", "comments"];

/// A younger token is not renewed.
const AGE_MIN: Duration = Duration::from_secs(24 * 60 * 60);

const PROFILE: &str = "profile";

pub(crate) struct Accounts;

/// Connected by a login at Instagram, whose API does not tell about tokens.
fn has_own_login(settings: &Settings) -> bool {
    settings.get("login") == Some("instagram")
}

impl CheckUps for Accounts {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let Ok(graph) = graph(settings) else { return vec![] };
        let token = match has_own_login(settings) {
            true => Question { name: PROFILE, request: graph.get("me?fields=user_id,username") },
            false => ask_token(&graph),
        };
        // To a page's token "me" is the page.
        vec![token, ask_subscription(&graph, "me")]
    }

    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        // What a page is subscribed to are the page's own fields: those of Instagram are the app's.
        let fields: &[&str] = if has_own_login(settings) { &FIELDS } else { &[] };
        match question {
            TOKEN => read_token(said, &PERMISSIONS, settings),
            SUBSCRIPTION => read_subscription(said, fields, settings),
            _ => profile(said),
        }
    }
}

fn profile(said: &Said<'_>) -> Answered {
    let answer = json::parse(said.body).unwrap_or_default();
    let profile = Node::root(&answer);
    refusal(said, &profile).unwrap_or_else(|| Answered::accepted().fact("username", profile.text("username")))
}

impl Renewals for Accounts {
    fn renewal(&self, settings: &Settings) -> Option<Renewal> {
        let request = graph(settings).ok().filter(|_| has_own_login(settings))?.refresh();
        Some(Renewal { request, secret: "access_token", age_min: AGE_MIN })
    }

    fn renewed(&self, said: &Said<'_>) -> Result<Renewed, String> {
        let answer = json::parse(said.body).unwrap_or_default();
        let root = Node::root(&answer);
        let Some(token) = root.text("access_token").filter(|_| said.is_success()) else {
            let words = root.get("error").and_then(|error| error.text("message"));
            return Err(words.unwrap_or_else(|| format!("Meta answered {}", said.status)));
        };
        let lasts = root.integer("expires_in").and_then(|seconds| u64::try_from(seconds).ok());
        let secrets = BTreeMap::from([("access_token", token)]);
        Ok(Renewed { secrets, lasts: lasts.map(Duration::from_secs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(login: &str) -> Settings {
        Settings::from([
            ("login", login),
            ("access_token", "t"),
            ("graph_base_url", "http://127.0.0.1:8"),
            ("instagram_base_url", "http://127.0.0.1:9/"),
        ])
    }

    #[test]
    fn what_is_asked_where() {
        let urls = |login: &str| {
            let questions = Accounts.questions(&settings(login)).into_iter();
            questions.map(|question| question.request.url).collect::<Vec<_>>()
        };
        assert_eq!(
            urls("instagram"),
            [
                "http://127.0.0.1:9/v25.0/me?fields=user_id,username",
                "http://127.0.0.1:9/v25.0/me/subscribed_apps"
            ]
        );
        assert_eq!(
            urls(""),
            [
                "http://127.0.0.1:8/v25.0/debug_token?input_token=t",
                "http://127.0.0.1:8/v25.0/me/subscribed_apps"
            ]
        );
    }

    #[test]
    fn a_token_of_instagram_s_own_login_is_renewed() {
        let renewal = Accounts.renewal(&settings("instagram")).expect("it ends");
        assert_eq!(
            renewal.request.url,
            "http://127.0.0.1:9/refresh_access_token?grant_type=ig_refresh_token&access_token=t"
        );
        assert!(Accounts.renewal(&settings("")).is_none(), "that of a page does not");
        let said = |status, body: &'static str| Accounts.renewed(&Said { status, body: body.as_bytes() });
        let renewed = said(200, r#"{"access_token":"u","token_type":"bearer","expires_in":5183944}"#);
        let Ok(renewed) = renewed else { panic!("a token") };
        assert_eq!(renewed.secrets["access_token"], "u");
        assert_eq!(renewed.lasts, Some(Duration::from_secs(5_183_944)));
        assert_eq!(
            said(400, r#"{"error":{"message":"too young","code":10}}"#).err().as_deref(),
            Some("too young")
        );
        assert_eq!(said(200, "<html>").err().as_deref(), Some("Meta answered 200"));
    }
}
