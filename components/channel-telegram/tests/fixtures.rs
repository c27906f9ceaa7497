//! What is read of `fixtures/`, of any other bytes, and of what others publish.

use channel::{
    codec::Codec,
    fixture::{
        Events, post,
        published::{Comparison, no_differences, samples},
    },
    malformed::Malformed,
    received::{Received, Settings},
    settle::settle,
};
use channel_telegram::{codec::Telegram, fixture::fixtures};
use domain::time::Timestamp;
use serde_json::{Value, json};

#[test]
fn fixtures_decode_as_expected() {
    fixtures().decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    fixtures().keep_the_contract();
}

/// Messages are numbered by chat, and are stored by their number: no two may meet.
#[test]
fn a_message_of_one_chat_is_never_taken_for_another_s() {
    let stored = |chat: Value| {
        let update = json!({ "update_id": 1, "message": { "message_id": 7, "date": 1, "text": "Hola", "chat": chat,
            "reply_to_message": { "message_id": 6 } } });
        let mut events = decode(update.to_string().as_bytes()).expect("an update");
        let event = events.remove(0).expect("readable");
        assert_eq!((event.provider_id.as_deref(), event.in_reply_to.as_deref()), (Some("7"), Some("6")));
        let inbound = settle(event, Timestamp(1)).expect("something to apply");
        serde_json::to_value(inbound).expect("JSON")["what"]["message"].clone()
    };
    let (one, other) =
        (stored(json!({"id": -100, "type": "group"})), stored(json!({"id": -200, "type": "group"})));
    assert_eq!((&one["provider_id"], &one["reply_to"]), (&json!("-100/7"), &json!("-100/6")));
    assert_eq!(other["provider_id"], json!("-200/7"));
}

#[test]
fn a_button_is_acknowledged_in_the_answer() {
    let thanks = |body: &str| {
        let received = Received { body: body.as_bytes().to_vec(), ..Received::default() };
        Telegram.thanks(&received, &Settings::default())
    };
    let told = thanks(r#"{"update_id":2,"callback_query":{"id":"666728699048485871"}}"#).expect("an answer");
    let body: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!(told.mime, "application/json");
    assert_eq!(body, json!({"method": "answerCallbackQuery", "callback_query_id": "666728699048485871"}));
    assert_eq!(thanks(r#"{"update_id":2,"message":{}}"#), None);
    assert_eq!(thanks("<html>"), None);
}

#[test]
fn what_the_bot_itself_wrote_is_an_echo() {
    let update = json!({ "update_id": 1, "message": { "message_id": 7, "date": 1, "text": "Hola",
        "from": { "id": 12, "is_bot": true }, "chat": { "id": -4711, "type": "group" } } });
    let received = Received { body: update.to_string().into_bytes(), ..Received::default() };
    for (address, echo) in [("12", true), ("13", false), ("", false)] {
        let events = Telegram.decode(&received, &Settings::from([("address", address)])).expect("an update");
        let event = events[0].clone().expect("readable");
        assert_eq!((event.echo, event.account.as_str()), (echo, address));
    }
}

#[test]
fn what_is_no_update_says_where() {
    for (body, place) in [
        ("", "body: is empty"),
        ("null", "body: is null, not an object"),
        ("[]", "body: is a list, not an object"),
        ("{}", "update_id: is missing"),
        (r#"{"ok":false,"error_code":400,"description":"Bad Request"}"#, "update_id: is missing"),
        (r#"{"object":"page","entry":[]}"#, "update_id: is missing"),
        (r#"{"update_id":{}}"#, "update_id: is no number"),
        ("{\"update_id\":\n  oops}", "line 2 column 3: is not JSON: expected value"),
    ] {
        assert_eq!(decode(body.as_bytes()).expect_err(body).to_string(), place, "{body}");
    }
}

#[test]
fn published_samples_are_read_as_their_index_says() {
    let samples = samples(&["telegram"]);
    let differences = samples
        .iter()
        .flat_map(|sample| sample.differences(decode(&sample.received.body), |_, _, _| Comparison::Usual));
    no_differences(differences.collect());
}

fn decode(body: &[u8]) -> Result<Events, Malformed> {
    Telegram.decode(&post(body), &Settings::default())
}
