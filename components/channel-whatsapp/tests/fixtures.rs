//! Every `fixtures/NAME.json` decodes to the lines of `fixtures/NAME.jsonl`: one line for each event,
//! as `centralita inspect` prints it, or for each element that could not be read.
//! `UPDATE=1 cargo test -p channel-whatsapp` writes them anew; read the difference before committing.

use channel::{
    codec::Codec,
    malformed::Malformed,
    received::{Received, Settings},
};
use channel_whatsapp::codec::WhatsApp;
use serde_json::json;
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
fn what_is_no_webhook_of_whatsapp_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("null", "body: is null, not an object"),
        ("[]", "body: is a list, not an object"),
        ("\"text\"", "body: is a string, not an object"),
        ("{}", "object: is missing"),
        (r#"{"update_id":1,"message":{}}"#, "object: is missing"),
        (r#"{"object":"page","entry":[]}"#, r#"object: is "page", not "whatsapp_business_account""#),
        (r#"{"object":"whatsapp_business_account"}"#, "entry: is missing"),
        (r#"{"object":"whatsapp_business_account","entry":{}}"#, "entry: is an object, not a list"),
        ("{\"object\":\n  oops}", "line 2 column 3: is not JSON: expected value"),
    ] {
        assert_eq!(decode(body.as_bytes()).expect_err(body).to_string(), place, "{body}");
    }
    assert_eq!(decode(br#"{"object":"whatsapp_business_account","entry":[]}"#), Ok(vec![]));
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
        // Values of a wrong type in every place.
        let document: serde_json::Value = match serde_json::from_slice(&body) {
            Ok(document) => document,
            Err(_) => continue,
        };
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

/// The samples that providers' own libraries publish, where they have been laid beside the project.
#[test]
fn published_samples_decode() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payloads/whatsapp");
    let Ok(files) = fs::read_dir(&folder) else {
        eprintln!("skipped: there are no published samples beside the project");
        return;
    };
    for file in files.map(|file| file.expect("readable").path()) {
        let events = decode(&fs::read(&file).expect("readable")).expect("a webhook");
        assert!(!events.is_empty(), "{}", file.display());
        for event in events {
            let event = event.unwrap_or_else(|malformed| panic!("{}: {malformed}", file.display()));
            assert!(!event.account.is_empty() && event.at.is_some(), "{}", file.display());
        }
    }
}

type Events = Vec<Result<channel::event::InboundEvent, Malformed>>;

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    WhatsApp.decode(
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

fn places(value: &serde_json::Value) -> usize {
    1 + match value {
        serde_json::Value::Array(items) => items.iter().map(places).sum(),
        serde_json::Value::Object(members) => members.values().map(places).sum(),
        _ => 0,
    }
}

/// Replaces the value that is `place` steps ahead in reading order.
fn replace(value: &mut serde_json::Value, place: &mut usize, wrong: &serde_json::Value) -> bool {
    if *place == 0 {
        *value = wrong.clone();
        return true;
    }
    *place -= 1;
    match value {
        serde_json::Value::Array(items) => items.iter_mut().any(|item| replace(item, place, wrong)),
        serde_json::Value::Object(members) => {
            members.values_mut().any(|member| replace(member, place, wrong))
        }
        _ => false,
    }
}
