//! The read model of interactions: one row each, derived from its events in their transaction.

use crate::{
    feed::{self, Entry},
    hold, parameters,
    port::{Error, Result, Row, Sql},
    record, waiting,
};
use domain::{
    channel::CapacityKind,
    id::{AccountId, AgentId, ContactId, ConversationId, InteractionId, QueueId},
    interaction::{Interaction, State},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// An interaction as lists and screens show it.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub id: InteractionId,
    pub version: u64,
    /// [`State::name`].
    pub state: String,
    pub conversation: ConversationId,
    pub contact: ContactId,
    pub channel: String,
    pub account: AccountId,
    pub capacity: CapacityKind,
    pub queue: Option<QueueId>,
    pub agent: Option<AgentId>,
    pub last_agent: Option<AgentId>,
    pub priority: i32,
    pub topic: Option<String>,
    pub attributes: BTreeMap<String, String>,
    /// Who declined or missed it, and when.
    pub refused: BTreeMap<AgentId, Timestamp>,
    pub started_at: Timestamp,
    pub queued_at: Option<Timestamp>,
    pub answer_by: Option<Timestamp>,
    pub offer_why: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub wrap_up_by: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub disposition: Option<String>,
    pub note: Option<String>,
}

const COLUMNS: &str = "id, version, state, conversation_id, contact_id, channel, account_id, capacity,
    queue_id, agent_id, last_agent_id, priority, topic, attributes, refused, started_at_ms, queued_at_ms,
    answer_by_ms, offer_why, answered_at_ms, wrap_up_by_ms, ended_at_ms, disposition, note";

/// With these words a statement finds what is not over by its index, without passing all that is.
pub(crate) const OPEN: &str = "state <> 'disposed'";

/// Writes what is different in `after`; the first version takes the fixed columns from the conversation.
/// Keeps who waits, and the conversation's open interaction, in step.
pub(crate) async fn project(
    sql: &impl Sql,
    id: &InteractionId,
    before: &Interaction,
    after: &Interaction,
) -> Result<()> {
    let conversation = after.conversation.as_ref();
    if before.state == State::New {
        let started = after.started_at.ok_or_else(|| Error::Broken(format!("{id} never started")))?;
        let insert = "INSERT INTO interaction (id, version, state, conversation_id, contact_id, channel,
                account_id, capacity, attributes, refused, started_at_ms)
            SELECT $1, 0, 'new', id, contact_id, channel, account_id, capacity, '{}', '{}', $2
            FROM conversation WHERE id = $3 ON CONFLICT DO NOTHING";
        sql.query(insert, parameters![id, started, conversation]).await?;
    }
    let agent = after.state.agent();
    let update = "UPDATE interaction SET version = $1, state = $2, queue_id = $3, agent_id = $4,
            last_agent_id = COALESCE($4, last_agent_id), priority = $5, topic = $6, attributes = $7,
            refused = $8, queued_at_ms = $9, answer_by_ms = $10, offer_why = $11, answered_at_ms = $12,
            wrap_up_by_ms = $13, ended_at_ms = $14, abandoned = $15, disposition = $16, note = $17
        WHERE id = $18";
    let parameters = parameters![
        after.version,
        after.state.name(),
        after.queue.as_ref(),
        agent,
        after.priority,
        after.topic.as_deref(),
        record::to_json(&after.attributes)?,
        record::to_json(&after.refused)?,
        after.queued_at,
        after.state.answer_by(),
        after.offer_why.as_deref(),
        after.answered_at,
        after.state.wrap_up_by(),
        after.ended_at,
        after.abandoned,
        after.disposition.as_deref(),
        after.note.as_deref(),
        id,
    ];
    sql.query(update, parameters).await?;
    if before.is_in_line() || after.is_in_line() {
        waiting::project(sql, id, after).await?;
    }
    if before.state == State::New || after.state == State::Disposed {
        let open = (after.state != State::Disposed).then_some(id);
        let statement = "UPDATE conversation SET open_interaction_id = $1
            WHERE id = $2 AND (open_interaction_id IS NULL OR open_interaction_id = $3)";
        sql.query(statement, parameters![open, conversation, id]).await?;
    }
    Ok(())
}

/// Tells the desks that something beside the interaction changed: the post that its comments stand under.
pub async fn tell(sql: &impl Sql, now: Timestamp, id: &InteractionId) -> Result<()> {
    let Some(view) = find(sql, id).await? else { return Ok(()) };
    let entry = Entry {
        agents: hold::of(sql, id).await?.into_iter().map(|held| held.agent).collect(),
        interaction: Some(view.id),
        conversation: Some(view.conversation),
        ..Entry::new(feed::Kind::Interaction)
    };
    feed::publish(sql, now, entry).await
}

/// The interaction with `id`.
pub async fn find(sql: &impl Sql, id: &InteractionId) -> Result<Option<View>> {
    let statement = format!("SELECT {COLUMNS} FROM interaction WHERE id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(view).transpose()
}

/// What an interaction takes of an agent.
pub async fn kind(sql: &impl Sql, id: &InteractionId) -> Result<Option<CapacityKind>> {
    let row = sql.first("SELECT capacity FROM interaction WHERE id = $1", parameters![id]).await?;
    row.map(|row| capacity(&row.get::<String>(0)?)).transpose()
}

/// What `agent` has to do with, oldest first.
pub async fn held_by(sql: &impl Sql, agent: &AgentId) -> Result<Vec<View>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM interaction
        WHERE id IN (SELECT interaction_id FROM hold WHERE agent_id = $1) ORDER BY started_at_ms, id"
    );
    views(sql, &statement, parameters![agent]).await
}

/// What waits, in every queue, the longest first.
pub async fn waiting(sql: &impl Sql) -> Result<Vec<View>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM interaction WHERE {OPEN} AND state = 'queued'
        ORDER BY queued_at_ms, id LIMIT 1000"
    );
    views(sql, &statement, &[]).await
}

/// What is in agents' hands now.
pub async fn in_hand(sql: &impl Sql) -> Result<Vec<View>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM interaction WHERE {OPEN} AND state IN ('offered', 'active', 'wrap_up')
        ORDER BY started_at_ms, id"
    );
    views(sql, &statement, &[]).await
}

/// What is in agents' hands of one person's, under whichever contact it was recorded.
pub async fn in_hand_of(sql: &impl Sql, root: &ContactId) -> Result<Vec<View>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM interaction WHERE state IN ('offered', 'active', 'wrap_up')
        AND contact_id IN (SELECT id FROM contact WHERE root_id = $1) ORDER BY started_at_ms, id"
    );
    views(sql, &statement, parameters![root]).await
}

/// What each agent has in hand, with what the contact is called: by name, or by phone or address.
pub async fn doing(sql: &impl Sql) -> Result<Vec<(AgentId, InteractionId, String)>> {
    let statement = "SELECT h.agent_id, i.id, COALESCE(NULLIF(r.name, ''),
            (SELECT MIN(value) FROM contact_identity WHERE contact_id = r.id AND scheme IN ('phone', 'email')), '')
        FROM hold h JOIN interaction i ON i.id = h.interaction_id
        JOIN contact c ON c.id = i.contact_id JOIN contact r ON r.id = c.root_id ORDER BY i.started_at_ms, i.id";
    let read = |row: &Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    sql.query(statement, &[]).await?.iter().map(read).collect()
}

/// Who had the person last whose interaction `id` is, in another one.
pub async fn last_agent_of_person(sql: &impl Sql, id: &InteractionId) -> Result<Option<AgentId>> {
    let statement = format!(
        "SELECT last_agent_id FROM interaction WHERE {OF_SAME_PERSON} AND last_agent_id IS NOT NULL
        ORDER BY started_at_ms DESC, id DESC LIMIT 1"
    );
    sql.first(&statement, parameters![id]).await?.map(|row| row.get(0)).transpose()
}

/// The interaction in which the same person gave up waiting in `queue`, not before `since`.
pub async fn abandoned_before(
    sql: &impl Sql,
    id: &InteractionId,
    queue: &QueueId,
    since: Timestamp,
) -> Result<Option<InteractionId>> {
    // One person has few interactions, and a queue all that there ever were: no index on queues helps.
    let statement = format!(
        "SELECT id FROM interaction WHERE {OF_SAME_PERSON} AND abandoned = 1 AND queue_id || '' = $2
            AND ended_at_ms >= $3 ORDER BY ended_at_ms DESC, id DESC LIMIT 1"
    );
    sql.first(&statement, parameters![id, queue, since]).await?.map(|row| row.get(0)).transpose()
}

/// Another interaction than `$1`, of the same person.
const OF_SAME_PERSON: &str = "id <> $1 AND contact_id IN (SELECT c.id FROM interaction i
    JOIN contact own ON own.id = i.contact_id JOIN contact c ON c.root_id = own.root_id WHERE i.id = $1)";

/// The interactions of a person, under whichever contact they were recorded, newest first.
pub async fn of_contact(
    sql: &impl Sql,
    root: &ContactId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<View>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM interaction
        WHERE contact_id IN (SELECT id FROM contact WHERE root_id = $1) AND started_at_ms < $2
        ORDER BY started_at_ms DESC, id DESC LIMIT $3"
    );
    views(sql, &statement, parameters![root, before, limit]).await
}

/// The last interactions of one contact beside `beside`, newest first, and of nobody it was merged with: for
/// whoever speaks to the contact without a person's judgement.
pub async fn of_unmerged(
    sql: &impl Sql,
    contact: &ContactId,
    beside: &InteractionId,
    limit: i64,
) -> Result<Vec<View>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM interaction WHERE contact_id = $1 AND id <> $2
        ORDER BY started_at_ms DESC, id DESC LIMIT $3"
    );
    views(sql, &statement, parameters![contact, beside, limit]).await
}

async fn views(sql: &impl Sql, statement: &str, parameters: &[crate::port::Value]) -> Result<Vec<View>> {
    sql.query(statement, parameters).await?.iter().map(view).collect()
}

fn view(row: &Row) -> Result<View> {
    Ok(View {
        id: row.get(0)?,
        version: row.get(1)?,
        state: row.get(2)?,
        conversation: row.get(3)?,
        contact: row.get(4)?,
        channel: row.get(5)?,
        account: row.get(6)?,
        capacity: capacity(&row.get::<String>(7)?)?,
        queue: row.get(8)?,
        agent: row.get(9)?,
        last_agent: row.get(10)?,
        priority: row.get(11)?,
        topic: row.get(12)?,
        attributes: record::from_json(&row.get::<String>(13)?)?,
        refused: record::from_json(&row.get::<String>(14)?)?,
        started_at: row.get(15)?,
        queued_at: row.get(16)?,
        answer_by: row.get(17)?,
        offer_why: row.get(18)?,
        answered_at: row.get(19)?,
        wrap_up_by: row.get(20)?,
        ended_at: row.get(21)?,
        disposition: row.get(22)?,
        note: row.get(23)?,
    })
}

pub(crate) fn capacity(text: &str) -> Result<CapacityKind> {
    CapacityKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| Error::Broken(format!("capacity {text}")))
}
