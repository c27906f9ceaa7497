//! `centralita replay`: a stretch of a center's own journal under another policy, or other rules.
//!
//! It reads the database and changes nothing in it; the center may run meanwhile. What is played is in the
//! crate `scenario`.

use crate::policy::PolicyFile;
use anyhow::{Context as _, Result, bail, ensure};
use domain::{queue::Queue, routing::Engine, time::Timestamp};
use jiff::{Zoned, civil, tz::TimeZoneDatabase};
use scenario::{
    policy::Policy,
    replay::{
        Dice, Nothing, Replay, Stretch,
        compare::{Changed, Comparison},
        rules,
    },
};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};
use store::native::Database;

/// Live through a recorded stretch once more, under another routing policy or other rules, and show the
/// difference.
///
/// Without --policy and --rules it shows how near a replay under today's rules comes to what was recorded.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// From when on: 2026-11-22, 2026-11-22T08:00, 2026-11-22T08:00:00Z, yesterday, today, or 24h (ago)
    #[arg(long, value_name = "TIME")]
    since: String,
    /// Up to when, written like --since; without it, up to now
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Where the clock of times without a zone hangs
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    time_zone: String,
    /// Another routing policy: a component as in docs/guides/policy.md
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Other rules: queues as in /api/queues, in JSON or TOML; what is left out stays as it is today
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The center's data
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data: PathBuf,
    /// The center's database, where it is not in --data: postgres://… or an SQLite file
    #[arg(long, value_name = "ADDRESS")]
    database: Option<String>,
    /// Show every contact: who got it after which wait
    #[arg(long)]
    people: bool,
    /// How often it is lived through, each time with other dice for what is not known
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Other dice: an equal journal and an equal seed give equal output
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// 0: the comparison is printed. 2: something asked for is wrong, and one line says what. 1: it could not be
/// done.
pub fn run(args: &Args) -> ExitCode {
    let asked = match Asked::read(args) {
        Ok(asked) => asked,
        Err(problem) => {
            eprintln!("{problem:#}");
            return ExitCode::from(2);
        }
    };
    match replay(args, &asked) {
        Ok(text) => {
            // A reader that went away wants no more.
            drop(std::io::stdout().lock().write_all(text.as_bytes()));
            ExitCode::SUCCESS
        }
        Err(error) if error.is::<Wrong>() || error.is::<Nothing>() => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Rules that are none.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(String);

/// What the command line asks for, read and found to be in order; rules are held against the queues later.
struct Asked {
    stretch: Stretch,
    policy: Option<PolicyFile>,
    rules: Option<String>,
    address: String,
}

impl Asked {
    fn read(args: &Args) -> Result<Self> {
        let Ok(zone) = TimeZoneDatabase::bundled().get(&args.time_zone) else {
            bail!("--time-zone is {:?}: write one like Europe/Madrid", args.time_zone);
        };
        let now = Zoned::new(clock()?, zone);
        let since = instant(&args.since, &now).context("--since")?;
        let until = args.until.as_deref().map(|text| instant(text, &now).context("--until")).transpose()?;
        let now = Timestamp(now.timestamp().as_millisecond());
        let until = until.map_or(now, |until| until.min(now));
        ensure!(since < until, "--since should be before --until and in the past");
        let named = |file: &Path| file.display().to_string();
        let policy = args.policy.as_deref().map(|file| PolicyFile::load(file).with_context(|| named(file)));
        let read = |file: &Path| std::fs::read_to_string(file).with_context(|| named(file));
        let file = args.data.join("sqlite").join("default.db").display().to_string();
        let address = args.database.clone().unwrap_or(file);
        ensure!(
            store::port::is_postgres(&address) || Path::new(&address).is_file(),
            "{address}: there is no database: name the center's folder with --data, or its PostgreSQL with --database"
        );
        Ok(Asked {
            stretch: Stretch { since, until },
            policy: policy.transpose()?,
            rules: args.rules.as_deref().map(read).transpose()?,
            address,
        })
    }
}

fn replay(args: &Args, asked: &Asked) -> Result<String> {
    let Asked { stretch, policy, rules, address } = asked;
    let sql = Database::open(address)?;
    let recorded = store::recorded::read(&sql, stretch.from(), stretch.until);
    let recorded = futures::executor::block_on(recorded).context("the journal cannot be read")?;
    let replay = Replay::new(&recorded, *stretch)?;
    let dice = Dice { seed: args.seed, runs: args.runs };
    let usual = || Box::new(Engine::new()) as Box<dyn Policy>;
    let today = replay.play(&replay.center(replay.queues()), dice, &usual)?;
    let name = |file: &Option<PathBuf>| file.as_ref().map(|file| file.display().to_string());
    let (policy_name, rules_name) = (name(&args.policy), name(&args.rules));
    let other = match (policy, rules) {
        (None, None) => None,
        _ => {
            let queues = match rules {
                Some(text) => {
                    changed(&replay, text).with_context(|| rules_name.clone().unwrap_or_default())?
                }
                None => replay.queues().to_vec(),
            };
            let center = replay.center(&queues);
            Some(match policy {
                Some(file) => replay.play(&center, dice, &|| file.policy())?,
                None => replay.play(&center, dice, &usual)?,
            })
        }
    };
    let changed = other.as_ref().map(|played| Changed {
        played,
        policy: policy_name.as_deref(),
        rules: rules_name.as_deref(),
    });
    let comparison = Comparison::new(&replay, dice, &today, changed, args.people);
    Ok(if args.json { comparison.json()? + "\n" } else { comparison.to_string() })
}

fn changed(replay: &Replay, text: &str) -> Result<Vec<Queue>> {
    Ok(rules::changed(replay.queues(), text).map_err(Wrong)?)
}

fn clock() -> Result<jiff::Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    jiff::Timestamp::from_millisecond(i64::try_from(since.as_millis())?).map_err(said)
}

fn said(error: jiff::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

/// A time as people write it.
fn instant(text: &str, now: &Zoned) -> Result<Timestamp> {
    let at = |zoned: Zoned| Timestamp(zoned.timestamp().as_millisecond());
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(instant.as_millisecond()));
    }
    let ago = text.parse::<jiff::SignedDuration>().ok().filter(|ago| ago.is_positive());
    if let Some(ago) = ago {
        return Ok(at(now.checked_sub(ago).map_err(said)?));
    }
    let day = match text {
        "today" => Some(now.date()),
        "yesterday" => Some(now.date().yesterday().map_err(said)?),
        _ => None,
    };
    let wall = day.map(|day| day.to_datetime(civil::Time::midnight())).or_else(|| text.parse().ok());
    let Some(wall) = wall else {
        bail!(
            "is {text:?}: write 2026-11-22, 2026-11-22T08:00, 2026-11-22T08:00:00Z, yesterday, today, or 24h"
        );
    };
    Ok(at(wall.to_zoned(now.time_zone().clone()).map_err(said)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let now: Zoned = "2026-11-23T10:00[Europe/Madrid]".parse().unwrap();
        for (text, expected) in [
            ("2026-11-22T08:00:00Z", Some("2026-11-22T08:00:00Z")),
            ("2026-11-22T08:00:00.250+01:00", Some("2026-11-22T07:00:00.25Z")),
            ("2026-11-22T08:00", Some("2026-11-22T07:00:00Z")),
            ("2026-11-22", Some("2026-11-21T23:00:00Z")),
            ("2026-07-01", Some("2026-06-30T22:00:00Z")),
            ("yesterday", Some("2026-11-21T23:00:00Z")),
            ("today", Some("2026-11-22T23:00:00Z")),
            ("24h", Some("2026-11-22T09:00:00Z")),
            ("1h30m", Some("2026-11-23T07:30:00Z")),
            ("-24h", None),
            ("tomorrow", None),
            ("2026-13-01", None),
            ("", None),
        ] {
            let found = instant(text, &now).ok();
            let found = found.map(|at| jiff::Timestamp::from_millisecond(at.0).unwrap().to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
