//! The tables of a scenario file, as they are written. `docs/guides/simulate.md` explains each key.

use domain::{
    capacity::Capacity,
    channel::CapacityKind,
    figures::metric::ServiceLevelFormula,
    hours::Interval,
    queue::{Exits, Limits, ServiceLevel},
    routing::{Missed, Needs},
};
use serde::Deserialize;
use std::{collections::BTreeMap, str::FromStr, time::Duration};
use written::Length;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) name: Option<String>,
    pub(super) start: Moment,
    pub(super) time_zone: String,
    pub(super) days: Option<u32>,
    pub(super) duration: Option<Length>,
    #[serde(default)]
    pub(super) warm_up: Length,
    #[serde(default = "ten")]
    pub(super) runs: u32,
    pub(super) queue: Vec<Queue>,
    pub(super) agents: Vec<Agents>,
    pub(super) arrivals: Vec<Arrivals>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queue {
    pub(super) id: String,
    #[serde(default = "longest_idle")]
    pub(super) strategy: toml::Value,
    #[serde(default)]
    pub(super) priority: i32,
    #[serde(default)]
    pub(super) per_minute: u32,
    pub(super) at_most: Option<i32>,
    #[serde(default)]
    pub(super) needs: Needs,
    #[serde(default = "twenty_seconds")]
    pub(super) ring: Length,
    #[serde(default = "five_minutes")]
    pub(super) wrap_up: Length,
    #[serde(default)]
    pub(super) service_level: Level,
    #[serde(default)]
    pub(super) missed: Missed,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) exits: Exits,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Level {
    pub(super) within: Length,
    pub(super) target_percent: u8,
    pub(super) formula: ServiceLevelFormula,
}

impl Default for Level {
    fn default() -> Self {
        let ServiceLevel { within, target_percent, formula } = ServiceLevel::default();
        Level { within: Length(within), target_percent, formula }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agents {
    pub(super) name: String,
    #[serde(default = "one")]
    pub(super) count: u32,
    pub(super) queues: BTreeMap<String, Serves>,
    #[serde(default)]
    pub(super) skills: BTreeMap<String, u8>,
    #[serde(default = "one")]
    pub(super) calls: u32,
    #[serde(default = "three")]
    pub(super) chats: u32,
    pub(super) capacity: Option<Capacity>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) answers_after: Option<Draw>,
    #[serde(default)]
    pub(super) misses: f64,
    #[serde(default)]
    pub(super) declines: f64,
    #[serde(default = "one_minute")]
    pub(super) back_after: Length,
    #[serde(default)]
    pub(super) shifts: Vec<Shift>,
    #[serde(default)]
    pub(super) pauses: Vec<Pause>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Serves {
    pub(super) tier: u8,
    pub(super) delay: Length,
    pub(super) rank: u32,
}

impl Default for Serves {
    fn default() -> Self {
        Serves { tier: 1, delay: Length::default(), rank: 1 }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shift {
    #[serde(default = "all_days")]
    pub(super) days: Vec<Day>,
    pub(super) hours: Vec<Interval>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    pub(super) reason: String,
    #[serde(default = "all_days")]
    pub(super) days: Vec<Day>,
    pub(super) hours: Vec<Interval>,
    #[serde(default = "one")]
    pub(super) waves: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    pub(super) const ALL: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrivals {
    pub(super) queue: String,
    #[serde(default = "call")]
    pub(super) kind: CapacityKind,
    pub(super) per_hour: Option<f64>,
    pub(super) curve: Option<Curve>,
    pub(super) counts: Option<Counts>,
    pub(super) instants: Option<Instants>,
    #[serde(default)]
    pub(super) process: Process,
    pub(super) talk: Option<Draw>,
    pub(super) wrap_up: Option<Draw>,
    pub(super) patience: Option<Draw>,
    pub(super) needs: Option<Needs>,
    #[serde(default)]
    pub(super) priority: i32,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) mix: Vec<Wish>,
    pub(super) preferred: Option<Preferred>,
    pub(super) transfers: Option<Transfers>,
    pub(super) returns: Option<Returns>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Process {
    #[default]
    Poisson,
    Deterministic,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Curve {
    #[serde(default)]
    pub(super) from: Clock,
    pub(super) interval: Length,
    pub(super) counts: Vec<f64>,
    #[serde(default)]
    pub(super) weekdays: BTreeMap<Day, f64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counts {
    pub(super) file: String,
    pub(super) interval: Length,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instants {
    pub(super) file: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    pub(super) weight: f64,
    pub(super) needs: Option<Needs>,
    pub(super) priority: Option<i32>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preferred {
    pub(super) share: f64,
    pub(super) within: Length,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfers {
    pub(super) share: f64,
    pub(super) queue: String,
    pub(super) talk: Option<Draw>,
    pub(super) wrap_up: Option<Draw>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Returns {
    pub(super) share: f64,
    pub(super) after: Draw,
    #[serde(default = "three")]
    pub(super) at_most: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Draw {
    Constant(Length),
    Exponential(Length),
    Lognormal { mean: Length, sd: Length },
    Uniform { from: Length, to: Length },
    Empirical { file: String, column: String },
}

/// `2026-11-02T09:00`: what the clock on the wall shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Moment(pub(super) jiff::civil::DateTime);

/// `09:00`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Clock(pub(super) jiff::civil::Time);

macro_rules! from_text {
    ($($name:ident: $inner:ty, $read:expr, $example:literal;)*) => {$(
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let read: fn($inner) -> Option<_> = $read;
                let inner = <$inner>::from_str(&text).ok().and_then(read);
                inner.map($name).ok_or_else(|| format!("{text:?} should be written like {}", $example))
            }
        }
    )*};
}

from_text! {
    Moment: jiff::civil::DateTime, Some, "2026-11-02T09:00";
    Clock: jiff::civil::Time, Some, "09:00";
}

fn one() -> u32 {
    1
}

fn three() -> u32 {
    3
}

fn ten() -> u32 {
    10
}

fn call() -> CapacityKind {
    CapacityKind::Call
}

fn longest_idle() -> toml::Value {
    toml::Value::String("longest_idle".to_owned())
}

fn twenty_seconds() -> Length {
    Length(Duration::from_secs(20))
}

fn one_minute() -> Length {
    Length(Duration::from_secs(60))
}

fn five_minutes() -> Length {
    Length(Duration::from_secs(300))
}

fn all_days() -> Vec<Day> {
    Day::ALL.to_vec()
}
