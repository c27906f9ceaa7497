//! Queues with their figures.

use super::millis;
use api::queue::{Disposition, Labels, QueueStat};
use domain::{
    agent::Presence,
    figures::formula::{abandon_rate, average_handle_time, average_speed_of_answer},
    id::AgentId,
    queue::Queue,
    time::Timestamp,
};
use jiff::tz::TimeZone;
use shell::failure::Result;
use std::collections::BTreeSet;
use store::{
    agent,
    port::Sql,
    queue,
    statistics::{self, QueueFigures},
};

/// Every queue, now and since the last midnight in `zone`. `alive` are the agents whose desks are.
pub async fn queue_stats(
    sql: &impl Sql,
    now: Timestamp,
    zone: &TimeZone,
    alive: &BTreeSet<AgentId>,
) -> Result<Vec<QueueStat>> {
    let figures = statistics::queues(sql, midnight(now, zone), now).await?;
    let (agents, serving) = (agent::all(sql).await?, agent::services(sql).await?);
    let stat = |queue: Queue| {
        let members = agents
            .iter()
            .filter(|agent| serving.get(&agent.id).is_some_and(|queues| queues.contains_key(&queue.id)));
        let (mut available, mut total) = (0, 0);
        for agent in members {
            total += 1;
            let here = agent.presence == Presence::Available && alive.contains(&agent.id);
            available += u32::from(here);
        }
        let figures = figures.get(&queue.id).copied().unwrap_or_default();
        queue_stat(queue, figures, now, available, total)
    };
    Ok(queue::all(sql).await?.into_iter().map(stat).collect())
}

fn queue_stat(queue: Queue, figures: QueueFigures, now: Timestamp, available: u32, total: u32) -> QueueStat {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let mean = |mean: Option<f64>| mean.map(|ms| ms.round() as i64);
    let (tally, formula) = (&figures.tally, queue.service_level.formula);
    QueueStat {
        id: queue.id.0,
        name: queue.name,
        waiting: figures.waiting,
        longest_wait_ms: figures.oldest.map(|since| millis(now.since(since))),
        oldest_since_ms: figures.oldest.map(|since| since.0),
        active: figures.active,
        agents_available: available,
        agents_total: total,
        answered_today: count(tally.answered),
        abandoned_today: count(tally.abandoned),
        service_level_percent: formula.percent(tally),
        abandon_rate_percent: abandon_rate(tally),
        asa_ms: mean(average_speed_of_answer(tally)),
        aht_ms: mean(average_handle_time(tally)),
        within_ms: millis(queue.service_level.within),
        target_percent: queue.service_level.target_percent.into(),
        formula: formula.as_str().to_owned(),
        formula_text: formula.text().to_owned(),
    }
}

/// When the day of `now` began in `zone`. Where a clock is put forward at midnight, its first moment.
pub(crate) fn midnight(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let begin = instant.to_zoned(zone.clone()).start_of_day();
    begin.map_or(now, |begin| Timestamp(begin.timestamp().as_millisecond()))
}

pub fn disposition(disposition: &queue::Disposition) -> Disposition {
    let label = |language: &str| disposition.labels.get(language).cloned().unwrap_or_default();
    Disposition {
        code: disposition.code.clone(),
        labels: Labels { es: label("es"), en: label("en"), pt: label("pt") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight() {
        for (now, zone, begin) in [
            ("2026-11-21T23:30:00Z", "UTC", "2026-11-21T00:00:00Z"),
            ("2026-11-21T23:30:00Z", "Europe/Madrid", "2026-11-21T23:00:00Z"),
            ("2026-07-01T22:00:00Z", "Europe/Madrid", "2026-07-01T22:00:00Z"),
            ("2026-07-01T21:59:59Z", "Europe/Madrid", "2026-06-30T22:00:00Z"),
            ("2026-11-21T05:00:00Z", "America/Mexico_City", "2026-11-20T06:00:00Z"),
            // Chile's clocks went from 24:00 to 1:00 that night.
            ("2024-09-08T12:00:00Z", "America/Santiago", "2024-09-08T04:00:00Z"),
        ] {
            let millis = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(midnight(millis(now), &zone), millis(begin), "{now} {zone:?}");
        }
    }
}
