//! Programs under measurement: started, waited for, weighed and stopped, or crashed.

use anyhow::{Context, Result, bail};
use std::{env, fs, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

const START_MAX: Duration = Duration::from_secs(180);

/// A program of ours that was built as we were: it stands beside us.
pub(crate) fn built(name: &str) -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}

pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
    /// Which process is the host, where the program is one that starts it.
    host: Option<u32>,
}

impl Program {
    /// Starts `command` and waits for its `ready http://…`.
    pub(crate) async fn start(mut command: Command) -> Result<Program> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("a piped child has an output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut host = None;
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(process) = line.strip_prefix("started centralita as process ") {
                    host = process.parse().ok();
                }
                if let Some(url) = line.strip_prefix("ready ") {
                    return anyhow::Ok(url.trim().to_owned());
                }
            }
            bail!("a program ended before it was ready")
        };
        let url = timeout(START_MAX, ready).await.context("a program did not start")??;
        // Somebody must go on reading, or the program blocks on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Program { child, url, host })
    }

    /// What of its memory is in RAM, in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let process = self.host.or(self.child.id()).context("the program has ended")?;
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        self.terminate();
        self.child.wait().await?;
        Ok(())
    }

    /// Ends it as a power cut would.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    fn terminate(&self) {
        if let Some(process) = self.child.id() {
            // An error says that it has just ended by itself.
            _ = std::process::Command::new("kill").args(["-TERM", &process.to_string()]).status();
        }
    }
}

/// When something fails half way, nothing that was started stays behind; `xtask up` stops its host first.
impl Drop for Program {
    fn drop(&mut self) {
        self.terminate();
    }
}
