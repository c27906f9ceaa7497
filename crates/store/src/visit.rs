//! The read model of visits and spells: what figures are counted from. Rows follow from the journal by
//! `domain::figures::visit` and from nothing else, in the transaction of the events.

use crate::{
    parameters,
    port::{self, Error, Result, Row, Sql},
    projection::before_and_after,
};
use domain::{
    figures::visit::{Doing, Entry, Outcome, Passed, Reply, Spell, Visit, Visits},
    id::InteractionId,
    interaction::Event,
    time::Timestamp,
};

const COLUMNS: &str = "interaction_id, number, entry, queue_id, entered_at_ms, waiting_since_ms, outcome,
    left_at_ms, agent_id, passed, done_at_ms, last, shut_from_ms, shut_until_ms, offers, missed, declined,
    talk_ms, hold_ms, wrap_up_ms";

const SPELL_COLUMNS: &str = "interaction_id, visit, number, agent_id, doing, reply, from_ms, until_ms";
const SPELL_WIDTH: usize = 8;

/// Writes what `events`, which happened at `now` after all of `history`, changed.
pub(crate) async fn project(
    sql: &impl Sql,
    id: &InteractionId,
    history: &[(Timestamp, Event)],
    now: Timestamp,
    events: &[Event],
) -> Result<()> {
    match before_and_after(Visits::see, history, now, events) {
        Some((known, visits)) => write(sql, id, known.as_slice(), visits.as_slice()).await,
        None => Ok(()),
    }
}

/// Makes all visits of a journal anew.
pub(crate) async fn rebuild(sql: &impl Sql, id: &InteractionId, events: &[(Timestamp, Event)]) -> Result<()> {
    for table in ["visit", "spell"] {
        sql.query(&format!("DELETE FROM {table} WHERE interaction_id = $1"), parameters![id]).await?;
    }
    write(sql, id, &[], &domain::figures::visit::visits(events)).await
}

/// Writes what is different in `visits` from those that are `known`. Neither visits nor spells go away.
async fn write(sql: &impl Sql, id: &InteractionId, known: &[Visit], visits: &[Visit]) -> Result<()> {
    for (place, visit) in visits.iter().enumerate() {
        let known = known.get(place);
        if known == Some(visit) {
            continue;
        }
        put(sql, id, visit).await?;
        put_spells(sql, id, known.map_or(&[], |known| &known.spells), visit).await?;
    }
    Ok(())
}

async fn put(sql: &impl Sql, id: &InteractionId, visit: &Visit) -> Result<()> {
    let statement = format!(
        "INSERT INTO visit ({COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        ON CONFLICT (interaction_id, number) DO UPDATE SET outcome = excluded.outcome,
            left_at_ms = excluded.left_at_ms, agent_id = excluded.agent_id, passed = excluded.passed,
            done_at_ms = excluded.done_at_ms, last = excluded.last, shut_from_ms = excluded.shut_from_ms,
            shut_until_ms = excluded.shut_until_ms, offers = excluded.offers,
            missed = excluded.missed, declined = excluded.declined, talk_ms = excluded.talk_ms,
            hold_ms = excluded.hold_ms, wrap_up_ms = excluded.wrap_up_ms"
    );
    let parameters = parameters![
        id,
        visit.number,
        visit.entry.as_str(),
        &visit.queue,
        visit.entered_at,
        visit.waiting_since,
        visit.outcome.as_str(),
        visit.left_at,
        visit.agent.as_ref(),
        visit.passed.map(Passed::as_str),
        visit.done_at,
        visit.last,
        visit.shut.map(|(from, _)| from),
        visit.shut.map(|(_, until)| until),
        visit.offers(),
        visit.missed(),
        visit.declined(),
        visit.time(Doing::Talking),
        visit.time(Doing::Holding),
        visit.time(Doing::WrappingUp),
    ];
    sql.query(&statement, parameters).await?;
    Ok(())
}

/// Writes the spells of a visit that are different from those that are `known`.
async fn put_spells(sql: &impl Sql, id: &InteractionId, known: &[Spell], visit: &Visit) -> Result<()> {
    let mut values = vec![];
    for (place, spell) in visit.spells.iter().enumerate() {
        if known.get(place) == Some(spell) {
            continue;
        }
        let number = u64::try_from(place + 1).unwrap_or(u64::MAX);
        let (doing, reply) = match spell.doing {
            Doing::Ringing(reply) => ("ringing", Some(reply.as_str())),
            Doing::Talking => ("talking", None),
            Doing::Holding => ("holding", None),
            Doing::Helping => ("helping", None),
            Doing::WrappingUp => ("wrapping_up", None),
        };
        let row = parameters![id, visit.number, number, &spell.agent, doing, reply, spell.from, spell.until];
        values.extend_from_slice(row);
    }
    // A talk that was held many times has many of them.
    for some in values.chunks(port::LIST_MAX / SPELL_WIDTH * SPELL_WIDTH) {
        let statement = format!(
            "INSERT INTO spell ({SPELL_COLUMNS}) VALUES {}
            ON CONFLICT (interaction_id, visit, number) DO UPDATE SET reply = excluded.reply,
                until_ms = excluded.until_ms",
            port::rows(some, SPELL_WIDTH)
        );
        sql.query(&statement, some).await?;
    }
    Ok(())
}

/// The visits of an interaction, in order.
pub async fn of(sql: &impl Sql, id: &InteractionId) -> Result<Vec<Visit>> {
    let statement = format!("SELECT {COLUMNS} FROM visit WHERE interaction_id = $1 ORDER BY number");
    let rows = sql.query(&statement, parameters![id]).await?;
    let mut visits: Vec<Visit> = rows.iter().map(visit).collect::<Result<_>>()?;
    let statement =
        format!("SELECT {SPELL_COLUMNS} FROM spell WHERE interaction_id = $1 ORDER BY visit, number");
    for row in sql.query(&statement, parameters![id]).await? {
        let number: u32 = row.get(1)?;
        if let Some(visit) = visits.iter_mut().find(|visit| visit.number == number) {
            visit.spells.push(spell(&row)?);
        }
    }
    Ok(visits)
}

/// The spells of all agents of which some part lies between `from` and `until`.
pub async fn spells(sql: &impl Sql, from: Timestamp, until: Timestamp) -> Result<Vec<Spell>> {
    let statement = format!(
        "SELECT {SPELL_COLUMNS} FROM spell WHERE (until_ms > $1 OR until_ms IS NULL) AND from_ms < $2"
    );
    sql.query(&statement, parameters![from, until]).await?.iter().map(spell).collect()
}

fn visit(row: &Row) -> Result<Visit> {
    Ok(Visit {
        number: row.get(1)?,
        entry: row.named(2, Entry::parse)?,
        queue: row.get(3)?,
        entered_at: row.get(4)?,
        waiting_since: row.get(5)?,
        outcome: row.named(6, Outcome::parse)?,
        left_at: row.get(7)?,
        agent: row.get(8)?,
        passed: row.get::<Option<String>>(9)?.map(|_| row.named(9, Passed::parse)).transpose()?,
        done_at: row.get(10)?,
        last: row.get(11)?,
        shut: row.get::<Option<Timestamp>>(12)?.zip(row.get(13)?),
        spells: vec![],
    })
}

fn spell(row: &Row) -> Result<Spell> {
    let doing = match row.get::<String>(4)?.as_str() {
        "ringing" => Doing::Ringing(row.named(5, Reply::parse)?),
        "talking" => Doing::Talking,
        "holding" => Doing::Holding,
        "helping" => Doing::Helping,
        "wrapping_up" => Doing::WrappingUp,
        other => return Err(Error::Broken(format!("a spell of {other}"))),
    };
    Ok(Spell { agent: row.get(3)?, doing, from: row.get(6)?, until: row.get(7)? })
}
