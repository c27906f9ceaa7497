//! Figures for supervisors: what happened between two instants, by queue, agent or channel. They are the
//! live view's, over other visits.

mod interval;
mod question;

use crate::view::signed;
use api::figures::{AgentTime, FigureGroup, FigureInterval, Figures, Metric};
use domain::{
    figures::{
        agent::{self as time, Span, Time},
        metric::{Of, metrics},
        resolution::{AGAIN_WITHIN, Resolution, one, verdicts},
        tally::Tally,
        visit::Spell,
    },
    id::AgentId,
    time::Timestamp,
};
use interval::Intervals;
use jiff::tz::TimeZone;
use question::Asked;
use shell::failure::Result;
use std::{collections::BTreeMap, time::Duration};
use store::{
    agent,
    port::Sql,
    queue,
    statistics::{Group, Over, Question, TallyRow, over, tallies},
    visit,
};

/// Every interaction that ended is looked at: beyond this, first-contact resolution is left out.
const RESOLUTION_SPAN_MAX: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// What is known of a group in one interval.
#[derive(Debug, Clone, Default)]
struct Known {
    tally: Tally,
    resolution: Resolution,
    /// Of agents.
    time: Option<Time>,
}

/// By interval, the first is 0.
type Row = BTreeMap<usize, Known>;

/// Answers the query of `GET /api/figures`. Hours and days are those of `zone` unless it names another.
pub async fn figures(sql: &impl Sql, now: Timestamp, zone: &TimeZone, query: &str) -> Result<Figures> {
    let asked = Asked::read(query, now, zone)?;
    let intervals = asked.intervals();
    let mut rows = BTreeMap::<String, Row>::new();
    for TallyRow { group, at, tally } in tallies(sql, asked.question).await? {
        let Some(interval) = intervals.index(at) else { continue };
        let known = rows.entry(group).or_default().entry(interval).or_default();
        known.tally = known.tally.merge(tally);
    }
    for (group, at, resolution) in resolutions(sql, asked.question).await? {
        let Some(interval) = intervals.index(at) else { continue };
        let known = rows.entry(group).or_default().entry(interval).or_default();
        known.resolution = known.resolution.merge(resolution);
    }
    if asked.question.by == Group::Agent {
        for (agent, times) in agent_times(sql, now, &intervals).await? {
            for (interval, time) in times {
                rows.entry(agent.0.clone()).or_default().entry(interval).or_default().time = Some(time);
            }
        }
    }
    let names = names(sql, asked.question.by).await?;
    let mut total = Row::new();
    for (interval, known) in rows.values().flatten() {
        total.entry(*interval).or_default().merge(known);
    }
    let group = |(id, row): (String, Row)| FigureGroup {
        name: names.get(&id).cloned().unwrap_or_else(|| id.clone()),
        id,
        intervals: shown(&intervals, row),
    };
    Ok(Figures {
        by: asked.by,
        interval: asked.interval,
        when: asked.when,
        zone: asked.zone,
        from_ms: asked.question.from.0,
        until_ms: asked.question.until.0,
        groups: rows.into_iter().map(group).collect(),
        total: shown(&intervals, total),
    })
}

impl Known {
    fn merge(&mut self, other: &Known) {
        self.tally = self.tally.merge(other.tally);
        self.resolution = self.resolution.merge(other.resolution);
        if let Some(time) = &other.time {
            self.time = Some(self.time.take().unwrap_or_default().merge(time.clone()));
        }
    }
}

async fn names(sql: &impl Sql, by: Group) -> Result<BTreeMap<String, String>> {
    Ok(match by {
        Group::Queue => queue::all(sql).await?.into_iter().map(|queue| (queue.id.0, queue.name)).collect(),
        Group::Agent => agent::all(sql).await?.into_iter().map(|agent| (agent.id.0, agent.name)).collect(),
        Group::Channel => BTreeMap::new(),
    })
}

/// The first contacts of each group that can be judged, and when they ended. Whoever came within a week
/// before was no first contact, and whoever came within a week after was not helped.
async fn resolutions(sql: &impl Sql, question: Question) -> Result<Vec<(String, Timestamp, Resolution)>> {
    let Question { by, from, until, now, kind, .. } = question;
    if until.since(from) > RESOLUTION_SPAN_MAX {
        return Ok(vec![]);
    }
    let before = Timestamp((from - AGAIN_WITHIN).0.max(0));
    let all = over(sql, before, until.min(now) + AGAIN_WITHIN, kind).await?;
    let closed: Vec<_> = all.iter().map(|over| over.closed.clone()).collect();
    let judged = verdicts(&closed, AGAIN_WITHIN, now).into_iter().filter_map(|(place, is_resolved)| {
        let Over { closed, queue, agent, channel } = all.get(place)?;
        let group = match by {
            Group::Queue => queue.as_ref().map(|queue| queue.0.clone()),
            Group::Agent => agent.as_ref().map(|agent| agent.0.clone()),
            Group::Channel => Some(channel.clone()),
        };
        let is_asked = (from..until).contains(&closed.at);
        is_asked.then_some((group?, closed.at, one(is_resolved)))
    });
    Ok(judged.collect())
}

/// What each agent's time went into, up to now. Intervals in which an agent was not there are left out.
async fn agent_times(
    sql: &impl Sql,
    now: Timestamp,
    intervals: &Intervals,
) -> Result<BTreeMap<AgentId, BTreeMap<usize, Time>>> {
    let Span { from, until } = intervals.whole();
    let until = until.min(now);
    let declared = agent::declarations(sql, from, until).await?;
    let mut spells = BTreeMap::<AgentId, BTreeMap<usize, Vec<Spell>>>::new();
    for spell in visit::spells(sql, from, until).await? {
        let last = spell.until.unwrap_or(until).min(until);
        let parts = spells.entry(spell.agent.clone()).or_default();
        for interval in intervals.between(spell.from.max(from), last) {
            parts.entry(interval).or_default().push(spell.clone());
        }
    }
    let mut times = BTreeMap::<AgentId, BTreeMap<usize, Time>>::new();
    let agents = declared.keys().chain(spells.keys()).cloned().collect::<std::collections::BTreeSet<_>>();
    for agent in agents {
        let declared = declared.get(&agent).map_or(&[][..], Vec::as_slice);
        for interval in intervals.between(from, until) {
            let Some(span) = intervals.span(interval) else { continue };
            let span = Span { until: span.until.min(until), ..span };
            let own = spells.get(&agent).and_then(|parts| parts.get(&interval));
            let time = time::time(declared, own.into_iter().flatten(), span);
            let absent = Time { offline: span.length(), ..Time::default() };
            if time != absent {
                times.entry(agent.clone()).or_default().insert(interval, time);
            }
        }
    }
    Ok(times)
}

fn shown(intervals: &Intervals, row: Row) -> Vec<FigureInterval> {
    let show = |(interval, known): (usize, Known)| {
        let span = intervals.span(interval)?;
        let figure = |name: &str, value: Option<f64>| value.map(|value| (name.to_owned(), value));
        let figures = metrics().filter_map(|metric| match metric.of {
            Of::Queue(of) => figure(metric.name, of(&known.tally)),
            Of::Agent(of) => figure(metric.name, known.time.as_ref().and_then(of)),
            Of::Contacts(of) => figure(metric.name, of(&known.resolution)),
            Of::Schedule(_) => None,
        });
        let Resolution { judged, resolved } = known.resolution;
        let contacts = [("first_contacts_judged", judged), ("first_contacts_resolved", resolved)];
        let fields = Tally::NAMES.iter().copied().zip(known.tally.values());
        let fields = fields.chain(contacts).filter(|(_, value)| *value > 0);
        Some(FigureInterval {
            from_ms: span.from.0,
            until_ms: span.until.0,
            figures: figures.collect(),
            tally: fields.map(|(name, value)| (name.to_owned(), signed(value))).collect(),
            time: known.time.map(agent_time),
        })
    };
    row.into_iter().filter_map(show).collect()
}

fn agent_time(time: Time) -> AgentTime {
    let ms = |time: Duration| crate::view::millis(time);
    AgentTime {
        available_ms: ms(time.available),
        paused_ms: time.paused.into_iter().map(|(reason, time)| (reason, ms(time))).collect(),
        offline_ms: ms(time.offline),
        idle_ms: ms(time.idle),
        reserved_ms: ms(time.reserved),
        busy_ms: ms(time.busy),
        wrap_up_ms: ms(time.wrap_up),
    }
}

/// Every figure there is, whoever computes it.
pub fn list() -> Vec<Metric> {
    let metric = |metric: &domain::figures::metric::Metric| Metric {
        name: metric.name.to_owned(),
        unit: metric.unit.as_str().to_owned(),
        formula: metric.formula.to_owned(),
        source: metric.source.to_owned(),
        of: match metric.of {
            Of::Queue(_) => "queue",
            Of::Agent(_) => "agent",
            Of::Schedule(_) => "schedule",
            Of::Contacts(_) => "contacts",
        }
        .to_owned(),
    };
    metrics().map(metric).collect()
}
