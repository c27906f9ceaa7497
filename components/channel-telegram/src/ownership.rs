//! Whose webhook the bot has. It can have one only, and whoever sets theirs takes it from everybody else,
//! without a word: so it is asked for, and said.

use crate::api::{Bot, refusal};
use channel::{
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
};
use domain::{message::DeliveryError, time::Timestamp};
use serde_json::{Map, Value, json};

/// All that the codec understands and a business wants to know. Left to itself, Telegram leaves out
/// reactions and members.
pub const UPDATES: [&str; 18] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "callback_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "purchased_paid_media",
];

/// What Telegram says about the bot's webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub owner: Owner,
    /// Updates that wait to be delivered.
    pub pending: u64,
    /// The last time that one could not be, and why.
    pub last_error: Option<(Timestamp, String)>,
    /// Kinds of updates that we want and do not get.
    pub missing: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    Ours,
    /// Another system's. Only its host is told: the rest of its address may be a secret.
    Foreign {
        host: String,
    },
    /// Nobody's: the bot is not connected, or somebody fetches its updates.
    Nobody,
}

/// The call that asks whose webhook it is.
pub fn question(settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
    Ok(Bot::of(settings)?.call("getWebhookInfo", &Map::new()))
}

/// Its answer, when our own address is `ours`, or our path while nobody knows more. `None`: it is no such answer.
pub fn answer(body: &[u8], ours: &str) -> Option<Webhook> {
    let document = json::parse(body).ok()?;
    let info = Node::root(&document).get("result")?;
    info.get("url")?;
    let owner = match info.text("url") {
        None => Owner::Nobody,
        Some(url) if is_ours(&url, ours) => Owner::Ours,
        Some(url) => Owner::Foreign { host: host(&url).to_owned() },
    };
    let at = info.integer("last_error_date").map(|seconds| Timestamp(seconds.saturating_mul(1000)));
    let allowed: Vec<String> = info.list("allowed_updates").iter().filter_map(Node::as_text).collect();
    let unwanted = ["chat_member", "message_reaction", "message_reaction_count"];
    let comes = |kind: &&str| match allowed.is_empty() {
        true => !unwanted.contains(kind),
        false => allowed.iter().any(|allowed| allowed == kind),
    };
    Some(Webhook {
        owner,
        pending: info
            .integer("pending_update_count")
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0),
        last_error: at.zip(info.text("last_error_message")),
        missing: UPDATES.into_iter().filter(|kind| !comes(kind)).collect(),
    })
}

/// An `ours` without its host is a path.
fn is_ours(url: &str, ours: &str) -> bool {
    let url = url.trim_end_matches('/');
    let url = if ours.starts_with('/') { path(url) } else { url };
    url == ours.trim_end_matches('/')
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}

/// The call that makes the webhook ours, with all that waits for us.
pub fn claim(settings: &Settings, ours: &str) -> Result<ProviderRequest, DeliveryError> {
    let secret = settings.get("secret").unwrap_or_default();
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !(1..=256).contains(&secret.len()) || !secret.bytes().all(fit) {
        let rule = "the secret has to be 1 to 256 letters, digits, - and _";
        return Err(refusal("not_configured", rule));
    }
    if !ours.starts_with("https://") {
        return Err(refusal("not_configured", "Telegram calls addresses with https only"));
    }
    let parameters = [
        ("url", json!(ours)),
        ("secret_token", json!(secret)),
        ("allowed_updates", json!(UPDATES)),
        ("drop_pending_updates", Value::Bool(false)),
    ];
    let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Bot::of(settings)?.call("setWebhook", &parameters))
}

/// Without what stands before and behind it.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    rest.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://center.example/webhooks/telegram/shop";

    #[test]
    fn whose_it_is() {
        for (url, owner) in [
            (OURS, Owner::Ours),
            ("https://center.example/webhooks/telegram/shop/", Owner::Ours),
            ("", Owner::Nobody),
            ("https://n8n.example:8443/hook/s3cret", Owner::Foreign { host: "n8n.example:8443".to_owned() }),
            ("https://u:p@other.example?x", Owner::Foreign { host: "other.example".to_owned() }),
            (
                "https://center.example/webhooks/telegram/other",
                Owner::Foreign { host: "center.example".to_owned() },
            ),
        ] {
            let body = json!({ "ok": true, "result": { "url": url, "pending_update_count": 0 } }).to_string();
            assert_eq!(answer(body.as_bytes(), OURS).expect("an answer").owner, owner, "{url}");
        }
        assert_eq!(answer(b"{\"ok\":false}", OURS), None);
        assert_eq!(answer(b"<html>", OURS), None);
    }

    #[test]
    fn what_is_wrong_with_it() {
        let body = json!({ "ok": true, "result": {
            "url": OURS, "has_custom_certificate": false, "pending_update_count": 12,
            "last_error_date": 1_795_262_400,
            "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
            "allowed_updates": UPDATES[1..],
        }});
        let webhook = answer(body.to_string().as_bytes(), OURS).expect("an answer");
        assert_eq!((webhook.pending, webhook.missing), (12, vec!["message"]));
        let error = webhook.last_error.expect("an error");
        assert_eq!(error.0, Timestamp(1_795_262_400_000));
        assert!(error.1.contains("502"));
        let plain = answer(br#"{"ok":true,"result":{"url":"","pending_update_count":0}}"#, OURS);
        let missing = plain.expect("an answer").missing;
        assert_eq!(missing, ["message_reaction", "message_reaction_count", "chat_member"]);
    }

    #[test]
    fn making_it_ours() {
        let settings = |secret: &str| {
            Settings::from([
                ("access_token", "12:t"),
                ("secret", secret),
                ("telegram_base_url", "http://127.0.0.1:9"),
            ])
        };
        let call = claim(&settings("s3cret_A-1"), OURS).expect("a call");
        assert_eq!(call.url, "http://127.0.0.1:9/bot12:t/setWebhook");
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        assert_eq!(
            body,
            json!({"url": OURS, "secret_token": "s3cret_A-1", "allowed_updates": UPDATES,
                "drop_pending_updates": false})
        );
        for secret in ["", "with space", "ñ", &"x".repeat(257)] {
            assert!(claim(&settings(secret), OURS).is_err(), "{secret}");
        }
        assert!(claim(&settings("s"), "http://center.example/webhooks/telegram/shop").is_err());
        assert_eq!(
            question(&settings("s")).expect("a call").url,
            "http://127.0.0.1:9/bot12:t/getWebhookInfo"
        );
    }
}
