//! How many agents are needed: a table of numbers of agents, and the least that is good enough.

use super::{
    Unusable,
    erlang::{Figures, Traffic, outcome, outcomes},
};
use serde::{Deserialize, Serialize};

/// No center has more at once; nothing is computed beyond.
pub const AGENTS_MAX: u32 = 50_000;

/// 80/20 is what most centers promise.
pub const TARGET: f64 = 0.8;

/// What comes, and what is promised.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub calls_per_hour: f64,
    /// Mean time that a call takes an agent, with its wrap-up.
    pub aht_s: f64,
    /// Who is answered in so long is answered in time.
    pub within_s: f64,
    /// Mean time after which somebody who waits leaves. Without it everybody waits, however long it takes.
    #[serde(default)]
    pub patience_s: Option<f64>,
    /// The part of the paid time that agents are away: breaks, training, illness.
    #[serde(default)]
    pub shrinkage: f64,
    /// Agents shall not be busy for more of their time than this.
    #[serde(default)]
    pub max_occupancy: Option<f64>,
    /// How many of all are to be answered in time.
    #[serde(default = "target")]
    pub target: f64,
}

fn target() -> f64 {
    TARGET
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// What becomes of the calls, by the number of agents: from where it becomes bearable to past what is recommended.
    pub rows: Vec<Figures>,
    /// The least number of agents at work that is good enough.
    pub recommended: u32,
    /// How many to schedule, so that so many are at work.
    pub scheduled: u32,
}

/// So many rows follow the recommended one.
const ROWS_PAST: u32 = 5;

/// A decimal such as 0.3 is none in binary: what is over by less is not over.
const ROUNDING: f64 = 1e-9;

pub fn plan(question: &Question) -> Result<Plan, Unusable> {
    check(question)?;
    let traffic = question.traffic();
    let recommended = least(|agents| question.is_met(&outcome(agents, &traffic, question.within_s).figures))
        .ok_or_else(|| question.out_of_reach())?;
    let scheduled = scheduled(recommended, question.shrinkage)?;
    let first = first_row(&traffic, recommended);
    let rows = outcomes(first, traffic, question.within_s)
        .map(|outcome| outcome.figures)
        .take_while(|figures| figures.agents <= recommended + ROWS_PAST)
        .collect();
    Ok(Plan { rows, recommended, scheduled })
}

/// The first number of agents that does what comes; where people leave, half of them is a center, too.
fn first_row(traffic: &Traffic, recommended: u32) -> u32 {
    let erlangs = traffic.erlangs();
    match traffic.patience_s {
        Some(_) => ((erlangs / 2.0) as u32).min(recommended.saturating_sub(ROWS_PAST)).max(1),
        None => erlangs as u32 + 1,
    }
}

/// The least number of agents that is `enough`, of which more are enough, too.
fn least(enough: impl Fn(u32) -> bool) -> Option<u32> {
    if !enough(AGENTS_MAX) {
        return None;
    }
    let (mut few, mut many) = (0, AGENTS_MAX);
    while 1 < many - few {
        let between = few + (many - few) / 2;
        if enough(between) { many = between } else { few = between }
    }
    Some(many)
}

fn scheduled(agents: u32, shrinkage: f64) -> Result<u32, Unusable> {
    let scheduled = (f64::from(agents) / (1.0 - shrinkage) * (1.0 - ROUNDING)).ceil();
    if scheduled <= f64::from(u32::MAX) {
        Ok(scheduled as u32)
    } else {
        Err(Unusable::new("shrinkage", format!("is {shrinkage}, which leaves nobody at work: write less")))
    }
}

impl Question {
    pub fn traffic(&self) -> Traffic {
        Traffic { calls_per_hour: self.calls_per_hour, aht_s: self.aht_s, patience_s: self.patience_s }
    }

    fn is_met(&self, figures: &Figures) -> bool {
        self.target <= figures.service_level && self.is_bearable(figures)
    }

    fn is_bearable(&self, figures: &Figures) -> bool {
        self.max_occupancy.is_none_or(|max| figures.occupancy <= max * (1.0 + ROUNDING))
    }

    /// Why not even [`AGENTS_MAX`] are enough.
    fn out_of_reach(&self) -> Unusable {
        let most = outcome(AGENTS_MAX, &self.traffic(), self.within_s).figures;
        let Some(max) = self.max_occupancy.filter(|_| !self.is_bearable(&most)) else {
            return Unusable::new(
                "target",
                format!("of {} needs more than {AGENTS_MAX} agents: write less", self.target),
            );
        };
        Unusable::new("max_occupancy", format!("of {max} needs more than {AGENTS_MAX} agents: write more"))
    }
}

fn check(question: &Question) -> Result<(), Unusable> {
    positive("calls_per_hour", question.calls_per_hour, "200")?;
    positive("aht_s", question.aht_s, "180")?;
    if !(0.0..=MOST).contains(&question.within_s) {
        let why = format!("is {}: write 0 or more seconds, such as 20", question.within_s);
        return Err(Unusable::new("within_s", why));
    }
    question.patience_s.map_or(Ok(()), |patience| positive("patience_s", patience, "300"))?;
    share("shrinkage", question.shrinkage, 0.3)?;
    if question.shrinkage == 1.0 {
        return Err(Unusable::new("shrinkage", "is 1, which leaves nobody at work: write less, such as 0.3"));
    }
    if let Some(max) = question.max_occupancy {
        share("max_occupancy", max, 0.85)?;
        if max == 0.0 {
            return Err(Unusable::new(
                "max_occupancy",
                "is 0, and who works is busy: write more, such as 0.85",
            ));
        }
    }
    share("target", question.target, TARGET)?;
    if question.target == 0.0 {
        return Err(Unusable::new("target", "is 0, which needs nobody: write more, such as 0.8"));
    }
    if question.target == 1.0 {
        return Err(Unusable::new(
            "target",
            "is 1, which no number of agents reaches: write less, such as 0.99",
        ));
    }
    let erlangs = question.traffic().erlangs();
    if f64::from(AGENTS_MAX) <= erlangs {
        let why = format!(
            "and the handling time keep {erlangs:.0} agents busy, more than {AGENTS_MAX}: divide them"
        );
        return Err(Unusable::new("calls_per_hour", why));
    }
    Ok(())
}

/// What anybody asks is between these, and nothing there leaves the range of numbers.
const LEAST: f64 = 1e-6;
const MOST: f64 = 1e12;

fn positive(field: &'static str, given: f64, example: &str) -> Result<(), Unusable> {
    if (LEAST..=MOST).contains(&given) {
        return Ok(());
    }
    Err(Unusable::new(field, format!("is {given}: write a number above 0, such as {example}")))
}

fn share(field: &'static str, given: f64, example: f64) -> Result<(), Unusable> {
    if (0.0..=1.0).contains(&given) {
        return Ok(());
    }
    // Somebody thinks in percent.
    let meant = if 1.0 < given && given <= 100.0 { given / 100.0 } else { example };
    Err(Unusable::new(field, format!("is {given}: write a fraction of 1, such as {meant}")))
}
