//! How people of a country write: which day comes first, what the comma means, whose pesos they are.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A language, and where it is spoken if that makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Locale {
    #[serde(rename = "es-ES")]
    EsEs,
    #[serde(rename = "es-MX")]
    EsMx,
    #[serde(rename = "es-AR")]
    EsAr,
    #[serde(rename = "es-CO")]
    EsCo,
    #[serde(rename = "es-CL")]
    EsCl,
    #[serde(rename = "es-PE")]
    EsPe,
    #[serde(rename = "pt-BR")]
    PtBr,
    #[serde(rename = "pt-PT")]
    PtPt,
    /// Nobody knows from where: a date of numbers that could be of two months is none.
    #[serde(rename = "en")]
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Spanish,
    Portuguese,
    English,
}

impl Language {
    /// Of a tag such as `pt-BR`, or of the first one of an `Accept-Language`.
    pub fn of(tag: &str) -> Option<Self> {
        match tag.trim().split(['-', '_', ',', ';']).next()?.to_ascii_lowercase().as_str() {
            "es" => Some(Self::Spanish),
            "pt" => Some(Self::Portuguese),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// A tag that is none of the locales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLocale;

impl Locale {
    pub const ALL: [Self; 9] = [
        Self::EsEs,
        Self::EsMx,
        Self::EsAr,
        Self::EsCo,
        Self::EsCl,
        Self::EsPe,
        Self::PtBr,
        Self::PtPt,
        Self::En,
    ];

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::EsEs => "es-ES",
            Self::EsMx => "es-MX",
            Self::EsAr => "es-AR",
            Self::EsCo => "es-CO",
            Self::EsCl => "es-CL",
            Self::EsPe => "es-PE",
            Self::PtBr => "pt-BR",
            Self::PtPt => "pt-PT",
            Self::En => "en",
        }
    }

    pub fn language(self) -> Language {
        match self {
            Self::EsEs | Self::EsMx | Self::EsAr | Self::EsCo | Self::EsCl | Self::EsPe => Language::Spanish,
            Self::PtBr | Self::PtPt => Language::Portuguese,
            Self::En => Language::English,
        }
    }

    /// What one dials for the country, where it is known.
    pub fn calling_code(self) -> Option<&'static str> {
        Some(match self {
            Self::EsEs => "34",
            Self::EsMx => "52",
            Self::EsAr => "54",
            Self::EsCo => "57",
            Self::EsCl => "56",
            Self::EsPe => "51",
            Self::PtBr => "55",
            Self::PtPt => "351",
            Self::En => return None,
        })
    }

    /// Whether 3,5 is three and a half. Where it is not, 3.5 is.
    pub(crate) fn decimal_comma(self) -> bool {
        !matches!(self, Self::EsMx | Self::EsPe | Self::En)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// A language alone is that of its largest country here; English is English everywhere.
    fn from_str(tag: &str) -> Result<Self, UnknownLocale> {
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        match tag.as_str() {
            "es" => return Ok(Self::EsEs),
            "pt" => return Ok(Self::PtBr),
            tag if tag.starts_with("en-") => return Ok(Self::En),
            _ => {}
        }
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(&tag)).ok_or(UnknownLocale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_tags() {
        for (tag, language) in [
            ("es", Some(Language::Spanish)),
            ("pt_BR", Some(Language::Portuguese)),
            ("en-GB,en;q=0.9,es;q=0.8", Some(Language::English)),
            ("est", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }

    #[test]
    fn tags() {
        for locale in Locale::ALL {
            assert_eq!(locale.tag().parse(), Ok(locale));
            assert_eq!(serde_json::to_value(locale).unwrap(), locale.tag());
        }
        for (tag, expected) in [
            ("es", Ok(Locale::EsEs)),
            ("es_mx", Ok(Locale::EsMx)),
            ("PT", Ok(Locale::PtBr)),
            ("en-GB", Ok(Locale::En)),
            ("es-UY", Err(UnknownLocale)),
            ("", Err(UnknownLocale)),
        ] {
            assert_eq!(tag.parse(), expected, "{tag}");
        }
    }
}
