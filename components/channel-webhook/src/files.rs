//! Files: a contact's are fetched from where the partner keeps them, ours go out inside the message.

use crate::codec::error;
use channel::{
    files::{Files, Location},
    host,
    outbound::ProviderRequest,
    received::Settings,
};
use domain::message::{Attachment, DeliveryError};

pub(crate) struct Copied;

impl Files for Copied {
    /// Only below the two addresses that the center's operator granted: whoever writes a payload must not
    /// choose what we call.
    fn at_hand(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let url = file.url.as_deref()?;
        let granted = ["webhook_base_url", "webhook_files_url"].map(|name| settings.get(name));
        granted.into_iter().flatten().find(|base| host::is_below(url, base))?;
        let request = ProviderRequest { method: "GET", url: url.to_owned(), headers: vec![], body: vec![] };
        Some(Location { request, mime: file.mime.clone(), size: file.size, sha256: None })
    }

    fn locate(&self, _file: &Attachment, _settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        Err(error("not_granted", "its address is below neither webhook_base_url nor webhook_files_url"))
    }

    fn enclosed(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_fetched_from_where_a_payload_likes() {
        let settings = Settings::from([
            ("webhook_base_url", "https://hooks.example/"),
            ("webhook_files_url", "https://files.example"),
        ]);
        for (url, granted) in [
            ("https://hooks.example/f/1.png", true),
            ("https://files.example/f/1.png?sig=x", true),
            ("https://files.example.evil.example/1.png", false),
            ("https://files.example@evil.example/1.png", false),
            ("https://files.example:8443/1.png", false),
            ("http://files.example/1.png", false),
            ("https://evil.example/https://files.example/1.png", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://localhost/1.png", false),
            ("file:///etc/passwd", false),
            ("https://files.example/\r\nHost: evil", false),
            ("", false),
        ] {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            assert_eq!(Copied.at_hand(&file, &settings).is_some(), granted, "{url}");
        }
        assert_eq!(Copied.at_hand(&Attachment::default(), &settings), None);
        let file = Attachment { url: Some("https://files.example/1".to_owned()), ..Attachment::default() };
        assert_eq!(Copied.at_hand(&file, &Settings::default()), None, "nothing is granted");
    }
}
