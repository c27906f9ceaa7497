//! The paths for SQLite and key-value.
//!
//! `/sqlite/run` executes the statements of its body, one a line, on one connection, and then
//! ends as `end` says.

use crate::handler::{debug, number};
use spin_sdk::key_value::Store;
use spin_sdk::sqlite::{Connection, Value};
use spin_sdk::time;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub(crate) async fn route(
    path: &str,
    query: &BTreeMap<String, String>,
    body: String,
) -> Result<String, String> {
    let database = query.get("database").map_or("default", String::as_str);
    match path {
        "/sqlite/run" => run(database, &body, query.get("end").map(String::as_str)).await,
        "/sqlite/values" => values(database).await,
        "/sqlite/inserted" => inserted(database).await,
        "/sqlite/undrained" => undrained().await,
        "/sqlite/commits" => commits(number(query, "n")?).await,
        "/sqlite/reads" => statements("SELECT ?1", number(query, "n")?).await,
        "/kv/set" => {
            let store = Store::open(&query["store"]).await.map_err(debug)?;
            store.set(&query["key"], &body).await.map_err(debug)?;
            Ok(String::new())
        }
        "/kv/get" => {
            let store = Store::open(&query["store"]).await.map_err(debug)?;
            let value = store.get(&query["key"]).await.map_err(debug)?;
            Ok(value.map_or("none".into(), |value| String::from_utf8_lossy(&value).into_owned()))
        }
        "/kv/keys" => {
            let store = Store::open(&query["store"]).await.map_err(debug)?;
            let mut keys = store.get_keys().await.collect().await.map_err(debug)?;
            keys.sort();
            Ok(keys.join(","))
        }
        "/kv/reads" => {
            let store = Store::open_default().await.map_err(debug)?;
            let (n, start) = (number(query, "n")?, Instant::now());
            for _ in 0..n {
                store.get("no such key").await.map_err(debug)?;
            }
            Ok(micros_each(start, n))
        }
        _ => Err(format!("the guest has no {path}")),
    }
}

async fn run(database: &str, script: &str, end: Option<&str>) -> Result<String, String> {
    let connection = Connection::open(database).await.map_err(debug)?;
    let mut output = String::new();
    for statement in script.lines().filter(|line| !line.trim().is_empty()) {
        let result = connection.execute(statement, []).await.map_err(debug)?;
        for row in result.collect().await.map_err(debug)? {
            let values: Vec<_> = row.values.iter().map(show).collect();
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
            let late = connection.execute("SELECT 'still here'", []).await.map_err(debug)?;
            late.collect().await.map_err(debug)?;
        }
        None => {}
    }
    Ok(output)
}

/// One value of each type, there and back.
async fn values(database: &str) -> Result<String, String> {
    let sent = [
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Real(0.1),
        Value::Text("ñandú \"1\"\n".into()),
        Value::Text(String::new()),
        Value::Blob(vec![0, 255, 254, 10]),
        Value::Blob(vec![]),
        Value::Null,
    ];
    let connection = Connection::open(database).await.map_err(debug)?;
    let result = connection.execute("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8", sent).await.map_err(debug)?;
    let rows = result.collect().await.map_err(debug)?;
    let mut output: String = rows[0].values.iter().map(|value| debug(value) + "\n").collect();
    let sql = "SELECT ?2 || ?1";
    let swapped = connection.execute(sql, [Value::Text("b".into()), Value::Text("a".into())]).await;
    let rows = swapped.map_err(debug)?.collect().await.map_err(debug)?;
    output.push_str(&show(&rows[0].values[0]));
    Ok(output)
}

/// What an insert says of itself.
async fn inserted(database: &str) -> Result<String, String> {
    let connection = Connection::open(database).await.map_err(debug)?;
    for sql in ["CREATE TABLE IF NOT EXISTS own (a INTEGER PRIMARY KEY)", "INSERT INTO own VALUES (41), (42)"]
    {
        execute(&connection, sql, None).await?;
    }
    execute(&connection, "SELECT 1", None).await?;
    Ok(format!("{} {}", connection.last_insert_rowid().await, connection.changes().await))
}

fn show(value: &Value) -> String {
    match value {
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(value) => value.clone(),
        Value::Blob(value) => format!("{} bytes", value.len()),
        Value::Null => "null".into(),
    }
}

/// Leaves the rows of one statement unread while it executes the next.
async fn undrained() -> Result<String, String> {
    const MANY: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n";
    let connection = Connection::open_default().await.map_err(debug)?;
    let mut first = connection.execute(MANY, []).await.map_err(debug)?;
    first.next().await.ok_or("no row")?;
    let second = connection.execute(MANY, []).await.map_err(debug)?;
    Ok(second.collect().await.map_err(debug)?.len().to_string())
}

/// Transactions of three inserts, as a webhook makes them.
async fn commits(n: u64) -> Result<String, String> {
    const CREATE: &str = "CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body TEXT NOT NULL)";
    let connection = Connection::open_default().await.map_err(debug)?;
    connection.execute(CREATE, []).await.map_err(debug)?.result().await.map_err(debug)?;
    let start = Instant::now();
    for _ in 0..n {
        execute(&connection, "BEGIN IMMEDIATE", None).await?;
        for _ in 0..3 {
            let body = Value::Text("a body of some length, as a message has one".into());
            execute(&connection, "INSERT INTO event (body) VALUES (?1)", Some(body)).await?;
        }
        execute(&connection, "COMMIT", None).await?;
    }
    Ok(micros_each(start, n))
}

async fn execute(connection: &Connection, sql: &str, value: Option<Value>) -> Result<(), String> {
    connection.execute(sql, value).await.map_err(debug)?.collect().await.map_err(debug)?;
    Ok(())
}

async fn statements(sql: &str, n: u64) -> Result<String, String> {
    let connection = Connection::open_default().await.map_err(debug)?;
    let start = Instant::now();
    for _ in 0..n {
        execute(&connection, sql, Some(Value::Integer(1))).await?;
    }
    Ok(micros_each(start, n))
}

fn micros_each(start: Instant, n: u64) -> String {
    format!("{:.1}", start.elapsed().as_secs_f64() * 1e6 / n.max(1) as f64)
}

/// Stores a value some time after the response.
pub(crate) fn later(key: String, ms: u64) {
    spin_sdk::wasip3::spawn(async move {
        time::sleep(Duration::from_millis(ms)).await;
        if let Ok(store) = Store::open_default().await {
            _ = store.set(key, "done").await;
        }
    });
}
