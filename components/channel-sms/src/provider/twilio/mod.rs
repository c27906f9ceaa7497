//! Twilio: SMS, MMS, and WhatsApp, RCS and Messenger over the same API.

mod event;
mod fault;
mod health;
mod reconcile;
mod request;
mod signature;

use super::Provider;
use crate::{report::Events, send};
use channel::{
    check_up::{Answered, Question, Said},
    codec::Told,
    files::Location,
    host,
    json::{self, Node},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    reconcile::Listing,
    signature::Signature,
};
use domain::{
    message::{Attachment, DeliveryError},
    reason::Reason,
};

pub(crate) struct Twilio;

/// The API's version is part of each of its addresses.
const VERSION: &str = "2010-04-01";

impl Provider for Twilio {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        signature::verify(received, settings)
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Result<Events, Malformed> {
        event::decode(received, settings)
    }

    fn reason(&self, code: &str) -> Option<Reason> {
        fault::reason(code)
    }

    /// Whatever else is answered, Twilio would send to the customer.
    fn thanks(&self, _settings: &Settings) -> Option<Told> {
        Some(Told { mime: "text/xml; charset=utf-8", body: "<Response/>".to_owned() })
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        request::encode(message, settings)
    }

    fn interpret(&self, answer: &Answer, _settings: &Settings) -> Outcome {
        request::interpret(answer)
    }

    fn questions(&self, settings: &Settings) -> Vec<Question> {
        health::questions(settings)
    }

    fn answered(&self, question: &str, said: &Said<'_>, settings: &Settings) -> Answered {
        health::answered(question, said, settings)
    }

    fn listing(&self) -> Option<&'static dyn Listing> {
        Some(&reconcile::Messages)
    }

    fn download(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let url = file.url.as_deref()?;
        let ours = host::is_below(url, api(settings)) || host::is_of(url, &["twilio.com"]);
        // Only the API itself gets the token. It leads on to where the files are kept.
        let headers = match (ours, host::is_of(url, &["twiliocdn.com"])) {
            (true, _) => vec![("authorization", authorization(settings).ok()?)],
            (false, true) => vec![],
            (false, false) => return None,
        };
        let request = ProviderRequest { method: "GET", url: url.to_owned(), headers, body: vec![] };
        Some(Location { request, mime: None, size: None, sha256: None })
    }

    /// A message found by [`reconcile`] says how many files it has, and where their list is.
    fn locate(&self, file: &Attachment, settings: &Settings) -> Option<ProviderRequest> {
        let path = file.provider_ref.as_deref().filter(|path| path.starts_with(&format!("/{VERSION}/")))?;
        get(format!("{}{path}", api(settings)), settings).ok()
    }

    fn located(&self, body: &[u8], settings: &Settings) -> Option<Location> {
        let answer = json::parse(body).ok()?;
        let list = Node::root(&answer).list("media_list");
        let media = list.first()?;
        let uri = media.text("uri")?;
        let path = uri.strip_suffix(".json").filter(|path| path.starts_with(&format!("/{VERSION}/")))?;
        let request = get(format!("{}{path}", api(settings)), settings).ok()?;
        Some(Location { request, mime: media.text("content_type"), size: None, sha256: None })
    }
}

fn api(settings: &Settings) -> &str {
    send::base(settings, "twilio_base_url", "https://api.twilio.com")
}

/// The account's own token, which also signs; or a key of the API, which can be taken back alone.
fn authorization(settings: &Settings) -> Result<String, DeliveryError> {
    match settings.get("api_key").zip(settings.get("api_secret")) {
        Some((key, secret)) => Ok(send::basic(key, secret)),
        None => Ok(send::basic(send::need(settings, "account_sid")?, send::need(settings, "secret")?)),
    }
}

fn get(url: String, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
    let headers =
        vec![("authorization", authorization(settings)?), ("accept", "application/json".to_owned())];
    Ok(ProviderRequest { method: "GET", url, headers, body: vec![] })
}

/// `…/Accounts/{sid}/Messages.json`.
fn messages(settings: &Settings) -> Result<String, DeliveryError> {
    let sid = crate::form::in_url(send::need(settings, "account_sid")?);
    Ok(format!("{}/{VERSION}/Accounts/{sid}/Messages.json", api(settings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from([
            ("twilio_base_url", "http://127.0.0.1:9/"),
            ("account_sid", "AC1"),
            ("secret", "token"),
        ])
    }

    #[test]
    fn the_token_goes_to_twilio_alone() {
        let headers = |url: &str| {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            Twilio.download(&file, &settings()).map(|location| location.request.headers.len())
        };
        for (url, expected) in [
            ("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", Some(1)),
            ("http://127.0.0.1:9/2010-04-01/x", Some(1)),
            ("https://mms.twiliocdn.com/x", Some(0)),
            ("http://api.twilio.com/x", None),
            ("https://api.twilio.com.evil.example/x", None),
            ("https://169.254.169.254/latest", None),
        ] {
            assert_eq!(headers(url), expected, "{url}");
        }
    }

    #[test]
    fn a_listed_file_is_found_in_two_steps() {
        let path = "/2010-04-01/Accounts/AC1/Messages/MM1/Media.json?PageSize=1&Page=0";
        let file = |path: &str| Attachment { provider_ref: Some(path.to_owned()), ..Attachment::default() };
        let request = Twilio.locate(&file(path), &settings()).expect("a call");
        assert_eq!(request.url, format!("http://127.0.0.1:9{path}"));
        assert_eq!(Twilio.locate(&file("@evil.example/"), &settings()), None);
        let found = |uri: &str| {
            let body = format!(r#"{{"media_list":[{{"uri":"{uri}","content_type":"image/png"}}]}}"#);
            Twilio.located(body.as_bytes(), &settings()).map(|location| location.request.url)
        };
        assert_eq!(
            found("/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1.json").as_deref(),
            Some("http://127.0.0.1:9/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1")
        );
        assert_eq!(found("@evil.example/x.json"), None);
    }
}
