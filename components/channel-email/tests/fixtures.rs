//! What is read of `fixtures/`, and of any other bytes.

use channel::{codec::Codec, fixture::post, received::Settings};
use channel_email::{codec::Email, fixture::fixtures};

#[test]
fn fixtures_decode_as_expected() {
    fixtures().decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    fixtures().keep_the_contract();
}

#[test]
fn every_file_of_a_letter_is_in_its_webhook() {
    let mut found = 0;
    let fixtures = fixtures();
    for fixture in &fixtures.all {
        for event in fixtures.decode(fixture).expect("a fixture").into_iter().flatten() {
            for file in &event.attachments {
                let bytes =
                    Email.files().expect("files").contained(file, &fixture.received, &fixture.settings);
                let size = bytes.map(|bytes| bytes.len() as u64);
                assert_eq!(size, file.size, "{} {file:?}", fixture.file.display());
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
        let settings = Settings::from([("provider", provider)]);
        let refused = Email.decode(&post(body), &settings).expect_err(body).to_string();
        assert_eq!(refused, place, "{provider} {body}");
    }
}
