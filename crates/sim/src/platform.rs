//! What the components' thin shells do on the real platform, with calls between components that may be
//! lost: attempts in the background, the performers behind `/perform`, and the dispatcher's tick.
//!
//! Everything that decides or stores is the real code; this is only what no native build has.

use crate::{agenda::Signal, bot, center::Center, chaos::JUMP, host::Node, provider, setup};
use channel::{
    codec::Codec,
    deliver::{World, deliver},
    digest::digest,
    outbound::{Answer, ProviderRequest},
    received::Settings,
};
use channel_webchat::codec::Webchat;
use channel_whatsapp::codec::WhatsApp;
use domain::{
    agent::is_alive,
    due::{Kind, Work},
    id::AgentId,
    routing::{self, Snapshot},
    time::Timestamp,
};
use router::policy;
use shell::{
    due,
    failure::{Failure, Result},
    performer::{self, DISPATCHER, FLOW, ROUTER},
};
use std::{cell::Cell, pin::Pin, rc::Rc, time::Duration};
use store::{account::Account, port::Sql};

/// As in the shell's own attempts, in ms.
const PERFORM_TIME: i64 = 12_000;
/// As a channel has it for all calls to its provider.
const PROVIDER_TIME: Duration = Duration::from_secs(9);

/// Tries `work` in the background.
pub(crate) fn attempt(node: &Node, work: Vec<Work>) {
    for work in work {
        let faults = node.center.faults.get();
        if node.center.dice.chance(faults.forgotten) {
            node.center.fault("forgotten after the commit:", work.kind.as_str());
        } else {
            node.spawn(perform(node.clone(), work));
        }
    }
}

/// Asks for `work` and waits until it is done or has failed.
fn perform(node: Node, work: Work) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let Err(error) = ask(&node, &work).await else { return };
        let sql = node.connect();
        node.center.tell(format_args!("{} {} failed: {error}", work.kind.as_str(), work.subject));
        // Should this fail, too, the lease runs out.
        let next = due::failed(&sql, node.now(), &work, &error).await.unwrap_or_default();
        for work in next {
            perform(node.clone(), work).await;
        }
    })
}

async fn ask(node: &Node, work: &Work) -> Result<(), String> {
    let Center { agenda, dice, faults, .. } = &*node.center;
    agenda.sleep(dice.within(1..=3)).await;
    if dice.chance(faults.get().clock_back) {
        let clock = &node.center.hosts[node.host].offset;
        clock.set((clock.get() - dice.within(1..=JUMP)).max(-JUMP));
        node.center.fault("a clock goes back to", &clock.get().to_string());
    }
    if dice.chance(faults.get().call_lost) {
        node.center.fault("not reached:", &work.performer);
        return Err(format!("{}: not reached", work.performer));
    }
    let answer = node.call(PERFORM_TIME, performed(node.clone(), work.clone())).await;
    if dice.chance(faults.get().call_lost) {
        node.center.fault("not heard:", &work.performer);
        return Err(format!("{}: no answer", work.performer));
    }
    match answer {
        Some(Ok(())) => Ok(()),
        Some(Err(failure)) => Err(format!("{} answered {}", work.performer, failure.status())),
        None => Err(format!("{}: no answer", work.performer)),
    }
}

/// The performer's side.
async fn performed(node: Node, work: Work) -> Result<()> {
    let sql = node.connect();
    let performer = work.performer.clone();
    let Some(work) = store::due::find(&sql, &work.id).await? else { return Ok(()) };
    node.center.tell(format_args!("host {} {} {}", node.host, work.kind.as_str(), work.subject));
    match performer.as_str() {
        ROUTER if work.kind == Kind::DeskWatch => {
            let seen = node.center.memory.borrow().get(&AgentId(work.subject.clone())).copied();
            shell::presence::look(&sql, node.now(), &work, seen).await
        }
        ROUTER => route(&node, &sql, &work).await,
        FLOW => bot::take_turns(&node, &sql, work).await,
        DISPATCHER => {
            attempt(&node, due::deadline(&sql, node.now(), &work).await?);
            Ok(())
        }
        of if of == performer::of_channel(channel_whatsapp::codec::NAME) => {
            channel_work(&node, &sql, &WhatsApp, &work).await
        }
        of if of == performer::of_channel(channel_webchat::codec::NAME) => {
            channel_work(&node, &sql, &Webchat, &work).await
        }
        other => Err(Failure::NotFound(other.to_owned())),
    }
}

async fn channel_work(node: &Node, sql: &impl Sql, codec: &impl Codec, work: &Work) -> Result<()> {
    match work.kind {
        Kind::Digest => attempt(node, digest(sql, node.now(), codec, work).await?.work),
        Kind::Deliver => {
            let until = node.now() + PROVIDER_TIME;
            let outside = Outside { node: node.clone(), until };
            attempt(node, deliver(sql, &outside, codec, work).await?);
        }
        other => return Err(Failure::NotFound(other.as_str().to_owned())),
    }
    Ok(())
}

struct Outside {
    node: Node,
    until: Timestamp,
}

impl World for Outside {
    fn now(&self) -> Timestamp {
        self.node.now()
    }

    fn settings(&self, _: &Account) -> Result<Settings> {
        Ok(setup::settings())
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        let left = i64::try_from(self.until.since(self.node.now()).as_millis()).unwrap_or_default();
        provider::answer(&self.node.center, request, left).await
    }
}

async fn route(node: &Node, sql: &impl Sql, work: &Work) -> Result<()> {
    let decide = |snapshot: &Snapshot, failed| {
        if failed {
            return routing::assign(snapshot);
        }
        let nonsense = node.center.dice.chance(node.center.faults.get().policy_nonsense);
        let given = |assignment: routing::Assignment| policy::wit::Assignment {
            interaction: assignment.interaction.0,
            agent: if nonsense { "nobody".to_owned() } else { assignment.agent.0 },
            why: assignment.why,
        };
        policy::decide(snapshot, |_| routing::assign(snapshot).into_iter().map(given).collect()).0
    };
    let alive = async |agent: &AgentId| alive(node, agent);
    attempt(node, shell::routing::round(sql, work, || node.now(), alive, decide).await?);
    Ok(())
}

/// Whether an agent's desk is proven alive.
pub(crate) fn alive(node: &Node, agent: &AgentId) -> bool {
    is_alive(node.now(), node.center.memory.borrow().get(agent).copied())
}

/// As the dispatcher has them.
const OURS_AT_ONCE: usize = 2;
const OUTSIDE_AT_ONCE: usize = 16;
const TICK_TIME: i64 = 5_000;
const PATIENCE: i64 = 1_000;

/// Performs what is due.
pub(crate) async fn tick(node: Node) -> Result<()> {
    let sql = node.connect();
    let outside = node.clone();
    let outside = node.call(2 * TICK_TIME, async move {
        let sql = outside.connect();
        work_off(&outside, &sql, &Kind::OUTSIDE, OUTSIDE_AT_ONCE).await
    });
    work_off(&node, &sql, &Kind::OURS, OURS_AT_ONCE).await?;
    outside.await.unwrap_or(Ok(()))?;
    store::feed::prune(&sql, node.now()).await?;
    Ok(())
}

/// What a tick has under way.
#[derive(Default)]
struct UnderWay {
    count: Cell<usize>,
    changed: Signal,
}

struct One(Rc<Center>, Rc<UnderWay>);

impl One {
    fn of(center: &Rc<Center>, all: &Rc<UnderWay>) -> Self {
        all.count.set(all.count.get() + 1);
        One(center.clone(), all.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.1.count.set(self.1.count.get() - 1);
        self.0.agenda.raise(&self.1.changed);
    }
}

/// A lease lasts, and what failed waits: no work is taken again and again.
fn taken(center: &Center, work: &Work) {
    const WHILE: i64 = 10_000;
    const OFTEN: u32 = 8;
    let now = center.agenda.now();
    let mut ledger = center.ledger.borrow_mut();
    let (since, count) = ledger.leased.entry(work.id.clone()).or_insert((now, 0));
    if now - *since > WHILE {
        (*since, *count) = (now, 0);
    }
    *count += 1;
    if *count > OFTEN {
        let detail = format!("{} {} {count} times in {} ms", work.kind.as_str(), work.id, now - *since);
        center.violate("no due work is taken again and again", detail);
    }
}

async fn work_off(node: &Node, sql: &impl Sql, kinds: &[Kind], at_once: usize) -> Result<()> {
    let agenda = &node.center.agenda;
    let until = agenda.now() + TICK_TIME;
    let under_way = Rc::new(UnderWay::default());
    while agenda.now() < until {
        if under_way.count.get() <= at_once / 2 {
            for work in store::due::lease(sql, node.now(), kinds, at_once - under_way.count.get()).await? {
                taken(&node.center, &work);
                let one = One::of(&node.center, &under_way);
                let work = perform(node.clone(), work);
                node.spawn(async move {
                    work.await;
                    drop(one);
                });
            }
        }
        let count = under_way.count.get();
        let is_less = || under_way.count.get() < count;
        let patience = Some(agenda.now() + PATIENCE);
        if count == 0 || !agenda.wait(&under_way.changed, patience, is_less).await {
            break;
        }
    }
    Ok(())
}
