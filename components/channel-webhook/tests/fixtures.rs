//! What is read of `fixtures/`, and of any other bytes.

use channel::{
    codec::Codec,
    fixture::{Fixtures, post},
    received::Settings,
};
use channel_webhook::codec::Webhook;

#[test]
fn fixtures_decode_as_expected() {
    Fixtures::of(&Webhook).decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    Fixtures::of(&Webhook).keep_the_contract();
}

#[test]
fn what_is_no_event_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("[]", "body: is a list, not an object"),
        ("{}", "type: is missing"),
        (r#"{"type":"message.created"}"#, "data: is missing"),
        (r#"{"type":"message.created","data":7}"#, "data: is a number, not an object"),
        (r#"{"type":"message.created","data":{"contact":{}}}"#, "data.contact.id: is missing"),
        ("{oops", "line 1 column 2: is not JSON: key must be a string"),
    ] {
        assert_eq!(Webhook.decode(&post(body), &Settings::default()).expect_err(body).to_string(), place);
    }
}
