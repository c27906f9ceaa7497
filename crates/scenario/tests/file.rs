//! Scenario files: those that are shipped, and what is said of bad ones.

mod center;

use domain::{channel::CapacityKind, time::Timestamp};
use scenario::{
    file::{Scenario, Trouble},
    source::Times,
};
use std::{io, time::Duration};

const GOOD: &str = r#"start = "2026-11-02T08:00"
time_zone = "Europe/Madrid"
duration = "8h"

[[queue]]
id = "sales"

[[agents]]
name = "agent"
queues = { sales = {} }

[[arrivals]]
queue = "sales"
per_hour = 10
talk = { exponential = "3m" }
"#;

fn beside(name: &str) -> io::Result<String> {
    match name {
        "talk.csv" => Ok("agent,seconds\namy,10\nbob,20.5\n".to_owned()),
        "bad.csv" => Ok("agent,seconds\namy,10\nbob,soon\n".to_owned()),
        "empty.csv" => Ok("at,talk\n".to_owned()),
        "ragged.csv" => Ok("at,talk\n2026-11-02T09:00,1,2\n".to_owned()),
        "calls.csv" => Ok("at, talk, wrap_up, patience\n\
            2026-11-02T09:00, 60, 5, \n\
            2026-11-02T08:30:00.250+01:00, 61, , 90\n\
            2026-11-02T20:00, 62, 1, 1\n"
            .to_owned()),
        "counts.csv" => {
            Ok("from,count\n2026-11-02T07:45,30\n2026-11-02T08:15,6\n2026-11-02T09:00,0\n".to_owned())
        }
        "overlap.csv" => Ok("from,count\n2026-11-02T08:00,30\n2026-11-02T08:15,6\n".to_owned()),
        _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
    }
}

fn read(text: &str) -> Result<Scenario, Trouble> {
    Scenario::parse("shop.toml", text, beside)
}

/// `GOOD` with `from` replaced by `to`: what is said of it.
#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert!(GOOD.contains(from), "{from}");
    let said =
        read(&GOOD.replacen(from, to, 1)).map_or_else(|trouble| trouble.to_string(), |_| "fine".to_owned());
    assert_eq!(said, expected, "{to}");
}

#[test]
fn what_the_shape_of_the_tables_does_not_allow() {
    check("", "", "fine");
    check("id = ", "id ", "shop.toml:6: key with no value, expected `=`");
    check(
        "per_hour",
        "per_our",
        "shop.toml:14: arrivals.per_our: unknown field `per_our`, expected one of `queue`, `kind`, `per_hour`, `curve`, `counts`, `instants`, `process`, `talk`, `wrap_up`, `patience`, `needs`, `priority`, `attributes`, `mix`, `preferred`, `transfers`, `returns`",
    );
    check("10", "\"many\"", "shop.toml:14: arrivals.per_hour: invalid type: string \"many\", expected f64");
    check("start = \"2026-11-02T08:00\"", "", "shop.toml:1: missing field `start`");
    check(
        "2026-11-02T08:00",
        "monday",
        "shop.toml:1: start: \"monday\" should be written like 2026-11-02T09:00",
    );
    check("\"8h\"", "\"8\"", "shop.toml:3: duration: \"8\" should be written like 90s, 3m or 1h30m");
    check(
        "\"3m\"",
        "\"-3m\"",
        "shop.toml:15: arrivals.talk: \"-3m\" should be written like 90s, 3m or 1h30m",
    );
    check(
        "exponential",
        "normal",
        "shop.toml:15: arrivals.talk.normal: unknown variant `normal`, expected one of `constant`, `exponential`, `lognormal`, `uniform`, `empirical`",
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn what_does_not_fit_together() {
    check("Europe/Madrid", "Madrid", "shop.toml:2: time_zone: should be like Europe/Madrid");
    check("duration = \"8h\"", "", "shop.toml:1: give days = 1 or duration = \"8h\"");
    check(
        "duration = \"8h\"",
        "duration = \"8h\"\ndays = 1",
        "shop.toml:4: days: give days or duration, not both",
    );
    check("\"8h\"", "\"0s\"", "shop.toml:3: duration: should be more than nothing and less than ten years");
    check(
        "duration",
        "warm_up = \"8h\"\nduration",
        "shop.toml:3: warm_up: should be shorter than the scenario",
    );
    check("duration", "runs = 0\nduration", "shop.toml:3: runs: should be from 1 to 10000");
    check(
        "{ sales = {} }",
        "{ seles = {} }",
        "shop.toml:10: agents.queues.seles: there is no queue \"seles\"; there are: sales",
    );
    check(
        "queue = \"sales\"",
        "queue = \"seles\"",
        "shop.toml:13: arrivals.queue: there is no queue \"seles\"; there are: sales",
    );
    check(
        "sales = {}",
        "sales = { tier = 0 }",
        "shop.toml:10: agents.queues.sales: tier and rank should be 1 or more",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nstrategy = \"ring_all\"",
        "shop.toml:7: queue.strategy: missing field `at_most`",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nstrategy = \"idlest\"",
        "shop.toml:7: queue.strategy: unknown variant `idlest`, expected one of `longest_idle`, `oldest_finish`, `fewest`, `least_talk`, `round_robin`, `linear`, `rank`, `random`, `best_skill`, `ring_all`, `ring_progressively`",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\n[[queue]]\nid = \"sales\"",
        "shop.toml:8: queue.id: should be a name that no other queue has",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nring = \"0s\"",
        "shop.toml:7: queue.ring: should be longer than 0s",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nneeds = \"english >> 3\"",
        "shop.toml:7: queue.needs: at character 10: a level is 0 to 10",
    );
    check(
        "name = \"agent\"",
        "name = \"agent\"\ncount = 0",
        "shop.toml:10: agents.count: should be from 1 to 100000",
    );
    check(
        "name = \"agent\"",
        "name = \"agent\"\nskills = { english = 11 }",
        "shop.toml:10: agents.skills: a level should be from 1 to 10",
    );
    check(
        "name = \"agent\"",
        "name = \"agent\"\nmisses = 1.5",
        "shop.toml:10: agents.misses: should be from 0.0 to 1.0",
    );
    check(
        "name = \"agent\"",
        "name = \"agent\"\nmisses = 0.6\ndeclines = 0.6",
        "shop.toml:11: agents.declines: misses and declines should not be more than 1.0 together",
    );
    check(
        "name = \"agent\"",
        "name = \"agent\"\nshifts = [{ hours = [\"9-14\"] }]",
        "shop.toml:10: agents.shifts.hours: \"9-14\" is no interval such as 09:00-14:00",
    );
    check(
        "name = \"agent\"",
        "name = \"agent\"\npauses = [{ reason = \"lunch\", hours = [\"13:00-14:00\"], waves = 0 }]",
        "shop.toml:10: agents.pauses.waves: should be 1 or more",
    );
    check("per_hour = 10\n", "", "shop.toml:12: arrivals: give one of per_hour, curve, counts and instants");
    check(
        "per_hour = 10",
        "per_hour = -1",
        "shop.toml:14: arrivals.per_hour: should be 0 or more, within reason",
    );
    check(
        "per_hour = 10",
        "curve = { interval = \"13h\", counts = [1, 2] }",
        "shop.toml:14: arrivals.curve: interval times the number of counts should be more than 0s, at most 24h",
    );
    check(
        "per_hour = 10",
        "curve = { interval = \"1h\", counts = [-1] }",
        "shop.toml:14: arrivals.curve: numbers should be 0 or more, within reason",
    );
    check(
        "talk = { exponential = \"3m\" }\n",
        "",
        "shop.toml:12: arrivals: give talk = { exponential = \"3m\" } or another distribution",
    );
    check(
        "exponential = \"3m\"",
        "lognormal = { mean = \"0s\", sd = \"1s\" }",
        "shop.toml:15: arrivals.talk: a lognormal mean should be longer than 0s",
    );
    check(
        "exponential = \"3m\"",
        "uniform = { from = \"2s\", to = \"1s\" }",
        "shop.toml:15: arrivals.talk: from should not be longer than to",
    );
    check(
        "per_hour = 10",
        "per_hour = 10\nmix = [{ weight = 0 }]",
        "shop.toml:15: arrivals.mix: weights should be 0 or more, and one of them more than 0",
    );
    check(
        "per_hour = 10",
        "per_hour = 10\ntransfers = { share = 0.1, queue = \"desk\" }",
        "shop.toml:15: arrivals.transfers.queue: there is no queue \"desk\"; there are: sales",
    );
    check(
        "per_hour = 10",
        "per_hour = 10\nreturns = { share = 2, after = { constant = \"1m\" } }",
        "shop.toml:15: arrivals.returns.share: should be from 0.0 to 1.0",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nexits = { full = { queue = \"desk\" } }",
        "shop.toml:7: queue.exits: exits.full: there is no queue desk",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nlimits = { length_max = \"five\" }",
        "shop.toml:7: queue.limits.length_max: invalid type: string \"five\", expected u32",
    );
    check(
        "id = \"sales\"",
        "id = \"sales\"\nlimits.hours.time_zone = \"Madrid\"",
        "shop.toml:7: queue.limits: hours.time_zone should be like Europe/Madrid",
    );
}

#[test]
fn what_stands_in_another_file() {
    let talk =
        |file: &str, column: &str| format!("empirical = {{ file = \"{file}\", column = \"{column}\" }}");
    check("exponential = \"3m\"", &talk("talk.csv", "seconds"), "fine");
    check(
        "exponential = \"3m\"",
        &talk("none.csv", "seconds"),
        "shop.toml:15: arrivals.talk: none.csv cannot be read: no such file",
    );
    check(
        "exponential = \"3m\"",
        &talk("talk.csv", "ms"),
        "talk.csv:1: ms: there is no such column; there are: agent, seconds",
    );
    check(
        "exponential = \"3m\"",
        &talk("bad.csv", "seconds"),
        "bad.csv:3: seconds: \"soon\" should be written like 12 or 12.5 (seconds)",
    );
    check(
        "per_hour = 10",
        "instants = { file = \"empty.csv\" }",
        "shop.toml:14: arrivals.instants: empty.csv should have at least one line of numbers",
    );
    check(
        "per_hour = 10",
        "instants = { file = \"ragged.csv\" }",
        "ragged.csv:2: CSV error: record 1 (line: 2, byte: 8): found record with 3 fields, but the previous record has 2 fields",
    );
    check(
        "per_hour = 10",
        "instants = { file = \"talk.csv\" }",
        "talk.csv:1: at: there is no such column; there are: agent, seconds",
    );
    check(
        "per_hour = 10",
        "counts = { file = \"overlap.csv\", interval = \"30m\" }",
        "overlap.csv:3: from: should not begin before the one above ends",
    );
}

#[test]
fn contacts_that_were_recorded() {
    let text = GOOD.replace("per_hour = 10", "instants = { file = \"calls.csv\" }\nkind = \"chat\"");
    let scenario = read(&text).unwrap();
    // 08:00 in Madrid. The third comes after the end.
    let from = scenario.center.from;
    assert_eq!(from, Timestamp(1_793_602_800_000));
    let arrivals = scenario.arrivals(1, 0);
    let seconds = |ms: u64| Duration::from_millis(ms * 1000);
    let brought: Vec<_> = arrivals
        .iter()
        .map(|arrival| {
            let leg = &arrival.legs[0];
            (arrival.at.0 - from.0, arrival.kind, leg.talk, leg.wrap_up, leg.patience)
        })
        .collect();
    assert_eq!(
        brought,
        [
            (1_800_250, CapacityKind::Chat, seconds(61), seconds(0), Some(seconds(90))),
            (3_600_000, CapacityKind::Chat, seconds(60), seconds(5), None),
        ]
    );
    // Talk is known of all of them: it need not be said.
    let without = text.replace("talk = { exponential = \"3m\" }\n", "");
    assert_eq!(read(&without).unwrap().arrivals(2, 3).len(), 2);
}

#[test]
fn counts_of_intervals() {
    let text = GOOD.replace(
        "per_hour = 10",
        "counts = { file = \"counts.csv\", interval = \"30m\" }\nprocess = \"deterministic\"",
    );
    let scenario = read(&text).unwrap();
    let Times::Deterministic(stretches) = &scenario.sources[0].times else { panic!() };
    let minutes = |at: Timestamp| (at.0 - scenario.center.from.0) / 60_000;
    let shown: Vec<_> = stretches.iter().map(|it| (minutes(it.from), minutes(it.until), it.count)).collect();
    // Of the first interval, half is before the beginning.
    assert_eq!(shown, [(0, 15, 15.0), (15, 45, 6.0), (60, 90, 0.0)]);
    let at: Vec<_> = scenario.arrivals(1, 0).iter().map(|arrival| arrival.at).collect();
    assert_eq!(at.len(), 21);
    assert_eq!(minutes(at[0]), 0);
    assert_eq!(minutes(at[20]), 42);
}

#[test]
fn a_curve_by_the_clock_on_the_wall() {
    let curve = "curve = { from = \"09:00\", interval = \"30m\", counts = [4, 2], weekdays = { tue = 0.5, wed = 0 } }\nprocess = \"deterministic\"";
    let text = GOOD.replace("per_hour = 10", curve).replace("duration = \"8h\"", "days = 3");
    let scenario = read(&text).unwrap();
    let at = scenario.arrivals(1, 0);
    let minutes: Vec<_> = at.iter().map(|it| (it.at.0 - scenario.center.from.0) / 60_000).collect();
    let tuesday = 24 * 60;
    assert_eq!(minutes, [63, 71, 78, 86, 97, 112, tuesday + 67, tuesday + 82, tuesday + 105]);
}

#[test]
fn those_that_are_shipped() {
    for (name, queues, agents) in [("mmn", 1, 14), ("casa-lumen", 3, 13), ("bpo", 20, 300)] {
        let mut scenario = center::example(name);
        assert_eq!((scenario.center.queues.len(), scenario.center.agents.len()), (queues, agents), "{name}");
        scenario.runs = 2;
        let report = center::report(&scenario, 1);
        let mut offered = 0.0;
        for (id, said) in &report.queues {
            let count = |figure: &str| said.get(figure).unwrap().mean;
            let over = ["answered", "abandoned", "flow_outs", "callbacks", "waiting"].map(count);
            assert!((count("offered") - over.iter().sum::<f64>()).abs() < 1e-9, "{name} {id}");
            assert!(count("answered") > 10.0, "{name} {id}");
            offered += count("offered");
        }
        assert!((report.whole.get("offered").unwrap().mean - offered).abs() < 1e-6);
        let shown = report.to_string();
        assert!(report.agents.keys().all(|group| shown.contains(group.as_str())), "{shown}");
        assert!(serde_json::from_str::<serde_json::Value>(&report.json().unwrap()).unwrap().is_object());
    }
}

#[test]
fn one_run_has_no_interval() {
    let mut scenario = center::example("casa-lumen");
    scenario.runs = 1;
    let report = center::report(&scenario, 1);
    let value: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert!(value["whole"]["occupancy"]["interval"].is_null());
    assert!(value["whole"]["occupancy"]["mean"].as_f64().is_some_and(|mean| mean > 10.0));
    assert!(report.to_string().contains("One run") && !report.to_string().contains('±'));
}
