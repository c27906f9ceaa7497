//! The servers for programs in other languages: `test-servers postgres redis` starts them and prints one
//! line of JSON with their URLs.
//!
//! Each line of the input is a command, `start`, `stop`, `kill` or `restart` and a server's name, and is
//! answered with `done` when it is done. When the input ends, so do the servers.

use clap::{Parser, ValueEnum};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    process::ExitCode,
};
use test_servers::{Postgres, Redis};

#[derive(Parser)]
#[command(about = "A real PostgreSQL and a real Redis, until the input ends")]
struct Arguments {
    #[arg(required = true)]
    servers: Vec<Kind>,
    /// A setting of PostgreSQL, e.g. fsync=on: by default it does not wait for its disk
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Kind {
    Postgres,
    Redis,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Postgres => "postgres",
            Kind::Redis => "redis",
        }
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it like fsync=on")?;
    Ok((name.to_owned(), value.to_owned()))
}

enum Server {
    Postgres(Postgres),
    Redis(Redis),
}

impl Server {
    fn start(kind: Kind, settings: &[(String, String)]) -> Server {
        match kind {
            Kind::Postgres => {
                let given = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                // The last word about a setting counts.
                let settings: Vec<_> = Postgres::FAST.into_iter().chain(given).collect();
                Server::Postgres(Postgres::start_with(&settings))
            }
            Kind::Redis => Server::Redis(Redis::start()),
        }
    }

    fn url(&self) -> String {
        match self {
            Server::Postgres(postgres) => postgres.url(),
            Server::Redis(redis) => redis.url(),
        }
    }

    fn obey(&mut self, command: &str) -> Result<(), String> {
        match (self, command) {
            (Server::Postgres(postgres), "start" | "restart") => postgres.restart(),
            (Server::Postgres(postgres), "stop") => postgres.stop(),
            (Server::Postgres(postgres), "kill") => postgres.kill(),
            (Server::Redis(redis), "start" | "restart") => redis.restart(),
            (Server::Redis(redis), "stop") => redis.stop(),
            (Server::Redis(redis), "kill") => redis.kill(),
            _ => return Err(format!("{command}: start, stop, kill or restart")),
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let start = |kind: &Kind| (*kind, Server::start(*kind, &arguments.set));
    let mut servers: BTreeMap<Kind, Server> = arguments.servers.iter().map(start).collect();
    let urls = servers.iter().map(|(kind, server)| (kind.name().to_owned(), Value::String(server.url())));
    say(&Value::Object(urls.collect::<Map<_, _>>()).to_string())?;
    for line in io::stdin().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let (command, name) = line.trim().split_once(' ').unwrap_or((&line, ""));
        let server = Kind::from_str(name, false).ok().and_then(|kind| servers.get_mut(&kind));
        server.ok_or_else(|| format!("{line}: no server {name} runs here"))?.obey(command)?;
        say("done")?;
    }
    Ok(())
}

/// One line, at once: whoever started us waits for it.
fn say(line: &str) -> Result<(), String> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|error| error.to_string())
}
