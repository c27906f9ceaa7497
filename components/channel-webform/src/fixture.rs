//! The fixtures: posts as browsers and servers make them, for an account that answers by mail.

use crate::codec::Webform;
use channel::{fixture::Fixtures, received::Settings};

pub fn fixtures() -> Fixtures {
    Fixtures::of(&Webform).with_settings(|_| {
        Settings::from([("account", "contacto"), ("mail_account", "correo"), ("calling_code", "34")])
    })
}
