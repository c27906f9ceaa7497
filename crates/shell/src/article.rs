//! What the center knows, for a bot that answers with it and for people who look something up.

use crate::unique;
use domain::{
    article::{
        Scope, fallback,
        question::{WHOLE, terms},
        snippet::{self, Snippet, marked},
        word::Language,
    },
    id::InteractionId,
    time::Timestamp,
};
use store::{
    article::{
        search::{self, Found, Search},
        usage::{self, Use},
    },
    port::{Result, Sql},
};

/// The home market's, for a center that has said nothing else.
pub const FIRST_LOCALE: &str = "es";

/// How much of an article a bot says, in characters: a bubble of a chat, or some twenty seconds of speech.
const SNIPPET_MAX: usize = 300;

/// How much of a question is kept.
const QUESTION_MAX: usize = 500;

/// An article that answers a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: String,
    /// Of the text that was found, which may be another than was asked for.
    pub locale: String,
    pub title: String,
    /// The one or two sentences that answer best, in plain words.
    pub snippet: String,
    /// All of it, in Markdown.
    pub body: String,
    /// Where a contact can read it.
    pub url: Option<String>,
    /// From 0 to 1: `domain`'s `article/question.rs` says of what.
    pub score: f64,
}

/// What may be said to a contact who asks `question` in `locale`, the best first.
pub async fn search(sql: &impl Sql, question: &str, locale: &str, at_most: usize) -> Result<Vec<Hit>> {
    let wanted = Look {
        question,
        locale,
        scope: Scope::CONTACTS,
        everywhere: false,
        is_typed: false,
        at_most,
        snippet_max: SNIPPET_MAX,
    };
    let hit = |Seen { found, snippet, .. }: Seen| Hit {
        id: found.article.id,
        locale: found.locale,
        title: found.text.title,
        snippet: snippet.text,
        body: found.text.body,
        url: found.text.url,
        score: f64::from(found.score) / f64::from(WHOLE),
    };
    Ok(look(sql, &wanted).await?.into_iter().map(hit).collect())
}

/// Records that a bot answered `question` with `article`, as it stands in `locale`. Belongs into the transaction of the message that
/// says it, so that it is counted once, and only if it was said.
pub async fn used(
    sql: &impl Sql,
    now: Timestamp,
    interaction: &InteractionId,
    article: &str,
    locale: &str,
    question: &str,
) -> Result<()> {
    let used = Use {
        id: unique::id(now),
        interaction: interaction.clone(),
        article: article.to_owned(),
        locale: locale.to_owned(),
        // PostgreSQL keeps no NUL.
        question: question.trim().replace('\0', "\u{fffd}").chars().take(QUESTION_MAX).collect(),
        at: now,
    };
    usage::add(sql, &used).await
}

/// Records whether the article that was shown last in `interaction` helped. Tells whether there was one.
pub async fn judged(sql: &impl Sql, interaction: &InteractionId, helpful: bool) -> Result<bool> {
    usage::judge(sql, interaction, helpful).await
}

/// What somebody looks for.
#[derive(Debug, Clone, Copy)]
pub struct Look<'l> {
    pub question: &'l str,
    pub locale: &'l str,
    pub scope: Scope,
    /// Articles that have no text in the locale or its like, too.
    pub everywhere: bool,
    /// Its last word may be the beginning of one.
    pub is_typed: bool,
    pub at_most: usize,
    /// In characters.
    pub snippet_max: usize,
}

/// An article, and what in it was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub found: Found,
    pub title: Snippet,
    pub snippet: Snippet,
}

pub async fn look(sql: &impl Sql, wanted: &Look<'_>) -> Result<Vec<Seen>> {
    let known = search::locales(sql).await?;
    let locales = preference(&known, wanted);
    let languages = locales.iter().map(|locale| Language::of(locale)).collect();
    let terms = terms(wanted.question, wanted.locale, &languages, wanted.is_typed);
    let limit = i64::try_from(wanted.at_most).unwrap_or(i64::MAX);
    let search = Search { locales: &locales, scope: wanted.scope, terms: &terms, limit };
    let (found, weights) = search::search(sql, search).await?;
    let seen = |found: Found| {
        let language = Language::of(&found.locale);
        let text = snippet::Text { title: &found.text.title, body: &found.text.body };
        Seen {
            title: marked(found.text.title.clone(), language, &terms),
            snippet: snippet::snippet(text, language, &terms, &weights, wanted.snippet_max),
            found,
        }
    };
    Ok(found.into_iter().map(seen).collect())
}

/// All articles by their ids, those after `after`; of `wanted` the question is left aside.
pub async fn page(sql: &impl Sql, wanted: &Look<'_>, after: &str) -> Result<Vec<Seen>> {
    let known = search::locales(sql).await?;
    let limit = i64::try_from(wanted.at_most).unwrap_or(i64::MAX);
    let found = search::page(sql, &preference(&known, wanted), wanted.scope, after, limit).await?;
    let seen = |found: Found| {
        let text = snippet::Text { title: &found.text.title, body: &found.text.body };
        let language = Language::of(&found.locale);
        Seen {
            title: Snippet { text: found.text.title.clone(), marks: vec![] },
            snippet: snippet::snippet(text, language, &[], &[], wanted.snippet_max),
            found,
        }
    };
    Ok(found.into_iter().map(seen).collect())
}

fn preference<'k>(known: &'k [String], wanted: &Look<'_>) -> Vec<&'k str> {
    let mut locales = fallback(known, wanted.locale, FIRST_LOCALE);
    if wanted.everywhere {
        let others: Vec<_> = known.iter().filter(|locale| !locales.contains(&locale.as_str())).collect();
        locales.extend(others.into_iter().map(String::as_str));
    }
    locales
}
