//! How a number stands: its token, whether its account's events come, its quality and its limits.

use crate::codec::NAME;
use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    event::InboundEvent,
    json::{self, Node},
    received::Settings,
    templates::BUSINESS_ACCOUNT,
};
use domain::health::Finding;
use meta::{
    graph::{Graph, is_id},
    health::{SUBSCRIPTION, TOKEN, ask_subscription, ask_token, read_subscription, read_token, refusal},
};

const NUMBER: &str = "number";

/// What Meta tells of a number and an admin wants to see.
const FACTS: [&str; 6] =
    ["verified_name", "name_status", "status", "quality_rating", "messaging_limit_tier", "platform_type"];

const PERMISSIONS: [&str; 2] = ["whatsapp_business_messaging", "whatsapp_business_management"];

/// Fields of webhooks that say that one of these changed.
const HINTS: [&str; 8] = [
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "business_capability_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
];

pub(crate) struct Numbers;

impl CheckUps for Numbers {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let Ok(graph) = Graph::of(settings) else { return vec![] };
        let id = |name: &str| settings.get(name).filter(|id| is_id(id));
        let mut questions = vec![ask_token(&graph)];
        questions.extend(id(BUSINESS_ACCOUNT).map(|waba| ask_subscription(&graph, waba)));
        questions.extend(id("address").map(|number| Question {
            name: NUMBER,
            request:
                graph.get(&format!("{number}?fields=display_phone_number,throughput,{}", FACTS.join(","))),
        }));
        questions
    }

    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        match question {
            TOKEN => read_token(said, &PERMISSIONS, settings),
            // The app says which fields: the account has no list of its own.
            SUBSCRIPTION => read_subscription(said, &[], settings),
            _ => number(said),
        }
    }

    fn hinted(&self, event: &InboundEvent) -> bool {
        let field = event.extra.get("field").and_then(|name| name.as_str());
        event.channel == NAME && field.is_some_and(|field| HINTS.contains(&field))
    }
}

fn number(said: &Said<'_>) -> Answered {
    let answer = json::parse(said.body).unwrap_or_default();
    let number = Node::root(&answer);
    if let Some(answered) = refusal(said, &number) {
        return answered;
    }
    let mut answered = Answered::accepted();
    for name in FACTS {
        answered = answered.fact(name, number.text(name));
    }
    let throughput = number.get("throughput").and_then(|throughput| throughput.text("level"));
    let told = |name: &str| number.text(name).unwrap_or_default();
    answered
        .fact("throughput", throughput)
        .finding(quality(&told("quality_rating")))
        .finding(status(&told("status")))
        .finding(name(&told("name_status")))
}

fn quality(rating: &str) -> Option<Finding> {
    let text = format!("The quality of the number is {rating}: many people block or report it");
    let finding = match rating {
        "RED" => Finding::alarm("quality_low", text),
        "YELLOW" => Finding::warning("quality_low", text),
        _ => return None,
    };
    Some(finding.with("quality", rating))
}

/// <https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account-to-number-current-status>
fn status(status: &str) -> Option<Finding> {
    let text = format!("The number is {status}");
    let finding = match status {
        "BANNED" | "RESTRICTED" | "DISCONNECTED" | "DELETED" | "MIGRATED" => {
            Finding::alarm("restricted", text)
        }
        "FLAGGED" | "RATE_LIMITED" | "PENDING" | "UNVERIFIED" => Finding::warning("restricted", text),
        _ => return None,
    };
    Some(finding.with("status", status))
}

fn name(status: &str) -> Option<Finding> {
    let text = format!("The name that people see is {status}");
    matches!(status, "DECLINED" | "EXPIRED")
        .then(|| Finding::warning("name_refused", text).with("status", status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::event::EventKind;

    fn settings() -> Settings {
        Settings::from([
            ("address", "12"),
            (BUSINESS_ACCOUNT, "34"),
            ("access_token", "a|b"),
            ("graph_base_url", "http://127.0.0.1:9"),
        ])
    }

    #[test]
    fn what_is_asked() {
        let urls: Vec<String> =
            Numbers.questions(&settings()).into_iter().map(|question| question.request.url).collect();
        assert_eq!(
            urls,
            [
                "http://127.0.0.1:9/v25.0/debug_token?input_token=a%7Cb",
                "http://127.0.0.1:9/v25.0/34/subscribed_apps",
                "http://127.0.0.1:9/v25.0/12?fields=display_phone_number,throughput,verified_name,name_status,\
                 status,quality_rating,messaging_limit_tier,platform_type",
            ]
        );
        assert!(Numbers.questions(&Settings::default()).is_empty(), "without a token nobody is asked");
        let odd = Settings::from([("address", "../me"), ("access_token", "t")]);
        assert_eq!(Numbers.questions(&odd).len(), 1);
    }

    #[test]
    fn how_a_number_stands() {
        let check = |quality: &str, status: &str, name: &str, expected: &[&str]| {
            let body = serde_json::json!({ "quality_rating": quality, "status": status, "name_status": name,
                "throughput": { "level": "STANDARD" }, "messaging_limit_tier": "TIER_1K", "id": "12" })
            .to_string();
            let answered = Numbers.read(NUMBER, &Said { status: 200, body: body.as_bytes() }, &settings());
            let found: Vec<String> = answered
                .findings
                .iter()
                .map(|finding| format!("{} {}", finding.severity.as_str(), finding.code))
                .collect();
            assert_eq!(found, expected, "{body}");
            assert_eq!(answered.facts["throughput"], "STANDARD");
            assert_eq!(answered.facts["messaging_limit_tier"], "TIER_1K");
        };
        check("GREEN", "CONNECTED", "APPROVED", &[]);
        check("UNKNOWN", "", "NONE", &[]);
        check("YELLOW", "FLAGGED", "APPROVED", &["warning quality_low", "warning restricted"]);
        check(
            "RED",
            "RESTRICTED",
            "DECLINED",
            &["alarm quality_low", "alarm restricted", "warning name_refused"],
        );
        check("GREEN", "BANNED", "APPROVED", &["alarm restricted"]);
        let refused = br#"{"error":{"code":190,"message":"Session has expired"}}"#;
        let answered = Numbers.read(NUMBER, &Said { status: 401, body: refused }, &settings());
        assert_eq!((answered.findings[0].code.as_str(), answered.accepted), ("refused", false));
    }

    #[test]
    fn what_meta_says_by_itself_is_looked_at_at_once() {
        let mut event = InboundEvent::new(EventKind::Unsupported, NAME, "12");
        assert!(!Numbers.hinted(&event));
        event.extra.insert("field".to_owned(), "phone_number_quality_update".into());
        assert!(Numbers.hinted(&event));
        event.extra.insert("field".to_owned(), "message_template_status_update".into());
        assert!(!Numbers.hinted(&event));
    }
}
