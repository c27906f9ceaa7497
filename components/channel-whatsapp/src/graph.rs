//! How files go to and come from WhatsApp: each takes a step more.

use channel::{
    files::{Files, Location},
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
};
use domain::message::{Attachment, DeliveryError};
use meta::graph::{Graph, Upload, is_id, need, refusal};

/// A customer's file is located by its id, then downloaded within five minutes. One of ours is uploaded
/// and sent by its id.
pub(crate) struct GraphFiles;

impl Files for GraphFiles {
    fn locate(&self, file: &Attachment, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let id = file.provider_ref.as_deref().filter(|id| is_id(id));
        let id = id.ok_or_else(|| refusal("file", "the message names no file"))?;
        Ok(Graph::of(settings)?.get(id))
    }

    fn located(&self, body: &[u8], settings: &Settings) -> Option<Location> {
        Graph::of(settings).ok()?.located(body)
    }

    fn upload(
        &self,
        file: &Attachment,
        bytes: &[u8],
        settings: &Settings,
    ) -> Option<Result<ProviderRequest, DeliveryError>> {
        let call = || {
            let path = path(settings, "media")?;
            let mime = file.mime.as_deref().unwrap_or("application/octet-stream");
            let fields = [("messaging_product", "whatsapp"), ("type", mime)];
            Ok(Graph::of(settings)?.upload(&path, &fields, Upload { field: "file", attachment: file, bytes }))
        };
        Some(call())
    }

    fn uploaded(&self, body: &[u8]) -> Option<String> {
        Node::root(&json::parse(body).ok()?).text("id")
    }
}

/// Below the phone number: the account's address is Meta's id of it.
pub(crate) fn path(settings: &Settings, edge: &str) -> Result<String, DeliveryError> {
    Ok(format!("{}/{edge}", need(settings, "address")?))
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
        for elsewhere in
            ["http://elsewhere.example/x", "https://elsewhere.example/x", "http://127.0.0.1:99/x"]
        {
            assert_eq!(found(&format!(r#"{{"url":"{elsewhere}"}}"#)), None, "the token stays here");
        }
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
