//! A database for one test: an SQLite file of its own, or a schema of its own where the environment's
//! `CENTRALITA_TEST_DATABASE` names a PostgreSQL. So every test runs on both.

use super::Database;
use crate::port::Sql;
use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// Gone when dropped.
pub struct Scratch {
    home: Home,
}

enum Home {
    Folder(PathBuf),
    Schema { server: String, name: String },
}

impl Scratch {
    /// # Panics
    /// When there is no room for it: a test cannot go on.
    #[expect(clippy::new_without_default, reason = "it makes something")]
    pub fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("centralita_{}_{since}_{number}", process::id());
        let home = match env::var("CENTRALITA_TEST_DATABASE") {
            Ok(server) => {
                run(&server, &format!("CREATE SCHEMA {name}"));
                Home::Schema { server, name }
            }
            Err(_) => {
                let folder = env::temp_dir().join(name);
                fs::create_dir(&folder).expect("a folder for a test");
                Home::Folder(folder)
            }
        };
        Self { home }
    }

    /// One more connection.
    ///
    /// # Panics
    /// When the database cannot be opened.
    pub fn connect(&self) -> Database {
        Database::open(&self.address()).expect("a database for a test")
    }

    /// Where it is, for another process.
    pub fn address(&self) -> String {
        match &self.home {
            Home::Folder(folder) => folder.join("center.db").display().to_string(),
            Home::Schema { server, name } => format!("{server}?options=-csearch_path%3D{name}"),
        }
    }
}

fn run(server: &str, statement: &str) {
    let sql = Database::open(server).expect("the PostgreSQL of CENTRALITA_TEST_DATABASE");
    futures::executor::block_on(sql.query(statement, &[])).expect("a statement for a test");
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match &self.home {
            // What is left of a temporary file harms nobody.
            Home::Folder(folder) => drop(fs::remove_dir_all(folder)),
            Home::Schema { server, name } => run(server, &format!("DROP SCHEMA {name} CASCADE")),
        }
    }
}
