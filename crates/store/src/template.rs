//! The templates that an account's provider knows, as of the last time that it was asked.

use crate::{
    parameters,
    port::{Result, Row, Sql},
    record,
};
use domain::{id::AccountId, template::Definition, time::Timestamp};

pub async fn find(
    sql: &impl Sql,
    account: &AccountId,
    name: &str,
    language: &str,
) -> Result<Option<Definition>> {
    let statement = "SELECT definition FROM provider_template
        WHERE account_id = $1 AND name = $2 AND language = $3";
    sql.first(statement, parameters![account, name, language]).await?.as_ref().map(definition).transpose()
}

/// By name and language.
pub async fn all(sql: &impl Sql, account: &AccountId) -> Result<Vec<Definition>> {
    let statement = "SELECT definition FROM provider_template WHERE account_id = $1 ORDER BY name, language";
    sql.query(statement, parameters![account]).await?.iter().map(definition).collect()
}

/// Puts `definitions` in the place of what the account had.
pub async fn replace(
    sql: &impl Sql,
    account: &AccountId,
    definitions: &[Definition],
    now: Timestamp,
) -> Result<()> {
    let statement = "INSERT INTO provider_template (account_id, name, language, definition, seen_at_ms)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, name, language)
        DO UPDATE SET definition = excluded.definition, seen_at_ms = excluded.seen_at_ms";
    for definition in definitions {
        let json = record::to_json(definition)?;
        let Definition { name, language, .. } = definition;
        sql.query(statement, parameters![account, name, language, json, now]).await?;
    }
    let statement = "DELETE FROM provider_template WHERE account_id = $1 AND seen_at_ms < $2";
    sql.query(statement, parameters![account, now]).await?;
    Ok(())
}

fn definition(row: &Row) -> Result<Definition> {
    record::from_json(&row.get::<String>(0)?)
}
