//! What X can do, and its translation in both directions.

use crate::{api::XFiles, decode, encode, health::Users, outcome, verify};
use channel::{
    check_up::CheckUps,
    codec::{Codec, Handshake},
    event::InboundEvent,
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    renewal::Renewals,
    signature::Signature,
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    message::DeliveryError,
    rate::{Rate, Rates},
    reason::Reason,
};
use std::time::Duration;

/// Also the scheme of people's ids. A handle changes hands, so it is none.
pub const NAME: &str = "x";

/// Direct messages: 15 in a quarter of an hour.
const RATES: Rates = Rates { account: Some(Rate::one_each(Duration::from_secs(60), 15)), contact: None };

/// X as one account of the business sees it.
pub struct X;

impl Codec for X {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: encode::MESSAGE_MAX,
            buttons_max: 0,
            button_title_max: 0,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: true,
            typing: false,
            media: ["image/jpeg", "image/png", "image/webp", "image/gif"].map(str::to_owned).to_vec(),
            media_bytes_max: 5 * 1024 * 1024,
            rates: RATES,
            templates: false,
        }
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        verify::verify(received, settings)
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        decode::decode(received, settings)
    }

    fn handshake(&self, received: &Received, settings: &Settings) -> Option<Handshake> {
        verify::handshake(received, settings)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        encode::encode(message, settings)
    }

    fn following(&self, call: ProviderRequest, before: &str) -> ProviderRequest {
        encode::below(call, before)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        outcome::interpret(answer)
    }

    fn reason(&self, error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        outcome::reason(error)
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Users)
    }

    fn renewals(&self) -> Option<&dyn Renewals> {
        Some(&Users)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&XFiles)
    }
}
