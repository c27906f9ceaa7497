//! Ready answers: words that agents put into a message instead of typing them.

use crate::{
    parameters,
    port::{Result, Row, Sql},
    record,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyAnswer {
    pub id: String,
    pub name: String,
    /// By language, as `texts`; for channels that have subjects.
    pub subject: BTreeMap<String, String>,
    /// By language: `es`, `en`, `pt`.
    pub texts: BTreeMap<String, String>,
    /// The queues whose agents see it; empty: all.
    pub queues: BTreeSet<String>,
}

const COLUMNS: &str = "id, name, subject, texts, queues";

pub async fn find(sql: &impl Sql, id: &str) -> Result<Option<ReadyAnswer>> {
    let statement = format!("SELECT {COLUMNS} FROM ready_answer WHERE id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(answer).transpose()
}

pub async fn all(sql: &impl Sql) -> Result<Vec<ReadyAnswer>> {
    let statement = format!("SELECT {COLUMNS} FROM ready_answer ORDER BY name, id");
    sql.query(&statement, &[]).await?.iter().map(answer).collect()
}

pub async fn put(sql: &impl Sql, answer: &ReadyAnswer) -> Result<()> {
    let statement = "INSERT INTO ready_answer (id, name, subject, texts, queues) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, subject = excluded.subject,
            texts = excluded.texts, queues = excluded.queues";
    let ReadyAnswer { id, name, subject, texts, queues } = answer;
    let (subject, texts, queues) =
        (record::to_json(subject)?, record::to_json(texts)?, record::to_json(queues)?);
    sql.query(statement, parameters![id, name, subject, texts, queues]).await?;
    Ok(())
}

pub async fn remove(sql: &impl Sql, id: &str) -> Result<bool> {
    sql.any("DELETE FROM ready_answer WHERE id = $1 RETURNING 1", parameters![id]).await
}

fn answer(row: &Row) -> Result<ReadyAnswer> {
    Ok(ReadyAnswer {
        id: row.get(0)?,
        name: row.get(1)?,
        subject: record::from_json(&row.get::<String>(2)?)?,
        texts: record::from_json(&row.get::<String>(3)?)?,
        queues: record::from_json(&row.get::<String>(4)?)?,
    })
}
