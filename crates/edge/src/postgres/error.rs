//! What went wrong, as a guest hears it: the SQLSTATE always reaches it.

use super::address::BadAddress;
use crate::bindings::spin::postgres::postgres::{DbError, Error, QueryError};
use std::time::Duration;
use tokio_postgres::error::Severity;

/// PostgreSQL 17's own code for a transaction that was open for too long.
const TRANSACTION_TIMEOUT: &str = "25P04";

impl From<BadAddress> for Error {
    fn from(error: BadAddress) -> Self {
        match error {
            BadAddress::Certificate(_) => Self::BadParameter(error.to_string()),
            _ => Self::ConnectionFailed(error.to_string()),
        }
    }
}

/// The server, or the way to it, said no.
pub(super) fn from_server(error: &tokio_postgres::Error) -> Error {
    let Some(told) = error.as_db_error() else {
        let text = with_cause(error);
        return match is_lost(error) {
            true => Error::ConnectionFailed(text),
            false => Error::QueryFailed(QueryError::Text(text)),
        };
    };
    let extras = [
        ("hint", told.hint()),
        ("schema", told.schema()),
        ("table", told.table()),
        ("column", told.column()),
        ("datatype", told.datatype()),
        ("constraint", told.constraint()),
        ("where", told.where_()),
        ("routine", told.routine()),
    ];
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text: format!("{told} ({})", told.code().code()),
        severity: told.severity().to_owned(),
        code: told.code().code().to_owned(),
        message: told.message().to_owned(),
        detail: told.detail().map(str::to_owned),
        extras: extras
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect(),
    }))
}

/// Whether the connection is of no more use.
pub(super) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(told) => matches!(told.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        None => error.is_closed() || has_io_cause(error),
    }
}

fn has_io_cause(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<std::io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// tokio-postgres tells the kind only; the reason is its cause.
pub(super) fn with_cause(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(told) => format!("{told} ({})", told.code().code()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

/// As PostgreSQL 17 says it with its own `transaction_timeout`.
pub(super) fn transaction_timed_out(limit: Duration) -> Error {
    let message = format!("the transaction was rolled back: it was open for more than {limit:?}");
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text: format!("FATAL: {message} ({TRANSACTION_TIMEOUT})"),
        severity: "FATAL".into(),
        code: TRANSACTION_TIMEOUT.into(),
        message,
        detail: None,
        extras: Vec::new(),
    }))
}
