//! Every `fixtures/NAME.json` decodes to the lines of `fixtures/NAME.jsonl`: one line for each event,
//! as `centralita inspect` prints it, or for each element that could not be read.
//! `UPDATE=1 cargo test -p channel-instagram` writes them anew; read the difference before committing.

use channel::{
    codec::Codec,
    malformed::Malformed,
    received::{Received, Settings},
};
use channel_instagram::codec::Instagram;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

#[test]
fn fixtures_decode_as_expected() {
    for (path, body) in fixtures() {
        let lines = lines(&body);
        let expected = path.with_extension("jsonl");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &lines).expect("writes");
        }
        assert_eq!(lines, fs::read_to_string(&expected).unwrap_or_default(), "{}", path.display());
    }
}

#[test]
fn a_redelivery_has_the_same_keys_and_no_two_events_share_one() {
    for (path, body) in fixtures() {
        let keys = || {
            decode(&body).expect("a fixture").into_iter().flatten().map(|event| (event.account, event.key))
        };
        let mut first: Vec<_> = keys().collect();
        assert_eq!(first, keys().collect::<Vec<_>>(), "{}", path.display());
        assert!(first.iter().all(|(_, key)| !key.is_empty()), "{}", path.display());
        let count = first.len();
        first.sort();
        first.dedup();
        assert_eq!(first.len(), count, "{}", path.display());
    }
}

#[test]
fn what_is_no_webhook_of_the_channel_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("null", "body: is null, not an object"),
        ("[]", "body: is a list, not an object"),
        ("{}", "object: is missing"),
        (r#"{"object":"user","entry":[]}"#, r#"object: is "user", not "instagram""#),
        (r#"{"object":"instagram"}"#, "entry: is missing"),
        (r#"{"object":"instagram","entry":{}}"#, "entry: is an object, not a list"),
        ("{\"object\":\n  oops}", "line 2 column 3: is not JSON: expected value"),
    ] {
        assert_eq!(decode(body.as_bytes()).expect_err(body).to_string(), place, "{body}");
    }
    assert_eq!(decode(br#"{"object":"instagram","entry":[]}"#), Ok(vec![]));
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
    for (_, body) in fixtures() {
        for _ in 0..400 {
            let mut damaged = body[..=below(body.len())].to_vec();
            for _ in 0..below(8) {
                let at = below(damaged.len());
                damaged[at] = DAMAGE[below(DAMAGE.len())];
            }
            let _ = decode(&damaged);
        }
        let document: Value = serde_json::from_slice(&body).expect("a fixture is JSON");
        // Values of a wrong type in every place.
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

/// The samples that providers' own libraries publish, where they have been laid beside the project: what
/// their index says of each event is what is read.
#[test]
fn published_samples_are_read_as_their_index_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payloads");
    let Ok(index) = fs::read_to_string(folder.join("index.tsv")) else {
        eprintln!("skipped: there are no published samples beside the project");
        return;
    };
    let (mut read, mut wrong) = (0, Vec::new());
    for line in index.lines() {
        let cells: Vec<String> = line.split('\t').map(unescaped).collect();
        let ours = ["instagram/"].iter().any(|folder| cells[0].starts_with(folder));
        if !ours || cells.len() < 8 || cells[7].is_empty() {
            continue;
        }
        read += 1;
        let expected: Vec<Value> = serde_json::from_str(&cells[7]).expect("the index has JSON");
        let events = decode(&fs::read(folder.join(&cells[0])).expect("readable")).expect("a webhook");
        let events: Vec<Value> = events.into_iter().map(|event| event.expect("readable").to_json()).collect();
        if events.len() != expected.len() {
            wrong.push(format!("{}: {} events, not {}", cells[0], events.len(), expected.len()));
            continue;
        }
        for (event, expected) in events.iter().zip(&expected) {
            wrong.extend(differences(event, expected).map(|what| format!("{}: {what}", cells[0])));
        }
    }
    assert!(read > 0, "the index names some of ours");
    assert!(wrong.is_empty(), "{read} samples\n{}", wrong.join("\n"));
}

/// What the index asserts and the event does not say.
fn differences<'a>(event: &'a Value, expected: &'a Value) -> impl Iterator<Item = String> + 'a {
    let members = expected.as_object().into_iter().flatten();
    members.filter_map(move |(name, value)| {
        let extra = &event["extra"];
        let at = event["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let found = match name.as_str() {
            "kind" => event["kind"].clone(),
            "id" => event["provider_id"].clone(),
            "sender" => event["from"]["id"].clone(),
            "sender_name" => event["from"]["name"].clone(),
            "recipient" if extra["echo"] == json!(true) && extra["to"].is_object() => {
                extra["to"]["id"].clone()
            }
            "recipient" => event["account"].clone(),
            "ref_id" => event["in_reply_to"].clone(),
            "text" | "status" => event[name.as_str()].clone(),
            "ts_ms" => json!(at.map(jiff::Timestamp::as_millisecond)),
            "attachments" => json!(event["attachments"].as_array().map(Vec::len)),
            "post" => extra["thread"].clone(),
            "payload" => extra["choice"].clone(),
            "referral" => extra["ref"].clone(),
            "location" => json!(
                ["latitude", "longitude"]
                    .map(|name| extra[name].as_str().and_then(|text| text.parse::<f64>().ok()))
            ),
            "type" => extra["type"].clone(),
            "att_types" => return None,
            other => return Some(format!("nobody compares {other}")),
        };
        let value =
            if name == "kind" { json!(ours(value.as_str().unwrap_or_default())) } else { value.clone() };
        (found != value).then(|| format!("{name} is {found}, not {value}"))
    })
}

/// The contract's word for the index's.
fn ours(kind: &str) -> &str {
    match kind {
        "postback" | "echo" => "message",
        "post" => "mention",
        "optin" | "referral" | "system" | "account" | "unknown" => "unsupported",
        other => other,
    }
}

fn unescaped(cell: &str) -> String {
    let mut text = String::new();
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        text.push(match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            (letter, false) => letter,
        });
    }
    text
}

type Events = Vec<Result<channel::event::InboundEvent, Malformed>>;

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    Instagram.decode(
        &Received { method: "POST".to_owned(), body: body.to_vec(), ..Received::default() },
        &Settings::default(),
    )
}

fn lines(body: &[u8]) -> String {
    let elements = decode(body).expect("a fixture").into_iter();
    let line = |element: Result<channel::event::InboundEvent, Malformed>| match element {
        Ok(event) => format!("{}\n", event.to_json()),
        Err(malformed) => format!("{}\n", json!({ "malformed": malformed })),
    };
    elements.map(line).collect()
}

fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = fs::read_dir(folder).expect("fixtures").map(|file| file.expect("readable").path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).expect("readable"))).collect()
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
