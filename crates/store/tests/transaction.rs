//! Nothing of a transaction that somebody left open gets into the next one on the same connection.

use futures::{
    channel::oneshot,
    executor::block_on,
    future::{pending, select},
};
use std::pin::pin;
use store::{
    native::Scratch,
    parameters,
    port::{Dialect, Error, Sql, addition, end_inherited, transaction},
};

const INSERT: &str = "INSERT INTO note (name) VALUES ($1)";

async fn names(sql: &impl Sql) -> Vec<String> {
    let rows = sql.query("SELECT name FROM note ORDER BY name", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

enum Level {
    Transaction,
    Addition,
}

/// Inserts a name in a transaction and goes away, as a guest does that traps.
async fn abandon(sql: &impl Sql, level: Level, name: &str) {
    let (tell, told) = oneshot::channel();
    let work = async |sql: &_| -> Result<(), Error> {
        _ = Sql::query(sql, INSERT, parameters![name]).await;
        _ = tell.send(());
        pending().await
    };
    match level {
        Level::Transaction => _ = select(pin!(transaction(sql, work)), told).await,
        Level::Addition => _ = select(pin!(addition(sql, work)), told).await,
    }
}

/// SQLite's connections are not handed on.
#[test]
fn what_was_left_open_is_rolled_back_before_anything_else_happens() {
    let scratch = Scratch::new();
    let (sql, other) = (scratch.connect(), scratch.connect());
    if sql.dialect() == Dialect::Sqlite {
        return;
    }
    block_on(async {
        sql.query("CREATE TABLE note (name TEXT PRIMARY KEY)", &[]).await.unwrap();
        end_inherited(&sql).await.unwrap();
        sql.query(INSERT, parameters!["kept"]).await.unwrap();

        for (name, level) in [("mine", Level::Transaction), ("mine too", Level::Addition)] {
            abandon(&sql, level, "left open").await;
            end_inherited(&sql).await.unwrap();
            let done: Result<_, Error> =
                transaction(&sql, async |sql| sql.query(INSERT, parameters![name]).await).await;
            done.unwrap();
        }

        // In a transaction that failed nothing else is answered.
        abandon(&sql, Level::Transaction, "mine").await;
        end_inherited(&sql).await.unwrap();
        sql.query(INSERT, parameters!["not in a transaction"]).await.unwrap();

        let expected = ["kept", "mine", "mine too", "not in a transaction"];
        assert_eq!(names(&other).await, expected);
    });
}
