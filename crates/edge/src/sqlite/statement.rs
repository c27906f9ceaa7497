//! What a statement is, and how its rows and errors look to a guest.

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use rusqlite::types::{ToSqlOutput, Type, ValueRef};
use std::time::Duration;

/// Rows gathered for one guest at most, from any database. They are gathered before they are handed over, so that a
/// guest which never reads them cannot hold a connection.
pub(crate) const ROWS_BYTES_MAX: usize = 64 << 20;

/// What a statement does to a transaction, by its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Surely reads only.
    Read,
    /// Surely writes.
    Write,
    Begin,
    /// COMMIT, END, ROLLBACK, RELEASE.
    Finish,
    /// The prepared statement must say whether it writes: `WITH`, `PRAGMA`.
    Unknown,
}

impl Kind {
    pub(super) fn of(sql: &str) -> Self {
        let word = first_word(sql);
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&["SELECT", "VALUES", "EXPLAIN"]) {
            Self::Read
        } else if is(&["INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP"]) {
            Self::Write
        } else if is(&["BEGIN", "SAVEPOINT"]) {
            Self::Begin
        } else if is(&["COMMIT", "END", "ROLLBACK", "RELEASE"]) {
            Self::Finish
        } else {
            Self::Unknown
        }
    }
}

/// The first word after white space and comments.
fn first_word(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        }
        .trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    &rest[..end]
}

/// Everything one statement gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<RowResult>,
    pub(super) changes: u64,
    pub(super) last_insert_rowid: i64,
}

/// Why a statement gave nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// It writes, and this was a reader. Nothing has happened.
    Writes,
    Sql(rusqlite::Error),
    TooManyRows,
    /// It was committed, and the disk did not say that it has it.
    Disk(std::io::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sql(rusqlite::Error::SqliteFailure(code, _))
                if code.code == rusqlite::ErrorCode::DiskFull =>
            {
                Self::DatabaseFull
            }
            Failure::Sql(error) => Self::Io(error.to_string()),
            Failure::TooManyRows => {
                Self::Io(format!("the result is larger than {} MiB", ROWS_BYTES_MAX >> 20))
            }
            Failure::Disk(error) => Self::Io(format!("disk I/O error: {error}")),
            Failure::Writes => Self::Io("the statement writes".into()),
        }
    }
}

/// What a guest hears of a transaction that was taken away.
pub(super) fn timed_out(limit: Duration) -> Error {
    Error::Io(format!("the transaction was rolled back: it was open for more than {limit:?}"))
}

/// Runs `sql` to its end. With `read_only`, a statement that would write is left alone.
pub(super) fn run(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: &[Value],
    read_only: bool,
) -> Result<Outcome, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    if read_only && !statement.readonly() {
        return Err(Failure::Writes);
    }
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut bytes = 0;
    let mut gathered = Vec::new();
    let mut rows = statement.query(rusqlite::params_from_iter(parameters.iter().map(Parameter)))?;
    while let Some(row) = rows.next()? {
        let values = (0..columns.len())
            .map(|column| row.get_ref(column).and_then(|value| value_of(column, value)))
            .collect::<Result<Vec<_>, _>>()?;
        bytes += values.iter().map(size_of_value).sum::<usize>();
        if bytes > ROWS_BYTES_MAX {
            return Err(Failure::TooManyRows);
        }
        gathered.push(RowResult { values });
    }
    drop(rows);
    Ok(Outcome {
        columns,
        rows: gathered,
        changes: connection.changes(),
        last_insert_rowid: connection.last_insert_rowid(),
    })
}

fn value_of(column: usize, value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(error) => {
                let error = Box::new(error);
                return Err(rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error));
            }
        },
    })
}

fn size_of_value(value: &Value) -> usize {
    let heap = match value {
        Value::Text(text) => text.len(),
        Value::Blob(blob) => blob.len(),
        Value::Integer(_) | Value::Real(_) | Value::Null => 0,
    };
    size_of::<Value>() + heap
}

/// A guest's value as a bound parameter, without a copy.
struct Parameter<'a>(&'a Value);

impl rusqlite::ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(integer) => ValueRef::Integer(*integer),
            Value::Real(real) => ValueRef::Real(*real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_the_kind() {
        let check = |sql, kind| assert_eq!(Kind::of(sql), kind, "{sql}");
        check("select 1", Kind::Read);
        check("  -- why\n /* and */ SELECT 1", Kind::Read);
        check("INSERT INTO t VALUES (1)", Kind::Write);
        check("begin immediate", Kind::Begin);
        check("COMMIT;", Kind::Finish);
        check("rollback to x", Kind::Finish);
        check("WITH a AS (SELECT 1) DELETE FROM t", Kind::Unknown);
        check("PRAGMA user_version", Kind::Unknown);
        check("-- nothing", Kind::Unknown);
        check("", Kind::Unknown);
    }
}
