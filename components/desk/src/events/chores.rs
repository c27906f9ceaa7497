//! What has to be seen to while streams are open: heartbeats, proofs of life, figures, typing, and the
//! center's clock.

use super::{
    change::{Change, Listener, What},
    frame::HEARTBEAT,
    hub,
    telling::{self, Audience, Told},
};
use crate::{presence, view};
use api::{
    event::{Event, Typing},
    queue::QueueStat,
};
use domain::{
    agent::Role,
    id::{AgentId, ConversationId},
    time::Timestamp,
};
use http::Method;
use shell::{
    failure::{Failure, Result},
    log,
    performer::DISPATCHER,
    platform::{
        call::{ANSWER_MAX, call},
        center::{memory, time_zone},
        session,
        typing::{self, Side},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use store::{agent, hold, port::Sql};

const SECOND: Duration = Duration::from_secs(1);
const HEARTBEATS: Duration = Duration::from_secs(15);
/// Two proofs of life may be lost before a desk counts as gone.
const PROOFS: Duration = Duration::from_secs(10);
/// How soon it shows that a desk is gone or back.
const CONNECTIONS: Duration = Duration::from_secs(5);

/// A tick may take long when much is due.
const TICK_TIME: Duration = Duration::from_secs(30);

/// The last tick is still under way.
static TICKING: AtomicBool = AtomicBool::new(false);

pub(super) struct Chores {
    second_at: Timestamp,
    beat_at: Timestamp,
    proof_at: Timestamp,
    connections_at: Timestamp,
    /// Somebody waits, or waits no more.
    figures_changed: bool,
    agents_changed: BTreeSet<AgentId>,
    work_changed: bool,
    queues: Vec<QueueStat>,
    alive: BTreeSet<AgentId>,
    /// The conversations that agents are in.
    talks: Vec<(ConversationId, AgentId)>,
    /// Until when a contact was last told to be typing.
    typing: BTreeMap<ConversationId, i64>,
}

impl Chores {
    pub(super) fn new(now: Timestamp) -> Self {
        Chores {
            second_at: now,
            beat_at: now,
            proof_at: now,
            connections_at: now,
            figures_changed: false,
            agents_changed: BTreeSet::new(),
            work_changed: true,
            queues: vec![],
            alive: BTreeSet::new(),
            talks: vec![],
            typing: BTreeMap::new(),
        }
    }

    /// What a change makes worth looking at again.
    pub(super) fn notice(&mut self, change: &Change) {
        match &change.what {
            What::Interaction(_) => {
                self.figures_changed = true;
                self.work_changed = true;
                self.agents_changed.extend(change.agents.clone());
            }
            What::Presence(_) => self.figures_changed = true,
            What::Contact(_) | What::Message { .. } | What::Health => {}
        }
    }

    pub(super) async fn see_to(&mut self, sql: &impl Sql, seq: i64, now: Timestamp) -> Result<()> {
        if is_time(&mut self.beat_at, HEARTBEATS, now) {
            hub::beat(HEARTBEAT);
        }
        if is_time(&mut self.proof_at, PROOFS, now) {
            prove(sql).await?;
        }
        if is_time(&mut self.connections_at, CONNECTIONS, now) {
            self.connections(sql).await?;
        }
        if is_time(&mut self.second_at, SECOND, now) {
            tick();
            self.figures(sql, seq, now).await?;
            self.agents(sql, seq).await?;
            self.typing(sql, seq).await?;
        }
        Ok(())
    }

    /// Notices whose desk came or went.
    async fn connections(&mut self, sql: &impl Sql) -> Result<()> {
        let alive = presence::alive(&memory().await?, &agent::all(sql).await?).await;
        let changed: Vec<AgentId> = alive.symmetric_difference(&self.alive).cloned().collect();
        self.figures_changed |= !changed.is_empty();
        self.agents_changed.extend(changed);
        self.alive = alive;
        Ok(())
    }

    async fn figures(&mut self, sql: &impl Sql, seq: i64, now: Timestamp) -> Result<()> {
        if !std::mem::take(&mut self.figures_changed) {
            return Ok(());
        }
        let alive = presence::alive(&memory().await?, &agent::all(sql).await?).await;
        let queues = view::queue_stats(sql, now, &time_zone().await?, &alive).await?;
        // That time goes by is no news.
        let timeless = |queues: &[QueueStat]| -> Vec<QueueStat> {
            queues.iter().map(|queue| QueueStat { longest_wait_ms: None, ..queue.clone() }).collect()
        };
        if timeless(&queues) != timeless(&self.queues) {
            self.queues.clone_from(&queues);
            say(Audience::ALL, seq, &Event::Queues(queues))?;
        }
        Ok(())
    }

    async fn agents(&mut self, sql: &impl Sql, seq: i64) -> Result<()> {
        let changed = std::mem::take(&mut self.agents_changed);
        if changed.is_empty() {
            return Ok(());
        }
        let (stats, _) = presence::stats(sql, true).await?;
        for stat in stats.into_iter().filter(|stat| changed.contains(&AgentId(stat.id.clone()))) {
            for Told { audience, frame, .. } in telling::of_agent(seq, stat)? {
                hub::say(&audience, &frame);
            }
        }
        Ok(())
    }

    /// Passes on who is typing, to whoever talks with them.
    async fn typing(&mut self, sql: &impl Sql, seq: i64) -> Result<()> {
        if std::mem::take(&mut self.work_changed) {
            self.talks = hold::talks(sql).await?;
            let talks: BTreeSet<_> = self.talks.iter().map(|(conversation, _)| conversation).collect();
            self.typing.retain(|conversation, _| talks.contains(conversation));
        }
        let here: BTreeSet<AgentId> = hub::listeners().into_iter().map(|listener| listener.agent).collect();
        let memory = memory().await?;
        for (conversation, agent) in self.talks.iter().filter(|(_, agent)| here.contains(agent)) {
            let until = typing::until(&memory, Side::Contact, conversation).await;
            let Some(Timestamp(until_ms)) = until else { continue };
            if self.typing.insert(conversation.clone(), until_ms) != Some(until_ms) {
                let event = Event::Typing(Typing { conversation_id: conversation.0.clone(), until_ms });
                say(Audience::with_supervisors([agent.clone()].into()), seq, &event)?;
            }
        }
        Ok(())
    }
}

/// Each open stream proves its agent's desk alive, as long as its session and its role last.
async fn prove(sql: &impl Sql) -> Result<()> {
    let roles: BTreeMap<AgentId, Role> =
        agent::all(sql).await?.into_iter().map(|agent| (agent.id, agent.role)).collect();
    let mut agents = BTreeSet::new();
    for (Listener { agent, supervises }, head) in hub::heads() {
        let same = roles.get(&agent).is_some_and(|role| supervises == (*role != Role::Agent));
        match session::caller(&head).await {
            Ok(_) if same => drop(agents.insert(agent)),
            Ok(_) | Err(Failure::Unauthorized(_)) => hub::end(&head),
            Err(failure) => return Err(failure),
        }
    }
    for agent in &agents {
        presence::prove_alive(sql, agent).await?;
    }
    Ok(())
}

/// Says something that is not in the feed: whoever missed it sees it in the next snapshot.
fn say(audience: Audience, seq: i64, event: &Event) -> Result<()> {
    let told = Told::new(audience, seq, event)?;
    hub::say(&told.audience, &told.frame);
    Ok(())
}

/// Whether `period` went by since `last`; then it begins anew.
fn is_time(last: &mut Timestamp, period: Duration, now: Timestamp) -> bool {
    let due = now.since(*last) >= period;
    if due {
        *last = now;
    }
    due
}

/// An open desk is a clock of the center.
fn tick() {
    if TICKING.swap(true, Ordering::Relaxed) {
        return;
    }
    spin_sdk::wasip3::spawn(async {
        let url = format!("http://{DISPATCHER}.spin.internal/tick");
        if let Err(silence) = call(Method::POST, &url, &[], "", TICK_TIME, ANSWER_MAX).await {
            log::error(format!("tick: {silence}"));
        }
        TICKING.store(false, Ordering::Relaxed);
    });
}
