//! The fixtures: a folder for each provider, as its account would be set up.

use crate::codec::Sms;
use channel::{fixture::Fixtures, received::Settings};
use std::path::Path;

pub fn fixtures() -> Fixtures {
    Fixtures::of(&Sms).with_settings(|file| account_of(provider(file)))
}

pub fn provider(file: &Path) -> &str {
    file.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default()
}

/// An account at `provider`, or behind a gateway of that name.
pub fn account_of(provider: &str) -> Settings {
    match provider {
        "twilio" | "vonage" | "infobip" | "messagebird" | "generic" | "nobody" => {
            Settings::from([("provider", provider)])
        }
        gateway => Settings::from([("provider", "generic"), ("gateway", gateway)]),
    }
}
