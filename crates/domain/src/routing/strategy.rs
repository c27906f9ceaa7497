//! Which of several agents is asked, where more are free than there are contacts.
//!
//! Every strategy ends in the same tie-break: the longest idle, then the lowest id.

use super::{Candidate, Service, need::Expression};
use crate::{
    id::{AgentId, QueueId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Strategy {
    /// Who holds the least, then who has had nothing new for the longest; a pause puts at the end.
    #[default]
    LongestIdle,
    /// Whose last work in this queue ended the longest ago; a pause changes nothing.
    OldestFinish,
    /// Who was given the fewest in this queue since they came, with all that they hold now.
    Fewest,
    /// Who talked the least in this queue since they came.
    LeastTalk,
    /// The next after whom the queue asked last, by rank and id, and from the start again.
    RoundRobin,
    /// By rank, always from the start.
    Linear,
    /// The best rank; among equals the longest idle.
    Rank,
    /// Drawn, one of rank 1 twice as often as one of rank 2. What is drawn depends on nothing but the
    /// interaction and the agent.
    Random,
    /// The highest levels in the skills that are asked for.
    BestSkill,
    /// All at once; who answers first has it.
    RingAll { at_most: u32 },
    /// One, and one more each time nobody answered for so long; who answers first has it.
    RingProgressively { at_most: u32, every_ms: u64 },
}

impl Strategy {
    /// At how many agents an interaction may ring at the same time.
    pub fn rings(self) -> usize {
        match self {
            Strategy::RingAll { at_most } | Strategy::RingProgressively { at_most, .. } => {
                usize::try_from(at_most.clamp(1, RINGS_MAX)).unwrap_or(1)
            }
            _ => 1,
        }
    }

    /// After how long another one is asked while the first still ring.
    pub fn every(self) -> Option<Duration> {
        match self {
            Strategy::RingProgressively { every_ms, .. } => Some(Duration::from_millis(every_ms.max(1000))),
            _ => None,
        }
    }

    /// When one more may be asked, where it rings at so many since `now`. `None`: not until one of them is out.
    pub fn next_ring(self, now: Timestamp, ringing: u32) -> Option<Timestamp> {
        let is_room = usize::try_from(ringing).is_ok_and(|ringing| ringing < self.rings());
        is_room.then(|| now + self.every().unwrap_or_default())
    }

    /// A word for the agent, which the desk translates.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::LongestIdle => "longest_idle",
            Strategy::OldestFinish => "oldest_finish",
            Strategy::Fewest => "fewest",
            Strategy::LeastTalk => "least_talk",
            Strategy::RoundRobin => "round_robin",
            Strategy::Linear => "linear",
            Strategy::Rank => "rank",
            Strategy::Random => "random",
            Strategy::BestSkill => "best_skill",
            Strategy::RingAll { .. } => "ring_all",
            Strategy::RingProgressively { .. } => "ring_progressively",
        }
    }

    /// The order in which agents are asked: the smallest first.
    pub(super) fn key(self, candidate: &Candidate, service: &Service, expression: &Expression) -> Key {
        let Candidate { load, idle_since, .. } = candidate;
        let rank = i64::from(service.rank);
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let first = match self {
            Strategy::LongestIdle | Strategy::RingAll { .. } | Strategy::RingProgressively { .. } => {
                i64::from(load.total())
            }
            Strategy::OldestFinish => service.finished_at.map_or(i64::MIN, |at| at.0),
            Strategy::Fewest => i64::from(service.handled) + i64::from(load.total()),
            Strategy::LeastTalk => millis(service.talk),
            Strategy::RoundRobin | Strategy::Linear => {
                return Key { first: rank, idle_since: Timestamp(0) };
            }
            Strategy::Rank | Strategy::Random => rank,
            Strategy::BestSkill => -i64::from(expression.proficiency(&candidate.skills)),
        };
        Key { first, idle_since: *idle_since }
    }
}

/// As the largest anchor of the field has it.
const RINGS_MAX: u32 = 50;

/// What a strategy orders agents by; the agent's id comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) first: i64,
    pub(super) idle_since: Timestamp,
}

/// The key of [`Strategy::Random`]: an exponential variate with the weight `1 / rank`, of which the
/// smallest is each one's with a probability in proportion to their weights (Efraimidis and Spirakis,
/// 2006). The dice are a hash of who meets whom, so that a replay draws the same.
pub(super) fn draw(queue: &QueueId, interaction: &str, agent: &AgentId, rank: u32) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in [queue.as_str(), "\0", interaction, "\0", agent.as_str()].iter().flat_map(|text| text.bytes())
    {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // The end of SplitMix64: neighbouring texts are as far apart as any.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    #[allow(clippy::cast_precision_loss, reason = "53 bits are a double's own")]
    let uniform = ((hash >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    -uniform.ln() * f64::from(rank.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_fair_by_weight() {
        let (one, two) = (AgentId::from("one"), AgentId::from("two"));
        let sales = QueueId::from("sales");
        let wins = (0..30_000).filter(|contact| {
            let contact = contact.to_string();
            draw(&sales, &contact, &one, 1) < draw(&sales, &contact, &two, 2)
        });
        // Two of three, within five standard deviations.
        let wins = wins.count();
        assert!((19_592..=20_408).contains(&wins), "{wins}");
    }
}
