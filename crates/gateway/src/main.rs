//! `centralita-gateway`, the command.

use anyhow::{Context, Result};
use clap::Parser as _;
use gateway::configuration::{Arguments, Configuration};
use gateway::{log, routes, server};
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    log::start();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let configuration = Configuration::read(arguments, |name| std::env::var(name).ok())?;
    let listen = configuration.listen;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("could not listen on {listen}"))?;
    let address = listener.local_addr().context("could not learn the own address")?;
    let routes = routes::all(configuration)?;
    let mut terminate = signal(SignalKind::terminate()).context("could not wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("could not wait for SIGINT")?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        println!("stopping: letting requests finish");
    };
    println!("ready http://{address}");
    server::serve(listener, routes, stop).await;
    Ok(())
}
