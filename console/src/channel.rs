//! How a channel is shown: a sign and a name, never only a colour.
//!
//! The one place of the desk that knows channels by name. One it does not know gets the general sign
//! and its own name, and everything works.

use crate::icon;
use crate::language::Words;

pub(crate) fn sign(channel: &str) -> &'static str {
    match channel {
        "whatsapp" | "messenger" | "instagram" => icon::CHAT,
        "webchat" => icon::GLOBE,
        "email" => icon::MAIL,
        "voice" => icon::PHONE,
        _ => icon::WORK,
    }
}

pub(crate) fn name(words: &'static Words, channel: &str) -> String {
    match channel {
        "whatsapp" => "WhatsApp",
        "messenger" => "Messenger",
        "instagram" => "Instagram",
        "webchat" => words.webchat,
        "email" => words.email,
        "voice" => words.call,
        other => other,
    }
    .to_owned()
}
