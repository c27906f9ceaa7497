//! What is looked at each second: that nothing hangs.
//!
//! Whatever failed is done again when its lease is over, so after each fault there is that much time.

use super::{interaction::number, watch::Watch};
use crate::{center::Center, database::at_once, setup::SKILL};
use domain::{
    agent::{Presence, gone_at, is_alive},
    capacity::Load,
    channel::CapacityKind,
    id::InteractionId,
    interaction::REFUSAL_PAUSE,
    time::Timestamp,
};
use std::collections::BTreeSet;
use store::{
    agent::{self, Agent},
    hold,
    interaction::{self, View},
    port::{Result, Sql},
};

/// A lease, a few ticks, and as far as two clocks are apart.
const LATENCY: i64 = 15_000 + 3_000 + 6_000;

pub(super) fn look(center: &Center, watch: &mut Watch) -> Result<()> {
    let now = center.agenda.now();
    let patient_since = since_trouble(center)?;
    waiting(center, watch, now, patient_since)?;
    if now - patient_since > LATENCY {
        reservations(center, Timestamp(now - LATENCY))?;
        empty_chairs(center, now - LATENCY)?;
    }
    if now / 1000 % 30 == 0 {
        conservation(center)?;
    }
    Ok(())
}

/// Since when nothing has failed, and nothing that failed is still put off.
fn since_trouble(center: &Center) -> Result<i64> {
    let statement = "SELECT MAX(due_at_ms) FROM due_work WHERE attempts > 0 AND state = 'waiting'
        AND kind IN ('route', 'offer_deadline', 'wrap_up_deadline', 'desk_watch')";
    let row = at_once(center.database.sql.first(statement, &[]))?;
    let put_off: Option<i64> = row.map_or(Ok(None), |row| row.get(0))?;
    Ok(center.fault_at.get().max(put_off.unwrap_or_default()))
}

/// Nobody waits for longer than routing takes while somebody who could serve is free.
fn waiting(center: &Center, watch: &mut Watch, now: i64, patient_since: i64) -> Result<()> {
    let sql = &center.database.sql;
    let waiting = at_once(interaction::waiting(sql))?;
    if waiting.is_empty() {
        watch.servable_since.clear();
        return Ok(());
    }
    let agents = at_once(agent::all(sql))?;
    let loads = at_once(hold::loads(sql))?;
    let mut servable = BTreeSet::new();
    let resting = resting(sql, now)?;
    for view in waiting.into_iter().filter(|view| !resting.contains(&view.id)) {
        let free = agents.iter().find(|agent| {
            let load = loads.get(&agent.id).copied().unwrap_or_default();
            could_serve(center, &view, agent, load, now)
        });
        let Some(free) = free else { continue };
        servable.insert(view.id.clone());
        let since = *watch.servable_since.entry(view.id.clone()).or_insert(now);
        if now - since.max(patient_since) > LATENCY {
            let detail = format!("{} waits for {} ms while {} is free", view.id, now - since, free.id);
            center.violate("nobody waits while somebody who could serve is free", detail);
        }
    }
    watch.servable_since.retain(|id, _| servable.contains(id));
    Ok(())
}

/// Who was promised a call later.
fn resting(sql: &impl Sql, now: i64) -> Result<BTreeSet<InteractionId>> {
    let statement = "SELECT interaction_id FROM waiting WHERE not_before_ms > $1";
    at_once(sql.query(statement, store::parameters![now]))?.iter().map(|row| row.get(0)).collect()
}

fn could_serve(center: &Center, view: &View, agent: &Agent, load: Load, now: i64) -> bool {
    let Some(person) = center.staff.iter().find(|person| person.id == agent.id) else { return false };
    let alive = is_alive(Timestamp(now), center.memory.borrow().get(&agent.id).copied());
    let has_room = view.capacity == CapacityKind::Chat && load.calls == 0 && load.chats < person.chats;
    let in_queue = view.queue.as_ref().is_some_and(|queue| person.queues.contains(queue));
    let refused = view.refused.get(&agent.id).is_some_and(|at| Timestamp(now).since(*at) < REFUSAL_PAUSE);
    let needed = view
        .attributes
        .get("skills")
        .and_then(|text| text.strip_prefix(SKILL)?.strip_prefix(':')?.parse::<u8>().ok());
    let skilled = needed.is_none_or(|level| person.skills.iter().any(|skill| skill.level >= level));
    agent.presence == Presence::Available && alive && has_room && in_queue && !refused && skilled
}

/// Every reservation ends.
fn reservations(center: &Center, before: Timestamp) -> Result<()> {
    let statement = "SELECT id FROM interaction WHERE state = 'offered' AND answer_by_ms < $1
        OR state = 'wrap_up' AND wrap_up_by_ms < $1";
    for row in at_once(center.database.sql.query(statement, store::parameters![before]))? {
        let id: String = row.get(0)?;
        center.violate("every reservation ends", format!("the time of {id} was over long ago"));
    }
    Ok(())
}

/// Who has not been at their desk for long is not said to be there.
fn empty_chairs(center: &Center, before: i64) -> Result<()> {
    for agent in at_once(agent::all(&center.database.sql))? {
        let seen = center.memory.borrow().get(&agent.id).copied().unwrap_or(agent.presence_since);
        if agent.presence == Presence::Available && gone_at(agent.presence_since, seen).0 < before {
            center.violate("nobody is said to be there who left", agent.id);
        }
    }
    Ok(())
}

/// What was started is open or over.
fn conservation(center: &Center) -> Result<()> {
    let sql = &center.database.sql;
    let count = |statement: &str| number(at_once(sql.first(statement, &[]))?);
    let started = count("SELECT COUNT(*) FROM interaction_event WHERE kind = 'started'")?;
    let over = count("SELECT COUNT(*) FROM interaction_event WHERE kind IN ('ended', 'disposed')")?;
    let open = count("SELECT COUNT(*) FROM conversation WHERE open_interaction_id IS NOT NULL")?;
    let rows = count("SELECT COUNT(*) FROM interaction")?;
    if started != over + open || started != rows {
        let detail = format!("{started} started, {over} over, {open} open, {rows} rows");
        center.violate("what was started is open or over", detail);
    }
    Ok(())
}
