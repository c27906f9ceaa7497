//! Offers through a database: rounds of routing over a line that is refilled, while agents answer and end
//! what they are offered. At the end the journal is read: did anybody hold too much, or two the same?

use super::count;
use crate::{
    cluster::{Servers, WithRedis},
    report::{Report, percentile},
};
use anyhow::{Context, Result, anyhow, ensure};
use domain::{
    agent::{Presence, Role},
    channel::CapacityKind,
    contact::Identity,
    due::{Kind, Work},
    id::{AgentId, ConversationId, InteractionId, QueueId},
    interaction::{Command, Event, Interaction, evolve},
    queue::{Queue, ServiceLevel},
    routing::{Assignment, Service, Settings, Skill, Snapshot, assign},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    command::{Race, execute, retrying, within},
    failure::Failure,
    routing::{self, snapshot},
};
use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
    ops::Range,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use store::{
    account::Account,
    agent::Agent,
    conversation,
    native::Database,
    port::{Dialect, Error, Row, Sql, Value, transaction},
    record,
};

const CHATS: u32 = 3;

/// So many are ended before a round: at 300 offers a second, as many end in a tenth of a second.
const ROUND: usize = 30;

/// How many arrive or are offered in one transaction before it begins.
const BATCH: usize = 500;

/// How large the center is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) agents: usize,
    pub(super) queues: usize,
    pub(super) waiting: usize,
}

/// A database on its disk, and how long it is tried.
struct Trial {
    address: String,
    size: Size,
    until: Instant,
    /// The number of the next conversation that begins.
    next: AtomicUsize,
    /// What agents have answered, the oldest first.
    active: Mutex<VecDeque<(InteractionId, AgentId)>>,
}

/// What one round took.
struct Round {
    snapshot: Duration,
    decision: Duration,
    offers: Duration,
    assigned: usize,
    /// Statements until the decision, and after it.
    looked: usize,
    wrote: usize,
}

/// A connection that counts.
struct Counted {
    sql: Database,
    statements: Cell<usize>,
    lost: Cell<usize>,
}

impl Sql for Counted {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, Error> {
        self.statements.set(self.statements.get() + 1);
        let rows = self.sql.query(statement, parameters).await;
        if matches!(rows, Err(Error::Conflict(_))) {
            self.lost.set(self.lost.get() + 1);
        }
        rows
    }
}

/// What one router did.
struct Ended {
    rounds: Vec<Round>,
    statements: usize,
    lost: usize,
}

pub(super) async fn run(size: Size, time: Duration, routers: usize, report: &mut Report) -> Result<()> {
    let Size { agents, queues, waiting } = size;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("center.db").display().to_string();
    println!("{agents} agents, {queues} queues, {waiting} waiting, through the store");
    apart(|| measure("SQLite", &file, size, 1, time, report))?;
    let servers = Servers::start(WithRedis::No).await?;
    apart(|| measure("PostgreSQL", &servers.postgres, size, routers, time, report))
}

/// In a thread of its own: the driver of PostgreSQL blocks.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn measure(
    name: &str,
    address: &str,
    size: Size,
    routers: usize,
    time: Duration,
    report: &mut Report,
) -> Result<()> {
    let sql = Database::open(address)?;
    block_on(furnish(&sql, size))?;
    let active = Mutex::new(block_on(occupy(&sql))?);
    if sql.dialect() == Dialect::Postgres {
        // As its autovacuum does each minute where much changes.
        block_on(sql.query("VACUUM ANALYZE", &[]))?;
    }
    let prepared = block_on(read_journal(&sql))?.offers;
    let trial = Trial {
        address: address.to_owned(),
        size,
        until: Instant::now() + time,
        next: AtomicUsize::new(size.waiting),
        active,
    };
    let begun = Instant::now();
    let rounds = thread::scope(|scope| {
        let trial = &trial;
        let routers = (0..routers).map(|_| scope.spawn(move || block_on(route(trial))));
        let routers: Vec<_> = routers.collect();
        let ended = routers.into_iter().map(|router| match router.join() {
            Ok(ended) => ended,
            Err(_) => Err(anyhow!("a router panicked")),
        });
        ended.collect::<Result<Vec<Ended>>>()
    });
    let took = begun.elapsed().as_secs_f64();
    let ended = rounds?;
    let statements: usize = ended.iter().map(|router| router.statements).sum();
    let lost: usize = ended.iter().map(|router| router.lost).sum();
    let rounds: Vec<Round> = ended.into_iter().flat_map(|router| router.rounds).collect();
    let mut history = block_on(read_journal(&sql))?;
    history.offers -= prepared;
    tell(&format!("{name}, {routers} at once"), routers, &rounds, took, &history, report);
    let each = count(statements) / count(history.offers.max(1));
    report.add(
        format!("{name}, {routers} at once: statements for one offer, with all of its life"),
        each,
        "",
    );
    report.add(format!("{name}, {routers} at once: races lost and decided again"), count(lost), "");
    ensure!(history.offers > 0, "nothing was offered");
    ensure!(history.over_capacity + history.at_two == 0, "rules were broken");
    Ok(())
}

fn tell(name: &str, routers: usize, rounds: &[Round], took: f64, history: &History, report: &mut Report) {
    let times = |of: fn(&Round) -> Duration| {
        let mut times: Vec<Duration> = rounds.iter().map(of).collect();
        times.sort();
        times
    };
    let routing: Duration = rounds.iter().map(|round| round.snapshot + round.decision + round.offers).sum();
    let assigned: usize = rounds.iter().map(|round| round.assigned).sum();
    let offers = count(history.offers);
    report.add(format!("{name}: offers, with answers and ends"), offers / took, "/s");
    let each = routing.as_secs_f64() / count(routers);
    report.add(format!("{name}: offers, if routers only routed"), offers / each, "/s");
    report.add_ms(format!("{name}: snapshot, p50"), percentile(&times(|round| round.snapshot), 50));
    report.add_ms(format!("{name}: decision, p50"), percentile(&times(|round| round.decision), 50));
    report.add_ms(format!("{name}: offers of a round, p50"), percentile(&times(|round| round.offers), 50));
    let looked = rounds.iter().map(|round| round.looked).sum::<usize>();
    let wrote = rounds.iter().map(|round| round.wrote).sum::<usize>();
    let rounds = count(rounds.len());
    report.add(format!("{name}: rounds"), rounds, "");
    report.add(format!("{name}: statements of a snapshot"), count(looked) / rounds, "");
    report.add(format!("{name}: statements to make one offer"), count(wrote) / offers, "");
    report.add(format!("{name}: offers"), offers, "");
    report.add(format!("{name}: another was faster"), count(assigned) - offers, "");
    report.add(format!("{name}: agents over capacity"), count(history.over_capacity), "");
    report.add(format!("{name}: at two agents"), count(history.at_two), "");
}

/// Ends some conversations and performs the routing that was asked for, as the product does: each request
/// in its turn, of which the first is a round, and most others find that it is done.
async fn route(trial: &Trial) -> Result<Ended> {
    let sql = Counted { sql: Database::open(&trial.address)?, statements: Cell::new(0), lost: Cell::new(0) };
    let mut rounds = vec![];
    while Instant::now() < trial.until {
        let mut asked = VecDeque::new();
        for _ in 0..ROUND {
            let oldest = trial.active().pop_front();
            if let Some((interaction, agent)) = oldest {
                asked.extend(end(&sql, trial, &interaction, &agent).await?);
            }
        }
        while let Some(work) = asked.pop_front() {
            if let Some(work) = store::due::find(&sql, &work.id).await? {
                let (round, more) = perform(&sql, trial, &work).await?;
                rounds.extend(round);
                asked.extend(more);
            }
        }
    }
    Ok(Ended { rounds, statements: sql.statements.get(), lost: sql.lost.get() })
}

/// One round, unless another router is at it; and agents who answer.
async fn perform(sql: &Counted, trial: &Trial, work: &Work) -> Result<(Option<Round>, Vec<Work>)> {
    let (begun, before) = (Instant::now(), sql.statements.get());
    let mut decided = None;
    let decide = |seen: &Snapshot, _| {
        let (looked, statements) = (Instant::now(), sql.statements.get());
        let assignments = assign(seen);
        decided = Some((looked, Instant::now(), statements, assignments.clone()));
        assignments
    };
    let mut more = routing::round(sql, work, now, async |_| true, decide).await?;
    more.retain(|work| work.kind == Kind::Route);
    let Some((looked, done, statements, assignments)) = decided else { return Ok((None, more)) };
    let round = Round {
        snapshot: looked - begun,
        decision: done - looked,
        offers: done.elapsed(),
        assigned: assignments.len(),
        looked: statements - before,
        wrote: sql.statements.get() - statements,
    };
    for Assignment { interaction, agent, .. } in assignments {
        match execute(sql, now(), &interaction, &Command::Answer { agent: agent.clone() }).await {
            Ok(done) if done.changed => trial.active().push_back((interaction, agent)),
            // Another router was faster: it is somebody else's, or the agent's by their offer.
            Ok(_) | Err(Failure::Conflict(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok((Some(round), more))
}

impl Trial {
    fn active(&self) -> MutexGuard<'_, VecDeque<(InteractionId, AgentId)>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The agent ends it; somebody else comes. Gives the routing that both ask for.
async fn end(
    sql: &impl Sql,
    trial: &Trial,
    interaction: &InteractionId,
    agent: &AgentId,
) -> Result<Vec<Work>> {
    let dispose = Command::Dispose { agent: agent.clone(), disposition: "resuelto".to_owned(), note: None };
    let mut work = execute(sql, now(), interaction, &dispose).await?.work;
    let number = trial.next.fetch_add(1, Ordering::Relaxed);
    let come = async || transaction(sql, async |sql| come(sql, trial.size.queues, number).await).await;
    work.extend(retrying(come).await?);
    Ok(work.into_iter().filter(|work| work.kind == Kind::Route).collect())
}

/// Fills everybody's hands.
async fn occupy(sql: &Database) -> Result<VecDeque<(InteractionId, AgentId)>> {
    let mut active = VecDeque::new();
    loop {
        let assignments = assign(&snapshot(sql, now(), async |_| true).await?);
        if assignments.is_empty() {
            return Ok(active);
        }
        for batch in assignments.chunks(BATCH) {
            retrying(async || transaction(sql, async |sql| give(sql, batch).await).await).await?;
        }
        active.extend(assignments.into_iter().map(|given| (given.interaction, given.agent)));
    }
}

async fn give(sql: &impl Sql, batch: &[Assignment]) -> Result<(), Race> {
    for Assignment { interaction, agent, why } in batch {
        let ring = Duration::from_secs(20);
        let offer = Command::Offer { agent: agent.clone(), ring, why: why.clone(), next_ring: None };
        within(sql, now(), interaction, offer).await?;
        within(sql, now(), interaction, Command::Answer { agent: agent.clone() }).await?;
    }
    Ok(())
}

/// The center, with everybody available and all contacts in its queues.
async fn furnish(sql: &Database, size: Size) -> Result<()> {
    store::migration::migrate(sql).await?;
    if sql.dialect() == Dialect::Postgres {
        // What came after what; SQLite numbers its rows anyway.
        sql.query("ALTER TABLE interaction_event ADD COLUMN place BIGSERIAL", &[]).await?;
    }
    transaction(sql, async |sql| -> Result<(), store::port::Error> {
        store::account::put(sql, &account()).await?;
        for number in 0..size.queues {
            store::queue::put(sql, &queue(number)).await?;
        }
        for number in 0..size.agents {
            let agent = agent(number);
            let services = (0..3).map(|step| (queue_id(number + step * 7, size.queues), Service::default()));
            let skills =
                [Skill { name: "english".to_owned(), level: 1 + u8::try_from(number % 10).unwrap_or(0) }];
            store::agent::put(sql, &agent, &services.collect(), &skills).await?;
            store::agent::declare(sql, &agent.id, &Presence::Available, now()).await?;
        }
        Ok(())
    })
    .await?;
    for first in (0..size.waiting).step_by(BATCH) {
        arrive(sql, size.queues, first..size.waiting.min(first + BATCH))
            .await
            .map_err(|race| anyhow!("{race:?}"))?;
    }
    // They are part of what was furnished, and not of what is measured.
    sql.query("DELETE FROM due_work", &[]).await?;
    if sql.dialect() == Dialect::Postgres {
        sql.query("ANALYZE", &[]).await?;
    }
    Ok(())
}

async fn arrive(sql: &Database, queues: usize, numbers: Range<usize>) -> Result<(), Race> {
    transaction(sql, async |sql| {
        for number in numbers {
            come(sql, queues, number).await?;
        }
        Ok(())
    })
    .await
}

/// Somebody new writes. One in five asks for English, and priorities are 0 to 2.
async fn come(sql: &impl Sql, queues: usize, number: usize) -> Result<Vec<Work>, Race> {
    let account = account();
    let id = format!("{number:08}");
    let (contact, talk) = (format!("c{id}").as_str().into(), ConversationId(format!("t{id}")));
    let identity = Identity::new("ring", &id);
    store::contact::create(sql, &contact, "Somebody", Some("es"), now()).await?;
    let new = conversation::New {
        account: &account,
        identity: &identity,
        contact: &contact,
        capacity: CapacityKind::Chat,
        thread: None,
    };
    conversation::create(sql, &talk, new).await?;
    let interaction = InteractionId(format!("i{id}"));
    let start = Command::Start { conversation: talk, bot: false, queue: queue_id(number, queues) };
    let mut work = within(sql, now(), &interaction, start).await?.work;
    if !number.is_multiple_of(3) {
        let priority = i32::try_from(number % 3).ok();
        let prioritise = Command::Prioritise { by: None, priority, older_by: Duration::ZERO };
        work.extend(within(sql, now(), &interaction, prioritise).await?.work);
    }
    Ok(work)
}

struct History {
    offers: usize,
    over_capacity: usize,
    at_two: usize,
}

/// Everything that happened, in the order in which it did.
async fn read_journal(sql: &Database) -> Result<History> {
    let place = if sql.dialect() == Dialect::Postgres { "place" } else { "rowid" };
    let statement = format!("SELECT interaction_id, kind, body FROM interaction_event ORDER BY {place}");
    let mut interactions = BTreeMap::<String, Interaction>::new();
    let mut held = BTreeMap::<AgentId, u32>::new();
    let mut history = History { offers: 0, over_capacity: 0, at_two: 0 };
    for row in sql.query(&statement, &[]).await? {
        let event = record::from_stored(&row.get::<String>(1)?, &row.get::<String>(2)?)?;
        let interaction = interactions.entry(row.get(0)?).or_default();
        let before = interaction.state.agent().cloned();
        if matches!(event, Event::Offered { .. }) {
            history.offers += 1;
            history.at_two += usize::from(before.is_some());
        }
        *interaction = evolve(std::mem::take(interaction), now(), &event);
        let after = interaction.state.agent();
        if before.as_ref() == after {
            continue;
        }
        if let Some(agent) = before {
            let load = held.get_mut(&agent).context("who lets go has held")?;
            *load -= 1;
        }
        if let Some(agent) = after {
            let load = held.entry(agent.clone()).or_default();
            *load += 1;
            history.over_capacity += usize::from(CHATS < *load);
        }
    }
    Ok(history)
}

fn account() -> Account {
    Account {
        id: "shop".into(),
        channel: "pigeon".into(),
        name: "Shop".into(),
        address: "1".into(),
        queue: queue_id(0, 1),
        bot: false,
        flow: None,
        settings: Default::default(),
        secrets: String::new(),
    }
}

fn queue(number: usize) -> Queue {
    let needs = if number.is_multiple_of(5) { "english >= 3 for 1h" } else { "" };
    Queue {
        id: queue_id(number, usize::MAX),
        name: format!("Queue {number}"),
        ring: Duration::from_secs(20),
        wrap_up: Duration::from_secs(60),
        service_level: ServiceLevel::default(),
        priority: 0,
        routing: Settings { needs: needs.parse().unwrap_or_default(), ..Settings::default() },
        gate: Default::default(),
    }
}

fn agent(number: usize) -> Agent {
    let id = format!("agent-{number:05}");
    Agent {
        id: id.as_str().into(),
        login: id.clone(),
        name: id,
        role: Role::Agent,
        locale: "es".into(),
        password_hash: String::new(),
        calls_max: 1,
        chats_max: CHATS,
        shares: None,
        attributes: BTreeMap::new(),
        presence: Presence::Offline,
        presence_since: now(),
        idle_since: now(),
    }
}

fn queue_id(number: usize, queues: usize) -> QueueId {
    QueueId(format!("queue-{:03}", number % queues))
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
