//! What WhatsApp can do, and its translation in both directions.

use crate::{decode, encode, graph::GraphFiles, health::Numbers, outcome, template::GraphTemplates};
use channel::{
    check_up::CheckUps,
    codec::{Codec, Handshake},
    event::InboundEvent,
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::Signature,
    templates::Templates,
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    message::DeliveryError,
    rate::{Rate, Rates},
    reason::Reason,
};
use meta::{answer, verify};
use std::time::Duration;

pub const NAME: &str = "whatsapp";

/// A number starts with 80 a second, and one person gets about one each six seconds after a burst. A
/// number that Meta raised to 1,000 has the account's setting `messages_per_second`.
const RATES: Rates =
    Rates { account: Some(Rate::per_second(80)), contact: Some(Rate::one_each(Duration::from_secs(6), 45)) };

/// The scheme of business-scoped user ids.
pub const BSUID: &str = "bsuid";

/// Files that people may send; what WhatsApp does not show inline goes as a document.
const MEDIA: [&str; 10] = [
    "image/*",
    "audio/*",
    "video/mp4",
    "video/3gpp",
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// The Cloud API of Meta.
pub struct WhatsApp;

impl Codec for WhatsApp {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: encode::TEXT_MAX,
            buttons_max: 3,
            button_title_max: 20,
            list_rows_max: 10,
            list_title_max: 24,
            window: Some(Duration::from_secs(24 * 60 * 60)),
            human_window: None,
            receipts: true,
            typing: false,
            media: MEDIA.map(str::to_owned).to_vec(),
            media_bytes_max: 16 * 1024 * 1024,
            rates: RATES,
            templates: true,
        }
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        verify::verify(received, settings)
    }

    fn decode(
        &self,
        received: &Received,
        _settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        decode::decode(received)
    }

    fn handshake(&self, received: &Received, settings: &Settings) -> Option<Handshake> {
        verify::handshake(received, settings)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        encode::encode(&self.profile(), message, settings)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        answer::interpret(answer, &outcome::READING)
    }

    fn templates(&self) -> Option<&dyn Templates> {
        Some(&GraphTemplates)
    }

    fn reason(&self, error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        outcome::reason(error)
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Numbers)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&GraphFiles)
    }
}
