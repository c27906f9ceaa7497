//! `files = [...]`: gathers what a component may read into one folder, which it sees as `/`.
//!
//! The files are copied when the host starts, as Spin does: the component sees one state of them
//! however the sources change, and nothing outside the folder.

use crate::manifest::{Component, Files, Manifest, ManifestError};
use std::fs;
use std::io;
use std::path::{Component as PathPart, Path, PathBuf};

/// Fills `target` anew. `None`: the component has no files.
pub fn gather(
    manifest: &Manifest,
    component: &Component,
    target: &Path,
) -> Result<Option<PathBuf>, ManifestError> {
    if component.files.is_empty() {
        return Ok(None);
    }
    let failed = |line: usize, error: io::Error| {
        manifest.error(
            line,
            format!("files could not be gathered: {error}"),
            "check that they exist and can be read",
        )
    };
    remake(target).map_err(|error| failed(component.line, error))?;
    let excluded = patterns(&component.exclude_files)
        .map_err(|error| manifest.error(component.line, error, "repair the pattern in `exclude_files`"))?;
    for entry in &component.files {
        let (Files::Pattern { line, .. } | Files::Mount { line, .. }) = entry;
        let pairs = pairs(manifest.folder(), entry).map_err(|error| failed(*line, error))?;
        if pairs.is_empty() {
            return Err(manifest.error(*line, "no file matches", "add the files, or remove the entry"));
        }
        for (source, inside) in pairs {
            let relative = source.strip_prefix(manifest.folder()).unwrap_or(&source);
            if !excluded.iter().any(|pattern| pattern.matches_path(relative)) {
                copy(&source, &target.join(inside)).map_err(|error| failed(*line, error))?;
            }
        }
    }
    Ok(Some(target.to_owned()))
}

fn patterns(texts: &[String]) -> Result<Vec<glob::Pattern>, String> {
    texts.iter().map(|text| glob::Pattern::new(text).map_err(|error| error.to_string())).collect()
}

fn remake(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(folder)
}

/// Every file of `entry`, and where it goes.
fn pairs(base: &Path, entry: &Files) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut pairs = Vec::new();
    match entry {
        Files::Mount { source, destination, .. } => {
            let destination = inside(Path::new(destination))?;
            walk(&base.join(source), &destination, &mut pairs)?;
        }
        Files::Pattern { pattern, .. } => {
            inside(Path::new(pattern))?;
            let full = base.join(pattern);
            let matches = glob::glob(&full.to_string_lossy()).map_err(io::Error::other)?;
            for path in matches {
                let path = path.map_err(io::Error::other)?;
                let relative = path.strip_prefix(base).unwrap_or(&path).to_owned();
                walk(&path, &inside(&relative)?, &mut pairs)?;
            }
        }
    }
    Ok(pairs)
}

fn walk(source: &Path, destination: &Path, pairs: &mut Vec<(PathBuf, PathBuf)>) -> io::Result<()> {
    if !fs::metadata(source)?.is_dir() {
        pairs.push((source.to_owned(), destination.to_owned()));
        return Ok(());
    }
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        walk(&entry.path(), &destination.join(entry.file_name()), pairs)?;
    }
    Ok(())
}

/// A path that stays where it is put: no `..`, and the root is the component's.
fn inside(path: &Path) -> io::Result<PathBuf> {
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            PathPart::Normal(name) => inside.push(name),
            PathPart::RootDir | PathPart::CurDir => {}
            PathPart::ParentDir | PathPart::Prefix(_) => {
                return Err(io::Error::other(format!("{} leads outside", path.display())));
            }
        }
    }
    Ok(inside)
}

fn copy(source: &Path, target: &Path) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(source, target).map(drop)
}
