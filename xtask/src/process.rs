//! Running other programs, and saying what is being done and how long it took.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

/// Runs `work` between a line that says what begins and one that says how long it took. Another step may
/// speak meanwhile.
pub(crate) fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("{title} …");
    let begun = Instant::now();
    let value = work()?;
    println!("  done in {:.1} s: {title}", begun.elapsed().as_secs_f64());
    Ok(value)
}

/// Runs to the end with its output on our own; a failure names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", name(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", name(command));
    }
    Ok(())
}

/// Runs to the end without a word; true when it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs to the end and hands over each line of what it prints as it comes; true when it succeeded.
pub(crate) fn each_line(command: &mut Command, mut heard: impl FnMut(&str)) -> Result<bool> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {}", name(command)))?;
    let stdout = child.stdout.take().context("a piped child has an output")?;
    for line in BufReader::new(stdout).split(b'\n') {
        heard(&String::from_utf8_lossy(&line?));
    }
    Ok(child.wait()?.success())
}

/// What the command prints, without the last line end.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", name(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}", name(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn name(command: &Command) -> String {
    let arguments = command.get_args().take(4).map(|argument| argument.to_string_lossy());
    let program = command.get_program().to_string_lossy();
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}
