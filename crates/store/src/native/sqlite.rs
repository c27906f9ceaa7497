//! SQLite through rusqlite, for native tests and tools: the same settings as the embedded host.

use crate::port::{Dialect, Error, Result, Row, Sql, Value};
use rusqlite::{
    Connection, ErrorCode, params_from_iter,
    types::{ToSqlOutput, Value as Stored, ValueRef},
};
use std::{path::Path, time::Duration};

/// One connection; several threads open one each on the same file.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Opens the database at `path`, which is made when missing.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(error)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(error)?;
        // All that we have: the default is a tenth of it.
        connection.set_prepared_statement_cache_capacity(256);
        Ok(Self(connection))
    }
}

impl Sql for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        if !is_in_order(statement) {
            return Err(Error::Broken(format!("parameters must first appear in their order: {statement}")));
        }
        let mut prepared = self.0.prepare_cached(statement).map_err(error)?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(parameters)).map_err(error)?;
        let mut found = vec![];
        while let Some(row) = rows.next().map_err(error)? {
            let values: rusqlite::Result<Vec<Value>> =
                (0..columns).map(|index| Ok(value(row.get_ref(index)?))).collect();
            found.push(Row(values.map_err(error)?));
        }
        Ok(found)
    }
}

/// To SQLite `$3` is a name: a parameter's number is the place where it first appears.
fn is_in_order(statement: &str) -> bool {
    let digits =
        |rest: &str| rest.bytes().take_while(u8::is_ascii_digit).fold(0, |n, b| 10 * n + u32::from(b - b'0'));
    let mut numbers = statement.split('$').skip(1).map(digits);
    numbers.try_fold(0, |last, number| (number <= last + 1).then(|| last.max(number))).is_some()
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(Stored::Null),
            Value::Integer(number) => ToSqlOutput::Owned(Stored::Integer(*number)),
            Value::Real(number) => ToSqlOutput::Owned(Stored::Real(*number)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn value(stored: ValueRef<'_>) -> Value {
    match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn error(error: rusqlite::Error) -> Error {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) if text.contains("UNIQUE") => Error::Conflict(text),
        Some(
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull | ErrorCode::CannotOpen,
        ) => Error::Unavailable(text),
        _ => Error::Broken(text),
    }
}
