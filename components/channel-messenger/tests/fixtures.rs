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
use channel_messenger::codec::Messenger;
use serde_json::{Value, json};

#[test]
fn fixtures_decode_as_expected() {
    Fixtures::of(&Messenger).decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    Fixtures::of(&Messenger).keep_the_contract();
}

#[test]
fn what_is_no_webhook_of_the_channel_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("null", "body: is null, not an object"),
        ("[]", "body: is a list, not an object"),
        ("{}", "object: is missing"),
        (r#"{"object":"user","entry":[]}"#, r#"object: is "user", not "page""#),
        (r#"{"object":"page"}"#, "entry: is missing"),
        (r#"{"object":"page","entry":{}}"#, "entry: is an object, not a list"),
        ("{\"object\":\n  oops}", "line 2 column 3: is not JSON: expected value"),
    ] {
        assert_eq!(decode(body.as_bytes()).expect_err(body).to_string(), place, "{body}");
    }
    assert_eq!(decode(br#"{"object":"page","entry":[]}"#), Ok(vec![]));
}

#[test]
fn published_samples_are_read_as_their_index_says() {
    let own = |name: &str, event: &Value, expected: &Value| {
        let extra = &event["extra"];
        match name {
            // Of what the page itself wrote: to whom.
            "recipient" if extra["echo"] == json!(true) && extra["to"].is_object() => {
                if extra["to"]["id"] == expected[name] {
                    Comparison::Same
                } else {
                    Comparison::Different(extra["to"].to_string())
                }
            }
            "kind" if expected["type"] == "unsupported" && event["kind"] == "message" => Comparison::Same,
            "att_types" => Comparison::Same,
            _ => Comparison::Usual,
        }
    };
    let samples = samples(&["messenger", "facebook_page"]);
    let differences =
        samples.iter().flat_map(|sample| sample.differences(decode(&sample.received.body), own));
    no_differences(differences.collect());
}

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    Messenger.decode(&post(body), &Settings::default())
}
