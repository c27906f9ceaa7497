//! PostgreSQL through the platform's interface. A statement's error may come only after its rows, so
//! every result is drained and its end awaited.

use crate::port::{Dialect, Error, Result, Row, Sql, Value, end_inherited, postgres_error};
use spin_sdk::pg::{Connection, DbValue, Error as Failure, ParameterValue, PgError, QueryError};

/// One connection of one request, out of the platform's pool.
pub struct Postgres(Connection);

impl Postgres {
    pub async fn open(url: &str) -> Result<Self> {
        let sql = Connection::open(url).await.map(Self).map_err(error)?;
        end_inherited(&sql).await?;
        Ok(sql)
    }
}

impl Sql for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let parameters: Vec<ParameterValue> = parameters
            .iter()
            .map(|value| match value.clone() {
                Value::Null => ParameterValue::DbNull,
                Value::Integer(number) => ParameterValue::Int64(number),
                Value::Real(number) => ParameterValue::Floating64(number),
                Value::Text(text) => ParameterValue::Str(text),
                Value::Blob(bytes) => ParameterValue::Binary(bytes),
            })
            .collect();
        let mut result = self.0.query(statement, parameters).await.map_err(error)?;
        let mut rows = vec![];
        while let Some(values) = result.rows().next().await {
            rows.push(values);
        }
        result.result().await.map_err(error)?;
        rows.into_iter().map(row).collect()
    }
}

fn row(values: Vec<DbValue>) -> Result<Row> {
    let value = |value| {
        Ok(match value {
            DbValue::DbNull => Value::Null,
            DbValue::Boolean(truth) => Value::Integer(truth.into()),
            DbValue::Int8(number) => Value::Integer(number.into()),
            DbValue::Int16(number) => Value::Integer(number.into()),
            DbValue::Int32(number) => Value::Integer(number.into()),
            DbValue::Int64(number) => Value::Integer(number),
            DbValue::Floating32(number) => Value::Real(number.into()),
            DbValue::Floating64(number) => Value::Real(number),
            DbValue::Str(text) => Value::Text(text),
            DbValue::Binary(bytes) => Value::Blob(bytes),
            other => return Err(Error::Broken(format!("a value of a type that no table has: {other:?}"))),
        })
    };
    values.into_iter().map(value).collect::<Result<_>>().map(Row)
}

fn error(error: Failure) -> Error {
    match error {
        Failure::PgError(PgError::QueryFailed(QueryError::DbError(error))) => {
            postgres_error(Some(&error.code), error.message)
        }
        // Without a code the server did not refuse: it was not reached, or did not answer.
        Failure::PgError(PgError::ConnectionFailed(text) | PgError::QueryFailed(QueryError::Text(text))) => {
            postgres_error(None, text)
        }
        other => Error::Broken(other.to_string()),
    }
}
