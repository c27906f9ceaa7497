//! What both sides were built for: one line of JSON for each kind of event and order.

use line::event::{Event, Happened};
use line::order::{Do, Order};
use line::wire::{Answer, Pushed, Said};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const EVENTS: &str = include_str!("../fixtures/events.json");
const ORDERS: &str = include_str!("../fixtures/orders.json");

/// Reads each line, and writes it again as it was.
#[track_caller]
fn read<T: DeserializeOwned + Serialize>(fixtures: &str) -> Vec<T> {
    let lines: Vec<Value> = serde_json::from_str(fixtures).unwrap();
    let read = |line: Value| {
        let one: T = serde_json::from_value(line.clone()).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(serde_json::to_value(&one).unwrap(), line);
        one
    };
    lines.into_iter().map(read).collect()
}

fn kinds<T: Serialize>(all: &[T], tag: &str) -> usize {
    let kind = |one: &T| serde_json::to_value(one).unwrap()[tag].as_str().unwrap().to_owned();
    all.iter().map(kind).collect::<BTreeSet<_>>().len()
}

#[test]
fn every_kind_of_event_and_order_is_written_as_it_is_read() {
    let events = read::<Event>(EVENTS);
    assert_eq!(kinds(&events, "event"), 24);
    assert!(events.iter().zip(1..).all(|(event, n)| event.n == n));
    let orders = read::<Order>(ORDERS);
    assert_eq!(kinds(&orders, "do"), 18);
    assert!(orders.iter().zip(1..).all(|(order, n)| order.n == n));
}

#[test]
fn an_event_of_a_later_version_is_passed_over_and_an_order_is_not() {
    let event: Event =
        serde_json::from_value(json!({"n": 1, "at_ms": 0, "event": "sang", "tune": 7})).unwrap();
    assert_eq!(event.what, Happened::Unknown);
    for (order, why) in [
        (json!({"n": 1, "do": "dance"}), "unknown variant `dance`"),
        (json!({"do": "stop"}), "missing field `n`"),
        (json!({"n": 1, "do": "wait"}), "missing field `ms`"),
        (json!({"n": 1, "do": "wait", "ms": -1}), "u64"),
        (json!({"n": 1, "do": "cancel", "leg": "nobody"}), "no leg"),
        (json!({"n": 1, "do": "gather", "single": "12x"}), "no key of a telephone"),
    ] {
        let error = serde_json::from_value::<Order>(order.clone()).unwrap_err().to_string();
        assert!(error.contains(why), "{order}: {error}");
    }
    // One that is odd makes the whole answer nonsense.
    let answer = json!({"events_seen": 1, "orders": [{"n": 1, "do": "stop"}, {"n": 2, "do": "dance"}]});
    assert!(serde_json::from_value::<Answer>(answer).is_err());
}

#[test]
fn the_bodies_say_what_they_are() {
    let call = json!({"is": "call", "gateway": "gw1", "run": "r", "call": "c", "orders_seen": 17, "events": [
        {"n": 6, "at_ms": 1_795_509_000_000_i64, "event": "silence", "order": 16}]});
    let beat = json!({"is": "beat", "gateway": "gw1", "run": "r", "beat": 812, "url": "http://127.0.0.1:3025",
        "sip": "sip:127.0.0.1:5060", "version": "0.1.0", "capacity": 300, "draining": false,
        "calls": {"c": {"orders_seen": 17, "events": 6}},
        "stations": [{"station": "s", "agent": "ana", "proven": true, "since_ms": 1_795_509_000_000_i64}]});
    for body in [call, beat] {
        let said: Said = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(said).unwrap(), body);
    }
    for (pushed, body) in [
        (Pushed::Taken { orders_seen: 3 }, json!({"is": "taken", "orders_seen": 3})),
        (Pushed::NoSuchCall, json!({"is": "no_such_call"})),
        (Pushed::OtherRun, json!({"is": "other_run"})),
    ] {
        assert_eq!(serde_json::to_value(&pushed).unwrap(), body);
    }
    let answer: Answer = serde_json::from_value(json!({"events_seen": 6, "orders": []})).unwrap();
    assert!(!answer.later);
}

#[test]
fn a_key_is_not_shown() {
    let starts = |order: &&Order| matches!(order.what, Do::Record(_) | Do::TakeMessage(_));
    let orders = read::<Order>(ORDERS);
    let shown: Vec<_> = orders.iter().filter(starts).map(|order| format!("{order:?}")).collect();
    assert_eq!(shown.len(), 5);
    assert!(shown.iter().all(|text| !text.contains("AAAA") && !text.contains("BBBB")), "{shown:?}");
}
