//! What a scenario asks for is seen in its figures.

mod center;

use center::{mean, mean_of_group, parse, report};
use std::collections::BTreeMap;

/// A day with two groups of agents, into which the rows put what they try.
fn day(queues: &str, agents: &str, arrivals: &str) -> String {
    format!(
        r#"
        start = "2026-11-02T00:00"
        time_zone = "UTC"
        days = 1
        runs = 5
        {queues}
        {agents}
        {arrivals}
        "#
    )
}

const CALLS: &str = "[[queue]]\nid = \"calls\"";

fn team(name: &str, count: u32, more: &str) -> String {
    format!("[[agents]]\nname = \"{name}\"\ncount = {count}\n{more}\n")
}

fn come(queue: &str, per_hour: u32, more: &str) -> String {
    format!(
        "[[arrivals]]\nqueue = \"{queue}\"\nper_hour = {per_hour}\ntalk = {{ exponential = \"3m\" }}\n{more}\n"
    )
}

#[test]
fn skills_that_relax() {
    let run = |needs: &str| {
        let agents = team("expert", 3, "queues.calls = {}\nskills = { wiring = 8 }")
            + &team("novice", 7, "queues.calls = {}\nskills = { wiring = 2 }");
        let report = report(&parse(&day(CALLS, &agents, &come("calls", 150, needs))), 1);
        (mean(&report, "calls", "average_speed_of_answer"), mean_of_group(&report, "novice", "handled"))
    };
    let (anybody, by_novices) = run("");
    let (relaxed, by_novices_after) = run("needs = \"wiring >= 5 for 30s; wiring >= 1 for 30s\"");
    let (strict, by_novices_never) = run("needs = \"wiring >= 5\"");
    // Nobody waits for more than 30 s only because of what they need.
    assert!(anybody < relaxed && relaxed < anybody + 30_000.0, "{anybody} {relaxed}");
    // More than three experts can do.
    assert!(strict > 3_600_000.0, "{strict}");
    assert!(by_novices > by_novices_after && by_novices_after > 100.0, "{by_novices} {by_novices_after}");
    assert_eq!(by_novices_never, 0.0);
}

#[test]
fn the_first_tier_works_first() {
    let run = |service: &str| {
        let agents = team("first", 5, "queues.calls = {}") + &team("second", 5, service);
        let report = report(&parse(&day(CALLS, &agents, &come("calls", 120, ""))), 1);
        let wait = mean(&report, "calls", "wait_mean");
        (mean_of_group(&report, "first", "occupancy"), mean_of_group(&report, "second", "occupancy"), wait)
    };
    let (first, second, wait) = run("queues.calls = {}");
    assert!((first - second).abs() < 3.0, "{first} {second}");
    let (first, second, wait_tiers) = run("queues.calls = { tier = 2 }");
    assert!(first > second + 25.0, "{first} {second}");
    // A tier chooses among those who are free, and lets nobody wait.
    assert!((wait - wait_tiers).abs() < 0.3 * wait, "{wait} {wait_tiers}");
    let (first, second, wait_late) = run("queues.calls = { tier = 2, delay = \"30s\" }");
    assert!(first > second + 25.0 && wait_late > 2.0 * wait_tiers, "{first} {second} {wait_late}");
}

#[test]
fn priorities() {
    let run = |queues: &str, more: &str| {
        let agents = team("agent", 10, "queues.calls = {}\nqueues.vip = {}");
        let arrivals = come("calls", 120, "") + &come("vip", 60, more);
        let report = report(&parse(&day(queues, &agents, &arrivals)), 1);
        (mean(&report, "calls", "wait_mean"), mean(&report, "vip", "wait_mean"))
    };
    let equal = "[[queue]]\nid = \"calls\"\n[[queue]]\nid = \"vip\"";
    let (calls, vip) = run(equal, "");
    assert!((calls - vip).abs() < 0.2 * calls, "{calls} {vip}");
    let (calls, vip) = run(&format!("{equal}\npriority = 5"), "");
    assert!(calls > 3.0 * vip, "{calls} {vip}");
    // Its own, and not the queue's.
    let (calls, vip) = run(equal, "priority = 5");
    assert!(calls > 3.0 * vip, "{calls} {vip}");
    // What waits grows faster than what came with more.
    let ages = "[[queue]]\nid = \"calls\"\nper_minute = 20\n[[queue]]\nid = \"vip\"\npriority = 5";
    let (aged, vip_behind) = run(ages, "");
    assert!(aged < calls && vip_behind > vip, "{aged} {vip_behind}");
}

#[test]
fn what_agents_and_contacts_do() {
    let agents = team(
        "agent",
        14,
        "queues.calls = {}\nqueues.desk = {}\nmisses = 0.05\ndeclines = 0.1\nanswers_after = { constant = \"5s\" }",
    );
    let queues = "[[queue]]\nid = \"calls\"\nring = \"15s\"\nwrap_up = \"40s\"\n[[queue]]\nid = \"desk\"";
    let arrivals = come(
        "calls",
        100,
        r#"
        wrap_up = { uniform = { from = "20s", to = "60s" } }
        transfers = { share = 0.25, queue = "desk", talk = { constant = "1m" } }
        "#,
    );
    let report = report(&parse(&day(queues, &agents, &arrivals)), 1);
    let near = |queue: &str, figure: &str, expected: f64, by: f64| {
        let found = mean(&report, queue, figure);
        assert!((found - expected).abs() < by, "{queue} {figure}: {found}");
    };
    near("calls", "missed_rate", 5.0, 1.0);
    near("calls", "declined_rate", 10.0, 1.0);
    near("calls", "transfer_rate", 25.0, 2.0);
    near("desk", "transferred_in", mean(&report, "calls", "answered") / 4.0, 40.0);
    near("desk", "average_talk_time", 60_000.0, 1e-6);
    // Half of them would take longer than the 40 s that they may: 30 s and 40 s, each half of the time.
    near("calls", "average_wrap_up_time", 0.75 * 35_000.0, 900.0);
    near("calls", "wait_p50", 5000.0, 1e-6);
    // A miss costs the whole ring of 15 s, and then it rings somewhere else.
    near("calls", "wait_p99", 27_500.0, 7500.0);
}

#[test]
fn several_may_ring_and_the_first_who_answers_has_it() {
    let team = |name: &str, count, more: &str| team(name, count, &format!("queues.calls = {{}}\n{more}"));
    let there = team("slow", 2, "answers_after = { constant = \"9s\" }")
        + &team("quick", 6, "answers_after = { constant = \"2s\" }");
    let run = |agents: &str, strategy: &str| {
        let rules = "ring = \"15s\"\nmissed = { after = 1, then = \"nothing\" }";
        let queue = format!("{CALLS}\n{rules}\nstrategy = {strategy}");
        report(&parse(&day(&queue, agents, &come("calls", 20, ""))), 1)
    };
    let with_absent = there.clone() + &team("absent", 4, "misses = 1.0");
    let all = run(&with_absent, "{ by = \"ring_all\", at_most = 12 }");
    // Hardly ever are all six who are quick on the phone.
    assert_eq!(mean(&all, "calls", "wait_p90"), 2000.0);
    let (offers, answered) = (mean(&all, "calls", "offers"), mean(&all, "calls", "answered"));
    assert_eq!(answered, mean(&all, "calls", "offered"));
    assert!(10.0 * answered < offers, "it rings at all who are free: {offers} for {answered}");
    assert_eq!(mean(&all, "calls", "missed_rate"), 0.0, "whoever only rang missed nothing");
    // One more each 2 s: the third is quick, and answers before the first, who is slow.
    let more = run(&there, "{ by = \"ring_progressively\", at_most = 3, every_ms = 2000 }");
    let one = run(&there, "\"longest_idle\"");
    assert_eq!((mean(&one, "calls", "wait_p90"), mean(&more, "calls", "wait_p90")), (9000.0, 6000.0));
}

#[test]
fn who_gives_up_may_come_again() {
    let run = |returns: &str| {
        let patience = "patience = { constant = \"30s\" }";
        let arrivals = come("calls", 100, &format!("{patience}\n{returns}"));
        let text = day(CALLS, &team("agent", 4, "queues.calls = {}"), &arrivals);
        let scenario = parse(&text);
        let fresh = scenario.arrivals(1, 0).len() as f64;
        (fresh, report(&scenario, 1))
    };
    let (fresh, never) = run("");
    let (same, again) = run("returns = { share = 1.0, after = { constant = \"5m\" }, at_most = 1 }");
    assert_eq!(fresh, same);
    let came = |report: &scenario::report::Report| mean(report, "calls", "offered");
    let gone = mean(&never, "calls", "abandoned");
    assert!(came(&again) > came(&never) + gone, "{} {} {gone}", came(&again), came(&never));
    // Nobody waits longer than they would.
    assert_eq!(mean(&never, "calls", "longest_wait"), 30_000.0);
}

#[test]
fn who_knows_the_contact() {
    let run = |preferred: &str| {
        let text = day(CALLS, &team("agent", 12, "queues.calls = {}"), &come("calls", 150, preferred));
        let scenario = parse(&text);
        let known: BTreeMap<_, _> =
            scenario.arrivals(1, 0).into_iter().map(|it| (it.id, it.preferred)).collect();
        let mut met = (0, 0);
        let left = scenario::run::run(
            &scenario.center,
            scenario.arrivals(1, 0),
            (1, 0),
            &mut domain::routing::Engine::new(),
            &mut |id, journal| {
                let Some(knows) = &known[id] else { return };
                let visits = domain::figures::visit::visits(journal);
                met.1 += 1;
                met.0 +=
                    u32::from(visits[0].agent.as_ref().is_some_and(|agent| knows.agents.contains(agent)));
            },
        );
        assert!(left.unwrap().came > 3000);
        met
    };
    let (met, known) = run("preferred = { share = 0.5, within = \"1m\" }");
    assert!((1600..2000).contains(&known), "{known}");
    assert!(met * 2 > known, "{met} of {known}");
    let (met, known) = run("preferred = { share = 0.5, within = \"0s\" }");
    assert!(met * 5 < known, "{met} of {known}");
}

#[test]
fn shifts_and_pauses_by_the_clock_on_the_wall() {
    // The last Sunday of March has 23 hours in Madrid.
    let run = |start: &str, more: &str| {
        let text =
            day(CALLS, &team("agent", 6, &format!("queues.calls = {{}}\n{more}")), &come("calls", 1, ""));
        let text = text.replace("2026-11-02T00:00", start).replace("UTC", "Europe/Madrid");
        mean_of_group(&report(&parse(&text), 1), "agent", "available_hours")
    };
    assert_eq!(run("2026-03-29T00:00", ""), 6.0 * 23.0);
    assert_eq!(run("2026-10-25T00:00", ""), 6.0 * 25.0);
    let shift = "shifts = [{ days = [\"mon\"], hours = [\"09:00-14:00\", \"16:30-20:30\"] }]";
    assert_eq!(run("2026-11-02T00:00", shift), 6.0 * 9.0);
    assert_eq!(run("2026-11-03T00:00", shift), 0.0);
    let night = "shifts = [{ days = [\"sun\"], hours = [\"22:00-06:00\"] }]";
    assert_eq!(run("2026-11-02T00:00", night), 6.0 * 6.0);
    // Three waves of 20 minutes: nobody is away for longer than one.
    let pause = format!("{shift}\npauses = [{{ reason = \"lunch\", hours = [\"11:00-11:20\"], waves = 3 }}]");
    assert_eq!(run("2026-11-02T00:00", &pause), 6.0 * (9.0 - 1.0 / 3.0));
}

#[test]
fn chats_share_an_agent_and_calls_do_not() {
    let run = |kind: &str, capacity: &str| {
        let agents = team("agent", 4, &format!("queues.calls = {{}}\n{capacity}"));
        let arrivals =
            come("calls", 140, &format!("kind = \"{kind}\"\npatience = {{ exponential = \"2m\" }}"));
        let report = report(&parse(&day(CALLS, &agents, &arrivals)), 1);
        mean(&report, "calls", "abandon_rate")
    };
    let (calls, chats) = (run("call", ""), run("chat", ""));
    assert!(calls > 40.0 && chats < 10.0, "{calls} {chats}");
    // In full, as production keeps it: two at once.
    let two = "capacity = { units = 2, kinds = { chat = { max = 2, units = 1 } } }";
    let halfway = run("chat", two);
    assert!(chats < halfway && halfway < calls, "{halfway}");
    // A kind that is left out is never offered.
    assert_eq!(run("call", two), 100.0);
}

#[test]
fn a_mix_by_weight() {
    let mix = r#"
        needs = "english >= 2"
        attributes = { from = "web" }
        mix = [
            { weight = 6 },
            { weight = 3, needs = "english >= 5 for 30s", attributes = { language = "en" } },
            { weight = 1, priority = 4, attributes = { from = "app" } },
        ]
        "#;
    let scenario = parse(&day(CALLS, &team("agent", 1, "queues.calls = {}"), &come("calls", 500, mix)));
    let arrivals = scenario.arrivals(1, 0);
    let all = arrivals.len() as f64;
    let mut found = BTreeMap::<_, f64>::new();
    for arrival in &arrivals {
        let from = arrival.attributes["from"].as_str();
        let needs = arrival.legs[0].needs.to_string();
        let key = (needs, arrival.priority, from, arrival.attributes.contains_key("language"));
        *found.entry(key).or_default() += 1.0 / all;
    }
    let expected = [
        (("english >= 2".to_owned(), 0, "web", false), 0.6),
        (("english >= 2".to_owned(), 4, "app", false), 0.1),
        (("english >= 5 for 30000ms".to_owned(), 0, "web", true), 0.3),
    ];
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.iter().map(|(key, _)| key).collect::<Vec<_>>());
    for (key, share) in expected {
        // Within five standard deviations.
        let width = 5.0 * (share * (1.0 - share) / all).sqrt();
        assert!((found[&key] - share).abs() < width, "{key:?}: {}", found[&key]);
    }
}

#[test]
fn limits_and_exits() {
    let run = |gate: &str| {
        let queues = format!("{CALLS}\n{gate}\n[[queue]]\nid = \"overflow\"");
        let agents = team("agent", 4, "queues.calls = {}") + &team("other", 10, "queues.overflow = {}");
        report(&parse(&day(&queues, &agents, &come("calls", 120, ""))), 1)
    };
    let of = |report: &scenario::report::Report, queue: &str, figure: &str| mean(report, queue, figure);
    // Half as many agents again would be needed.
    let endless = run("");
    assert!(of(&endless, "calls", "longest_queue") > 500.0);
    let sent_on = run("limits = { length_max = 5 }\nexits = { full = { queue = \"overflow\" } }");
    assert_eq!(of(&sent_on, "calls", "longest_queue"), 5.0);
    assert_eq!(of(&sent_on, "calls", "flow_outs"), of(&sent_on, "overflow", "offered"));
    assert!(of(&sent_on, "overflow", "answered") > 300.0);
    let patient = run("limits = { wait_max_ms = 60000 }\nexits = { too_long = { queue = \"overflow\" } }");
    assert_eq!(of(&patient, "calls", "longest_wait"), 60_000.0);
    assert!(of(&patient, "overflow", "answered") > 300.0);
    // By default a caller who finds it full is called back, and keeps their turn.
    let called = run("limits = { length_max = 5 }");
    assert!(of(&called, "calls", "callbacks") > 300.0);
    assert_eq!(of(&called, "calls", "abandoned"), 0.0);
    assert!(of(&called, "calls", "called_back") > 100.0);
    let hours = "limits.hours.week = { mon = [\"09:00-17:00\"] }";
    let closed = run(&format!("{hours}\nexits = {{ closed = \"voicemail\" }}"));
    let open = of(&closed, "calls", "offered") - of(&closed, "calls", "flow_outs");
    // Four agents answer 20 an hour, for eight hours; whoever waits when it closes leaves words, too.
    assert!((open - 4.0 * 20.0 * 8.0).abs() < 64.0, "{open}");
    assert!(of(&closed, "calls", "flow_outs") > 120.0 * 15.0);
    let nobody = "shifts = [{ hours = [\"09:00-17:00\"] }]";
    let agents = team("agent", 12, &format!("queues.calls = {{}}\n{nobody}"));
    let queues = format!("{CALLS}\nlimits = {{ nobody_ms = 60000 }}\nexits = {{ nobody = \"voicemail\" }}");
    let empty = report(&parse(&day(&queues, &agents, &come("calls", 120, ""))), 1);
    let turned_away = of(&empty, "calls", "flow_outs");
    assert!((turned_away - 120.0 * 16.0).abs() < 200.0, "{turned_away}");
    assert!(of(&empty, "calls", "longest_wait") < 600_000.0);
}

#[test]
fn what_becomes_of_who_does_not_answer() {
    let run = |missed: &str| {
        let queue = format!("{CALLS}\nring = \"10s\"\n{missed}");
        let agents = team("agent", 8, "queues.calls = {}\nmisses = 0.2\nback_after = \"10m\"");
        let report = report(&parse(&day(&queue, &agents, &come("calls", 40, ""))), 1);
        mean_of_group(&report, "agent", "available_hours")
    };
    let (once, thrice, never) = (run(""), run("missed.after = 3"), run("missed.then = \"nothing\""));
    assert_eq!(never, 8.0 * 24.0);
    assert!(once < thrice - 5.0 && thrice < never, "{once} {thrice}");
}
