//! Every figure against the numbers that its source publishes, and against what must hold of all journals.

mod journal;

use domain::{
    agent::Presence,
    figures::{
        agent::{
            Activity, Adherence, Scheduled, Span, Time, adherence, adherence_percent, missed, occupancy, time,
        },
        formula::{
            Abandons, LEY_10_2025_TARGET_PERCENT, Treatment, abandon_rate, abandon_rate_without_short,
            amazon_connect, average_handle_time, average_hold_time, average_speed_of_answer,
            average_talk_time, average_time_to_abandon, average_wrap_up_time, cisco_icm, declined_rate,
            genesys_cloud, ley_10_2025, longest_wait, missed_rate, ring_central, sl1, sl2, sl3, sl4, sl5,
            stat_server, transfer_rate,
        },
        metric::{Of, ServiceLevelFormula, metrics},
        resolution::{self, AGAIN_WITHIN, Closed, Resolution, first_contacts},
        tally::{Tally, Terms},
        visit::{Doing, Entry, Outcome, Passed, Reply, Spell, Visit, Visits, visits},
    },
    id::AgentId,
    interaction::{Callback, Ending, Event, First, Hold, Interaction, Part, State, evolve},
    queue::{Exit, Reason, Step},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
    time::Duration,
};

fn at(second: i64) -> Timestamp {
    Timestamp(second * 1000)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const TERMS: Terms = Terms { within: seconds(20), short: seconds(5), now: Timestamp(10_000_000) };

fn queued(queue: &str) -> Event {
    Event::Queued { queue: queue.into(), priority: 0, topic: None }
}

fn offered(agent: &str) -> Event {
    Event::Offered { agent: agent.into(), answer_by: at(9999), why: String::new(), next_ring: None }
}

fn answered(agent: &str) -> Event {
    Event::Answered { agent: agent.into() }
}

fn transferred(by: &str) -> Event {
    Event::Transferred { by: by.into(), note: None }
}

fn wrap_up(agent: &str) -> Event {
    Event::WrapUpStarted { agent: agent.into(), wrap_up_by: at(9999) }
}

fn disposed() -> Event {
    Event::Disposed { agent: None, disposition: None, note: None }
}

fn abandoned() -> Event {
    Event::Ended { by: Ending::Abandoned }
}

fn seen(events: Vec<(i64, Event)>) -> Vec<Visit> {
    visits(&events.into_iter().map(|(second, event)| (at(second), event)).collect::<Vec<_>>())
}

fn count(events: Vec<(i64, Event)>) -> Tally {
    Tally::count(&seen(events), TERMS)
}

/// A wait in a queue that ended after `waited`, or still goes on.
fn wait(outcome: Outcome, waited: Duration) -> Visit {
    let entered_at = TERMS.now - waited;
    let left_at = (outcome != Outcome::Waiting).then_some(TERMS.now);
    Visit {
        number: 1,
        entry: Entry::Arrival,
        queue: "sales".into(),
        entered_at,
        waiting_since: entered_at,
        outcome,
        shut: None,
        left_at,
        agent: None,
        passed: None,
        done_at: left_at,
        last: left_at.is_some(),
        spells: vec![],
    }
}

#[track_caller]
fn check(figure: Option<f64>, expected: f64) {
    let figure = figure.expect("something happened");
    assert!((figure - expected).abs() < 0.00005, "{figure}, not {expected}");
}

fn waits(rows: &[(u64, Outcome, Duration)]) -> Tally {
    let of = |(times, outcome, waited): &(u64, Outcome, Duration)| {
        vec![wait(*outcome, *waited); usize::try_from(*times).expect("it is small")]
    };
    let visits: Vec<Visit> = rows.iter().flat_map(of).collect();
    Tally::count(&visits, TERMS)
}

/// The data set that ICMI and Call Centre Helper compute with.
fn icmi() -> Tally {
    waits(&[
        (860, Outcome::Answered, seconds(20)),
        (140, Outcome::Answered, Duration::from_millis(20_001)),
        (10, Outcome::Abandoned, Duration::from_millis(4999)),
        (10, Outcome::Abandoned, seconds(5)),
        (40, Outcome::Abandoned, seconds(21)),
    ])
}

#[test]
fn the_clock_stands_still_while_the_queue_is_closed() {
    let stays = |queue: &str, opens: i64| {
        let (reason, exit) = (Reason::Closed, Exit::Stay);
        Event::Exited { step: Step { queue: queue.into(), reason, exit, name: None, opens: Some(at(opens)) } }
    };
    let waits = |events: Vec<(i64, Event)>| {
        seen(events).iter().map(|visit| visit.wait(at(1000)).as_secs()).collect::<Vec<_>>()
    };
    // It closes 10 s after they came, and opens 5 s before they are answered.
    let night = vec![(0, queued("sales")), (10, stays("sales", 595)), (600, answered("amy"))];
    assert_eq!(waits(night.clone()), [15]);
    check(sl1(&count(night)), 100.0);
    assert_eq!(waits(vec![(0, queued("sales")), (0, stays("sales", 2000))]), [0], "it is still closed");
    assert_eq!(waits(vec![(0, queued("sales")), (0, stays("sales", 600)), (20, abandoned())]), [0]);
    // One that is closed sends them to another one that is, too.
    let on = vec![(0, queued("sales")), (30, stays("billing", 900)), (30, queued("billing"))];
    assert_eq!(waits(on), [30, 100]);
}

#[test]
fn one_data_set_and_the_service_levels_that_are_made_of_it() {
    let tally = icmi();
    check(sl1(&tally), 83.0189);
    check(sl2(&tally), 86.0);
    check(sl3(&tally), 81.1321);
    check(sl4(&tally), 82.6923);
    check(sl5(&tally), 82.0755);
    // Asterisk's names are not ICMI's.
    assert_eq!(ServiceLevelFormula::AsteriskSl.percent(&tally), sl2(&tally));
    assert_eq!(ServiceLevelFormula::AsteriskSl2.percent(&tally), sl1(&tally));
    check(genesys_cloud(&tally, Abandons::Counted, false), 81.1321);
    check(genesys_cloud(&tally, Abandons::ShortExcluded, false), 81.9048);
    check(genesys_cloud(&tally, Abandons::Excluded, false), 86.0);
    check(ring_central(&tally, true), 81.9048);
    check(ring_central(&tally, false), 86.0);
    check(cisco_icm(&tally, Treatment::Ignored), 82.6923);
    check(cisco_icm(&tally, Treatment::Negative), 81.1321);
    check(cisco_icm(&tally, Treatment::Positive), 83.0189);
    check(amazon_connect(&tally), 83.0189);
    check(abandon_rate(&tally), 5.6604);
    check(abandon_rate_without_short(&tally), 4.7619);
    check(longest_wait(&tally), 21_000.0);
    // (10 × 4.999 + 10 × 5 + 40 × 21) ÷ 60
    check(average_time_to_abandon(&tally), 15_666.5);
    // (860 × 20 + 140 × 20.001) ÷ 1000
    check(average_speed_of_answer(&tally), 20_000.14);
}

#[test]
fn the_stat_servers_example() {
    let terms = Terms { short: seconds(10), ..TERMS };
    let mut tally = Tally::default();
    for (times, outcome, waited) in [
        (200, Outcome::Answered, 20),
        (100, Outcome::Answered, 21),
        (50, Outcome::Abandoned, 9),
        (50, Outcome::Abandoned, 10),
    ] {
        (0..times).for_each(|_| tally.add(&wait(outcome, seconds(waited)), terms));
    }
    check(stat_server(&tally), 57.142_857);
    check(genesys_cloud(&tally, Abandons::ShortExcluded, false), 57.142_857);
    let all = Tally::count(
        &vec![wait(Outcome::Abandoned, Duration::ZERO); 3],
        Terms { short: Duration::ZERO, ..TERMS },
    );
    assert_eq!(all.abandoned_short, 0, "a threshold of zero makes nobody short");
}

#[test]
fn callbacks_flow_outs_and_who_still_waits() {
    let tally = waits(&[
        (6, Outcome::Answered, seconds(10)),
        (1, Outcome::Answered, seconds(30)),
        (1, Outcome::Abandoned, seconds(15)),
        (1, Outcome::Abandoned, seconds(40)),
        (2, Outcome::CallbackAsked, seconds(20)),
        (1, Outcome::CallbackAsked, seconds(25)),
        (1, Outcome::FlowedOut, seconds(5)),
        (2, Outcome::FlowedOut, seconds(60)),
        (3, Outcome::Waiting, seconds(20)),
        (2, Outcome::Waiting, seconds(90)),
    ]);
    assert_eq!((tally.offered, tally.waiting, tally.waiting_beyond), (20, 5, 2));
    // 6 answered, 1 abandoned and 2 who want a callback, in time, of all 20.
    check(amazon_connect(&tally), 45.0);
    check(genesys_cloud(&tally, Abandons::Counted, true), 50.0);
    check(genesys_cloud(&tally, Abandons::ShortExcluded, true), 50.0);
    check(genesys_cloud(&tally, Abandons::Excluded, true), 60.0);
    // Events: 6 answered and 1 abandoned in time; 1 + 1 + 1 + 2 + 2 were unanswered at 20 seconds.
    check(cisco_icm(&tally, Treatment::Negative), 100.0 * 6.0 / 14.0);
    check(cisco_icm(&tally, Treatment::Ignored), 100.0 * 6.0 / 13.0);
    check(cisco_icm(&tally, Treatment::Positive), 50.0);
    // Two abandons of the 15 whose wait is over: a callback is none.
    check(abandon_rate(&tally), 100.0 * 2.0 / 15.0);
    check(longest_wait(&tally), 90_000.0);
}

#[test]
fn three_minutes_by_law() {
    let almost = Duration::from_millis(179_999);
    let tally = waits(&[
        (95, Outcome::Answered, almost),
        (1, Outcome::Answered, seconds(180)),
        (2, Outcome::Abandoned, seconds(1)),
        (1, Outcome::CallbackAsked, seconds(1)),
        (1, Outcome::Waiting, seconds(180)),
        (7, Outcome::Waiting, almost),
    ]);
    assert_eq!((tally.ley_answered, tally.ley_requests), (95, 100));
    assert!(ley_10_2025(&tally).is_some_and(|percent| percent >= LEY_10_2025_TARGET_PERCENT));
    // A queue that passes callers on does not turn the clock back, and an answered one is not asked twice.
    let overflow = |second| {
        let there = [(0, queued("sales")), (100, queued("billing")), (100, offered("amy"))];
        let here = [(second, answered("amy")), (900, transferred("amy")), (900, queued("sales"))];
        count([there.as_slice(), &here, &[(1900, abandoned())]].concat())
    };
    assert_eq!((overflow(179).ley_answered, overflow(179).ley_requests), (1, 1));
    assert_eq!((overflow(180).ley_answered, overflow(180).ley_requests), (0, 1));
    assert_eq!(overflow(180).answered, 1);
}

#[test]
fn nothing_happened_and_no_figure_says_otherwise() {
    for metric in metrics() {
        assert_eq!(metric.of_tally(&Tally::default()), None, "{}", metric.name);
        let nothing = match metric.of {
            Of::Queue(of) => of(&Tally::default()),
            Of::Agent(of) => of(&Time::default()),
            Of::Schedule(of) => of(&Adherence::default()),
            Of::Contacts(of) => of(&Resolution::default()),
        };
        assert_eq!(nothing, None, "{}", metric.name);
    }
}

#[test]
fn a_visit_lasts_through_offers_that_nobody_took() {
    let [visit] = &*seen(vec![
        (0, Event::Started { conversation: "c".into() }),
        (5, queued("sales")),
        (6, offered("amy")),
        (26, Event::OfferExpired { agent: "amy".into() }),
        (27, offered("bob")),
        (30, Event::OfferDeclined { agent: "bob".into() }),
        (31, offered("cat")),
        (35, answered("cat")),
        (95, wrap_up("cat")),
        (105, Event::Reopened { agent: "cat".into() }),
        (125, wrap_up("cat")),
        (155, disposed()),
    ]) else {
        panic!("one visit")
    };
    assert_eq!(
        (visit.number, visit.entry, visit.outcome, visit.last),
        (1, Entry::Arrival, Outcome::Answered, true)
    );
    assert_eq!((visit.entered_at, visit.left_at, visit.done_at), (at(5), Some(at(35)), Some(at(155))));
    assert_eq!(visit.agent, Some("cat".into()));
    assert_eq!((visit.offers(), visit.missed(), visit.declined()), (3, 1, 1));
    let times = [Doing::Talking, Doing::Holding, Doing::WrappingUp].map(|doing| visit.time(doing));
    assert_eq!(times, [seconds(80), seconds(0), seconds(40)]);
    assert_eq!((missed(&visit.spells, &"amy".into()), missed(&visit.spells, &"bob".into())), (1, 0));

    let tally = Tally::count([visit], TERMS);
    check(average_speed_of_answer(&tally), 30_000.0);
    check(average_talk_time(&tally), 80_000.0);
    check(average_hold_time(&tally), 0.0);
    check(average_wrap_up_time(&tally), 40_000.0);
    check(average_handle_time(&tally), 120_000.0);
    check(missed_rate(&tally), 33.333_333);
    check(declined_rate(&tally), 33.333_333);
    check(transfer_rate(&tally), 0.0);
}

#[test]
fn a_contact_who_is_passed_on_is_one_contact() {
    let visits = seen(vec![
        (0, queued("sales")),
        (1, offered("amy")),
        (10, answered("amy")),
        (40, transferred("amy")),
        (40, queued("billing")),
        (41, offered("bob")),
        (70, answered("bob")),
        (80, transferred("bob")),
        (80, offered("cat")),
        (85, Event::OfferExpired { agent: "cat".into() }),
        (95, offered("dan")),
        (96, answered("dan")),
        (99, transferred("dan")),
        (99, offered("amy")),
        (100, answered("amy")),
        (110, disposed()),
    ]);
    let shown: Vec<_> = visits
        .iter()
        .map(|visit| (visit.queue.as_str(), visit.entry, visit.outcome, visit.passed, visit.last))
        .collect();
    assert_eq!(
        shown,
        [
            ("sales", Entry::Arrival, Outcome::Answered, Some(Passed::ToQueue), false),
            ("billing", Entry::Transfer, Outcome::Answered, Some(Passed::ToAgent), false),
            ("billing", Entry::Direct, Outcome::Returned, None, false),
            ("billing", Entry::Transfer, Outcome::Answered, Some(Passed::ToAgent), false),
            ("billing", Entry::Direct, Outcome::Answered, None, true),
        ]
    );
    let tally = Tally::count(&visits, TERMS);
    assert_eq!((tally.contacts, tally.completed), (1, 1));
    assert_eq!((tally.offered, tally.transferred_in, tally.direct), (3, 2, 2));
    assert_eq!((tally.answered, tally.handled, tally.offers, tally.missed), (3, 4, 5, 1));
    // Waits of 10, 30 and 11 seconds: the colleague's ringing is no wait in the queue.
    assert_eq!((tally.wait_answered_ms, tally.wait_max_ms), (51_000, 30_000));
    assert_eq!(tally.talk_ms, 53_000);
    check(transfer_rate(&tally), 75.0);
}

#[test]
fn who_leaves_abandons_the_queue_or_the_colleague() {
    let ringing = count(vec![(0, queued("sales")), (3, offered("amy")), (4, abandoned())]);
    assert_eq!((ringing.offered, ringing.abandoned, ringing.abandoned_short, ringing.missed), (1, 1, 1, 0));
    let passed = vec![
        (0, queued("sales")),
        (1, offered("amy")),
        (2, answered("amy")),
        (8, transferred("amy")),
        (8, offered("bob")),
        (20, abandoned()),
    ];
    let at_the_colleagues = count(passed);
    assert_eq!((at_the_colleagues.abandoned, at_the_colleagues.direct_abandoned), (0, 1));
    assert_eq!((at_the_colleagues.contacts, at_the_colleagues.completed), (1, 1));
    // A bot that was enough is nobody's wait.
    assert_eq!(
        seen(vec![(0, Event::Started { conversation: "c".into() }), (9, Event::Ended { by: Ending::Bot })]),
        []
    );
    // Put into the same line again: one wait. Into another: an overflow.
    let again = seen(vec![(0, queued("sales")), (5, queued("sales")), (9, queued("billing"))]);
    let shown: Vec<_> = again.iter().map(|visit| (visit.entered_at, visit.entry, visit.outcome)).collect();
    assert_eq!(
        shown,
        [(at(0), Entry::Arrival, Outcome::FlowedOut), (at(9), Entry::Overflow, Outcome::Waiting)]
    );
    assert_eq!(again[1].waiting_since, at(0));
}

#[test]
fn a_callback_ends_the_wait_on_the_line() {
    let callback = Callback { phone: "+34600123123".into(), first: First::Agent };
    let asked = || Event::CallbackAsked { callback: callback.clone(), not_before: None };
    let missed = |again_at| Event::CallbackMissed { agent: "amy".into(), again_at };
    let called = [
        vec![(0, queued("sales")), (15, asked()), (20, asked())],
        vec![(100, offered("bob")), (110, Event::OfferDeclined { agent: "bob".into() })],
        vec![(120, offered("amy")), (125, answered("amy")), (150, missed(Some(at(1000))))],
        vec![(1000, offered("amy")), (1001, answered("amy"))],
    ]
    .concat();
    let reached = [called.clone(), vec![(1061, wrap_up("amy")), (1071, disposed())]].concat();
    let shown: Vec<_> =
        seen(reached.clone()).iter().map(|visit| (visit.entry, visit.outcome, visit.last)).collect();
    assert_eq!(
        shown,
        [
            (Entry::Arrival, Outcome::CallbackAsked, false),
            (Entry::Callback, Outcome::NotReached, false),
            (Entry::Callback, Outcome::Answered, true),
        ]
    );
    let tally = count(reached);
    assert_eq!((tally.offered, tally.callbacks, tally.callbacks_within, tally.abandoned), (1, 1, 1, 0));
    assert_eq!((tally.called_back, tally.callbacks_missed, tally.answered), (1, 1, 0));
    assert_eq!(
        (tally.handled, tally.talk_ms, tally.wrap_up_ms, tally.wait_max_ms),
        (1, 60_000, 10_000, 15_000)
    );
    assert_eq!((tally.contacts, tally.completed, tally.ley_requests, tally.ley_answered), (1, 1, 1, 0));
    check(amazon_connect(&tally), 100.0);
    check(abandon_rate(&tally), 0.0);
    // The last call in vain, and one that nobody wants any more.
    let never =
        [called, vec![(1030, missed(None)), (1030, Event::Ended { by: Ending::NotReached })]].concat();
    assert_eq!((count(never.clone()).callbacks_missed, count(never).completed), (2, 1));
    let ended = Event::Ended { by: Ending::CallbackCancelled };
    let cancelled = count(vec![(0, queued("sales")), (15, asked()), (50, ended)]);
    assert_eq!((cancelled.callbacks, cancelled.flow_outs, cancelled.completed), (1, 0, 1));
}

const SEEDS: u64 = 2000;

#[test]
fn events_one_by_one_are_events_at_once_and_say_what_the_rules_say() {
    let mut outcomes = BTreeSet::new();
    for seed in 0..SEEDS {
        let journal = journal::random(seed, 40);
        let (mut fold, mut interaction) = (Visits::default(), Interaction::default());
        for (seen, (at, event)) in journal.iter().enumerate() {
            fold.see(*at, event);
            interaction = evolve(interaction, *at, event);
            assert_eq!(fold.as_slice(), visits(&journal[..=seen]), "seed {seed}, event {seen}");
            // Some steps are two events; what is between them is never stored.
            let is_half =
                matches!(event, Event::Transferred { .. } | Event::CallbackMissed { again_at: None, .. });
            outcomes.extend(matches!(event, Event::Flowed { .. }).then(|| "Flowed".to_owned()));
            if !is_half {
                agrees(fold.as_slice(), &interaction, seed);
            }
        }
        outcomes.extend(fold.as_slice().iter().map(|visit| format!("{:?} {:?}", visit.entry, visit.outcome)));
        let spells = fold.as_slice().iter().flat_map(|visit| &visit.spells);
        outcomes.extend(spells.map(|spell| format!("{:?}", spell.doing)));
    }
    let missing: Vec<_> =
        ["Arrival Answered", "Arrival Abandoned", "Transfer Answered", "Transfer Abandoned"]
            .into_iter()
            .chain([
                "Arrival FlowedOut",
                "Overflow Answered",
                "Arrival CallbackAsked",
                "Callback Answered",
                "Callback NotReached",
                "Callback Waiting",
            ])
            .chain(["Helping", "Ringing(Elsewhere)", "Flowed"])
            .chain(["Direct Answered", "Direct Returned", "Direct Abandoned", "Arrival Waiting"])
            .filter(|outcome| !outcomes.contains(*outcome))
            .collect();
    assert_eq!(missing, Vec::<&str>::new(), "the journals show everything");
}

/// The visits and the interaction, which were folded apart, tell the same story.
#[track_caller]
fn agrees(visits: &[Visit], interaction: &Interaction, seed: u64) {
    let open: Vec<&Visit> = visits.iter().filter(|visit| visit.done_at.is_none()).collect();
    let spells = || visits.iter().flat_map(|visit| &visit.spells);
    let going_on: Vec<&Spell> = spells().filter(|spell| spell.until.is_none()).collect();
    assert!(open.len() <= 1, "seed {seed}");
    let does = |(agent, hold): (&AgentId, Hold)| match hold {
        Hold::Offered(_) => Some((agent.clone(), Doing::Ringing(Reply::Open))),
        Hold::Active => Some((agent.clone(), Doing::Talking)),
        Hold::WrapUp => Some((agent.clone(), Doing::WrappingUp)),
        Hold::Takes(_) => Some((agent.clone(), Doing::Helping)),
        Hold::Invited(_) => None,
    };
    let expected: BTreeMap<_, _> = interaction.holds().into_iter().filter_map(does).collect();
    assert_eq!(going_on.len(), expected.len(), "seed {seed}");
    let doing: BTreeMap<_, _> = going_on.iter().map(|spell| (spell.agent.clone(), spell.doing)).collect();
    assert_eq!(doing, expected, "seed {seed}");
    let Some(last) = visits.last() else {
        assert_eq!(interaction.queued_at, None, "seed {seed}");
        return;
    };
    assert_eq!(Some(&last.queue), interaction.queue.as_ref(), "seed {seed}");
    assert_eq!(visits.first().map(|visit| visit.entered_at), interaction.queued_at, "seed {seed}");
    assert_eq!(
        visits.iter().find_map(|visit| visit.agent.as_ref().and(visit.left_at)),
        interaction.answered_at
    );
    assert_eq!(last.last, interaction.state == State::Disposed, "seed {seed}");
    assert_eq!(last.outcome == Outcome::Abandoned, interaction.abandoned, "seed {seed}");
    // One after the other, without a gap: a contact is always in one queue or in none.
    for (before, after) in visits.iter().zip(&visits[1..]) {
        assert!(!before.last, "seed {seed}");
        // A flow may have had the contact in between.
        let by_flow = before.passed == Some(Passed::ToFlow) || before.outcome == Outcome::FlowedOut;
        let done_at = before.done_at.expect("it is over");
        assert!(done_at == after.entered_at || by_flow && done_at < after.entered_at, "seed {seed}");
        assert_eq!(after.number, before.number + 1);
    }
    // Several may have to do with it at the same time, each of them in one way.
    for agent in journal::AGENTS.map(AgentId::from) {
        let own = || spells().filter(|spell| spell.agent == agent);
        for (before, after) in own().zip(own().skip(1)) {
            assert!(before.until.is_some_and(|until| until <= after.from), "seed {seed}");
        }
    }
}

#[test]
fn a_colleague_who_helped_and_took_over_is_a_transfer() {
    let joined = |agent: &str| Event::Joined { agent: agent.into(), part: Part::Consult };
    let visits = seen(vec![
        (0, queued("sales")),
        (5, offered("amy")),
        (5, offered("bob")),
        (9, answered("amy")),
        (20, joined("bob")),
        (30, joined("cat")),
        (40, transferred("amy")),
        (40, answered("bob")),
        (60, wrap_up("bob")),
        (70, disposed()),
    ]);
    let spells = |visit: &Visit| -> Vec<(String, Doing, i64, i64)> {
        let told = |spell: &Spell| {
            let (from, until) = (spell.from.0 / 1000, spell.until.map_or(-1, |until| until.0 / 1000));
            (spell.agent.to_string(), spell.doing, from, until)
        };
        visit.spells.iter().map(told).collect()
    };
    let spell = |agent: &str, doing, from, until| (agent.to_owned(), doing, from, until);
    let [sales, direct] = &*visits else { panic!("two visits: {visits:?}") };
    assert_eq!((sales.outcome, sales.passed), (Outcome::Answered, Some(Passed::ToAgent)));
    assert_eq!(
        spells(sales),
        [
            spell("amy", Doing::Ringing(Reply::Answered), 5, 9),
            spell("bob", Doing::Ringing(Reply::Elsewhere), 5, 9),
            spell("amy", Doing::Talking, 9, 40),
            spell("bob", Doing::Helping, 20, 40),
            spell("cat", Doing::Helping, 30, 40),
        ]
    );
    assert_eq!((direct.entry, direct.wait(at(99)), direct.last), (Entry::Direct, seconds(0), true));
    assert_eq!(
        spells(direct),
        [
            spell("cat", Doing::Helping, 40, 60),
            spell("bob", Doing::Talking, 40, 60),
            spell("bob", Doing::WrappingUp, 60, 70),
        ]
    );
    let tally = Tally::count(&visits, TERMS);
    assert_eq!((tally.offers, tally.missed, tally.transfers_to_agent), (2, 0, 1));
    check(average_speed_of_answer(&tally), 9000.0);
}

#[test]
fn tallies_add_up_in_any_order_and_count_each_interaction_once() {
    let terms = Terms { within: seconds(30), short: seconds(5), now: journal::START + seconds(100_000) };
    let mut whole = Tally::default();
    let (mut interactions, mut over) = (0, 0);
    let mut parts = [Tally::default(); 3];
    for seed in 0..SEEDS {
        let visits = visits(&journal::random(seed, 40));
        let own = Tally::count(&visits, terms);
        // Whatever was passed on, and however often, this is one contact that was completed at most once.
        assert_eq!(own.contacts, u64::from(!visits.is_empty()), "seed {seed}");
        assert!(own.completed <= own.contacts, "seed {seed}");
        assert_eq!(own.offered, own.answered + own.abandoned + own.flow_outs + own.callbacks + own.waiting);
        assert!(
            own.transfers_to_queue + own.transfers_to_agent + own.transfers_to_flow <= own.handled,
            "seed {seed}"
        );
        assert!(own.ley_requests <= 1, "seed {seed}");
        interactions += own.contacts;
        over += u64::from(visits.last().is_some_and(|visit| visit.last));
        whole = whole.merge(own);
        let part = &mut parts[usize::try_from(seed % 3).unwrap()];
        *part = part.merge(own);
    }
    assert_eq!((whole.contacts, whole.completed), (interactions, over));
    assert!(over > 100 && over < interactions, "some are over, some are not");
    let [a, b, c] = parts;
    assert_eq!(a.merge(b).merge(c), whole);
    assert_eq!(a.merge(b.merge(c)), whole);
    assert_eq!(c.merge(a).merge(b), whole);
    assert_eq!(whole.merge(Tally::default()), whole);
    assert_eq!(whole.values().count(), Tally::NAMES.len());
}

fn span(from: i64, until: i64) -> Span {
    Span { from: at(from), until: at(until) }
}

fn spell(doing: Doing, from: i64, until: Option<i64>) -> Spell {
    Spell { agent: "amy".into(), doing, from: at(from), until: until.map(at) }
}

#[test]
fn an_agents_hour() {
    let lunch = || Presence::Pause("lunch".into());
    let declared = [
        (at(-500), Presence::Available),
        (at(600), lunch()),
        (at(900), Presence::Available),
        (at(1800), Presence::Offline),
    ];
    let spells = [
        spell(Doing::Ringing(Reply::Missed), 100, Some(120)),
        spell(Doing::Ringing(Reply::Answered), 200, Some(210)),
        spell(Doing::Talking, 210, Some(300)),
        // A second contact at the same time is not more time.
        spell(Doing::Talking, 250, Some(340)),
        spell(Doing::WrappingUp, 300, Some(360)),
        // Who goes to lunch may still finish something.
        spell(Doing::Holding, 590, Some(610)),
        spell(Doing::Ringing(Reply::Open), 1790, None),
        // Long ago, and after.
        spell(Doing::Talking, -100, Some(-50)),
        spell(Doing::Talking, 3600, Some(4000)),
    ];
    let time = time(&declared, &spells, span(0, 3600));
    assert_eq!((time.available, time.offline), (seconds(1500), seconds(1800)));
    assert_eq!(time.paused, [("lunch".to_owned(), seconds(300))].into());
    assert_eq!(time.busy, seconds(130 + 20));
    assert_eq!(time.wrap_up, seconds(20));
    assert_eq!(time.reserved, seconds(20 + 10 + 1810), "what rings at somebody who went is still reserved");
    // Available for 1500 s, of which 30 + 150 + 10 were at something and 10 rang until the log-out.
    assert_eq!(time.idle, seconds(1500 - 30 - 150 - 10 - 10));
    check(occupancy(&time), 100.0 * 170.0 / (170.0 + 1300.0));
    assert_eq!(time.clone().merge(Time::default()), time);
}

#[test]
fn who_has_nothing_in_hand_is_idle_however_much_there_was() {
    let declared = [(at(0), Presence::Available)];
    let past: Vec<Spell> = (0..100).map(|n| spell(Doing::Talking, n, Some(n + 1))).collect();
    let after = time(&declared, &past, span(100, 200));
    assert_eq!((after.idle, after.busy), (seconds(100), seconds(0)));
    check(occupancy(&after), 0.0);
    check(occupancy(&time(&declared, &past, span(0, 200))), 50.0);
    // The parts of a day are the day.
    let parts = (0..20).map(|n| time(&declared, &past, span(n * 10, n * 10 + 10)));
    assert_eq!(parts.fold(Time::default(), Time::merge), time(&declared, &past, span(0, 200)));
}

#[test]
fn two_worked_days() {
    let minute = |hour: i64, minute: i64| at((hour * 60 + minute) * 60);
    let part = |from, until, activity| Scheduled { span: Span { from, until }, activity };
    let pause = |reason: &str| Presence::Pause(reason.to_owned());
    // A begins half an hour early and goes half an hour early.
    let schedule = [part(minute(8, 0), minute(11, 0), Activity::Productive)];
    let declared = [(minute(7, 30), Presence::Available), (minute(10, 30), pause("break"))];
    let a = adherence(&schedule, &declared);
    assert_eq!((a.adherent, a.scheduled), (seconds(150 * 60), seconds(180 * 60)));
    check(adherence_percent(&a), 83.333_333);
    // B works on for a quarter of an hour, and does not tell the meeting from the break.
    let schedule = [
        part(minute(9, 0), minute(10, 30), Activity::Productive),
        part(minute(10, 30), minute(11, 0), Activity::Unproductive),
        part(minute(11, 0), minute(12, 0), Activity::Unproductive),
    ];
    let declared = [(minute(9, 0), Presence::Available), (minute(10, 45), pause("break"))];
    let b = adherence(&schedule, &declared);
    assert_eq!((b.adherent, b.scheduled), (seconds(165 * 60), seconds(180 * 60)));
    check(adherence_percent(&b), 91.666_667);
    // Who logs out keeps to nothing.
    let gone = adherence(&schedule, &[(minute(8, 0), Presence::Offline)]);
    check(adherence_percent(&gone), 0.0);
}

#[test]
fn who_comes_again_was_not_helped() {
    let day = |day: u64| Timestamp(0) + seconds(day * 86_400);
    let closed = |contact: &str, on: u64, about: &str| Closed {
        contact: contact.into(),
        at: day(on),
        about: about.into(),
    };
    let rows = [
        // Nobody came again, and the week is over; or it is not.
        (vec![closed("ana", 1, "invoice")], 9, (1, 1)),
        (vec![closed("ana", 1, "invoice")], 8, (0, 0)),
        // Again on the seventh day; on the eighth it is something new.
        (vec![closed("ana", 1, "invoice"), closed("ana", 8, "invoice")], 30, (1, 0)),
        (vec![closed("ana", 9, "invoice"), closed("ana", 1, "invoice")], 30, (2, 2)),
        // Who came again is known before the week is over; the second time is no first contact.
        (
            vec![closed("ana", 1, "invoice"), closed("ana", 2, "invoice"), closed("ana", 3, "invoice")],
            4,
            (1, 0),
        ),
        // Somebody else, or something else.
        (vec![closed("ana", 1, "invoice"), closed("ben", 2, "invoice")], 30, (2, 2)),
        (vec![closed("ana", 1, "invoice"), closed("ana", 2, "delivery")], 30, (2, 2)),
    ];
    for (row, (closed, now, (judged, resolved))) in rows.into_iter().enumerate() {
        let resolution = first_contacts(&closed, AGAIN_WITHIN, day(now));
        assert_eq!((resolution.judged, resolution.resolved), (judged, resolved), "row {row}");
    }
    check(resolution::percent(&Resolution { judged: 8, resolved: 6 }), 75.0);
}

#[test]
fn every_figure_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for metric in metrics() {
        assert!(names.insert(metric.name), "{} is there twice", metric.name);
        assert!(!metric.formula.is_empty() && !metric.source.is_empty(), "{}", metric.name);
    }
    let mut chosen = 0;
    for name in names.iter().filter_map(|name| name.strip_prefix("service_level_")) {
        let formula: ServiceLevelFormula = serde_json::from_value(name.into()).expect(name);
        assert_eq!((formula.as_str(), serde_json::to_value(formula).unwrap()), (name, name.into()));
        let metric =
            metrics().find(|metric| metric.name == format!("service_level_{name}")).expect("it is listed");
        assert_eq!(formula.percent(&icmi()), metric.of_tally(&icmi()), "{name}");
        chosen += 1;
    }
    assert_eq!(chosen, 21);
}

/// The fields that a formula names are fields.
#[test]
fn formulas_speak_of_what_is_counted() {
    for metric in metrics().filter(|metric| matches!(metric.of, Of::Queue(_))) {
        let words = metric.formula.split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words.filter(|word| word.contains('_')) {
            assert!(Tally::NAMES.contains(&word), "{}: {word}", metric.name);
        }
    }
}

const BELOW: &str = "<!-- Made from the registry: `UPDATE=1 cargo test -p domain`. -->";

#[test]
fn the_page_of_figures_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/figures.md");
    let page = fs::read_to_string(&file).unwrap();
    let head = page.split(BELOW).next().unwrap();
    let mut made = format!("{head}{BELOW}\n\n| name | unit | formula | source |\n|---|---|---|---|\n");
    for metric in metrics() {
        let unit = metric.unit.as_str();
        made += &format!("| `{}` | {unit} | {} | {} |\n", metric.name, metric.formula, metric.source);
    }
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == made,
        "docs/figures.md is stale: run `UPDATE=1 cargo test -p domain`"
    );
    for name in Tally::NAMES {
        assert!(head.contains(&format!("`{name}`")), "docs/figures.md does not say what {name} is");
    }
}
