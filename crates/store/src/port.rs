//! The one port to SQL. Its implementors are the platform's interfaces in a component, and rusqlite and
//! tokio-postgres in native tests and tools.

/// What a statement takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// Why a statement failed. Each variant asks for something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Somebody else was first: a unique key is taken, or two transactions do not fit into one order.
    /// Nothing was stored. Reload and decide again.
    #[error("somebody else was first: {0}")]
    Conflict(String),
    /// The database does not answer now; try later. A COMMIT that ends so may have happened, which
    /// does no harm: whatever is tried again is known by its key.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// The statement or the stored data is wrong: a defect of ours.
    #[error("the database refused: {0}")]
    Broken(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A connection. What runs between `BEGIN` and `COMMIT` belongs to [`transaction`] alone.
#[allow(async_fn_in_trait, reason = "components have one thread: nothing needs to be Send")]
pub trait Sql {
    fn dialect(&self) -> Dialect;

    /// The trace (`traceparent`) that what is stored through this connection belongs to.
    fn trace(&self) -> Option<&str> {
        None
    }

    /// Runs one statement to its end and gives its rows.
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>>;

    /// Runs one statement and tells whether it gave any row: for `… RETURNING`.
    async fn any(&self, statement: &str, parameters: &[Value]) -> Result<bool> {
        Ok(!self.query(statement, parameters).await?.is_empty())
    }

    /// The first row, where at most one is expected.
    async fn first(&self, statement: &str, parameters: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(statement, parameters).await?.into_iter().next())
    }
}

/// A connection to one of the two databases, whichever way they are reached.
pub enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

impl<S: Sql, P: Sql> Sql for Either<S, P> {
    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(sql) => sql.dialect(),
            Self::Postgres(sql) => sql.dialect(),
        }
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(sql) => sql.query(statement, parameters).await,
            Self::Postgres(sql) => sql.query(statement, parameters).await,
        }
    }
}

/// A connection on behalf of a trace.
pub struct Traced<S> {
    pub sql: S,
    pub trace: Option<String>,
}

impl<S: Sql> Sql for Traced<S> {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    fn trace(&self) -> Option<&str> {
        self.trace.as_deref()
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        self.sql.query(statement, parameters).await
    }
}

/// Whether this is the address of a PostgreSQL database.
pub fn is_postgres(address: &str) -> bool {
    address.starts_with("postgres://") || address.starts_with("postgresql://")
}

/// What a failure of PostgreSQL with this SQLSTATE asks for; without one, the server did not answer.
/// The codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
pub fn postgres_error(code: Option<&str>, text: String) -> Error {
    let Some(code) = code else { return Error::Unavailable(text) };
    let text = format!("{text} ({code})");
    match code {
        // unique_violation, serialization_failure, deadlock_detected; duplicate_object and duplicate_table,
        // which two hear that make one table at once, IF NOT EXISTS or not
        "23505" | "40001" | "40P01" | "42710" | "42P07" => Error::Conflict(text),
        // Connection exceptions, too few resources, operator intervention: a restart for example.
        _ if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => Error::Unavailable(text),
        _ => Error::Broken(text),
    }
}

/// How many values a statement may name: each is a parameter.
pub(crate) const LIST_MAX: usize = 1024;

/// `values` as the parameters of `IN` [`list`]. Their number is a power of two, the last one said again
/// and again, so that there are few different statements.
pub fn lists<'a, T: 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<Vec<Value>>
where
    Value: From<&'a T>,
{
    let values: Vec<Value> = values.into_iter().map(Value::from).collect();
    let full = |some: &[Value]| {
        let mut some = some.to_vec();
        if let Some(last) = some.last().cloned() {
            some.resize(some.len().next_power_of_two(), last);
        }
        some
    };
    values.chunks(LIST_MAX).map(full).collect()
}

/// `($1, $2, …)`, for so many parameters.
pub fn list(values: &[Value]) -> String {
    let numbers: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
    format!("({})", numbers.join(", "))
}

/// The same for the rows of an insert, each of `width` values: `($1, $2), ($3, $4)`.
pub fn rows(values: &[Value], width: usize) -> String {
    let row = |row: usize| {
        let numbers: Vec<String> = (1..=width).map(|place| format!("${}", row * width + place)).collect();
        format!("({})", numbers.join(", "))
    };
    (0..values.len() / width.max(1)).map(row).collect::<Vec<_>>().join(", ")
}

/// Runs `work` between BEGIN and COMMIT, or ROLLBACK when it fails: a transaction always ends.
///
/// Whatever runs at the same time, the outcome is that of one after another. SQLite takes its write lock
/// at once, so that nobody reads what another is about to change; PostgreSQL looks afterwards whether
/// there is such an order, and refuses with [`Error::Conflict`] where there is none.
pub async fn transaction<S: Sql, T, E: From<Error>>(
    sql: &S,
    work: impl AsyncFnOnce(&S) -> Result<T, E>,
) -> Result<T, E> {
    let begin = match sql.dialect() {
        Dialect::Sqlite => "BEGIN IMMEDIATE",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
    };
    between(begin, sql, work).await
}

/// The same for `work` that cannot decide wrongly, since it only adds rows and reads nothing, or since what it
/// relies on is behind a lock that it takes first or under a key that it writes: it needs no place in the
/// order, and nobody is refused because of it.
pub async fn addition<S: Sql, T, E: From<Error>>(
    sql: &S,
    work: impl AsyncFnOnce(&S) -> Result<T, E>,
) -> Result<T, E> {
    let begin = match sql.dialect() {
        Dialect::Sqlite => "BEGIN IMMEDIATE",
        // To PostgreSQL the same as READ COMMITTED; the name is for [`end_inherited`].
        Dialect::Postgres => "BEGIN ISOLATION LEVEL READ UNCOMMITTED",
    };
    between(begin, sql, work).await
}

async fn between<S: Sql, T, E: From<Error>>(
    begin: &str,
    sql: &S,
    work: impl AsyncFnOnce(&S) -> Result<T, E>,
) -> Result<T, E> {
    sql.query(begin, &[]).await?;
    let (outcome, still_open) = match work(sql).await {
        // After a COMMIT that failed, PostgreSQL has rolled back; SQLite lets it be tried again.
        Ok(value) => {
            let committed = sql.query("COMMIT", &[]).await.map(|_| value).map_err(E::from);
            (committed, sql.dialect() == Dialect::Sqlite)
        }
        Err(error) => (Err(error), true),
    };
    if outcome.is_err() && still_open {
        // The first error is the one to tell; a connection that cannot roll back is closed by its
        // host, which rolls back too.
        let _ = sql.query("ROLLBACK", &[]).await;
    }
    outcome
}

/// Ends a transaction that somebody else left open on this connection of PostgreSQL. Spin's pool hands one
/// on when its guest trapped: it would take in what is written next, and keep or lose it with the rest.
///
/// Nobody but [`transaction`] and [`addition`] asks for their levels, so those tell; a ROLLBACK at every
/// start would fill the server's log with warnings.
pub async fn end_inherited(sql: &impl Sql) -> Result<()> {
    let ours = |level: String| matches!(level.as_str(), "serializable" | "read uncommitted");
    let inherited = match sql.first("SHOW transaction_isolation", &[]).await {
        Ok(row) => row.is_some_and(|row| row.get(0).is_ok_and(ours)),
        // In a transaction that failed nothing else is answered.
        Err(Error::Broken(_)) => true,
        Err(error) => return Err(error),
    };
    if inherited {
        sql.query("ROLLBACK", &[]).await?;
    }
    Ok(())
}

/// One row of a result, read by position.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The value at `index` as the type that the caller knows it has.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let value = self.0.get(index).ok_or_else(|| Error::Broken(format!("no column {index}")))?;
        T::from_value(value)
            .ok_or_else(|| Error::Broken(format!("column {index} is not {}", std::any::type_name::<T>())))
    }

    /// The value whose name is the text at `index`.
    pub fn named<T>(&self, index: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        let name: String = self.get(index)?;
        parse(&name).ok_or_else(|| Error::Broken(format!("column {index} is {name}")))
    }
}

pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl FromValue for u64 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for u32 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for i32 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            Value::Text(text) => Some(text.clone().into_bytes()),
            _ => None,
        }
    }
}

impl FromValue for domain::time::Timestamp {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(domain::time::Timestamp)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

macro_rules! from_ids {
    ($($name:ident),*) => {$(
        impl FromValue for domain::id::$name {
            fn from_value(value: &Value) -> Option<Self> {
                String::from_value(value).map(Self)
            }
        }

        impl From<&domain::id::$name> for Value {
            fn from(id: &domain::id::$name) -> Value {
                Value::Text(id.0.clone())
            }
        }

        impl From<Option<&domain::id::$name>> for Value {
            fn from(id: Option<&domain::id::$name>) -> Value {
                id.map_or(Value::Null, Value::from)
            }
        }
    )*};
}

from_ids!(
    AccountId,
    AgentId,
    ContactId,
    ConversationId,
    FlowId,
    InteractionId,
    MessageId,
    QueueId,
    WebhookId
);

macro_rules! from_plain {
    ($($type:ty => $value:ident => $make:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value {
                $make
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Value {
                value.map_or(Value::Null, Value::from)
            }
        }
    )*};
}

from_plain! {
    &str => text => Value::Text(text.to_owned()),
    String => text => Value::Text(text),
    i64 => number => Value::Integer(number),
    i32 => number => Value::Integer(number.into()),
    u32 => number => Value::Integer(number.into()),
    u64 => number => Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)),
    bool => truth => Value::Integer(truth.into()),
    Vec<u8> => bytes => Value::Blob(bytes),
    domain::time::Timestamp => at => Value::Integer(at.0),
    std::time::Duration => duration => Value::Integer(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(text.clone())
    }
}

/// The parameters of a statement: `parameters![&id, now, 3_i64]`.
#[macro_export]
macro_rules! parameters {
    ($($value:expr),* $(,)?) => {
        &[$($crate::port::Value::from($value)),*]
    };
}
