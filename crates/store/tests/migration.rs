//! The tables can be made again and again, by several at once.

use futures::executor::block_on;
use std::thread;
use store::{migration::migrate, native::Sqlite, port::Sql};

fn schema(sql: &Sqlite) -> Vec<String> {
    let rows = block_on(sql.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name", &[]));
    rows.unwrap().iter().map(|row| row.get(0).unwrap()).collect()
}

#[test]
fn migrations_run_twice_give_the_same_schema() {
    let folder = tempfile::tempdir().unwrap();
    let sql = Sqlite::open(&folder.path().join("a.db")).unwrap();
    assert_eq!(block_on(migrate(&sql)).unwrap().len(), 4);
    let once = schema(&sql);
    assert_eq!(block_on(migrate(&sql)).unwrap(), Vec::<&str>::new());
    block_on(sql.query("DELETE FROM schema_migration", &[])).unwrap();
    assert_eq!(block_on(migrate(&sql)).unwrap().len(), 4, "even when nobody remembers the first time");
    assert_eq!(schema(&sql), once);
}

#[test]
fn several_may_migrate_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    Sqlite::open(&path).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| block_on(migrate(&Sqlite::open(&path).unwrap())).unwrap());
        }
    });
    let tables = block_on(Sqlite::open(&path).unwrap().query("SELECT * FROM interaction_event", &[]));
    assert_eq!(tables.unwrap(), []);
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sql = Sqlite::open(&folder.path().join("a.db")).unwrap();
    block_on(migrate(&sql)).unwrap();
    let failed: Result<(), store::port::Error> = block_on(store::port::transaction(&sql, async |sql| {
        sql.query("INSERT INTO schema_migration (name) VALUES ('x')", &[]).await?;
        sql.query("INSERT INTO schema_migration (name) VALUES ('x')", &[]).await?;
        Ok(())
    }));
    assert!(matches!(failed, Err(store::port::Error::Conflict(_))));
    let left = block_on(sql.query("SELECT name FROM schema_migration WHERE name = 'x'", &[])).unwrap();
    assert_eq!(left, []);
    block_on(sql.query("BEGIN IMMEDIATE", &[])).unwrap();
}
