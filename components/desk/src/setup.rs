//! What an administrator sets up. Secrets go in and never come out.

use api::{
    admin::{AccountSetup, AgentSetup, QueueSetup, ServiceSetup, Skill},
    agent::Role,
    queue::Disposition,
};
use domain::{
    agent::{Presence, Role as Held},
    capacity::Capacity,
    figures::metric::ServiceLevelFormula,
    hours::Hours,
    id::{AccountId, AgentId, FlowId, QueueId},
    queue::{Exit, Gate, Queue, ServiceLevel},
    routing::{self, Service, Settings},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    health, password,
    seal::{self, Key},
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    account::{self, Account},
    agent::{self, Agent},
    flow,
    port::{Sql, transaction},
    queue,
};

const NAME_MAX: usize = 100;

/// An id stands in addresses and in files: letters, digits, `-`, `_` and `.`.
pub(crate) fn id(text: &str) -> Result<&str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !text.is_empty() && text.len() <= 64 && text.chars().all(fits) {
        Ok(text)
    } else {
        Err(Failure::BadRequest("an id has 1 to 64 letters, digits, dashes or dots".to_owned()))
    }
}

pub(crate) fn name(text: &str) -> Result<&str> {
    let length = text.trim().chars().count();
    if (1..=NAME_MAX).contains(&length) {
        Ok(text.trim())
    } else {
        Err(Failure::BadRequest(format!("a name has 1 to {NAME_MAX} characters")))
    }
}

fn skills(skills: &[Skill]) -> Result<Vec<routing::Skill>> {
    let skill = |skill: &Skill| {
        if (1..=10).contains(&skill.level) {
            Ok(routing::Skill { name: name(&skill.name)?.to_owned(), level: skill.level })
        } else {
            Err(Failure::BadRequest("a skill's level is 1 to 10".to_owned()))
        }
    };
    skills.iter().map(skill).collect()
}

pub async fn agents(sql: &impl Sql) -> Result<Vec<AgentSetup>> {
    let (mut services, mut skills) = (agent::services(sql).await?, agent::skills(sql).await?);
    let setup = |agent: Agent| {
        let services = services.remove(&agent.id).unwrap_or_default();
        let skills = skills.remove(&agent.id).unwrap_or_default();
        agent_setup(agent, services, skills)
    };
    Ok(agent::all(sql).await?.into_iter().map(setup).collect())
}

pub async fn agent(sql: &impl Sql, id: &str) -> Result<AgentSetup> {
    let found = agents(sql).await?.into_iter().find(|agent| agent.id == id);
    found.ok_or_else(|| Failure::NotFound(format!("agent {id}")))
}

fn agent_setup(
    agent: Agent,
    services: BTreeMap<QueueId, Service>,
    skills: Vec<routing::Skill>,
) -> AgentSetup {
    let skill = |skill: routing::Skill| Skill { name: skill.name, level: skill.level };
    AgentSetup {
        id: agent.id.0,
        login: agent.login,
        password: None,
        name: agent.name,
        role: crate::view::role(agent.role),
        locale: agent.locale,
        calls_max: agent.calls_max,
        chats_max: agent.chats_max,
        services: services.iter().filter_map(unusual).collect(),
        queues: services.into_keys().map(|queue| queue.0).collect(),
        skills: skills.into_iter().map(skill).collect(),
        capacity: agent.shares.as_ref().and_then(|shares| serde_json::to_value(shares).ok()),
        attributes: agent.attributes,
    }
}

/// Adds or changes an agent. Without a password they keep theirs; a new one must have one.
pub async fn put_agent(sql: &impl Sql, key: &str, setup: AgentSetup) -> Result<AgentSetup> {
    let key = AgentId::from(id(key)?);
    let known = agent::find(sql, &key).await?;
    let password_hash = match (&setup.password, &known) {
        (Some(same), Some(known)) if password::matches(same, &known.password_hash) => {
            known.password_hash.clone()
        }
        (Some(new), _) => password::hash(new)?,
        (None, Some(known)) => known.password_hash.clone(),
        (None, None) => return Err(Failure::BadRequest("a new agent needs a password".to_owned())),
    };
    let agent = Agent {
        login: name(&setup.login)?.to_owned(),
        name: name(&setup.name)?.to_owned(),
        role: match setup.role {
            Role::Agent => Held::Agent,
            Role::Supervisor => Held::Supervisor,
            Role::Admin => Held::Admin,
        },
        locale: setup.locale,
        password_hash,
        calls_max: setup.calls_max,
        chats_max: setup.chats_max,
        shares: setup.capacity.filter(|value| !value.is_null()).map(capacity).transpose()?,
        attributes: setup.attributes,
        presence: Presence::Offline,
        presence_since: Timestamp(0),
        idle_since: Timestamp(0),
        id: key.clone(),
    };
    let services = services(setup.queues, setup.services)?;
    for queue in services.keys() {
        existing_queue(sql, queue).await?;
    }
    let skills = skills(&setup.skills)?;
    let other = agent::by_login(sql, &agent.login).await?;
    if other.is_some_and(|other| other.id != key) {
        return Err(Failure::Conflict(format!("the login {} is taken", agent.login)));
    }
    retrying(async || {
        transaction(sql, async |sql| Ok::<_, Race>(agent::put(sql, &agent, &services, &skills).await?)).await
    })
    .await?;
    self::agent(sql, key.as_str()).await
}

/// Of an agent's queues, how they serve them; those with something to say are theirs, too.
fn services(queues: Vec<String>, services: Vec<ServiceSetup>) -> Result<BTreeMap<QueueId, Service>> {
    let usual = queues.into_iter().map(|queue| (QueueId(queue), Service::default()));
    let mut all: BTreeMap<_, _> = usual.collect();
    for ServiceSetup { queue, tier, delay_ms, rank } in services {
        let tier = u8::try_from(tier).ok().filter(|tier| *tier > 0);
        let tier = tier.ok_or_else(|| Failure::BadRequest("services: a tier is 1 to 255".to_owned()))?;
        let delay = u64::try_from(delay_ms).ok().filter(|ms| *ms <= 86_400_000);
        let delay = delay.ok_or_else(|| {
            Failure::BadRequest("services: delay_ms is 0 to 1 day, in milliseconds".to_owned())
        })?;
        let delay = Duration::from_millis(delay);
        all.insert(QueueId(queue), Service { tier, delay, rank: rank.max(1), ..Service::default() });
    }
    Ok(all)
}

fn unusual((queue, service): (&QueueId, &Service)) -> Option<ServiceSetup> {
    let Service { tier, delay, rank, .. } = service;
    let setup = ServiceSetup {
        queue: queue.0.clone(),
        tier: u32::from(*tier),
        delay_ms: crate::view::millis(*delay),
        rank: *rank,
    };
    ((*tier, *rank) != (1, 1) || !delay.is_zero()).then_some(setup)
}

fn capacity(value: Value) -> Result<Capacity> {
    serde_json::from_value(value).map_err(|error| Failure::BadRequest(format!("capacity: {error}")))
}

pub async fn queues(sql: &impl Sql) -> Result<Vec<QueueSetup>> {
    Ok(queue::all(sql).await?.into_iter().map(queue_setup).collect())
}

pub async fn queue(sql: &impl Sql, id: &str) -> Result<QueueSetup> {
    Ok(queue_setup(existing_queue(sql, &QueueId::from(id)).await?))
}

pub(crate) async fn existing_queue(sql: &impl Sql, id: &QueueId) -> Result<Queue> {
    queue::find(sql, id).await?.ok_or_else(|| Failure::NotFound(format!("queue {id}")))
}

pub(crate) fn queue_setup(queue: Queue) -> QueueSetup {
    use crate::view::millis;
    QueueSetup {
        id: queue.id.0,
        name: queue.name,
        ring_ms: millis(queue.ring),
        wrap_up_ms: millis(queue.wrap_up),
        within_ms: millis(queue.service_level.within),
        target_percent: queue.service_level.target_percent.into(),
        formula: queue.service_level.formula.as_str().to_owned(),
        priority: queue.priority,
        routing: serde_json::to_value(&queue.routing).unwrap_or_default(),
        gate: serde_json::to_value(&queue.gate).unwrap_or_default(),
    }
}

/// `zone` is where the center's clock hangs.
pub async fn put_queue(sql: &impl Sql, key: &str, zone: &str, setup: QueueSetup) -> Result<QueueSetup> {
    let duration = |field: &str, ms: i64| match u64::try_from(ms) {
        Ok(ms @ 1000..=86_400_000) => Ok(Duration::from_millis(ms)),
        _ => Err(Failure::BadRequest(format!("{field} is 1 second to 1 day, in milliseconds"))),
    };
    let target_percent = u8::try_from(setup.target_percent).ok().filter(|percent| *percent <= 100);
    let queue = Queue {
        id: QueueId::from(id(key)?),
        name: name(&setup.name)?.to_owned(),
        ring: duration("ring_ms", setup.ring_ms)?,
        wrap_up: duration("wrap_up_ms", setup.wrap_up_ms)?,
        service_level: ServiceLevel {
            within: duration("within_ms", setup.within_ms)?,
            target_percent: target_percent
                .ok_or_else(|| Failure::BadRequest("target_percent is 0 to 100".to_owned()))?,
            formula: formula(&setup.formula)?,
        },
        priority: setup.priority,
        routing: routing(setup.routing)?,
        gate: gate(sql, key, zone, setup.gate).await?,
    };
    queue::put(sql, &queue).await?;
    Ok(queue_setup(queue))
}

/// Nothing said: the usual one.
fn formula(name: &str) -> Result<ServiceLevelFormula> {
    match name {
        "" => Ok(ServiceLevelFormula::default()),
        name => ServiceLevelFormula::parse(name).ok_or_else(|| {
            let known: Vec<_> = ServiceLevelFormula::all().map(ServiceLevelFormula::as_str).collect();
            Failure::BadRequest(format!("formula is one of {}", known.join(", ")))
        }),
    }
}

fn routing(value: Value) -> Result<Settings> {
    if value.is_null() {
        return Ok(Settings::default());
    }
    serde_json::from_value(value).map_err(|error| Failure::BadRequest(format!("routing: {error}")))
}

async fn gate(sql: &impl Sql, own: &str, zone: &str, value: Value) -> Result<Gate> {
    if value.is_null() {
        return Ok(Gate::default());
    }
    let wrong = |problem: &dyn std::fmt::Display| Failure::BadRequest(format!("gate: {problem}"));
    let mut gate: Gate = serde_json::from_value(value).map_err(|error| wrong(&error))?;
    if let Some(hours) = &mut gate.limits.hours {
        let name = hours.time_zone.get_or_insert_with(|| zone.to_owned());
        TimeZone::get(name).map_err(|error| wrong(&error))?;
    }
    let known = queue::all(sql).await?.into_iter().map(|queue| queue.id).collect();
    if let Some(mistake) = gate.exits.mistakes(&QueueId::from(own), &known).first() {
        return Err(wrong(mistake));
    }
    for (reason, exit) in gate.exits.all() {
        if let Exit::Flow(name) = exit
            && flow::find(sql, name).await?.is_none()
        {
            return Err(wrong(&format!("exits.{}: there is no flow {name}", reason.as_str())));
        }
    }
    Ok(gate)
}

pub async fn accounts(sql: &impl Sql, center: &Key) -> Result<Vec<AccountSetup>> {
    account::all(sql).await?.into_iter().map(|account| account_setup(account, center)).collect()
}

pub async fn account(sql: &impl Sql, center: &Key, id: &str) -> Result<AccountSetup> {
    let found = account::find(sql, &AccountId::from(id)).await?;
    account_setup(found.ok_or_else(|| Failure::NotFound(format!("account {id}")))?, center)
}

fn account_setup(account: Account, center: &Key) -> Result<AccountSetup> {
    Ok(AccountSetup {
        secrets_set: seal::open(center, &account.secrets)?.into_iter().map(|(name, _)| name).collect(),
        id: account.id.0,
        channel: account.channel,
        name: account.name,
        address: account.address,
        queue: account.queue.0,
        bot: account.bot,
        flow: account.flow.map(|flow| flow.0),
        settings: account.settings.into_iter().collect(),
        secrets: Default::default(),
    })
}

async fn existing_flow(sql: &impl Sql, name: &FlowId) -> Result<FlowId> {
    let found = flow::find(sql, name).await?;
    let found = found.ok_or_else(|| Failure::BadRequest(format!("flow: there is no flow {name}")))?;
    Ok(found.name)
}

/// Hours that nobody can read would open the business day and night.
fn readable_hours(hours: Option<&Value>) -> Result<()> {
    match hours {
        None | Some(Value::Null) => Ok(()),
        Some(hours) => match Hours::deserialize(hours) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::BadRequest(format!("hours: {error}"))),
        },
    }
}

/// Adds or changes an account. In one transaction, since its token may be renewed at the same time.
pub async fn put_account(
    sql: &impl Sql,
    now: Timestamp,
    center: &Key,
    key: &str,
    setup: AccountSetup,
) -> Result<AccountSetup> {
    let key = AccountId::from(id(key)?);
    let account = retrying(async || {
        transaction(sql, async |sql| save_account(sql, now, center, key.clone(), setup.clone()).await).await
    })
    .await?;
    account_setup(account, center)
}

async fn save_account(
    sql: &impl Sql,
    now: Timestamp,
    center: &Key,
    key: AccountId,
    setup: AccountSetup,
) -> Result<Account, Race> {
    readable_hours(setup.settings.get("hours"))?;
    let known = account::find(sql, &key).await?;
    let mut secrets = match &known {
        Some(known) => seal::open(center, &known.secrets)?,
        None => Map::new(),
    };
    for (name, secret) in setup.secrets {
        match secret.as_str() {
            "" => drop(secrets.remove(&name)),
            _ => drop(secrets.insert(name, Value::String(secret))),
        }
    }
    let told = |text: String, before: Option<&str>| match (text.is_empty(), before) {
        (true, Some(before)) => Some(before.to_owned()),
        (true, None) => None,
        (false, _) => Some(text),
    };
    let address = told(setup.address, known.as_ref().map(|known| known.address.as_str()));
    let queue = match told(setup.queue, known.as_ref().map(|known| known.queue.as_str())) {
        Some(queue) => existing_queue(sql, &QueueId(queue)).await?,
        None => {
            let first = queue::all(sql).await?.into_iter().next();
            first.ok_or_else(|| Failure::Conflict("add a queue first".to_owned()))?
        }
    };
    let account = Account {
        channel: id(&setup.channel)?.to_owned(),
        name: name(&setup.name)?.to_owned(),
        address: address.unwrap_or_else(|| key.0.clone()),
        queue: queue.id,
        bot: setup.bot,
        flow: match setup.flow.as_deref() {
            None => known.and_then(|known| known.flow),
            Some("") => None,
            Some(name) => Some(existing_flow(sql, &FlowId::from(name)).await?),
        },
        settings: setup.settings.into_iter().collect(),
        secrets: if secrets.is_empty() { String::new() } else { seal::seal(center, &secrets)? },
        id: key,
    };
    let other = account::by_address(sql, &account.channel, &account.address).await?;
    if other.is_some_and(|other| other.id != account.id) {
        return Err(Failure::Conflict(format!("another account has the address {}", account.address)).into());
    }
    account::put(sql, &account).await?;
    health::check_soon(sql, now, &account).await?;
    Ok(account)
}

pub async fn dispositions(sql: &impl Sql) -> Result<Vec<Disposition>> {
    Ok(queue::dispositions(sql).await?.iter().map(crate::view::disposition).collect())
}

pub async fn disposition(sql: &impl Sql, code: &str) -> Result<Disposition> {
    let found = dispositions(sql).await?.into_iter().find(|disposition| disposition.code == code);
    found.ok_or_else(|| Failure::NotFound(format!("disposition {code}")))
}

pub async fn put_disposition(sql: &impl Sql, code: &str, setup: Disposition) -> Result<Disposition> {
    let labels = [("es", &setup.labels.es), ("en", &setup.labels.en), ("pt", &setup.labels.pt)];
    let label = |(language, text): (&str, &String)| Ok((language.to_owned(), name(text)?.to_owned()));
    let labels = labels.into_iter().map(label).collect::<Result<_>>()?;
    let disposition = queue::Disposition { code: id(code)?.to_owned(), labels };
    queue::put_disposition(sql, &disposition).await?;
    Ok(crate::view::disposition(&disposition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_in_addresses() {
        for (text, fits) in
            [("ana", true), ("sin-respuesta", true), ("", false), ("a/b", false), ("ñ", false)]
        {
            assert_eq!(id(text).is_ok(), fits, "{text}");
        }
        assert!(id(&"x".repeat(65)).is_err());
    }
}
