//! `centralita flow check`: what is wrong with a flow, all of it.

use super::source::{Kind, Source};
use script::Language;
use std::path::PathBuf;
use std::process::ExitCode;

/// Say what is wrong with a flow: dead ends, missing languages, no way to a person …
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Flow files, or folders with a flow.toml
    #[arg(required = true)]
    flows: Vec<PathBuf>,
    /// One JSON object for each problem
    #[arg(long)]
    json: bool,
}

/// 0: they can be published. 2: one of them cannot.
pub(super) fn run(args: &Args) -> ExitCode {
    let mut is_wrong = false;
    for flow in &args.flows {
        match checked(flow, args.json) {
            Ok(errors) => is_wrong |= errors > 0,
            Err(problem) => {
                eprintln!("{problem}");
                is_wrong = true;
            }
        }
    }
    if is_wrong { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

fn checked(flow: &std::path::Path, json: bool) -> Result<usize, String> {
    let file = if flow.is_dir() { flow.join("flow.toml") } else { flow.to_owned() };
    let name = file.display().to_string();
    if file.extension().is_some_and(|extension| extension == "wasm") {
        // What can be said of a component is said when it is loaded.
        let Source { kind: Kind::Component(_), .. } = Source::load(&file)? else { return Ok(0) };
        println!("{name}: a bot that asks for nothing but what wit/bot gives");
        return Ok(0);
    }
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{name}: cannot be read: {error}"))?;
    let problems = script::check(&name, &text, Language::English);
    for problem in &problems {
        let trouble = &problem.trouble;
        if json {
            let line = serde_json::json!({
                "file": trouble.file, "line": trouble.line, "key": trouble.key, "problem": trouble.problem,
                "is_error": problem.is_error,
            });
            println!("{line}");
        } else {
            println!("{problem}");
        }
    }
    let errors = problems.iter().filter(|problem| problem.is_error).count();
    if !json {
        println!("{name}: {}, {}", counted(errors, "error"), counted(problems.len() - errors, "warning"));
    }
    Ok(errors)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
