//! Which agents it takes where they have different skills: the cheapest mix that has enough of each.

use super::{
    Unusable,
    programme::{Programme, Row, Stuck},
};
use std::collections::{BTreeMap, BTreeSet};

/// A kind of agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub name: String,
    /// What one costs, in any unit, with up to four decimals.
    pub cost: f64,
    pub skills: BTreeSet<String>,
    /// There are no more of them. `None`: as many as it takes.
    pub available: Option<u32>,
}

/// What an agent with several skills counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// For each of their skills: right where the skills are not needed at the same time, and too few where they are.
    ForEverySkill,
    /// For one skill at a time.
    ForOneSkill,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    pub cost: f64,
    /// Of each profile, in the order in which they were given.
    pub agents: Vec<Chosen>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen {
    pub agents: u32,
    /// How many of them serve which skill, where they count for one.
    pub serving: BTreeMap<String, u32>,
}

pub const PROFILES_MAX: usize = 50;
pub const SKILLS_MAX: usize = 50;
const REQUIRED_MAX: u32 = 50_000;
const COST_MAX: f64 = 1e8;

/// Costs are counted in this part of their unit, so that two mixes are compared without rounding.
const COST_UNITS: f64 = 1e4;

/// The cheapest mix with `required` agents of each skill.
pub fn mix(required: &BTreeMap<String, u32>, profiles: &[Profile], counts: Counts) -> Result<Mix, Unusable> {
    check(required, profiles)?;
    let required: Vec<(&str, u32)> = required
        .iter()
        .filter(|(_, agents)| 0 < **agents)
        .map(|(skill, agents)| (skill.as_str(), *agents))
        .collect();
    let columns = columns(&required, profiles, counts);
    let programme = Programme {
        costs: columns.iter().map(|column| units(profiles, column)).collect(),
        rows: rows(&required, profiles, &columns),
    };
    let solution = programme.solve().map_err(|stuck| match stuck {
        Stuck::Infeasible => {
            Unusable::new("profiles", "have too few agents available: allow more, or require fewer")
        }
        Stuck::TooLong => {
            Unusable::new("profiles", "make too many mixes to compare: give fewer of them, or of the skills")
        }
    })?;
    let mut agents = vec![Chosen::default(); profiles.len()];
    let mut cost = 0;
    for ((column, units), number) in columns.iter().zip(&programme.costs).zip(solution) {
        cost += units * i64::from(number);
        let Some(chosen) = agents.get_mut(column.profile) else { continue };
        chosen.agents += number;
        if let (Some(skill), true) = (column.skill, 0 < number) {
            chosen.serving.insert(skill.to_owned(), number);
        }
    }
    Ok(Mix { cost: cost as f64 / COST_UNITS, agents })
}

/// A number to be found: agents of one profile, where they count for one skill with that skill.
struct Column<'a> {
    profile: usize,
    skill: Option<&'a str>,
}

fn columns<'a>(required: &[(&'a str, u32)], profiles: &[Profile], counts: Counts) -> Vec<Column<'a>> {
    let of = |(index, profile): (usize, &Profile)| -> Vec<Column<'a>> {
        let serves = required.iter().map(|(skill, _)| *skill).filter(|skill| profile.skills.contains(*skill));
        match counts {
            Counts::ForEverySkill => vec![Column { profile: index, skill: None }],
            Counts::ForOneSkill => {
                serves.map(|skill| Column { profile: index, skill: Some(skill) }).collect()
            }
        }
    };
    profiles.iter().enumerate().flat_map(of).collect()
}

fn units(profiles: &[Profile], column: &Column) -> i64 {
    profiles.get(column.profile).map_or(0, |profile| (profile.cost * COST_UNITS).round() as i64)
}

fn rows(required: &[(&str, u32)], profiles: &[Profile], columns: &[Column]) -> Vec<Row> {
    let enough = required.iter().map(|(skill, agents)| {
        let counts = |column: &Column| match column.skill {
            Some(one) => one == *skill,
            None => profiles.get(column.profile).is_some_and(|profile| profile.skills.contains(*skill)),
        };
        Row {
            factors: columns.iter().map(|column| if counts(column) { 1.0 } else { 0.0 }).collect(),
            at_least: f64::from(*agents),
        }
    });
    let available = profiles.iter().enumerate().filter_map(|(index, profile)| {
        let is_of = |column: &Column| if column.profile == index { -1.0 } else { 0.0 };
        Some(Row { factors: columns.iter().map(is_of).collect(), at_least: -f64::from(profile.available?) })
    });
    enough.chain(available).collect()
}

fn check(required: &BTreeMap<String, u32>, profiles: &[Profile]) -> Result<(), Unusable> {
    if required.len() > SKILLS_MAX {
        return Err(Unusable::new("required", format!("has more than {SKILLS_MAX} skills: divide them")));
    }
    if profiles.len() > PROFILES_MAX {
        return Err(Unusable::new("profiles", format!("are more than {PROFILES_MAX}: divide them")));
    }
    for (skill, agents) in required {
        if REQUIRED_MAX < *agents {
            let why = format!("has {agents} agents for {skill:?}: write {REQUIRED_MAX} or fewer");
            return Err(Unusable::new("required", why));
        }
        if 0 < *agents && !profiles.iter().any(|profile| profile.skills.contains(skill)) {
            return Err(Unusable::new(
                "required",
                format!("has {skill:?}, which no profile has: add one that does"),
            ));
        }
    }
    for Profile { name, cost, .. } in profiles {
        let units = cost * COST_UNITS;
        if !(0.0..=COST_MAX).contains(cost) || 1e-6 + units * f64::EPSILON < (units - units.round()).abs() {
            let why =
                format!("has {cost} as the cost of {name:?}: write 0 to {COST_MAX} with up to four decimals");
            return Err(Unusable::new("profiles", why));
        }
    }
    Ok(())
}
