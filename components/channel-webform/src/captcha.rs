//! A captcha that a provider checks: Turnstile, hCaptcha and reCAPTCHA ask and answer in one shape, the
//! `siteverify` of the setting `captcha_url`.

use crate::form::Form;
use channel::{outbound::ProviderRequest, received::Settings};
use serde_json::Value;

/// Where their scripts put the visitor's token.
const FIELDS: [&str; 3] = ["cf-turnstile-response", "h-captcha-response", "g-recaptcha-response"];

/// Whether `name` is the captcha's and not the visitor's.
pub fn is_field(name: &str, settings: &Settings) -> bool {
    FIELDS.contains(&name) || settings.get("captcha_field") == Some(name)
}

/// The call that asks whether the form's token is good. `None`: no captcha is set up. An error: the form has
/// no token.
pub fn question(form: &Form, settings: &Settings, address: &str) -> Option<Result<ProviderRequest, NoToken>> {
    let url = settings.get("captcha_url")?;
    let own = settings.get("captcha_field");
    let token = own.into_iter().chain(FIELDS).find_map(|field| form.text(field));
    let Some(token) = token else { return Some(Err(NoToken)) };
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("secret", settings.get("captcha_secret").unwrap_or_default())
        .append_pair("response", token)
        .append_pair("remoteip", address)
        .finish();
    let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    Some(Ok(ProviderRequest { method: "POST", url: url.to_owned(), headers, body: body.into_bytes() }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoToken;

/// Whether the provider says that it is a person. `None`: that is no answer of `siteverify`.
pub fn is_person(answer: &[u8], settings: &Settings) -> Option<bool> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let success = answer["success"].as_bool()?;
    let enough = match settings.get("captcha_min_score").and_then(|score| score.parse::<f64>().ok()) {
        // Only some providers give a score.
        Some(least) => answer["score"].as_f64().is_none_or(|score| least <= score),
        None => true,
    };
    Some(success && enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_and_what_is_believed() {
        let form = |name: &str| Form { fields: vec![(name.to_owned(), "t&k".to_owned())], files: vec![] };
        assert!(question(&form("h-captcha-response"), &Settings::default(), "").is_none());
        let settings = Settings::from([
            ("captcha_url", "https://api.hcaptcha.com/siteverify"),
            ("captcha_secret", "s=1"),
            ("captcha_field", "mine"),
        ]);
        for field in ["h-captcha-response", "cf-turnstile-response", "mine"] {
            let request = question(&form(field), &settings, "203.0.113.9").unwrap().unwrap();
            assert_eq!(
                String::from_utf8(request.body).unwrap(),
                "secret=s%3D1&response=t%26k&remoteip=203.0.113.9"
            );
        }
        assert_eq!(question(&form("other"), &settings, "").unwrap().map(|_| ()), Err(NoToken));
        let strict = Settings::from([("captcha_min_score", "0.5")]);
        for (answer, expected) in [
            (r#"{"success": true}"#, Some(true)),
            (r#"{"success": true, "score": 0.7}"#, Some(true)),
            (r#"{"success": true, "score": 0.3}"#, Some(false)),
            (r#"{"success": false, "error-codes": ["timeout-or-duplicate"]}"#, Some(false)),
            (r#"{"success": "true"}"#, None),
            ("<html>", None),
        ] {
            assert_eq!(is_person(answer.as_bytes(), &strict), expected, "{answer}");
        }
    }
}
