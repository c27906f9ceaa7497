//! `centralita up`: serve the application.

use crate::app::{App, LoadError, Options};
use crate::limits::LimitOverrides;
use crate::manifest::Manifest;
use crate::postgres;
use crate::sqlite::TRANSACTION_MAX;
use crate::variables::parse_env_file;
use crate::{server, tick};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Serve the application that a manifest describes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The application's manifest
    #[arg(long, short = 'f', default_value = "spin.toml", value_name = "FILE")]
    manifest: PathBuf,
    /// Where to listen; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where databases and compiled components are kept
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data: PathBuf,
    /// Sets an application variable; may be given many times
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
    /// Reads SPIN_VARIABLE_NAME=VALUE lines; the process's own environment beats them
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// How long requests may take to finish after SIGTERM
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    drain_max: u64,
    /// How long a transaction may be open
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    transaction_max: u64,
    /// How many connections to one PostgreSQL database may be open
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    postgres_connections_max: u32,
    /// How long a component waits for one of them
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    postgres_wait_max: u64,
    #[command(flatten)]
    limits: LimitOverrides,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs until SIGTERM or SIGINT.
pub fn run(args: Args) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: Args) -> Result<(), LoadError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("could not start the runtime")?;
    let served = runtime.block_on(async {
        let drain_max = Duration::from_millis(args.drain_max);
        // Listen first: an address in use is known before anything is compiled.
        let listener = TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("could not listen on {}", args.listen))?;
        let mut stop = std::pin::pin!(stop_signal()?);
        let app = tokio::select! {
            // A first start compiles for a while; who wants to stop it does not have to wait.
            () = &mut stop => return Ok(()),
            app = tokio::task::spawn_blocking(|| load(args)) => {
                app.context("loading failed")??
            }
        };
        let address = listener.local_addr().context("could not learn the own address")?;
        let clock = tokio::spawn(tick::run(app.clone()));
        println!("ready http://{address}");
        let stopped = async {
            stop.await;
            println!("stopping: letting requests finish");
            clock.abort();
        };
        server::serve(listener, app, stopped, drain_max).await;
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_millis(200));
    served
}

fn load(args: Args) -> Result<std::sync::Arc<App>, LoadError> {
    println!("reading {}", args.manifest.display());
    let text = std::fs::read_to_string(&args.manifest)
        .with_context(|| format!("could not read {}", args.manifest.display()))?;
    let manifest = Manifest::parse(&args.manifest, &text)?;
    let mut environment = match &args.env_file {
        Some(file) => env_file(file)?,
        None => BTreeMap::new(),
    };
    environment.extend(std::env::vars().filter(|(name, _)| name.starts_with("SPIN_VARIABLE_")));
    let transaction_max = match args.transaction_max {
        0 => TRANSACTION_MAX,
        limit => Duration::from_millis(limit),
    };
    let options = Options {
        data: args.data,
        variables: args.variables.into_iter().collect(),
        environment,
        limits: args.limits,
        postgres: postgres::Settings {
            connections: args.postgres_connections_max as usize,
            wait: Duration::from_millis(args.postgres_wait_max),
            transaction_max,
        },
        transaction_max,
    };
    println!(
        "loading the components of {} (compiled once, then kept in {})",
        manifest.name,
        options.data.join("cache").display()
    );
    App::load(&manifest, &options)
}

fn env_file(file: &std::path::Path) -> Result<BTreeMap<String, String>, LoadError> {
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let values =
        parse_env_file(&text).map_err(|line| anyhow::anyhow!("{}:{line}: not NAME=VALUE", file.display()))?;
    Ok(values)
}

/// Resolves when the process is asked to end.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("could not wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("could not wait for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
