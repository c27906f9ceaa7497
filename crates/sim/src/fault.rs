//! What goes wrong, and how often. Each seed has its own weather: most faults are off in most seeds, so
//! that a rare mixture is as likely as everything at once.

use crate::dice::Dice;

/// Probabilities, each for one occasion.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    /// The database does not answer a statement.
    pub(crate) unavailable: f64,
    /// A commit happens, and nobody learns that it did.
    pub(crate) commit_unheard: f64,
    /// Somebody else appended first.
    pub(crate) lost_race: f64,
    /// A worker ends before a statement: in the middle of a transaction or between two.
    pub(crate) crash: f64,
    /// A worker ends right after its commit, before any effect.
    pub(crate) crash_after_commit: f64,
    /// Nobody tries due work after the commit.
    pub(crate) forgotten: f64,
    /// A call between components that does not arrive, or whose answer does not.
    pub(crate) call_lost: f64,
    /// Per minute and host.
    pub(crate) host_crash: f64,
    pub(crate) clock_jump: f64,
    /// A clock goes back between the taking of due work and the doing.
    pub(crate) clock_back: f64,
    /// Per minute: nobody reaches the database for a while.
    pub(crate) outage: f64,

    pub(crate) webhook_twice: f64,
    pub(crate) webhook_late: f64,
    /// Something in a webhook cannot be read.
    pub(crate) webhook_broken: f64,
    pub(crate) provider_busy: f64,
    pub(crate) provider_refuses: f64,
    pub(crate) provider_unreached: f64,
    /// It takes the message or not, and says nothing in time.
    pub(crate) provider_silent: f64,

    pub(crate) bot_slow: f64,
    pub(crate) bot_traps: f64,
    pub(crate) bot_nonsense: f64,
    pub(crate) policy_nonsense: f64,

    pub(crate) agent_declines: f64,
    pub(crate) agent_misses: f64,
    pub(crate) agent_vanishes: f64,
}

impl Faults {
    pub(crate) fn draw(dice: &Dice) -> Self {
        let rate = |max: f64| match dice.within(0..=9) {
            0..=4 => 0.0,
            5..=7 => max / 10.0,
            _ => max,
        };
        Faults {
            // For each statement, of which a first message takes some sixty: it must come through within the
            // attempts that it has.
            unavailable: rate(0.004),
            commit_unheard: rate(0.02),
            lost_race: rate(0.1),
            crash: rate(0.004),
            crash_after_commit: rate(0.03),
            forgotten: rate(0.3),
            call_lost: rate(0.05),
            host_crash: rate(0.3),
            clock_jump: rate(1.0),
            clock_back: rate(0.01),
            outage: rate(0.2),
            webhook_twice: rate(0.4),
            webhook_late: rate(0.3),
            webhook_broken: rate(0.05),
            provider_busy: rate(0.3),
            provider_refuses: rate(0.1),
            provider_unreached: rate(0.2),
            provider_silent: rate(0.15),
            bot_slow: rate(0.2),
            bot_traps: rate(0.2),
            bot_nonsense: rate(0.1),
            policy_nonsense: rate(0.1),
            agent_declines: rate(0.2),
            agent_misses: rate(0.2),
            agent_vanishes: rate(0.2),
        }
    }
}
