//! What a supervisor wrote, checked. A refusal names the field.

use crate::setup::id;
use api::article::{Article, ArticleText};
use domain::{
    article::{Audience, BODY_MAX, State},
    id::AgentId,
    time::Timestamp,
};
use shell::failure::{Failure, Result};
use std::collections::{BTreeMap, BTreeSet};
use store::article::{Article as Stored, Text};

const TITLE_MAX: usize = 200;
const LABEL_MAX: usize = 60;
const TOPICS_MAX: usize = 20;
const KEYWORDS_MAX: usize = 50;
const URL_MAX: usize = 2000;
const LOCALES_MAX: usize = 20;
const LOCALE_MAX: usize = 35;

/// Names in the API beside articles.
const RESERVED: &str = "figures";

/// As it is to be stored; whoever stores it knows its version and who began it.
pub(super) fn article(now: Timestamp, by: Option<&AgentId>, key: &str, given: Article) -> Result<Stored> {
    if key == RESERVED {
        return Err(Failure::BadRequest(format!("id: {RESERVED} is no article")));
    }
    let review_by = given.review_by.filter(|text| !text.is_empty()).map(|text| {
        text.parse()
            .map_err(|_| Failure::BadRequest(format!("review_by is a day as 2027-01-31, and not {text}")))
    });
    Ok(Stored {
        id: id(key)?.to_owned(),
        version: 0,
        audience: audience(&given.audience)?,
        state: state(&given.state)?,
        review_by: review_by.transpose()?,
        topics: labels("topics", given.topics, TOPICS_MAX)?.into_iter().collect(),
        created_at: now,
        created_by: None,
        updated_at: now,
        updated_by: by.cloned(),
        texts: texts(given.texts)?,
    })
}

pub(super) fn audience(name: &str) -> Result<Audience> {
    Audience::parse(name).ok_or_else(|| Failure::BadRequest("audience is public or internal".to_owned()))
}

pub(super) fn state(name: &str) -> Result<State> {
    let wrong = || Failure::BadRequest("state is draft, published or withdrawn".to_owned());
    State::parse(name).ok_or_else(wrong)
}

fn texts(given: BTreeMap<String, ArticleText>) -> Result<BTreeMap<String, Text>> {
    if !(1..=LOCALES_MAX).contains(&given.len()) {
        return Err(Failure::BadRequest(format!("texts has 1 to {LOCALES_MAX} locales")));
    }
    let mut texts = BTreeMap::new();
    for (key, text) in given {
        let locale = locale(&key)?;
        let place = |field: &str| format!("texts.{locale}.{field}");
        let text = Text {
            title: words(&place("title"), &text.title, TITLE_MAX)?,
            keywords: labels(&place("keywords"), text.keywords, KEYWORDS_MAX)?,
            body: words(&place("body"), &text.body, BODY_MAX)?,
            url: text.url.filter(|url| !url.is_empty()).map(|text| url(&place("url"), text)).transpose()?,
        };
        if texts.insert(locale.clone(), text).is_some() {
            return Err(Failure::BadRequest(format!("texts has {locale} twice")));
        }
    }
    Ok(texts)
}

/// A tag as RFC 5646 writes it: the language small, the region in capitals.
fn locale(tag: &str) -> Result<String> {
    let part = |(number, part): (usize, &str)| match (number, part.len()) {
        (0, 2 | 3) => part.chars().all(|c| c.is_ascii_alphabetic()).then(|| part.to_ascii_lowercase()),
        (1.., 2) => Some(part.to_ascii_uppercase()),
        (1.., 3..=8) => Some(part.to_ascii_lowercase()),
        _ => None,
    };
    let fits = tag.len() <= LOCALE_MAX && tag.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let parts: Option<Vec<String>> = tag.split(['-', '_']).enumerate().map(part).collect();
    let wrong = || Failure::BadRequest(format!("texts: {tag} is no locale as es or pt-BR"));
    parts.filter(|_| fits).map(|parts| parts.join("-")).ok_or_else(wrong)
}

fn words(field: &str, text: &str, max: usize) -> Result<String> {
    let text = text.trim();
    let wrong = |problem: &str| Err(Failure::BadRequest(format!("{field} {problem}")));
    match text.chars().count() {
        0 => wrong("is empty"),
        count if max < count => wrong(&format!("has more than {max} characters")),
        _ if text.contains('\0') => wrong("has a character that is none (U+0000)"),
        _ => Ok(text.to_owned()),
    }
}

/// Each once, in their order.
fn labels(field: &str, given: Vec<String>, max: usize) -> Result<Vec<String>> {
    let mut known = BTreeSet::new();
    let mut labels = vec![];
    for label in given {
        let label = words(field, &label, LABEL_MAX)?;
        if known.insert(label.clone()) {
            labels.push(label);
        }
    }
    if max < labels.len() {
        return Err(Failure::BadRequest(format!("{field} has more than {max} entries")));
    }
    Ok(labels)
}

fn url(field: &str, text: String) -> Result<String> {
    let is_address =
        ["https://", "http://"].iter().any(|start| text.len() > start.len() && text.starts_with(start));
    let is_one = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if is_address && is_one && text.len() <= URL_MAX {
        Ok(text)
    } else {
        Err(Failure::BadRequest(format!("{field} is an address as https://example.com/help")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> Article {
        let text = ArticleText {
            title: " Envíos ".to_owned(),
            keywords: vec!["gastos".to_owned(), "gastos".to_owned()],
            body: "7 días".to_owned(),
            url: Some("https://example.com/envios".to_owned()),
        };
        Article {
            id: String::new(),
            version: 0,
            audience: "public".to_owned(),
            state: "draft".to_owned(),
            review_by: Some("2027-01-31".to_owned()),
            is_stale: false,
            topics: vec!["envios".to_owned()],
            texts: [("es".to_owned(), text)].into(),
            created_ms: 0,
            created_by: None,
            updated_ms: 0,
            updated_by: None,
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |field: &str, change: fn(&mut Article)| {
            let mut article = given();
            change(&mut article);
            let refused = super::article(Timestamp(0), None, "envios", article);
            let Err(Failure::BadRequest(told)) = &refused else { panic!("{field}: {refused:?}") };
            assert!(told.starts_with(field), "{field}: {told}");
        };
        fn es(article: &mut Article) -> &mut ArticleText {
            article.texts.get_mut("es").expect("it is there")
        }
        check("audience", |article| article.audience = "Public".to_owned());
        check("state", |article| article.state = String::new());
        check("review_by", |article| article.review_by = Some("31/01/2027".to_owned()));
        check("topics", |article| article.topics = vec![" ".to_owned()]);
        check("topics", |article| article.topics = (0..21).map(|number| number.to_string()).collect());
        check("texts", |article| article.texts.clear());
        check("texts.es.title", |article| es(article).title = " ".to_owned());
        check("texts.es.title", |article| es(article).title = "x".repeat(201));
        check("texts.es.keywords", |article| es(article).keywords = vec!["x".repeat(61)]);
        check("texts.es.body", |article| es(article).body = "ñ".repeat(BODY_MAX + 1));
        check("texts.es.body", |article| es(article).body = "a\0b".to_owned());
        for wrong in ["javascript:alert(1)", "https://", "http://a b", "https://example.com/\n"] {
            let mut article = given();
            es(&mut article).url = Some(wrong.to_owned());
            assert!(super::article(Timestamp(0), None, "envios", article).is_err(), "{wrong}");
        }
        let mut twice = given();
        twice.texts.insert("ES".to_owned(), twice.texts["es"].clone());
        assert!(super::article(Timestamp(0), None, "envios", twice).is_err());
        for key in ["figures", "", "a/b", "ñ"] {
            assert!(super::article(Timestamp(0), None, key, given()).is_err(), "{key}");
        }
        let kept = super::article(Timestamp(0), None, "envios", given()).expect("all is well");
        assert_eq!((kept.texts["es"].title.as_str(), kept.texts["es"].keywords.len()), ("Envíos", 1));
        let mut longest = given();
        es(&mut longest).body = "ñ".repeat(BODY_MAX);
        assert!(super::article(Timestamp(0), None, "envios", longest).is_ok());
    }

    #[test]
    fn a_locale_is_written_in_one_way() {
        for (tag, expected) in [
            ("es", Some("es")),
            ("PT_br", Some("pt-BR")),
            ("es-419", Some("es-419")),
            ("zh-Hant-tw", Some("zh-hant-TW")),
            ("gl", Some("gl")),
            ("", None),
            ("e", None),
            ("spanish", None),
            ("es-", None),
            ("es-M", None),
            ("es MX", None),
            ("12", None),
        ] {
            assert_eq!(locale(tag).ok().as_deref(), expected, "{tag}");
        }
    }
}
