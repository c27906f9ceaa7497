//! Calls to the API of X in the name of the business's account, and the files that come with them.

use channel::{
    codec::IN_PUBLIC,
    files::{Files, Location},
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
    signature::to_hex,
};
use domain::message::{Attachment, DeliveryError};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Files of direct messages are for their two people only.
const PRIVATE_HOSTS: [&str; 2] = ["ton.x.com", "ton.twitter.com"];
const PUBLIC_HOSTS: [&str; 2] = ["pbs.twimg.com", "video.twimg.com"];

pub(crate) struct Api<'a> {
    base: &'a str,
    token: &'a str,
}

impl<'a> Api<'a> {
    pub(crate) fn of(settings: &'a Settings) -> Result<Self, DeliveryError> {
        let token = settings
            .get("access_token")
            .ok_or_else(|| refusal("not_configured", "the account has no access_token"))?;
        let base = settings.get("x_base_url").unwrap_or("https://api.x.com");
        Ok(Api { base: base.trim_end_matches('/'), token })
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> ProviderRequest {
        let url = format!("{}/2/{path}", self.base);
        self.request("POST", url, Some("application/json".to_owned()), body.to_string().into_bytes())
    }

    fn request(
        &self,
        method: &'static str,
        url: String,
        kind: Option<String>,
        body: Vec<u8>,
    ) -> ProviderRequest {
        let mut headers = vec![("authorization", format!("Bearer {}", self.token))];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        ProviderRequest { method, url, headers, body }
    }
}

pub(crate) fn refusal(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}

/// A customer's file is where the event says, if that is at X. A picture of ours is uploaded first.
pub(crate) struct XFiles;

impl Files for XFiles {
    fn at_hand(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let url = file.url.as_ref()?;
        let host = url.strip_prefix("https://")?.split('/').next()?;
        let request = if PRIVATE_HOSTS.contains(&host) {
            Api::of(settings).ok()?.request("GET", url.clone(), None, vec![])
        } else if PUBLIC_HOSTS.contains(&host) {
            ProviderRequest { method: "GET", url: url.clone(), headers: vec![], body: vec![] }
        } else {
            return None;
        };
        Some(Location { request, mime: None, size: None, sha256: None })
    }

    fn upload(
        &self,
        file: &Attachment,
        bytes: &[u8],
        settings: &Settings,
    ) -> Option<Result<ProviderRequest, DeliveryError>> {
        Some(Api::of(settings).map(|api| {
            // Nothing of a file can look like a boundary that is made from its digest.
            let boundary = to_hex(&Sha256::digest(bytes));
            let is_gif = file.mime.as_deref() == Some("image/gif");
            let category = match (settings.get(IN_PUBLIC).is_some(), is_gif) {
                (false, false) => "dm_image",
                (false, true) => "dm_gif",
                (true, false) => "tweet_image",
                (true, true) => "tweet_gif",
            };
            let in_line = |text: &str| text.replace(['"', '\r', '\n', '\\'], "_");
            let mime = in_line(file.mime.as_deref().unwrap_or("application/octet-stream"));
            let mut body = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"media_category\"\r\n\r\n{category}\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"file\"\r\n\
                 Content-Type: {mime}\r\n\r\n"
            )
            .into_bytes();
            body.extend_from_slice(bytes);
            body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            let url = format!("{}/2/media/upload", api.base);
            api.request("POST", url, Some(format!("multipart/form-data; boundary={boundary}")), body)
        }))
    }

    fn uploaded(&self, body: &[u8]) -> Option<String> {
        let answer = json::parse(body).ok()?;
        let answer = Node::root(&answer);
        answer.get("data").and_then(|data| data.text("id")).or_else(|| answer.text("media_id_string"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from([("x_base_url", "http://127.0.0.1:9/"), ("access_token", "token")])
    }

    #[test]
    fn files_come_from_x_only_and_the_token_goes_only_where_it_is_needed() {
        for (url, found, with_token) in [
            ("https://ton.x.com/1.1/ton/data/dm/1/2/a.jpg", true, true),
            ("https://ton.twitter.com/1.1/ton/data/dm/1/2/a.jpg", true, true),
            ("https://pbs.twimg.com/media/a.jpg", true, false),
            ("https://video.twimg.com/ext/a.mp4", true, false),
            ("http://ton.x.com/a.jpg", false, false),
            ("https://ton.x.com.elsewhere.example/a.jpg", false, false),
            ("https://ton.x.com@elsewhere.example/a.jpg", false, false),
            ("https://ton.x.com:1/a.jpg", false, false),
            ("https://169.254.169.254/latest", false, false),
            ("ton.x.com/a.jpg", false, false),
        ] {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            let location = XFiles.at_hand(&file, &settings());
            assert_eq!(location.is_some(), found, "{url}");
            assert_eq!(location.is_some_and(|at| !at.request.headers.is_empty()), with_token, "{url}");
        }
        assert_eq!(XFiles.at_hand(&Attachment::default(), &settings()), None);
    }

    #[test]
    fn a_picture_is_uploaded_in_a_form() {
        let file = Attachment { mime: Some("image/png".to_owned()), ..Attachment::default() };
        let request = XFiles.upload(&file, b"PNG", &settings()).expect("uploads").expect("a call");
        assert_eq!(request.url, "http://127.0.0.1:9/2/media/upload");
        let body = String::from_utf8(request.body).expect("text");
        assert!(
            body.contains("\r\n\r\ndm_image\r\n") && body.contains("image/png\r\n\r\nPNG\r\n--"),
            "{body}"
        );
        let mut public = settings();
        public.0.insert(IN_PUBLIC.to_owned(), "true".to_owned());
        let request = XFiles.upload(&file, b"PNG", &public).expect("uploads").expect("a call");
        assert!(String::from_utf8_lossy(&request.body).contains("\r\n\r\ntweet_image\r\n"));
        assert_eq!(XFiles.uploaded(br#"{"data":{"id":"77"}}"#).as_deref(), Some("77"));
        assert_eq!(XFiles.uploaded(b"<html>"), None);
    }
}
