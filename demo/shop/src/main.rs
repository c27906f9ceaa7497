//! The business system of the demo: what a company already has and its bots ask.
//!
//! It knows nothing of Centralita. What was there before comes from files; what is created while it
//! runs is kept in memory alone: it is for demonstrations, and forgets on restart.

mod appointment;
mod claim;
mod customer;
mod date;
mod invoice;
mod number;
mod order;
mod payment;
mod pdf;
mod problem;
mod repeat;
mod shop;
mod web;

use anyhow::{Context, Result};
use clap::Parser;
use date::Clock;
use jiff::civil::Date;
use shop::Shop;
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[derive(Parser)]
#[command(about = "The demo company's business system")]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:3001")]
    listen: String,
    /// The folder with orders.json, customers.json and the others
    #[arg(long)]
    data: PathBuf,
    /// The day it is all the time, as YYYY-MM-DD, instead of the real one
    #[arg(long)]
    today: Option<Date>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<()> {
    let shop = Shop::load(&arguments.data, Clock::new(arguments.today)?)?;
    let routes = shop::routes(Arc::new(shop));
    let listener = TcpListener::bind(&arguments.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", arguments.listen))?;
    println!("ready http://{}", listener.local_addr()?);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stop).await?)
}
