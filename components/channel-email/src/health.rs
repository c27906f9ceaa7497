//! How an account stands at whoever sends its letters: whether the key is good, and the domain verified.
//! A relay and Amazon have no question that is cheap.

use crate::{
    codec::NAME,
    compose::{base64, bearer, need},
    settings::Ours,
};
use channel::{
    check_up::{Answered, CheckUps, Question, Said},
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
};
use domain::{health::Finding, message::DeliveryError};

const SCOPES: &str = "scopes";
const DOMAIN: &str = "domain";
const SERVER: &str = "server";

pub(crate) struct Senders;

impl CheckUps for Senders {
    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let questions = match sender(settings) {
            "sendgrid" => sendgrid(settings),
            "mailgun" => mailgun(settings),
            "postmark" => postmark(settings),
            _ => Ok(vec![]),
        };
        // Without a key nobody is asked.
        questions.unwrap_or_default()
    }

    fn read(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        let document = json::parse(said.body).unwrap_or_default();
        let answer = Node::root(&document);
        if said.is_refused() {
            let words = ["Message", "message"].iter().find_map(|name| answer.text(name)).unwrap_or_default();
            return Answered::refused(&words);
        }
        match (sender(settings), question) {
            ("sendgrid", SCOPES) if said.is_success() => scopes(&answer),
            // A key that may only send is a good one, and does not see domains.
            ("sendgrid", DOMAIN) if said.status == 403 => Answered::default(),
            ("sendgrid", DOMAIN) if said.is_success() => authenticated(&answer, settings),
            ("mailgun", _) if said.status == 404 => {
                Answered::default().finding([unverified(&domain(settings))])
            }
            ("mailgun", _) if said.is_success() => active(&answer, settings),
            ("postmark", _) if said.is_success() => server(&answer, settings),
            _ => Answered::unclear(said),
        }
    }
}

fn sender(settings: &Settings) -> &str {
    settings.get("sender").or_else(|| settings.get("provider")).unwrap_or_default()
}

/// The domain that letters are sent from.
fn domain(settings: &Settings) -> String {
    let own = || {
        let address = Ours::of(settings).addresses.into_iter().next()?;
        Some(address.rsplit_once('@')?.1.to_owned())
    };
    settings.get("domain").map(str::to_owned).or_else(own).unwrap_or_default()
}

fn unverified(sender: &str) -> Finding {
    let text = format!("The provider has not verified {sender}: letters are refused or end as spam");
    Finding::alarm("sender_unverified", text).with("sender", sender)
}

fn get(name: &'static str, url: String, header: (&'static str, String)) -> Question {
    let headers = vec![header, ("accept", "application/json".to_owned())];
    Question { name, request: ProviderRequest { method: "GET", url, headers, body: vec![] } }
}

fn base<'a>(settings: &'a Settings, name: &str) -> Result<&'a str, DeliveryError> {
    Ok(need(settings, name)?.trim_end_matches('/'))
}

fn in_url(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn sendgrid(settings: &Settings) -> Result<Vec<Question>, DeliveryError> {
    let base = base(settings, "sendgrid_base_url")?;
    let domains = format!("{base}/v3/whitelabel/domains?domain={}", in_url(&domain(settings)));
    Ok(vec![
        get(SCOPES, format!("{base}/v3/scopes"), bearer(settings)?),
        get(DOMAIN, domains, bearer(settings)?),
    ])
}

fn scopes(answer: &Node<'_>) -> Answered {
    let may_send = answer.list("scopes").iter().any(|scope| scope.as_text().as_deref() == Some("mail.send"));
    let lacks = Finding::alarm("permission_missing", "The key lacks the permission mail.send");
    Answered::accepted().finding((!may_send).then(|| lacks.with("permissions", "mail.send")))
}

/// A domain that is not in the list may be verified by its single sender.
fn authenticated(answer: &Node<'_>, settings: &Settings) -> Answered {
    let own = domain(settings);
    let Ok(domains) = answer.items() else { return Answered::default() };
    let ours: Vec<_> = domains.iter().filter(|one| one.text("domain").as_deref() == Some(&own)).collect();
    let invalid = !ours.is_empty() && !ours.iter().any(|one| one.is_true("valid"));
    Answered::default().finding(invalid.then(|| unverified(&own)))
}

fn mailgun(settings: &Settings) -> Result<Vec<Question>, DeliveryError> {
    let base = match settings.get("region") {
        Some("eu") => "https://api.eu.mailgun.net",
        _ => base(settings, "mailgun_base_url")?,
    };
    let key = format!("api:{}", need(settings, "access_token")?);
    let header = ("authorization", format!("Basic {}", base64(key.as_bytes())));
    Ok(vec![get(DOMAIN, format!("{base}/v3/domains/{}", in_url(&domain(settings))), header)])
}

fn active(answer: &Node<'_>, settings: &Settings) -> Answered {
    let state = answer.get("domain").and_then(|domain| domain.text("state"));
    let finding = match state.as_deref() {
        Some("unverified") => Some(unverified(&domain(settings))),
        Some("disabled") => Some(domain::health::refused("the domain is disabled")),
        _ => None,
    };
    Answered::accepted().fact("state", state).finding(finding)
}

fn postmark(settings: &Settings) -> Result<Vec<Question>, DeliveryError> {
    let token = need(settings, "access_token")?.to_owned();
    let url = format!("{}/server", base(settings, "postmark_base_url")?);
    Ok(vec![get(SERVER, url, ("x-postmark-server-token", token))])
}

/// Where its letters go, for an account that gets them through Postmark, too.
fn server(answer: &Node<'_>, settings: &Settings) -> Answered {
    let answered = Answered::accepted().fact("delivery_type", answer.text("DeliveryType"));
    if settings.get("provider") != Some("postmark") || answer.get("InboundHookUrl").is_none() {
        return answered;
    }
    let Some(url) = answer.text("InboundHookUrl") else {
        let text = "The server has no inbound webhook: no letter of customers comes";
        return answered.finding([Finding::alarm("webhook_missing", text)]);
    };
    // The password stands in front of the host.
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let public = settings.get("public_url").unwrap_or_default();
    let public = public.split_once("://").map_or(public, |(_, rest)| rest).trim_end_matches('/');
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let is_ours = |name: &str| {
        let own = settings.get(name).unwrap_or_default();
        [own.to_owned(), in_url(own)].iter().any(|own| path == format!("webhooks/{NAME}/{own}"))
    };
    if (public.is_empty() || public == host) && (is_ours("account") || is_ours("address")) {
        return answered;
    }
    let text = format!("Another system gets the letters: {host}");
    answered.finding([Finding::alarm("webhook_foreign", text).with("host", host)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(provider: &str) -> Settings {
        Settings::from([
            ("provider", provider),
            ("access_token", "k"),
            ("account", "mail-1"),
            ("address", "Casa <hola@shop.example>"),
            ("public_url", "https://center.example"),
            ("sendgrid_base_url", "https://api.sendgrid.com"),
            ("mailgun_base_url", "https://api.mailgun.net/"),
            ("postmark_base_url", "https://api.postmarkapp.com"),
        ])
    }

    #[test]
    fn what_is_asked() {
        let urls = |provider: &str| {
            let questions = Senders.questions(&settings(provider)).into_iter();
            questions.map(|question| question.request.url).collect::<Vec<_>>()
        };
        assert_eq!(
            urls("sendgrid"),
            [
                "https://api.sendgrid.com/v3/scopes",
                "https://api.sendgrid.com/v3/whitelabel/domains?domain=shop.example"
            ]
        );
        assert_eq!(urls("mailgun"), ["https://api.mailgun.net/v3/domains/shop.example"]);
        assert_eq!(urls("postmark"), ["https://api.postmarkapp.com/server"]);
        assert!(urls("ses").is_empty() && urls("raw").is_empty());
        assert!(Senders.questions(&Settings::from([("provider", "mailgun")])).is_empty());
    }

    #[track_caller]
    fn check(provider: &str, question: &str, status: u16, body: &str, expected: &[&str]) {
        let answered = Senders.read(question, &Said { status, body: body.as_bytes() }, &settings(provider));
        let codes: Vec<&str> = answered.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, expected, "{body}");
    }

    #[test]
    fn how_it_stands() {
        check("sendgrid", SCOPES, 200, r#"{"scopes":["mail.send"]}"#, &[]);
        check("sendgrid", SCOPES, 200, r#"{"scopes":["alerts.read"]}"#, &["permission_missing"]);
        check("sendgrid", SCOPES, 401, r#"{"errors":[{"message":"bad"}]}"#, &["refused"]);
        check("sendgrid", DOMAIN, 200, r#"[{"domain":"shop.example","valid":true}]"#, &[]);
        check(
            "sendgrid",
            DOMAIN,
            200,
            r#"[{"domain":"shop.example","valid":false}]"#,
            &["sender_unverified"],
        );
        check("sendgrid", DOMAIN, 200, "[]", &[]);
        check("sendgrid", DOMAIN, 403, "{}", &[]);
        check("mailgun", DOMAIN, 200, r#"{"domain":{"name":"shop.example","state":"active"}}"#, &[]);
        check("mailgun", DOMAIN, 200, r#"{"domain":{"state":"unverified"}}"#, &["sender_unverified"]);
        check("mailgun", DOMAIN, 200, r#"{"domain":{"state":"disabled"}}"#, &["refused"]);
        check("mailgun", DOMAIN, 404, r#"{"message":"Domain not found"}"#, &["sender_unverified"]);
        check("mailgun", DOMAIN, 401, "Forbidden", &["refused"]);
        check("mailgun", DOMAIN, 400, "{}", &["unclear"]);
        for (url, expected) in [
            ("https://u:s3cret@center.example/webhooks/email/mail-1", &[][..]),
            ("https://u:s3cret@other.example/webhooks/email/mail-1", &["webhook_foreign"]),
            ("https://center.example/webhooks/email/mail-2", &["webhook_foreign"]),
            ("", &["webhook_missing"]),
        ] {
            check("postmark", SERVER, 200, &format!(r#"{{"ID":1,"InboundHookUrl":"{url}"}}"#), expected);
        }
        check("postmark", SERVER, 401, r#"{"ErrorCode":10,"Message":"No token"}"#, &["refused"]);
        let body = br#"{"InboundHookUrl":"https://u:s3cret@other.example/x"}"#;
        let answered = Senders.read(SERVER, &Said { status: 200, body }, &settings("postmark"));
        assert!(!format!("{answered:?}").contains("s3cret"));
    }
}
