//! What staffing says, against published figures, hand-made fractions, and centers that are played through state by
//! state without any of its formulas.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use domain::staffing::{
    erlang::{self, Outcome, Traffic, outcome},
    requirement::{Plan, Question, TARGET, plan},
};

/// To so many decimals the source prints it.
#[track_caller]
fn check(found: f64, printed: &str) {
    let decimals = printed.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    assert_eq!(format!("{found:.decimals$}"), printed, "{found}");
}

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    let off = (found - expected).abs();
    assert!(off <= relative * expected.abs() + f64::MIN_POSITIVE, "{found} is not {expected}");
}

fn traffic(calls_per_hour: f64, aht_s: f64, patience_s: Option<f64>) -> Traffic {
    Traffic { calls_per_hour, aht_s, patience_s }
}

fn question(calls_per_hour: f64, aht_s: f64, within_s: f64) -> Question {
    Question {
        calls_per_hour,
        aht_s,
        within_s,
        patience_s: None,
        shrinkage: 0.0,
        max_occupancy: None,
        target: TARGET,
    }
}

#[test]
fn erlang_b_and_c_are_the_fractions_that_are_made_by_hand() {
    for (agents, load, numerator, denominator) in
        [(1, 1.0, 1.0, 2.0), (2, 1.0, 1.0, 5.0), (5, 3.0, 81.0, 736.0), (10, 5.0, 390_625.0, 21_247_437.0)]
    {
        near(erlang::b(agents, load), numerator / denominator, 1e-14);
    }
    for (agents, load, numerator, denominator) in [
        (1, 0.5, 1.0, 2.0),
        (2, 1.0, 1.0, 3.0),
        (3, 2.0, 4.0, 9.0),
        (5, 4.0, 128.0, 231.0),
        (10, 8.0, 4_194_304.0, 10_250_507.0),
    ] {
        near(erlang::c(agents, load), numerator / denominator, 1e-14);
    }
}

#[test]
fn erlang_b_and_c_are_what_is_published() {
    check(erlang::b(16, 10.0), "0.022302");
    check(erlang::b(17, 10.0), "0.012949");
    check(erlang::b(200, 180.0), "0.010325");
    check(erlang::c(25, 20.0), "0.209103");
    check(erlang::c(14, 10.0), "0.1741319335950498");
    // A load of 10 in calls of 180 s, 20 s to answer.
    for (agents, p_wait, level, asa) in [
        (11, "0.682118", "0.389614", "122.781"),
        (12, "0.449388", "0.640158", "40.445"),
        (13, "0.285270", "0.795595", "17.116"),
        (14, "0.174132", "0.888350", "7.836"),
        (15, "0.102042", "0.941453", "3.674"),
        (16, "0.057340", "0.970560", "1.720"),
    ] {
        let figures = outcome(agents, &traffic(200.0, 180.0, None), 20.0).figures;
        check(figures.p_wait, p_wait);
        check(figures.service_level, level);
        check(figures.asa_s.unwrap(), asa);
    }
    let figures = outcome(14, &traffic(200.0, 180.0, None), 20.0).figures;
    check(figures.service_level, "0.8883500191794669");
    let figures = outcome(55, &traffic(720.0, 240.0, None), 15.0).figures;
    check(figures.p_wait, "0.238701");
    check(figures.asa_s.unwrap(), "8.1840");
    check(figures.service_level, "0.845883");
    check(figures.occupancy, "0.8727");
    for (load, agents, aht_s, within_s, level) in [
        (5.0, 8, 300.0, 15.0, "0.8560"),
        (20.0, 24, 200.0, 25.0, "0.8192"),
        (50.0, 58, 240.0, 30.0, "0.9285"),
        (100.0, 112, 300.0, 20.0, "0.9247"),
    ] {
        let calls = load * 3600.0 / aht_s;
        check(outcome(agents, &traffic(calls, aht_s, None), within_s).figures.service_level, level);
    }
}

#[test]
fn erlang_a_is_what_is_published() {
    let traffic = traffic(200.0, 180.0, Some(300.0));
    for (agents, p_wait, p_abandon) in [
        (10, "0.599433", "0.109438"),
        (11, "0.459775", "0.069945"),
        (12, "0.331802", "0.042711"),
        (13, "0.225797", "0.024963"),
        (14, "0.145260", "0.013984"),
        (16, "0.051251", "0.003876"),
    ] {
        let figures = outcome(agents, &traffic, 20.0).figures;
        check(figures.p_wait, p_wait);
        check(figures.p_abandon, p_abandon);
    }
    let Outcome { figures, service_levels } = outcome(14, &traffic, 20.0);
    check(figures.asa_s.unwrap() / 60.0, "0.069919");
    check(figures.occupancy, "0.704297");
    check(figures.service_level, "0.916792");
    // The other three are published nowhere: made with 30 digits from the density of the wait.
    check(service_levels.of_all, "0.916792091863547");
    check(service_levels.of_answered, "0.929794094568520");
    check(service_levels.with_abandoned, "0.923956027274745");
    check(service_levels.without_early_abandoned, "0.923407322278578");
}

#[test]
fn so_many_agents_are_published_for_it() {
    let example = Question { shrinkage: 0.3, max_occupancy: Some(0.85), ..question(200.0, 180.0, 20.0) };
    for (question, recommended, scheduled) in [
        (example, 14, 20),
        (Question { max_occupancy: Some(0.7), ..example }, 15, 22),
        (question(250.0, 330.0, 30.0), 28, 28),
    ] {
        let Plan { recommended: raw, scheduled: with_shrinkage, .. } = plan(&question).unwrap();
        assert_eq!((raw, with_shrinkage), (recommended, scheduled), "{question:?}");
    }
    let level = |agents| outcome(agents, &traffic(250.0, 330.0, None), 30.0).figures.service_level;
    check(level(27), "0.78218");
    check(level(28), "0.85685");
    // 17 lines for 2 %.
    assert_eq!((1..).find(|lines| erlang::b(*lines, 10.0) <= 0.02), Some(17));
}

/// A center with patience, state by state: how likely it is that so many are in it, and what becomes of somebody who
/// finds so many waiting. Time is counted in calls.
struct Chain {
    agents: usize,
    leaving: f64,
    /// How likely each number of people is.
    states: Vec<f64>,
}

impl Chain {
    fn solve(agents: usize, load: f64, leaving: f64) -> Self {
        let (mut logs, mut log, mut top) = (vec![0.0], 0.0, 0.0_f64);
        for people in 1.. {
            log += (load / Chain::done(agents, leaving, people)).ln();
            logs.push(log);
            top = top.max(log);
            if people > agents && log < top - 60.0 {
                break;
            }
        }
        let sum: f64 = logs.iter().map(|log| (log - top).exp()).sum();
        Chain { agents, leaving, states: logs.iter().map(|log| (log - top).exp() / sum).collect() }
    }

    /// How fast people go, answered or not.
    fn done(agents: usize, leaving: f64, people: usize) -> f64 {
        people.min(agents) as f64 + people.saturating_sub(agents) as f64 * leaving
    }

    fn p_wait(&self) -> f64 {
        self.states[self.agents..].iter().sum()
    }

    fn waiting(&self) -> f64 {
        self.states[self.agents..].iter().enumerate().map(|(waiting, p)| waiting as f64 * p).sum()
    }

    fn busy(&self) -> f64 {
        self.states.iter().enumerate().map(|(people, p)| people.min(self.agents) as f64 * p).sum()
    }

    /// Who is answered, and who is gone, at most `within` after they came: everybody's place in the line, moved on in
    /// steps that are thrown by a clock faster than anything that happens (uniformisation).
    fn ends_within(&self, within: f64) -> (f64, f64) {
        // places[ahead]: still waits, with so many ahead.
        let mut places = self.states[self.agents..].to_vec();
        let (mut answered, mut gone) = (self.states[..self.agents].iter().sum::<f64>(), 0.0);
        let clock = self.agents as f64 + places.len() as f64 * self.leaving;
        let (mut sums, mut log_tick, ticks) = ((0.0, 0.0), -clock * within, clock * within);
        for tick in 0.. {
            let weight = log_tick.exp();
            sums = (sums.0 + weight * answered, sums.1 + weight * gone);
            if tick as f64 > ticks + 10.0 * ticks.sqrt() + 40.0 {
                return sums;
            }
            let mut next = vec![0.0; places.len()];
            for (ahead, p) in places.iter().enumerate() {
                let (on, leave) = (self.agents as f64 + ahead as f64 * self.leaving, self.leaving);
                if ahead == 0 {
                    answered += p * on / clock
                } else {
                    next[ahead - 1] += p * on / clock
                }
                gone += p * leave / clock;
                next[ahead] += p * (1.0 - (on + leave) / clock);
            }
            places = next;
            log_tick += (ticks / (tick as f64 + 1.0)).ln();
        }
        unreachable!("it returns")
    }
}

#[test]
fn erlang_a_is_the_center_state_by_state() {
    for (agents, load, leaving, within) in [
        (1, 0.1, 0.5, 0.1),
        (1, 3.0, 1.0, 0.2),
        (1, 1.0, 200.0, 0.002),
        (2, 30.0, 1e4, 1e-5),
        (3, 0.5, 1e6, 1e-3),
        (3, 2.5, 40.0, 0.03),
        (3, 60.0, 2.0, 0.3),
        (14, 10.0, 0.6, 1.0 / 9.0),
        (10, 10.0, 0.6, 0.0),
        (10, 10.0, 0.01, 5.0),
        (12, 10.0, 0.001, 0.5),
        (50, 55.0, 0.05, 0.4),
        (50, 55.0, 0.05, 3.0),
        (50, 200.0, 3.0, 0.1),
        (200, 190.0, 0.5, 0.1),
        (200, 230.0, 0.7, 0.25),
    ] {
        let chain = Chain::solve(agents, load, leaving);
        let (aht, patience) = (100.0, 100.0 / leaving);
        let of = traffic(load * 36.0, aht, Some(patience));
        let Outcome { figures, service_levels } = outcome(agents as u32, &of, within * aht);
        let p_abandon = leaving * chain.waiting() / load;
        let (answered, gone) = chain.ends_within(within);
        for (what, found, expected) in [
            ("p_wait", figures.p_wait, chain.p_wait()),
            ("p_abandon", figures.p_abandon, p_abandon),
            ("asa", figures.asa_s.unwrap(), chain.waiting() / load * aht),
            ("occupancy", figures.occupancy, chain.busy() / agents as f64),
            ("of all", service_levels.of_all, answered),
            ("of answered", service_levels.of_answered, answered / (1.0 - p_abandon)),
            ("with abandoned", service_levels.with_abandoned, answered + gone),
            ("without early", service_levels.without_early_abandoned, answered / (1.0 - gone)),
        ] {
            let off = (found - expected).abs() / expected;
            assert!(
                off < 1e-10,
                "{agents} agents, load {load}, leaving {leaving}, {what}: {found} is not {expected}"
            );
        }
    }
}

/// Loads, patience and numbers of agents, from the smallest to the largest center.
fn centers() -> impl Iterator<Item = (u32, Traffic)> {
    let loads = [(1.0, 60.0), (200.0, 180.0), (3600.0, 300.0), (100_000.0, 240.0), (100_000.0, 700.0)];
    loads.into_iter().flat_map(|(calls_per_hour, aht_s)| {
        let patience = [Some(1.0), Some(30.0), Some(300.0), Some(1e5), Some(1e9), None];
        patience.into_iter().flat_map(move |patience_s| {
            let traffic = traffic(calls_per_hour, aht_s, patience_s);
            [0.1, 0.5, 0.9, 0.99, 1.0, 1.0001, 1.01, 1.1, 2.0, 10.0].into_iter().filter_map(move |staffing| {
                let agents = (traffic.erlangs() * staffing).ceil();
                (agents <= 20_000.0).then_some((agents as u32, traffic))
            })
        })
    })
}

#[test]
fn what_always_holds() {
    for (agents, of) in centers() {
        let Outcome { figures, service_levels } = outcome(agents, &of, 20.0);
        let what = format!("{of:?}: {figures:?}, {service_levels:?}");
        let shares = [figures.occupancy, figures.p_wait, figures.service_level, figures.p_abandon];
        assert!(shares.iter().all(|share| (0.0..=1.0 + 1e-12).contains(share)), "{what}");
        // Little, for the agents: who is answered keeps one busy for the handling time.
        let answered = of.erlangs() * (1.0 - figures.p_abandon);
        if let Some(asa_s) = figures.asa_s {
            near(figures.occupancy * f64::from(agents), answered, 1e-11);
            // Little, for those who wait: so many leave as there are times how fast they do.
            if let Some(patience_s) = of.patience_s {
                near(asa_s / patience_s, figures.p_abandon, 1e-12);
            }
        } else {
            assert!(of.patience_s.is_none() && f64::from(agents) <= of.erlangs(), "{what}");
            assert_eq!((figures.p_wait, figures.service_level, figures.occupancy), (1.0, 0.0, 1.0), "{what}");
        }
        let levels = service_levels;
        assert!(levels.of_all <= levels.of_answered * (1.0 + 1e-12), "{what}");
        assert!(levels.of_all <= levels.without_early_abandoned * (1.0 + 1e-12), "{what}");
        assert!(levels.without_early_abandoned <= levels.with_abandoned * (1.0 + 1e-12), "{what}");
        assert!(1.0 - figures.p_wait <= levels.of_all * (1.0 + 1e-12) + 1e-15, "{what}");
    }
}

#[test]
fn one_more_agent_is_never_worse() {
    for (agents, of) in centers() {
        let (fewer, more) = (outcome(agents, &of, 20.0), outcome(agents + 1, &of, 20.0));
        let rising = |before: f64, after: f64| before <= after * (1.0 + 1e-11) + 1e-15;
        let (before, after) = (fewer.figures, more.figures);
        assert!(rising(before.service_level, after.service_level), "{of:?}: {before:?} {after:?}");
        assert!(rising(after.p_wait, before.p_wait), "{of:?}: {before:?} {after:?}");
        assert!(rising(after.p_abandon, before.p_abandon), "{of:?}: {before:?} {after:?}");
        assert!(rising(after.occupancy, before.occupancy), "{of:?}: {before:?} {after:?}");
        let asa = |figures: domain::staffing::erlang::Figures| figures.asa_s.unwrap_or(f64::INFINITY);
        assert!(asa(after) <= asa(before) * (1.0 + 1e-11) + 1e-15, "{of:?}: {before:?} {after:?}");
    }
}

#[test]
fn less_patience_is_more_abandonment() {
    for (agents, load) in
        [(1, 0.5), (10, 9.0), (10, 30.0), (500, 500.0), (15_000, 14_900.0), (15_000, 18_000.0)]
    {
        let abandoned = |patience_s| {
            outcome(agents, &traffic(load * 20.0, 180.0, Some(patience_s)), 20.0).figures.p_abandon
        };
        let falling = [0.01, 1.0, 10.0, 60.0, 300.0, 3600.0, 1e6, 1e9, 1e12].map(abandoned);
        // Beyond all bounds as many leave as are too many, to the last digit.
        assert!(
            falling.is_sorted_by(|less, more| *more <= less * (1.0 + 1e-12)),
            "{agents} {load}: {falling:?}"
        );
        assert!(falling[..3].is_sorted_by(|less, more| more < less), "{agents} {load}: {falling:?}");
    }
}

#[test]
fn without_end_to_patience_it_is_erlang_c() {
    for (agents, load) in
        [(1, 0.5), (11, 10.0), (14, 10.0), (120, 100.0), (5_100, 5_000.0), (20_000, 19_800.0)]
    {
        let of = |patience_s| outcome(agents, &traffic(load * 20.0, 180.0, patience_s), 20.0).figures;
        let (a, c) = (of(Some(1e12)), of(None));
        near(a.p_wait, c.p_wait, 1e-6);
        near(a.service_level, c.service_level, 1e-6);
        near(a.asa_s.unwrap(), c.asa_s.unwrap(), 1e-6);
        near(a.occupancy, c.occupancy, 1e-6);
        // The nearer the more patient they are.
        let off = |patience_s| (of(Some(patience_s)).p_wait - c.p_wait).abs();
        assert!(off(1e9) < off(1e6) && off(1e6) < off(1e3), "{agents} {load}");
    }
    // Where more comes than is done, all wait and so many leave as are too many.
    let figures = outcome(100, &traffic(4000.0, 180.0, Some(1e9)), 20.0).figures;
    assert_eq!((figures.p_wait, figures.service_level, figures.occupancy), (1.0, 0.0, 1.0));
    near(figures.p_abandon, 0.5, 1e-9);
}

#[test]
fn a_plan_is_the_least_that_is_good_enough_and_what_lies_around_it() {
    let busy = question(200.0, 180.0, 20.0);
    for (question, first) in [
        (question(1.0, 60.0, 10.0), 1),
        (busy, 11),
        (Question { max_occupancy: Some(0.6), ..busy }, 11),
        (Question { target: 0.999_999, ..busy }, 11),
        (Question { patience_s: Some(300.0), ..busy }, 5),
        (Question { patience_s: Some(1.0), ..busy }, 5),
        (Question { patience_s: Some(1e9), ..busy }, 5),
        // Nobody waits for long, and few are wanted: fewer agents than half of the load.
        (Question { patience_s: Some(5.0), target: 0.1, ..busy }, 1),
        (Question { patience_s: Some(120.0), ..question(5000.0, 330.0, 0.0) }, 229),
    ] {
        let made = plan(&question).unwrap();
        let agents: Vec<u32> = made.rows.iter().map(|row| row.agents).collect();
        assert_eq!(agents, (first..=made.recommended + 5).collect::<Vec<_>>(), "{question:?}");
        for row in &made.rows {
            assert_eq!(*row, outcome(row.agents, &question.traffic(), question.within_s).figures);
            let good = question.target <= row.service_level
                && question.max_occupancy.is_none_or(|max| row.occupancy <= max);
            assert_eq!(good, made.recommended <= row.agents, "{question:?}: {row:?}");
        }
    }
}

#[test]
fn who_is_scheduled_is_there_in_spite_of_shrinkage() {
    for (shrinkage, scheduled) in [(0.0, 14), (0.3, 20), (0.5, 28), (0.44, 25), (0.29, 20), (0.999, 14_000)] {
        let made = plan(&Question { shrinkage, ..question(200.0, 180.0, 20.0) }).unwrap();
        assert_eq!((made.recommended, made.scheduled), (14, scheduled), "{shrinkage}");
    }
    // 7 of 10 are there; in binary, 7 / 0.7 is more than 10.
    let made = plan(&Question { shrinkage: 0.3, ..question(80.0, 180.0, 20.0) }).unwrap();
    assert_eq!((made.recommended, made.scheduled), (7, 10));
}

#[test]
fn nothing_is_too_far_out_for_a_number() {
    for aht_s in [1e-6, 180.0, 1e12] {
        for patience_s in [1e-6, 180.0, 1e12] {
            for within_s in [0.0, 1e-6, 20.0, 1e12] {
                for (agents, load) in [(1, 1e-6), (1, 1.0), (1, 49_999.0), (50_000, 1e-6), (50_000, 49_999.0)]
                {
                    let of = traffic(load * 3600.0 / aht_s, aht_s, Some(patience_s));
                    let Outcome { figures, service_levels } = outcome(agents, &of, within_s);
                    let shares = [
                        figures.occupancy,
                        figures.p_wait,
                        figures.p_abandon,
                        service_levels.of_all,
                        service_levels.of_answered,
                        service_levels.with_abandoned,
                        service_levels.without_early_abandoned,
                    ];
                    let sane = shares.iter().all(|share| (0.0..=1.0 + 1e-9).contains(share));
                    assert!(
                        sane && figures.asa_s.unwrap().is_finite(),
                        "{agents} {of:?} {within_s} {shares:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_largest_center_has_a_plan() {
    for (calls_per_hour, aht_s) in [(100_000.0, 300.0), (100_000.0, 700.0), (1.0, 1.0)] {
        for patience_s in [None, Some(1.0), Some(180.0), Some(1e9)] {
            let asked = Question { patience_s, ..question(calls_per_hour, aht_s, 20.0) };
            let made = plan(&asked).unwrap();
            let at = |agents| outcome(agents, &asked.traffic(), 20.0).figures.service_level;
            assert!(asked.target <= at(made.recommended), "{asked:?}");
            assert!(made.recommended == 1 || at(made.recommended - 1) < asked.target, "{asked:?}");
        }
    }
}

#[test]
fn what_cannot_be_computed_is_named_with_what_to_do() {
    let usual = question(200.0, 180.0, 20.0);
    for (wrong, expected) in [
        (
            Question { calls_per_hour: -1.0, ..usual },
            "calls_per_hour is -1: write a number above 0, such as 200",
        ),
        (
            Question { calls_per_hour: f64::NAN, ..usual },
            "calls_per_hour is NaN: write a number above 0, such as 200",
        ),
        (
            Question { calls_per_hour: 1e9, ..usual },
            "calls_per_hour and the handling time keep 50000000 agents busy, more than 50000: divide them",
        ),
        (Question { aht_s: 0.0, ..usual }, "aht_s is 0: write a number above 0, such as 180"),
        (Question { aht_s: f64::INFINITY, ..usual }, "aht_s is inf: write a number above 0, such as 180"),
        (Question { within_s: -20.0, ..usual }, "within_s is -20: write 0 or more seconds, such as 20"),
        (Question { patience_s: Some(0.0), ..usual }, "patience_s is 0: write a number above 0, such as 300"),
        (
            Question { shrinkage: 1.0, ..usual },
            "shrinkage is 1, which leaves nobody at work: write less, such as 0.3",
        ),
        (Question { shrinkage: 30.0, ..usual }, "shrinkage is 30: write a fraction of 1, such as 0.3"),
        (Question { shrinkage: -0.1, ..usual }, "shrinkage is -0.1: write a fraction of 1, such as 0.3"),
        (
            Question { shrinkage: 1.0 - f64::EPSILON, ..usual },
            "shrinkage is 0.9999999999999998, which leaves nobody at work: write less",
        ),
        (
            Question { max_occupancy: Some(85.0), ..usual },
            "max_occupancy is 85: write a fraction of 1, such as 0.85",
        ),
        (
            Question { max_occupancy: Some(0.0), ..usual },
            "max_occupancy is 0, and who works is busy: write more, such as 0.85",
        ),
        (
            Question { max_occupancy: Some(1e-4), ..usual },
            "max_occupancy of 0.0001 needs more than 50000 agents: write more",
        ),
        (Question { target: 80.0, ..usual }, "target is 80: write a fraction of 1, such as 0.8"),
        (Question { target: f64::NAN, ..usual }, "target is NaN: write a fraction of 1, such as 0.8"),
        (Question { target: 0.0, ..usual }, "target is 0, which needs nobody: write more, such as 0.8"),
        (
            Question { target: 1.0, ..usual },
            "target is 1, which no number of agents reaches: write less, such as 0.99",
        ),
    ] {
        assert_eq!(plan(&wrong).unwrap_err().to_string(), expected);
    }
    // Enough agents to do it all, and not enough to do it at once.
    let crowd = Question { target: 0.999_999, ..question(499_990.0, 360.0, 0.0) };
    assert_eq!(
        plan(&crowd).unwrap_err().to_string(),
        "target of 0.999999 needs more than 50000 agents: write less"
    );
}
