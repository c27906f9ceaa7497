//! Calls to the Graph API.

use channel::{
    files::Location,
    json::{self, Node},
    outbound::ProviderRequest,
    received::Settings,
    signature::to_hex,
};
use domain::{
    channel::HUMAN_AGENT,
    message::{Attachment, DeliveryError},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The version of the Graph API that is called unless the account says otherwise.
pub const GRAPH_VERSION: &str = "v25.0";

/// The Graph API as one account uses it.
pub struct Graph<'a> {
    base: &'a str,
    version: &'a str,
    token: &'a str,
    /// Meta gave the account the feature *Human Agent*.
    pub answers_by_hand: bool,
}

impl<'a> Graph<'a> {
    pub fn of(settings: &'a Settings) -> Result<Self, DeliveryError> {
        Graph::at(settings, settings.get("graph_base_url").unwrap_or("https://graph.facebook.com"))
    }

    /// Another host of the same API.
    pub fn at(settings: &'a Settings, base: &'a str) -> Result<Self, DeliveryError> {
        Ok(Graph {
            base: base.trim_end_matches('/'),
            version: settings.get("graph_version").unwrap_or(GRAPH_VERSION),
            token: need(settings, "access_token")?,
            answers_by_hand: settings.get(HUMAN_AGENT) == Some("true"),
        })
    }

    pub fn get(&self, path: &str) -> ProviderRequest {
        self.request("GET", self.url(path), None, vec![])
    }

    /// The token as a parameter, for a question about itself.
    pub(crate) fn as_input(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("input_token", self.token).finish()
    }

    /// The call that makes a token of a login at Instagram last 60 days from now.
    pub fn refresh(&self) -> ProviderRequest {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("grant_type", "ig_refresh_token").append_pair("access_token", self.token);
        let url = format!("{}/refresh_access_token?{}", self.base, pairs.finish());
        self.request("GET", url, None, vec![])
    }

    pub fn post(&self, path: &str, body: &Value) -> ProviderRequest {
        let kind = Some("application/json".to_owned());
        self.request("POST", self.url(path), kind, body.to_string().into_bytes())
    }

    pub fn delete(&self, path: &str) -> ProviderRequest {
        self.request("DELETE", self.url(path), None, vec![])
    }

    /// A form with a file.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], file: Upload<'_>) -> ProviderRequest {
        // Nothing of a file can look like a boundary that is made from its digest.
        let boundary = to_hex(&Sha256::digest(file.bytes));
        let mime = file.attachment.mime.as_deref().unwrap_or("application/octet-stream");
        let name = file.attachment.name.as_deref().unwrap_or("file").replace(['"', '\r', '\n', '\\'], "_");
        let mut body = String::new();
        for (field, value) in fields {
            body += &format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{name}\"\r\n\
             Content-Type: {mime}\r\n\r\n",
            file.field
        );
        let mut body = body.into_bytes();
        body.extend_from_slice(file.bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.request("POST", self.url(path), Some(format!("multipart/form-data; boundary={boundary}")), body)
    }

    /// A download of `url`, which is Meta's own. The token goes along.
    pub fn download(&self, url: String) -> ProviderRequest {
        self.request("GET", url, None, vec![])
    }

    /// Whether our token may go to `url`: to Meta's own hosts, encrypted, or back where it came from.
    pub fn may_reach(&self, url: &str) -> bool {
        crate::cdn::is_metas(url) || crate::cdn::is_below(url, self.base)
    }

    /// Where the file of a message is: the address is signed, and no token goes there.
    pub fn at_hand(&self, file: &Attachment) -> Option<Location> {
        let url = file.url.clone().filter(|url| self.may_reach(url))?;
        let request = ProviderRequest { method: "GET", url, headers: vec![user_agent()], body: vec![] };
        Some(Location { request, mime: file.mime.clone(), size: file.size, sha256: None })
    }

    /// Where a file is, by the answer to the question for it.
    pub fn located(&self, body: &[u8]) -> Option<Location> {
        let answer = json::parse(body).ok()?;
        let answer = Node::root(&answer);
        let url = answer.text("url").filter(|url| self.may_reach(url))?;
        Some(Location {
            request: self.download(url),
            mime: answer.text("mime_type"),
            size: answer.integer("file_size").and_then(|size| u64::try_from(size).ok()),
            sha256: answer.text("sha256").filter(|digest| digest.len() == 64),
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.base, self.version)
    }

    fn request(
        &self,
        method: &'static str,
        url: String,
        kind: Option<String>,
        body: Vec<u8>,
    ) -> ProviderRequest {
        let mut headers = vec![("authorization", format!("Bearer {}", self.token))];
        headers.push(user_agent());
        headers.extend(kind.map(|kind| ("content-type", kind)));
        ProviderRequest { method, url, headers, body }
    }
}

/// Downloads are refused without one.
pub fn user_agent() -> (&'static str, String) {
    ("user-agent", "Centralita/1".to_owned())
}

/// A file of ours on its way to Meta.
pub struct Upload<'a> {
    /// The form's name of the file.
    pub field: &'a str,
    pub attachment: &'a Attachment,
    pub bytes: &'a [u8],
}

/// A setting that no call can do without.
pub fn need<'a>(settings: &'a Settings, name: &str) -> Result<&'a str, DeliveryError> {
    settings.get(name).ok_or_else(|| refusal("not_configured", &format!("the account has no {name}")))
}

/// An id as it may stand in a path.
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

pub fn refusal(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}
