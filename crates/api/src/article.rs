//! Articles of the knowledge base.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// As a supervisor writes it, and as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Article {
    #[serde(default)]
    pub id: String,
    /// 1, 2, 3, … Whoever writes may name the one they saw, and is refused (409) if it is no longer the last;
    /// 0 writes over whatever there is.
    #[serde(default)]
    pub version: u64,
    /// `public`: a bot may say it to contacts; `internal`: only for those who work here.
    pub audience: String,
    /// `draft`, `published` or `withdrawn`.
    pub state: String,
    /// The day by which somebody looks at it again: `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<String>,
    /// That day is past. It is still shown.
    #[serde(default)]
    pub is_stale: bool,
    #[serde(default)]
    pub topics: Vec<String>,
    /// By locale: `es`, `pt-BR`.
    pub texts: BTreeMap<String, ArticleText>,
    #[serde(default)]
    pub created_ms: i64,
    /// The agent's id; absent where it was the administrator's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    #[serde(default)]
    pub updated_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleText {
    pub title: String,
    /// What people call it who would not find it by what is written.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Markdown or plain text.
    pub body: String,
    /// Where contacts can read all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// `GET /api/articles`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticlePage {
    /// With a question the best first, else by id.
    pub articles: Vec<ArticleFound>,
    /// There are more: what to ask for as `after`. A question has one page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An article in one of its locales: the one asked for, or else the nearest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleFound {
    pub id: String,
    pub locale: String,
    pub title: Marked,
    /// What answers the question, or how it begins, in plain words.
    pub snippet: Marked,
    /// How much of the question it has, from 0 to 1; absent where nothing was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    pub audience: String,
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<String>,
    pub is_stale: bool,
    pub topics: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub updated_ms: i64,
}

/// Words, and where in them stands what was looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Marked {
    pub text: String,
    /// In characters (Unicode code points), the end not included.
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mark {
    pub from: usize,
    pub until: usize,
}

/// `GET /api/articles/figures`: what bots answered with articles, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleFigures {
    pub from_ms: i64,
    pub until_ms: i64,
    /// Those that were shown, the most first.
    pub articles: Vec<ArticleFigure>,
    /// Of all together: an interaction in which several were shown counts once.
    pub total: ArticleUsage,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleFigure {
    pub id: String,
    /// In the caller's language; the id where the article is gone.
    pub title: String,
    pub is_stale: bool,
    pub usage: ArticleUsage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleUsage {
    /// How often a bot showed it.
    pub shown: u32,
    /// In how many interactions that was.
    pub interactions: u32,
    /// How many of these are over …
    pub over: u32,
    /// … and how many of them the bot ended without a person having answered.
    pub deflected: u32,
    /// How often the contact said that it helped.
    pub helped: u32,
    /// And how often that it did not.
    pub not_helped: u32,
}
