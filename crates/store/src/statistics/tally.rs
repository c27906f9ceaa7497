//! Tallies of visits, counted by the database. What it counts is what `domain::figures::tally` counts: a
//! test holds one against the other.

use crate::{
    parameters,
    port::{self, Result, Sql},
};
use domain::{channel::CapacityKind, figures::tally::Tally, time::Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// Whose visits are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Queue,
    /// Who answered; offers count for those at whom they rang. What nobody answered is nobody's.
    Agent,
    Channel,
}

/// Which instant of a visit says when it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribution {
    /// When its wait ended; one that goes on is counted now.
    Left,
    /// When its wait began.
    Entered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub by: Group,
    pub attribution: Attribution,
    pub from: Timestamp,
    /// Not included.
    pub until: Timestamp,
    pub now: Timestamp,
    /// The threshold of all; without it each queue has its own.
    pub within: Option<Duration>,
    pub short: Duration,
    /// Only of calls, of chats …
    pub kind: Option<CapacityKind>,
    /// One tally for each quarter of an hour; otherwise one for all.
    pub quarters: bool,
}

/// The tally of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The id of the queue or of the agent, or the name of the channel.
    pub group: String,
    /// When the quarter of an hour begins, or [`Question::from`].
    pub at: Timestamp,
    pub tally: Tally,
}

/// Every offset from UTC is a multiple of it, so hours and days of any zone are sums of such intervals.
const QUARTER_MS: i64 = 15 * 60 * 1000;

/// What is counted of visits, by the fields' names. `waited` and `waited_whole` are the wait in this queue
/// and in all, `threshold` and `short_below` what they
/// are held against; 180000 is `LEY_10_2025_WITHIN`.
const FIELDS: &[(&str, Count)] = &[
    ("offered", Count::If("entry <> 'direct'")),
    ("transferred_in", Count::If("entry = 'transfer'")),
    ("answered", Count::If("entry <> 'direct' AND outcome = 'answered'")),
    ("answered_within", Count::If("entry <> 'direct' AND outcome = 'answered' AND waited <= threshold")),
    ("abandoned", Count::If("entry <> 'direct' AND outcome = 'abandoned'")),
    ("abandoned_within", Count::If("entry <> 'direct' AND outcome = 'abandoned' AND waited <= threshold")),
    ("abandoned_short", Count::If("entry <> 'direct' AND outcome = 'abandoned' AND waited < short_below")),
    ("flow_outs", Count::If("entry <> 'direct' AND outcome IN ('flowed_out', 'returned')")),
    (
        "flow_outs_within",
        Count::If("entry <> 'direct' AND outcome IN ('flowed_out', 'returned') AND waited <= threshold"),
    ),
    ("callbacks", Count::If("entry <> 'direct' AND outcome = 'callback_asked'")),
    (
        "callbacks_within",
        Count::If("entry <> 'direct' AND outcome = 'callback_asked' AND waited <= threshold"),
    ),
    ("waiting", Count::If("entry <> 'direct' AND outcome = 'waiting'")),
    ("waiting_beyond", Count::If("entry <> 'direct' AND outcome = 'waiting' AND waited > threshold")),
    (
        "ley_requests",
        Count::If(
            "entry IN ('arrival', 'overflow') AND (outcome IN ('answered', 'abandoned', 'callback_asked')
                OR (outcome = 'waiting' AND waited_whole >= 180000))",
        ),
    ),
    (
        "ley_answered",
        Count::If("entry IN ('arrival', 'overflow') AND outcome = 'answered' AND waited_whole < 180000"),
    ),
    ("direct", Count::If("entry = 'direct'")),
    ("direct_abandoned", Count::If("entry = 'direct' AND outcome = 'abandoned'")),
    ("offers", Count::Sum("offers", "1 = 1")),
    ("missed", Count::Sum("missed", "1 = 1")),
    ("declined", Count::Sum("declined", "1 = 1")),
    ("handled", Count::If(HANDLED)),
    ("transfers_to_queue", Count::If("outcome = 'answered' AND passed = 'to_queue'")),
    ("transfers_to_agent", Count::If("outcome = 'answered' AND passed = 'to_agent'")),
    ("contacts", Count::If("number = 1")),
    ("completed", Count::If("last = 1")),
    ("wait_answered_ms", Count::Sum("waited", "entry <> 'direct' AND outcome = 'answered'")),
    ("wait_abandoned_ms", Count::Sum("waited", "entry <> 'direct' AND outcome = 'abandoned'")),
    ("wait_max_ms", Count::Max("waited", "entry <> 'direct'")),
    ("talk_ms", Count::Sum("talk_ms", HANDLED)),
    ("hold_ms", Count::Sum("hold_ms", HANDLED)),
    ("wrap_up_ms", Count::Sum("wrap_up_ms", HANDLED)),
];

const HANDLED: &str = "outcome = 'answered' AND done_at_ms IS NOT NULL";

#[derive(Debug, Clone, Copy)]
enum Count {
    If(&'static str),
    Sum(&'static str, &'static str),
    Max(&'static str, &'static str),
}

impl Count {
    /// PostgreSQL's sum of whole numbers is none any more.
    fn sql(self) -> String {
        match self {
            Count::If(condition) => Count::Sum("1", condition).sql(),
            Count::Sum(value, condition) => {
                format!("CAST(SUM(CASE WHEN {condition} THEN {value} ELSE 0 END) AS BIGINT)")
            }
            Count::Max(value, condition) => {
                format!("CAST(MAX(CASE WHEN {condition} THEN {value} ELSE 0 END) AS BIGINT)")
            }
        }
    }
}

/// The tallies of all groups that there is something to say of.
pub async fn tallies(sql: &impl Sql, question: Question) -> Result<Vec<Row>> {
    let mut tallies = of_visits(sql, question).await?;
    if question.by == Group::Agent {
        for tally in tallies.values_mut() {
            (tally.offers, tally.missed, tally.declined) = (0, 0, 0);
        }
        for (key, offers) in of_offers(sql, question).await? {
            let tally = tallies.entry(key).or_default();
            *tally = tally.merge(offers);
        }
    }
    let row = |((group, at), tally)| Row { group, at, tally };
    Ok(tallies.into_iter().map(row).collect())
}

type Tallies = BTreeMap<(String, Timestamp), Tally>;

async fn of_visits(sql: &impl Sql, question: Question) -> Result<Tallies> {
    let group = match question.by {
        Group::Queue => "v.queue_id",
        Group::Agent => "v.agent_id",
        Group::Channel => "i.channel",
    };
    // A wait is never less than nothing, though clocks of two machines differ.
    let length = |from: &str| {
        let until = "COALESCE(v.left_at_ms, $1)";
        format!("CASE WHEN {until} < {from} THEN 0 ELSE {until} - {from} END")
    };
    let (counted_at, clause) = match question.attribution {
        Attribution::Left => {
            ("COALESCE(v.left_at_ms, $1)", ended_between(question, "v.left_at_ms", "$4", "$5"))
        }
        Attribution::Entered => {
            ("v.entered_at_ms", "v.entered_at_ms >= $4 AND v.entered_at_ms < $5".to_owned())
        }
    };
    let fields: Vec<String> = FIELDS.iter().map(|(_, count)| count.sql()).collect();
    let statement = format!(
        "SELECT grouped, {bucket}, {fields}
        FROM (SELECT v.*, {group} AS grouped, {waited} AS waited, {waited_whole} AS waited_whole,
                COALESCE($2, q.within_ms, 0) AS threshold, CAST($3 AS BIGINT) AS short_below,
                {counted_at} AS counted_at
            FROM visit v JOIN interaction i ON i.id = v.interaction_id LEFT JOIN queue q ON q.id = v.queue_id
            WHERE {clause}{kind}) counted
        WHERE grouped IS NOT NULL GROUP BY 1, 2",
        bucket = bucket(question),
        fields = fields.join(", "),
        waited = length("v.entered_at_ms"),
        waited_whole = length("v.waiting_since_ms"),
        kind = of_kind(question),
    );
    let Question { now, within, short, from, until, .. } = question;
    let rows = sql.query(&statement, parameters![now, within, short, from, until]).await?;
    let values =
        |row: &port::Row| (2..FIELDS.len() + 2).map(|index| row.get(index)).collect::<Result<Vec<u64>>>();
    rows.iter().map(|row| Ok((key(row, question)?, Tally::of(values(row)?)))).collect()
}

/// What rang at agents. An offer counts when it ended.
async fn of_offers(sql: &impl Sql, question: Question) -> Result<Tallies> {
    let counts =
        ["1 = 1", "reply = 'missed'", "reply = 'declined'"].map(|condition| Count::If(condition).sql());
    let statement = format!(
        "SELECT agent_id, {bucket}, {counts}
        FROM (SELECT s.agent_id, s.reply, COALESCE(s.until_ms, $1) AS counted_at
            FROM spell s JOIN interaction i ON i.id = s.interaction_id
            WHERE s.doing = 'ringing' AND {clause}{kind}) counted
        GROUP BY 1, 2",
        bucket = bucket(question),
        counts = counts.join(", "),
        clause = ended_between(question, "s.until_ms", "$2", "$3"),
        kind = of_kind(question),
    );
    let rows = sql.query(&statement, parameters![question.now, question.from, question.until]).await?;
    let tally = |row: &port::Row| {
        let (offers, missed, declined) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((key(row, question)?, Tally { offers, missed, declined, ..Tally::default() }))
    };
    rows.iter().map(tally).collect()
}

/// What ended in the time that is asked for, or goes on and so belongs to now.
fn ended_between(question: Question, column: &str, from: &str, until: &str) -> String {
    let goes_on = (question.from..question.until).contains(&question.now);
    let or_goes_on = if goes_on { format!(" OR {column} IS NULL") } else { String::new() };
    format!("(({column} >= {from} AND {column} < {until}){or_goes_on})")
}

fn of_kind(question: Question) -> String {
    question.kind.map_or(String::new(), |kind| format!(" AND i.capacity = '{}'", kind.as_str()))
}

fn bucket(question: Question) -> String {
    if question.quarters { format!("counted_at / {QUARTER_MS}") } else { "0".to_owned() }
}

fn key(row: &port::Row, question: Question) -> Result<(String, Timestamp)> {
    let quarter: i64 = row.get(1)?;
    let at = if question.quarters { Timestamp(quarter * QUARTER_MS) } else { question.from };
    Ok((row.get(0)?, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_tally_is_counted() {
        let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, Tally::NAMES);
    }
}
