//! Letters and webhooks that mail libraries and providers' clients publish, where they have been laid
//! beside the project: everything that their index says is compared.

use channel::{
    codec::Codec,
    received::{Received, Settings},
    signature::Signature,
};
use channel_email::codec::Email;
use serde_json::Value;
use std::{fs, path::PathBuf};

struct Sample {
    file: String,
    content_type: String,
    count: Option<usize>,
    signature: String,
    expected: Vec<Value>,
}

#[test]
fn published_samples_are_read_as_their_index_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/payloads");
    let Ok(index) = fs::read_to_string(folder.join("index.tsv")) else {
        eprintln!("skipped: there are no published samples beside the project");
        return;
    };
    let (mut total, mut wrong) = (0, vec![]);
    for sample in index.lines().skip(1).filter_map(sample) {
        total += 1;
        let body = fs::read(folder.join(&sample.file)).expect("a sample");
        compare(&sample, body, &mut wrong);
    }
    eprintln!("{total} samples, {} differences", wrong.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn sample(line: &str) -> Option<Sample> {
    let cells: Vec<String> = line.split('\t').map(unescape).collect();
    let folder = cells[0].split('/').next()?;
    let ours = ["email", "mailgun", "postmark", "sendgrid", "ses"].contains(&folder);
    ours.then(|| Sample {
        file: cells[0].clone(),
        content_type: cells[1].clone(),
        count: cells[4].parse().ok(),
        signature: cells[5].clone(),
        expected: serde_json::from_str(&cells[7]).unwrap_or_default(),
    })
}

fn unescape(cell: &str) -> String {
    let mut out = String::new();
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next().map(|escaped| match escaped {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                other => other,
            })),
            _ => out.push(letter),
        }
    }
    out
}

fn compare(sample: &Sample, body: Vec<u8>, wrong: &mut Vec<String>) {
    let provider = match sample.file.split('/').next() {
        Some("email") => "raw",
        Some(name) => name,
        None => "",
    };
    let headers = vec![("Content-Type".to_owned(), sample.content_type.clone())];
    let received = Received { method: "POST".to_owned(), headers, body, ..Received::default() };
    let mut say = |what: String| wrong.push(format!("{}: {what}", sample.file));
    let mut readings = vec![];
    // By the account's provider, and by its looks.
    for settings in [Settings::from([("provider", provider)]), Settings::default()] {
        match Email.decode(&received, &settings) {
            Ok(events) => readings.push(events),
            Err(malformed) => return say(format!("is no e-mail: {malformed}")),
        }
    }
    if readings[0] != readings[1] {
        say("is read differently by its looks".to_owned());
    }
    if sample.signature.starts_with("mailgun") {
        for (secret, expected) in
            [("TEST_WEBHOOK_SIGNING_KEY", Signature::Valid), ("another", Signature::Invalid)]
        {
            let settings = Settings::from([("provider", provider), ("secret", secret)]);
            if Email.verify(&received, &settings) != expected {
                say(format!("the signature with {secret} is not {expected:?}"));
            }
        }
    }
    let events: Vec<Value> =
        readings.swap_remove(0).into_iter().map(|event| event.expect("an event").to_json()).collect();
    if let Some(count) = sample.count
        && events.len() != count
    {
        return say(format!("{} events, not {count}", events.len()));
    }
    for (event, expected) in events.iter().zip(&sample.expected) {
        for (name, value) in expected.as_object().expect("an object") {
            if let Some(difference) = differs(event, expected, name, value, sample) {
                say(format!("{name} is {difference}, not {value}"));
            }
        }
    }
}

/// What the event says instead. `None`: it says the same.
fn differs(event: &Value, expected: &Value, name: &str, value: &Value, sample: &Sample) -> Option<String> {
    let defects = expected.get("defects").is_some();
    let stored_elsewhere = sample.file.contains("inbound-s3");
    let found = match name {
        "kind" => {
            let kind = match value.as_str() {
                Some("bounce" | "complaint") => "status",
                Some("auto_reply") => "message",
                other => other?,
            };
            return (event["kind"] != kind).then(|| event["kind"].to_string());
        }
        "type" => &event["extra"]["type"],
        "subject" if stored_elsewhere => return None,
        "subject" => {
            let any = expected["subject_any"].as_array();
            let found = event["extra"]["subject"].as_str().unwrap_or_default();
            let same = |value: &Value| squeeze(value.as_str().unwrap_or_default()) == squeeze(found);
            let right = same(value) || any.is_some_and(|any| any.iter().any(same));
            return (!right).then(|| found.to_owned());
        }
        "text" if defects || stored_elsewhere => return None,
        "text" => {
            let short = |text: &str| squeeze(text).chars().take(80).collect::<String>();
            let found = event["text"].as_str().unwrap_or_default();
            let right = short(found) == short(value.as_str().unwrap_or_default());
            return (!right).then(|| format!("{found:?}"));
        }
        "attachments" if defects => return None,
        "attachments" => {
            // Mailgun's index counts the pictures inside the text apart.
            let inline = expected["inline"].as_u64().unwrap_or_default();
            let count = event["attachments"].as_array().map_or(0, Vec::len) as u64;
            return (Some(count) != value.as_u64().map(|value| value + inline)).then(|| count.to_string());
        }
        "att" => return attachments(event, value),
        "has_html" => {
            let html = event["extra"]["html"].is_string() || event["kind"] == "status";
            return (!html).then(|| "missing".to_owned());
        }
        "sender" | "id" if stored_elsewhere => return None,
        "sender" => &event["from"]["id"],
        "sender_name" if stored_elsewhere => return None,
        "sender_name" => &event["from"]["name"],
        "recipient" => {
            // The addresses as they were sent; the account where there is no letter.
            let to = event["extra"]["to"].as_array().and_then(|to| to.first()).unwrap_or(&event["account"]);
            let right = defects || event["account"] == *value || to == value;
            return (!right).then(|| event["account"].to_string());
        }
        "id" => &event["provider_id"],
        "in_reply_to" => &event["extra"]["in_reply_to"],
        "references" => &event["extra"]["references"],
        "ts_ms" => {
            let at = event["at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
            let at = at.map(jiff::Timestamp::as_millisecond);
            return (at != value.as_i64()).then(|| event["at"].to_string());
        }
        "status" => &event["status"],
        "reason" => &event["extra"]["reason"],
        "provider_event_id" => &event["extra"]["provider_event_id"],
        "mta_response" => &event["error"]["text"],
        "envelope_from" => &event["extra"]["envelope"]["from"],
        "bulk" => &event["extra"]["bulk"],
        "dsn" => return reports(event, value),
        // Counted by the reader of the index only.
        "n_to" | "n_cc" | "nested_messages" | "defects" | "inline" | "subject_any" | "html" => return None,
        other => return Some(format!("{other} is not compared")),
    };
    (found != value).then(|| found.to_string())
}

fn attachments(event: &Value, expected: &Value) -> Option<String> {
    for (index, expected) in expected.as_array()?.iter().enumerate() {
        let found = &event["attachments"][index];
        for (name, ours) in [("name", "name"), ("type", "mime"), ("size", "size")] {
            let Some(value) = expected.get(name) else { continue };
            // The index could not read names that are raw UTF-8.
            let unread = value.as_str().is_some_and(|value| value.contains('\u{fffd}'));
            if &found[ours] != value && !unread {
                return Some(format!("file {index}: {name} {}", found[ours]));
            }
        }
    }
    None
}

fn reports(event: &Value, expected: &Value) -> Option<String> {
    let found = &event["extra"]["dsn"];
    for (index, expected) in expected.as_array()?.iter().enumerate() {
        for (name, value) in expected.as_object()? {
            if &found[index][name] != value {
                return Some(found.to_string());
            }
        }
    }
    (found.as_array().map(Vec::len) != expected.as_array().map(Vec::len)).then(|| found.to_string())
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}
