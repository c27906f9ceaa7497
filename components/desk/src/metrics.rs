//! `GET /metrics`: the center in figures, as OpenMetrics text, for whoever collects and graphs them. A host
//! may add its own to the answer.
//!
//! Everything is read when it is asked for, so every host of a center says the same, and nothing is
//! counted in memory. Labels are ids of the business's own: queues, kinds of work, states.

use crate::{
    health,
    view::{midnight, signed},
};
use api::health::{ChannelFinding, ChannelHealth, FindingSeverity};
use domain::{agent::Presence, due::Kind, queue::Queue, time::Timestamp};
use jiff::tz::TimeZone;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};
use shell::{
    failure::{Failure, Result},
    log,
};
use std::{fmt, sync::atomic::AtomicU64};
use store::{
    agent,
    port::Sql,
    queue,
    statistics::{self, Backlog},
};

pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByQueue {
    queue: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByQueueAndState {
    queue: String,
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStatus {
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKindAndState {
    kind: String,
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByFinding {
    account: String,
    channel: String,
    code: String,
    severity: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByAccount {
    account: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByState {
    state: &'static str,
}

/// All of it. A database that does not answer is a figure, too.
pub async fn text(sql: &impl Sql, now: Timestamp, zone: &TimeZone) -> Result<String> {
    let mut registry = Registry::with_prefix("centralita");
    let read = center(sql, now, zone, &mut registry).await;
    if let Err(failure) = &read {
        log::error(format!("metrics: {failure}"));
        registry = Registry::with_prefix("centralita");
    }
    let up: Gauge = gauge(&mut registry, "database_up", "Whether the database answers");
    up.set(i64::from(read.is_ok()));
    let mut text = String::new();
    text::encode(&mut text, &registry).map_err(|fmt::Error| Failure::Broken("metrics".to_owned()))?;
    Ok(text)
}

fn gauge<M>(registry: &mut Registry, name: &str, help: &str) -> M
where
    M: Default + Clone + prometheus_client::registry::Metric,
{
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

async fn center(sql: &impl Sql, now: Timestamp, zone: &TimeZone, registry: &mut Registry) -> Result<()> {
    let queues = queue::all(sql).await?;
    interactions(sql, &queues, registry).await?;
    today(sql, now, zone, &queues, registry).await?;
    agents(sql, registry).await?;
    backlog(&statistics::backlog(sql).await?, now, registry);
    channels(sql, registry).await?;
    let webhooks: Family<ByState, Gauge> =
        gauge(registry, "webhooks", "Webhooks that are kept and not read: received, or failed");
    let unread = statistics::unread_webhooks(sql).await?;
    for state in ["received", "failed"] {
        let count = unread.get(state).copied().unwrap_or_default();
        webhooks.get_or_create(&ByState { state }).set(count.into());
    }
    Ok(())
}

/// What is wrong with the channels, and when each last heard something: an account that never did has no
/// figure.
async fn channels(sql: &impl Sql, registry: &mut Registry) -> Result<()> {
    let found: Family<ByFinding, Gauge> =
        gauge(registry, "channel_finding", "What is wrong with a channel account: 1 while it is");
    let heard: Family<ByAccount, Gauge> = gauge(
        registry,
        "channel_last_event_timestamp_seconds",
        "When something last came for a channel account, in seconds since 1970",
    );
    for ChannelHealth { account, channel, last_event_ms, findings, .. } in health::channels(sql).await? {
        for ChannelFinding { code, severity, .. } in findings {
            let severity = match severity {
                FindingSeverity::Warning => "warning",
                FindingSeverity::Alarm => "alarm",
            };
            let (account, channel) = (account.clone(), channel.clone());
            found.get_or_create(&ByFinding { account, channel, code, severity }).set(1);
        }
        if let Some(at) = last_event_ms {
            heard.get_or_create(&ByAccount { account }).set(at.div_euclid(1000));
        }
    }
    Ok(())
}

async fn interactions(sql: &impl Sql, queues: &[Queue], registry: &mut Registry) -> Result<()> {
    let family: Family<ByQueueAndState, Gauge> = gauge(
        registry,
        "interactions",
        "Interactions that are not over, by queue (none: with a bot) and state",
    );
    let labels =
        |queue: &str, state: &str| ByQueueAndState { queue: queue.to_owned(), state: state.to_owned() };
    for queue in queues {
        for state in ["queued", "offered", "active", "wrap_up"] {
            family.get_or_create(&labels(&queue.id.0, state)).set(0);
        }
    }
    family.get_or_create(&labels("", "bot")).set(0);
    for (queue, state, count) in statistics::open(sql).await? {
        let queue = queue.map(|queue| queue.0).unwrap_or_default();
        family.get_or_create(&labels(&queue, &state)).set(count.into());
    }
    Ok(())
}

/// Since midnight, where the business is.
async fn today(
    sql: &impl Sql,
    now: Timestamp,
    zone: &TimeZone,
    queues: &[Queue],
    registry: &mut Registry,
) -> Result<()> {
    let wait: Family<ByQueue, Gauge<f64, AtomicU64>> =
        gauge(registry, "queue_longest_wait_seconds", "How long the first in the queue has been waiting");
    let answered: Family<ByQueue, Gauge> =
        gauge(registry, "answered_today", "Contacts that an agent answered since midnight");
    let in_time: Family<ByQueue, Gauge> = gauge(
        registry,
        "answered_within_target_today",
        "Those of them that were answered within the queue's service level",
    );
    let abandoned: Family<ByQueue, Gauge> =
        gauge(registry, "abandoned_today", "Contacts who left the queue before that, since midnight");
    let figures = statistics::queues(sql, midnight(now, zone), now).await?;
    for queue in queues {
        let figures = figures.get(&queue.id).copied().unwrap_or_default();
        let labels = ByQueue { queue: queue.id.0.clone() };
        let waited = figures.oldest.map_or(0.0, |since| now.since(since).as_secs_f64());
        wait.get_or_create(&labels).set(waited);
        answered.get_or_create(&labels).set(signed(figures.tally.answered));
        in_time.get_or_create(&labels).set(signed(figures.tally.answered_within));
        abandoned.get_or_create(&labels).set(signed(figures.tally.abandoned));
    }
    Ok(())
}

async fn agents(sql: &impl Sql, registry: &mut Registry) -> Result<()> {
    let family: Family<ByStatus, Gauge> = gauge(registry, "agents", "Agents, by what they declare");
    let status = |presence: &Presence| match presence {
        Presence::Available => "available",
        Presence::Pause(_) => "pause",
        Presence::Offline => "offline",
    };
    for status in ["available", "pause", "offline"] {
        family.get_or_create(&ByStatus { status }).set(0);
    }
    for agent in agent::all(sql).await? {
        family.get_or_create(&ByStatus { status: status(&agent.presence) }).inc();
    }
    Ok(())
}

fn backlog(backlog: &[Backlog], now: Timestamp, registry: &mut Registry) {
    let rows: Family<ByKindAndState, Gauge> =
        gauge(registry, "due_work", "Due work that waits, or that failed and needs a person");
    let late: Family<ByKind, Gauge<f64, AtomicU64>> =
        gauge(registry, "due_work_oldest_seconds", "For how long the oldest waiting work has been due");
    let labels = |kind: &str, state: &str| ByKindAndState { kind: kind.to_owned(), state: state.to_owned() };
    for kind in Kind::OURS.into_iter().chain(Kind::OUTSIDE).map(Kind::as_str) {
        rows.get_or_create(&labels(kind, "waiting")).set(0);
        rows.get_or_create(&labels(kind, "failed")).set(0);
        let of = |row: &&Backlog| row.kind == kind && row.state == "waiting";
        let since = backlog.iter().find(of).map_or(0.0, |row| now.since(row.first_due_at).as_secs_f64());
        late.get_or_create(&ByKind { kind }).set(since);
    }
    for Backlog { kind, state, rows: count, .. } in backlog {
        rows.get_or_create(&labels(kind, state)).set((*count).into());
    }
}
