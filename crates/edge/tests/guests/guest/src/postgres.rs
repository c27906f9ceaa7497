//! The paths for PostgreSQL. The first line of every body is the server's address.
//!
//! `/pg/run` executes the statements that follow, one a line, on one connection, and then ends as
//! `end` says.

use crate::handler::{debug, number};
use spin_sdk::pg::{Connection, DbDataType, DbValue, Interval, OpenOptions, ParameterValue, RangeBoundKind};
use spin_sdk::time;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub(crate) async fn route(
    path: &str,
    query: &BTreeMap<String, String>,
    body: String,
) -> Result<String, String> {
    let (address, script) = body.split_once('\n').unwrap_or((&body, ""));
    let connection = Connection::open(address).await.map_err(debug)?;
    match path {
        "/pg/run" => run(&connection, script, query.get("end").map(String::as_str)).await,
        "/pg/values" => values(&connection).await,
        "/pg/wrong" => Err(debug(connection.execute("SELECT $1::bigint", [ParameterValue::Int32(1)]).await)),
        "/pg/authority" => {
            let options = OpenOptions { ca_root: Some(spin_sdk::pg::Certificate::Text(script.to_owned())) };
            let connection = Connection::open_with_options(address, options).await.map_err(debug)?;
            run(&connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", None).await
        }
        "/pg/abandon" => abandon(&connection, script).await,
        "/pg/commits" => commits(&connection, number(query, "n")?).await,
        "/pg/reads" => {
            let (n, start) = (number(query, "n")?, Instant::now());
            for _ in 0..n {
                rows(&connection, "SELECT $1::bigint", [ParameterValue::Int64(1)]).await?;
            }
            Ok(micros_each(start, n))
        }
        "/pg/sessions" => {
            let (n, start) = (number(query, "n")?, Instant::now());
            for _ in 0..n {
                let connection = Connection::open(address).await.map_err(debug)?;
                rows(&connection, "SELECT $1::bigint", [ParameterValue::Int64(1)]).await?;
            }
            Ok(micros_each(start, n))
        }
        _ => Err(format!("the guest has no {path}")),
    }
}

async fn rows(
    connection: &Connection,
    sql: &str,
    parameters: impl Into<Vec<ParameterValue>>,
) -> Result<Vec<Vec<DbValue>>, String> {
    let mut result = connection.query(sql, parameters).await.map_err(debug)?;
    let mut rows = Vec::new();
    while let Some(row) = result.rows().next().await {
        rows.push(row);
    }
    result.result().await.map_err(debug)?;
    Ok(rows)
}

async fn run(connection: &Connection, script: &str, end: Option<&str>) -> Result<String, String> {
    let mut output = String::new();
    for statement in script.lines().filter(|line| !line.trim().is_empty()) {
        for row in rows(connection, statement, []).await? {
            let values: Vec<_> = row.iter().map(show).collect();
            output.push_str(&values.join("|"));
            output.push('\n');
        }
    }
    match end {
        Some("trap") => panic!("as asked, with a connection open"),
        Some("hang") => time::sleep(Duration::from_secs(3600)).await,
        Some("loop") => loop {
            std::hint::black_box(());
        },
        Some(ms) => {
            time::sleep(Duration::from_millis(ms.parse().map_err(debug)?)).await;
            rows(connection, "SELECT 'still here'", []).await?;
        }
        None => {}
    }
    Ok(output)
}

fn show(value: &DbValue) -> String {
    match value {
        DbValue::Int32(value) => value.to_string(),
        DbValue::Int64(value) => value.to_string(),
        DbValue::Str(value) => value.clone(),
        DbValue::Boolean(value) => value.to_string(),
        DbValue::DbNull => "null".into(),
        other => debug(other),
    }
}

/// Starts the script's one statement, and stops waiting for it.
async fn abandon(connection: &Connection, statement: &str) -> Result<String, String> {
    let pause = time::sleep(Duration::from_millis(100));
    let query = connection.execute(statement, []);
    let (mut pause, mut query) = (std::pin::pin!(pause), std::pin::pin!(query));
    match futures::future::select(&mut query, &mut pause).await {
        futures::future::Either::Left((result, _)) => Err(debug(result)),
        futures::future::Either::Right(_) => Ok("abandoned".into()),
    }
}

/// One of each type, there and back: `TYPE: what came`.
async fn values(connection: &Connection) -> Result<String, String> {
    use ParameterValue as P;
    let some = |text: &str| Some(text.to_owned());
    let sent = [
        ("boolean", P::Boolean(true)),
        ("\"char\"", P::Int8(-7)),
        ("smallint", P::Int16(i16::MIN)),
        ("integer", P::Int32(i32::MIN)),
        ("bigint", P::Int64(i64::MAX)),
        ("real", P::Floating32(1.5)),
        ("double precision", P::Floating64(-2.25)),
        ("text", P::Str("ñandú".into())),
        ("varchar", P::Str(String::new())),
        ("bytea", P::Binary(vec![0, 255])),
        ("date", P::Date((2026, 2, 28))),
        ("time", P::Time((23, 59, 58, 123_456_000))),
        ("timestamp", P::Datetime((1999, 12, 31, 23, 59, 59, 1000))),
        ("timestamptz", P::Datetime((1999, 12, 31, 23, 59, 59, 1000))),
        ("timestamptz", P::Timestamp(-1)),
        ("uuid", P::Uuid("12341234-1234-1234-1234-123412341234".into())),
        ("jsonb", P::Jsonb(br#"{"a": [1, "b"]}"#.to_vec())),
        ("numeric", P::Decimal("-12345678901234567890.12345678".into())),
        (
            "int4range",
            P::RangeInt32((Some((1, RangeBoundKind::Inclusive)), Some((5, RangeBoundKind::Exclusive)))),
        ),
        ("int8range", P::RangeInt64((None, Some((5, RangeBoundKind::Exclusive))))),
        (
            "numrange",
            P::RangeDecimal((
                Some(("0.5".into(), RangeBoundKind::Exclusive)),
                Some(("1.25".into(), RangeBoundKind::Inclusive)),
            )),
        ),
        ("integer[]", P::ArrayInt32(vec![Some(1), None])),
        ("bigint[]", P::ArrayInt64(vec![Some(-1), None])),
        ("numeric[]", P::ArrayDecimal(vec![some("1.10"), None])),
        ("text[]", P::ArrayStr(vec![some("a"), None])),
        ("interval", P::Interval(Interval { micros: 3, days: -2, months: 1 })),
        ("integer", P::DbNull),
    ];
    let mut output = String::new();
    for (kind, value) in sent {
        let sql = format!("SELECT $1::{kind} AS v");
        let result = connection.query(sql, [value]).await.map_err(debug)?;
        let column: DbDataType = result.columns()[0].data_type.clone();
        let rows = result.collect().await.map_err(debug)?;
        let came = match &rows[0][0] {
            DbValue::Jsonb(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => debug(other),
        };
        output.push_str(&format!("{kind}: {column:?}: {came}\n"));
    }
    Ok(output)
}

/// Transactions of three inserts, as a webhook makes them.
async fn commits(connection: &Connection, n: u64) -> Result<String, String> {
    let create = "CREATE TABLE IF NOT EXISTS event (id BIGSERIAL PRIMARY KEY, body TEXT NOT NULL)";
    connection.execute(create, []).await.map_err(debug)?;
    let start = Instant::now();
    for _ in 0..n {
        connection.execute("BEGIN", []).await.map_err(debug)?;
        for _ in 0..3 {
            let body = ParameterValue::Str("a body of some length, as a message has one".into());
            connection.execute("INSERT INTO event (body) VALUES ($1)", [body]).await.map_err(debug)?;
        }
        connection.execute("COMMIT", []).await.map_err(debug)?;
    }
    Ok(micros_each(start, n))
}

fn micros_each(start: Instant, n: u64) -> String {
    format!("{:.1}", start.elapsed().as_secs_f64() * 1e6 / n.max(1) as f64)
}
