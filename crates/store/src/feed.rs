//! What changed, for open event streams: a row names what to look at again, and a stream that was away
//! reads on from where it stopped.

use crate::{
    parameters,
    port::{Result, Row, Sql},
    record,
};
use domain::{
    id::{AgentId, ContactId, ConversationId, InteractionId, MessageId},
    time::Timestamp,
};
use std::{collections::BTreeSet, time::Duration};

/// How far back a stream may resume; an older one starts anew.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An interaction's state changed.
    Interaction,
    /// A message was added.
    Message,
    /// A message's fate, text or reaction changed.
    MessageStatus,
    Contact,
    /// An agent's presence changed.
    Presence,
    /// What is wrong with the channels changed.
    Health,
}

impl Kind {
    const ALL: [Kind; 6] =
        [Kind::Interaction, Kind::Message, Kind::MessageStatus, Kind::Contact, Kind::Presence, Kind::Health];

    fn as_str(self) -> &'static str {
        match self {
            Kind::Interaction => "interaction",
            Kind::Message => "message",
            Kind::MessageStatus => "message_status",
            Kind::Contact => "contact",
            Kind::Presence => "presence",
            Kind::Health => "health",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One change, and whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The place in the feed; 0 until it is published.
    pub seq: i64,
    pub kind: Kind,
    pub interaction: Option<InteractionId>,
    pub conversation: Option<ConversationId>,
    pub message: Option<MessageId>,
    pub contact: Option<ContactId>,
    /// Who has to do with it, or had before this change.
    pub agents: BTreeSet<AgentId>,
    /// The trace (`traceparent`) of the change: that of the connection it is published through.
    pub trace: Option<String>,
}

impl Entry {
    pub fn new(kind: Kind) -> Self {
        Entry {
            seq: 0,
            kind,
            interaction: None,
            conversation: None,
            message: None,
            contact: None,
            agents: BTreeSet::new(),
            trace: None,
        }
    }
}

/// Adds to the feed; belongs into the transaction of the change.
pub async fn publish(sql: &impl Sql, now: Timestamp, entry: Entry) -> Result<()> {
    let statement = "INSERT INTO feed (at_ms, kind, interaction_id, conversation_id, message_id, contact_id,
        agent_id, previous_agent_id, others, trace) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let Entry { kind, interaction, conversation, message, contact, agents, .. } = &entry;
    // Hardly ever more than two: who has it, and who had it.
    let mut agents = agents.iter();
    let (first, second, others) = (agents.next(), agents.next(), agents.collect::<Vec<_>>());
    let parameters = parameters![
        now,
        kind.as_str(),
        interaction.as_ref(),
        conversation.as_ref(),
        message.as_ref(),
        contact.as_ref(),
        first,
        second,
        (!others.is_empty()).then(|| record::to_json(&others)).transpose()?,
        sql.trace(),
    ];
    sql.query(statement, parameters).await?;
    Ok(())
}

/// The newest place; 0 when nothing happened yet.
pub async fn newest(sql: &impl Sql) -> Result<i64> {
    let row = sql.first("SELECT COALESCE(MAX(seq), 0) FROM feed", &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// The place up to which the feed may be forgotten by `now`, 0 when that is nothing yet: whatever came
/// after it is still here. The oldest row would not tell: numbers are left out where transactions fail
/// or are numbered anew at their end.
pub async fn forgotten(sql: &impl Sql, now: Timestamp) -> Result<i64> {
    let statement = "SELECT COALESCE(MAX(seq), 0) FROM feed WHERE at_ms < $1";
    let row = sql.first(statement, parameters![now - KEPT]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// What came after `seq`, at most `limit` of it.
pub async fn since(sql: &impl Sql, seq: i64, limit: i64) -> Result<Vec<Entry>> {
    let statement = "SELECT seq, kind, interaction_id, conversation_id, message_id, contact_id, agent_id,
        previous_agent_id, trace, others FROM feed WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows = sql.query(statement, parameters![seq, limit]).await?;
    let entries: Result<Vec<Option<Entry>>> = rows.iter().map(entry).collect();
    Ok(entries?.into_iter().flatten().collect())
}

/// `None` for a kind that a newer version wrote.
fn entry(row: &Row) -> Result<Option<Entry>> {
    let Some(kind) = Kind::parse(&row.get::<String>(1)?) else { return Ok(None) };
    let others: Vec<AgentId> = match row.get::<Option<String>>(9)? {
        Some(others) => record::from_json(&others)?,
        None => vec![],
    };
    Ok(Some(Entry {
        seq: row.get(0)?,
        kind,
        interaction: row.get(2)?,
        conversation: row.get(3)?,
        message: row.get(4)?,
        contact: row.get(5)?,
        agents: [row.get::<Option<AgentId>>(6)?, row.get(7)?].into_iter().flatten().chain(others).collect(),
        trace: row.get(8)?,
    }))
}

/// Forgets what no stream resumes from. The last row of it stays and says how far that is.
pub async fn prune(sql: &impl Sql, now: Timestamp) -> Result<()> {
    let statement = "DELETE FROM feed WHERE seq < (SELECT MAX(seq) FROM feed WHERE at_ms < $1)";
    sql.query(statement, parameters![now - KEPT]).await?;
    Ok(())
}
