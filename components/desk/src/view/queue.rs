//! Queues with their figures.

use super::millis;
use api::queue::{Disposition, Labels, QueueStat};
use domain::{
    agent::Presence,
    id::AgentId,
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use shell::failure::Result;
use std::{collections::BTreeSet, time::Duration};
use store::{
    agent,
    port::Sql,
    queue,
    statistics::{self, QueueFigures},
};

/// Every queue, now and since the last midnight in UTC. `alive` are the agents whose desks are.
pub async fn queue_stats(
    sql: &impl Sql,
    now: Timestamp,
    alive: &BTreeSet<AgentId>,
) -> Result<Vec<QueueStat>> {
    let figures = statistics::queues(sql, midnight(now)).await?;
    let (agents, serving) = (agent::all(sql).await?, agent::queues(sql).await?);
    let stat = |queue: Queue| {
        let members = agents
            .iter()
            .filter(|agent| serving.get(&agent.id).is_some_and(|queues| queues.contains(&queue.id)));
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
    let QueueFigures { answered, answered_in_time, abandoned, abandoned_in_time, .. } = figures;
    QueueStat {
        id: queue.id.0,
        name: queue.name,
        waiting: figures.waiting,
        longest_wait_ms: figures.oldest.map(|since| millis(now.since(since))),
        oldest_since_ms: figures.oldest.map(|since| since.0),
        active: figures.active,
        agents_available: available,
        agents_total: total,
        answered_today: answered,
        abandoned_today: abandoned,
        service_level_percent: ServiceLevel::percent(
            answered_in_time,
            abandoned_in_time,
            answered,
            abandoned,
        ),
        within_ms: millis(queue.service_level.within),
        target_percent: queue.service_level.target_percent.into(),
    }
}

fn midnight(now: Timestamp) -> Timestamp {
    const DAY: Duration = Duration::from_secs(86_400);
    Timestamp(now.0 - now.0.rem_euclid(millis(DAY)))
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
        for (now, begin) in [(0, 0), (86_399_999, 0), (86_400_000, 86_400_000), (-1, -86_400_000)] {
            assert_eq!(midnight(Timestamp(now)), Timestamp(begin), "{now}");
        }
    }
}
