//! Every `fixtures/PROVIDER-NAME.EXT` decodes to the lines of `fixtures/PROVIDER-NAME.jsonl`: one line
//! for each event, as `centralita inspect` prints it, or for each element that could not be read.
//! `UPDATE=1 cargo test -p channel-email` writes them anew; read the difference before committing.

use channel::{
    codec::Codec,
    event::InboundEvent,
    malformed::Malformed,
    received::{Received, Settings},
};
use channel_email::codec::Email;
use serde_json::json;
use std::{fs, path::PathBuf};

#[test]
fn fixtures_decode_as_expected() {
    for (path, received) in fixtures() {
        let lines = lines(&received, &settings(&path));
        let expected = path.with_extension("jsonl");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &lines).expect("writes");
        }
        assert_eq!(lines, fs::read_to_string(&expected).unwrap_or_default(), "{}", path.display());
    }
}

#[test]
fn a_redelivery_has_the_same_keys_and_no_two_events_share_one() {
    for (path, received) in fixtures() {
        let keys = || {
            let events = Email.decode(&received, &settings(&path)).expect("a fixture");
            events.into_iter().flatten().map(|event| event.key).collect::<Vec<_>>()
        };
        let mut first = keys();
        assert_eq!(first, keys(), "{}", path.display());
        assert!(first.iter().all(|key| !key.is_empty()), "{}", path.display());
        let count = first.len();
        first.sort();
        first.dedup();
        assert_eq!(first.len(), count, "{}", path.display());
    }
}

#[test]
fn every_file_of_a_letter_is_in_its_webhook() {
    let mut found = 0;
    for (path, received) in fixtures() {
        let settings = settings(&path);
        for event in Email.decode(&received, &settings).expect("a fixture").into_iter().flatten() {
            for file in &event.attachments {
                let bytes = Email.files().expect("files").contained(file, &received, &settings);
                let size = bytes.map(|bytes| bytes.len() as u64);
                assert_eq!(size, file.size, "{} {file:?}", path.display());
                found += 1;
            }
        }
    }
    assert!(found > 5, "fixtures have files");
}

#[test]
fn what_is_no_webhook_of_the_provider_says_where() {
    for (provider, body, place) in [
        ("raw", "", "body: is empty"),
        ("raw", " \r\n", "body: is empty"),
        ("raw", r#"{"object":"page"}"#, "body: is JSON, not an e-mail"),
        ("sendgrid", "", "body: is empty"),
        ("sendgrid", "a=b", "body: is no form of Inbound Parse"),
        ("sendgrid", "[1", "line 1 column 2: is not JSON: EOF while parsing a list"),
        ("mailgun", "", "body: is empty"),
        ("mailgun", "{}", "event-data: is missing"),
        ("mailgun", "a=b", "body: is no form of a route"),
        ("postmark", "[]", "body: is a list, not an object"),
        ("postmark", "{}", "body: is no payload of Postmark"),
        ("ses", "{}", "body: is no notification of SNS"),
        ("ses", "x", "line 1 column 1: is not JSON: expected value"),
    ] {
        let received = Received { method: "POST".to_owned(), body: body.into(), ..Received::default() };
        let settings = Settings::from([("provider", provider)]);
        let refused = Email.decode(&received, &settings).expect_err(body).to_string();
        assert_eq!(refused, place, "{provider} {body}");
    }
}

/// What breaks headers, boundaries, encodings, charsets and JSON.
const DAMAGE: &[u8] = b"\"{}[]:,\\u0-=\r\n;<>@?\xff\xc3 \0";

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
    for (path, received) in fixtures() {
        for round in 0..300 {
            let mut damaged = received.clone();
            damaged.body.truncate(1 + below(received.body.len()));
            for _ in 0..below(12) {
                let at = below(damaged.body.len());
                damaged.body[at] = DAMAGE[below(DAMAGE.len())];
            }
            // By its provider, by its looks, and as a letter.
            let settings = match round % 3 {
                0 => settings(&path),
                1 => Settings::default(),
                _ => Settings::from([("provider", "raw")]),
            };
            let _ = Email.verify(&damaged, &settings);
            let events = Email.decode(&damaged, &settings).unwrap_or_default();
            for event in events.into_iter().flatten() {
                let printed = event.to_json().to_string();
                assert!(!printed.contains("\\u0000"), "a NUL in {printed}");
                for file in &event.attachments {
                    let _ = Email.files().expect("files").contained(file, &damaged, &settings);
                }
            }
        }
    }
}

/// Reading takes time with the size, whatever was made to slow it down.
#[test]
fn reading_is_linear() {
    type Make = fn(usize) -> String;
    let makers: [(&str, Make); 9] = [
        ("plain", |n| format!("Subject: x\n\n{}", "hola \n".repeat(n))),
        ("headers", |n| "X-A: b\n".repeat(n)),
        ("no headers", |n| "X-A: b\nno header\n".repeat(n)),
        ("words", |n| format!("Subject: {}\n\n", "=?a?Q?b ".repeat(n))),
        ("addresses", |n| format!("To: {}\n\n", "<a@b.es>, ".repeat(n))),
        ("boundaries", |n| {
            format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(n))
        }),
        ("html", |n| format!("Content-Type: text/html\n\n{}", "<b></i><p>a</p>&lt".repeat(n))),
        ("quotes", |n| format!("Subject: x\n\n{}", "On x wrote:\n> y\nz\n".repeat(n))),
        ("nest", |n| {
            (0..n / 50).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")).collect()
        }),
    ];
    for (name, make) in makers {
        let time = |n: usize| {
            let body = make(n).into_bytes();
            let received = Received { method: "POST".to_owned(), body, ..Received::default() };
            let settings = Settings::from([("provider", "raw")]);
            let start = std::time::Instant::now();
            assert!(Email.decode(&received, &settings).is_ok());
            start.elapsed().as_micros().max(1000)
        };
        let (small, large) = (time(4_000).min(time(4_000)), time(32_000).min(time(32_000)));
        // Eight times as much; a square would take 64 times as long.
        assert!(large < small * 32, "{name}: {small} µs, then {large} µs");
    }
}

fn lines(received: &Received, settings: &Settings) -> String {
    let elements = Email.decode(received, settings).expect("a fixture").into_iter();
    let line = |element: Result<InboundEvent, Malformed>| match element {
        Ok(event) => format!("{}\n", event.to_json()),
        Err(malformed) => format!("{}\n", json!({ "malformed": malformed })),
    };
    elements.map(line).collect()
}

fn settings(path: &std::path::Path) -> Settings {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let provider = name.split('-').next().unwrap_or_default();
    Settings::from([
        ("provider", provider),
        ("address", "hola@shop.example"),
        ("aliases", "ventas@shop.example"),
    ])
}

fn fixtures() -> Vec<(PathBuf, Received)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = fs::read_dir(folder).expect("fixtures").map(|file| file.expect("readable").path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension != "jsonl")).collect();
    files.sort();
    let read = |path: PathBuf| {
        let body = fs::read(&path).expect("readable");
        let content_type = match path.extension().and_then(|extension| extension.to_str()) {
            Some("eml") => "message/rfc822",
            Some("json") => "application/json",
            Some("form") => "application/x-www-form-urlencoded",
            _ => "multipart/form-data; boundary=frontier",
        };
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        (path, Received { method: "POST".to_owned(), headers, body, ..Received::default() })
    };
    files.into_iter().map(read).collect()
}
