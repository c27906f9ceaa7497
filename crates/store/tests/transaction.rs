//! Nothing of a transaction that somebody left open gets into the next one on the same connection.

use futures::executor::block_on;
use store::{
    native::Scratch,
    parameters,
    port::{Dialect, Error, Sql, end_inherited, transaction},
};

const INSERT: &str = "INSERT INTO note (name) VALUES ($1)";

async fn names(sql: &impl Sql) -> Vec<String> {
    let rows = sql.query("SELECT name FROM note ORDER BY name", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
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

        sql.query("BEGIN ISOLATION LEVEL SERIALIZABLE", &[]).await.unwrap();
        sql.query(INSERT, parameters!["left open"]).await.unwrap();
        end_inherited(&sql).await.unwrap();
        let done: Result<_, Error> =
            transaction(&sql, async |sql| sql.query(INSERT, parameters!["mine"]).await).await;
        done.unwrap();

        sql.query("BEGIN ISOLATION LEVEL SERIALIZABLE", &[]).await.unwrap();
        sql.query(INSERT, parameters!["mine"]).await.unwrap_err();
        end_inherited(&sql).await.unwrap();
        sql.query(INSERT, parameters!["not in a transaction"]).await.unwrap();

        let expected = ["kept", "mine", "not in a transaction"];
        assert_eq!(names(&other).await, expected);
    });
}
