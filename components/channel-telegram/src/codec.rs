//! What Telegram can do, and its translation in both directions.

use crate::{api::BotFiles, decode, encode, health::Bots, outcome, verify};
use channel::{
    check_up::CheckUps,
    codec::{Codec, Told},
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
    rate::{Rate, Rates},
    reason::Reason,
};
use std::time::Duration;

pub const NAME: &str = "telegram";

/// About one a second in a chat, thirty a second in all: <https://core.telegram.org/bots/faq>
const RATES: Rates =
    Rates { account: Some(Rate::per_second(30)), contact: Some(Rate::one_each(Duration::from_secs(1), 3)) };

/// The scheme of people's ids. That of chats, where answers go, is the channel's name.
pub const USER: &str = "telegram_user";

/// A bot may download no more; it may send 50 MB.
pub(crate) const FILE_MAX: u64 = 20 * 1024 * 1024;

/// The Bot API.
pub struct Telegram;

impl Codec for Telegram {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: encode::TEXT_MAX,
            // The limit is 100; so many fit on a screen.
            buttons_max: 20,
            button_title_max: 64,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: false,
            typing: false,
            // What Telegram does not show inline goes as a document.
            media: ["image/*", "audio/*", "video/*", "text/*", "application/*"].map(str::to_owned).to_vec(),
            media_bytes_max: FILE_MAX,
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
        decode::decode(&received.body, settings)
    }

    fn thanks(&self, received: &Received, _settings: &Settings) -> Option<Told> {
        decode::thanks(&received.body)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        encode::encode(&self.profile(), message, settings)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        outcome::interpret(answer)
    }

    fn reason(&self, error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        outcome::reason(error)
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Bots)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&BotFiles)
    }
}
