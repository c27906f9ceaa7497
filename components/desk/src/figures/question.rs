//! What `GET /api/figures` is asked.

use super::interval::{Interval, Intervals};
use crate::query::{number, parameter};
use domain::{
    channel::CapacityKind,
    figures::{agent::Span, tally::SHORT},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use shell::failure::{Failure, Result};
use std::time::Duration;
use store::statistics::{Attribution, Group, Question};

/// More than this is a question for an export.
const INTERVALS_MAX: u64 = 1000;
const SPAN_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Every spell of every agent is looked at.
const AGENTS_SPAN_MAX: Duration = Duration::from_secs(31 * 24 * 60 * 60);

#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) by: String,
    pub(super) interval: String,
    pub(super) when: String,
    pub(super) zone: String,
    pieces: Interval,
    clock: TimeZone,
}

impl Asked {
    pub(super) fn read(query: &str, now: Timestamp, zone: &TimeZone) -> Result<Self> {
        let text = |name: &str, usual: &str| parameter(query, name).unwrap_or_else(|| usual.to_owned());
        let (by, interval, when) = (text("by", "queue"), text("interval", "all"), text("when", "left"));
        let clock = match parameter(query, "zone") {
            Some(name) => TimeZone::get(&name).map_err(|_| wrong(&format!("zone {name} is not known")))?,
            None => zone.clone(),
        };
        let pieces = Interval::parse(&interval).ok_or_else(|| wrong("interval is 15m, 1h, 1d or all"))?;
        let group = match by.as_str() {
            "queue" => Group::Queue,
            "agent" => Group::Agent,
            "channel" => Group::Channel,
            _ => return Err(wrong("by is queue, agent or channel")),
        };
        let span = span(query, now)?;
        fits(span, group, pieces)?;
        let question = Question {
            by: group,
            attribution: match when.as_str() {
                "left" => Attribution::Left,
                "entered" => Attribution::Entered,
                _ => return Err(wrong("when is left or entered")),
            },
            from: span.from,
            until: span.until,
            now,
            within: number(query, "within_ms")?.map(Duration::from_millis),
            short: number(query, "short_ms")?.map_or(SHORT, Duration::from_millis),
            kind: parameter(query, "kind").map(|name| kind(&name)).transpose()?,
            quarters: pieces != Interval::All,
        };
        let zone = clock.iana_name().unwrap_or("UTC").to_owned();
        Ok(Asked { question, by, interval, when, zone, pieces, clock })
    }

    pub(super) fn intervals(&self) -> Intervals {
        let Question { from, until, .. } = self.question;
        Intervals::of(Span { from, until }, self.pieces, &self.clock)
    }
}

fn span(query: &str, now: Timestamp) -> Result<Span> {
    let instant = |name: &str| Ok::<_, Failure>(number(query, name)?.map(Timestamp));
    let from = instant("from_ms")?.ok_or_else(|| wrong("from_ms is missing"))?;
    let span = Span { from, until: instant("until_ms")?.unwrap_or(Timestamp(now.0 + 1)) };
    if from.0 < 0 || span.until <= from { Err(wrong("until_ms is after from_ms")) } else { Ok(span) }
}

fn fits(span: Span, by: Group, pieces: Interval) -> Result<()> {
    let longest = if by == Group::Agent { AGENTS_SPAN_MAX } else { SPAN_MAX };
    if span.length() > longest {
        return Err(wrong(&format!("ask for {} days at most", longest.as_secs() / 86_400)));
    }
    if pieces.count(span.length()) > INTERVALS_MAX {
        return Err(wrong(&format!("ask for {INTERVALS_MAX} intervals at most")));
    }
    Ok(())
}

fn kind(name: &str) -> Result<CapacityKind> {
    let known = CapacityKind::ALL.into_iter().find(|kind| kind.as_str() == name);
    known.ok_or_else(|| wrong("kind is call, chat, post or mail"))
}

fn wrong(text: &str) -> Failure {
    Failure::BadRequest(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    #[test]
    fn what_is_not_said_is_usual() {
        let asked = Asked::read("from_ms=1799990000000", NOW, &TimeZone::UTC).unwrap();
        assert_eq!(
            (asked.by.as_str(), asked.interval.as_str(), asked.when.as_str()),
            ("queue", "all", "left")
        );
        assert_eq!(asked.zone, "UTC");
        let Question { until, within, short, kind, quarters, .. } = asked.question;
        assert_eq!((until, within, short, kind, quarters), (Timestamp(NOW.0 + 1), None, SHORT, None, false));
        let more = "from_ms=0&until_ms=5&by=agent&interval=1h&when=entered&within_ms=9&short_ms=0&kind=call";
        let asked = Asked::read(&format!("{more}&zone=Europe/Madrid"), NOW, &TimeZone::UTC).unwrap();
        assert_eq!(asked.zone, "Europe/Madrid");
        let Question { within, short, kind, by, attribution, .. } = asked.question;
        let ms = Duration::from_millis;
        assert_eq!((within, short, kind), (Some(ms(9)), ms(0), Some(CapacityKind::Call)));
        assert_eq!((by, attribution), (Group::Agent, Attribution::Entered));
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let day = 86_400_000_i64;
        let rows = [
            ("", "from_ms is missing".to_owned()),
            ("from_ms=x", "from_ms is no number".to_owned()),
            ("from_ms=5&until_ms=5", "until_ms is after from_ms".to_owned()),
            ("from_ms=-5&until_ms=5", "until_ms is after from_ms".to_owned()),
            ("from_ms=1&until_ms=2&by=weather", "by is queue, agent or channel".to_owned()),
            ("from_ms=1&until_ms=2&interval=2h", "interval is 15m, 1h, 1d or all".to_owned()),
            ("from_ms=1&until_ms=2&when=never", "when is left or entered".to_owned()),
            ("from_ms=1&until_ms=2&kind=fax", "kind is call, chat, post or mail".to_owned()),
            ("from_ms=1&until_ms=2&zone=Mars/Base", "zone Mars/Base is not known".to_owned()),
            (&format!("from_ms=0&until_ms={}", 401 * day), "ask for 400 days at most".to_owned()),
            (&format!("from_ms=0&until_ms={}&by=agent", 32 * day), "ask for 31 days at most".to_owned()),
            (
                &format!("from_ms=0&until_ms={}&interval=15m", 11 * day),
                "ask for 1000 intervals at most".to_owned(),
            ),
        ];
        for (query, expected) in rows {
            let refused = Asked::read(query, NOW, &TimeZone::UTC).unwrap_err();
            assert_eq!(refused, Failure::BadRequest(expected), "{query}");
        }
    }
}
