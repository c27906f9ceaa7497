//! Knows whether sources changed since something was built from them.
//!
//! Compares paths, sizes and modification times, which takes milliseconds; cargo looks closer when
//! this says that something moved.

use crate::workspace;
use anyhow::Result;
use std::{
    fs::{self, Metadata},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

pub(crate) struct Stamp(String);

impl Stamp {
    /// Of all files in these files and folders of the workspace; what is missing counts as empty.
    pub(crate) fn of(sources: &[&str]) -> Result<Stamp> {
        let mut hasher = DefaultHasher::new();
        for source in sources {
            add(&workspace::root().join(source), &mut hasher)?;
        }
        Ok(Stamp(format!("{:016x}", hasher.finish())))
    }

    /// Whether `result` was built from just these sources.
    pub(crate) fn fresh(&self, result: &str) -> bool {
        fs::read_to_string(file(result)).is_ok_and(|kept| kept == self.0)
    }

    /// Call it after the build with the stamp from before: what changed meanwhile is built again.
    pub(crate) fn keep(&self, result: &str) -> Result<()> {
        let file = file(result);
        fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
        Ok(fs::write(file, &self.0)?)
    }
}

fn file(result: &str) -> PathBuf {
    workspace::target().join("xtask").join(format!("{}.stamp", result.replace(' ', "-")))
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
            let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
            entries.sort();
            let built = |entry: &PathBuf| entry.ends_with("node_modules") || entry.ends_with("target");
            entries.iter().filter(|entry| !built(entry)).try_for_each(|entry| add(entry, hasher))
        }
        Ok(metadata) => {
            (path, metadata.len(), modified(&metadata)).hash(hasher);
            Ok(())
        }
        // Missing, or an editor's file that went away while we looked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn modified(metadata: &Metadata) -> u128 {
    let since = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.unwrap_or_default().as_nanos()
}
