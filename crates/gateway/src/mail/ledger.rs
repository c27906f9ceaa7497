//! What became of letters, on disk: a file for each key, for some days.
//!
//! An entry is written, and is on the disk, before a server may have the letter (`in_doubt`) and after it
//! said so. One that is found in doubt is of a process that ended in between.

use super::fate::Fate;
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long a key is known after its last change: longer than anybody tries.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long a gateway that starts waits for the one before it.
const LOCK_WAIT: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 10 });

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// By recipient.
    pub(super) fates: BTreeMap<String, Fate>,
    /// To whom the letter was being handed over.
    pub(super) in_doubt: Vec<String>,
    pub(super) failed_attempts: u32,
}

impl Entry {
    pub(super) fn is_in_doubt(&self) -> bool {
        !self.in_doubt.is_empty()
    }

    /// Of `all` those that the next attempt is for.
    pub(super) fn unsettled(&self, all: &[String]) -> Vec<String> {
        let settled = |to: &&String| matches!(self.fates.get(*to), Some(Fate::Delivered | Fate::Refused(_)));
        all.iter().filter(|to| !settled(to)).cloned().collect()
    }

    pub(super) fn settle(&mut self, fates: impl IntoIterator<Item = (String, Fate)>) {
        self.fates.extend(fates);
    }
}

pub(super) struct Ledger {
    folder: PathBuf,
    /// Held while the process lives: two gateways on one folder would send twice.
    _lock: File,
}

impl Ledger {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Ledger> {
        let named = || format!("the letters' ledger in {}", folder.display());
        fs::create_dir_all(folder).with_context(named)?;
        let lock = File::create(folder.join("lock")).with_context(named)?;
        let until = Instant::now() + LOCK_WAIT;
        while lock.try_lock().is_err() {
            // One that was just asked to end still finishes its letters.
            ensure!(Instant::now() < until, "{} is in use by another gateway", folder.display());
            std::thread::sleep(Duration::from_millis(50));
        }
        let ledger = Ledger { folder: folder.to_owned(), _lock: lock };
        ledger.forget_the_old().with_context(named)?;
        Ok(ledger)
    }

    pub(super) fn find(&self, key: &str) -> io::Result<Entry> {
        match fs::read(self.file(key)) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Entry::default()),
            Err(error) => Err(error),
        }
    }

    /// Returns once it is on the disk.
    pub(super) fn keep(&self, key: &str, entry: &Entry) -> io::Result<()> {
        let file = self.file(key);
        let half = file.with_extension("new");
        let mut written = File::create(&half)?;
        written.write_all(&serde_json::to_vec(entry)?)?;
        written.sync_all()?;
        fs::rename(&half, &file)?;
        File::open(&self.folder)?.sync_all()
    }

    /// Called at each start and once a day.
    pub(super) fn forget_the_old(&self) -> io::Result<()> {
        self.forget_before(SystemTime::now() - KEPT)
    }

    fn forget_before(&self, limit: SystemTime) -> io::Result<()> {
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let old = file.metadata()?.modified()? < limit;
            if old && file.file_name() != "lock" {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }

    /// A key may be anything, a file's name may not.
    fn file(&self, key: &str) -> PathBuf {
        let digest = Sha256::digest(key);
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(name).with_extension("json")
    }
}

#[cfg(test)]
mod tests {
    use super::super::fate::Said;
    use super::*;

    #[test]
    fn an_entry_outlives_the_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut entry = Entry::default();
        let said = Said { code: "5.1.1".to_owned(), message: "no".to_owned() };
        entry.settle([("a@x.example".to_owned(), Fate::Refused(said))]);
        entry.in_doubt = vec!["b@x.example".to_owned()];
        let ledger = Ledger::open(folder.path()).expect("opens");
        ledger.keep("../k 1", &entry).expect("is kept");
        assert!(Ledger::open(folder.path()).is_err(), "one gateway at a time");
        drop(ledger);
        let ledger = Ledger::open(folder.path()).expect("opens again");
        assert_eq!(ledger.find("../k 1").expect("reads"), entry);
        assert!(ledger.find("../k 1").expect("reads").is_in_doubt());
        assert_eq!(ledger.find("k2").expect("reads").fates, BTreeMap::new());
    }

    #[test]
    fn the_old_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::open(folder.path()).expect("opens");
        let mut entry = Entry::default();
        entry.settle([("a@x.example".to_owned(), Fate::Delivered)]);
        ledger.keep("k", &entry).expect("is kept");
        ledger.forget_the_old().expect("cleans");
        assert_eq!(ledger.find("k").expect("reads").fates, entry.fates);
        ledger.forget_before(SystemTime::now() + Duration::from_secs(60)).expect("cleans");
        assert!(ledger.find("k").expect("reads").fates.is_empty());
    }

    #[test]
    fn only_what_is_not_settled_is_tried_again() {
        let all = ["a", "b", "c", "d"].map(|name| format!("{name}@x.example"));
        let said = || Said { code: "4.2.0".to_owned(), message: String::new() };
        let mut entry = Entry::default();
        entry.settle([
            (all[0].clone(), Fate::Delivered),
            (all[1].clone(), Fate::Refused(said())),
            (all[2].clone(), Fate::Deferred(said())),
        ]);
        assert_eq!(entry.unsettled(&all), all[2..]);
    }
}
