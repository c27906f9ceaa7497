//! What e-mail can do, and its translation in both directions.

use crate::{
    compose::{compose, refusal},
    files::Enclosed,
    health::Senders,
    outcome, provider,
};
use channel::{
    check_up::CheckUps,
    codec::{Codec, Original},
    elsewhere::Missing,
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
    reason::Reason,
};

pub const NAME: &str = "email";

/// Files that people may send. A server may refuse more; no list knows which.
const MEDIA: [&str; 5] = ["image/*", "audio/*", "video/*", "text/*", "application/*"];

/// What Postmark, the most generous, hands over: 35 MB of files, in base64 and JSON.
const BODY_MAX: usize = 50 * 1024 * 1024;

pub struct Email;

impl Codec for Email {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Mail,
            text_max: 100_000,
            buttons_max: 0,
            button_title_max: 0,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: false,
            typing: false,
            media: MEDIA.map(str::to_owned).to_vec(),
            media_bytes_max: 25 * 1024 * 1024,
            rates: Rates::default(),
            templates: false,
        }
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        provider::of(received, settings).verify(received, settings)
    }

    fn proof(&self, received: &Received) -> Option<ProviderRequest> {
        provider::proof(received)
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        provider::of(received, settings).decode(received, settings)
    }

    fn errands(&self, received: &Received, settings: &Settings) -> Vec<ProviderRequest> {
        provider::of(received, settings).errands(received, settings)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        let provider = provider::sending(settings);
        let provider =
            provider.ok_or_else(|| refusal("not_configured", "the account's provider is not known"))?;
        Ok(vec![provider.send(&compose(message, settings)?, settings)?])
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        outcome::interpret(answer)
    }

    fn interpret_for(&self, answer: &Answer, settings: &Settings) -> Outcome {
        let safe = provider::sending(settings).is_some_and(|provider| provider.knows_repeats());
        outcome::interpret_for(answer, safe)
    }

    fn missing(&self, received: &Received, settings: &Settings) -> Option<Missing> {
        provider::of(received, settings).missing(received, settings)
    }

    fn original(&self, received: &Received, settings: &Settings) -> Option<Original> {
        let body = provider::of(received, settings).original(received)?;
        Some(Original { mime: "message/rfc822", body })
    }

    fn reason(&self, error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        outcome::reason(error)
    }

    fn body_max(&self) -> usize {
        BODY_MAX
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Senders)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&Enclosed)
    }
}
