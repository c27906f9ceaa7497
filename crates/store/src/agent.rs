//! Agents: who they are, what they declare, what they hold.

use crate::{
    feed::{self, Entry},
    interaction::capacity,
    parameters,
    port::{Error, Result, Row, Sql},
};
use domain::{
    agent::{Capacity, Load, Presence, Role},
    id::{AgentId, QueueId},
    routing::Skill,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    pub id: AgentId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub locale: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    pub capacity: Capacity,
    pub presence: Presence,
    pub presence_since: Timestamp,
    pub idle_since: Timestamp,
}

const COLUMNS: &str = "id, login, name, role, locale, password_hash, calls_max, chats_max, status,
    pause_reason, status_at_ms, idle_since_ms";

pub async fn find(sql: &impl Sql, id: &AgentId) -> Result<Option<Agent>> {
    let statement = format!("SELECT {COLUMNS} FROM agent WHERE id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(agent).transpose()
}

pub async fn by_login(sql: &impl Sql, login: &str) -> Result<Option<Agent>> {
    let statement = format!("SELECT {COLUMNS} FROM agent WHERE login = $1");
    sql.first(&statement, parameters![login]).await?.as_ref().map(agent).transpose()
}

pub async fn all(sql: &impl Sql) -> Result<Vec<Agent>> {
    let statement = format!("SELECT {COLUMNS} FROM agent ORDER BY name, id");
    sql.query(&statement, &[]).await?.iter().map(agent).collect()
}

/// Adds or replaces an agent; what they declare stays.
pub async fn put(sql: &impl Sql, agent: &Agent, queues: &[QueueId], skills: &[Skill]) -> Result<()> {
    let statement = "INSERT INTO agent (id, login, name, role, locale, password_hash, calls_max, chats_max)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, role = excluded.role,
            locale = excluded.locale, password_hash = excluded.password_hash,
            calls_max = excluded.calls_max, chats_max = excluded.chats_max";
    let Agent { id, login, name, locale, password_hash, capacity: Capacity { calls, chats }, .. } = agent;
    let role = role_name(agent.role);
    let parameters = parameters![id, login, name, role, locale, password_hash, *calls, *chats];
    sql.query(statement, parameters).await?;
    sql.query("DELETE FROM agent_queue WHERE agent_id = $1", parameters![id]).await?;
    for queue in queues {
        let insert = "INSERT INTO agent_queue (agent_id, queue_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sql.query(insert, parameters![id, queue]).await?;
    }
    sql.query("DELETE FROM agent_skill WHERE agent_id = $1", parameters![id]).await?;
    for Skill { name, level } in skills {
        let insert = "INSERT INTO agent_skill (agent_id, skill, level) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING";
        sql.query(insert, parameters![id, name, u32::from(*level)]).await?;
    }
    Ok(())
}

/// Records what an agent declares, unless they declare it already. Tells whether it changed.
pub async fn declare(sql: &impl Sql, id: &AgentId, presence: &Presence, now: Timestamp) -> Result<bool> {
    let (status, reason) = match presence {
        Presence::Available => ("available", None),
        Presence::Pause(reason) => ("pause", Some(reason.as_str())),
        Presence::Offline => ("offline", None),
    };
    // Who becomes available starts at the end of the line of the idle.
    let statement = "UPDATE agent SET status = $1, pause_reason = $2, status_at_ms = $3, idle_since_ms = $3
        WHERE id = $4 AND (status <> $1 OR COALESCE(pause_reason, '') <> COALESCE($2, '')) RETURNING 1";
    let changed = sql.any(statement, parameters![status, reason, now, id]).await?;
    if changed {
        let statement = "INSERT INTO declaration (agent_id, at_ms, status, reason) VALUES ($1, $2, $3, $4)
            ON CONFLICT (agent_id, at_ms) DO UPDATE SET status = excluded.status, reason = excluded.reason";
        sql.query(statement, parameters![id, now, status, reason]).await?;
        let entry = Entry { agent: Some(id.clone()), ..Entry::new(feed::Kind::Presence) };
        feed::publish(sql, now, entry).await?;
    }
    Ok(changed)
}

/// What each agent declared between `from` and `until`, and last before that, in order.
pub async fn declarations(
    sql: &impl Sql,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<AgentId, Vec<(Timestamp, Presence)>>> {
    let statement = "SELECT d.agent_id, d.at_ms, d.status, d.reason FROM declaration d
        WHERE d.at_ms < $1 AND d.at_ms >= COALESCE((SELECT MAX(b.at_ms) FROM declaration b
            WHERE b.agent_id = d.agent_id AND b.at_ms <= $2), 0)
        ORDER BY d.at_ms";
    let mut declarations = BTreeMap::<AgentId, Vec<_>>::new();
    for row in sql.query(statement, parameters![until, from]).await? {
        let declared = (row.get(1)?, presence(&row, 2)?);
        declarations.entry(row.get(0)?).or_default().push(declared);
    }
    Ok(declarations)
}

/// Takes the lock on what `id` holds until the transaction ends, and gives what that is.
/// `None`: there is no such agent.
pub async fn lock_load(sql: &impl Sql, id: &AgentId) -> Result<Option<(Agent, Load)>> {
    let statement = format!("UPDATE agent SET revision = revision + 1 WHERE id = $1 RETURNING {COLUMNS}");
    let Some(row) = sql.first(&statement, parameters![id]).await? else { return Ok(None) };
    let load = loads(sql).await?.remove(id).unwrap_or_default();
    Ok(Some((agent(&row)?, load)))
}

/// Since now the agent's hands are emptier: they queue up behind the longer idle.
pub async fn freed(sql: &impl Sql, id: &AgentId, now: Timestamp) -> Result<()> {
    sql.query("UPDATE agent SET idle_since_ms = $1 WHERE id = $2", parameters![now, id]).await?;
    Ok(())
}

/// What every agent holds; who holds nothing is left out.
pub async fn loads(sql: &impl Sql) -> Result<BTreeMap<AgentId, Load>> {
    let statement = "SELECT agent_id, capacity, COUNT(*) FROM interaction
        WHERE agent_id IS NOT NULL AND state IN ('offered', 'active', 'wrap_up')
        GROUP BY agent_id, capacity";
    let mut loads = BTreeMap::<AgentId, Load>::new();
    for row in sql.query(statement, &[]).await? {
        let load = loads.entry(row.get(0)?).or_default();
        let kind = capacity(&row.get::<String>(1)?)?;
        for _ in 0..row.get::<u32>(2)? {
            *load = load.with(kind);
        }
    }
    Ok(loads)
}

/// The queues that each agent serves.
pub async fn queues(sql: &impl Sql) -> Result<BTreeMap<AgentId, BTreeSet<QueueId>>> {
    let mut queues = BTreeMap::<AgentId, BTreeSet<QueueId>>::new();
    for row in sql.query("SELECT agent_id, queue_id FROM agent_queue", &[]).await? {
        queues.entry(row.get(0)?).or_default().insert(row.get(1)?);
    }
    Ok(queues)
}

pub async fn skills(sql: &impl Sql) -> Result<BTreeMap<AgentId, Vec<Skill>>> {
    let mut skills = BTreeMap::<AgentId, Vec<Skill>>::new();
    let rows = sql.query("SELECT agent_id, skill, level FROM agent_skill ORDER BY skill", &[]).await?;
    for row in rows {
        let level = u8::try_from(row.get::<u32>(2)?).unwrap_or(u8::MAX);
        skills.entry(row.get(0)?).or_default().push(Skill { name: row.get(1)?, level });
    }
    Ok(skills)
}

fn agent(row: &Row) -> Result<Agent> {
    Ok(Agent {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        role: role(&row.get::<String>(3)?)?,
        locale: row.get(4)?,
        password_hash: row.get(5)?,
        capacity: Capacity { calls: row.get(6)?, chats: row.get(7)? },
        presence: presence(row, 8)?,
        presence_since: row.get(10)?,
        idle_since: row.get(11)?,
    })
}

/// What is declared by the status in column `at` and the reason in the next.
fn presence(row: &Row, at: usize) -> Result<Presence> {
    Ok(match row.get::<String>(at)?.as_str() {
        "available" => Presence::Available,
        "pause" => Presence::Pause(row.get::<Option<String>>(at + 1)?.unwrap_or_default()),
        _ => Presence::Offline,
    })
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

fn role(text: &str) -> Result<Role> {
    [Role::Agent, Role::Supervisor, Role::Admin]
        .into_iter()
        .find(|role| role_name(*role) == text)
        .ok_or_else(|| Error::Broken(format!("role {text}")))
}
