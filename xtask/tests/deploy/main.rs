//! What `deploy/` says about the application is true of it: variables, routes, files, flags of the host.
//!
//! The files are read as what they are, so nothing here needs Docker or a cluster. Where their programs
//! are installed (`docker compose`, `kubectl`, `systemd-analyze`), these have their say as well.

mod application;
mod compose;
mod image;
mod kubernetes;
mod systemd;
mod yaml;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a program that may not be installed says; `None`, with a word about it, where it is not.
fn said_by(command: &mut Command) -> Option<Result<String, String>> {
    let Ok(output) = command.output() else {
        eprintln!("{:?} is not installed here: its own check is left out", command.get_program());
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

/// A copy of a folder of `deploy/`, with files beside it that only its user has.
fn copy_of(folder: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        let to = copy.path().join(path.strip_prefix(root().join(folder)).unwrap());
        if path.is_dir() {
            fs::create_dir_all(&to).unwrap();
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
    for (name, content) in files {
        fs::write(copy.path().join(name), content).unwrap();
    }
    copy
}
