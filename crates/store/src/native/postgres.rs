//! PostgreSQL through tokio-postgres, whose blocking front needs no runtime around it.

use crate::port::{Dialect, Error, Result, Row, Sql, Value, postgres_error};
use postgres::{
    Client, NoTls, Statement,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};
use std::{cell::RefCell, collections::HashMap};

type Cause = Box<dyn std::error::Error + Sync + Send>;

/// One connection; several threads open one each.
pub struct Postgres(RefCell<Session>);

struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Postgres {
    /// Connects to the server that `url` names, without TLS.
    pub fn open(url: &str) -> Result<Self> {
        let client = Client::connect(url, NoTls).map_err(error)?;
        Ok(Self(RefCell::new(Session { client, prepared: HashMap::new() })))
    }
}

impl Sql for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let mut session = self.0.borrow_mut();
        let Session { client, prepared } = &mut *session;
        let known = match prepared.get(statement) {
            Some(known) => known.clone(),
            None => {
                let new = client.prepare(statement).map_err(error)?;
                prepared.entry(statement.to_owned()).or_insert(new).clone()
            }
        };
        let parameters: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(|value| value as _).collect();
        let rows = client.query(&known, &parameters).map_err(error)?;
        rows.iter().map(row).collect()
    }
}

fn row(row: &postgres::Row) -> Result<Row> {
    let value = |index| row.try_get::<_, Option<Value>>(index).map(|value| value.unwrap_or(Value::Null));
    (0..row.len()).map(value).collect::<Result<_, _>>().map(Row).map_err(error)
}

impl FromSql<'_> for Value {
    fn from_sql(kind: &Type, raw: &[u8]) -> Result<Self, Cause> {
        Ok(match *kind {
            Type::BOOL => Value::Integer(bool::from_sql(kind, raw)?.into()),
            Type::INT2 => Value::Integer(i16::from_sql(kind, raw)?.into()),
            Type::INT4 => Value::Integer(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Value::Integer(i64::from_sql(kind, raw)?),
            Type::FLOAT8 => Value::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => Value::Blob(Vec::from_sql(kind, raw)?),
            _ => Value::Text(String::from_sql(kind, raw)?),
        })
    }

    fn accepts(kind: &Type) -> bool {
        const KINDS: [Type; 6] = [Type::BOOL, Type::INT2, Type::INT4, Type::INT8, Type::FLOAT8, Type::BYTEA];
        KINDS.contains(kind) || <String as FromSql>::accepts(kind)
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Cause> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql_checked(kind, out),
            Value::Real(number) => number.to_sql_checked(kind, out),
            Value::Text(text) => text.to_sql_checked(kind, out),
            Value::Blob(bytes) => bytes.to_sql_checked(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn error(error: postgres::Error) -> Error {
    match error.as_db_error() {
        Some(told) => postgres_error(Some(told.code().code()), told.message().to_owned()),
        None if error.is_closed() => postgres_error(None, error.to_string()),
        None => match std::error::Error::source(&error) {
            Some(cause) if cause.is::<std::io::Error>() => postgres_error(None, format!("{error}: {cause}")),
            _ => Error::Broken(error.to_string()),
        },
    }
}
