//! What an account's settings say, and what the widget is told of them.
//!
//! A text may have a twin for each language: `greeting_en` stands before `greeting`.

use crate::file;
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
    /// The pages that may embed the widget: see [`crate::origin`].
    pub fn origins(self) -> impl Iterator<Item = &'a str> {
        let list = self.0.get("origins").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).chain(self.text("origin"))
    }

    /// How large a file may be; 0: none are taken.
    pub fn attachment_bytes_max(self) -> u64 {
        self.0
            .get("attachment_bytes_max")
            .and_then(Value::as_u64)
            .unwrap_or(file::SIZE_MAX)
            .min(file::SIZE_MAX)
    }

    pub fn config(self, locale: &str, account_name: &str) -> Config {
        let language = language(locale);
        let max_bytes = self.attachment_bytes_max();
        Config {
            title: self.text_in("title", language).unwrap_or(account_name).to_owned(),
            greeting: self.text_in("greeting", language).unwrap_or_default().to_owned(),
            accent: self.text("accent").map(str::to_owned),
            locale: language,
            attachments: (max_bytes > 0).then(|| Attachments { max_bytes, mimes: file::TYPES.to_vec() }),
        }
    }

    fn text_in(self, name: &str, language: &str) -> Option<&'a str> {
        self.text(&format!("{name}_{language}")).or_else(|| self.text(name))
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
            let config = Settings(settings.as_object().unwrap()).config(locale, "Chat");
            assert_eq!((config.greeting.as_str(), config.locale), (greeting, language), "{locale}");
            assert_eq!(config.title, "Lumen");
        }
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let settings = Map::new();
        let config = Settings(&settings).config("es", "Chat de la tienda");
        assert_eq!(
            json!(config),
            json!({"title": "Chat de la tienda", "greeting": "", "locale": "es", "attachments": {
                "max_bytes": 5_242_880,
                "mimes": ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
            }})
        );
        let settings = json!({"attachment_bytes_max": 0, "origins": ["https://a.example", 7], "origin": "https://b.example"});
        let settings = Settings(settings.as_object().unwrap());
        assert_eq!(settings.config("es", "").attachments, None);
        assert_eq!(settings.origins().collect::<Vec<_>>(), ["https://a.example", "https://b.example"]);
    }
}
