//! Every `fixtures/PROVIDER/NAME` decodes to the lines of `NAME.jsonl` beside it: one for each event, as
//! `centralita inspect` prints it, or for each element that could not be read. A `.json` file is a body; of
//! `.lines` each line is one, of `.queries` each is the query of a GET.
//! `UPDATE=1 cargo test -p channel-sms` writes them anew; read the difference before committing.

use channel::{
    codec::{Codec, Told},
    event::InboundEvent,
    malformed::Malformed,
    outbound::{Answer, Outcome},
    received::{Received, Settings},
    signature::Signature,
};
use channel_sms::codec::Sms;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

type Events = Vec<Result<InboundEvent, Malformed>>;

/// One request of a fixture.
struct Fixture {
    provider: String,
    file: PathBuf,
    received: Received,
}

#[test]
fn fixtures_decode_as_expected() {
    let mut files: Vec<(PathBuf, String)> = vec![];
    for fixture in fixtures() {
        let lines = lines(&fixture);
        match files.last_mut().filter(|(file, _)| *file == fixture.file) {
            Some((_, text)) => text.push_str(&lines),
            None => files.push((fixture.file, lines)),
        }
    }
    for (file, lines) in files {
        let expected = file.with_extension("jsonl");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &lines).expect("writes");
        }
        assert_eq!(lines, fs::read_to_string(&expected).unwrap_or_default(), "{}", file.display());
    }
}

#[test]
fn a_redelivery_has_the_same_keys_and_no_two_events_share_one() {
    let mut keys: Vec<(String, String, String)> = vec![];
    for fixture in fixtures() {
        let once = || {
            let events = decode(&fixture).unwrap_or_default().into_iter().flatten();
            events.map(|event| (fixture.provider.clone(), event.account, event.key)).collect::<Vec<_>>()
        };
        let first = once();
        assert_eq!(first, once(), "{}", fixture.file.display());
        keys.extend(first);
    }
    assert!(keys.iter().all(|(_, _, key)| !key.is_empty()));
    let count = keys.len();
    keys.sort();
    let twins: Vec<_> =
        keys.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
    keys.dedup();
    assert_eq!(keys.len(), count, "{twins:?}");
}

#[test]
fn without_a_provider_a_request_is_read_and_proves_nothing() {
    for fixture in fixtures() {
        let with = decode(&fixture).unwrap_or_default();
        if with.iter().all(Result::is_err) {
            continue;
        }
        let none = Settings::from([("secret", "s")]);
        assert_eq!(Sms.verify(&fixture.received, &none), Signature::Unchecked);
        let odd = with.iter().flatten().any(|event| event.key.starts_with("other:"));
        let known = ["twilio", "vonage", "infobip", "messagebird"].contains(&fixture.provider.as_str());
        if known && !odd {
            let guessed = Sms.decode(&fixture.received, &none);
            assert_eq!(guessed.as_ref().ok(), Some(&with), "{} {}", fixture.file.display(), body(&fixture));
        } else {
            let _ = Sms.decode(&fixture.received, &none);
        }
    }
}

#[test]
fn what_is_no_request_of_the_provider_says_where() {
    for (provider, body, place) in [
        ("twilio", "Hello, World!", "body: is neither a form nor JSON"),
        ("twilio", "{oops", "line 1 column 2: is not JSON: key must be a string"),
        ("vonage", "a=1", "messageId: is missing"),
        ("vonage", "<html>", "body: is neither a form nor JSON"),
        ("infobip", "", "body: is empty"),
        ("infobip", "{}", "results: is missing"),
        ("infobip", r#"{"results":{}}"#, "results: is an object, not a list"),
        ("messagebird", "\u{0}{", "none"),
        ("generic", "a=1", "body: is of no known gateway"),
        ("generic", "", "body: is of no known gateway"),
        ("plivo", "a=1", "body: is neither a message nor a report"),
        ("bandwidth", "{}", "body: is neither a message nor a report"),
    ] {
        let received = Received { body: body.as_bytes().to_vec(), ..Received::default() };
        let said = match Sms.decode(&received, &settings(provider)) {
            Ok(events) => {
                events.into_iter().find_map(Result::err).map_or_else(|| "none".to_owned(), |e| e.to_string())
            }
            Err(malformed) => malformed.to_string(),
        };
        assert_eq!(said, place, "{provider} {body}");
    }
    // An empty request is somebody who tries the address.
    for provider in ["twilio", "vonage", "messagebird"] {
        assert_eq!(Sms.decode(&Received::default(), &settings(provider)), Ok(vec![]));
    }
}

#[test]
fn each_provider_reads_what_it_wants() {
    let told = |provider: &str| Sms.thanks(&Received::default(), &settings(provider)).map(|told| told.body);
    assert_eq!(told("twilio").as_deref(), Some("<Response/>"), "anything else would go to the customer");
    assert_eq!(told("jasmin").as_deref(), Some("ACK/Jasmin"));
    assert_eq!(told("messagebird").as_deref(), Some("OK"));
    assert_eq!((told("vonage"), told("infobip"), told("nobody")), (None, None, None));
    let own = Settings::from([
        ("provider", "generic"),
        ("gateway", r#"{"check":{"kind":"basic"},"answer":"{\"ok\":true}"}"#),
    ]);
    let told = Sms.thanks(&Received::default(), &own);
    assert_eq!(told, Some(Told { mime: "application/json", body: r#"{"ok":true}"#.to_owned() }));
}

#[test]
fn an_answer_is_read_as_its_provider_gives_it() {
    let answer =
        |body: &str| Answer::Response { status: 200, retry_after: None, body: body.as_bytes().to_vec() };
    for (provider, body, expected) in [
        ("twilio", r#"{"sid":"SM1"}"#, Some("SM1")),
        ("vonage", r#"{"messages":[{"status":"0","message-id":"0C1"}]}"#, Some("0C1")),
        ("infobip", r#"{"messages":[{"messageId":"i1","status":{"groupId":1}}]}"#, Some("i1")),
        ("messagebird", r#"{"id":"b1"}"#, Some("b1")),
        ("bandwidth", r#"{"id":"w1"}"#, Some("w1")),
        ("plivo", r#"{"message_uuid":["p1"]}"#, Some("p1")),
        ("clickatell", r#"{"messages":[{"apiMessageId":"k1","accepted":true}]}"#, Some("k1")),
        ("jasmin", r#"Success "j1""#, Some("j1")),
        ("kannel", "0: Accepted for delivery", None),
        (
            "africastalking",
            r#"{"SMSMessageData":{"Recipients":[{"messageId":"a1","statusCode":101}]}}"#,
            Some("a1"),
        ),
    ] {
        let outcome = Sms.interpret_for(&answer(body), &settings(provider));
        assert_eq!(outcome, Outcome::Accepted { provider_id: expected.map(str::to_owned) }, "{provider}");
    }
    for (provider, body) in [("jasmin", "Error \"no route\""), ("kannel", "4: Rejected")] {
        let outcome = Sms.interpret_for(&answer(body), &settings(provider));
        assert!(matches!(outcome, Outcome::Failed { .. }), "{provider}");
    }
}

/// What breaks forms, JSON, UTF-8 and types.
const DAMAGE: &[u8] = b"\"{}[]:,\\u0null&=%+-1e9\xff\xc3";

/// Whatever a network, a proxy or an attacker does to a request: an answer, never a panic.
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
    for fixture in fixtures() {
        let body = body(&fixture).into_bytes();
        for _ in 0..40 {
            let mut damaged = body[..=below(body.len())].to_vec();
            for _ in 0..below(8) {
                let at = below(damaged.len());
                damaged[at] = DAMAGE[below(DAMAGE.len())];
            }
            survive(&fixture.provider, damaged);
        }
        // Values of a wrong type in every place.
        let Ok(document) = serde_json::from_slice::<Value>(&body) else { continue };
        for wrong in
            [json!(null), json!([]), json!({}), json!(""), json!(-1), json!([[{}]]), json!({"id": {}})]
        {
            for place in 0..places(&document) {
                let mut damaged = document.clone();
                replace(&mut damaged, &mut { place }, &wrong);
                survive(&fixture.provider, damaged.to_string().into_bytes());
            }
        }
    }
}

fn survive(provider: &str, body: Vec<u8>) {
    let mut settings = settings(provider);
    settings.0.insert("secret".to_owned(), "known to nobody".to_owned());
    settings.0.insert("username".to_owned(), "u".to_owned());
    let url = format!("https://center.example/webhooks/sms/1?{}", String::from_utf8_lossy(&body));
    let post = Received { method: "POST".to_owned(), body, ..Received::default() };
    let get = Received { method: "GET".to_owned(), url, ..Received::default() };
    for received in [post, get] {
        let _ = Sms.decode(&received, &settings);
        let _ = Sms.decode(&received, &Settings::default());
        assert_ne!(Sms.verify(&received, &settings), Signature::Valid);
    }
}

/// Ten times the size may take ten times as long, and a good deal more on a busy machine; not a hundred.
#[test]
fn reading_takes_time_in_proportion() {
    let report = r#"{"messageId":"m","to":"34600123123","status":{"groupId":3,"groupName":"DELIVERED"}}"#;
    let infobip = |count: usize| format!("{{\"results\":[{}]}}", vec![report; count].join(","));
    let twilio = |count: usize| {
        let fields: String =
            (0..count).map(|index| format!("&MediaUrl{index}=https%3A%2F%2Fx&F{index}=%20")).collect();
        format!("MessageSid=SM1&From=%2B34600123123&Body=a{fields}")
    };
    let plain = |count: usize| format!("from=34600123123&id=1&text={}", "%C3%B1+".repeat(count));
    let cases: [(&str, &dyn Fn(usize) -> String); 3] =
        [("infobip", &infobip), ("twilio", &twilio), ("plain", &plain)];
    for (provider, make) in cases {
        let mut settings = settings(provider);
        settings.0.insert("secret".to_owned(), "s".to_owned());
        let time = |count: usize| {
            let received = Received { body: make(count).into_bytes(), ..Received::default() };
            let start = std::time::Instant::now();
            assert!(!Sms.decode(&received, &settings).expect("a request").is_empty());
            assert_ne!(Sms.verify(&received, &settings), Signature::Valid);
            start.elapsed()
        };
        time(100);
        let (small, large) = (time(400), time(4000));
        assert!(large < small * 50, "{provider}: {small:?}, {large:?}");
    }
}

/// The samples that providers' own libraries publish, where they have been laid beside the project.
#[test]
fn published_samples_decode() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payloads");
    let Ok(index) = fs::read_to_string(folder.join("index.tsv")) else {
        eprintln!("skipped: there are no published samples beside the project");
        return;
    };
    let mut count = 0;
    for row in index.lines().skip(1) {
        let cells: Vec<String> = row.split('\t').map(unescaped).collect();
        let [file, content_type, _, _, events, scheme, expected, json, ..] = cells.as_slice() else {
            continue;
        };
        let provider = file.split('/').next().unwrap_or_default();
        if !["twilio", "vonage", "messagebird", "infobip"].contains(&provider) {
            continue;
        }
        let bytes = fs::read(folder.join(file)).expect("readable");
        if scheme.is_empty() {
            published_event(provider, file, content_type, &bytes, events, json);
        } else {
            published_signature(provider, file, scheme, &bytes, expected);
        }
        count += 1;
    }
    assert!(count > 0, "the index names none of the providers");
    eprintln!("{count} published samples");
}

fn published_signature(provider: &str, file: &str, scheme: &str, vector: &[u8], expected: &str) {
    let vector: Value = serde_json::from_slice(vector).expect("a vector");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let request = &vector["request"];
    let headers = request["headers"].as_object().expect("headers").iter();
    let received = Received {
        method: text(&request["method"]).expect("a method"),
        url: text(&request["url"]).unwrap_or_else(|| "https://localhost/".to_owned()),
        headers: headers.map(|(name, value)| (name.clone(), text(value).expect("a header"))).collect(),
        body: text(&request["body"]).expect("a body").into_bytes(),
    };
    let mut settings = settings(provider);
    settings.0.insert("secret".to_owned(), text(&vector["secret"]).expect("a secret"));
    if let Some(now) = vector["now"].as_i64() {
        settings.0.insert("now".to_owned(), now.to_string());
    }
    let expected = Signature::from(expected == "valid");
    assert_eq!(Sms.verify(&received, &settings), expected, "{file}");
    assert!(Sms.decode(&received, &settings).is_ok(), "{file}");
    if let Some(method) = scheme.strip_prefix("vonage-sms-") {
        settings.0.insert("signature_method".to_owned(), method.to_owned());
        assert_eq!(Sms.verify(&received, &settings), expected, "{file}");
    }
}

fn published_event(provider: &str, file: &str, kind: &str, bytes: &[u8], events: &str, expected: &str) {
    let received = Received {
        method: "POST".to_owned(),
        url: "https://localhost/".to_owned(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: bytes.to_vec(),
    };
    let found = Sms.decode(&received, &settings(provider)).expect(file);
    let found: Vec<Value> = found.into_iter().map(|event| event.expect(file).to_json()).collect();
    assert_eq!(found.len().to_string(), events, "{file}");
    let expected: Vec<Value> = serde_json::from_str(expected).expect("expectations");
    for (event, expected) in found.iter().zip(&expected) {
        for (name, value) in expected.as_object().expect("an object") {
            let (found, value) = match name.as_str() {
                "kind" => (event["kind"].clone(), json!(contract(expected))),
                "type" => (event["extra"]["type"].clone(), value.clone()),
                "sender" => (event["from"]["id"].clone(), value.clone()),
                "sender_name" => (event["from"]["name"].clone(), value.clone()),
                "recipient" => (event["account"].clone(), value.clone()),
                "id" => (event["provider_id"].clone(), value.clone()),
                "ts_ms" => {
                    let at: jiff::Timestamp = event["at"].as_str().expect(file).parse().expect(file);
                    (json!(at.as_millisecond()), value.clone())
                }
                "attachments" => (json!(event["attachments"].as_array().map(Vec::len)), value.clone()),
                "direction_raw" => (event["extra"]["direction"].clone(), value.clone()),
                name => (event[name].clone(), value.clone()),
            };
            assert_eq!(found, value, "{file} {name}");
        }
    }
}

/// The kind that our contract has for one of the index.
fn contract(expected: &Value) -> &str {
    match (expected["kind"].as_str().expect("a kind"), expected["type"].as_str()) {
        ("message", Some("unsupported")) | ("call", _) => "unsupported",
        (kind, _) => kind,
    }
}

fn unescaped(cell: &str) -> String {
    let (mut text, mut letters) = (String::new(), cell.chars());
    while let Some(letter) = letters.next() {
        let plain = match letter {
            '\\' => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            other => other,
        };
        text.push(plain);
    }
    text
}

fn settings(provider: &str) -> Settings {
    match provider {
        "twilio" | "vonage" | "infobip" | "messagebird" | "generic" | "nobody" => {
            Settings::from([("provider", provider)])
        }
        gateway => Settings::from([("provider", "generic"), ("gateway", gateway)]),
    }
}

fn decode(fixture: &Fixture) -> Result<Events, Malformed> {
    Sms.decode(&fixture.received, &settings(&fixture.provider))
}

fn lines(fixture: &Fixture) -> String {
    let line = |element: Result<InboundEvent, Malformed>| match element {
        Ok(event) => format!("{}\n", event.to_json()),
        Err(malformed) => format!("{}\n", json!({ "malformed": malformed })),
    };
    match decode(fixture) {
        Ok(elements) => elements.into_iter().map(line).collect(),
        Err(malformed) => format!("{}\n", json!({ "no_payload": malformed })),
    }
}

fn body(fixture: &Fixture) -> String {
    match fixture.received.body.as_slice() {
        [] => fixture.received.query().to_owned(),
        body => String::from_utf8_lossy(body).into_owned(),
    }
}

fn fixtures() -> Vec<Fixture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut files: Vec<PathBuf> = entries(&folder).iter().flat_map(|folder| entries(folder)).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "jsonl"));
    files.sort();
    files.into_iter().flat_map(requests).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()).collect()
}

fn requests(file: PathBuf) -> Vec<Fixture> {
    let text = fs::read_to_string(&file).expect("readable");
    let kind = file.extension().expect("a kind").to_string_lossy().into_owned();
    let texts = match kind.as_str() {
        "json" => vec![text.as_str()],
        _ => text.lines().filter(|line| !line.starts_with('#')).collect(),
    };
    let provider = file.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned();
    let request = |text: &str| {
        let url = "https://center.example/webhooks/sms/1";
        let received = match kind.as_str() {
            "queries" => {
                Received { method: "GET".to_owned(), url: format!("{url}?{text}"), ..Received::default() }
            }
            _ => Received {
                method: "POST".to_owned(),
                url: url.to_owned(),
                body: text.as_bytes().to_vec(),
                ..Received::default()
            },
        };
        Fixture { provider: provider.clone(), file: file.clone(), received }
    };
    texts.into_iter().map(request).collect()
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
