//! What is measured, in this order: a native server, then the product.

use crate::{
    client::Client,
    desk, graph, load,
    product::{self, ADMIN_TOKEN},
    program::{Program, built},
    report::Report,
    whatsapp::{ACCOUNT, SECRET, Webhook},
};
use anyhow::{Context, Result, bail};
use http::Method;
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{process::Command, sync::mpsc, time};

const CALLERS: usize = 16;
const LASTING: Duration = Duration::from_secs(10);
const RATE: u32 = 100;
const WARM_UP: Duration = Duration::from_secs(1);
const STARTS: usize = 5;
const AGENTS: usize = 50;
const CHATS_MAX: u32 = 4;
/// Idle instances are gone and the allocator has given back what it will.
const REST: Duration = Duration::from_secs(10);
const SCREEN_MESSAGES: usize = 200;

pub(crate) async fn all(root: &Path, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    native(&folder, report).await?;
    let graph = graph::start(None).await?;
    let data = folder.path().join("product");
    let product = Program::start(product::up(root, &data, &graph)?).await?;
    let admin = Client::new(&product.url).with_token(ADMIN_TOKEN);
    product::configure(&admin).await?;
    webhooks("product", &Client::new(&product.url), report).await?;
    settled(&admin).await?;
    screen(&admin, report).await?;
    product.stop().await?;
    starts(root, &data, report).await?;
    memory(root, &data, report).await
}

async fn native(folder: &TempDir, report: &mut Report) -> Result<()> {
    let mut command = Command::new(built("native-webhook")?);
    command.arg(folder.path().join("native.db")).args([ACCOUNT, SECRET]);
    let program = Program::start(command).await?;
    webhooks("native", &Client::new(&program.url), report).await?;
    program.stop().await
}

pub(crate) async fn webhooks(name: &str, client: &Client, report: &mut Report) -> Result<()> {
    load::flat_out(client, CALLERS, WARM_UP).await?;
    let rate = load::flat_out(client, CALLERS, LASTING).await?;
    report.add(format!("webhooks accepted, {name}, {CALLERS} callers"), rate, "/s");
    time::sleep(WARM_UP).await;
    let mut samples = load::at_rate(client, RATE, LASTING).await?;
    report.add_percentiles(&format!("webhook at {RATE}/s, {name}"), &mut samples);
    Ok(())
}

/// Waits until what the load left to do is done: a conversation goes through at once again.
async fn settled(admin: &Client) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let began = Instant::now();
        admin.json(Method::GET, "/api/live", None).await?;
        if began.elapsed() < Duration::from_millis(50) {
            return Ok(());
        }
        if until < Instant::now() {
            bail!("the server did not come to rest");
        }
        time::sleep(Duration::from_millis(500)).await;
    }
}

/// From the webhook's first byte to the message on the agent's event stream.
async fn screen(admin: &Client, report: &mut Report) -> Result<()> {
    let agent = desk::agent(admin, "bench-agent", CHATS_MAX).await?;
    let (seen, mut shown) = mpsc::unbounded_channel();
    desk::listen(&agent, seen).await?;
    agent.json(Method::PUT, "/api/presence", Some(&json!({ "status": "available" }))).await?;
    let phone = "34699000001";
    let customer = admin.nobody();
    // Each word waits for the bot's answer to the one before.
    for word in ["Hola", "persona", "Mi factura"] {
        Webhook::text(phone, word).post(&customer).await?;
        time::sleep(Duration::from_secs(2)).await;
    }
    let offer = offered(&agent).await?;
    agent.json(Method::POST, &format!("/api/interactions/{offer}/answer"), None).await?;
    let mut samples = Vec::new();
    for number in 0..SCREEN_MESSAGES {
        let text = format!("medida {number}");
        let began = Instant::now();
        Webhook::text(phone, &text).post(&customer).await?;
        let waited = time::timeout(Duration::from_secs(10), async {
            while let Some(event) = shown.recv().await {
                if event.data.contains(&format!("\"{text}\"")) {
                    return began.elapsed();
                }
            }
            began.elapsed()
        });
        samples.push(waited.await.context("a message never reached the agent's screen")?);
        time::sleep(Duration::from_millis(40)).await;
    }
    report.add_percentiles("webhook to the agent's event stream", &mut samples);
    Ok(())
}

async fn offered(agent: &Client) -> Result<String> {
    for _ in 0..100 {
        let desk = agent.json(Method::GET, "/api/desk", None).await?;
        let interactions = desk["interactions"].as_array().cloned().unwrap_or_default();
        let ringing = |interaction: &&Value| interaction["state"] == "offered";
        if let Some(id) = interactions.iter().find(ringing).and_then(|found| found["id"].as_str()) {
            return Ok(id.to_owned());
        }
        time::sleep(Duration::from_millis(200)).await;
    }
    bail!("nothing was offered to the agent")
}

/// With compiled components on disk: from the start of the process to the first good answer.
async fn starts(root: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let mut samples = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let program = Program::start(product::host(root, data, data, "127.0.0.1:0")?).await?;
        Client::new(&program.url).json(Method::GET, "/health", None).await?;
        samples.push(began.elapsed());
        program.stop().await?;
    }
    report.add_percentiles("host started to first answer, warm cache", &mut samples);
    Ok(())
}

async fn memory(root: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let program = Program::start(product::host(root, data, data, "127.0.0.1:0")?).await?;
    let admin = Client::new(&program.url).with_token(ADMIN_TOKEN);
    admin.json(Method::GET, "/health", None).await?;
    time::sleep(REST).await;
    report.add("memory at rest", program.resident_mib()?, "MiB");
    let (seen, _shown) = mpsc::unbounded_channel();
    for number in 0..AGENTS {
        let agent = desk::agent(&admin, &format!("bench-{number}"), CHATS_MAX).await?;
        desk::listen(&agent, seen.clone()).await?;
        agent.json(Method::PUT, "/api/presence", Some(&json!({ "status": "available" }))).await?;
    }
    time::sleep(REST).await;
    report.add(format!("memory with {AGENTS} agents connected"), program.resident_mib()?, "MiB");
    program.stop().await
}
