//! The project's figures, measured on the running product.
//!
//! `cargo xtask bench` builds what this needs and starts it. Each command prints a table and writes the
//! same as JSON to `target/bench/`. Load comes from this process on the same machine, so the figures are
//! a lower bound.

mod client;
mod cluster;
mod decode;
mod desk;
mod faults;
mod graph;
mod load;
mod product;
mod program;
mod report;
mod routing;
mod run;
mod size;
mod whatsapp;

use anyhow::Result;
use clap::{Parser, Subcommand};
use report::Report;
use std::path::PathBuf;

#[derive(Parser)]
struct Arguments {
    /// The workspace's folder
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Speed, memory and sizes of one host, beside a native server
    Figures,
    /// Messages through three hosts on PostgreSQL, while a host is killed and PostgreSQL crashes
    Faults(faults::Faults),
    /// Reading what providers send: a usual request, and up to 10 MB of anything
    Decode(decode::Decode),
    /// One event in a large center, by how many wait; offers through SQLite and PostgreSQL
    Routing(routing::Routing),
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments { root, command } = Arguments::parse();
    let mut report = Report::default();
    match command {
        Command::Figures => {
            run::all(&root, &mut report).await?;
            size::all(&root, &mut report)?;
            report.finish(&root, "figures")
        }
        Command::Faults(options) => {
            // What was measured is written also when the verdict is bad.
            let verdict = faults::run(&root, &options, &mut report).await;
            report.finish(&root, "faults")?;
            verdict
        }
        Command::Decode(options) => {
            let verdict = decode::run(&root, &options, &mut report);
            report.finish(&root, "decode")?;
            verdict
        }
        Command::Routing(options) => {
            let verdict = routing::run(&options, &mut report).await;
            report.finish(&root, "routing")?;
            verdict
        }
    }
}
