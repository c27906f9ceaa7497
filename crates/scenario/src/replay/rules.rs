//! Queues as they are set up today, and what a file changes about them.
//!
//! The file has queues in the shape of `/api/queues`, and changes them as RFC 7396 (JSON Merge Patch) says:
//! what it leaves out stays as it is today, and what it sets to `null` is as if it had never been set.

use super::named;
use crate::center::Line;
use domain::{
    figures::{metric::ServiceLevelFormula, visit::visits},
    id::QueueId,
    queue::{Gate, Queue, ServiceLevel},
    routing::{QueueRules, Settings},
    time::millis,
};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};
use store::recorded::Recorded;

/// As in `/api/queues`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setup {
    id: QueueId,
    name: String,
    #[serde(rename = "ring_ms", with = "millis")]
    ring: Duration,
    #[serde(rename = "wrap_up_ms", with = "millis")]
    wrap_up: Duration,
    #[serde(rename = "within_ms", with = "millis")]
    within: Duration,
    target_percent: u8,
    #[serde(default)]
    formula: ServiceLevelFormula,
    #[serde(default)]
    priority: i32,
    #[serde(default)]
    routing: Settings,
    #[serde(default)]
    gate: Gate,
}

impl From<Queue> for Setup {
    fn from(Queue { id, name, ring, wrap_up, service_level, priority, routing, gate }: Queue) -> Self {
        let ServiceLevel { within, target_percent, formula } = service_level;
        Setup { id, name, ring, wrap_up, within, target_percent, formula, priority, routing, gate }
    }
}

impl From<Setup> for Queue {
    fn from(setup: Setup) -> Self {
        let Setup { id, name, ring, wrap_up, within, target_percent, formula, priority, routing, gate } =
            setup;
        let service_level = ServiceLevel { within, target_percent, formula };
        Queue { id, name, ring, wrap_up, service_level, priority, routing, gate }
    }
}

/// The queues with what `text` changes: JSON, or TOML with a `[[queue]]` for each.
pub fn changed(queues: &[Queue], text: &str) -> Result<Vec<Queue>, String> {
    // A table of TOML begins like an array of JSON, and no file is both.
    let is_json = text.trim_start().trim_start_matches('[').trim_start().starts_with(['{', ']']);
    let changes = match is_json {
        true => serde_json::from_str(text).map_err(|error| error.to_string())?,
        false => toml::from_str::<Value>(text).map_err(|error| error.message().replace('\n', ", "))?,
    };
    let changes = match changes {
        Value::Array(changes) => changes,
        Value::Object(mut fields) => match (fields.remove("queue"), fields.is_empty()) {
            (Some(Value::Array(changes)), true) => changes,
            (None, true) => vec![],
            (None, false) if fields.contains_key("id") => vec![Value::Object(fields)],
            _ => return Err(SHAPE.to_owned()),
        },
        _ => return Err(SHAPE.to_owned()),
    };
    let mut queues = queues.to_vec();
    for change in changes {
        let id = change.get("id").and_then(Value::as_str).ok_or("a queue has no id")?;
        let Some(queue) = queues.iter_mut().find(|queue| queue.id.as_str() == id) else {
            let known = named(queues.iter().map(|queue| queue.id.as_str())).unwrap_or_default();
            return Err(format!("there is no queue {id:?}; there are: {known}"));
        };
        let problem = |error: serde_json::Error| format!("queue {id}: {error}");
        let mut setup = serde_json::to_value(Setup::from(queue.clone())).map_err(problem)?;
        merge(&mut setup, change.clone());
        *queue = serde_json::from_value::<Setup>(setup).map_err(problem)?.into();
    }
    sound(&queues)?;
    Ok(queues)
}

const SHAPE: &str = "write queues as in /api/queues: a JSON array, or [[queue]] in TOML, each with its id";

fn merge(value: &mut Value, change: Value) {
    match (value, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, change) in changes {
                match change {
                    Value::Null => drop(fields.remove(&name)),
                    change => merge(fields.entry(name).or_insert(Value::Null), change),
                }
            }
        }
        (value, change) => *value = change,
    }
}

fn sound(queues: &[Queue]) -> Result<(), String> {
    let ids: BTreeSet<QueueId> = queues.iter().map(|queue| queue.id.clone()).collect();
    for Queue { id, gate, ring, service_level, .. } in queues {
        let wrong = |problem: &dyn std::fmt::Display| Err(format!("queue {id}: {problem}"));
        if let Some(mistake) = gate.exits.mistakes(id, &ids).first() {
            return wrong(mistake);
        }
        if ring.is_zero() {
            return wrong(&"ring_ms should be more than 0");
        }
        if service_level.target_percent > 100 {
            return wrong(&"target_percent should be from 0 to 100");
        }
        let hours = gate.limits.hours.as_ref();
        if let Some(name) = hours.and_then(|hours| hours.time_zone.as_deref()).filter(|it| zone(it).is_none())
        {
            return wrong(&format!("there is no time zone {name:?}"));
        }
    }
    Ok(())
}

fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// A queue as a center of the simulator has it.
pub(super) fn line(queue: &Queue) -> (QueueId, Line) {
    let hours = queue.gate.limits.hours.as_ref().and_then(|hours| hours.time_zone.as_deref());
    let line = Line {
        rules: QueueRules { strategy: queue.routing.strategy, asked_last: None },
        needs: queue.routing.needs.clone(),
        urgency: queue.routing.urgency(queue.priority),
        ring: queue.ring,
        wrap_up: queue.wrap_up,
        service_level: queue.service_level,
        missed: queue.routing.missed,
        gate: queue.gate.clone(),
        zone: hours.and_then(zone).unwrap_or(TimeZone::UTC),
    };
    (queue.id.clone(), line)
}

/// Queues of the journal that were taken away, by their ids.
fn taken_away(recorded: &Recorded) -> BTreeSet<QueueId> {
    let visits = recorded.contacts.iter().flat_map(|contact| visits(&contact.journal));
    let mut queues: BTreeSet<QueueId> = visits.map(|visit| visit.queue).collect();
    queues.retain(|id| !recorded.queues.iter().any(|queue| queue.id == *id));
    queues
}

/// What is to be known of the queues.
pub(super) fn missing(recorded: &Recorded) -> Option<String> {
    let away = named(taken_away(recorded).iter().map(QueueId::as_str))?;
    Some(format!("not there any more, so nobody serves them: queues {away}"))
}

/// Today's queues, and those that were taken away as if they were as usual.
pub(super) fn with_missing(recorded: &Recorded) -> Vec<Queue> {
    let usual = |id: QueueId| Queue {
        name: id.to_string(),
        id,
        ring: Duration::from_secs(20),
        wrap_up: Duration::from_secs(60),
        service_level: ServiceLevel::default(),
        priority: 0,
        routing: Settings::default(),
        gate: Gate::default(),
    };
    recorded.queues.iter().cloned().chain(taken_away(recorded).into_iter().map(usual)).collect()
}
