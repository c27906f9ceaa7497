//! Compiled components, kept on disk and mapped into memory.
//!
//! A file is named after the component's bytes and everything that decides how they are compiled,
//! so a file that is there is right, and equal components are loaded once. Mapped from the file,
//! code that is never run takes no memory.

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use wasmtime::Engine;
use wasmtime::component::Component;

/// What nobody has used for this long is deleted.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// One component's place. Who comes second waits for the first to compile.
type Slot = Arc<Mutex<Option<Component>>>;

/// The folder of compiled components.
pub struct CompiledComponents {
    engine: Engine,
    folder: PathBuf,
    slots: Mutex<BTreeMap<String, Slot>>,
}

impl CompiledComponents {
    pub fn open(engine: &Engine, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
        delete_unused(folder);
        Ok(Self { engine: engine.clone(), folder: folder.to_owned(), slots: Mutex::default() })
    }

    /// The component of these bytes, compiled now or before.
    pub fn get(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        let name = self.name(bytes);
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(name.clone()).or_default().clone()
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = &*slot {
            return Ok(component.clone());
        }
        let file = self.folder.join(name);
        let component = match self.load(&file) {
            Some(component) => component,
            None => {
                let code = self.engine.precompile_component(bytes)?;
                match write(&file, &code) {
                    Ok(()) => self.load(&file),
                    Err(error) => {
                        tracing::warn!("{} could not be kept: {error}", file.display());
                        None
                    }
                }
                .map_or_else(|| Component::from_binary(&self.engine, bytes), Ok)?
            }
        };
        *slot = Some(component.clone());
        Ok(component)
    }

    fn name(&self, bytes: &[u8]) -> String {
        let mut hash = NameHash(Sha256::new());
        self.engine.precompile_compatibility_hash().hash(&mut hash);
        hash.write(bytes);
        let digest = hash.0.finalize();
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digits}.cwasm")
    }

    #[expect(unsafe_code, reason = "wasmtime cannot check that a file is its own")]
    fn load(&self, file: &Path) -> Option<Component> {
        let opened = File::open(file).ok()?;
        // Its age says when it was last of use; that it cannot be set is no reason to fail.
        _ = opened.set_modified(SystemTime::now());
        // SAFETY: the file is in the host's own data folder, was written by `write` as a whole
        // and is never changed afterwards. Who can write there can replace the components, too.
        match unsafe { Component::deserialize_file(&self.engine, file) } {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!("{} is compiled again: {error:#}", file.display());
                None
            }
        }
    }
}

/// Names need a hash that is the same on every run.
struct NameHash(Sha256);

impl Hasher for NameHash {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0 // The digest is taken instead.
    }
}

/// Writes the whole file or none, also across a power cut.
fn write(file: &Path, code: &[u8]) -> std::io::Result<()> {
    let unfinished = file.with_extension(std::process::id().to_string());
    let mut output = File::create(&unfinished)?;
    output.write_all(code)?;
    output.sync_all()?;
    fs::rename(unfinished, file)
}

fn delete_unused(folder: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        let used = entry.metadata().and_then(|metadata| metadata.modified());
        if used.is_ok_and(|used| used.elapsed().is_ok_and(|age| KEPT < age)) {
            _ = fs::remove_file(entry.path());
        }
    }
}
