//! Calls to the Bot API. Its token stands in the path of every address, so no address of it is kept or
//! shown: a file is known by its id, and located when it is copied.

use crate::codec::FILE_MAX;
use channel::{
    files::{Files, Location},
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
    signature::to_hex,
};
use domain::message::{Attachment, DeliveryError};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The Bot API as one account uses it.
pub(crate) struct Bot<'a> {
    base: &'a str,
    token: &'a str,
}

impl<'a> Bot<'a> {
    pub(crate) fn of(settings: &'a Settings) -> Result<Self, DeliveryError> {
        let token = settings
            .get("access_token")
            .ok_or_else(|| refusal("not_configured", "the account has no access_token"))?;
        // It becomes part of an address.
        if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_-".contains(&byte)) {
            return Err(refusal("not_configured", "the access_token is none of Telegram's"));
        }
        let base = settings.get("telegram_base_url").unwrap_or("https://api.telegram.org");
        Ok(Bot { base: base.trim_end_matches('/'), token })
    }

    pub(crate) fn call(&self, method: &str, parameters: &Map<String, Value>) -> ProviderRequest {
        self.request("POST", method, "application/json".to_owned(), json!(parameters).to_string().into())
    }

    /// A call that brings a file along.
    pub(crate) fn form(
        &self,
        method: &str,
        parameters: &Map<String, Value>,
        field: &str,
        file: &Attachment,
        bytes: &[u8],
    ) -> ProviderRequest {
        // Nothing of a file can look like a boundary that is made from its digest.
        let boundary = to_hex(&Sha256::digest(bytes));
        let mut body = String::new();
        for (name, value) in parameters {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            body += &format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        let in_line = |text: &str| text.replace(['"', '\r', '\n', '\\'], "_");
        let mime = in_line(file.mime.as_deref().unwrap_or("application/octet-stream"));
        let name = in_line(file.name.as_deref().unwrap_or("file"));
        body += &format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {mime}\r\n\r\n"
        );
        let mut body = body.into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.request("POST", method, format!("multipart/form-data; boundary={boundary}"), body)
    }

    fn request(&self, verb: &'static str, method: &str, kind: String, body: Vec<u8>) -> ProviderRequest {
        let url = format!("{}/bot{}/{method}", self.base, self.token);
        ProviderRequest { method: verb, url, headers: vec![("content-type", kind)], body }
    }
}

pub(crate) fn refusal(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}

/// A customer's file is located by its id, then downloaded within the hour. One of ours goes with the
/// message.
pub(crate) struct BotFiles;

impl Files for BotFiles {
    fn locate(&self, file: &Attachment, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        if file.size.is_some_and(|size| FILE_MAX < size) {
            return Err(refusal("file", "Telegram gives a bot no files of more than 20 MB"));
        }
        let id = file.provider_ref.as_ref().ok_or_else(|| refusal("file", "the message names no file"))?;
        let parameters = Map::from_iter([("file_id".to_owned(), json!(id))]);
        Ok(Bot::of(settings)?.call("getFile", &parameters))
    }

    fn located(&self, body: &[u8], settings: &Settings) -> Option<Location> {
        let bot = Bot::of(settings).ok()?;
        let answer = json::parse(body).ok()?;
        let file = Node::root(&answer).get("result")?;
        let path = escaped(&file.text("file_path")?)?;
        let url = format!("{}/file/bot{}/{path}", bot.base, bot.token);
        Some(Location {
            request: ProviderRequest { method: "GET", url, headers: vec![], body: vec![] },
            mime: None,
            size: file.integer("file_size").and_then(|size| u64::try_from(size).ok()),
            sha256: None,
        })
    }

    fn enclosed(&self) -> bool {
        true
    }
}

/// A path below our files at Telegram, fit for an address. `None` where it would lead out of them.
fn escaped(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    if parts.any(|part| part.is_empty() || part == "." || part == "..") {
        return None;
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    Some(path.bytes().map(escape).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from([("telegram_base_url", "http://127.0.0.1:9/"), ("access_token", "12:AbC-d_e")])
    }

    #[test]
    fn a_file_is_located_then_downloaded() {
        let file = Attachment { provider_ref: Some("AgAC/x?".to_owned()), ..Attachment::default() };
        let request = BotFiles.locate(&file, &settings()).expect("a call");
        assert_eq!(request.url, "http://127.0.0.1:9/bot12:AbC-d_e/getFile");
        assert_eq!(request.body, br#"{"file_id":"AgAC/x?"}"#);
        assert!(!format!("{request:?}").contains("AbC"), "a log must not hold the token");
        let large = Attachment { size: Some(FILE_MAX + 1), ..file };
        assert!(BotFiles.locate(&large, &settings()).is_err());
        assert!(BotFiles.locate(&Attachment::default(), &settings()).is_err());
    }

    #[test]
    fn only_what_is_below_our_files_is_downloaded() {
        for (path, expected) in [
            ("photos/file_0.jpg", Some("photos/file_0.jpg")),
            ("documents/file 1.ñ?#", Some("documents/file%201.%C3%B1%3F%23")),
            ("../bot12:x/getMe", None),
            ("a/./b", None),
            ("/etc/passwd", None),
            ("https://elsewhere.example/x", None),
            ("", None),
        ] {
            let body = json!({ "ok": true, "result": { "file_id": "A", "file_size": 7, "file_path": path } });
            let location = BotFiles.located(body.to_string().as_bytes(), &settings());
            let url = location.map(|location| location.request.url);
            let expected = expected.map(|path| format!("http://127.0.0.1:9/file/bot12:AbC-d_e/{path}"));
            assert_eq!(url, expected, "{path}");
        }
        assert_eq!(BotFiles.located(b"<html>", &settings()), None);
    }

    #[test]
    fn a_token_cannot_change_the_address() {
        for token in ["12:a/../b", "12:a?x", "1 2", "12:a#"] {
            assert!(Bot::of(&Settings::from([("access_token", token)])).is_err(), "{token}");
        }
        assert!(Bot::of(&Settings::default()).is_err());
    }
}
