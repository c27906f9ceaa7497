//! Brings a database to the tables that this version needs. Running it again does nothing, and two
//! components may run it at the same time.

use crate::{
    parameters,
    port::{Dialect, Error, Result, Sql, transaction},
};

type Script = (&'static str, &'static str);

/// In the order in which they run; a released one never changes. Both dialects have the same tables.
const SQLITE: &[Script] = &[
    ("0001_center", include_str!("../migrations/sqlite/0001_center.sql")),
    ("0002_contact", include_str!("../migrations/sqlite/0002_contact.sql")),
    ("0003_interaction", include_str!("../migrations/sqlite/0003_interaction.sql")),
    ("0004_work", include_str!("../migrations/sqlite/0004_work.sql")),
    ("0005_thread", include_str!("../migrations/sqlite/0005_thread.sql")),
    ("0006_outbound", include_str!("../migrations/sqlite/0006_outbound.sql")),
    ("0007_attachment", include_str!("../migrations/sqlite/0007_attachment.sql")),
    ("0008_letter", include_str!("../migrations/sqlite/0008_letter.sql")),
    ("0009_health", include_str!("../migrations/sqlite/0009_health.sql")),
    ("0011_comment", include_str!("../migrations/sqlite/0011_comment.sql")),
    ("0012_visit", include_str!("../migrations/sqlite/0012_visit.sql")),
    ("0013_routing", include_str!("../migrations/sqlite/0013_routing.sql")),
    ("0014_hold", include_str!("../migrations/sqlite/0014_hold.sql")),
    ("0015_round", include_str!("../migrations/sqlite/0015_round.sql")),
    ("0016_open", include_str!("../migrations/sqlite/0016_open.sql")),
    ("0017_service_level", include_str!("../migrations/sqlite/0017_service_level.sql")),
    ("0018_shut", include_str!("../migrations/sqlite/0018_shut.sql")),
    ("0019_article", include_str!("../migrations/sqlite/0019_article.sql")),
    ("0020_flow", include_str!("../migrations/sqlite/0020_flow.sql")),
    ("0021_survey", include_str!("../migrations/sqlite/0021_survey.sql")),
];

const POSTGRES: &[Script] = &[
    ("0001_center", include_str!("../migrations/postgres/0001_center.sql")),
    ("0002_contact", include_str!("../migrations/postgres/0002_contact.sql")),
    ("0003_interaction", include_str!("../migrations/postgres/0003_interaction.sql")),
    ("0004_work", include_str!("../migrations/postgres/0004_work.sql")),
    ("0005_thread", include_str!("../migrations/postgres/0005_thread.sql")),
    ("0006_outbound", include_str!("../migrations/postgres/0006_outbound.sql")),
    ("0007_attachment", include_str!("../migrations/postgres/0007_attachment.sql")),
    ("0008_letter", include_str!("../migrations/postgres/0008_letter.sql")),
    ("0009_health", include_str!("../migrations/postgres/0009_health.sql")),
    ("0011_comment", include_str!("../migrations/postgres/0011_comment.sql")),
    ("0012_visit", include_str!("../migrations/postgres/0012_visit.sql")),
    ("0013_routing", include_str!("../migrations/postgres/0013_routing.sql")),
    ("0014_hold", include_str!("../migrations/postgres/0014_hold.sql")),
    ("0015_round", include_str!("../migrations/postgres/0015_round.sql")),
    ("0016_open", include_str!("../migrations/postgres/0016_open.sql")),
    ("0017_service_level", include_str!("../migrations/postgres/0017_service_level.sql")),
    ("0018_shut", include_str!("../migrations/postgres/0018_shut.sql")),
    ("0019_article", include_str!("../migrations/postgres/0019_article.sql")),
    ("0020_flow", include_str!("../migrations/postgres/0020_flow.sql")),
    ("0021_survey", include_str!("../migrations/postgres/0021_survey.sql")),
];

/// Runs what was not run yet, and tells what that was. Where nothing is left it only reads, so a clock
/// may call it at every tick.
pub async fn migrate(sql: &impl Sql) -> Result<Vec<&'static str>> {
    let known = match sql.query("SELECT name FROM schema_migration", &[]).await {
        Ok(rows) => rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>>>()?,
        // A database that nobody migrated yet has no such table.
        Err(Error::Broken(_)) => {
            let create = "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY)";
            match sql.query(create, &[]).await {
                // Somebody else made it at the same time.
                Ok(_) | Err(Error::Conflict(_)) => vec![],
                Err(error) => return Err(error),
            }
        }
        Err(error) => return Err(error),
    };
    let mut done = vec![];
    let scripts = match sql.dialect() {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    for &(name, script) in scripts {
        if known.iter().any(|known| known == name) {
            continue;
        }
        transaction(sql, async |sql| {
            if sql.dialect() == Dialect::Postgres {
                // Two that make the same table at once would be in each other's way.
                sql.query("LOCK TABLE schema_migration IN EXCLUSIVE MODE", &[]).await?;
            }
            for statement in statements(script) {
                run(sql, &statement).await?;
            }
            let insert = "INSERT INTO schema_migration (name) VALUES ($1) ON CONFLICT DO NOTHING";
            sql.query(insert, parameters![name]).await
        })
        .await?;
        done.push(name);
    }
    Ok(done)
}

/// SQLite knows no `ADD COLUMN IF NOT EXISTS`: whether a column is there shows when it is asked for.
async fn run(sql: &impl Sql, statement: &str) -> Result<()> {
    let added = statement.strip_prefix("ALTER TABLE ");
    let added = added.and_then(|added| added.split_once(" ADD COLUMN IF NOT EXISTS "));
    let Some((table, column)) = added.filter(|_| sql.dialect() == Dialect::Sqlite) else {
        return sql.query(statement, &[]).await.map(drop);
    };
    let name = column.split(' ').next().unwrap_or_default();
    match sql.query(&format!("SELECT {name} FROM {table} LIMIT 0"), &[]).await {
        Err(Error::Broken(_)) => {
            sql.query(&format!("ALTER TABLE {table} ADD COLUMN {column}"), &[]).await.map(drop)
        }
        known => known.map(drop),
    }
}

/// The statements of a script, without comments. Our scripts have no semicolon inside a text but
/// between `$$` and `$$`.
fn statements(script: &str) -> Vec<String> {
    let code: Vec<&str> = script.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let mut statements = vec![String::new()];
    for (index, part) in code.join("\n").split("$$").enumerate() {
        let quoted = index % 2 == 1;
        let mut pieces = if quoted { vec![part] } else { part.split(';').collect() }.into_iter();
        if let (Some(last), Some(piece)) = (statements.last_mut(), pieces.next()) {
            let quote = if quoted { "$$" } else { "" };
            last.push_str(&format!("{quote}{piece}{quote}"));
        }
        statements.extend(pieces.map(str::to_owned));
    }
    statements.iter().map(|statement| statement.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}
