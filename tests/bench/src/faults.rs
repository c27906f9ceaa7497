//! Faults in the middle of load: three hosts, one of which is killed, and a PostgreSQL that crashes. What
//! was acknowledged must be there once, and what was to be delivered must be delivered once or reported.

mod agents;
mod customers;
mod database;
mod outcome;
mod series;

use crate::{
    client::Client,
    cluster::Cluster,
    desk, graph,
    product::{self, ADMIN_TOKEN},
    program::Program,
    report::Report,
    run::webhooks,
};
use anyhow::{Result, bail, ensure};
use clap::Args;
use customers::{Plan, Provider};
use database::Database;
use outcome::{Outcome, Provided, Wrong, outcome};
use series::recovery;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

const HOSTS: usize = 3;
/// How long the killed host and the crashed PostgreSQL are away.
const AWAY: Duration = Duration::from_secs(5);
/// So much time is left to finish everything when all was sent.
const FINISH_MAX: Duration = Duration::from_secs(1200);
const LOOK: Duration = Duration::from_millis(500);

#[derive(Args)]
pub(crate) struct Faults {
    /// How many messages customers send
    #[arg(long, default_value_t = 100_000)]
    messages: usize,
    /// How many in each second
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Contacts who write at the same time
    #[arg(long, default_value_t = 50)]
    writers: usize,
    /// How much each of them writes
    #[arg(long, default_value_t = 50)]
    words: usize,
    /// Agents; together they have room for all who write
    #[arg(long, default_value_t = 6)]
    agents: u32,
    /// Leave out the rates of one host beside three
    #[arg(long)]
    only_faults: bool,
}

/// When a fault was, after the first message.
struct Fault {
    at: Duration,
    lasting: Duration,
}

pub(crate) async fn run(root: &Path, options: &Faults, report: &mut Report) -> Result<()> {
    if !options.only_faults {
        rates(root, report).await?;
    }
    faults(root, options, report).await
}

/// How much one host with SQLite takes in, and how much three do with PostgreSQL and Redis.
async fn rates(root: &Path, report: &mut Report) -> Result<()> {
    let (folder, graph) = (tempfile::tempdir()?, graph::start(None).await?);
    let one = Program::start(product::up(root, folder.path(), &graph)?).await?;
    let client = Client::new(&one.url);
    product::configure(&client.with_token(ADMIN_TOKEN)).await?;
    webhooks("one host, SQLite", &client, report).await?;
    one.stop().await?;
    let three = Cluster::start(root, HOSTS, &graph).await?;
    webhooks("three hosts, PostgreSQL", &three.client(), report).await?;
    three.stop().await
}

async fn faults(root: &Path, options: &Faults, report: &mut Report) -> Result<()> {
    let (told, taken) = mpsc::unbounded_channel();
    let mut cluster = Cluster::start(root, HOSTS, &graph::start(Some(told)).await?).await?;
    let Faults { messages, rate, writers, words, agents, .. } = *options;
    let provider = Provider::new(Plan { messages, rate, writers, words }, cluster.client());
    let mut working = JoinSet::new();
    working.spawn(provider.clone().answer_all(taken));
    let admin = cluster.client().with_token(ADMIN_TOKEN);
    hire(&admin, agents, u32::try_from(writers)?.div_ceil(agents) + 2, &provider, &mut working).await?;
    let watched = tokio::spawn(watch(Database::new(&cluster.servers.postgres), provider.clone()));
    let mut database = Database::new(&cluster.servers.postgres);

    let sending = tokio::spawn(provider.clone().send_all());
    until_sent(&provider, messages / 4).await;
    let (host, leases) = kill_host(&mut cluster, &provider).await?;
    until_sent(&provider, messages / 2).await;
    let crash = crash_postgres(&mut cluster, &provider).await?;
    sending.await?;
    let sent_in = provider.elapsed();
    finish(&mut database).await?;
    let finished_in = provider.elapsed();
    let (watch, leases) = (watched.await?, leases.await??);
    working.shutdown().await;

    report.add("messages sent in", sent_in.as_secs_f64(), "s");
    report.add("everything done after another", (finished_in - sent_in).as_secs_f64(), "s");
    report.add("work due at most", watch.due_max as f64, "");
    let times = provider.acknowledgements();
    for (name, fault) in [("kill -9 of a host", &host), ("crash of PostgreSQL", &crash)] {
        let found = recovery(&times, fault.at, fault.lasting);
        report.add(format!("{name}: acknowledged before"), found.before, "/s");
        report.add_found(format!("{name}: first acknowledgement after"), found.first);
        report.add_found(format!("{name}: 90 % of before after"), found.whole);
    }
    report.add("kill -9 of a host: work it had leased", leases.count as f64, "");
    report.add_ms("kill -9 of a host: the last of it done after", leases.done);
    let provided =
        Provided { sent: provider.sent(), acknowledged: provider.acknowledged(), taken: provider.taken() };
    let outcome = outcome(&provided, &database.stored().await?);
    tell(report, &provider, &outcome);
    let (unread, conversations) = database.unread_and_conversations().await?;
    cluster.stop().await?;
    ensure!(outcome.doubled.count == 0, "doubled: {:?}", outcome.doubled.examples);
    ensure!(outcome.lost.count == 0, "lost: {:?}", outcome.lost.examples);
    ensure!(watch.overfull.is_empty(), "agents had more than they can do: {:?}", watch.overfull);
    ensure!(provider.refused().is_empty(), "webhooks were refused: {:?}", provider.refused());
    ensure!(unread == 0, "{unread} webhooks were not read");
    let contacts = provider.plan.contacts();
    ensure!(conversations == contacts as i64, "{conversations} conversations with {contacts} contacts");
    Ok(())
}

fn tell(report: &mut Report, provider: &Provider, outcome: &Outcome) {
    let Wrong { count: doubled, .. } = outcome.doubled;
    let Wrong { count: lost, .. } = outcome.lost;
    for (name, count) in [
        ("sent", outcome.sent),
        ("attempts, with receipts", provider.attempts()),
        ("acknowledged", outcome.acknowledged),
        ("stored", outcome.stored),
        ("answers stored", outcome.outgoing),
        ("answers delivered", outcome.delivered),
        ("answers reported as unknown or failed", outcome.reported),
        ("receipts acknowledged", provider.receipts()),
        ("doubled", doubled),
        ("lost", lost),
    ] {
        report.add(name, count as f64, "");
    }
}

async fn hire(
    admin: &Client,
    agents: u32,
    chats_max: u32,
    provider: &Arc<Provider>,
    working: &mut JoinSet<()>,
) -> Result<()> {
    for number in 0..agents {
        let name = format!("agent-{number}");
        let agent = desk::agent(admin, &name, chats_max).await?;
        working.spawn(agents::serve(agent, name, provider.clone()));
    }
    Ok(())
}

async fn until_sent(provider: &Provider, messages: usize) {
    while provider.sent() < messages {
        sleep(Duration::from_millis(20)).await;
    }
}

/// The work that was leased when a host died.
struct Leases {
    count: usize,
    /// From its death until the last of it was done.
    done: Duration,
}

/// The fault, and what tells when the work that was leased then is done.
async fn kill_host(
    cluster: &mut Cluster,
    provider: &Provider,
) -> Result<(Fault, JoinHandle<Result<Leases>>)> {
    let at = provider.elapsed();
    cluster.kill_host().await?;
    println!("killed a host after {:.1} s", at.as_secs_f64());
    let leases = tokio::spawn(leases(Database::new(&cluster.servers.postgres)));
    sleep(AWAY).await;
    cluster.start_host().await?;
    println!("started it again after {:.1} s", (provider.elapsed() - at).as_secs_f64());
    Ok((Fault { at, lasting: Duration::ZERO }, leases))
}

/// Looks on until all work that is leased now is done: that of the dead host among it.
async fn leases(mut database: Database) -> Result<Leases> {
    let began = Instant::now();
    let leased = database.leased().await?;
    while database.left_of(&leased).await.is_ok_and(|left| 0 < left) {
        ensure!(began.elapsed() < FINISH_MAX, "the work of a dead host is never done");
        sleep(Duration::from_millis(50)).await;
    }
    Ok(Leases { count: leased.len(), done: began.elapsed() })
}

async fn crash_postgres(cluster: &mut Cluster, provider: &Provider) -> Result<Fault> {
    let at = provider.elapsed();
    cluster.servers.tell("kill postgres").await?;
    println!("crashed PostgreSQL after {:.1} s", at.as_secs_f64());
    sleep(AWAY).await;
    cluster.servers.tell("start postgres").await?;
    println!("started it again after {:.1} s", (provider.elapsed() - at).as_secs_f64());
    Ok(Fault { at, lasting: AWAY })
}

/// Waits until nothing is left to do and nobody waits.
async fn finish(database: &mut Database) -> Result<()> {
    let until = Instant::now() + FINISH_MAX;
    loop {
        let left = database.unfinished().await?;
        if left == 0 {
            return Ok(());
        }
        if until < Instant::now() {
            bail!("{left} things are still to be done {FINISH_MAX:?} after the last message");
        }
        sleep(LOOK).await;
    }
}

struct Watch {
    due_max: i64,
    overfull: Vec<String>,
}

/// Looks on until all is acknowledged and done; [`finish`] tells what is not.
async fn watch(mut database: Database, provider: Arc<Provider>) -> Watch {
    let mut watch = Watch { due_max: 0, overfull: vec![] };
    let mut said = Instant::now();
    let mut all_sent = None;
    loop {
        // It is away now and then: that is the point.
        if let (Ok(due), Ok(overfull)) = (database.due().await, database.overfull().await) {
            watch.due_max = watch.due_max.max(due);
            watch.overfull.extend(overfull);
            if Duration::from_secs(10) < said.elapsed() {
                said = Instant::now();
                println!("  {:.0} s: {} sent, {due} due", provider.elapsed().as_secs_f64(), provider.sent());
            }
            if provider.sent() == provider.plan.messages {
                let sent = *all_sent.get_or_insert_with(Instant::now);
                let finished = database.unfinished().await.is_ok_and(|left| left == 0);
                if finished || FINISH_MAX < sent.elapsed() {
                    return watch;
                }
            }
        }
        sleep(LOOK).await;
    }
}
