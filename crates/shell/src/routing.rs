//! Routing: what waits and who is free, a policy's answer, and the offers that come of it.

mod snapshot;

pub use snapshot::snapshot;

use crate::{
    command::{Race, retrying, within},
    failure::{Failure, Result},
    performer::ROUTER,
    unique,
};
use domain::{
    due::{Kind, Work},
    id::{AgentId, InteractionId, QueueId},
    interaction::Command,
    routing::{Assignment, Snapshot, Strategy, next_at},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    port::{Sql, addition},
    queue, round,
};

/// A round looks at no more of each line. If there are more free agents, another round follows.
const HEADS: u32 = 100;

/// So many offers are committed together.
const TOGETHER: usize = 10;

/// One round of routing, because of `asked`, and the work that follows. It answers everybody who asked before
/// it began.
///
/// Where another round is under way the request is left to it: whoever ends a round looks whether somebody
/// asked meanwhile. `decide` is told whether a round before this one did not come to its end.
pub async fn round(
    sql: &impl Sql,
    asked: &Work,
    clock: impl Fn() -> Timestamp,
    alive: impl AsyncFn(&AgentId) -> bool,
    decide: impl FnOnce(&Snapshot, bool) -> Vec<Assignment>,
) -> Result<Vec<Work>> {
    let Some(turn) = round::begin(sql, clock(), asked).await? else { return Ok(vec![]) };
    let failed = turn.after_failure || asked.attempts > 0;
    let routed = route(sql, &clock, alive, |snapshot| decide(snapshot, failed)).await;
    round::end(sql, &asked.id).await?;
    let mut work = routed?;
    work.extend(store::due::any_due(sql, Kind::Route, clock()).await?);
    Ok(work)
}

async fn route(
    sql: &impl Sql,
    clock: impl Fn() -> Timestamp,
    alive: impl AsyncFn(&AgentId) -> bool,
    decide: impl FnOnce(&Snapshot) -> Vec<Assignment>,
) -> Result<Vec<Work>> {
    // Taken before the snapshot, completed after the offers: whatever changes in between asks for another
    // round.
    let requests = store::due::due_ids(sql, Kind::Route, clock()).await?;
    let snapshot = snapshot(sql, clock(), alive).await?;
    let assignments = decide(&snapshot);
    let work = offer(sql, clock(), &snapshot, assignments).await?;
    if let Some(at) = next_at(&snapshot) {
        let now = clock();
        store::due::add(sql, now, vec![again(now, at)]).await?;
    }
    store::due::complete_all(sql, &requests).await?;
    Ok(work)
}

/// An offer to be made, with what its queue adds.
struct Offer<'a> {
    interaction: &'a InteractionId,
    command: Command,
    /// Where the queue asks its agents one after another: the queue, the agent's rank in it, the agent.
    in_turn: Option<(&'a QueueId, u32, &'a AgentId)>,
}

/// Offers what a policy assigned. Each offer is checked again where it is committed: one that came too
/// late is left out, and the next round sees how things are. Gives the work that follows.
pub async fn offer(
    sql: &impl Sql,
    now: Timestamp,
    snapshot: &Snapshot,
    assignments: Vec<Assignment>,
) -> Result<Vec<Work>> {
    if assignments.is_empty() {
        return Ok(vec![]);
    }
    let rings: BTreeMap<_, Duration> =
        queue::all(sql).await?.into_iter().map(|queue| (queue.id, queue.ring)).collect();
    let waiting: BTreeMap<_, _> = snapshot.waiting.iter().map(|it| (&it.interaction, it)).collect();
    let candidates: BTreeMap<_, _> = snapshot.candidates.iter().map(|it| (&it.agent, it)).collect();
    let mut ringing = BTreeMap::<&InteractionId, u32>::new();
    let offers = assignments.iter().filter_map(|Assignment { interaction, agent, why }| {
        let contact = waiting.get(interaction)?;
        let ring = rings.get(&contact.queue).copied().unwrap_or(DEFAULT_RING);
        let rules = snapshot.queues.get(&contact.queue);
        let strategy = rules.map(|rules| rules.strategy).unwrap_or_default();
        let in_turn = strategy == Strategy::RoundRobin;
        let rings = ringing.entry(interaction).or_insert(contact.ringing);
        *rings += 1;
        let next_ring = strategy.next_ring(now, *rings);
        let service = candidates.get(agent).and_then(|it| it.queues.get(&contact.queue));
        let command = Command::Offer { agent: agent.clone(), ring, why: why.clone(), next_ring };
        let in_turn = service.filter(|_| in_turn).map(|service| (&contact.queue, service.rank, agent));
        Some(Offer { interaction, command, in_turn })
    });
    let offers: Vec<Offer<'_>> = offers.collect();
    let mut work = vec![];
    for together in offers.chunks(TOGETHER) {
        match addition(sql, async |sql| make(sql, now, together).await).await {
            Ok(done) => work.extend(done),
            Err(Race::Failed(failure)) => return Err(failure),
            // Somebody else was faster with one of them, and only that one is not to be.
            Err(Race::Lost(_)) => {
                for alone in together.chunks(1) {
                    let made =
                        retrying(async || addition(sql, async |sql| make(sql, now, alone).await).await);
                    work.extend(made.await?);
                }
            }
        }
    }
    // Behind the heads there may be more for whoever is still free.
    if let Some(Assignment { agent, .. }) = assignments.first().filter(|_| has_full_line(snapshot)) {
        work.extend(ask(sql, now, agent).await?);
    }
    Ok(work)
}

/// Makes offers in one transaction. One that is refused has changed nothing, and the others are made. Room is
/// looked at under the agent's lock, and the journal's key tells whether the contact still waits.
async fn make(sql: &impl Sql, now: Timestamp, offers: &[Offer<'_>]) -> Result<Vec<Work>, Race> {
    let mut work = vec![];
    for Offer { interaction, command, in_turn } in offers {
        match within(sql, now, interaction, command.clone()).await {
            Ok(done) => work.extend(done.work),
            Err(Race::Failed(Failure::Conflict(_))) => continue,
            Err(race) => return Err(race),
        }
        if let Some((queue, rank, agent)) = in_turn {
            queue::asked(sql, queue, *rank, agent).await?;
        }
    }
    Ok(work)
}

/// Whether a line may be longer than what was read of it.
fn has_full_line(snapshot: &Snapshot) -> bool {
    let mut lines = BTreeMap::<_, u32>::new();
    snapshot.waiting.iter().any(|it| {
        let length = lines.entry((&it.queue, it.kind, &it.needs, it.urgency.priority)).or_default();
        *length += 1;
        *length >= HEADS
    })
}

/// For a queue that was taken away while something waited in it.
const DEFAULT_RING: Duration = Duration::from_secs(20);

/// Asks for a round of routing because of `agent`, who became available or came back.
pub async fn ask(sql: &impl Sql, now: Timestamp, agent: &AgentId) -> Result<Vec<Work>> {
    let request = request(now, now, &unique::id(now), &agent.0);
    Ok(store::due::add(sql, now, vec![request]).await?)
}

/// A round because it will be `at`. Many contacts' times are not as many rounds: each asks for the next one, and
/// there are no more than ten in a second.
fn again(now: Timestamp, at: Timestamp) -> Work {
    let due_at = Timestamp(at.0.saturating_add(99) / 100 * 100);
    request(now, due_at, &due_at.0.to_string(), "time")
}

fn request(now: Timestamp, due_at: Timestamp, key: &str, subject: &str) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::Route,
        performer: ROUTER.to_owned(),
        subject: subject.to_owned(),
        key: format!("route:{key}"),
        body: serde_json::json!({}),
        due_at,
        attempts: 0,
        trace: None,
    }
}
