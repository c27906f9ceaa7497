//! One statement: what it does to a transaction, and its rows.

use super::pool::Link;
use super::value;
use crate::bindings::spin::postgres::postgres::{Column, DbValue, Error, ParameterValue};
use crate::sqlite::ROWS_BYTES_MAX;
use futures::TryStreamExt as _;
use std::pin::pin;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

/// What a statement does to a transaction, by its first word.
///
/// PostgreSQL runs one statement at a time for us, so its first word is enough. What is not known
/// counts as opening one: a superfluous ROLLBACK does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    MayOpen,
    /// COMMIT, END, ROLLBACK, ABORT; but not to a savepoint, and not `AND CHAIN`.
    Closes,
}

const HARMLESS: &[&str] = &[
    "ALTER",
    "ANALYZE",
    "CALL",
    "CLOSE",
    "COMMENT",
    "COPY",
    "CREATE",
    "DEALLOCATE",
    "DECLARE",
    "DELETE",
    "DISCARD",
    "DO",
    "DROP",
    "EXECUTE",
    "EXPLAIN",
    "FETCH",
    "GRANT",
    "INSERT",
    "LISTEN",
    "LOCK",
    "MERGE",
    "MOVE",
    "NOTIFY",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "RESET",
    "REVOKE",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "TABLE",
    "TRUNCATE",
    "UNLISTEN",
    "UPDATE",
    "VACUUM",
    "VALUES",
    "WITH",
];

impl Effect {
    pub(super) fn of(sql: &str) -> Self {
        let Some(rest) = after_comments(sql) else { return Self::MayOpen };
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        let is = |known: &&str| word.eq_ignore_ascii_case(known);
        if HARMLESS.iter().any(|known| is(&known)) {
            return Self::None;
        }
        if !["COMMIT", "END", "ROLLBACK", "ABORT"].iter().any(|known| is(&known)) {
            return Self::MayOpen;
        }
        // Anything behind it but the usual decoration: better one ROLLBACK too many.
        let plain = rest
            .split(|c: char| c.is_whitespace() || c == ';')
            .all(|word| ["", "WORK", "TRANSACTION"].iter().any(|known| word.eq_ignore_ascii_case(known)));
        if plain { Self::Closes } else { Self::MayOpen }
    }
}

/// Whether `sql` says that it begins a transaction which must fit into one order with all others.
pub(super) fn is_serializable(sql: &str) -> bool {
    sql.to_ascii_uppercase().contains("ISOLATION LEVEL SERIALIZABLE")
}

/// What follows white space and comments, which PostgreSQL lets nest. `None` if they never end.
fn after_comments(sql: &str) -> Option<&str> {
    let mut rest = sql.trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
            continue;
        }
        let Some(mut comment) = rest.strip_prefix("/*") else { return Some(rest) };
        let mut depth = 1;
        while 0 < depth {
            let close = comment.find("*/")?;
            let open = comment.find("/*").filter(|open| *open < close);
            depth = if open.is_some() { depth + 1 } else { depth - 1 };
            comment = &comment[open.unwrap_or(close) + 2..];
        }
        rest = comment.trim_start();
    }
}

/// What the guest asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Rows,
    Count,
}

/// Everything one statement gave.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<DbValue>>,
    pub(super) affected: u64,
}

/// Why a statement gave nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection is as it was before.
    Refused(Error),
    Server(tokio_postgres::Error),
    /// The server is still sending.
    TooManyRows,
}

impl Failure {
    pub(super) fn too_many_rows() -> Error {
        Error::Other(format!("the result is larger than {} MiB", ROWS_BYTES_MAX >> 20))
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Runs `sql` to its end.
pub(super) async fn run(
    link: &mut Link,
    sql: &str,
    parameters: Vec<ParameterValue>,
    wanted: Wanted,
) -> Result<Outcome, Failure> {
    let statement = link.prepare(sql).await?;
    let parameters = value::encode(parameters, &statement)?;
    let result = once(link, &statement, &parameters, wanted).await;
    let stale = matches!(&result, Err(Failure::Server(error)) if is_stale(error));
    if stale {
        link.forget_statements();
    }
    // A table changed since it was prepared. Nothing has happened, unless it was in a transaction:
    // then the server refuses the second try, too, and says why.
    match stale {
        true => {
            let statement = link.prepare(sql).await?;
            once(link, &statement, &parameters, wanted).await
        }
        false => result,
    }
}

/// The prepared statement does not fit the tables any more, or is gone (DISCARD ALL).
fn is_stale(error: &tokio_postgres::Error) -> bool {
    let Some(told) = error.as_db_error() else { return false };
    *told.code() == SqlState::INVALID_SQL_STATEMENT_NAME
        || *told.code() == SqlState::FEATURE_NOT_SUPPORTED && told.message().contains("cached plan")
}

async fn once(
    link: &Link,
    statement: &Statement,
    parameters: &[Box<dyn ToSql + Send + Sync>],
    wanted: Wanted,
) -> Result<Outcome, Failure> {
    let bound = parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync));
    if wanted == Wanted::Count {
        let affected = link.client.execute_raw(statement, bound).await?;
        return Ok(Outcome { affected, ..Outcome::default() });
    }
    let columns = value::columns(statement)?;
    let mut stream = pin!(link.client.query_raw(statement, bound).await?);
    let (mut rows, mut bytes, mut failed) = (Vec::new(), 0, None);
    while let Some(row) = stream.try_next().await? {
        bytes += row.raw_size_bytes() + columns.len() * size_of::<DbValue>();
        if ROWS_BYTES_MAX < bytes {
            return Err(Failure::TooManyRows);
        }
        // The rest is read all the same: the statement has happened, and its end must be seen.
        match value::decode(&row) {
            Ok(values) if failed.is_none() => rows.push(values),
            Ok(_) => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(Failure::Refused(error)),
        None => Ok(Outcome { columns, rows, affected: stream.rows_affected().unwrap_or(0) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_what_becomes_of_a_transaction() {
        let check = |sql, effect| assert_eq!(Effect::of(sql), effect, "{sql}");
        check("select 1", Effect::None);
        check("  -- why\n /* and /* how */ */ INSERT INTO t VALUES (1)", Effect::None);
        check("WITH a AS (SELECT 1) DELETE FROM t", Effect::None);
        check("(SELECT 1)", Effect::MayOpen);
        check("BEGIN", Effect::MayOpen);
        check("start transaction isolation level serializable", Effect::MayOpen);
        check("/* /* */ SELECT */ BEGIN", Effect::MayOpen);
        check(";BEGIN", Effect::MayOpen);
        check("/* never closed", Effect::MayOpen);
        check("", Effect::MayOpen);
        check("COMMIT", Effect::Closes);
        check("end transaction;", Effect::Closes);
        check("ROLLBACK WORK", Effect::Closes);
        check("ROLLBACK TO SAVEPOINT a", Effect::MayOpen);
        check("COMMIT AND CHAIN", Effect::MayOpen);
        check("SAVEPOINT a", Effect::None);
    }
}
