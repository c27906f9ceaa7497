//! Several hosts on one PostgreSQL and one Redis, for as long as this lives; each of them can be crashed
//! and started again.

use crate::{
    client::Client,
    product::{self, ADMIN_TOKEN},
    program::{Program, built},
};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// A PostgreSQL of our own, and maybe a Redis, which end with us.
pub(crate) struct Servers {
    _child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    pub(crate) postgres: String,
    redis: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithRedis {
    Yes,
    No,
}

impl Servers {
    /// PostgreSQL as it comes: what it commits is on the disk.
    pub(crate) async fn start(with_redis: WithRedis) -> Result<Servers> {
        let mut command = Command::new(built("test-servers")?);
        command.arg("postgres").args((with_redis == WithRedis::Yes).then_some("redis"));
        command.args(["--set", "fsync=on"]);
        // Room for the connections of all hosts.
        command.args(["--set", "max_connections=200"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let commands = child.stdin.take().context("a piped child has an input")?;
        let output = child.stdout.take().context("a piped child has an output")?;
        let mut answers = BufReader::new(output).lines();
        let urls = answers.next_line().await?.context("the servers did not start")?;
        let urls: Value = serde_json::from_str(&urls)?;
        let url = |name: &str| urls[name].as_str().map(str::to_owned);
        let postgres = url("postgres").context("PostgreSQL has no URL")?;
        Ok(Servers { _child: child, commands, answers, postgres, redis: url("redis") })
    }

    /// Obeys a command such as `kill postgres`.
    pub(crate) async fn tell(&mut self, command: &str) -> Result<()> {
        self.commands.write_all(format!("{command}\n").as_bytes()).await?;
        match self.answers.next_line().await? {
            Some(answer) if answer == "done" => Ok(()),
            _ => bail!("{command} was not done"),
        }
    }
}

pub(crate) struct Cluster {
    root: PathBuf,
    folder: TempDir,
    graph: String,
    pub(crate) servers: Servers,
    /// What `cargo xtask up --demo` runs: the first host, and the demo's business system.
    first: Program,
    others: Vec<Host>,
}

/// A host beside the first one. It keeps its address.
struct Host {
    name: String,
    url: String,
    /// `None`: it is dead.
    program: Option<Program>,
}

impl Cluster {
    pub(crate) async fn start(root: &std::path::Path, hosts: usize, graph: &str) -> Result<Cluster> {
        let folder = tempfile::tempdir()?;
        let servers = Servers::start(WithRedis::Yes).await?;
        let redis = servers.redis.as_deref().context("Redis has no URL")?;
        let config = format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{redis}\"\n");
        fs::write(folder.path().join("runtime-config.toml"), config)?;
        let mut command = product::up(root, &folder.path().join("first"), graph)?;
        on_servers(&mut command, &folder, &servers);
        let first = Program::start(command).await?;
        let mut cluster = Cluster {
            root: root.to_owned(),
            folder,
            graph: graph.to_owned(),
            servers,
            first,
            others: vec![],
        };
        for number in 1..hosts {
            let name = format!("host-{number}");
            let program = cluster.host(&name, "127.0.0.1:0").await?;
            cluster.others.push(Host { name, url: program.url.clone(), program: Some(program) });
        }
        product::configure(&cluster.client().with_token(ADMIN_TOKEN)).await?;
        Ok(cluster)
    }

    /// Over all hosts, whether they live or not.
    pub(crate) fn client(&self) -> Client {
        let others = self.others.iter().map(|host| host.url.clone());
        Client::of_hosts(std::iter::once(self.first.url.clone()).chain(others).collect())
    }

    /// Ends the last host as a power cut would.
    pub(crate) async fn kill_host(&mut self) -> Result<()> {
        let host = self.others.last_mut().and_then(|host| host.program.take());
        host.context("no host beside the first lives")?.kill().await
    }

    pub(crate) async fn start_host(&mut self) -> Result<()> {
        let dead =
            self.others.last().filter(|host| host.program.is_none()).context("the host is not dead")?;
        let (name, url) = (dead.name.clone(), dead.url.clone());
        let program = self.host(&name, url.trim_start_matches("http://")).await?;
        if let Some(host) = self.others.last_mut() {
            host.program = Some(program);
        }
        Ok(())
    }

    pub(crate) async fn stop(self) -> Result<()> {
        for program in self.others.into_iter().filter_map(|host| host.program) {
            program.stop().await?;
        }
        self.first.stop().await
    }

    /// One more host over the same backends and with the same secrets.
    async fn host(&self, name: &str, listen: &str) -> Result<Program> {
        let first = self.folder.path().join("first");
        let data = self.folder.path().join(name);
        fs::create_dir_all(&data)?;
        // Compiled components are the same for all.
        if !data.join("cache").exists() {
            symlink(first.join("cache"), data.join("cache"))?;
        }
        let mut command = product::host(&self.root, &data, &first, listen)?;
        command.env("SPIN_VARIABLE_GRAPH_BASE_URL", &self.graph);
        on_servers(&mut command, &self.folder, &self.servers);
        Program::start(command).await
    }
}

fn on_servers(command: &mut Command, folder: &TempDir, servers: &Servers) {
    let authority = servers.postgres.split(['@', '/']).nth(3).unwrap_or_default();
    command.arg("--runtime-config-file").arg(folder.path().join("runtime-config.toml"));
    command.env("SPIN_VARIABLE_DATABASE_URL", &servers.postgres);
    command.env("SPIN_VARIABLE_DATABASE_HOST", authority);
}
