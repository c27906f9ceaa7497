//! `cargo xtask up`: builds what is missing, serves, and fills the demo.
//!
//! Secrets are made once and stay in the data folder, readable by its owner alone; they reach the
//! host through its environment, since arguments can be read by everybody on the machine.

mod demo;
mod secrets;
mod server;

use crate::{
    build::{self, Profile},
    workspace,
};
use anyhow::{Context, Result, bail};
use clap::Args;
use secrets::Secrets;
use server::{Event, Program};
use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

/// A host that has nothing to say for so long is broken.
const START_MAX: Duration = Duration::from_secs(120);

#[derive(Args)]
pub(crate) struct Up {
    /// Address and port to serve; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: String,
    /// Folder for the database and the secrets
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Set up a small demo company and its shop
    #[arg(long)]
    demo: bool,
    /// The administrator's API token; without it one is made once
    #[arg(long, value_name = "TOKEN")]
    admin_token: Option<String>,
    /// Other backends for key-value stores and SQLite, in Spin's format
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,
    /// Do not start the gateway, the native process that sends letters
    #[arg(long)]
    no_gateway: bool,
    /// Another manifest than spin.toml
    #[arg(long, value_name = "FILE", default_value = "spin.toml", hide = true)]
    manifest: PathBuf,
    /// Serve what is built, whatever the sources say
    #[arg(long, hide = true)]
    no_build: bool,
    /// Further options for the host: see `centralita up --help`
    #[arg(last = true, value_name = "OPTION")]
    host: Vec<OsString>,
}

impl Up {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let data = writable(&self.data)?;
        let listen = free(&self.listen)?.to_string();
        if !self.no_build {
            build::everything(Profile::Dev)?;
        }
        let mut secrets = Secrets::load_or_make(&data)?;
        if let Some(token) = &self.admin_token {
            secrets.admin_token.clone_from(token);
        }
        let (events, heard) = mpsc::channel();
        server::hear_signals(events.clone())?;
        let mut programs = Vec::new();
        let shop = match self.demo {
            true => Some(start(Program::shop(&events)?, &heard, &mut programs)?),
            false => None,
        };
        let gateway = match self.no_gateway {
            true => None,
            false => Some(start(Program::gateway(&data, &secrets, &events)?, &heard, &mut programs)?),
        };
        let (gateway, shop) = (gateway.as_deref(), shop.as_deref());
        let mut host = Program::host(&self.manifest, &listen, &data, &secrets, gateway, shop)?;
        if let Some(file) = &self.runtime_config_file {
            host.arg("--runtime-config-file").arg(std::path::absolute(file)?);
        }
        host.args(&self.host);
        let host = Program::start("centralita", host, &events)?;
        let address = start(host, &heard, &mut programs)?;
        demo::healthy(&address)?;
        if self.demo {
            demo::set_up(&address, &data, &secrets.admin_token)?;
        }
        println!("ready {address}");
        self.say_where(&address, &data)?;
        wait(&heard, programs)
    }

    fn say_where(&self, address: &str, data: &Path) -> Result<()> {
        println!("  desk       {address}/desk/");
        if self.demo {
            demo::say_where(address)?;
        }
        if self.admin_token.is_none() {
            println!("  API token  in {}", Secrets::file(data).display());
        }
        Ok(())
    }
}

/// Waits until the program says its address.
fn start(program: Program, heard: &Receiver<Event>, programs: &mut Vec<Program>) -> Result<String> {
    let name = program.name;
    programs.push(program);
    let until = Instant::now() + START_MAX;
    loop {
        match heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Ready(who, address)) if who == name => return Ok(address),
            Ok(Event::Ready(..)) => {}
            Ok(Event::Exited(who)) => bail!("{who} ended before it was ready"),
            Ok(Event::Stop) => bail!("stopped before {name} was ready"),
            Err(RecvTimeoutError::Timeout) => bail!("{name} did not start within {START_MAX:?}"),
            Err(RecvTimeoutError::Disconnected) => bail!("{name} cannot be heard"),
        }
    }
}

/// Serves until a signal comes or a program ends by itself, which is a failure.
fn wait(heard: &Receiver<Event>, programs: Vec<Program>) -> Result<ExitCode> {
    loop {
        match heard.recv() {
            Ok(Event::Ready(..)) => {}
            Ok(Event::Stop) => break,
            Ok(Event::Exited(who)) => bail!("{who} ended by itself"),
            Err(_) => bail!("nobody can be heard any more"),
        }
    }
    println!("stopping …");
    // In the reverse order: the host lets its requests finish while gateway and shop still answer.
    programs.into_iter().rev().try_for_each(Program::stop)?;
    Ok(ExitCode::SUCCESS)
}

fn writable(data: &Path) -> Result<PathBuf> {
    let data = std::path::absolute(data)?;
    let refused = || format!("cannot write to {}: name another folder with --data", data.display());
    // What customers write is for nobody else on this machine.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&data).with_context(refused)?;
    let probe = data.join(".writable");
    fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).with_context(refused)?;
    Ok(data)
}

/// Asked before the build, which takes long: a port in use is better known at once. Gives the address
/// that a name such as `localhost` stands for.
fn free(listen: &str) -> Result<SocketAddr> {
    let unknown = || format!("cannot listen on {listen}: write it like 127.0.0.1:3000");
    let address = listen.to_socket_addrs().with_context(unknown)?.next().with_context(unknown)?;
    match TcpListener::bind(address) {
        Ok(_) => Ok(address),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("{listen} is in use: choose another address with --listen")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {listen}")),
    }
}

/// The folder of what the demo consists of.
fn demo_folder() -> PathBuf {
    workspace::root().join("demo")
}
