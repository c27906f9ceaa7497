//! Calls to the Graph API: for messages, and for files, which take a step more in each direction.

use crate::codec::GRAPH_VERSION;
use channel::{
    files::{Files, Location},
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
    signature::to_hex,
};
use domain::message::{Attachment, DeliveryError};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The Graph API as one account uses it.
pub(crate) struct Graph<'a> {
    base: &'a str,
    version: &'a str,
    number: &'a str,
    token: &'a str,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(settings: &'a Settings) -> Result<Self, DeliveryError> {
        let need = |name: &str| {
            settings.get(name).ok_or_else(|| refusal("not_configured", &format!("the account has no {name}")))
        };
        Ok(Graph {
            base: settings
                .get("graph_base_url")
                .unwrap_or("https://graph.facebook.com")
                .trim_end_matches('/'),
            version: settings.get("graph_version").unwrap_or(GRAPH_VERSION),
            // The account's address is Meta's phone number id.
            number: need("address")?,
            token: need("access_token")?,
        })
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> ProviderRequest {
        let url = format!("{}/{}/{}/{path}", self.base, self.version, self.number);
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
        // Downloads are refused without one.
        headers.push(("user-agent", "Centralita/1".to_owned()));
        headers.extend(kind.map(|kind| ("content-type", kind)));
        ProviderRequest { method, url, headers, body }
    }
}

pub(crate) fn refusal(code: &str, text: &str) -> DeliveryError {
    DeliveryError { code: code.to_owned(), text: text.to_owned() }
}

/// A customer's file is located by its id, then downloaded within five minutes. One of ours is uploaded
/// and sent by its id.
pub(crate) struct GraphFiles;

impl Files for GraphFiles {
    fn locate(&self, file: &Attachment, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let graph = Graph::of(settings)?;
        let id = file
            .provider_ref
            .as_deref()
            .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)));
        let id = id.ok_or_else(|| refusal("file", "the message names no file"))?;
        Ok(graph.request("GET", format!("{}/{}/{id}", graph.base, graph.version), None, vec![]))
    }

    fn located(&self, body: &[u8], settings: &Settings) -> Option<Location> {
        let graph = Graph::of(settings).ok()?;
        let answer = json::parse(body).ok()?;
        let answer = Node::root(&answer);
        // The download takes the account's token: it goes nowhere without encryption, but to a Graph
        // API that has none itself.
        let url =
            answer.text("url").filter(|url| url.starts_with("https://") || url.starts_with(graph.base))?;
        Some(Location {
            request: graph.request("GET", url, None, vec![]),
            mime: answer.text("mime_type"),
            size: answer.integer("file_size").and_then(|size| u64::try_from(size).ok()),
            sha256: answer.text("sha256").filter(|digest| digest.len() == 64),
        })
    }

    fn upload(
        &self,
        file: &Attachment,
        bytes: &[u8],
        settings: &Settings,
    ) -> Option<Result<ProviderRequest, DeliveryError>> {
        Some(Graph::of(settings).map(|graph| {
            // Nothing of a file can look like a boundary that is made from its digest.
            let boundary = to_hex(&Sha256::digest(bytes));
            let mime = file.mime.as_deref().unwrap_or("application/octet-stream");
            let name = file.name.as_deref().unwrap_or("file").replace(['"', '\r', '\n', '\\'], "_");
            let mut body = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n{mime}\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: {mime}\r\n\r\n"
            )
            .into_bytes();
            body.extend_from_slice(bytes);
            body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            let url = format!("{}/{}/{}/media", graph.base, graph.version, graph.number);
            graph.request("POST", url, Some(format!("multipart/form-data; boundary={boundary}")), body)
        }))
    }

    fn uploaded(&self, body: &[u8]) -> Option<String> {
        Node::root(&json::parse(body).ok()?).text("id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from([("graph_base_url", "http://127.0.0.1:9"), ("address", "12"), ("access_token", "t")])
    }

    fn file(id: &str) -> Attachment {
        Attachment {
            provider_ref: Some(id.to_owned()),
            name: Some("a\"b.pdf".to_owned()),
            ..Attachment::default()
        }
    }

    #[test]
    fn a_file_is_located_then_downloaded_with_the_token() {
        let request = GraphFiles.locate(&file("1003383421387256"), &settings()).expect("a call");
        assert_eq!(
            (request.method, request.url.as_str()),
            ("GET", "http://127.0.0.1:9/v25.0/1003383421387256")
        );
        assert!(GraphFiles.locate(&file("../me?x"), &settings()).is_err());
        let found = |body: &str| GraphFiles.located(body.as_bytes(), &settings());
        let body =
            r#"{"url":"https://lookaside.fbsbx.com/x","mime_type":"image/jpeg","file_size":"12","id":"1"}"#;
        let location = found(body).expect("a place");
        assert_eq!((location.size, location.mime.as_deref()), (Some(12), Some("image/jpeg")));
        assert!(location.request.headers.contains(&("authorization", "Bearer t".to_owned())));
        assert_eq!(found(r#"{"url":"http://elsewhere.example/x"}"#), None, "the token stays here");
        assert_eq!(found("<html>"), None);
    }

    #[test]
    fn an_upload_is_a_form() {
        let request = GraphFiles.upload(&file("1"), b"%PDF", &settings()).expect("uploads").expect("a call");
        assert_eq!(request.url, "http://127.0.0.1:9/v25.0/12/media");
        let body = String::from_utf8(request.body).expect("text");
        assert!(body.contains("filename=\"a_b.pdf\"") && body.contains("\r\n\r\n%PDF\r\n--"), "{body}");
        assert_eq!(GraphFiles.uploaded(br#"{"id":77}"#).as_deref(), Some("77"));
    }
}
