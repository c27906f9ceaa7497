//! `centralita up`: serve the application.

use crate::app::{App, LoadError, Options};
use crate::limits::LimitOverrides;
use crate::manifest::Manifest;
use crate::postgres;
use crate::providers::{self, Sources};
use crate::runtime_config::{RuntimeConfig, State};
use crate::server::{self, Ending};
use crate::sqlite::TRANSACTION_MAX;
use crate::telemetry::{LogFormat, Tracing};
use crate::tick;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
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
    /// Where databases and compiled components are kept [default: data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Where stores, databases and variables are, as Spin reads it
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,
    /// Sets an application variable; may be given many times
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
    /// Reads SPIN_VARIABLE_NAME=VALUE lines; the process's own environment beats them
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// How long to go on serving after SIGTERM while health checks get 503, so that a proxy looks elsewhere
    #[arg(long, default_value_t = 0, value_name = "MS")]
    shutdown_delay: u64,
    /// How long requests may take to finish after that
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    drain_max: u64,
    /// How long a transaction may be open
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    transaction_max: u64,
    /// How many connections to one PostgreSQL database may be open [default: 32]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    postgres_connections_max: Option<u64>,
    /// How many serializable transactions may be open on it at the same time [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    postgres_transactions_max: Option<u64>,
    /// How long a component waits for a connection, and for its turn to begin a transaction
    #[arg(long, default_value_t = 10_000, value_name = "MS")]
    postgres_wait_max: u64,
    /// How the log on standard error is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
    #[command(flatten)]
    limits: LimitOverrides,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Time for the traces of the last requests to be sent: what is left of the drain, within these.
const TRACES_END_MIN: Duration = Duration::from_millis(500);
const TRACES_END_MAX: Duration = Duration::from_secs(3);

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
        let ending = Ending {
            delay: Duration::from_millis(args.shutdown_delay),
            drain_max: Duration::from_millis(args.drain_max),
        };
        // Listen first: an address in use is known before anything is compiled.
        let listener = TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("could not listen on {}", args.listen))?;
        let mut stop = std::pin::pin!(stop_signal()?);
        let tracing = Tracing::from_environment()?;
        let loading = tracing.clone();
        let app = tokio::select! {
            // A first start compiles for a while; who wants to stop it does not have to wait.
            () = &mut stop => return Ok(()),
            app = tokio::task::spawn_blocking(|| load(args, loading)) => {
                app.context("loading failed")??
            }
        };
        let address = listener.local_addr().context("could not learn the own address")?;
        let clock = tokio::spawn(tick::run(app.clone()));
        println!("ready http://{address}");
        let mut stopping = None;
        let stopped = async {
            stop.await;
            stopping = Some(Instant::now());
            println!("stopping: letting requests finish");
            clock.abort();
        };
        server::serve(listener, app, stopped, ending).await;
        let time = ending.delay + ending.drain_max;
        let left = time.saturating_sub(stopping.map_or(Duration::ZERO, |it| it.elapsed()));
        let limit = left.clamp(TRACES_END_MIN, TRACES_END_MAX);
        _ = tokio::task::spawn_blocking(move || tracing.end(limit)).await;
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_millis(200));
    served
}

fn load(args: Args, tracing: Tracing) -> Result<std::sync::Arc<App>, LoadError> {
    println!("reading {}", args.manifest.display());
    let text = std::fs::read_to_string(&args.manifest)
        .with_context(|| format!("could not read {}", args.manifest.display()))?;
    let manifest = Manifest::parse(&args.manifest, &text)?;
    let config = match &args.runtime_config_file {
        Some(file) => runtime_config(file)?,
        None => RuntimeConfig::default(),
    };
    config.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    let variables: BTreeMap<_, _> = args.variables.into_iter().collect();
    let sources = Sources {
        providers: config.variables,
        process: process_environment(),
        file: env_file(args.env_file.as_deref())?,
    };
    let environment = Handle::current().block_on(sources.values(&manifest, &variables))?;
    let transaction_max = match args.transaction_max {
        0 => TRANSACTION_MAX,
        limit => Duration::from_millis(limit),
    };
    let connections = args.postgres_connections_max.or(config.postgres_connections);
    let mut limits = args.limits;
    limits.memory_mib = limits.memory_mib.or(config.memory_bytes.map(|bytes| bytes.div_ceil(1 << 20)));
    let data = match (args.data.clone(), &config.state) {
        (Some(data), _) => data,
        (None, Some(State::Folder(data))) => data.clone(),
        (None, Some(State::Memory) | None) => "data".into(),
    };
    let options = Options {
        in_memory: args.data.is_none() && config.state == Some(State::Memory),
        data,
        variables,
        environment,
        limits,
        postgres: postgres::Settings {
            connections: connections
                .map_or(postgres::Settings::default().connections, |count| count.min(10_000) as usize),
            transactions: args
                .postgres_transactions_max
                .map_or(postgres::Settings::default().transactions, |count| count.min(10_000) as usize),
            wait: Duration::from_millis(args.postgres_wait_max),
            transaction_max,
        },
        key_value_stores: config.key_value_stores,
        sqlite_databases: config.sqlite_databases,
        outbound: config.outbound,
        log_dir: config.log_dir,
        transaction_max,
        tracing,
    };
    println!(
        "loading the components of {} (compiled once, then kept in {})",
        manifest.name,
        options.data.join("cache").display()
    );
    App::load(&manifest, &options)
}

fn runtime_config(file: &Path) -> Result<RuntimeConfig, LoadError> {
    println!("reading {}", file.display());
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(RuntimeConfig::parse(file, &text)?)
}

fn process_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Spin reads `.env` in its working folder where nobody names a file.
fn env_file(named: Option<&Path>) -> anyhow::Result<BTreeMap<String, String>> {
    match named {
        Some(file) if !file.exists() => {
            anyhow::bail!("could not read {}: there is no such file", file.display())
        }
        Some(file) => providers::lines(file),
        None => providers::lines(Path::new(".env")),
    }
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
