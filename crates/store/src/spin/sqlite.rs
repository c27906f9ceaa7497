//! SQLite through the platform's interface. A statement's error may come only after its rows, so every
//! result is drained and its end awaited.

use crate::port::{Dialect, Error, Result, Row, Sql, Value};
use spin_sdk::sqlite;

/// One connection of one request. Dropping it rolls back what it left open.
pub struct Sqlite(sqlite::Connection);

impl Sqlite {
    pub async fn open() -> Result<Self> {
        sqlite::Connection::open_default().await.map(Self).map_err(error)
    }
}

impl Sql for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let parameters = parameters.iter().map(|value| match value.clone() {
            Value::Null => sqlite::Value::Null,
            Value::Integer(number) => sqlite::Value::Integer(number),
            Value::Real(number) => sqlite::Value::Real(number),
            Value::Text(text) => sqlite::Value::Text(text),
            Value::Blob(bytes) => sqlite::Value::Blob(bytes),
        });
        // `$1` is the name of a parameter to SQLite, and a libSQL server gives names no place.
        let statement = statement.replace('$', "?");
        let result = self.0.execute(statement, parameters).await.map_err(error)?;
        let rows = result.collect().await.map_err(error)?;
        Ok(rows.into_iter().map(row).collect())
    }
}

fn row(row: sqlite::RowResult) -> Row {
    Row(row
        .values
        .into_iter()
        .map(|value| match value {
            sqlite::Value::Null => Value::Null,
            sqlite::Value::Integer(number) => Value::Integer(number),
            sqlite::Value::Real(number) => Value::Real(number),
            sqlite::Value::Text(text) => Value::Text(text),
            sqlite::Value::Blob(bytes) => Value::Blob(bytes),
        })
        .collect())
}

/// The interface gives SQLite's own words; its unique constraints are told by them.
fn error(error: sqlite::Error) -> Error {
    let text = error.to_string();
    if text.contains("UNIQUE constraint failed") {
        Error::Conflict(text)
    } else if ["locked", "busy", "disk", "unable to open"].iter().any(|word| text.contains(word)) {
        Error::Unavailable(text)
    } else {
        Error::Broken(text)
    }
}
