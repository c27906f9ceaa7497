use super::*;
use api::interaction::InteractionState;
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
    work.apply(event(
        "interaction",
        with(interaction("a", "active", 2), "parts", parts(&[("luis", "active")])),
    ));
    assert_eq!(ids(&work.conversations()), ["b", "c"]);
    assert_eq!(work.open.as_deref(), Some("b"));
    for (id, state) in [("b", "disposed"), ("c", "queued")] {
        work.apply(event("interaction", with(interaction(id, state, 3), "parts", json!([]))));
    }
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

#[test]
fn what_rings_at_several_rings_at_each_for_as_long_as_it_may() {
    let rings =
        |others: Value| with(with(interaction("a", "offered", 1), "agent", Value::Null), "parts", others);
    let mut work =
        desk(&[rings(parts(&[("ana", "offered"), ("luis", "offered")])), interaction("b", "offered", 1)]);
    assert_eq!(ids(&work.offers()), ["a", "b"]);
    let mut soon = interaction("b", "offered", 2);
    soon["parts"][0]["answer_by_ms"] = json!(1);
    work.apply(event("interaction", soon));
    assert_eq!(ids(&work.offers()), ["b", "a"], "the first to end stands first");
    work.open = Some("a".into());
    let answered = with(interaction("a", "active", 2), "parts", parts(&[("luis", "active")]));
    work.apply(event("interaction", answered));
    assert_eq!((ids(&work.offers()), work.open.as_deref()), (vec!["b".to_owned()], None));
}

#[test]
fn who_helps_and_then_has_it_keeps_its_place() {
    let helped = |way: &str, version: i64| {
        let whose = parts(&[("luis", "active"), ("ana", way)]);
        with(with(interaction("a", "active", version), "parts", whose), "answered_ms", json!(5))
    };
    let mut work =
        desk(&[helped("invited", 1), with(interaction("b", "active", 1), "answered_ms", json!(7))]);
    assert_eq!(ids(&work.offers()), ["a"], "an invitation rings as an offer does");
    work.apply(event("interaction", helped("consult", 2)));
    assert_eq!(ids(&work.conversations()), ["b", "a"]);
    work.apply(event("interaction", with(interaction("c", "active", 1), "answered_ms", json!(8))));
    work.apply(event("interaction", with(interaction("a", "active", 3), "answered_ms", json!(9))));
    assert_eq!(ids(&work.conversations()), ["b", "a", "c"]);
    work.take(snapshot(&[interaction("c", "active", 1), interaction("b", "active", 1)]));
    assert_eq!(ids(&work.conversations()), ["b", "c"], "also after a gap");
}

#[test]
fn that_my_help_is_over_is_told_and_that_my_own_work_is_not() {
    let helped =
        with(interaction("a", "active", 1), "parts", parts(&[("luis", "active"), ("ana", "conference")]));
    let mut work = desk(&[helped, interaction("b", "active", 1)]);
    for (id, expected) in [("b", None), ("a", Some("a"))] {
        let others = with(interaction(id, "active", 2), "parts", parts(&[("luis", "active")]));
        work.apply(event("interaction", others));
        assert_eq!(work.released.as_ref().map(|gone| gone.id.as_str()), expected);
    }
}

#[test]
fn who_advises_answers_no_messages() {
    let advised =
        with(interaction("a", "active", 1), "parts", parts(&[("luis", "active"), ("ana", "consult")]));
    let work =
        desk(&[with(advised, "unread", json!(2)), with(interaction("b", "active", 1), "unread", json!(3))]);
    assert_eq!(work.unread(), 3);
}

#[test]
fn that_nobody_came_stays_on_the_screen_until_it_is_seen_or_asked_again() {
    let asked = |version: i64, others: &[(&str, &str)]| {
        let invitation = json!({"by": {"id": "ana", "name": "Ana"}, "way": "consult", "answer_by_ms": 9});
        let invited = others.iter().any(|(_, way)| *way == "invited");
        let item = with(interaction("a", "active", version), "parts", parts(others));
        if invited { with(item, "invitation", invitation) } else { item }
    };
    let (alone, asking) = ([("ana", "active")], [("ana", "active"), ("luis", "invited")]);
    let mut work = desk(&[asked(1, &asking)]);
    work.apply(event("interaction", asked(2, &alone)));
    assert!(work.unanswered.contains("a"));
    work.apply(event("interaction", asked(3, &asking)));
    assert!(work.unanswered.is_empty(), "asked again");
    work.withdraw("a");
    work.apply(event("interaction", asked(4, &alone)));
    assert!(work.unanswered.is_empty(), "whoever takes it back knows");
}

#[test]
fn what_colleagues_say_elsewhere_is_new_until_it_is_open() {
    let said = |version: i64, by: &[&str]| {
        let remark = |id: &&str| json!({"agent": {"id": id, "name": id}, "text": "Sí", "at_ms": 0});
        with(interaction("a", "active", version), "remarks", by.iter().map(remark).collect())
    };
    let mut work = desk(&[said(1, &["luis"])]);
    let unheard = |work: &Work| work.unheard(&work.interactions["a"]);
    assert!(!unheard(&work), "what was there at the beginning");
    work.apply(event("interaction", said(2, &["luis", "ana"])));
    assert!(!unheard(&work), "what I said myself");
    work.apply(event("interaction", said(3, &["luis", "ana", "luis"])));
    assert!(unheard(&work));
    work.hear("a");
    assert!(!unheard(&work));
}

#[test]
fn what_comes_back_is_fetched_again() {
    let mut work = desk(&[interaction("a", "active", 1)]);
    work.thread("conv-a").loaded = true;
    work.apply(event("interaction", interaction("a", "wrap_up", 2)));
    work.apply(event("interaction", with(interaction("a", "queued", 3), "parts", json!([]))));
    assert!(work.threads["conv-a"].loaded, "an earlier conversation may be read");
    work.apply(event("interaction", interaction("a", "offered", 4)));
    assert!(!work.threads["conv-a"].loaded, "what was said meanwhile is not known here");
}

#[test]
fn what_is_said_while_a_conversation_is_fetched_is_not_lost() {
    for before in [json!([]), json!([message("a", 1, "in")["message"]])] {
        let mut work = desk(&[interaction("a", "offered", 1)]);
        work.apply(event("message", message("a", 2, "in")));
        assert!(!work.threads["conv-a"].loaded, "its page is on the way");
        let page = serde_json::from_value(json!({"messages": before, "more": false})).unwrap();
        work.thread("conv-a").newest(page);
        assert_eq!(work.threads["conv-a"].last_seq(), 2, "after {before}");
    }
    let mut work = desk(&[]);
    work.apply(event("message", message("a", 1, "in")));
    assert!(work.threads.is_empty(), "somebody else's");
}

fn desk(interactions: &[Value]) -> Work {
    let mut work = Work::default();
    work.take(snapshot(interactions));
    work
}

fn snapshot(interactions: &[Value]) -> Desk {
    let me = json!({"agent_id": "ana", "login": "ana", "name": "Ana", "role": "agent",
        "locale": "es", "presence": {"status": "available", "since_ms": 0},
        "calls_max": 1, "chats_max": 3});
    let desk = json!({"seq": 1, "me": me, "interactions": interactions, "queues": [],
        "colleagues": [], "dispositions": [], "pause_reasons": []});
    serde_json::from_value(desk).unwrap()
}

fn interaction(id: &str, state: &str, version: i64) -> Value {
    json!({"id": id, "version": version, "state": state, "channel": "webchat",
        "account": {"id": "demo", "name": "Demo"}, "agent": {"id": "ana", "name": "Ana"},
        "parts": parts(&[("ana", state)]),
        "contact": {"id": "marta", "name": "Marta"}, "conversation_id": format!("conv-{id}"),
        "started_ms": 0, "answered_ms": 1, "unread": 0})
}

fn parts(parts: &[(&str, &str)]) -> Value {
    let part =
        |(id, way): &(&str, &str)| json!({"agent": {"id": id, "name": id}, "way": way, "answer_by_ms": 9});
    parts.iter().map(part).collect()
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
