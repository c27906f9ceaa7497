//! Brings a database to the tables that this version needs. Running it again does nothing, and two
//! components may run it at the same time.

use crate::{
    parameters,
    port::{Error, Result, Sql, transaction},
};

/// In the order in which they run; a released one never changes.
const SQLITE: [(&str, &str); 4] = [
    ("0001_center", include_str!("../migrations/sqlite/0001_center.sql")),
    ("0002_contact", include_str!("../migrations/sqlite/0002_contact.sql")),
    ("0003_interaction", include_str!("../migrations/sqlite/0003_interaction.sql")),
    ("0004_work", include_str!("../migrations/sqlite/0004_work.sql")),
];

/// Runs what was not run yet, and tells what that was. Where nothing is left it only reads, so a clock
/// may call it at every tick.
pub async fn migrate(sql: &impl Sql) -> Result<Vec<&'static str>> {
    let known = match sql.query("SELECT name FROM schema_migration", &[]).await {
        Ok(rows) => rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>>>()?,
        // A database that nobody migrated yet has no such table.
        Err(Error::Broken(_)) => {
            let create = "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY)";
            sql.query(create, &[]).await?;
            vec![]
        }
        Err(error) => return Err(error),
    };
    let mut done = vec![];
    for (name, script) in SQLITE {
        if known.iter().any(|known| known == name) {
            continue;
        }
        transaction(sql, async |sql| {
            for statement in statements(script) {
                sql.query(&statement, &[]).await?;
            }
            let insert = "INSERT INTO schema_migration (name) VALUES ($1) ON CONFLICT DO NOTHING";
            sql.query(insert, parameters![name]).await
        })
        .await?;
        done.push(name);
    }
    Ok(done)
}

/// The statements of a script, without comments. Our scripts have no semicolon inside a text.
fn statements(script: &str) -> Vec<String> {
    let code: Vec<&str> = script.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    code.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}
