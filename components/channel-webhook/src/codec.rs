//! What the channel can do, and where each direction is translated.

use crate::{encode::encode, files::Copied, outcome::interpret, read::read, signing};
use channel::{
    codec::{Codec, NOW},
    event::InboundEvent,
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::Signature,
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    message::DeliveryError,
    rate::Rates,
};

pub const NAME: &str = "webhook";

/// Files go out inside the request, in base64.
const FILE_MAX: u64 = 5 * 1024 * 1024;

pub struct Webhook;

impl Codec for Webhook {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: 20_000,
            buttons_max: 10,
            button_title_max: 80,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: true,
            typing: false,
            media: ["image/*", "audio/*", "video/*", "application/pdf", "text/plain"]
                .map(str::to_owned)
                .into(),
            media_bytes_max: FILE_MAX,
            rates: Rates::default(),
            templates: false,
        }
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        let now = settings.get(NOW).and_then(|now| now.parse().ok());
        signing::verify(settings.get("secret").unwrap_or_default(), received, now)
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        Ok(vec![Ok(read(received, settings)?)])
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        Ok(vec![encode(message, settings)?])
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        interpret(answer)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&Copied)
    }
}

pub(crate) fn error(code: &str, text: impl Into<String>) -> DeliveryError {
    DeliveryError::new(code, text)
}
