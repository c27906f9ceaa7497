//! Groups of agents, as single agents.

use super::{Reader, Trouble, table};
use crate::center::{Desk, Line, Manner};
use domain::{
    capacity::Capacity,
    id::{AgentId, QueueId},
    routing::{Service, Skill},
};
use std::collections::{BTreeMap, BTreeSet};

/// More than any center has.
const AGENTS_MAX: u32 = 100_000;

impl Reader<'_> {
    pub(super) fn agents(
        &self,
        tables: &[table::Agents],
        queues: &BTreeMap<QueueId, Line>,
    ) -> Result<Vec<Desk>, Trouble> {
        let mut desks = vec![];
        let mut names = BTreeSet::new();
        for (number, table) in tables.iter().enumerate() {
            let number = number.to_string();
            let wrong = |key: &str, problem: &str| self.place.wrong(&["agents", &number, key], problem);
            if table.name.is_empty() || !names.insert(&table.name) {
                return Err(wrong("name", "should be a name that no other group has"));
            }
            if !(1..=AGENTS_MAX).contains(&table.count) {
                return Err(wrong("count", "should be from 1 to 100000"));
            }
            desks.extend(self.group(table, &number, queues)?);
        }
        Ok(desks)
    }

    fn group(
        &self,
        table: &table::Agents,
        number: &str,
        queues: &BTreeMap<QueueId, Line>,
    ) -> Result<Vec<Desk>, Trouble> {
        let wrong = |key: &str, problem: &str| self.place.wrong(&["agents", number, key], problem);
        let mut services = BTreeMap::new();
        for (name, serves) in &table.queues {
            let path = ["agents", number, "queues", name];
            let id = self.queue(&path, name, queues)?;
            if serves.tier == 0 || serves.rank == 0 {
                return Err(self.place.wrong(&path, "tier and rank should be 1 or more"));
            }
            let table::Serves { tier, delay: written::Length(delay), rank } = *serves;
            services.insert(id, Service { tier, delay, rank, ..Service::default() });
        }
        for level in table.skills.values() {
            if !(1..=10).contains(level) {
                return Err(wrong("skills", "a level should be from 1 to 10"));
            }
        }
        let skill = |(name, level): (&String, &u8)| Skill { name: name.clone(), level: *level };
        let answers_after = match &table.answers_after {
            Some(draw) => self.distribution(&["agents", number, "answers_after"], draw)?,
            None => Manner::default().answers_after,
        };
        let misses = self.share(&["agents", number, "misses"], table.misses)?;
        let declines = self.share(&["agents", number, "declines"], table.declines)?;
        if misses + declines > 1.0 {
            return Err(wrong("declines", "misses and declines should not be more than 1.0 together"));
        }
        let pauses = &table.pauses;
        for (place, pause) in pauses.iter().enumerate() {
            if pause.waves == 0 {
                let path = ["agents", number, "pauses", &place.to_string(), "waves"];
                return Err(self.place.wrong(&path, "should be 1 or more"));
            }
        }
        // Groups are large: what is the same for all agents of a wave is found once.
        let mut declares = BTreeMap::new();
        let waves = pauses.iter().map(|pause| u64::from(pause.waves)).product::<u64>().max(1);
        let digits = table.count.to_string().len();
        let desk = |agent: u32| Desk {
            id: AgentId(format!("{}-{:0digits$}", table.name, agent + 1)),
            group: table.name.clone(),
            queues: services.clone(),
            skills: table.skills.iter().map(skill).collect(),
            capacity: table.capacity.clone().unwrap_or_else(|| Capacity::of(table.calls, table.chats)),
            attributes: table.attributes.clone(),
            declares: declares
                .entry(u64::from(agent) % waves)
                .or_insert_with(|| self.calendar.declares(&table.shifts, pauses, agent))
                .clone(),
            absences: BTreeSet::new(),
            manner: Manner {
                answers_after: answers_after.clone(),
                misses,
                declines,
                back_after: table.back_after.0,
            },
        };
        Ok((0..table.count).map(desk).collect())
    }
}
