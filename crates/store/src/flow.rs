//! Conversation flows: how they are set up, their drafts and versions, and who changed what. What became of
//! the conversations in them is in [`visit`].

pub mod visit;

use crate::{
    parameters,
    port::{Error, Result, Row, Sql},
    record,
};
use domain::{
    flow::{Change, FlowVersion, Live, MAIN},
    id::{AgentId, FlowId},
    time::Timestamp,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub name: FlowId,
    pub title: String,
    /// The component that performs its turns.
    pub runner: String,
    /// Its versions have texts; otherwise the component is the flow.
    pub scripted: bool,
    /// So many versions there are.
    pub latest: u32,
    pub live: Live,
    /// Its versions and its history stay.
    pub deleted_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// How often it was saved: who saves names the last one.
    pub revision: u32,
    pub text: String,
    pub sha256: String,
    /// Who saved it; `None`: the bearer of the administrator's token.
    pub by: Option<AgentId>,
    pub at: Timestamp,
}

/// What was published, as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: u32,
    /// Empty where the component is the flow.
    pub text: String,
    pub sha256: String,
    pub note: Option<String>,
    pub by: Option<AgentId>,
    pub at: Timestamp,
}

/// A change on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// 1, 2, 3, … of its flow.
    pub number: u32,
    pub change: Change,
    pub by: Option<AgentId>,
    pub at: Timestamp,
}

/// A flow as lists show it: without texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    pub flow: Flow,
    pub draft: Option<Draft>,
    /// The hash of the latest version's text.
    pub latest_sha256: Option<String>,
    pub last_change: Option<Recorded>,
}

const FLOW: &str = "f.name, f.title, f.runner, f.scripted, f.latest, f.live, f.deleted_at_ms";
const VERSION: &str = "version, sha256, note, published_by, published_at_ms";
const CHANGE: &str = "c.number, c.kind, c.body, c.changed_by, c.changed_at_ms";

/// The flow with this name, deleted or not.
pub async fn known(sql: &impl Sql, name: &FlowId) -> Result<Option<Flow>> {
    let statement = format!("SELECT {FLOW} FROM flow f WHERE f.name = $1");
    sql.first(&statement, parameters![name]).await?.as_ref().map(flow).transpose()
}

/// The flow with this name that is there.
pub async fn find(sql: &impl Sql, name: &FlowId) -> Result<Option<Flow>> {
    Ok(known(sql, name).await?.filter(|flow| flow.deleted_at.is_none()))
}

/// The center's own: the one of this name, or the only one.
pub async fn default(sql: &impl Sql) -> Result<Option<Flow>> {
    let statement = format!(
        "SELECT {FLOW} FROM flow f WHERE f.deleted_at_ms IS NULL
        ORDER BY CASE f.name WHEN '{MAIN}' THEN 0 ELSE 1 END, f.name LIMIT 2"
    );
    let rows = sql.query(&statement, &[]).await?;
    let flows: Vec<Flow> = rows.iter().map(flow).collect::<Result<_>>()?;
    let several = flows.len() > 1;
    Ok(flows.into_iter().next().filter(|flow| !several || flow.name.as_str() == MAIN))
}

pub async fn names(sql: &impl Sql) -> Result<Vec<FlowId>> {
    let statement = "SELECT name FROM flow WHERE deleted_at_ms IS NULL ORDER BY name";
    sql.query(statement, &[]).await?.iter().map(|row| row.get(0)).collect()
}

/// All flows that are there, or the one that is asked for.
pub async fn overview(sql: &impl Sql, only: Option<&FlowId>) -> Result<Vec<Overview>> {
    let statement = format!(
        "SELECT {FLOW}, v.sha256, d.revision, d.sha256, d.saved_by, d.saved_at_ms, {CHANGE}
        FROM flow f LEFT JOIN flow_version v ON v.flow = f.name AND v.version = f.latest
        LEFT JOIN flow_draft d ON d.flow = f.name
        LEFT JOIN flow_change c ON c.flow = f.name AND c.number = f.changes
        WHERE f.deleted_at_ms IS NULL AND f.name = COALESCE($1, f.name) ORDER BY f.name"
    );
    let overview = |row: &Row| {
        let draft = match row.get::<Option<u32>>(8)? {
            Some(revision) => Some(Draft {
                revision,
                text: String::new(),
                sha256: row.get(9)?,
                by: row.get(10)?,
                at: row.get(11)?,
            }),
            None => None,
        };
        let last_change = row.get::<Option<u32>>(12)?.map(|_| recorded(row, 12)).transpose()?;
        Ok(Overview { flow: flow(row)?, draft, latest_sha256: row.get(7)?, last_change })
    };
    sql.query(&statement, parameters![only]).await?.iter().map(overview).collect()
}

/// Adds or replaces how a flow is set up and what is live of it.
pub async fn put(sql: &impl Sql, flow: &Flow) -> Result<()> {
    let statement = "INSERT INTO flow (name, title, runner, scripted, latest, live, deleted_at_ms, changes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
        ON CONFLICT (name) DO UPDATE SET title = excluded.title, runner = excluded.runner,
            scripted = excluded.scripted, latest = excluded.latest, live = excluded.live,
            deleted_at_ms = excluded.deleted_at_ms";
    let Flow { name, title, runner, scripted, latest, live, deleted_at } = flow;
    let live = record::to_json(live)?;
    sql.query(statement, parameters![name, title, runner, *scripted, *latest, live, *deleted_at]).await?;
    Ok(())
}

/// Records a change of a flow that is known.
pub async fn record(
    sql: &impl Sql,
    now: Timestamp,
    name: &FlowId,
    by: Option<&AgentId>,
    change: &Change,
) -> Result<()> {
    let count = "UPDATE flow SET changes = changes + 1 WHERE name = $1 RETURNING changes";
    let row = sql.first(count, parameters![name]).await?;
    let number: u32 = row.ok_or_else(|| Error::Broken(format!("there is no flow {name}")))?.get(0)?;
    let (kind, body) = record::to_stored(change)?;
    let insert = "INSERT INTO flow_change (flow, number, kind, body, changed_by, changed_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)";
    sql.query(insert, parameters![name, number, kind, body, by, now]).await?;
    Ok(())
}

/// What was done to a flow, the newest first, before the change with the number `before`.
pub async fn changes(
    sql: &impl Sql,
    name: &FlowId,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<Recorded>> {
    let statement = format!(
        "SELECT {CHANGE} FROM flow_change c WHERE c.flow = $1 AND c.number < $2 ORDER BY c.number DESC LIMIT $3"
    );
    let before = before.map_or(i64::MAX, i64::from);
    let rows = sql.query(&statement, parameters![name, before, limit]).await?;
    rows.iter().map(|row| recorded(row, 0)).collect()
}

pub async fn draft(sql: &impl Sql, name: &FlowId) -> Result<Option<Draft>> {
    let statement = "SELECT revision, text, sha256, saved_by, saved_at_ms FROM flow_draft WHERE flow = $1";
    let draft = |row: Row| {
        Ok(Draft {
            revision: row.get(0)?,
            text: row.get(1)?,
            sha256: row.get(2)?,
            by: row.get(3)?,
            at: row.get(4)?,
        })
    };
    sql.first(statement, parameters![name]).await?.map(draft).transpose()
}

pub async fn put_draft(sql: &impl Sql, name: &FlowId, draft: &Draft) -> Result<()> {
    let statement = "INSERT INTO flow_draft (flow, revision, text, sha256, saved_by, saved_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (flow) DO UPDATE SET revision = excluded.revision, text = excluded.text,
            sha256 = excluded.sha256, saved_by = excluded.saved_by, saved_at_ms = excluded.saved_at_ms";
    let Draft { revision, text, sha256, by, at } = draft;
    sql.query(statement, parameters![name, *revision, text, sha256, by.as_ref(), *at]).await?;
    Ok(())
}

pub async fn remove_draft(sql: &impl Sql, name: &FlowId) -> Result<()> {
    sql.query("DELETE FROM flow_draft WHERE flow = $1", parameters![name]).await?;
    Ok(())
}

/// Adds a version. Who is second with a number gets [`Error::Conflict`].
pub async fn add_version(sql: &impl Sql, name: &FlowId, version: &Version) -> Result<()> {
    let statement =
        "INSERT INTO flow_version (flow, version, text, sha256, note, published_by, published_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let Version { number, text, sha256, note, by, at } = version;
    let parameters = parameters![name, *number, text, sha256, note.as_deref(), by.as_ref(), *at];
    sql.query(statement, parameters).await?;
    Ok(())
}

/// All versions, the newest first, without their texts.
pub async fn versions(sql: &impl Sql, name: &FlowId) -> Result<Vec<Version>> {
    let statement = format!("SELECT {VERSION} FROM flow_version WHERE flow = $1 ORDER BY version DESC");
    sql.query(&statement, parameters![name]).await?.iter().map(version).collect()
}

/// One version with its text.
pub async fn find_version(sql: &impl Sql, name: &FlowId, number: u32) -> Result<Option<Version>> {
    let statement = format!("SELECT {VERSION}, text FROM flow_version WHERE flow = $1 AND version = $2");
    let Some(row) = sql.first(&statement, parameters![name, number]).await? else { return Ok(None) };
    Ok(Some(Version { text: row.get(5)?, ..version(&row)? }))
}

/// The text of a version; empty where the component is the flow.
pub async fn text(sql: &impl Sql, of: &FlowVersion) -> Result<Option<String>> {
    let statement = "SELECT text FROM flow_version WHERE flow = $1 AND version = $2";
    sql.first(statement, parameters![&of.flow, of.version]).await?.map(|row| row.get(0)).transpose()
}

/// An account that names the flow.
pub async fn account_with(sql: &impl Sql, name: &FlowId) -> Result<Option<String>> {
    let statement = "SELECT name FROM channel_account WHERE flow = $1 ORDER BY name LIMIT 1";
    sql.first(statement, parameters![name]).await?.map(|row| row.get(0)).transpose()
}

fn flow(row: &Row) -> Result<Flow> {
    Ok(Flow {
        name: row.get(0)?,
        title: row.get(1)?,
        runner: row.get(2)?,
        scripted: row.get(3)?,
        latest: row.get(4)?,
        live: record::from_json(&row.get::<String>(5)?)?,
        deleted_at: row.get(6)?,
    })
}

fn version(row: &Row) -> Result<Version> {
    Ok(Version {
        number: row.get(0)?,
        text: String::new(),
        sha256: row.get(1)?,
        note: row.get(2)?,
        by: row.get(3)?,
        at: row.get(4)?,
    })
}

/// The change in the columns from `first` on.
fn recorded(row: &Row, first: usize) -> Result<Recorded> {
    let (kind, body): (String, String) = (row.get(first + 1)?, row.get(first + 2)?);
    Ok(Recorded {
        number: row.get(first)?,
        change: record::from_stored(&kind, &body)?,
        by: row.get(first + 3)?,
        at: row.get(first + 4)?,
    })
}
