//! What is read of `fixtures/`, of any other bytes, and of what others publish.

use channel::{
    codec::{Codec, Told},
    fixture::{
        post,
        published::{Comparison, no_differences, samples},
    },
    outbound::{Answer, Outcome},
    received::{Received, Settings},
    signature::Signature,
};
use channel_sms::{
    codec::Sms,
    fixture::{account_of, fixtures, provider},
};

#[test]
fn fixtures_decode_as_expected() {
    fixtures().decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    fixtures().keep_the_contract();
}

#[test]
fn without_a_provider_a_request_is_read_and_proves_nothing() {
    let fixtures = fixtures();
    for fixture in &fixtures.all {
        let with = fixtures.decode(fixture).unwrap_or_default();
        if with.iter().all(Result::is_err) {
            continue;
        }
        let none = Settings::from([("secret", "s")]);
        assert_eq!(Sms.verify(&fixture.received, &none), Signature::Unchecked);
        let odd = with.iter().flatten().any(|event| event.key.starts_with("other:"));
        let known = ["twilio", "vonage", "infobip", "messagebird"].contains(&provider(&fixture.file));
        let guessed = Sms.decode(&fixture.received, &none);
        if known && !odd {
            assert_eq!(guessed.as_ref().ok(), Some(&with), "{fixture:?}");
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
        let said = match Sms.decode(&post(body), &account_of(provider)) {
            Ok(events) => {
                events.into_iter().find_map(Result::err).map_or_else(|| "none".to_owned(), |e| e.to_string())
            }
            Err(malformed) => malformed.to_string(),
        };
        assert_eq!(said, place, "{provider} {body}");
    }
    // An empty request is somebody who tries the address.
    for provider in ["twilio", "vonage", "messagebird"] {
        assert_eq!(Sms.decode(&Received::default(), &account_of(provider)), Ok(vec![]));
    }
}

#[test]
fn each_provider_reads_what_it_wants() {
    let told = |provider: &str| Sms.thanks(&Received::default(), &account_of(provider)).map(|told| told.body);
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
fn a_part_says_which_it_is() {
    let part = |number: u64, text: &str| {
        let query = format!(
            "msisdn=34600123123&to=34911222333&messageId=0A{number}&text={text}&type=text&message-timestamp=\
             2020-01-01+14:00:0{number}&concat=true&concat-ref=7&concat-total=2&concat-part={number}"
        );
        let received =
            Received { method: "GET".to_owned(), url: format!("https://x/?{query}"), ..Received::default() };
        let mut events = Sms.decode(&received, &account_of("vonage")).expect("a request");
        events.remove(0).expect("an event").part.expect("a part")
    };
    let (first, second) = (part(1, "Hola,+"), part(2, "Ana"));
    assert_eq!(first.reference, second.reference);
    assert_eq!([(first.number, first.total), (second.number, second.total)], [(1, 2), (2, 2)]);
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
        let outcome = Sms.interpret_for(&answer(body), &account_of(provider));
        assert_eq!(outcome, Outcome::Accepted { provider_id: expected.map(str::to_owned) }, "{provider}");
    }
    for (provider, body) in [("jasmin", "Error \"no route\""), ("kannel", "4: Rejected")] {
        let outcome = Sms.interpret_for(&answer(body), &account_of(provider));
        assert!(matches!(outcome, Outcome::Failed { .. }), "{provider}");
    }
}

#[test]
fn published_samples_are_read_as_their_index_says() {
    let mut differences = vec![];
    for sample in samples(&["twilio", "vonage", "messagebird", "infobip"]) {
        let account = account_of(sample.folder());
        sample.check_signature(&Sms, account.clone());
        if let Some(method) = sample.scheme.strip_prefix("vonage-sms-") {
            let mut named = account.clone();
            named.0.insert("signature_method".to_owned(), method.to_owned());
            sample.check_signature(&Sms, named);
        }
        if sample.vector.is_none() {
            let events = Sms.decode(&sample.received, &account);
            differences.extend(sample.differences(events, |_, _, _| Comparison::Usual));
        }
    }
    no_differences(differences);
}
