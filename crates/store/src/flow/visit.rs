//! The read model of visits to flows: what their figures are counted from. Rows follow from the journal by
//! `domain::flow::visit` and from nothing else, in the transaction of the events.

use crate::{
    parameters,
    port::{self, Result, Row, Sql},
    projection::before_and_after,
};
use domain::{
    flow::visit::{Outcome, Visit, Visits, visits},
    id::{FlowId, InteractionId},
    interaction::Event,
    time::Timestamp,
};

const PLACE_WIDTH: usize = 5;

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
    for table in ["flow_visit", "flow_place"] {
        sql.query(&format!("DELETE FROM {table} WHERE interaction_id = $1"), parameters![id]).await?;
    }
    write(sql, id, &[], &visits(events)).await
}

/// Writes what is different in `visits` from those that are `known`. Neither visits nor places go away.
async fn write(sql: &impl Sql, id: &InteractionId, known: &[Visit], visits: &[Visit]) -> Result<()> {
    for (place, visit) in visits.iter().enumerate() {
        let known = known.get(place);
        if known == Some(visit) {
            continue;
        }
        put(sql, id, visit).await?;
        put_places(sql, id, visit, known.map_or(0, |known| known.places.len())).await?;
    }
    Ok(())
}

async fn put(sql: &impl Sql, id: &InteractionId, visit: &Visit) -> Result<()> {
    let statement = "INSERT INTO flow_visit (interaction_id, number, flow, version, began_at_ms, ended_at_ms,
            outcome, last_place) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (interaction_id, number) DO UPDATE SET ended_at_ms = excluded.ended_at_ms,
            outcome = excluded.outcome, last_place = excluded.last_place";
    let parameters = parameters![
        id,
        visit.number,
        &visit.of.flow,
        visit.of.version,
        visit.began_at,
        visit.ended_at,
        visit.outcome.as_str(),
        visit.last_place().map(written),
    ];
    sql.query(statement, parameters).await?;
    Ok(())
}

/// Writes the places of a visit after the first `known` ones.
async fn put_places(sql: &impl Sql, id: &InteractionId, visit: &Visit, known: usize) -> Result<()> {
    let mut values = vec![];
    for (index, passage) in visit.places.iter().enumerate().skip(known) {
        let number = u64::try_from(index + 1).unwrap_or(u64::MAX);
        values.extend_from_slice(parameters![id, visit.number, number, written(&passage.place), passage.at]);
    }
    for some in values.chunks(port::LIST_MAX / PLACE_WIDTH * PLACE_WIDTH) {
        let statement = format!(
            "INSERT INTO flow_place (interaction_id, visit, number, place, at_ms) VALUES {}",
            port::rows(some, PLACE_WIDTH)
        );
        sql.query(&statement, some).await?;
    }
    Ok(())
}

/// PostgreSQL's texts have no NUL, and a place is named by whoever wrote the flow.
fn written(place: &str) -> String {
    place.replace('\0', "\u{fffd}")
}

/// How many visits are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub flow: FlowId,
    pub version: u32,
    pub outcome: Outcome,
    pub visits: u64,
}

/// The visits to these flows that began between two instants, the second of which is not included.
pub async fn counts(
    sql: &impl Sql,
    flows: &[FlowId],
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Count>> {
    let mut counts = vec![];
    for some in port::lists(flows) {
        let (from_place, until_place) = (some.len() + 1, some.len() + 2);
        let statement = format!(
            "SELECT flow, version, outcome, COUNT(*) FROM flow_visit WHERE flow IN {}
                AND began_at_ms >= ${from_place} AND began_at_ms < ${until_place}
            GROUP BY flow, version, outcome ORDER BY flow, version",
            port::list(&some)
        );
        let parameters = [&some[..], parameters![from, until]].concat();
        for row in sql.query(&statement, &parameters).await? {
            let outcome = row.named(2, Outcome::parse)?;
            counts.push(Count { flow: row.get(0)?, version: row.get(1)?, outcome, visits: row.get(3)? });
        }
    }
    Ok(counts)
}

/// Of which visits to a flow something is asked: of one version, or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'q> {
    pub flow: &'q FlowId,
    pub version: Option<u32>,
    /// They began between these instants, the second of which is not included.
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Question<'_> {
    fn clause(&self) -> &'static str {
        "v.flow = $1 AND v.began_at_ms >= $2 AND v.began_at_ms < $3 AND v.version = COALESCE($4, v.version)"
    }

    fn parameters(&self) -> Vec<port::Value> {
        parameters![self.flow, self.from, self.until, self.version].to_vec()
    }
}

/// A place of a flow, and how often it was come through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub place: String,
    pub passages: u64,
    /// A visit counts once, however often it comes through.
    pub visits: u64,
}

pub async fn passed(sql: &impl Sql, question: &Question<'_>) -> Result<Vec<Passed>> {
    let statement = format!(
        "SELECT place, CAST(SUM(passages) AS BIGINT), COUNT(*)
        FROM (SELECT p.place, COUNT(*) AS passages FROM flow_visit v
                JOIN flow_place p ON p.interaction_id = v.interaction_id AND p.visit = v.number
            WHERE {} GROUP BY p.place, v.interaction_id, v.number) passed
        GROUP BY place ORDER BY place",
        question.clause()
    );
    let passed = |row: &Row| Ok(Passed { place: row.get(0)?, passages: row.get(1)?, visits: row.get(2)? });
    sql.query(&statement, &question.parameters()).await?.iter().map(passed).collect()
}

/// How many visits are, or ended, at a place in a way. No place: before the flow named one.
pub async fn last_places(
    sql: &impl Sql,
    question: &Question<'_>,
) -> Result<Vec<(Option<String>, Outcome, u64)>> {
    let statement = format!(
        "SELECT v.last_place, v.outcome, COUNT(*) FROM flow_visit v WHERE {} GROUP BY v.last_place, v.outcome
        ORDER BY v.last_place",
        question.clause()
    );
    let counted = |row: &Row| Ok((row.get(0)?, row.named(1, Outcome::parse)?, row.get(2)?));
    sql.query(&statement, &question.parameters()).await?.iter().map(counted).collect()
}

/// How many conversations each version has at each place now.
pub async fn now(sql: &impl Sql, flow: &FlowId) -> Result<Vec<(u32, Option<String>, u64)>> {
    let statement = "SELECT version, last_place, COUNT(*) FROM flow_visit
        WHERE flow = $1 AND ended_at_ms IS NULL GROUP BY version, last_place ORDER BY version, last_place";
    let counted = |row: &Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    sql.query(statement, parameters![flow]).await?.iter().map(counted).collect()
}

/// Whether the flow has any conversation.
pub async fn is_busy(sql: &impl Sql, flow: &FlowId) -> Result<bool> {
    let statement = "SELECT 1 FROM flow_visit WHERE flow = $1 AND ended_at_ms IS NULL LIMIT 1";
    sql.any(statement, parameters![flow]).await
}
