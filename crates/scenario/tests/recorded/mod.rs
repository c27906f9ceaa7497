//! Centers whose days were played and then stored as production stores them.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use domain::{
    agent::{Presence, Role},
    id::{AgentId, InteractionId, QueueId},
    interaction::Event,
    queue::Queue,
    routing::{Engine, Settings},
    time::Timestamp,
};
use futures::executor::block_on;
use scenario::{
    center::{Center, Desk, Line},
    file::Scenario,
    run::run,
};
use std::collections::BTreeMap;
use store::{
    agent::{Agent, declare, put},
    journal,
    migration::migrate,
    native::{Database, Scratch},
    parameters,
    port::{Error, Sql, transaction},
    queue,
};

pub type Journals = BTreeMap<InteractionId, Vec<(Timestamp, Event)>>;

/// A database in which a scenario happened once.
pub struct Stored {
    pub sql: Database,
    pub journals: Journals,
    pub scenario: Scenario,
    pub scratch: Scratch,
}

impl Stored {
    pub fn new(scenario: Scenario, seed: u64) -> Stored {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(migrate(&sql)).unwrap();
        let mut journals = Journals::new();
        let mut engine = Engine::new();
        let arrivals = scenario.arrivals(seed, 0);
        let mut see = |id: &InteractionId, journal: &[_]| drop(journals.insert(id.clone(), journal.to_vec()));
        let left = run(&scenario.center, arrivals.clone(), (seed, 0), &mut engine, &mut see).unwrap();
        let kinds: BTreeMap<_, _> = arrivals.iter().map(|arrival| (&arrival.id, arrival.kind)).collect();
        let store = async |sql: &Database| {
            for (id, line) in &scenario.center.queues {
                queue::put(sql, &set_up(id, line)).await?;
            }
            for (desk, declared) in scenario.center.agents.iter().zip(&left.declared) {
                put(sql, &agent(desk, &scenario.center), &desk.queues, &desk.skills).await?;
                for (at, presence) in declared {
                    declare(sql, &desk.id, presence, *at).await?;
                }
            }
            for (id, journal) in &journals {
                let kind = kinds[&InteractionId(id.as_str().trim_end_matches('+').to_owned())];
                keep(sql, id, kind.as_str(), journal).await?;
            }
            Ok::<_, Error>(())
        };
        block_on(transaction(&sql, store)).unwrap();
        Stored { sql, journals, scenario, scratch }
    }
}

async fn keep(
    sql: &Database,
    id: &InteractionId,
    kind: &str,
    events: &[(Timestamp, Event)],
) -> Result<(), Error> {
    let insert = "INSERT INTO contact (id, root_id, name, created_at_ms) VALUES ($1, $1, $2, 0)";
    sql.query(insert, parameters![id, name(id)]).await?;
    let insert = "INSERT INTO conversation (id, channel, account_id, scheme, value, contact_id, capacity)
        VALUES ($1, 'drum', 'shop', 'ring', $1, $1, $2)";
    sql.query(insert, parameters![id, kind]).await?;
    for (place, (at, event)) in events.iter().enumerate() {
        journal::append(sql, id, &events[..place], *at, std::slice::from_ref(event)).await?;
    }
    Ok(())
}

pub fn name(id: &InteractionId) -> String {
    format!("Person {id}")
}

pub fn set_up(id: &QueueId, line: &Line) -> Queue {
    Queue {
        id: id.clone(),
        name: id.to_string(),
        ring: line.ring,
        wrap_up: line.wrap_up,
        service_level: line.service_level,
        priority: line.urgency.priority,
        routing: Settings {
            strategy: line.rules.strategy,
            priority_per_minute: line.urgency.per_minute,
            priority_at_most: line.urgency.at_most,
            needs: line.needs.clone(),
            missed: line.missed,
            ..Settings::default()
        },
        gate: line.gate.clone(),
    }
}

pub fn agent(desk: &Desk, center: &Center) -> Agent {
    Agent {
        id: desk.id.clone(),
        login: desk.id.to_string(),
        name: desk.id.to_string(),
        role: Role::Agent,
        locale: "es".into(),
        password_hash: String::new(),
        calls_max: 0,
        chats_max: 0,
        shares: Some(desk.capacity.clone()),
        attributes: desk.attributes.clone(),
        presence: Presence::Offline,
        presence_since: center.from,
        idle_since: center.from,
    }
}

/// Who was offered what, when, and why, in order.
pub fn offers(journals: &Journals) -> Vec<(Timestamp, InteractionId, AgentId, String)> {
    let mut offers = vec![];
    for (id, journal) in journals {
        for (at, event) in journal {
            if let Event::Offered { agent, why, .. } = event {
                offers.push((*at, id.clone(), agent.clone(), why.clone()));
            }
        }
    }
    offers.sort();
    offers
}
