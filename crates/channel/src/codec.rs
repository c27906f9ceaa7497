//! A channel's translation, as a pure trait: no clock, no network, no storage.

use crate::{
    event::InboundEvent,
    files::Files,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::Signature,
};
use domain::{channel::ChannelProfile, message::DeliveryError};

pub trait Codec {
    fn profile(&self) -> ChannelProfile;

    /// Whether the request comes from whom it says, by the account's secrets.
    fn verify(&self, received: &Received, settings: &Settings) -> Signature;

    /// What happened. The outer error: this is no payload of the channel. An inner error: this
    /// element of it is broken; its neighbours are not.
    fn decode(&self, received: &Received) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed>;

    /// The answer to a request that is no event but a check that this address is ours. `None`: it is
    /// no such request.
    fn handshake(&self, _received: &Received, _settings: &Settings) -> Option<Handshake> {
        None
    }

    /// The calls that hand one message to the provider, in order. An error is final: the provider
    /// could only refuse it.
    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError>;

    /// What the provider's answer means.
    fn interpret(&self, answer: &Answer) -> Outcome;

    /// How files go to and come from the provider. `None`: they are ours from the start.
    fn files(&self) -> Option<&dyn Files> {
        None
    }
}

/// The answer to a provider's check of our address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// To be sent back as it is, as plain text.
    Echo(String),
    /// Somebody who does not know the account's verify token.
    Refused,
}
