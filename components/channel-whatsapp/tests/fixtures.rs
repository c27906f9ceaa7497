//! What is read of `fixtures/`, of any other bytes, and of what others publish.

use channel::{
    codec::Codec,
    fixture::{
        Events, Fixtures, post,
        published::{Comparison, no_differences, samples},
    },
    malformed::Malformed,
    received::Settings,
};
use channel_whatsapp::codec::WhatsApp;
use serde_json::{Value, json};

#[test]
fn fixtures_decode_as_expected() {
    Fixtures::of(&WhatsApp).decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    Fixtures::of(&WhatsApp).keep_the_contract();
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

#[test]
fn published_samples_are_read_as_their_index_says() {
    let samples = samples(&["whatsapp"]);
    let differences =
        samples.iter().flat_map(|sample| sample.differences(decode(&sample.received.body), as_whatsapp_says));
    no_differences(differences.collect());
}

/// What WhatsApp says in its own way.
fn as_whatsapp_says(name: &str, event: &Value, expected: &Value) -> Comparison {
    let extra = &event["extra"];
    let identities = extra["contact"].as_array().into_iter().flatten();
    let errors = extra["errors"].as_array().into_iter().flatten();
    let found = match (name, expected["kind"].as_str()) {
        ("type", Some("account")) => extra["field"].clone(),
        // A call's kind stands in its field; what the index calls its type is the word of its status.
        ("type", Some("call")) => json!(event["status"].as_str().map(|_| "status")),
        ("recipient", Some("echo")) => extra["to"]["id"].clone(),
        ("sender_alt", _) => identities
            .filter(|identity| identity["scheme"] == "bsuid")
            .map(|identity| identity["value"].clone())
            .collect(),
        ("location", _) => json!([extra["location"]["latitude"], extra["location"]["longitude"]]),
        ("error_codes", _) => errors.map(|error| error["code"].clone()).collect(),
        ("group", _) => extra["group_id"].clone(),
        ("direction", _) => json!(extra["echo"].as_bool().map(|_| "out")),
        ("contacts", _) => json!(extra["contacts"].as_array().map(Vec::len)),
        _ => return Comparison::Usual,
    };
    if found == expected[name] { Comparison::Same } else { Comparison::Different(found.to_string()) }
}

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    WhatsApp.decode(&post(body), &Settings::default())
}
