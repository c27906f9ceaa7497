//! What the product's webhook is measured against: the same promise in plain native Rust.
//!
//! One process, one SQLite connection, the product's own tables. For each webhook: find the account,
//! check the signature over the raw body, store the body and the work it means in one durable
//! commit (WAL, synchronous=FULL), answer 200. Nothing is done with it afterwards.

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, params};
use sha2::Sha256;
use std::{
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;

const TABLES: [&str; 2] = [
    include_str!("../../../../crates/store/migrations/sqlite/0001_center.sql"),
    include_str!("../../../../crates/store/migrations/sqlite/0004_work.sql"),
];

/// Longer than the digest of a webhook takes, as the product's lease is.
const LEASE_MS: i64 = 30_000;

struct Store {
    connection: Mutex<Connection>,
    made: AtomicU64,
}

/// `native-webhook DATABASE ACCOUNT SECRET`
#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().context("usage: native-webhook DATABASE ACCOUNT SECRET");
    let connection = open(&next()?, &next()?, &next()?)?;
    let store = Store { connection: Mutex::new(connection), made: AtomicU64::new(0) };
    let routes =
        Router::new().route("/webhooks/whatsapp/{account}", post(webhook)).with_state(Arc::new(store));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| _ = stream.set_nodelay(true));
    Ok(axum::serve(listener, routes).await?)
}

fn open(database: &str, account: &str, secret: &str) -> Result<Connection> {
    let connection = Connection::open(database)?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    for tables in TABLES {
        connection.execute_batch(tables)?;
    }
    let insert = "INSERT INTO channel_account (id, channel, name, address, queue_id, bot, settings, secrets)
        VALUES (?1, 'whatsapp', 'bench', ?1, 'ventas', 1, '{}', ?2)";
    connection.execute(insert, params![account, secret])?;
    Ok(connection)
}

async fn webhook(
    State(store): State<Arc<Store>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    // SQLite waits for the disk: not on the threads that serve.
    let kept = tokio::task::spawn_blocking(move || keep(&store, &account, &headers, &body)).await;
    match kept {
        Ok(Ok(true)) => StatusCode::OK,
        Ok(Ok(false)) => StatusCode::UNAUTHORIZED,
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// False when the signature is not the account's.
fn keep(store: &Store, account: &str, headers: &HeaderMap, body: &[u8]) -> Result<bool> {
    let mut connection = store.connection.lock().map_err(|_| anyhow::anyhow!("a writer panicked"))?;
    let secret: String = connection
        .prepare_cached("SELECT secrets FROM channel_account WHERE id = ?1")?
        .query_row([account], |row| row.get(0))?;
    if !signed(headers, body, &secret) {
        return Ok(false);
    }
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let id = format!("{now:012x}-{:08x}", store.made.fetch_add(1, Ordering::Relaxed));
    let head = serde_json::json!({ "method": "POST", "headers": { "content-type": "application/json" } });
    let transaction = connection.transaction()?;
    transaction
        .prepare_cached(
            "INSERT INTO webhook (id, channel, account_id, received_at_ms, head, body, state)
            VALUES (?1, 'whatsapp', ?2, ?3, ?4, ?5, 'received')",
        )?
        .execute(params![id, account, now, head.to_string(), body])?;
    transaction
        .prepare_cached(
            "INSERT INTO due_work (id, kind, performer, subject, work_key, body, due_at_ms, leased_until_ms, state)
            VALUES (?1, 'digest', 'channel-whatsapp', ?2, ?1, '{}', ?3, ?4, 'waiting')",
        )?
        .execute(params![format!("w{id}"), id, now, now + LEASE_MS])?;
    transaction.commit()?;
    Ok(true)
}

fn signed(headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    let given =
        headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok()?.strip_prefix("sha256="));
    let given = given.and_then(|digits| {
        let pairs = (0..digits.len()).step_by(2);
        pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect::<Option<Vec<_>>>()
    });
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(body);
    given.is_some_and(|given| mac.verify_slice(&given).is_ok())
}
