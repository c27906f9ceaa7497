//! What is read of `fixtures/`, and of any other bytes.

use channel_webform::fixture::fixtures;

#[test]
fn fixtures_decode_as_expected() {
    fixtures().decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    fixtures().keep_the_contract();
}
