//! Every update of `fixtures/NAME.json` decodes to the lines of `fixtures/NAME.jsonl`: one line for each
//! event, as `centralita inspect` prints it, or for each element that could not be read.
//! `UPDATE=1 cargo test -p channel-telegram` writes them anew; read the difference before committing.

use channel::{
    codec::Codec,
    event::InboundEvent,
    malformed::Malformed,
    received::{Received, Settings},
    settle::settle,
};
use channel_telegram::codec::Telegram;
use domain::time::Timestamp;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

#[test]
fn fixtures_decode_as_expected() {
    for (path, updates) in fixtures() {
        let lines: String = updates.iter().map(|update| lines(update)).collect();
        let expected = path.with_extension("jsonl");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &lines).expect("writes");
        }
        assert_eq!(lines, fs::read_to_string(&expected).unwrap_or_default(), "{}", path.display());
    }
}

#[test]
fn a_redelivery_has_the_same_keys_and_no_two_events_share_one() {
    let keys = || {
        let updates = fixtures().into_iter().flat_map(|(_, updates)| updates);
        updates
            .flat_map(|update| decode(&update).expect("a fixture"))
            .flatten()
            .map(|event| event.key)
            .collect::<Vec<_>>()
    };
    let mut first = keys();
    assert_eq!(first, keys());
    assert!(first.iter().all(|key| !key.is_empty()));
    let count = first.len();
    first.sort();
    first.dedup();
    assert_eq!(first.len(), count);
}

/// Messages are numbered by chat, and are stored by their number: no two may meet.
#[test]
fn a_message_of_one_chat_is_never_taken_for_another_s() {
    let stored = |chat: Value| {
        let update = json!({ "update_id": 1, "message": { "message_id": 7, "date": 1, "text": "Hola", "chat": chat,
            "reply_to_message": { "message_id": 6 } } });
        let mut events = decode(update.to_string().as_bytes()).expect("an update");
        let event = events.remove(0).expect("readable");
        assert_eq!((event.provider_id.as_deref(), event.in_reply_to.as_deref()), (Some("7"), Some("6")));
        let inbound = settle(event, Timestamp(1)).expect("something to apply");
        serde_json::to_value(inbound).expect("JSON")["what"]["message"].clone()
    };
    let (one, other) =
        (stored(json!({"id": -100, "type": "group"})), stored(json!({"id": -200, "type": "group"})));
    assert_eq!((&one["provider_id"], &one["reply_to"]), (&json!("-100/7"), &json!("-100/6")));
    assert_eq!(other["provider_id"], json!("-200/7"));
}

#[test]
fn a_button_is_acknowledged_in_the_answer() {
    let thanks = |body: &str| {
        let received = Received { body: body.as_bytes().to_vec(), ..Received::default() };
        Telegram.thanks(&received, &Settings::default())
    };
    let told = thanks(r#"{"update_id":2,"callback_query":{"id":"666728699048485871"}}"#).expect("an answer");
    let body: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!(told.mime, "application/json");
    assert_eq!(body, json!({"method": "answerCallbackQuery", "callback_query_id": "666728699048485871"}));
    assert_eq!(thanks(r#"{"update_id":2,"message":{}}"#), None);
    assert_eq!(thanks("<html>"), None);
}

#[test]
fn what_the_bot_itself_wrote_is_an_echo() {
    let update = json!({ "update_id": 1, "message": { "message_id": 7, "date": 1, "text": "Hola",
        "from": { "id": 12, "is_bot": true }, "chat": { "id": -4711, "type": "group" } } });
    let received = Received { body: update.to_string().into_bytes(), ..Received::default() };
    for (address, echo) in [("12", true), ("13", false), ("", false)] {
        let events = Telegram.decode(&received, &Settings::from([("address", address)])).expect("an update");
        let event = events[0].clone().expect("readable");
        assert_eq!((event.echo, event.account.as_str()), (echo, address));
    }
}

#[test]
fn what_is_no_update_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("null", "body: is null, not an object"),
        ("[]", "body: is a list, not an object"),
        ("{}", "update_id: is missing"),
        (r#"{"ok":false,"error_code":400,"description":"Bad Request"}"#, "update_id: is missing"),
        (r#"{"object":"page","entry":[]}"#, "update_id: is missing"),
        (r#"{"update_id":{}}"#, "update_id: is no number"),
        ("{\"update_id\":\n  oops}", "line 2 column 3: is not JSON: expected value"),
    ] {
        assert_eq!(decode(body.as_bytes()).expect_err(body).to_string(), place, "{body}");
    }
}

/// What breaks JSON, UTF-8 and types.
const DAMAGE: &[u8] = b"\"{}[]:,\\u0nulltrue-1e9\xff\xc3";

/// Whatever a network, a proxy or an attacker does to a body: an answer, never a panic.
#[test]
fn damaged_fixtures_never_panic() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |limit: usize| {
        // xorshift: the same damage in each run.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % limit as u64).expect("below a usize")
    };
    for update in fixtures().into_iter().flat_map(|(_, updates)| updates) {
        for _ in 0..40 {
            let mut damaged = update[..=below(update.len())].to_vec();
            for _ in 0..below(8) {
                let at = below(damaged.len());
                damaged[at] = DAMAGE[below(DAMAGE.len())];
            }
            let _ = decode(&damaged);
        }
        // Values of a wrong type in every place.
        let document: Value = serde_json::from_slice(&update).expect("JSON");
        for wrong in
            [json!(null), json!([]), json!({}), json!(""), json!(-1), json!([[{}]]), json!({"id": {}})]
        {
            for place in 0..places(&document) {
                let mut damaged = document.clone();
                replace(&mut damaged, &mut { place }, &wrong);
                let _ = decode(damaged.to_string().as_bytes());
            }
        }
    }
}

/// The samples that providers' own libraries publish, where they have been laid beside the project: all
/// that their index says of each.
#[test]
fn published_samples_decode() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payloads");
    let Ok(index) = fs::read_to_string(folder.join("index.tsv")) else {
        eprintln!("skipped: there are no published samples beside the project");
        return;
    };
    let mut checked = 0;
    for row in index.lines().map(|line| line.split('\t').collect::<Vec<_>>()) {
        let (file, expected) = (row[0], row.get(7).copied().unwrap_or_default());
        if !file.starts_with("telegram/") || expected.is_empty() {
            continue;
        }
        let expected = expected.replace(r"\n", "\n").replace(r"\t", "\t").replace(r"\\", r"\");
        let expected: Vec<Value> = serde_json::from_str(&expected).expect("the index");
        let events = decode(&fs::read(folder.join(file)).expect("readable")).expect(file);
        assert_eq!(events.len(), expected.len(), "{file}");
        for (event, expected) in events.into_iter().zip(expected) {
            compare(file, &event.expect(file).to_json(), &expected);
        }
        checked += 1;
    }
    assert!(checked > 0, "the index names no sample of Telegram's");
}

#[track_caller]
fn compare(file: &str, event: &Value, expected: &Value) {
    for (name, value) in expected.as_object().expect("an object") {
        let extra = &event["extra"];
        let found = match name.as_str() {
            "kind" => &event["kind"],
            "sender" => &event["from"]["id"],
            "sender_name" => &event["from"]["name"],
            "id" => &event["provider_id"],
            "ref_id" | "reply_to" => &event["in_reply_to"],
            "text" => &event["text"],
            "payload" => &extra["choice"],
            "media_id" => &event["attachments"][0]["provider_ref"],
            "attachments" => &json!(event["attachments"].as_array().map(Vec::len)),
            "ts_ms" => &json!(
                event["at"]
                    .as_str()
                    .map(|at| { at.parse::<jiff::Timestamp>().expect("an instant").as_millisecond() })
            ),
            other => &extra[other],
        };
        let value = match value.as_str().filter(|_| name == "kind") {
            Some("postback") => &json!("message"),
            Some("system") => &json!("unsupported"),
            _ => value,
        };
        assert_eq!(found, value, "{file}: {name}");
    }
}

type Events = Vec<Result<InboundEvent, Malformed>>;

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    let received = Received { method: "POST".to_owned(), body: body.to_vec(), ..Received::default() };
    Telegram.decode(&received, &Settings::default())
}

fn lines(body: &[u8]) -> String {
    let line = |element: Result<InboundEvent, Malformed>| match element {
        Ok(event) => format!("{}\n", event.to_json()),
        Err(malformed) => format!("{}\n", json!({ "malformed": malformed })),
    };
    decode(body).expect("a fixture").into_iter().map(line).collect()
}

/// The bodies of each file: an update is one request.
fn fixtures() -> Vec<(PathBuf, Vec<Vec<u8>>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = fs::read_dir(folder).expect("fixtures").map(|file| file.expect("readable").path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    let updates = |path: &PathBuf| -> Vec<Value> {
        serde_json::from_slice(&fs::read(path).expect("readable")).expect("a list of updates")
    };
    let bodies =
        |path: &PathBuf| updates(path).iter().map(|update| update.to_string().into_bytes()).collect();
    files.into_iter().map(|path| (path.clone(), bodies(&path))).collect()
}

fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(places).sum(),
        Value::Object(members) => members.values().map(places).sum(),
        _ => 0,
    }
}

/// Replaces the value that is `place` steps ahead in reading order.
fn replace(value: &mut Value, place: &mut usize, wrong: &Value) -> bool {
    if *place == 0 {
        *value = wrong.clone();
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, place, wrong)),
        Value::Object(members) => members.values_mut().any(|member| replace(member, place, wrong)),
        _ => false,
    }
}
