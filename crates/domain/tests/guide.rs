//! What `docs/guides/hours.md` shows is what the rules read.

use domain::{
    holiday::Region,
    hours::{Hours, Status, Why},
    ical::{Options, import},
    id::QueueId,
    queue::{Exit, Gate, Reason},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

const GUIDE: &str = include_str!("../../../docs/guides/hours.md");

/// What stands in the fences with that sign.
fn examples(sign: &str) -> Vec<&'static str> {
    let fences = GUIDE.split("```").skip(1).step_by(2);
    fences
        .filter_map(|fence| fence.split_once('\n').filter(|(head, _)| *head == sign).map(|(_, body)| body))
        .collect()
}

fn example<T: serde::de::DeserializeOwned + serde::Serialize>(sign: &str) -> T {
    let [text] = examples(sign)[..] else { panic!("one example of {sign}") };
    let read: T = serde_json::from_str(text).expect(sign);
    let written: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let again: T = serde_json::from_value(serde_json::json!(read)).expect("the same");
    assert_eq!(serde_json::json!(again), serde_json::json!(read));
    // Nothing of the example is lost on the way, apart from what says no more than its absence.
    for (key, value) in written.as_object().expect("an object") {
        assert_eq!(serde_json::json!(read)[key].is_null(), value.is_null(), "{key}");
    }
    read
}

#[test]
fn each_fence_is_of_a_kind_that_is_read() {
    let fences = GUIDE.split("```").count() / 2;
    assert_eq!(
        fences,
        ["json hours", "json gate", "ics"].map(|sign| examples(sign).len()).iter().sum::<usize>()
    );
}

#[test]
fn the_hours_are_what_the_text_says_of_them() {
    let hours: Hours = example("json hours");
    let bogota = TimeZone::get("America/Bogota").expect("a zone");
    let status = |text: &str| {
        let at: jiff::Zoned = format!("{text}[America/Bogota]").parse().expect("a time");
        hours.status(&bogota, Timestamp(at.timestamp().as_millisecond()))
    };
    assert!(status("2026-11-29T01:30").is_open(), "the Saturday goes on until 2:00");
    assert!(status("2027-01-11T10:00").is_open(), "an exception opens on a holiday");
    assert!(hours.holiday("2027-01-11".parse().expect("a date")).is_some());
    for (at, expected) in [
        ("2026-12-31T10:00", Why::Holiday(None)),
        ("2026-12-25T10:00", Why::Holiday(Some("Navidad".to_owned()))),
        ("2026-12-24T15:00", Why::Exception(Some("Nochebuena".to_owned()))),
        ("2027-02-03T11:00", Why::Exception(Some("Inventario".to_owned()))),
        ("2027-02-04T13:00", Why::Outside),
    ] {
        assert!(matches!(status(at), Status::Closed { why, .. } if why == expected), "{at}");
    }
}

#[test]
fn the_list_of_regions_is_whole() {
    let table = GUIDE.split("## Holidays").nth(1).and_then(|text| text.split("They hold").next());
    let rows = table.expect("the table").lines().filter(|line| line.starts_with("| `"));
    let listed: BTreeSet<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    assert_eq!(listed, Region::all().map(Region::code).collect());
}

#[test]
fn the_calendar_closes_what_the_text_says() {
    let [text] = examples("ics")[..] else { panic!("one calendar") };
    let madrid = TimeZone::get("Europe/Madrid").expect("a zone");
    let find = |name: &str| TimeZone::get(name).ok();
    let date = |text: &str| text.parse().expect("a date");
    let (from, to) = (date("2027-05-01"), date("2027-07-31"));
    let found = import(text, &Options { zone: &madrid, find: &find, from, to, transparent: false });
    assert_eq!(found.mistakes, []);
    let closed: BTreeMap<_, _> =
        found.exceptions.iter().map(|(date, e)| (date.to_string(), e.open.is_some())).collect();
    let expected =
        [("2027-05-07", false), ("2027-05-15", true), ("2027-06-04", false), ("2027-07-02", false)];
    assert_eq!(closed, expected.map(|(date, all)| (date.to_owned(), all)).into());
}

#[test]
fn the_gate_and_each_exit_are_read() {
    let gate: Gate = example("json gate");
    assert_eq!(gate.limits.length_max, Some(40));
    assert_eq!(gate.limits.wait_max, Some(std::time::Duration::from_secs(300)));
    let queues = ["support", "overflow"].map(QueueId::from).into();
    assert_eq!(gate.exits.mistakes(&"support".into(), &queues), []);
    let table = GUIDE.split("| exit | |").nth(1).expect("the table of exits");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let exits: Vec<Exit> = rows
        .map(|row| row.split('`').nth(1).expect("an exit"))
        .map(|text| serde_json::from_str(text).expect(text))
        .collect();
    assert_eq!(exits.len(), 6);
    for exit in exits {
        // A kind of exit that is new belongs into the table.
        match exit {
            Exit::Stay
            | Exit::Callback
            | Exit::Voicemail
            | Exit::Queue(_)
            | Exit::Message(_)
            | Exit::Flow(_) => {}
        }
    }
    for reason in Reason::ALL {
        assert!(examples("json gate")[0].contains(&format!("\"{}\"", reason.as_str())), "{reason:?}");
    }
}
