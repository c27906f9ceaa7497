//! What a screen fetches whole, before it follows the events.

use crate::{
    health,
    presence::{self, PAUSE_REASONS},
    profile,
    view::{self, Center},
};
use api::snapshot::{Desk, Live};
use shell::{
    failure::Result,
    platform::center::{now, time_zone},
};
use store::{
    agent::{self, Agent},
    feed, interaction,
    port::Sql,
    queue,
};

pub(crate) async fn desk(sql: &impl Sql, agent: &Agent, supervises: bool) -> Result<Desk> {
    // Before all else: what changes while the rest is read comes again in the stream.
    let seq = feed::newest(sql).await?;
    let center = Center::load(sql, profile::all(sql).await?).await?;
    let queues = agent::services(sql).await?.remove(&agent.id).unwrap_or_default();
    let (colleagues, alive) = presence::stats(sql, supervises).await?;
    let mut interactions = vec![];
    for held in interaction::held_by(sql, &agent.id).await? {
        interactions.push(view::interaction(sql, &center, &held).await?);
    }
    Ok(Desk {
        seq,
        me: view::me(agent, &queues, &center),
        interactions,
        queues: view::queue_stats(sql, now(), &time_zone().await?, &alive).await?,
        colleagues,
        dispositions: queue::dispositions(sql).await?.iter().map(view::disposition).collect(),
        pause_reasons: PAUSE_REASONS.map(str::to_owned).to_vec(),
        health: if supervises { health::channels(sql).await? } else { vec![] },
    })
}

pub(crate) async fn live(sql: &impl Sql) -> Result<Live> {
    let center = Center::load(sql, profile::all(sql).await?).await?;
    let (agents, alive) = presence::stats(sql, true).await?;
    let mut waiting = interaction::waiting(sql).await?;
    let offered = interaction::in_hand(sql).await?;
    waiting.extend(offered.into_iter().filter(|view| view.answer_by.is_some()));
    waiting.sort_by_key(|view| view.queued_at.unwrap_or(view.started_at));
    let mut shown = vec![];
    for view in &waiting {
        shown.push(view::interaction(sql, &center, view).await?);
    }
    Ok(Live {
        queues: view::queue_stats(sql, now(), &time_zone().await?, &alive).await?,
        agents,
        waiting: shown,
    })
}
