//! A channel's translation, as a pure trait: no clock, no network, no storage.

use crate::{
    check_up::CheckUps,
    event::InboundEvent,
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    reconcile::Listing,
    renewal::Renewals,
    signature::Signature,
    webhook::BODY_MAX,
};
use domain::{
    channel::{ChannelProfile, Profiles},
    message::DeliveryError,
};

pub trait Codec {
    fn profile(&self) -> ChannelProfile;

    /// The same for public comments: what has a [`InboundEvent::thread`]. `None`: there are none.
    fn comments(&self) -> Option<ChannelProfile> {
        None
    }

    fn profiles(&self) -> Profiles {
        Profiles { messages: self.profile(), comments: self.comments() }
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

    /// The calls that hand one message to the provider, in order. An error is final: the provider
    /// could only refuse it.
    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError>;

    /// What the provider's answer means.
    fn interpret(&self, answer: &Answer) -> Outcome;

    /// The same for a channel with several providers: the account's settings say whose answer it is.
    fn interpret_for(&self, answer: &Answer, _settings: &Settings) -> Outcome {
        self.interpret(answer)
    }

    /// The largest webhook in bytes.
    fn body_max(&self) -> usize {
        BODY_MAX
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

/// The answer to a provider's check of our address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    Proven(Told),
    /// Somebody who does not know the account's verify token.
    Refused,
}
