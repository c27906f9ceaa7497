//! What a file needs from outside the database: the object store, the virus scanner, and what the center
//! takes.

use crate::failure::{Failure, Result};
use domain::file::Limits;

/// What the virus scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// What was found.
    Infected(String),
    /// It never looks at such a file: it is too large for it.
    TooLarge,
}

#[allow(async_fn_in_trait, reason = "components have one thread: nothing needs to be Send")]
pub trait Depot {
    /// Which files are taken.
    async fn limits(&self) -> Result<Limits>;
    /// Whether a virus scanner looks at files before anybody opens them.
    async fn scans(&self) -> Result<bool>;
    async fn scan(&self, bytes: &[u8]) -> Result<Verdict>;
    /// Keeps bytes outside the database and says under which key. `None`: they belong into it.
    async fn put(&self, id: &str, sha256: &str, bytes: &[u8]) -> Result<Option<String>>;
    /// `None`: nothing has this key.
    async fn get(&self, object: &str) -> Result<Option<Vec<u8>>>;
    async fn delete(&self, object: &str) -> Result<()>;
}

/// No object store and no scanner, and everything is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InDatabase;

impl Depot for InDatabase {
    async fn limits(&self) -> Result<Limits> {
        Ok(Limits::default())
    }

    async fn scans(&self) -> Result<bool> {
        Ok(false)
    }

    async fn scan(&self, _bytes: &[u8]) -> Result<Verdict> {
        Ok(Verdict::Clean)
    }

    async fn put(&self, _id: &str, _sha256: &str, _bytes: &[u8]) -> Result<Option<String>> {
        Ok(None)
    }

    async fn get(&self, object: &str) -> Result<Option<Vec<u8>>> {
        Err(Failure::Unavailable(format!("{object} is in a store of files that is not configured")))
    }

    async fn delete(&self, object: &str) -> Result<()> {
        self.get(object).await.map(drop)
    }
}
