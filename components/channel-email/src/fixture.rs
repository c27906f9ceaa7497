//! The fixtures: `PROVIDER-NAME.EXT`, for an account at that provider.

use crate::codec::Email;
use channel::{fixture::Fixtures, received::Settings};
use std::path::Path;

pub fn fixtures() -> Fixtures {
    Fixtures::of(&Email).with_settings(|file| {
        Settings::from([
            ("provider", provider(file)),
            ("address", "hola@shop.example"),
            ("aliases", "ventas@shop.example"),
        ])
    })
}

pub fn provider(file: &Path) -> &str {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split('-').next().unwrap_or_default()
}
