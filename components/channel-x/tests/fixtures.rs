//! Every request of `fixtures/NAME.json` decodes to the lines of `fixtures/NAME.jsonl`: one line for each
//! event, as `centralita inspect` prints it, or for each element that could not be read.
//! `UPDATE=1 cargo test -p channel-x` writes them anew; read the difference before committing.

use channel::{
    codec::Codec,
    event::{EventKind, InboundEvent},
    malformed::Malformed,
    received::{Received, Settings},
};
use channel_x::codec::X;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

#[test]
fn fixtures_decode_as_expected() {
    for (path, bodies) in fixtures() {
        let lines: String = bodies.iter().map(|body| lines(body)).collect();
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

/// X sends a post that mentions us and replies to us twice, in two deliveries.
#[test]
fn a_post_that_comes_as_two_things_is_one() {
    let delivery = |kind: &str, uuid: &str| {
        json!({ "data": { "event_uuid": uuid, "filter": { "user_id": "11" }, "event_type": kind, "payload": {
            "id": "7", "author_id": "22", "text": "@casalumen hola", "conversation_id": "5", "in_reply_to_user_id": "11",
            "referenced_tweets": [{ "type": "replied_to", "id": "6" }] } } })
        .to_string()
    };
    let read = |kind: &str, uuid: &str| {
        let events = decode(delivery(kind, uuid).as_bytes()).expect("a delivery");
        let event = events[0].clone().expect("readable");
        (event.key, event.kind, event.thread, event.in_reply_to)
    };
    let (mention, reply) = (read("post.mention.create", "-1"), read("post.reply.create", "-2"));
    assert_eq!(mention, reply);
    assert_eq!(reply, ("post:7".into(), EventKind::Comment, Some("5".into()), Some("6".into())));
}

#[test]
fn a_challenge_is_shown() {
    let url = "https://center.example/webhooks/x/shop?crc_token=abc".to_owned();
    let received = Received { method: "GET".to_owned(), url, ..Received::default() };
    let events = X.decode(&received, &Settings::default()).expect("a challenge");
    let event = events[0].clone().expect("readable");
    assert_eq!((event.kind, event.text.as_deref()), (EventKind::Verification, Some("abc")));
}

#[test]
fn what_is_no_delivery_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("null", "body: is null, not an object"),
        ("[]", "body: is a list, not an object"),
        ("{}", "data: is missing, and so is for_user_id"),
        (r#"{"update_id":1,"message":{}}"#, "data: is missing, and so is for_user_id"),
        (r#"{"data":{}}"#, "data.event_type: is missing"),
        (r#"{"data":{"event_type":"dm.read"}}"#, "data.payload: is missing"),
        ("{\"data\":\n  oops}", "line 2 column 3: is not JSON: expected value"),
    ] {
        assert_eq!(decode(body.as_bytes()).expect_err(body).to_string(), place, "{body}");
    }
    assert_eq!(decode(br#"{"for_user_id":"1","tweet_create_events":[]}"#), Ok(vec![]));
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

type Events = Vec<Result<InboundEvent, Malformed>>;

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    let received = Received { method: "POST".to_owned(), body: body.to_vec(), ..Received::default() };
    X.decode(&received, &Settings::default())
}

fn lines(body: &[u8]) -> String {
    let line = |element: Result<InboundEvent, Malformed>| match element {
        Ok(event) => format!("{}\n", event.to_json()),
        Err(malformed) => format!("{}\n", json!({ "malformed": malformed })),
    };
    decode(body).expect("a fixture").into_iter().map(line).collect()
}

/// The bodies of each file: each body is one request.
fn fixtures() -> Vec<(PathBuf, Vec<Vec<u8>>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = fs::read_dir(folder).expect("fixtures").map(|file| file.expect("readable").path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    let updates = |path: &PathBuf| -> Vec<Value> {
        serde_json::from_slice(&fs::read(path).expect("readable")).expect("a list of bodies")
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
