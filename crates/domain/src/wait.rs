//! How long somebody who begins to wait will have to: the formulas of the field, each under a name.
//!
//! None of them knows the future, so each is as good as its error. `centralita simulate` measures that on any
//! center; [`estimate`] is the one that did best on ours (`docs/decisions/0025-estimated-wait.md`).

use std::time::Duration;

/// What is known when somebody begins to wait.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Known {
    /// 1: nobody in the queue goes before them.
    pub position: u32,
    /// All who wait in the queue, with them.
    pub waiting: u32,
    /// Who serves the queue and is available, with or without something in hand.
    pub agents: u32,
    /// Of them, with nothing in hand.
    pub ready: u32,
    /// How many contacts of this kind they can hold at once, all of them together.
    pub places: u32,
    /// The part of these agents' work that was for this queue, from 0 to 1.
    pub share: f64,
    /// The mean of talk, hold and wrap-up, `None` before the first.
    pub handle_time: Option<Duration>,
    /// The part of those whose wait is over who left, from 0 to 1.
    pub abandoned: f64,
    /// How many were answered in the last [`RECENT`], or since the center opened.
    pub answered: u32,
    /// How long that is.
    pub over: Duration,
    /// How long the last one who was answered had waited.
    pub last_wait: Option<Duration>,
    pub hold: HoldTime,
}

/// How far [`Formula::Throughput`] looks back.
pub const RECENT: Duration = Duration::from_secs(15 * 60);

/// A way to foretell a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Formula {
    /// The position's share of the handle time, over all agents. Expertflow; many flows of Amazon Connect.
    PerAgent,
    /// The same, without those who will leave. `zhangyuezhong/amazon-connect-ewt`.
    PerAgentLessAbandoned,
    /// AHT × CIQU / (AA × EP) of Genesys Stat Server's guide.
    StatServer,
    /// As fast as the queue was served lately.
    Throughput,
    /// Asterisk's running average of waits, `app_queue.c`.
    Asterisk,
    /// As long as the last one had to: LES of R. Ibrahim and W. Whitt, "Real-time delay estimation based on
    /// delay history", 2009.
    LastAnswered,
    /// [`Formula::PerAgentLessAbandoned`], over what the agents can hold at once: who writes with three people
    /// is three places.
    PerPlace,
}

impl Formula {
    pub const ALL: [Formula; 7] = [
        Formula::PerAgent,
        Formula::PerAgentLessAbandoned,
        Formula::StatServer,
        Formula::Throughput,
        Formula::Asterisk,
        Formula::LastAnswered,
        Formula::PerPlace,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Formula::PerAgent => "per_agent",
            Formula::PerAgentLessAbandoned => "per_agent_less_abandoned",
            Formula::StatServer => "stat_server",
            Formula::Throughput => "throughput",
            Formula::Asterisk => "asterisk",
            Formula::LastAnswered => "last_answered",
            Formula::PerPlace => "per_place",
        }
    }

    /// `None`: there is nothing yet that it could go by, or nobody who serves.
    pub fn estimate(self, known: &Known) -> Option<Duration> {
        match self {
            Formula::PerAgent => per(known, f64::from(known.agents)),
            Formula::PerAgentLessAbandoned => per(known, f64::from(known.agents)).map(less(known)),
            Formula::StatServer => Some(stat_server(known)),
            Formula::Throughput => throughput(known),
            Formula::Asterisk => known.last_wait.map(|_| known.hold.announced(Duration::ZERO)),
            Formula::LastAnswered => known.last_wait,
            Formula::PerPlace => per(known, f64::from(known.places)).map(less(known)),
        }
    }
}

/// The formula of [`estimate`].
pub const BEST: Formula = Formula::PerPlace;

/// What we tell. `None`: say nothing rather than something.
pub fn estimate(known: &Known) -> Option<Duration> {
    BEST.estimate(known)
}

/// So many who each take one of `servers` for the handle time.
fn per(known: &Known, servers: f64) -> Option<Duration> {
    let handle_time = known.handle_time?.as_secs_f64();
    (servers > 0.0).then(|| seconds(handle_time * f64::from(known.position) / servers))
}

fn less(known: &Known) -> impl FnOnce(Duration) -> Duration {
    let stay = 1.0 - known.abandoned.clamp(0.0, 1.0);
    move |wait| seconds(wait.as_secs_f64() * stay)
}

/// Its handle time while there is none, and its number of agents where there is none.
const STAT_SERVER_AHT: Duration = Duration::from_secs(90);
const STAT_SERVER_NOBODY: f64 = 0.0001;

fn stat_server(known: &Known) -> Duration {
    let handle_time = known.handle_time.unwrap_or(STAT_SERVER_AHT).as_secs_f64();
    let queued = known.waiting.saturating_sub(known.ready);
    let agents = if known.agents == 0 { STAT_SERVER_NOBODY } else { f64::from(known.agents) };
    let share = if known.share > 0.0 { known.share } else { 1.0 };
    seconds(handle_time * f64::from(queued) / (agents * share))
}

fn throughput(known: &Known) -> Option<Duration> {
    let each = known.over.as_secs_f64() / f64::from(known.answered);
    (known.answered > 0).then(|| seconds(each * f64::from(known.position)))
}

/// Nobody is told of more than a week.
fn seconds(seconds: f64) -> Duration {
    Duration::from_millis((seconds * 1000.0).round().clamp(0.0, 604_800_000.0) as u64)
}

/// Asterisk's mean wait, in whole seconds: each new one counts a quarter, and what is left over is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HoldTime(u64);

impl HoldTime {
    /// After somebody was answered who had waited so long.
    #[must_use]
    pub fn and(self, waited: Duration) -> Self {
        HoldTime((3 * self.0 + waited.as_secs()) >> 2)
    }

    /// What is left of it for somebody who has waited already.
    pub fn announced(self, waited: Duration) -> Duration {
        Duration::from_secs(self.0).saturating_sub(waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn asterisks_integers() {
        // Computed by hand from `(3·old + new) >> 2`.
        let mut hold = HoldTime::default();
        for (waited, expected) in [(40, 10), (80, 27), (20, 25), (60, 33)] {
            hold = hold.and(of(waited));
            assert_eq!(hold.announced(Duration::ZERO), of(expected));
        }
        assert_eq!(hold.announced(of(30)), of(3));
        assert_eq!(hold.announced(of(40)), of(0));
    }

    #[test]
    fn each_formula_by_hand() {
        let busy = Known {
            position: 4,
            waiting: 6,
            agents: 10,
            ready: 2,
            places: 30,
            share: 0.5,
            handle_time: Some(of(300)),
            abandoned: 0.2,
            answered: 45,
            over: of(900),
            last_wait: Some(of(70)),
            hold: HoldTime(33),
        };
        let first = Known { handle_time: None, answered: 0, last_wait: None, share: 0.0, ..busy };
        let nobody = Known { agents: 0, ready: 0, places: 0, ..busy };
        let rows = [
            // 300 × 4 / 10, and a fifth of that less.
            (Formula::PerAgent, busy, Some(120_000)),
            (Formula::PerAgentLessAbandoned, busy, Some(96_000)),
            // 300 × (6 − 2) / (10 × 0.5); 90 s while nothing is known; nobody at all: 300 × 6 / 0.00005, capped.
            (Formula::StatServer, busy, Some(240_000)),
            (Formula::StatServer, first, Some(36_000)),
            (Formula::StatServer, nobody, Some(604_800_000)),
            // One in 20 s.
            (Formula::Throughput, busy, Some(80_000)),
            (Formula::Asterisk, busy, Some(33_000)),
            (Formula::LastAnswered, busy, Some(70_000)),
            // 300 × 4 / 30 × 0.8
            (Formula::PerPlace, busy, Some(32_000)),
            (Formula::PerAgent, first, None),
            (Formula::Throughput, first, None),
            (Formula::Asterisk, first, None),
            (Formula::LastAnswered, first, None),
            (Formula::PerPlace, first, None),
            (Formula::PerAgent, nobody, None),
            (Formula::PerPlace, nobody, None),
        ];
        for (formula, known, expected) in rows {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(formula.estimate(&known), expected, "{} of {known:?}", formula.as_str());
        }
    }
}
