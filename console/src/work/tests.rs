use super::*;
use serde_json::{Value, json};

#[test]
fn new_work_never_moves_what_is_there() {
    let mut work = desk(&[interaction("a", "active", 1), interaction("b", "wrap_up", 2)]);
    work.apply(event("interaction", interaction("0", "offered", 1)));
    assert_eq!(ids(&work.conversations()), ["a", "b"]);
    assert_eq!(ids(&work.offers()), ["0"]);
    work.apply(event("interaction", with(interaction("0", "active", 2), "answered_ms", json!(9))));
    assert_eq!(ids(&work.conversations()), ["a", "b", "0"], "answered last, so it stands last");
}

#[test]
fn what_stops_being_mine_leaves_and_the_one_that_needs_us_opens() {
    let unread = with(interaction("b", "active", 1), "unread", json!(2));
    let mut work = desk(&[interaction("a", "active", 1), unread, interaction("c", "active", 1)]);
    work.open = Some("a".into());
    let other = with(interaction("a", "active", 2), "agent", json!({"id": "luis", "name": "Luis"}));
    work.apply(event("interaction", other));
    assert_eq!(ids(&work.conversations()), ["b", "c"]);
    assert_eq!(work.open.as_deref(), Some("b"));
    work.apply(event("interaction", interaction("b", "disposed", 3)));
    work.apply(event("interaction", interaction("c", "queued", 3)));
    assert_eq!(work.open, None);
}

#[test]
fn an_answer_older_than_the_stream_changes_nothing() {
    let mut work = desk(&[interaction("a", "wrap_up", 5)]);
    work.apply(event("interaction", interaction("a", "active", 4)));
    assert_eq!(work.interactions["a"].state, InteractionState::WrapUp);
}

#[test]
fn whose_turn_it_is_follows_from_the_last_word() {
    let mut work = desk(&[interaction("a", "active", 1)]);
    let expect = |work: &Work, expected| assert_eq!(turn(&work.interactions["a"]), expected);
    expect(&work, Turn::Theirs);
    work.apply(event("message", message("a", 1, "in")));
    work.apply(event("message", message("a", 2, "in")));
    work.apply(event("message", message("a", 2, "in")));
    expect(&work, Turn::Unread(2));
    work.read("a");
    expect(&work, Turn::Ours);
    work.apply(event("message", message("a", 3, "out")));
    expect(&work, Turn::Theirs);
}

#[test]
fn a_message_ends_the_typing() {
    let mut work = desk(&[interaction("a", "active", 1)]);
    work.apply(event("typing", json!({"conversation_id": "conv-a", "until_ms": 9})));
    assert_eq!(work.typing.get("conv-a"), Some(&9));
    work.apply(event("message", message("a", 1, "in")));
    assert_eq!(work.typing.get("conv-a"), None);
}

#[test]
fn my_own_presence_comes_by_the_stream_too() {
    let mut work = desk(&[]);
    let agent = json!({"id": "ana", "name": "Ana", "role": "agent", "connected": true,
        "presence": {"status": "pause", "reason": "Café", "since_ms": 7},
        "chats": 0, "calls": 0, "chats_max": 3, "calls_max": 1});
    work.apply(event("presence", agent));
    assert_eq!(work.me.map(|me| me.presence.since_ms), Some(7));
}

#[test]
fn alt_and_arrows_go_round() {
    let mut work = desk(&[interaction("a", "active", 1), interaction("b", "active", 1)]);
    assert_eq!(work.neighbour(1).as_deref(), Some("a"));
    assert_eq!(work.neighbour(-1).as_deref(), Some("b"));
    work.open = Some("b".into());
    assert_eq!(work.neighbour(1).as_deref(), Some("a"));
    assert_eq!(desk(&[]).neighbour(1), None);
}

fn desk(interactions: &[Value]) -> Work {
    let me = json!({"agent_id": "ana", "login": "ana", "name": "Ana", "role": "agent",
        "locale": "es", "presence": {"status": "available", "since_ms": 0},
        "calls_max": 1, "chats_max": 3});
    let desk = json!({"seq": 1, "me": me, "interactions": interactions, "queues": [],
        "colleagues": [], "dispositions": [], "pause_reasons": []});
    let mut work = Work::default();
    work.take(serde_json::from_value(desk).unwrap());
    work
}

fn interaction(id: &str, state: &str, version: i64) -> Value {
    json!({"id": id, "version": version, "state": state, "channel": "webchat",
        "account": {"id": "demo", "name": "Demo"}, "agent": {"id": "ana", "name": "Ana"},
        "contact": {"id": "marta", "name": "Marta"}, "conversation_id": format!("conv-{id}"),
        "started_ms": 0, "answered_ms": 1, "unread": 0})
}

fn message(interaction: &str, seq: i64, direction: &str) -> Value {
    json!({"interaction_id": interaction, "message": {"id": format!("m{seq}"), "seq": seq,
        "conversation_id": format!("conv-{interaction}"), "direction": direction,
        "author": {"kind": "contact"}, "kind": "text", "text": "hola", "at_ms": 0}})
}

fn with(mut value: Value, field: &str, content: Value) -> Value {
    value[field] = content;
    value
}

fn event(name: &str, data: Value) -> Event {
    Event::decode(name, &data.to_string()).unwrap().unwrap()
}

fn ids(list: &[&Interaction]) -> Vec<String> {
    list.iter().map(|interaction| interaction.id.clone()).collect()
}
