//! What the widget posts is read as `fixtures/` says, and whatever else is posted is survived.

use channel_webchat::fixture::fixtures;

#[test]
fn fixtures_decode_as_expected() {
    fixtures().decode_as_expected();
}

#[test]
fn the_codec_keeps_its_contract() {
    fixtures().keep_the_contract();
}
