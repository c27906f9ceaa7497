//! The project's figures, measured on the running product beside a native server in the same run.
//!
//! `cargo xtask bench` builds what this needs and starts it. It prints a table and writes the same
//! as JSON to `target/bench/`. Load comes from this process on the same machine, so the figures are
//! a lower bound.

mod client;
mod graph;
mod load;
mod program;
mod report;
mod run;
mod size;
mod whatsapp;

use anyhow::{Context, Result};
use std::{env, path::PathBuf};

/// `bench ROOT`: the workspace's folder.
#[tokio::main]
async fn main() -> Result<()> {
    let root = PathBuf::from(env::args().nth(1).context("usage: bench ROOT")?);
    let mut report = report::Report::default();
    run::all(&root, &mut report).await?;
    size::all(&root, &mut report)?;
    report.finish(&root)
}
