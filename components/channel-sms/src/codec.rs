//! What short messages can do, and their translation in both directions: by the account's provider.

use crate::{
    consent,
    health::Accounts,
    provider::{self, Provider},
    report::{NAME, error},
    segment,
};
use channel::{
    check_up::CheckUps,
    codec::{Codec, Told},
    event::{EventKind, InboundEvent},
    files::{Files, Location},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    reconcile::Listing,
    signature::Signature,
};
use domain::{
    channel::{CapacityKind, ChannelProfile},
    message::{Attachment, DeliveryError},
    rate::Rates,
    reason::Reason,
};

/// Short messages through any of the providers.
pub struct Sms;

/// The largest file of a multimedia message, also over WhatsApp.
const FILE_MAX: u64 = 16 * 1024 * 1024;

impl Codec for Sms {
    fn profile(&self) -> ChannelProfile {
        ChannelProfile {
            name: NAME.to_owned(),
            capacity: CapacityKind::Chat,
            text_max: provider::TEXT.characters,
            buttons_max: 0,
            button_title_max: 0,
            list_rows_max: 0,
            list_title_max: 0,
            window: None,
            human_window: None,
            receipts: true,
            typing: false,
            // By their address: where a provider takes no files, it stands in the text.
            media: ["image/*", "audio/*", "video/*", "application/pdf"].map(str::to_owned).to_vec(),
            media_bytes_max: FILE_MAX,
            rates: Rates::default(),
            templates: false,
        }
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        // Who sends a request may not choose how it is checked, so nothing is guessed here.
        provider::of(settings).map_or(Signature::Unchecked, |provider| provider.verify(received, settings))
    }

    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        let mut events = whose(received, settings).decode(received, settings)?;
        events.iter_mut().flatten().for_each(consent_of);
        Ok(events)
    }

    fn hears_get(&self) -> bool {
        true
    }

    fn thanks(&self, _received: &Received, settings: &Settings) -> Option<Told> {
        provider::of(settings)?.thanks(settings)
    }

    fn reason(&self, error: &DeliveryError, settings: &Settings) -> Option<Reason> {
        provider::of(settings)?.reason(&error.code)
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        let provider = provider::of(settings);
        let provider = provider.ok_or_else(|| error("not_configured", "the account has no provider"))?;
        provider.encode(message, settings)
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        self.interpret_for(answer, &Settings::default())
    }

    fn interpret_for(&self, answer: &Answer, settings: &Settings) -> Outcome {
        provider::of(settings).unwrap_or(&provider::generic::Generic).interpret(answer, settings)
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Accounts)
    }

    fn listing(&self) -> Option<&dyn Listing> {
        Some(&Accounts)
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(&SmsFiles)
    }
}

/// An account without a provider is shown what its requests look like.
fn whose(received: &Received, settings: &Settings) -> &'static dyn Provider {
    provider::of(settings).unwrap_or_else(|| provider::guess(received))
}

/// Marks a message that is nothing but a word about getting messages.
fn consent_of(event: &mut InboundEvent) {
    if event.kind == EventKind::Message && event.consent.is_none() && event.attachments.is_empty() {
        let word = event.text.as_deref().and_then(consent::word);
        event.consent = word;
    }
}

/// The number of short messages that a text takes, for whoever pays them.
pub fn cost(text: &str) -> segment::Cost {
    segment::cost(text)
}

/// Files lie at the provider's, under an address that the webhook names; ours have an address for a while.
struct SmsFiles;

impl Files for SmsFiles {
    fn linked(&self) -> bool {
        true
    }

    fn at_hand(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        provider::of(settings)?.download(file, settings)
    }

    fn locate(&self, file: &Attachment, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let request = provider::of(settings).and_then(|provider| provider.locate(file, settings));
        request.ok_or_else(|| error("file", "its address is not the provider's own"))
    }

    fn located(&self, body: &[u8], settings: &Settings) -> Option<Location> {
        provider::of(settings)?.located(body, settings)
    }
}
