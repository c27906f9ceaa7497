//! `centralita backup` and `centralita restore`: what a center on SQLite has stored, while it runs.
//!
//! A backup is a folder: each database as of one moment, the secrets that open what is sealed in it,
//! and a list of the files with their sums. A restore takes only what is whole, and only into a folder
//! that holds no center. On PostgreSQL the database has its own tools.

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const LIST: &str = "backup.json";
const FORMAT: u64 = 1;
const SECRETS: &str = "secrets.env";

/// Copy everything that is stored in SQLite, while the center runs or not.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The center's data
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data: PathBuf,
    /// Where the backup goes: a folder that is not there yet
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// Make a center's data from a backup.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The backup
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// The data: a folder that holds no center
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data: PathBuf,
}

pub fn backup(args: &Backup) -> ExitCode {
    conclude(make(&args.data, &args.to).map(|files| format!("{files} files in {}", args.to.display())))
}

pub fn restore(args: &Restore) -> ExitCode {
    conclude(take(&args.from, &args.data).map(|files| format!("{files} files in {}", args.data.display())))
}

fn conclude(outcome: Result<String>) -> ExitCode {
    match outcome {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the backup `to` of `data` and gives the number of its files. It appears whole or not at all.
fn make(data: &Path, to: &Path) -> Result<usize> {
    ensure!(!to.exists(), "{} is there already: name another folder", to.display());
    let databases = databases(data)?;
    ensure!(!databases.is_empty(), "{} holds no center: name its folder with --data", data.display());
    let part = beside(to, "part");
    private_folder(&part)?;
    private_folder(&part.join("sqlite"))?;
    let mut files = vec![];
    for name in databases {
        copy_database(&data.join(&name), &part.join(&name)).with_context(|| format!("{}", name.display()))?;
        files.push(name);
    }
    if data.join(SECRETS).exists() {
        fs::copy(data.join(SECRETS), part.join(SECRETS))?;
        files.push(SECRETS.into());
    }
    for name in &files {
        fs::set_permissions(part.join(name), Permissions::from_mode(0o600))?;
        File::open(part.join(name))?.sync_all()?;
    }
    let listed = files.iter().map(|name| Ok((name.display().to_string(), sum(&part.join(name))?.into())));
    let listed: serde_json::Map<String, Value> = listed.collect::<Result<_>>()?;
    let made = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let list =
        json!({ "format": FORMAT, "version": env!("CARGO_PKG_VERSION"), "made_at": made, "sha256": listed });
    fs::write(part.join(LIST), format!("{list:#}\n"))?;
    File::open(part.join(LIST))?.sync_all()?;
    File::open(&part)?.sync_all()?;
    fs::rename(&part, to).with_context(|| format!("could not name it {}", to.display()))?;
    Ok(files.len())
}

/// Makes `data` from the backup `from` and gives the number of files. Nothing is touched before every
/// file was found whole.
fn take(from: &Path, data: &Path) -> Result<usize> {
    let list = fs::read(from.join(LIST)).with_context(|| format!("{} is no backup", from.display()))?;
    let list: Value = serde_json::from_slice(&list).with_context(|| format!("{LIST} is damaged"))?;
    ensure!(list["format"] == FORMAT, "this backup is of another format: use the version that made it");
    let sums = list["sha256"].as_object().with_context(|| format!("{LIST} is damaged"))?;
    for (name, expected) in sums {
        let file = from.join(inside(name)?);
        let found = sum(&file).with_context(|| format!("{name} is missing"))?;
        ensure!(*expected == found, "{name} is damaged: it is not what was backed up");
        if name.ends_with(".db") {
            whole(&file).with_context(|| format!("{name} is damaged"))?;
        }
    }
    ensure!(
        databases(data)?.is_empty() && !data.join(SECRETS).exists(),
        "{} holds a center already: name another folder with --data",
        data.display()
    );
    private_folder(data)?;
    private_folder(&data.join("sqlite"))?;
    for name in sums.keys() {
        let file = data.join(inside(name)?);
        fs::copy(from.join(name), &file)?;
        File::open(&file)?.sync_all()?;
    }
    Ok(sums.len())
}

/// The databases of `data`, as paths inside it. None where there is no such folder.
fn databases(data: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![];
    for folder in ["", "sqlite"] {
        let entries = match fs::read_dir(data.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", data.display())),
        };
        for entry in entries {
            let name = PathBuf::from(folder).join(entry?.file_name());
            if name.extension().is_some_and(|extension| extension == "db") {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The database as of one moment, whoever writes meanwhile: one reading transaction copies it.
fn copy_database(from: &Path, to: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.execute("VACUUM INTO ?1", [to.to_str().context("a path that is not UTF-8")?])?;
    whole(to)
}

fn whole(database: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let says: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    ensure!(says == "ok", "{says}");
    Ok(())
}

/// A name of the list as a path that stays inside the folder.
fn inside(name: &str) -> Result<&Path> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !plain {
        bail!("{LIST} names a file outside the backup: {name}");
    }
    Ok(path)
}

fn sum(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    let (mut file, mut chunk) = (File::open(file)?, vec![0; 1 << 20]);
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            bytes => hasher.update(&chunk[..bytes]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.{extension}", std::process::id()));
    name.into()
}

/// What customers write is for nobody else on this machine.
fn private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("could not create {}", folder.display()))
}
