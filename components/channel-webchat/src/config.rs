//! What an account's settings say, and what the widget is told of them.
//!
//! A text may have a twin for each language: `greeting_en` stands before `greeting`.

use crate::{
    file,
    hours::{Door, WhenClosed},
    invitation::{self, Invitation},
    prechat::{self, Asked},
};
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// An account's settings with their defaults.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a>(pub &'a Map<String, Value>);

/// What `GET /webchat/{account}/config` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Config {
    pub title: String,
    pub greeting: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    pub locale: &'static str,
    /// `None`: the account takes no files.
    pub attachments: Option<Attachments>,
    /// What is asked before the first message.
    pub fields: Vec<Asked>,
    /// `None`: somebody is there.
    pub closed: Option<Closed>,
    /// When all of this is to be asked for again: the business opens or closes.
    pub changes_ms: Option<Timestamp>,
    pub invitations: Vec<Invitation>,
    /// The conversation can be had by e-mail.
    pub transcript: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    pub opens_ms: Option<Timestamp>,
    /// A message can be left.
    pub message: bool,
    /// In the business's own words.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachments {
    pub max_bytes: u64,
    pub mimes: Vec<&'static str>,
}

const LANGUAGES: [&str; 3] = ["es", "en", "pt"];

/// Our language for a tag such as `pt-BR`; the home market's for any other.
pub fn language(tag: &str) -> &'static str {
    let tag = tag.get(..2).unwrap_or_default().to_ascii_lowercase();
    LANGUAGES.into_iter().find(|language| *language == tag).unwrap_or(LANGUAGES[0])
}

impl<'a> Settings<'a> {
    /// How large a file may be; 0: none are taken.
    pub fn attachment_bytes_max(self) -> u64 {
        self.0
            .get("attachment_bytes_max")
            .and_then(Value::as_u64)
            .unwrap_or(file::SIZE_MAX)
            .min(file::SIZE_MAX)
    }

    pub fn config(self, locale: &str, account_name: &str, door: &Door) -> Config {
        let language = language(locale);
        let max_bytes = self.attachment_bytes_max();
        Config {
            title: self.text_in("title", language).unwrap_or(account_name).to_owned(),
            greeting: self.text_in("greeting", language).unwrap_or_default().to_owned(),
            accent: self.text("accent").map(str::to_owned),
            locale: language,
            attachments: (max_bytes > 0).then(|| Attachments { max_bytes, mimes: file::TYPES.to_vec() }),
            fields: self.fields(door.is_closed()).iter().map(|field| field.asked(language)).collect(),
            closed: door.is_closed().then(|| Closed {
                opens_ms: door.status.changes(),
                message: door.when_closed == WhenClosed::Message,
                text: self.text_in("closed", language).unwrap_or_default().to_owned(),
            }),
            changes_ms: door.status.changes(),
            invitations: invitation::all(self.0.get("invitations"), language),
            transcript: self.text(shell::transcript::MAIL_ACCOUNT).is_some(),
        }
    }

    /// What is asked before the first message.
    pub fn fields(self, closed: bool) -> Vec<prechat::Field> {
        let fields = prechat::fields(self.0.get("prechat"));
        if closed { prechat::with_address(fields) } else { fields }
    }

    /// The country of telephone numbers that are written without one.
    pub fn calling_code(self) -> Option<&'a str> {
        self.text("calling_code")
    }

    fn text_in(self, name: &str, language: &str) -> Option<&'a str> {
        text_in(self.0, name, language)
    }

    fn text(self, name: &str) -> Option<&'a str> {
        text(self.0, name)
    }
}

/// The text `name` in a language, where it has a twin for that.
pub(crate) fn text_in<'a>(texts: &'a Map<String, Value>, name: &str, language: &str) -> Option<&'a str> {
    text(texts, &format!("{name}_{language}")).or_else(|| text(texts, name))
}

fn text<'a>(texts: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    texts.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::hours::{Status, Why};
    use serde_json::json;

    const OPEN: Door = Door { status: Status::Open { until: None }, when_closed: WhenClosed::Message };

    #[test]
    fn a_text_comes_in_the_visitor_s_language_where_there_is_one() {
        let settings = json!({"title": "Lumen", "greeting": "Hola", "greeting_en": "Hi", "greeting_pt": "", "accent": "#a3480d"});
        for (locale, greeting, language) in [
            ("es-MX", "Hola", "es"),
            ("en-GB", "Hi", "en"),
            ("PT-br", "Hola", "pt"),
            ("de", "Hola", "es"),
            ("é", "Hola", "es"),
        ] {
            let config = Settings(settings.as_object().unwrap()).config(locale, "Chat", &OPEN);
            assert_eq!((config.greeting.as_str(), config.locale), (greeting, language), "{locale}");
            assert_eq!(config.title, "Lumen");
        }
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let settings = Map::new();
        let config = Settings(&settings).config("es", "Chat de la tienda", &OPEN);
        assert_eq!(
            json!(config),
            json!({"title": "Chat de la tienda", "greeting": "", "locale": "es", "attachments": {
                "max_bytes": 5_242_880,
                "mimes": ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
            }, "fields": [], "closed": null, "changes_ms": null, "invitations": [], "transcript": false})
        );
        let settings = json!({"attachment_bytes_max": 0});
        assert_eq!(Settings(settings.as_object().unwrap()).config("es", "", &OPEN).attachments, None);
    }

    #[test]
    fn while_nobody_is_there_an_address_is_asked_for() {
        let settings = json!({"closed_en": "We are asleep.", "mail_account": "mail"});
        let status = Status::Closed { opens: Some(Timestamp(5)), why: Why::Outside };
        let config = |when_closed| {
            Settings(settings.as_object().unwrap()).config(
                "en",
                "",
                &Door { status: status.clone(), when_closed },
            )
        };
        let config_closed = config(WhenClosed::Message);
        assert_eq!(config_closed.fields.len(), 1);
        let closed =
            Closed { opens_ms: Some(Timestamp(5)), message: true, text: "We are asleep.".to_owned() };
        assert_eq!((config_closed.closed, config_closed.transcript), (Some(closed), true));
        assert!(!config(WhenClosed::Nothing).closed.unwrap().message);
        assert_eq!(
            (config(WhenClosed::Chat).closed, config(WhenClosed::Chat).changes_ms),
            (None, Some(Timestamp(5)))
        );
    }
}
