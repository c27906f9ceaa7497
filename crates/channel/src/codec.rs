//! A channel's translation, as a pure trait: no clock, no network, no storage.

use crate::{
    check_up::CheckUps,
    discussion::Discussion,
    elsewhere::Missing,
    event::InboundEvent,
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    reconcile::Listing,
    renewal::Renewals,
    signature::Signature,
    templates::Templates,
    webhook::BODY_MAX,
};
use domain::{
    channel::{ChannelProfile, Profiles},
    message::DeliveryError,
    reason::Reason,
};

pub trait Codec {
    fn profile(&self) -> ChannelProfile;

    /// The same for public comments: what has a [`InboundEvent::thread`]. `None`: there are none.
    fn comments(&self) -> Option<ChannelProfile> {
        None
    }

    fn profiles(&self) -> Profiles {
        let moderation = self.discussion().map(Discussion::moderation).unwrap_or_default();
        Profiles { messages: self.profile(), comments: self.comments(), moderation }
    }

    /// Whether the request comes from whom it says, by the account's secrets.
    fn verify(&self, received: &Received, settings: &Settings) -> Signature;

    /// What must be had from elsewhere before the signature can be checked: a certificate, which the
    /// request itself names. What is found there is the setting [`PROOF`] of [`Codec::verify`]. A request
    /// that names a place outside the provider's own gives `None`.
    fn proof(&self, _received: &Received) -> Option<ProviderRequest> {
        None
    }

    /// What happened. The settings hold no secrets here. The outer error: this is no payload of the
    /// channel. An inner error: this element of it is broken; its neighbours are not.
    fn decode(
        &self,
        received: &Received,
        settings: &Settings,
    ) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed>;

    /// The answer to a request that is no event but a check that this address is ours. `None`: it is
    /// no such request.
    fn handshake(&self, _received: &Received, _settings: &Settings) -> Option<Handshake> {
        None
    }

    /// Whether a GET that is no handshake brings events, as some SMS providers send them.
    fn hears_get(&self) -> bool {
        false
    }

    /// What a provider wants to read in answer to its webhook. `None`: the status alone.
    fn thanks(&self, _received: &Received, _settings: &Settings) -> Option<Told> {
        None
    }

    /// Calls that the webhook itself asks for, made when it is read: to confirm a subscription. The
    /// settings hold no secrets here.
    fn errands(&self, _received: &Received, _settings: &Settings) -> Vec<ProviderRequest> {
        vec![]
    }

    /// What the webhook only points at: its event lies elsewhere. The settings hold the account's secrets.
    fn missing(&self, _received: &Received, _settings: &Settings) -> Option<Missing> {
        None
    }

    /// What a webhook brought as it was written, as a file of its own: a letter. `None`: there is none.
    fn original(&self, _received: &Received, _settings: &Settings) -> Option<Original> {
        None
    }

    /// The calls that hand one message to the provider, in order. An error is final: the provider
    /// could only refuse it.
    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError>;

    /// The next call of a message that takes several, once the provider gave the one before it an id.
    fn following(&self, call: ProviderRequest, _before: &str) -> ProviderRequest {
        call
    }

    /// A call that may mend a refusal of `message`: it is made once, and then the message is handed over
    /// once more.
    fn remedy(
        &self,
        _refusal: &Answer,
        _message: &Outbound,
        _settings: &Settings,
    ) -> Option<ProviderRequest> {
        None
    }

    /// What the provider's answer means.
    fn interpret(&self, answer: &Answer) -> Outcome;

    /// The same for a channel with several providers: the account's settings say whose answer it is.
    fn interpret_for(&self, answer: &Answer, _settings: &Settings) -> Outcome {
        self.interpret(answer)
    }

    /// What an error of the provider's means to whoever wrote the message. `None`: nobody knows, or the
    /// code is the center's own.
    fn reason(&self, _error: &DeliveryError, _settings: &Settings) -> Option<Reason> {
        None
    }

    fn explain(&self, error: DeliveryError, settings: &Settings) -> DeliveryError {
        let reason = self.reason(&error, settings);
        error.because(reason)
    }

    /// The largest webhook in bytes.
    fn body_max(&self) -> usize {
        BODY_MAX
    }

    /// Words that the provider approves beforehand. `None`: it has none to list.
    fn templates(&self) -> Option<&dyn Templates> {
        None
    }

    /// What can be done about comments, and how posts are looked up. `None`: nothing stands in public, or
    /// it can only be answered.
    fn discussion(&self) -> Option<&dyn Discussion> {
        None
    }

    /// How the provider is asked whether an account works. `None`: it cannot be asked.
    fn check_ups(&self) -> Option<&dyn CheckUps> {
        None
    }

    /// How an account's token is renewed. `None`: it lasts, or a person makes a new one.
    fn renewals(&self) -> Option<&dyn Renewals> {
        None
    }

    /// How the provider lists what happened, where it does not tell everything. `None`: it tells, or it
    /// has no such list.
    fn listing(&self) -> Option<&dyn Listing> {
        None
    }

    /// How files go to and come from the provider. `None`: they are ours from the start.
    fn files(&self) -> Option<&dyn Files> {
        None
    }
}

/// The setting with what [`Codec::proof`] led to.
pub const PROOF: &str = "proof";

/// The setting with the time in Unix seconds, for [`Codec::verify`]: what is too old proves nothing. Where
/// it is left out no time is checked.
pub const NOW: &str = "now";

/// The setting, `true` for [`Files::upload`], of a file that goes under a public post.
pub const IN_PUBLIC: &str = "in_public";

/// What a provider is told, with status 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub mime: &'static str,
    pub body: String,
}

impl Told {
    pub fn text(body: impl Into<String>) -> Self {
        Told { mime: "text/plain; charset=utf-8", body: body.into() }
    }
}

/// What somebody wrote, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    pub mime: &'static str,
    pub body: Vec<u8>,
}

/// The answer to a provider's check of our address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    Proven(Told),
    /// Somebody who does not know the account's verify token.
    Refused,
}
