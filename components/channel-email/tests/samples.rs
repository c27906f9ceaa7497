//! Letters and webhooks that mail libraries and providers' clients publish, where they have been laid
//! beside the project: everything that their index says is compared.

use channel::{
    codec::Codec,
    fixture::published::{Comparison, Sample, no_differences, samples},
    received::Settings,
    signature::Signature,
};
use channel_email::codec::Email;
use serde_json::Value;

#[test]
fn published_samples_are_read_as_their_index_says() {
    let mut differences = vec![];
    for sample in samples(&["email", "mailgun", "postmark", "sendgrid", "ses"]) {
        let provider = if sample.folder() == "email" { "raw" } else { sample.folder() };
        let read = |settings: &Settings| Email.decode(&sample.received, settings);
        let events = read(&Settings::from([("provider", provider)]));
        if events != read(&Settings::default()) {
            differences.push(format!("{}: is read differently by its looks", sample.file));
        }
        if sample.scheme.starts_with("mailgun") {
            for (secret, expected) in
                [("TEST_WEBHOOK_SIGNING_KEY", Signature::Valid), ("another", Signature::Invalid)]
            {
                let settings = Settings::from([("provider", provider), ("secret", secret)]);
                assert_eq!(Email.verify(&sample.received, &settings), expected, "{}", sample.file);
            }
        }
        differences.extend(sample.differences(events, |name, event, expected| {
            differs(event, expected, name, &sample).map_or(Comparison::Same, Comparison::Different)
        }));
    }
    no_differences(differences);
}

/// What the event says instead. `None`: it says the same.
fn differs(event: &Value, expected: &Value, name: &str, sample: &Sample) -> Option<String> {
    let value = &expected[name];
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
