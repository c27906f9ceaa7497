//! Lets libFuzzer try each decoder for some time, and keeps what it finds.
//!
//! A finding is made small, and written to `findings/TARGET/`, where `tests/short.rs` tries it ever after.

use anyhow::{Context, Result, bail};
use clap::Parser;
use fuzz::target::{Target, targets};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[derive(Parser)]
struct Arguments {
    /// The program that has libFuzzer in it
    guided: PathBuf,
    /// Where the corpus is kept from one run to the next
    folder: PathBuf,
    /// A channel or one of its providers, as `sms` or `sms-twilio`; without it, all
    name: Option<String>,
    /// How long each is tried
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where chance begins
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// The longest input in bytes: longer ones find nothing more, and slowly. `cargo xtask bench decode` is for
/// those.
const INPUT_MAX: usize = 32 * 1024;

/// Nothing so short may take so long, in seconds.
const SLOW: u32 = 5;

/// How long a finding is made smaller, in seconds.
const MINIMISING: u32 = 30;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let targets = targets(arguments.name.as_deref());
    if targets.is_empty() {
        bail!("there is no channel {}", arguments.name.unwrap_or_default());
    }
    println!("{:<18} {:>12} {:>9} {:>8} {:>9}", "decoder", "executions", "a second", "corpus", "findings");
    let mut found = 0;
    for target in &targets {
        found += try_one(&arguments, target)?;
    }
    if 0 < found {
        bail!("{found} findings: mend each, and commit it with what mends it");
    }
    Ok(())
}

fn try_one(arguments: &Arguments, target: &Target) -> Result<usize> {
    let folder = arguments.folder.join(&target.name);
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus)?;
    for (index, content) in target.contents.iter().chain(&target.findings()).enumerate() {
        // In many frames, the fixture's own among them.
        for frame in 0..4_u8 {
            fs::write(corpus.join(format!("fixture-{index}-{frame}")), [&[frame], &content[..]].concat())?;
        }
    }
    let dictionary = folder.join("dictionary");
    fs::write(&dictionary, dictionary_of(target))?;
    let mut guided = Command::new(&arguments.guided);
    guided.env("FUZZ_TARGET", &target.name).arg(&corpus).stdin(Stdio::null());
    guided.arg(format!("-dict={}", dictionary.display()));
    guided.arg(format!("-max_total_time={}", arguments.seconds)).arg(format!("-seed={}", arguments.seed));
    guided.arg(format!("-max_len={INPUT_MAX}")).arg(format!("-timeout={SLOW}"));
    guided.arg("-print_final_stats=1").arg("-reload=0");
    guided.arg(format!("-artifact_prefix={}/", folder.display()));
    let output = guided.output().with_context(|| format!("cannot run {}", arguments.guided.display()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    fs::write(folder.join("log"), &said)?;
    let findings = keep(arguments, target, &folder)?;
    if !output.status.success() && findings == 0 {
        bail!("{}: libFuzzer failed; see {}", target.name, folder.join("log").display());
    }
    let executions = statistic(&said, "number_of_executed_units");
    let speed = statistic(&said, "average_exec_per_sec");
    let size = fs::read_dir(&corpus)?.count();
    println!("{:<18} {executions:>12} {speed:>9} {size:>8} {findings:>9}", target.name);
    Ok(findings)
}

fn statistic(said: &str, name: &str) -> u64 {
    let line = said.lines().find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
}

/// libFuzzer's files of inputs that failed, made small and written where the tests find them.
fn keep(arguments: &Arguments, target: &Target, folder: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !["crash-", "timeout-", "oom-"].iter().any(|kind| name.starts_with(kind)) {
            continue;
        }
        let small = folder.join("minimised");
        let mut guided = Command::new(&arguments.guided);
        guided.env("FUZZ_TARGET", &target.name).arg("-minimize_crash=1").arg("-runs=100000");
        guided.arg(format!("-max_total_time={MINIMISING}"));
        guided.arg(format!("-exact_artifact_path={}", small.display())).arg(&file);
        let _ = guided.stdin(Stdio::null()).output()?;
        let input = fs::read(&small).or_else(|_| fs::read(&file))?;
        let content = input.get(1..).unwrap_or_default();
        fs::create_dir_all(target.findings_folder())?;
        let hash: String = Sha256::digest(content)[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = target.findings_folder().join(hash);
        fs::write(&kept, content)?;
        let _ = fs::remove_file(&small);
        fs::rename(&file, folder.join(format!("kept-{name}")))?;
        println!("{}: {} bytes in {}", target.name, content.len(), kept.display());
        count += 1;
    }
    Ok(count)
}

/// The provider's words as libFuzzer reads them.
fn dictionary_of(target: &Target) -> String {
    let escaped = |byte: &u8| match byte {
        b' '..=b'~' if !b"\"\\".contains(byte) => char::from(*byte).to_string(),
        byte => format!("\\x{byte:02x}"),
    };
    let line = |word: &Vec<u8>| format!("\"{}\"\n", word.iter().map(escaped).collect::<String>());
    target.pool.words().iter().map(line).collect()
}
