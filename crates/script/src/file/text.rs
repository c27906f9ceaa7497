//! What is said, in each language.

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// `say = "Hola"`, `say.es = "Hola"`, `say.es = { text = "Hola", audio = "hola.wav" }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// For every language.
    One(Words),
    ByLocale(BTreeMap<String, Words>),
}

/// A text, and how it is said where it is heard. All of them are templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub text: String,
    /// What is said instead on the phone.
    pub spoken: Option<String>,
    /// The name of a recording.
    pub audio: Option<String>,
    pub ssml: Option<String>,
}

impl Text {
    /// In the language of `locale` (`pt-BR`, else `pt`), else in `fallback`, else in whichever there is.
    pub fn words(&self, locale: &str, fallback: &str) -> Option<&Words> {
        match self {
            Text::One(words) => Some(words),
            Text::ByLocale(all) => {
                let language = locale.split(['-', '_']).next().unwrap_or_default();
                [locale, language, fallback]
                    .into_iter()
                    .find_map(|key| all.get(key))
                    .or_else(|| all.values().next())
            }
        }
    }

    /// All of them, with their languages.
    pub fn all(&self) -> Vec<(Option<&str>, &Words)> {
        match self {
            Text::One(words) => vec![(None, words)],
            Text::ByLocale(all) => all.iter().map(|(locale, words)| (Some(locale.as_str()), words)).collect(),
        }
    }
}

impl Words {
    /// Its templates.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        let rest = [&self.spoken, &self.audio, &self.ssml].into_iter().flatten();
        std::iter::once(&self.text).chain(rest).map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or one for each language like say.es = \"Hola\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text::One(Words { text: text.to_owned(), ..Words::default() }))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Text, M::Error> {
        let (mut one, mut by_locale) = (Parts::default(), BTreeMap::new());
        while let Some(key) = map.next_key::<String>()? {
            if PARTS.contains(&key.as_str()) {
                one.set(&key, map.next_value()?);
            } else if is_locale(&key) {
                by_locale.insert(key, map.next_value::<OneLocale>()?.0);
            } else {
                let parts = PARTS.join(", ");
                return Err(Error::custom(format!(
                    "{key:?} is neither a language like es nor one of {parts}"
                )));
            }
        }
        match (one.is_empty(), by_locale.is_empty()) {
            (true, _) => Ok(Text::ByLocale(by_locale)),
            (false, true) => one.words().map(Text::One),
            (false, false) => Err(Error::custom("give one text, or one for each language, not both")),
        }
    }
}

/// The text of one language.
struct OneLocale(Words);

impl<'de> Deserialize<'de> for OneLocale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Text::deserialize(deserializer)? {
            Text::One(words) => Ok(OneLocale(words)),
            Text::ByLocale(_) => Err(Error::custom("a language within a language")),
        }
    }
}

const PARTS: [&str; 4] = ["text", "spoken", "audio", "ssml"];

#[derive(Default)]
struct Parts(BTreeMap<String, String>);

impl Parts {
    fn set(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn words<E: Error>(mut self) -> Result<Words, E> {
        let text = self.0.remove("text").ok_or_else(|| E::custom("text is missing: what is read or said"))?;
        let mut part = |key: &str| self.0.remove(key);
        Ok(Words { text, spoken: part("spoken"), audio: part("audio"), ssml: part("ssml") })
    }
}

/// `es`, `pt-BR`.
pub fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language =
        parts.next().is_some_and(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase()));
    let mut regions =
        parts.map(|part| (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    language && regions.all(|is| is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Said {
        say: Text,
    }

    fn read(text: &str) -> Result<Text, String> {
        toml::from_str::<Said>(text).map(|said| said.say).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_text_is_written_once_or_for_each_language() {
        let words = |text: &str| Words { text: text.into(), ..Words::default() };
        assert_eq!(read("say = 'Hola'"), Ok(Text::One(words("Hola"))));
        let both = [("es".to_owned(), words("Hola")), ("pt-BR".to_owned(), words("Olá"))].into();
        assert_eq!(read("say.es = 'Hola'\nsay.pt-BR = 'Olá'"), Ok(Text::ByLocale(both)));
        let recorded = Words { audio: Some("hola.wav".into()), ..words("Hola") };
        let one = [("es".to_owned(), recorded.clone())].into();
        assert_eq!(read("say.es = { text = 'Hola', audio = 'hola.wav' }"), Ok(Text::ByLocale(one)));
        assert_eq!(read("say = { text = 'Hola', audio = 'hola.wav' }"), Ok(Text::One(recorded)));
        for (text, expected) in [
            (
                "say.spanish = 'Hola'",
                "\"spanish\" is neither a language like es nor one of text, spoken, audio, ssml",
            ),
            ("say = { audio = 'a.wav' }", "text is missing: what is read or said"),
            ("say = { text = 'a', es = 'b' }", "give one text, or one for each language, not both"),
            ("say.es.pt = 'Hola'", "a language within a language"),
        ] {
            assert_eq!(read(text).unwrap_err(), expected);
        }
    }

    #[test]
    fn the_nearest_language_is_spoken() {
        let text = read("say.es = 'es'\nsay.pt = 'pt'\nsay.es-MX = 'mx'").unwrap();
        for (locale, expected) in
            [("es-MX", "mx"), ("es-AR", "es"), ("pt-BR", "pt"), ("fr", "es"), ("", "es")]
        {
            assert_eq!(text.words(locale, "es").unwrap().text, expected, "{locale}");
        }
    }
}
