//! Any gateway that speaks HTTP, described by the account's setting `gateway`: JSON (see [`description`]),
//! or the name of one of the descriptions in `presets/`.

mod check;
mod description;
mod read;
mod request;

use super::Provider;
use crate::{
    report::{Events, error},
    send,
};
use channel::{
    codec::Told,
    files::Location,
    host,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::Signature,
};
use description::Gateway;
use domain::message::{Attachment, DeliveryError};

pub(crate) struct Generic;

impl Provider for Generic {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        match Gateway::of(settings) {
            Ok(gateway) => check::verify(&gateway.check, received, settings),
            Err(_) => Signature::Invalid,
        }
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Result<Events, Malformed> {
        if settings.get("gateway").is_some() {
            let gateway = Gateway::of(settings).map_err(|detail| Malformed::new("gateway", detail))?;
            return read::decode(&gateway, received, settings);
        }
        // An account that does not say is shown what fits.
        let fitting = Gateway::presets().find_map(|gateway| {
            let events = read::decode(&gateway, received, settings).ok()?;
            events.iter().any(Result::is_ok).then_some(events)
        });
        fitting.ok_or_else(|| Malformed::new("body", "is of no known gateway"))
    }

    fn thanks(&self, settings: &Settings) -> Option<Told> {
        let body = Gateway::of(settings).ok()?.answer?;
        let mime =
            if body.starts_with(['{', '[']) { "application/json" } else { "text/plain; charset=utf-8" };
        Some(Told { mime, body })
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        let gateway = Gateway::of(settings).map_err(|detail| error("not_configured", detail))?;
        request::encode(&gateway, message, settings)
    }

    fn interpret(&self, answer: &Answer, settings: &Settings) -> Outcome {
        let send = Gateway::of(settings).ok().and_then(|gateway| gateway.send);
        request::interpret(&send.unwrap_or_default(), answer)
    }

    fn download(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let gateway = Gateway::of(settings).ok()?;
        let hosts: Vec<&str> = gateway.media_hosts.iter().map(String::as_str).collect();
        let url = file.url.as_deref().filter(|url| host::is_of(url, &hosts))?;
        let basic = gateway.send.and_then(|send| send.basic);
        let basic = basic.map(|(user, password)| {
            Some(("authorization", send::basic(settings.get(&user)?, settings.get(&password)?)))
        });
        let headers = basic.flatten().into_iter().collect();
        let request = ProviderRequest { method: "GET", url: url.to_owned(), headers, body: vec![] };
        Some(Location { request, mime: None, size: None, sha256: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_from_where_the_description_says() {
        let settings = Settings::from([("gateway", "bandwidth"), ("api_user", "u"), ("api_password", "p")]);
        let headers = |url: &str| {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            Generic.download(&file, &settings).map(|location| location.request.headers)
        };
        let basic = vec![("authorization", "Basic dTpw".to_owned())];
        assert_eq!(headers("https://messaging.bandwidth.com/api/v2/users/1/media/b.png"), Some(basic));
        assert_eq!(headers("https://bandwidth.com.evil.example/b.png"), None);
        assert_eq!(headers("http://169.254.169.254/"), None);
        let file = Attachment { url: Some("https://x.example/".to_owned()), ..Attachment::default() };
        assert_eq!(Generic.download(&file, &Settings::from([("gateway", "kannel")])), None);
    }
}
