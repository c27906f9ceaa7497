//! When nothing happens for a while: the bot is told, unless something happened after all.
//!
//! An interaction has one row of this work, which each turn that waits puts to its own time. What it was set for
//! is over when the bot took another turn since, or owes one: a message makes it owe one.

use super::{NEWS, Occasion, SILENT, WAITED, news};
use crate::{
    command::{Race, retrying},
    failure::Result,
    flow::{self, Assigned},
    unique,
};
use domain::{
    due::{Kind, Work},
    id::InteractionId,
    interaction::{Interaction, State},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    journal,
    port::{Sql, transaction},
};

/// What the bot is told when the time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Silent,
    Waited,
}

/// The turn of `occasion`, after which the interaction is as it is `now_is`, waits for so long.
pub(super) async fn set(
    sql: &impl Sql,
    now: Timestamp,
    occasion: &Occasion,
    now_is: &Interaction,
    then: Then,
    time: Duration,
) -> Result<(), Race> {
    let news = match then {
        Then::Silent => SILENT,
        Then::Waited => WAITED,
    };
    let work = Work {
        id: unique::id(now),
        kind: Kind::BotTimer,
        performer: occasion.work.performer.clone(),
        subject: occasion.id.0.clone(),
        key: format!("bot_timer:{}", occasion.id),
        body: json!({ NEWS: news, TURNS: now_is.bot_turns }),
        due_at: now + time,
        attempts: 0,
        trace: None,
    };
    Ok(store::due::schedule(sql, &work).await?)
}

const TURNS: &str = "turns";

/// Performs `work`, whose time has come. Gives the turn that the bot owes now, if it does.
pub async fn ring(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Vec<Work>> {
    retrying(async || transaction(sql, async |sql| ring_within(sql, now, work).await).await).await
}

async fn ring_within(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Vec<Work>, Race> {
    let Some(work) = store::due::find(sql, &work.id).await? else { return Ok(vec![]) };
    if now < work.due_at {
        // It was set anew since it was taken, or the clock went back.
        store::due::release(sql, &work.id).await?;
        return Ok(vec![]);
    }
    store::due::complete(sql, &work.id).await?;
    let id = InteractionId(work.subject.clone());
    let interaction = journal::load(sql, &id).await?;
    let turns = work.body.get(TURNS).and_then(Value::as_u64);
    let is_old = turns != Some(interaction.bot_turns.into()) || interaction.state != State::Bot;
    let owes = store::due::next_of(sql, Kind::BotTurn, id.as_str()).await?.is_some();
    let Some(told) = work.body.get(NEWS).and_then(Value::as_str).filter(|_| !is_old && !owes) else {
        return Ok(vec![]);
    };
    let assigned = Assigned { of: flow::asked_for(&work, &interaction), runner: work.performer.clone() };
    let turn = news(sql, now, &id, told, &assigned).await?;
    Ok(store::due::add(sql, now, vec![turn]).await?)
}
