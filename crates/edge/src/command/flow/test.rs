//! `centralita flow test`: plays the transcripts of a flow, offline and in virtual time.

use super::source::{Kind, Source};
use crate::bot::Cost;
use bot::transcript::{self, Failure};
use script::coverage::{Coverage, percent};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Play a flow's transcripts on every kind of channel, and say where it answers differently.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A flow file, a folder with a flow.toml, or a bot's component (.wasm)
    flow: PathBuf,
    /// The transcripts: files, or a folder; without it, the folder dialogues beside the flow
    #[arg(long, value_name = "PATH")]
    dialogues: Vec<PathBuf>,
    /// Write what the bot does into the transcripts; read the difference before you keep it
    #[arg(long)]
    update: bool,
    /// Let this component hold a flow file's conversations, as in a center: target/components/bot-script.wasm
    #[arg(long, value_name = "FILE")]
    through: Option<PathBuf>,
    /// So many percent of the flow's states, and of the ways between them, have to be come through
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    coverage_min: Option<u8>,
}

/// 0: everything went as written. 1: something did not, or too little was come through. 2: there is nothing to
/// play.
pub(super) fn run(args: &Args) -> ExitCode {
    match test(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// Whether all is as it should be.
fn test(args: &Args) -> Result<bool, String> {
    let begun = Instant::now();
    let source = Source::load(&args.flow)?;
    let source = match &args.through {
        Some(bot) => source.through(bot)?,
        None => source,
    };
    let graph = match (&source.kind, args.coverage_min) {
        (Kind::Component(_), None) => None,
        _ => Some(source.graph()?),
    };
    let folders = if args.dialogues.is_empty() { vec![source.dialogues()] } else { args.dialogues.clone() };
    let files = transcripts(&folders)?;
    let (mut failed, mut all) = (0, vec![]);
    for file in &files {
        let name = file.display();
        let text =
            std::fs::read_to_string(file).map_err(|error| format!("{name}: cannot be read: {error}"))?;
        match play(&source, file, &text, args.update) {
            Ok(paths) => {
                all.extend(paths);
                println!("ok    {name}");
            }
            Err(failure) => {
                failed += 1;
                println!("FAIL  {name}:{failure}\n");
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (transcripts, conversations) = (files.len(), all.len());
    println!("{transcripts} transcripts, {conversations} conversations, {failed} failed in {seconds:.2} s");
    if let Some(component) = source.component() {
        tell_cost(component.cost());
    }
    let is_enough = graph.is_none_or(|graph| {
        let coverage = script::coverage(&graph, &all);
        is_covered(&coverage, args.coverage_min.unwrap_or_default())
    });
    Ok(failed == 0 && is_enough)
}

/// Tells what the steps of a component took, its way in and out with it.
fn tell_cost(Cost { mut times, memory }: Cost) {
    times.sort();
    let share = |percent: usize| times.get(times.len().saturating_sub(1) * percent / 100);
    let micros = |percent| share(percent).map_or(0, Duration::as_micros);
    let sum: Duration = times.iter().sum();
    let rate = times.len() as f64 / sum.as_secs_f64().max(f64::EPSILON);
    let (steps, half, most, longest) = (times.len(), micros(50), micros(99), micros(100));
    println!(
        "{steps} steps: p50 {half} µs, p99 {most} µs, the longest {longest} µs, {rate:.0} in a second; memory {:.1} MB",
        memory as f64 / 1e6
    );
}

/// Tells what no conversation came through.
fn is_covered(coverage: &Coverage, min: u8) -> bool {
    print!("{coverage}");
    let least = percent(&coverage.places).min(percent(&coverage.ways));
    let is_enough = least >= usize::from(min);
    if !is_enough {
        println!("{least} % is too little: at least {min} %");
    }
    is_enough
}

fn play(source: &Source, file: &Path, text: &str, update: bool) -> Result<Vec<Vec<String>>, Failure> {
    let step = |event, context: &bot::step::Context| source.step(event, context);
    if update {
        let written = transcript::check::rewrite_with(&step, text, |player| source.prepare(player))?;
        if written != text {
            let unwritten = |error| Failure { line: 0, on: None, why: format!("cannot be written: {error}") };
            std::fs::write(file, &written).map_err(unwritten)?;
        }
        return Ok(transcript::check::check_with(&step, &written, |player| source.prepare(player))?.paths);
    }
    Ok(transcript::check::check_with(&step, text, |player| source.prepare(player))?.paths)
}

fn transcripts(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = vec![];
    for path in paths {
        if path.is_dir() {
            let unread = |error| format!("{}: cannot be read: {error}", path.display());
            let entries = std::fs::read_dir(path).map_err(unread)?;
            let all = entries.filter_map(|entry| Some(entry.ok()?.path()));
            files.extend(all.filter(|path| path.extension().is_some_and(|extension| extension == "txt")));
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(format!(
            "no transcripts (*.txt) in {}",
            paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        )),
        false => Ok(files),
    }
}
