//! How an account stands at its provider. Most have one cheap question: what is left of the money, which
//! also says whether the key is good.

use crate::provider;
use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    json::{self, Node},
    malformed::Malformed,
    outbound::ProviderRequest,
    received::Settings,
    reconcile::{Listed, Listing},
};
use domain::{health::Finding, time::Timestamp};

pub(crate) struct Accounts;

impl CheckUps for Accounts {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        provider::of(settings).map(|provider| provider.questions(settings)).unwrap_or_default()
    }

    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        match provider::of(settings) {
            Some(provider) => provider.answered(question, said, settings),
            None => Answered::unclear(said),
        }
    }
}

impl Listing for Accounts {
    fn list(&self, settings: &Settings, since: Timestamp) -> Option<ProviderRequest> {
        provider::of(settings)?.listing()?.list(settings, since)
    }

    fn listed(&self, body: &[u8], settings: &Settings) -> Result<Listed, Malformed> {
        match provider::of(settings).and_then(|provider| provider.listing()) {
            Some(listing) => listing.listed(body, settings),
            None => Ok(Listed { events: vec![], next: None }),
        }
    }
}

const BALANCE: &str = "balance";

/// The question for the money. A key that is not there cannot be asked with.
pub(crate) fn ask_balance(url: String, authorization: Option<String>) -> Vec<Question> {
    let question = |authorization| {
        let headers = vec![("authorization", authorization), ("accept", "application/json".to_owned())];
        Question { name: BALANCE, request: ProviderRequest { method: "GET", url, headers, body: vec![] } }
    };
    authorization.map(question).into_iter().collect()
}

/// What is left stands in the member `amount`. `is_topped_up` says that the provider gets more by itself, or
/// sends a bill.
pub(crate) fn read_balance(
    said: &Said<'_>,
    amount: &str,
    is_topped_up: impl FnOnce(&Node<'_>) -> bool,
) -> Answered {
    let document = json::parse(said.body).unwrap_or_default();
    let answer = Node::root(&document);
    if said.is_refused() {
        return Answered::refused("the provider does not know the key");
    }
    let left = answer.get(amount).and_then(|amount| amount.as_text()).filter(|_| said.is_success());
    let Some(left) = left.as_deref().and_then(|left| left.parse::<f64>().ok()) else {
        return Answered::unclear(said);
    };
    let currency = answer.text("currency").or_else(|| answer.text("type")).unwrap_or_default();
    let told = format!("{left:.2} {currency}").trim_end().to_owned();
    let text = format!("Nothing is left of the balance ({told}): no message goes out");
    let empty = (left <= 0.0 && !is_topped_up(&answer))
        .then(|| Finding::alarm("balance_empty", text).with("balance", &told));
    Answered::accepted().fact("balance", Some(told)).finding(empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(settings: &[(&str, &str)], status: u16, body: &str, url: &str, expected: &[&str]) {
        let pairs = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = Settings(pairs.collect());
        let question = Accounts.questions(&settings).into_iter().next().expect("a question");
        assert_eq!(question.request.url, url);
        let answered = Accounts.read(question.name, &Said { status, body: body.as_bytes() }, &settings);
        let codes: Vec<&str> = answered.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{body}");
    }

    #[test]
    fn what_is_left() {
        let vonage = [("provider", "vonage"), ("api_key", "k"), ("api_secret", "s")];
        let url = "https://rest.nexmo.com/account/get-balance";
        check(&vonage, 200, r#"{"value":3.14,"autoReload":false}"#, url, &[]);
        check(&vonage, 200, r#"{"value":0,"autoReload":false}"#, url, &["balance_empty"]);
        check(&vonage, 200, r#"{"value":-1.5,"autoReload":true}"#, url, &[]);
        check(&vonage, 401, r#"{"error-code":"401"}"#, url, &["refused"]);
        check(&vonage, 200, "<html>", url, &["unclear"]);
        let base = ("infobip_base_url", "https://a.api.infobip.com/");
        let infobip = [("provider", "infobip"), ("api_key", "k"), base];
        let url = "https://a.api.infobip.com/account/1/balance";
        check(&infobip, 200, r#"{"balance":47.79,"currency":"EUR"}"#, url, &[]);
        check(&infobip, 200, r#"{"balance":-3,"currency":"EUR"}"#, url, &[]);
        check(&infobip, 401, "{}", url, &["refused"]);
        let bird = [("provider", "messagebird"), ("access_key", "k")];
        let url = "https://rest.messagebird.com/balance";
        check(&bird, 200, r#"{"payment":"prepaid","type":"euros","amount":9.2}"#, url, &[]);
        check(&bird, 200, r#"{"payment":"prepaid","type":"euros","amount":0}"#, url, &["balance_empty"]);
        check(&bird, 200, r#"{"payment":"postpaid","type":"euros","amount":0}"#, url, &[]);
    }

    #[test]
    fn who_has_no_such_question_is_not_asked() {
        for settings in [
            Settings::from([("provider", "generic")]),
            Settings::from([("provider", "vonage")]),
            Settings::default(),
        ] {
            assert!(Accounts.questions(&settings).is_empty());
            assert!(Accounts.list(&settings, Timestamp(0)).is_none());
        }
    }
}
