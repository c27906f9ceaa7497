//! Erlang's formulas: what becomes of the calls that come to so many agents.
//!
//! *B* loses who finds nobody free, *C* lets everybody wait for as long as it takes, *A* lets people leave when
//! their patience is over. B and C: A. K. Erlang, "Solution of some problems in the theory of probabilities of
//! significance in automatic telephone exchanges", 1917. A: C. Palm, 1946, as the case of exponential patience of
//! F. Baccelli and G. Hebuterne, "On queues with impatient customers", 1981.

use serde::Serialize;

/// What comes, in the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traffic {
    pub calls_per_hour: f64,
    /// Mean time that a call takes an agent, with its wrap-up.
    pub aht_s: f64,
    /// Mean time after which somebody who waits leaves. `None`: nobody does.
    pub patience_s: Option<f64>,
}

impl Traffic {
    /// The offered load: how many agents would be busy if nobody had to wait.
    pub fn erlangs(&self) -> f64 {
        self.calls_per_hour * self.aht_s / 3600.0
    }
}

/// What a number of agents makes of the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    pub agents: u32,
    /// The part of their time that agents are busy.
    pub occupancy: f64,
    /// Who does not find an agent free, of all.
    pub p_wait: f64,
    /// Who is answered in time, of all: [`ServiceLevels::of_all`].
    pub service_level: f64,
    /// Mean wait of all; who leaves counts for as long as they waited. `None`: without end, more comes than is done.
    pub asa_s: Option<f64>,
    /// Who leaves before an agent answers, of all.
    pub p_abandon: f64,
}

/// Four formulas that all go by the name of service level. Without patience they are one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceLevels {
    /// Answered in time, of all who called.
    pub of_all: f64,
    /// Answered in time, of those who were answered.
    pub of_answered: f64,
    /// Answered in time or gone in time, of all: an abandoned call is no fault.
    pub with_abandoned: f64,
    /// Answered in time, of all but those who were gone in time: nobody could have answered them.
    pub without_early_abandoned: f64,
}

/// All there is to know of so many agents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    pub figures: Figures,
    pub service_levels: ServiceLevels,
}

/// Erlang B: who is lost if nobody can wait.
pub fn b(agents: u32, erlangs: f64) -> f64 {
    (1..=agents).fold(1.0, |lost, agents| one_more(lost, agents, erlangs))
}

/// The loss with `agents` when it is `lost` with one fewer. It never leaves 0 to 1, so no number is too large for it.
fn one_more(lost: f64, agents: u32, erlangs: f64) -> f64 {
    erlangs * lost / (f64::from(agents) + erlangs * lost)
}

/// Erlang C: who has to wait if everybody does until they are answered. 1 where more comes than is done.
pub fn c(agents: u32, erlangs: f64) -> f64 {
    waiting(agents, erlangs, b(agents, erlangs))
}

fn waiting(agents: u32, erlangs: f64, lost: f64) -> f64 {
    let agents = f64::from(agents);
    if agents <= erlangs { 1.0 } else { agents * lost / (agents - erlangs * (1.0 - lost)) }
}

/// What becomes of the traffic with so many agents, one at least: Erlang A where patience ends, else Erlang C.
pub fn outcome(agents: u32, traffic: &Traffic, within_s: f64) -> Outcome {
    let agents = agents.max(1);
    let lost = b(agents - 1, traffic.erlangs());
    of_loss(agents, traffic, within_s, lost)
}

/// One outcome after the other, from `first` agents on.
pub(super) fn outcomes(first: u32, traffic: Traffic, within_s: f64) -> impl Iterator<Item = Outcome> {
    let mut lost = b(first.saturating_sub(1), traffic.erlangs());
    (first..).map(move |agents| {
        let outcome = of_loss(agents, &traffic, within_s, lost);
        lost = one_more(lost, agents, traffic.erlangs());
        outcome
    })
}

/// `lost`: what would be lost with one agent fewer.
fn of_loss(agents: u32, traffic: &Traffic, within_s: f64, lost: f64) -> Outcome {
    match traffic.patience_s {
        Some(patience_s) => impatient(agents, traffic, patience_s, within_s, lost),
        None => patient(agents, traffic, within_s, one_more(lost, agents, traffic.erlangs())),
    }
}

fn patient(agents: u32, traffic: &Traffic, within_s: f64, lost: f64) -> Outcome {
    let erlangs = traffic.erlangs();
    let idle = f64::from(agents) - erlangs;
    let p_wait = waiting(agents, erlangs, lost);
    let level = if idle > 0.0 { 1.0 - p_wait * (-idle * within_s / traffic.aht_s).exp() } else { 0.0 };
    Outcome {
        figures: Figures {
            agents,
            occupancy: (erlangs / f64::from(agents)).min(1.0),
            p_wait,
            service_level: level,
            asa_s: (idle > 0.0).then(|| p_wait * traffic.aht_s / idle),
            p_abandon: 0.0,
        },
        service_levels: ServiceLevels {
            of_all: level,
            of_answered: level,
            with_abandoned: level,
            without_early_abandoned: level,
        },
    }
}

fn impatient(agents: u32, traffic: &Traffic, patience_s: f64, within_s: f64, lost: f64) -> Outcome {
    let erlangs = traffic.erlangs();
    let wait = OfferedWait::new(f64::from(agents), erlangs, traffic.aht_s / patience_s);
    let within = within_s / traffic.aht_s;
    let early = wait.between(0.0, within);
    let late = wait.between(within, f64::INFINITY);
    // Either an agent is free, or somebody waits: by how much the second is likelier follows from the loss.
    let at_once = (-wait.log_rise).exp();
    let all = at_once + erlangs * lost * (early.all() + late.all());
    let weight = erlangs * lost / all;
    let p_wait = weight * (early.all() + late.all());
    let p_abandon = weight * (early.abandoned + late.abandoned);
    let in_time = at_once / all + weight * early.answered;
    let gone_in_time = weight * (early.abandoned - late.all() * (-within_s / patience_s).exp_m1());
    Outcome {
        figures: Figures {
            agents,
            occupancy: (erlangs * (1.0 - p_abandon) / f64::from(agents)).min(1.0),
            p_wait,
            service_level: in_time,
            // Little: who waits leaves at the rate of 1 / patience.
            asa_s: Some(p_abandon * patience_s),
            p_abandon,
        },
        service_levels: ServiceLevels {
            of_all: in_time,
            of_answered: in_time / (1.0 - p_abandon),
            with_abandoned: in_time + gone_in_time,
            without_early_abandoned: in_time / (1.0 - gone_in_time),
        },
    }
}

/// How long somebody with all patience would wait, if longer than not at all.
///
/// Its density at `x` is, up to a factor, the exponential of `a/t · (1 − e^−tx) − n·x` for `n` agents, a load of `a`
/// and people who leave at the rate `t`; the time of a call is 1. That is a hill, steeper than a straight line on
/// both sides. All heights are told from its top, so none is too large for a number, and where they are small beside
/// it, they are exact.
struct OfferedWait {
    /// `t`
    leaving: f64,
    /// `n − a` where it is positive: the hill's slope at its top, which then stands at no wait at all.
    slope: f64,
    /// The smaller one of `n` and `a`: how the hill curves.
    curve: f64,
    /// Nowhere does it rise or fall faster.
    steepest: f64,
    /// Where its top is.
    top: f64,
    /// How much higher the top is than the beginning, as a logarithm.
    log_rise: f64,
}

/// Who waits in some range, by how it ends.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    answered: f64,
    abandoned: f64,
}

impl Share {
    fn all(self) -> f64 {
        self.answered + self.abandoned
    }

    fn and(self, other: Share) -> Share {
        Share { answered: self.answered + other.answered, abandoned: self.abandoned + other.abandoned }
    }
}

/// What is lower than the highest by this logarithm is nothing beside it.
const NOTHING: f64 = 50.0;

impl OfferedWait {
    fn new(agents: f64, erlangs: f64, leaving: f64) -> Self {
        let over = (erlangs / agents).ln().max(0.0);
        OfferedWait {
            leaving,
            slope: (agents - erlangs).max(0.0),
            curve: agents.min(erlangs),
            steepest: agents.max(erlangs),
            top: over / leaving,
            log_rise: over * over * bend(-over) * agents / leaving,
        }
    }

    /// The logarithm of the density so far behind the top, from the top.
    fn log_height(&self, behind: f64) -> f64 {
        let bent = self.curve * self.leaving * behind * behind * bend(self.leaving * behind);
        -bent - self.slope * behind
    }

    /// Who waits longer than `from` and not longer than `to`.
    fn between(&self, from: f64, to: f64) -> Share {
        let (from, to) = (from - self.top, to - self.top);
        let ahead = self.piece(to.min(0.0), from.min(0.0));
        let behind = self.piece(from.max(0.0), to.max(0.0));
        ahead.and(behind)
    }

    /// Of one side of the hill, from `high` down to `low`, as far as there is anything.
    fn piece(&self, high: f64, low: f64) -> Share {
        let down = if low < high { -1.0 } else { 1.0 };
        let end = (low - high).abs().min(self.reach(high, down));
        // After so long nobody is left who could leave, and the hill is straight.
        let bend = (NOTHING / self.leaving).min(end);
        [(0.0, bend), (bend, end)].into_iter().fold(Share::default(), |sum, (begin, end)| {
            sum.and(integral(begin, end, |far| {
                let at = high + down * far;
                let height = self.log_height(at).exp();
                let gone = -(-self.leaving * (self.top + at)).exp_m1();
                Share { answered: height * (1.0 - gone), abandoned: height * gone }
            }))
        })
    }

    /// How far it goes down to nothing, at most twice.
    fn reach(&self, high: f64, down: f64) -> f64 {
        let floor = self.log_height(high) - NOTHING;
        let mut far = 1.0 / (self.steepest + self.leaving);
        while floor < self.log_height(high + down * far) {
            far *= 2.0;
        }
        far
    }
}

/// `(u − 1 + e^−u) / u²`: how far an exponential has bent from its tangent.
fn bend(u: f64) -> f64 {
    if 0.5 < u.abs() {
        return (u + (-u).exp_m1()) / (u * u);
    }
    // 1/2! − u/3! + u²/4! − …
    (3..18).rev().fold(1.0, |sum, k| 1.0 - u / f64::from(k) * sum) / 2.0
}

/// So fine are the steps of the integral: half of it changes no figure in its first twelve digits.
const STEP: f64 = 1.0 / 16.0;

/// Where the weights of the integral end: the next would be less than 10⁻¹⁷ of the whole.
const STEPS: i32 = 52;

/// By tanh-sinh quadrature (H. Takahasi and M. Mori, 1974), which finds scales far smaller than the range at its ends.
fn integral(from: f64, to: f64, density: impl Fn(f64) -> Share) -> Share {
    let length = to - from;
    if length <= 0.0 {
        return Share::default();
    }
    (-STEPS..=STEPS).fold(Share::default(), |sum, step| {
        let s = STEP * f64::from(step);
        let e = (-std::f64::consts::PI * s.sinh()).exp();
        let weight = STEP * length * std::f64::consts::PI * s.cosh() * e / ((1.0 + e) * (1.0 + e));
        let share = density(from + length / (1.0 + e));
        sum.and(Share { answered: weight * share.answered, abandoned: weight * share.abandoned })
    })
}
