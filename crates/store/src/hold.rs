//! Who has to do with an interaction now, and so has less room for others: one row for each.

use crate::{
    interaction::capacity,
    parameters,
    port::{self, Result, Row, Sql, Value},
};
use domain::{
    agent::Activity,
    capacity::Load,
    id::{AgentId, ConversationId, InteractionId},
    interaction::{Hold, Interaction},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// What one agent has to do with an interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub agent: AgentId,
    /// [`domain::interaction::Hold::name`].
    pub way: String,
    pub answer_by: Option<Timestamp>,
}

/// Writes what is different after a step. The kind is what the read model says.
pub(crate) async fn project(
    sql: &impl Sql,
    id: &InteractionId,
    before: &Interaction,
    after: &Interaction,
) -> Result<()> {
    let (held, holds) = (before.holds(), after.holds());
    for agent in held.keys().filter(|agent| !holds.contains_key(*agent)) {
        let statement = "DELETE FROM hold WHERE interaction_id = $1 AND agent_id = $2";
        sql.query(statement, parameters![id, *agent]).await?;
    }
    for (agent, hold) in holds.into_iter().filter(|(agent, hold)| held.get(agent) != Some(hold)) {
        let statement = "INSERT INTO hold (interaction_id, agent_id, capacity, way, answer_by_ms)
            SELECT id, $1, capacity, $2, $3 FROM interaction WHERE id = $4
            ON CONFLICT (interaction_id, agent_id)
            DO UPDATE SET way = excluded.way, answer_by_ms = excluded.answer_by_ms";
        sql.query(statement, parameters![agent, hold.name(), hold.answer_by(), id]).await?;
    }
    Ok(())
}

/// Everybody who has to do with the interaction `id`.
pub async fn of(sql: &impl Sql, id: &InteractionId) -> Result<Vec<Held>> {
    let statement =
        "SELECT agent_id, way, answer_by_ms FROM hold WHERE interaction_id = $1 ORDER BY agent_id";
    let held = |row: &Row| Ok(Held { agent: row.get(0)?, way: row.get(1)?, answer_by: row.get(2)? });
    sql.query(statement, parameters![id]).await?.iter().map(held).collect()
}

/// Who talks in which conversation, or is about to.
pub async fn talks(sql: &impl Sql) -> Result<Vec<(ConversationId, AgentId)>> {
    let statement =
        "SELECT i.conversation_id, h.agent_id FROM hold h JOIN interaction i ON i.id = h.interaction_id
        ORDER BY i.conversation_id, h.agent_id";
    sql.query(statement, &[]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What agents are up to by what they hold; who is left out is idle.
pub async fn activities(sql: &impl Sql) -> Result<BTreeMap<AgentId, Activity>> {
    let mut activities = BTreeMap::<AgentId, Activity>::new();
    for row in sql.query("SELECT DISTINCT agent_id, way FROM hold", &[]).await? {
        let activity = activities.entry(row.get(0)?).or_default();
        *activity = (*activity).max(Hold::activity(&row.get::<String>(1)?));
    }
    Ok(activities)
}

/// What one agent holds.
pub async fn load(sql: &impl Sql, agent: &AgentId) -> Result<Load> {
    let statement = "SELECT capacity, COUNT(*) FROM hold WHERE agent_id = $1 GROUP BY capacity";
    let mut load = Load::default();
    for row in sql.query(statement, parameters![agent]).await? {
        *load.place(capacity(&row.get::<String>(0)?)?) = row.get(1)?;
    }
    Ok(load)
}

/// What every agent holds; who holds nothing is left out.
pub async fn loads(sql: &impl Sql) -> Result<BTreeMap<AgentId, Load>> {
    let statement = "SELECT agent_id, capacity, COUNT(*) FROM hold GROUP BY agent_id, capacity";
    read_loads(&sql.query(statement, &[]).await?)
}

/// The same of some agents ([`port::lists`]).
pub(crate) async fn loads_of(sql: &impl Sql, agents: &[Value]) -> Result<BTreeMap<AgentId, Load>> {
    let statement = format!(
        "SELECT agent_id, capacity, COUNT(*) FROM hold WHERE agent_id IN {} GROUP BY agent_id, capacity",
        port::list(agents)
    );
    read_loads(&sql.query(&statement, agents).await?)
}

fn read_loads(rows: &[Row]) -> Result<BTreeMap<AgentId, Load>> {
    let mut loads = BTreeMap::<AgentId, Load>::new();
    for row in rows {
        let load = loads.entry(row.get(0)?).or_default();
        *load.place(capacity(&row.get::<String>(1)?)?) = row.get(2)?;
    }
    Ok(loads)
}
