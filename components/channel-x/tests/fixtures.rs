//! What is read of `fixtures/`, and of any other bytes.

use channel::{
    codec::Codec,
    event::EventKind,
    fixture::{Events, post},
    malformed::Malformed,
    received::{Received, Settings},
};
use channel_x::{codec::X, fixture::fixtures};
use serde_json::json;

#[test]
fn fixtures_decode_as_expected() {
    fixtures().decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    fixtures().keep_the_contract();
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

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    X.decode(&post(body), &Settings::default())
}
