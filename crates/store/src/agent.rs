//! Agents: who they are, what they declare, what they hold.

use crate::{
    feed::{self, Entry},
    hold, parameters,
    port::{self, Error, Result, Row, Sql},
    record,
};
use domain::{
    agent::{Presence, Role},
    capacity::{Capacity, Load},
    id::{AgentId, QueueId},
    queue::Staff,
    routing::{Candidate, Service, Skill},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    pub id: AgentId,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub locale: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// So many calls, or so many chats and letters, at once …
    pub calls_max: u32,
    pub chats_max: u32,
    /// … or this, where it is said in full.
    pub shares: Option<Capacity>,
    /// What the business knows of them, e.g. what an hour of theirs costs.
    pub attributes: BTreeMap<String, String>,
    pub presence: Presence,
    pub presence_since: Timestamp,
    pub idle_since: Timestamp,
}

impl Agent {
    pub fn capacity(&self) -> Capacity {
        self.shares.clone().unwrap_or_else(|| Capacity::of(self.calls_max, self.chats_max))
    }
}

const AGENTS: &str =
    "SELECT a.id, a.login, a.name, a.role, a.locale, a.password_hash, a.calls_max, a.chats_max,
    a.status, a.pause_reason, a.status_at_ms, a.idle_since_ms, r.capacity, r.attributes
    FROM agent a LEFT JOIN agent_routing r ON r.agent_id = a.id";

pub async fn find(sql: &impl Sql, id: &AgentId) -> Result<Option<Agent>> {
    let statement = format!("{AGENTS} WHERE a.id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(agent).transpose()
}

pub async fn by_login(sql: &impl Sql, login: &str) -> Result<Option<Agent>> {
    let statement = format!("{AGENTS} WHERE a.login = $1");
    sql.first(&statement, parameters![login]).await?.as_ref().map(agent).transpose()
}

pub async fn all(sql: &impl Sql) -> Result<Vec<Agent>> {
    let statement = format!("{AGENTS} ORDER BY a.name, a.id");
    sql.query(&statement, &[]).await?.iter().map(agent).collect()
}

/// Adds or replaces an agent; what they declare and what they did stays.
pub async fn put(
    sql: &impl Sql,
    agent: &Agent,
    services: &BTreeMap<QueueId, Service>,
    skills: &[Skill],
) -> Result<()> {
    let statement = "INSERT INTO agent (id, login, name, role, locale, password_hash, calls_max, chats_max)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, role = excluded.role,
            locale = excluded.locale, password_hash = excluded.password_hash,
            calls_max = excluded.calls_max, chats_max = excluded.chats_max";
    let Agent { id, login, name, locale, password_hash, calls_max, chats_max, shares, attributes, .. } =
        agent;
    let role = role_name(agent.role);
    let parameters = parameters![id, login, name, role, locale, password_hash, *calls_max, *chats_max];
    sql.query(statement, parameters).await?;
    let statement = "INSERT INTO agent_routing (agent_id, capacity, attributes) VALUES ($1, $2, $3)
        ON CONFLICT (agent_id) DO UPDATE SET capacity = excluded.capacity, attributes = excluded.attributes";
    let shares = shares.as_ref().map(record::to_json).transpose()?;
    sql.query(statement, parameters![id, shares, record::to_json(attributes)?]).await?;
    // They may hold more now.
    has_room(sql, id).await?;
    put_services(sql, id, services).await?;
    sql.query("DELETE FROM agent_skill WHERE agent_id = $1", parameters![id]).await?;
    for Skill { name, level } in skills {
        let insert = "INSERT INTO agent_skill (agent_id, skill, level) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING";
        sql.query(insert, parameters![id, name, u32::from(*level)]).await?;
    }
    Ok(())
}

async fn put_services(sql: &impl Sql, id: &AgentId, services: &BTreeMap<QueueId, Service>) -> Result<()> {
    sql.query("DELETE FROM agent_queue WHERE agent_id = $1", parameters![id]).await?;
    for (queue, Service { tier, delay, rank, .. }) in services {
        let insert = "INSERT INTO agent_queue (agent_id, queue_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sql.query(insert, parameters![id, queue]).await?;
        let insert = "INSERT INTO agent_service (agent_id, queue_id, tier, delay_ms, place)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (agent_id, queue_id)
            DO UPDATE SET tier = excluded.tier, delay_ms = excluded.delay_ms, place = excluded.place";
        sql.query(insert, parameters![id, queue, u32::from(*tier), *delay, *rank]).await?;
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
    let was_offline = "SELECT 1 FROM agent WHERE id = $1 AND status = 'offline'";
    let comes = *presence == Presence::Available && sql.any(was_offline, parameters![id]).await?;
    let changed = sql.any(statement, parameters![status, reason, now, id]).await?;
    if changed {
        if comes {
            came(sql, id).await?;
        }
        match presence {
            Presence::Available => has_room(sql, id).await?,
            Presence::Pause(_) | Presence::Offline => is_full(sql, id).await?,
        }
        let statement = "INSERT INTO declaration (agent_id, at_ms, status, reason) VALUES ($1, $2, $3, $4)
            ON CONFLICT (agent_id, at_ms) DO UPDATE SET status = excluded.status, reason = excluded.reason";
        sql.query(statement, parameters![id, now, status, reason]).await?;
        let entry = Entry { agents: [id.clone()].into(), ..Entry::new(feed::Kind::Presence) };
        feed::publish(sql, now, entry).await?;
    }
    Ok(changed)
}

/// An agent who was away begins to count anew.
async fn came(sql: &impl Sql, id: &AgentId) -> Result<()> {
    let statement = "UPDATE agent_service SET handled = 0, talk_ms = 0 WHERE agent_id = $1";
    sql.query(statement, parameters![id]).await?;
    present(sql, id).await
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
    let statement = "UPDATE agent SET revision = revision + 1 WHERE id = $1 RETURNING id, login, name, role,
        locale, password_hash, calls_max, chats_max, status, pause_reason, status_at_ms, idle_since_ms,
        (SELECT capacity FROM agent_routing WHERE agent_id = agent.id),
        (SELECT attributes FROM agent_routing WHERE agent_id = agent.id)";
    let Some(row) = sql.first(statement, parameters![id]).await? else { return Ok(None) };
    Ok(Some((agent(&row)?, hold::load(sql, id).await?)))
}

/// Since now the agent's hands are emptier: they queue up behind the longer idle. Under their lock, as
/// [`is_full`] is, so that the two come one after the other.
pub async fn freed(sql: &impl Sql, id: &AgentId, now: Timestamp) -> Result<()> {
    let statement = "UPDATE agent SET revision = revision + 1, idle_since_ms = $1 WHERE id = $2";
    sql.query(statement, parameters![now, id]).await?;
    has_room(sql, id).await
}

/// The same where their place among the idle stays.
pub async fn let_go(sql: &impl Sql, id: &AgentId) -> Result<()> {
    sql.query("UPDATE agent SET revision = revision + 1 WHERE id = $1", parameters![id]).await?;
    has_room(sql, id).await
}

/// Whoever is available may have room for more: a round looks at them again.
async fn has_room(sql: &impl Sql, id: &AgentId) -> Result<()> {
    let statement = "INSERT INTO free_agent (agent_id) SELECT id FROM agent
        WHERE id = $1 AND status = 'available' ON CONFLICT DO NOTHING";
    sql.query(statement, parameters![id]).await?;
    Ok(())
}

/// They can hold no more of anything: no round looks at them until something lets go of them. Belongs into the
/// transaction that filled their hands, under [`lock_load`].
pub async fn is_full(sql: &impl Sql, id: &AgentId) -> Result<()> {
    sql.query("DELETE FROM free_agent WHERE agent_id = $1", parameters![id]).await?;
    Ok(())
}

/// Who may have room, and serves one of these queues.
pub async fn free(sql: &impl Sql, queues: &BTreeSet<QueueId>) -> Result<BTreeSet<AgentId>> {
    let mut free = BTreeSet::new();
    for some in port::lists(queues) {
        let statement = format!(
            "SELECT f.agent_id FROM free_agent f WHERE EXISTS (SELECT 1 FROM agent_queue q
                WHERE q.agent_id = f.agent_id AND q.queue_id IN {})",
            port::list(&some)
        );
        for row in sql.query(&statement, &some).await? {
            free.insert(row.get(0)?);
        }
    }
    Ok(free)
}

/// Those of `ids` who are available, as routing sees them.
pub async fn candidates(sql: &impl Sql, ids: &BTreeSet<AgentId>) -> Result<Vec<Candidate>> {
    let mut candidates = vec![];
    for some in port::lists(ids) {
        let list = port::list(&some);
        let mut services = BTreeMap::<AgentId, BTreeMap<_, _>>::new();
        for row in sql.query(&format!("{SERVICES} WHERE q.agent_id IN {list}"), &some).await? {
            services.entry(row.get(0)?).or_default().insert(row.get(1)?, service(&row)?);
        }
        let mut skills = BTreeMap::<AgentId, Vec<Skill>>::new();
        for row in sql.query(&format!("{SKILLS} WHERE agent_id IN {list} ORDER BY skill"), &some).await? {
            skills.entry(row.get(0)?).or_default().push(skill(&row)?);
        }
        let mut loads = hold::loads_of(sql, &some).await?;
        let available = format!("{AGENTS} WHERE a.status = 'available' AND a.id IN {list}");
        for row in sql.query(&available, &some).await? {
            let agent = agent(&row)?;
            candidates.push(Candidate {
                queues: services.remove(&agent.id).unwrap_or_default(),
                skills: skills.remove(&agent.id).unwrap_or_default(),
                capacity: agent.capacity(),
                load: loads.remove(&agent.id).unwrap_or_default(),
                idle_since: agent.idle_since,
                attributes: agent.attributes,
                agent: agent.id,
            });
        }
    }
    // For a policy of somebody's own, the order is a part of the snapshot.
    candidates.sort_by(|a, b| a.agent.cmp(&b.agent));
    Ok(candidates)
}

/// One more offer missed in a row; tells how many that makes.
pub async fn missed(sql: &impl Sql, id: &AgentId) -> Result<u32> {
    let statement = "INSERT INTO agent_routing (agent_id, missed) VALUES ($1, 1)
        ON CONFLICT (agent_id) DO UPDATE SET missed = agent_routing.missed + 1 RETURNING missed";
    let row = sql.first(statement, parameters![id]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// They sit there: what they missed before counts no more.
pub async fn present(sql: &impl Sql, id: &AgentId) -> Result<()> {
    let statement = "UPDATE agent_routing SET missed = 0 WHERE agent_id = $1 AND missed <> 0";
    sql.query(statement, parameters![id]).await?;
    Ok(())
}

/// What an agent did in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Answered,
    Talked(Duration),
    Finished(Timestamp),
}

/// Adds to what an agent did in a queue. One who does not serve it is given work of it by hand.
pub async fn did(sql: &impl Sql, id: &AgentId, queue: &QueueId, did: Did) -> Result<()> {
    let (column, value) = match did {
        Did::Answered => ("handled", crate::port::Value::Integer(1)),
        Did::Talked(time) => ("talk_ms", time.into()),
        Did::Finished(at) => ("finished_at_ms", at.into()),
    };
    let change = match did {
        Did::Finished(_) => format!("{column} = excluded.{column}"),
        _ => format!("{column} = agent_service.{column} + excluded.{column}"),
    };
    let statement = format!(
        "INSERT INTO agent_service (agent_id, queue_id, {column}) VALUES ($1, $2, $3)
        ON CONFLICT (agent_id, queue_id) DO UPDATE SET {change}"
    );
    sql.query(&statement, &[id.into(), queue.into(), value]).await?;
    Ok(())
}

const SERVICES: &str = "SELECT q.agent_id, q.queue_id, s.tier, s.delay_ms, s.place, s.handled, s.talk_ms,
        s.finished_at_ms
    FROM agent_queue q LEFT JOIN agent_service s ON s.agent_id = q.agent_id AND s.queue_id = q.queue_id";

/// The queues that each agent serves, and how.
pub async fn services(sql: &impl Sql) -> Result<BTreeMap<AgentId, BTreeMap<QueueId, Service>>> {
    let mut services = BTreeMap::<AgentId, BTreeMap<QueueId, Service>>::new();
    for row in sql.query(SERVICES, &[]).await? {
        services.entry(row.get(0)?).or_default().insert(row.get(1)?, service(&row)?);
    }
    Ok(services)
}

fn service(row: &Row) -> Result<Service> {
    let Some(tier) = row.get::<Option<u32>>(2)? else { return Ok(Service::default()) };
    Ok(Service {
        tier: u8::try_from(tier).unwrap_or(u8::MAX),
        delay: Duration::from_millis(row.get(3)?),
        rank: row.get(4)?,
        handled: row.get(5)?,
        talk: Duration::from_millis(row.get(6)?),
        finished_at: row.get(7)?,
    })
}

/// The agents of each queue, by what they declare, and when one of them last declared something else.
pub async fn staff(sql: &impl Sql) -> Result<BTreeMap<QueueId, (Staff, Timestamp)>> {
    let count = |condition: &str| format!("SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)");
    let statement = format!(
        "SELECT q.queue_id, {}, {}, MAX(a.status_at_ms)
        FROM agent_queue q JOIN agent a ON a.id = q.agent_id GROUP BY q.queue_id",
        count("a.status = 'available'"),
        count("a.status = 'pause'"),
    );
    let read = |row: &Row| {
        let staff = Staff { available: row.get(1)?, busy: 0, paused: row.get(2)? };
        Ok((row.get(0)?, (staff, row.get(3)?)))
    };
    sql.query(&statement, &[]).await?.iter().map(read).collect()
}

const SKILLS: &str = "SELECT agent_id, skill, level FROM agent_skill";

pub async fn skills(sql: &impl Sql) -> Result<BTreeMap<AgentId, Vec<Skill>>> {
    let mut skills = BTreeMap::<AgentId, Vec<Skill>>::new();
    for row in sql.query(&format!("{SKILLS} ORDER BY skill"), &[]).await? {
        skills.entry(row.get(0)?).or_default().push(skill(&row)?);
    }
    Ok(skills)
}

fn skill(row: &Row) -> Result<Skill> {
    Ok(Skill { name: row.get(1)?, level: u8::try_from(row.get::<u32>(2)?).unwrap_or(u8::MAX) })
}

fn agent(row: &Row) -> Result<Agent> {
    Ok(Agent {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        role: role(&row.get::<String>(3)?)?,
        locale: row.get(4)?,
        password_hash: row.get(5)?,
        calls_max: row.get(6)?,
        chats_max: row.get(7)?,
        shares: row.get::<Option<String>>(12)?.map(|text| record::from_json(&text)).transpose()?,
        attributes: match row.get::<Option<String>>(13)? {
            Some(text) => record::from_json(&text)?,
            None => BTreeMap::new(),
        },
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
