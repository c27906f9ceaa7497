//! The tables can be made again and again, by several at once, and are the same in both dialects.

use futures::executor::block_on;
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};
use store::{
    migration::migrate,
    native::{Database, Scratch, Sqlite},
    port::{Dialect, Error, Sql, transaction},
};

/// A column's name, its type, and whether it must have a value.
type Column = (String, String, bool);
/// Whether an index is unique, and its columns. A primary key is a unique index, too.
type Index = (bool, String);

/// What a table looks like, in the words of neither dialect.
type Table = (BTreeSet<Column>, BTreeSet<Index>);

/// What articles are found by is each database's own, and no other is like it.
const COLUMNS: [(Dialect, &str); 2] = [
    (
        Dialect::Sqlite,
        "SELECT t.name, c.name, LOWER(c.type), CASE WHEN c.\"notnull\" OR 0 < c.pk THEN 1 ELSE 0 END
        FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'article_search%'",
    ),
    (
        Dialect::Postgres,
        "SELECT table_name::text, column_name::text,
            CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'blob' ELSE data_type::text END,
            CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name <> 'article_search'",
    ),
];

/// SQLite has no index for a primary key that is the row's own number.
const INDEXES: [(Dialect, &str); 2] = [
    (
        Dialect::Sqlite,
        "SELECT t.name, i.\"unique\", (SELECT GROUP_CONCAT(name) FROM pragma_index_info(i.name))
        FROM sqlite_master t JOIN pragma_index_list(t.name) i
        WHERE t.type = 'table' AND t.name NOT LIKE 'article_search%'
        UNION ALL SELECT 'feed', 1, 'seq' UNION ALL SELECT 'article_text', 1, 'number'",
    ),
    (
        Dialect::Postgres,
        "SELECT t.relname::text, i.indisunique,
            (SELECT STRING_AGG(a.attname, ',' ORDER BY k.place) FROM UNNEST(i.indkey) WITH ORDINALITY k (number, place)
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE n.nspname = current_schema() AND t.relname <> 'article_search'",
    ),
];

fn tables(sql: &Database) -> BTreeMap<String, Table> {
    let question = |questions: [(Dialect, &'static str); 2]| {
        let (_, question) = questions.into_iter().find(|(dialect, _)| *dialect == sql.dialect()).unwrap();
        block_on(sql.query(question, &[])).unwrap()
    };
    let mut tables = BTreeMap::<String, Table>::new();
    for row in question(COLUMNS) {
        let column = (row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap());
        tables.entry(row.get(0).unwrap()).or_default().0.insert(column);
    }
    for row in question(INDEXES) {
        let index = (row.get(1).unwrap(), row.get(2).unwrap());
        tables.entry(row.get(0).unwrap()).or_default().1.insert(index);
    }
    tables
}

#[test]
fn migrations_run_twice_give_the_same_schema() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    let all = std::fs::read_dir("migrations/sqlite").unwrap().count();
    assert_eq!(block_on(migrate(&sql)).unwrap().len(), all);
    let once = tables(&sql);
    assert_eq!(block_on(migrate(&sql)).unwrap(), Vec::<&str>::new());
    block_on(sql.query("DELETE FROM schema_migration", &[])).unwrap();
    assert_eq!(block_on(migrate(&sql)).unwrap().len(), all, "even when nobody remembers the first time");
    assert_eq!(tables(&sql), once);
}

/// Compares with SQLite, so it says something where the other database is a PostgreSQL.
#[test]
fn both_dialects_give_the_same_tables_columns_keys_and_indexes() {
    let scratch = Scratch::new();
    let (sql, folder) = (scratch.connect(), tempfile::tempdir().unwrap());
    let sqlite = Database::Sqlite(Sqlite::open(&folder.path().join("a.db")).unwrap());
    block_on(migrate(&sql)).unwrap();
    block_on(migrate(&sqlite)).unwrap();
    let (ours, reference) = (tables(&sql), tables(&sqlite));
    assert_eq!(ours.keys().collect::<Vec<_>>(), reference.keys().collect::<Vec<_>>());
    for (name, table) in &reference {
        assert_eq!(&ours[name], table, "{name}");
    }
    assert!(10 < ours.len());
}

#[test]
fn several_may_migrate_at_once() {
    let scratch = Scratch::new();
    scratch.connect();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| block_on(migrate(&scratch.connect())).unwrap());
        }
    });
    let events = block_on(scratch.connect().query("SELECT * FROM interaction_event", &[]));
    assert_eq!(events.unwrap(), []);
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    block_on(migrate(&sql)).unwrap();
    let insert = "INSERT INTO schema_migration (name) VALUES ('x')";
    let failed: Result<(), Error> = block_on(transaction(&sql, async |sql| {
        sql.query(insert, &[]).await?;
        sql.query(insert, &[]).await?;
        Ok(())
    }));
    assert!(matches!(failed, Err(Error::Conflict(_))), "{failed:?}");
    let left = block_on(sql.query("SELECT name FROM schema_migration WHERE name = 'x'", &[])).unwrap();
    assert_eq!(left, []);
    let again: Result<(), Error> =
        block_on(transaction(&sql, async |sql| sql.query(insert, &[]).await.map(drop)));
    again.unwrap();
}
