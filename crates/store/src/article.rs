//! Articles of the knowledge base: written, found again ([`search`]) and counted ([`usage`]).

pub mod search;
pub mod usage;

use crate::{
    parameters,
    port::{Error, Result, Row, Sql},
    record,
};
use domain::{
    article::{Audience, Scope, State},
    id::AgentId,
    time::Timestamp,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    pub id: String,
    /// 1, 2, 3, …
    pub version: u64,
    pub audience: Audience,
    pub state: State,
    pub review_by: Option<Date>,
    pub topics: BTreeSet<String>,
    pub created_at: Timestamp,
    /// `None`: the administrator's token.
    pub created_by: Option<AgentId>,
    pub updated_at: Timestamp,
    pub updated_by: Option<AgentId>,
    /// By locale.
    pub texts: BTreeMap<String, Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    pub title: String,
    /// What people call it who would not find it by what is written.
    pub keywords: Vec<String>,
    /// Markdown.
    pub body: String,
    /// Where contacts can read all of it.
    pub url: Option<String>,
}

const COLUMNS: &str = "a.id, a.version, a.audience, a.state, a.review_by, a.topics, a.created_at_ms,
    a.created_by, a.updated_at_ms, a.updated_by";
const TEXT_COLUMNS: &str = "t.locale, t.title, t.keywords, t.body, t.url";

pub async fn find(sql: &impl Sql, id: &str) -> Result<Option<Article>> {
    let statement = format!("SELECT {COLUMNS} FROM article a WHERE a.id = $1");
    let Some(row) = sql.first(&statement, parameters![id]).await? else { return Ok(None) };
    let mut article = article(&row)?;
    let statement = format!("SELECT {TEXT_COLUMNS} FROM article_text t WHERE t.article_id = $1");
    for row in sql.query(&statement, parameters![id]).await? {
        article.texts.insert(row.get(0)?, text(&row, 1)?);
    }
    Ok(Some(article))
}

/// Writes an article in the place of what it was before. Belongs into a transaction.
pub async fn put(sql: &impl Sql, article: &Article) -> Result<()> {
    let statement = "INSERT INTO article (id, version, audience, state, review_by, topics, created_at_ms,
            created_by, updated_at_ms, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, audience = excluded.audience,
            state = excluded.state, review_by = excluded.review_by, topics = excluded.topics,
            updated_at_ms = excluded.updated_at_ms, updated_by = excluded.updated_by";
    let Article { id, version, audience, state, review_by, topics, .. } = article;
    let parameters = parameters![
        id,
        *version,
        audience.as_str(),
        state.as_str(),
        review_by.map(|date| date.to_string()),
        record::to_json(topics)?,
        article.created_at,
        article.created_by.as_ref(),
        article.updated_at,
        article.updated_by.as_ref(),
    ];
    sql.query(statement, parameters).await?;
    let select = "SELECT number, locale FROM article_text WHERE article_id = $1";
    for row in sql.query(select, parameters![id]).await? {
        if !article.texts.contains_key(&row.get::<String>(1)?) {
            remove_text(sql, row.get(0)?).await?;
        }
    }
    let statement = "INSERT INTO article_text (article_id, locale, title, keywords, body, url)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (article_id, locale)
        DO UPDATE SET title = excluded.title, keywords = excluded.keywords, body = excluded.body,
            url = excluded.url RETURNING number";
    for (locale, text) in &article.texts {
        let Text { title, keywords, body, url } = text;
        let keywords = record::to_json(keywords)?;
        let parameters = parameters![id, locale, title, keywords, body, url.as_deref()];
        let row = sql.first(statement, parameters).await?;
        let row = row.ok_or_else(|| Error::Broken(format!("article {id} has no number in {locale}")))?;
        search::index(sql, row.get(0)?, locale, text).await?;
    }
    Ok(())
}

/// Tells whether there was one. Belongs into a transaction.
pub async fn remove(sql: &impl Sql, id: &str) -> Result<bool> {
    for row in sql.query("SELECT number FROM article_text WHERE article_id = $1", parameters![id]).await? {
        remove_text(sql, row.get(0)?).await?;
    }
    sql.any("DELETE FROM article WHERE id = $1 RETURNING 1", parameters![id]).await
}

async fn remove_text(sql: &impl Sql, number: i64) -> Result<()> {
    search::forget(sql, number).await?;
    sql.query("DELETE FROM article_text WHERE number = $1", parameters![number]).await?;
    Ok(())
}

/// An article without its texts.
fn article(row: &Row) -> Result<Article> {
    let review_by: Option<String> = row.get(4)?;
    let day =
        |text: String| text.parse().map_err(|error| Error::Broken(format!("review_by {text}: {error}")));
    Ok(Article {
        id: row.get(0)?,
        version: row.get(1)?,
        audience: row.named(2, Audience::parse)?,
        state: row.named(3, State::parse)?,
        review_by: review_by.map(day).transpose()?,
        topics: record::from_json(&row.get::<String>(5)?)?,
        created_at: row.get(6)?,
        created_by: row.get(7)?,
        updated_at: row.get(8)?,
        updated_by: row.get(9)?,
        texts: BTreeMap::new(),
    })
}

/// What stands in a row from column `at` on.
fn text(row: &Row, at: usize) -> Result<Text> {
    Ok(Text {
        title: row.get(at)?,
        keywords: record::from_json(&row.get::<String>(at + 1)?)?,
        body: row.get(at + 2)?,
        url: row.get(at + 3)?,
    })
}

/// The condition on `article a`. What it names are our own words.
fn within(scope: Scope) -> String {
    let audience = scope.audience.map(|audience| format!("a.audience = '{}'", audience.as_str()));
    let state = scope.state.map(|state| format!("a.state = '{}'", state.as_str()));
    let conditions: Vec<String> = audience.into_iter().chain(state).collect();
    if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") }
}
