//! The log on standard error. Libraries are heard from `warn` upwards, whatever `RUST_LOG` says: below that
//! they tell what goes over the wire, and with it passwords and what people wrote.

use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let ours = |target: &str| target.split("::").next() == Some(env!("CARGO_CRATE_NAME"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .finish()
        .with(filter_fn(move |metadata| *metadata.level() <= Level::WARN || ours(metadata.target())))
        .init();
}
