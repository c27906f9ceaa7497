//! How often bots answered with an article, and what became of those who read it.

use crate::{
    parameters,
    port::{Result, Row, Sql},
    record,
};
use domain::{
    id::InteractionId,
    interaction::{Ending, Event},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A bot showed an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub id: String,
    pub interaction: InteractionId,
    pub article: String,
    pub locale: String,
    /// What it was an answer to.
    pub question: String,
    pub at: Timestamp,
}

/// What came of it, of one article or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// How often it was shown.
    pub shown: u32,
    /// In how many interactions that was.
    pub interactions: u32,
    /// How many of these are over …
    pub over: u32,
    /// … and how many of them the bot ended without anybody having answered: load that was taken off people.
    pub deflected: u32,
    /// How often the contact said that it helped.
    pub helped: u32,
    /// And how often that it did not.
    pub not_helped: u32,
}

/// Belongs into the transaction of the message that shows it.
pub async fn add(sql: &impl Sql, used: &Use) -> Result<()> {
    let statement = "INSERT INTO article_use (id, interaction_id, article_id, locale, question, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let Use { id, interaction, article, locale, question, at } = used;
    sql.query(statement, parameters![id, interaction, article, locale, question, *at]).await?;
    Ok(())
}

/// Records what the contact said of the article that they were shown last in this interaction. Tells whether
/// there was one.
pub async fn judge(sql: &impl Sql, interaction: &InteractionId, helpful: bool) -> Result<bool> {
    let statement = "UPDATE article_use SET helpful = $1 WHERE id = (
            SELECT id FROM article_use WHERE interaction_id = $2 ORDER BY at_ms DESC, id DESC LIMIT 1)
        RETURNING 1";
    sql.any(statement, parameters![helpful, interaction]).await
}

/// By article, of what was shown from `from` on and before `until`.
pub async fn by_article(
    sql: &impl Sql,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<String, Usage>> {
    let rows = ask(sql, "u.article_id", " GROUP BY u.article_id", from, until).await?;
    rows.iter().map(|row| Ok((row.get(0)?, usage(row)?))).collect()
}

/// The same of all articles: an interaction in which several were shown counts once.
pub async fn of_all(sql: &impl Sql, from: Timestamp, until: Timestamp) -> Result<Usage> {
    let rows = ask(sql, "''", "", from, until).await?;
    rows.first().map_or(Ok(Usage::default()), usage)
}

async fn ask(sql: &impl Sql, group: &str, by: &str, from: Timestamp, until: Timestamp) -> Result<Vec<Row>> {
    let (kind, body) = record::to_stored(&Event::Ended { by: Ending::Bot })?;
    let statement = format!(
        "SELECT {group}, COUNT(*), COUNT(DISTINCT u.interaction_id),
            COUNT(DISTINCT CASE WHEN i.state = 'disposed' THEN u.interaction_id END),
            COUNT(DISTINCT CASE WHEN i.answered_at_ms IS NULL AND e.kind IS NOT NULL THEN u.interaction_id END),
            COUNT(CASE WHEN u.helpful = 1 THEN 1 END), COUNT(CASE WHEN u.helpful = 0 THEN 1 END)
        FROM article_use u LEFT JOIN interaction i ON i.id = u.interaction_id
        LEFT JOIN interaction_event e
            ON e.interaction_id = i.id AND e.version = i.version AND e.kind = $1 AND e.body = $2
        WHERE u.at_ms >= $3 AND u.at_ms < $4{by}"
    );
    sql.query(&statement, parameters![kind, body, from, until]).await
}

fn usage(row: &Row) -> Result<Usage> {
    Ok(Usage {
        shown: row.get(1)?,
        interactions: row.get(2)?,
        over: row.get(3)?,
        deflected: row.get(4)?,
        helped: row.get(5)?,
        not_helped: row.get(6)?,
    })
}
