//! What the simulated center is made of.

use crate::{
    center::{Center, START},
    database::at_once,
    dice::Dice,
    gate::gate,
};
use channel::received::Settings;
use domain::{
    agent::{Presence, Role},
    id::{AgentId, QueueId},
    interaction::Plan,
    queue::{Queue, ServiceLevel},
    routing::{self, Service, Skill, Strategy},
    time::Timestamp,
};
use shell::{
    flow::{self, Setup},
    performer::FLOW,
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    account::Account,
    agent::Agent,
    port::{self, Sql},
    queue::Disposition,
};

pub(crate) const HOSTS: usize = 3;
/// Where everybody is who is no part of the center.
pub(crate) const OUTSIDE: usize = HOSTS;

pub(crate) const NUMBER: &str = "106540352242922";
pub(crate) const WHATSAPP: &str = "phone";
pub(crate) const WEBCHAT: &str = "site";
pub(crate) const APP_SECRET: &str = "app secret";
pub(crate) const SOLVED: &str = "solved";
pub(crate) const QUEUES: [&str; 2] = ["sales", "support"];
pub(crate) const SKILL: &str = "english";

/// An agent, and what they can do.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    pub(crate) id: AgentId,
    pub(crate) chats: u32,
    pub(crate) queues: Vec<QueueId>,
    pub(crate) skills: Vec<Skill>,
}

/// The first can do everything: whoever waits can be served in the end.
pub(crate) fn staff(dice: &Dice) -> Vec<Staff> {
    let count = dice.within(2..=5);
    let person = |number: i64| {
        let all = number == 0;
        let queues = QUEUES.iter().filter(|_| all || dice.chance(0.7)).map(|id| QueueId::from(*id)).collect();
        let level = if all { 10 } else { u8::try_from(dice.within(1..=10)).unwrap_or(1) };
        let skills = (all || dice.chance(0.5)).then(|| Skill { name: SKILL.to_owned(), level });
        let chats = u32::try_from(dice.within(1..=3)).unwrap_or(1);
        Staff { id: AgentId(format!("agent{number}")), chats, queues, skills: skills.into_iter().collect() }
    };
    (0..count).map(person).collect()
}

/// Bots that are components. What leads to another flow than these leads past it.
fn flows(sql: &impl Sql) -> port::Result<()> {
    for name in ["main", "night"] {
        let setup = Setup { title: name.to_owned(), runner: FLOW.to_owned(), scripted: false };
        let set_up = flow::set_up(sql, Timestamp(START), None, name, &setup);
        at_once(set_up).map_err(|failure| port::Error::Broken(failure.to_string()))?;
    }
    Ok(())
}

pub(crate) fn fill(center: &Center) -> port::Result<()> {
    let sql = &center.database.sql;
    at_once(store::migration::migrate(sql))?;
    flows(sql)?;
    for (id, ring, wrap_up, priority) in [(QUEUES[0], 20, 30, 0), (QUEUES[1], 15, 20, 1)] {
        let queue = Queue {
            id: id.into(),
            name: id.to_owned(),
            ring: Duration::from_secs(ring),
            wrap_up: Duration::from_secs(wrap_up),
            service_level: ServiceLevel::default(),
            priority,
            routing: routing::Settings {
                strategy: strategy(&center.dice),
                // Shorter than anybody may wait while somebody is free.
                last_agent: Duration::from_secs(if center.dice.chance(0.5) { 8 } else { 0 }),
                callback: Plan { retries: 1, between: Duration::from_secs(20) },
                ..Default::default()
            },
            gate: gate(&center.dice, QUEUES.iter().find(|other| **other != id).unwrap_or(&id)),
        };
        at_once(store::queue::put(sql, &queue))?;
    }
    let labels = BTreeMap::from([("es".to_owned(), "Resuelto".to_owned())]);
    at_once(store::queue::put_disposition(sql, &Disposition { code: SOLVED.to_owned(), labels }))?;
    let has_bot = center.dice.chance(0.6);
    for (id, channel, address, bot) in [
        (WHATSAPP, channel_whatsapp::codec::NAME, NUMBER, true),
        (WEBCHAT, channel_webchat::codec::NAME, WEBCHAT, has_bot),
    ] {
        let account = Account {
            id: id.into(),
            channel: channel.to_owned(),
            name: id.to_owned(),
            address: address.to_owned(),
            queue: QUEUES[0].into(),
            bot,
            flow: None,
            settings: Default::default(),
            secrets: String::new(),
        };
        at_once(store::account::put(sql, &account))?;
    }
    for person in &center.staff {
        let agent = Agent {
            id: person.id.clone(),
            login: person.id.0.clone(),
            name: person.id.0.clone(),
            role: Role::Agent,
            locale: "es".to_owned(),
            password_hash: String::new(),
            calls_max: 1,
            chats_max: person.chats,
            shares: None,
            attributes: BTreeMap::new(),
            presence: Presence::Offline,
            presence_since: Timestamp(START),
            idle_since: Timestamp(START),
        };
        let services = person.queues.iter().map(|queue| (queue.clone(), Service::default())).collect();
        at_once(store::agent::put(sql, &agent, &services, &person.skills))?;
    }
    Ok(())
}

/// Every way there is to choose among agents.
fn strategy(dice: &Dice) -> Strategy {
    match dice.within(0..=10) {
        0 => Strategy::OldestFinish,
        1 => Strategy::Fewest,
        2 => Strategy::LeastTalk,
        3 => Strategy::RoundRobin,
        4 => Strategy::Linear,
        5 => Strategy::Rank,
        6 => Strategy::Random,
        7 => Strategy::BestSkill,
        8 => Strategy::RingAll { at_most: 3 },
        9 => Strategy::RingProgressively { at_most: 3, every_ms: 5_000 },
        _ => Strategy::LongestIdle,
    }
}

/// What a channel's component knows of its account.
pub(crate) fn settings() -> Settings {
    Settings::from([
        ("secret", APP_SECRET),
        ("address", NUMBER),
        ("access_token", "token"),
        ("graph_base_url", "http://graph.example"),
    ])
}
