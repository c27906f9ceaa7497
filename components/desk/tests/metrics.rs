//! `/metrics` says what is in the database, and that there is none.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../../crates/shell/tests/center/mod.rs"]
mod center;

use center::{Center, NOW, at};
use desk::metrics;
use domain::interaction::Command;
use futures::executor::block_on;
use jiff::tz::TimeZone;
use shell::health;
use std::time::Duration;
use store::port::Sql;

fn told(sql: &impl Sql, second: u64) -> String {
    block_on(metrics::text(sql, at(second), &TimeZone::UTC)).unwrap()
}

#[test]
fn the_figures_are_those_of_the_database() {
    let center = Center::open(false);
    let amy = center.agent("amy", 3);
    center.agent("bob", 3);
    center.hear("marta", "m1", "hola");
    center.hear("pedro", "p1", "hola");
    let id = center.interaction("marta");
    center.execute(
        NOW,
        &id,
        Command::Offer { agent: amy, ring: Duration::from_secs(20), why: String::new(), next_ring: None },
    );
    let sql = center.connect();
    let refused = [(health::SENDING, vec![domain::health::refused("190")])];
    block_on(health::tell(&sql, NOW, &center.account.id, &refused)).unwrap();
    let told = told(&sql, 30);
    for expected in [
        "centralita_channel_finding{account=\"shop\",channel=\"pigeon\",code=\"refused\",severity=\"alarm\"} 1\n",
        "centralita_channel_last_event_timestamp_seconds{account=\"shop\"} 1800000000\n",
        "# TYPE centralita_interactions gauge\n",
        "centralita_interactions{queue=\"sales\",state=\"offered\"} 1\n",
        "centralita_interactions{queue=\"sales\",state=\"queued\"} 1\n",
        "centralita_interactions{queue=\"\",state=\"bot\"} 0\n",
        "centralita_queue_longest_wait_seconds{queue=\"sales\"} 30.0\n",
        "centralita_agents{status=\"available\"} 2\n",
        "centralita_due_work{kind=\"offer_deadline\",state=\"waiting\"} 1\n",
        "centralita_due_work_oldest_seconds{kind=\"offer_deadline\"} 10.0\n",
        "centralita_webhooks{state=\"failed\"} 0\n",
        "centralita_answered_today{queue=\"sales\"} 0\n",
        "centralita_database_up 1\n",
    ] {
        assert!(told.contains(expected), "{expected} in\n{told}");
    }
    assert!(told.ends_with("# EOF\n"));
    assert!(!told.contains("hola") && !told.contains("marta"), "no message, no name");
}

#[test]
fn a_database_that_does_not_answer_is_told() {
    let center = Center::open(false);
    let sql = center.connect();
    block_on(sql.query("DROP TABLE due_work", &[])).unwrap();
    let told = told(&sql, 0);
    assert!(told.contains("centralita_database_up 0\n"), "{told}");
    assert!(!told.contains("centralita_interactions"), "half of it would mislead");
}
