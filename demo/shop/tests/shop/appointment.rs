use crate::server::Server;
use serde_json::{Value, json};
use std::thread;

fn wish(start: &str, minutes: u16) -> Value {
    json!({
        "start": start, "minutes": minutes, "name": "Lucía Fernández", "phone": "+34600111222",
        "topic": "Ver la colección Luna",
    })
}

fn slot(start: &str, minutes: u16) -> Value {
    json!({ "start": start, "minutes": minutes })
}

#[test]
fn what_is_taken_is_told() {
    let shop = Server::start();
    let tuesday = [slot("2026-11-24T10:00", 30), slot("2026-11-24T17:00", 60)];
    for (from, to, expected) in [
        ("2026-11-24", "2026-11-24", tuesday.to_vec()),
        ("2026-11-27", "2026-11-28", vec![slot("2026-11-27T13:30", 30), slot("2026-11-28T12:00", 30)]),
        // Sunday and Monday are closed; the days that are open go on.
        ("2026-11-29", "2026-12-05", vec![slot("2026-12-02T16:30", 30)]),
        ("2020-01-01", "2026-11-23", vec![]),
    ] {
        let found = shop.get(&format!("/appointments?from={from}&to={to}"));
        assert_eq!(found, (200, json!(expected)), "{from} to {to}");
    }
    for (query, status, code) in [
        ("from=2026-11-25&to=2026-11-24", 422, "days_backwards"),
        ("from=2026-11-25", 400, "query_malformed"),
        ("from=tomorrow&to=2026-11-24", 400, "query_malformed"),
    ] {
        let (found, problem) = shop.get(&format!("/appointments?{query}"));
        assert_eq!((found, &problem["code"]), (status, &json!(code)), "{query}");
    }
}

#[test]
fn an_appointment_is_booked_and_cancelled() {
    let shop = Server::start();
    let mut expected = wish("2026-11-26T10:00", 60);
    expected["number"] = "V-311".into();
    assert_eq!(shop.post("/appointments", &wish("2026-11-26T10:00", 60)), (201, expected.clone()));
    assert_eq!(shop.get("/appointments/V-311"), (200, expected));
    let (_, taken) = shop.get("/appointments?from=2026-11-26&to=2026-11-26");
    assert_eq!(taken[0], slot("2026-11-26T10:00", 60));
    assert_eq!(shop.delete("/appointments/v311"), (204, Value::Null));
    for (status, problem) in [shop.get("/appointments/V-311"), shop.delete("/appointments/V-311")] {
        assert_eq!((status, &problem["code"]), (404, &json!("appointment_unknown")));
    }
    // The time is free again, the number is not.
    assert_eq!(shop.post("/appointments", &wish("2026-11-26T10:30", 30)).1["number"], "V-312");
}

#[test]
fn an_impossible_appointment_says_why() {
    let shop = Server::start();
    for (start, minutes, code) in [
        ("2026-11-25T10:00", 30, "slot_taken"),
        ("2026-11-24T16:30", 60, "slot_taken"),
        ("2026-11-24T17:30", 30, "slot_taken"),
        ("2026-11-24T14:00", 30, "slot_impossible"),
        ("2026-11-24T11:15", 30, "slot_impossible"),
        ("2026-11-24T11:00", 45, "slot_impossible"),
        ("2026-11-30T11:00", 30, "slot_impossible"),
        ("2026-12-08T11:00", 30, "slot_impossible"),
        // The Saturday before.
        ("2026-11-21T11:00", 30, "slot_impossible"),
    ] {
        let status = if code == "slot_taken" { 409 } else { 422 };
        shop.refuses("/appointments", &wish(start, minutes), status, code);
    }
    for field in ["name", "phone"] {
        let mut nobody = wish("2026-11-24T11:00", 30);
        nobody[field] = "".into();
        assert_eq!(shop.refuses("/appointments", &nobody, 422, "field_empty")["field"], field);
    }
    for start in ["2026-11-24", "2026-11-24T11:00Z", "2026-11-24T11:00+01:00", "2026-11-31T11:00", "11:00"] {
        let problem = shop.refuses("/appointments", &wish(start, 30), 400, "body_malformed");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("start: ")), "{problem}");
    }
    assert_eq!(shop.post("/appointments", &wish("2026-11-24T11:00:00", 30)).1["start"], "2026-11-24T11:00");
}

#[test]
fn one_of_many_gets_the_slot() {
    let shop = Server::start();
    let ask = || shop.post("/appointments", &wish("2026-11-26T17:00", 30)).0;
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}
