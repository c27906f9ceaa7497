//! Tallies of visits. The database adds up visits that are alike; what they are counted as is said by
//! `domain::figures::tally`, which a test holds against it.

use crate::{
    parameters,
    port::{self, Dialect, Result, Sql},
};
use domain::{
    channel::CapacityKind,
    figures::{
        tally::{Alike, LEY_10_2025_WITHIN, Sums, Tally, alike},
        visit::{Entry, Outcome, Passed},
    },
    time::Timestamp,
};
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

/// The fields of [`Sums`], in order. `waited` and `waited_whole` are the wait in this queue and in all,
/// `threshold`, `short_below` and `ley_below` what they are held against.
const SUMS: [&str; 14] = [
    "COUNT(*)",
    "SUM(CASE WHEN number = 1 THEN 1 ELSE 0 END)",
    "SUM(last)",
    "SUM(CASE WHEN waited <= threshold THEN 1 ELSE 0 END)",
    "SUM(CASE WHEN waited < short_below THEN 1 ELSE 0 END)",
    "SUM(CASE WHEN waited_whole < ley_below THEN 1 ELSE 0 END)",
    "SUM(waited)",
    "MAX(waited)",
    "SUM(offers)",
    "SUM(missed)",
    "SUM(declined)",
    "SUM(talk_ms)",
    "SUM(hold_ms)",
    "SUM(wrap_up_ms)",
];

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
    let (least, greatest) = match sql.dialect() {
        Dialect::Sqlite => ("MIN", "MAX"),
        Dialect::Postgres => ("LEAST", "GREATEST"),
    };
    // Without the time in which the queue was closed. A wait is never less than nothing, though clocks of two
    // machines differ.
    let length = |from: &str| {
        let until = "COALESCE(v.left_at_ms, $1)";
        let stood = format!(
            "{greatest}(0, {least}({until}, COALESCE(v.shut_until_ms, 0)) - {greatest}({from}, COALESCE(v.shut_from_ms, 0)))"
        );
        format!("{greatest}(0, {until} - {from} - {stood})")
    };
    let (counted_at, clause) = match question.attribution {
        Attribution::Left => {
            ("COALESCE(v.left_at_ms, $1)", ended_between(question, "v.left_at_ms", "$5", "$6"))
        }
        Attribution::Entered => {
            ("v.entered_at_ms", "v.entered_at_ms >= $5 AND v.entered_at_ms < $6".to_owned())
        }
    };
    let asks_interaction = question.by == Group::Channel || question.kind.is_some();
    // PostgreSQL's sum of whole numbers is none any more.
    let sums = SUMS.map(|sum| format!("CAST({sum} AS BIGINT)")).join(", ");
    let statement = format!(
        "SELECT grouped, {bucket}, entry, outcome, passed, is_done, {sums}
        FROM (SELECT v.*, {group} AS grouped, {waited} AS waited, {waited_whole} AS waited_whole,
                COALESCE($2, q.within_ms, 0) AS threshold, CAST($3 AS BIGINT) AS short_below,
                CAST($4 AS BIGINT) AS ley_below, {counted_at} AS counted_at,
                CASE WHEN v.done_at_ms IS NULL THEN 0 ELSE 1 END AS is_done
            FROM visit v LEFT JOIN queue q ON q.id = v.queue_id{interaction}
            WHERE {clause}{kind}) counted
        WHERE grouped IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6",
        bucket = bucket(question),
        waited = length("v.entered_at_ms"),
        waited_whole = length("v.waiting_since_ms"),
        interaction = if asks_interaction { " JOIN interaction i ON i.id = v.interaction_id" } else { "" },
        kind = of_kind(question),
    );
    let Question { now, within, short, from, until, .. } = question;
    let parameters = parameters![now, within, short, LEY_10_2025_WITHIN, from, until];
    let mut tallies = Tallies::new();
    for row in sql.query(&statement, parameters).await? {
        let tally = tallies.entry(key(&row, question)?).or_default();
        *tally = tally.merge(alike(common(&row)?, sums_of(&row)?));
    }
    Ok(tallies)
}

fn common(row: &port::Row) -> Result<Alike> {
    Ok(Alike {
        entry: row.named(2, Entry::parse)?,
        outcome: row.named(3, Outcome::parse)?,
        passed: row.get::<Option<String>>(4)?.map(|_| row.named(4, Passed::parse)).transpose()?,
        is_done: row.get(5)?,
    })
}

fn sums_of(row: &port::Row) -> Result<Sums> {
    let sum = |place: usize| row.get::<u64>(6 + place);
    Ok(Sums {
        visits: sum(0)?,
        first: sum(1)?,
        last: sum(2)?,
        in_time: sum(3)?,
        short: sum(4)?,
        ley_in_time: sum(5)?,
        waited_ms: sum(6)?,
        waited_max_ms: sum(7)?,
        offers: sum(8)?,
        missed: sum(9)?,
        declined: sum(10)?,
        talk_ms: sum(11)?,
        hold_ms: sum(12)?,
        wrap_up_ms: sum(13)?,
    })
}

/// What rang at agents. An offer counts when it ended.
async fn of_offers(sql: &impl Sql, question: Question) -> Result<Tallies> {
    let replies = ["missed", "declined"];
    let replies = replies.map(|reply| format!("SUM(CASE WHEN reply = '{reply}' THEN 1 ELSE 0 END)"));
    let statement = format!(
        "SELECT agent_id, {bucket}, COUNT(*), {replies}
        FROM (SELECT s.agent_id, s.reply, COALESCE(s.until_ms, $1) AS counted_at
            FROM spell s JOIN interaction i ON i.id = s.interaction_id
            WHERE s.doing = 'ringing' AND {clause}{kind}) counted
        GROUP BY 1, 2",
        bucket = bucket(question),
        replies = replies.join(", "),
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
