//! The providers, each behind [`Provider`]. An account's setting `provider` says which is its own.

pub(crate) mod generic;
pub(crate) mod infobip;
pub(crate) mod messagebird;
pub(crate) mod twilio;
pub(crate) mod vonage;

use crate::{form::Form, report::Events, segment::Limit};
use channel::{
    check_up::{Answered, Question, Said},
    codec::Told,
    files::Location,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    reconcile::Listing,
    signature::{Signature, same_secret},
};
use domain::{
    message::{Attachment, DeliveryError},
    reason::Reason,
};

/// One text for a provider that joins the parts itself. Ten segments of UCS-2 are 670 units; the whole
/// length only fits into the GSM alphabet.
pub(crate) const TEXT: Limit = Limit { characters: 1600, segments: 24 };

/// How one provider speaks. The functions are the codec's, and owe the same.
pub(crate) trait Provider {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature;

    fn decode(&self, received: &Received, settings: &Settings) -> Result<Events, Malformed>;

    fn thanks(&self, _settings: &Settings) -> Option<Told> {
        None
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError>;

    fn interpret(&self, answer: &Answer, settings: &Settings) -> Outcome;

    /// What a code of the provider's means to whoever wrote the message.
    fn reason(&self, _code: &str) -> Option<Reason> {
        None
    }

    /// What is asked in a check-up.
    fn questions(&self, _settings: &Settings) -> Vec<Question> {
        vec![]
    }

    fn answered(&self, _question: &str, said: &Said<'_>, _settings: &Settings) -> Answered {
        Answered::unclear(said)
    }

    /// The list of what happened, where a webhook may be lost.
    fn listing(&self) -> Option<&'static dyn Listing> {
        None
    }

    /// Where a file is, if its address is the provider's own.
    fn download(&self, _file: &Attachment, _settings: &Settings) -> Option<Location> {
        None
    }

    /// The call that asks where a file is.
    fn locate(&self, _file: &Attachment, _settings: &Settings) -> Option<ProviderRequest> {
        None
    }

    fn located(&self, _body: &[u8], _settings: &Settings) -> Option<Location> {
        None
    }
}

/// Whether a parameter of the address is the secret. Two different values prove nothing.
pub(crate) fn in_query(received: &Received, name: &str, secret: &str) -> bool {
    let query = Form::parse(received.query().as_bytes());
    query.get(name).is_some_and(|given| same_secret(&given, secret))
}

/// The account's provider.
pub(crate) fn of(settings: &Settings) -> Option<&'static dyn Provider> {
    let provider: &dyn Provider = match settings.get("provider")? {
        "twilio" => &twilio::Twilio,
        "vonage" | "nexmo" => &vonage::Vonage,
        "infobip" => &infobip::Infobip,
        "messagebird" | "bird" => &messagebird::MessageBird,
        "generic" => &generic::Generic,
        _ => return None,
    };
    Some(provider)
}

/// Whose a request seems to be, by what only one of them sends.
pub(crate) fn guess(received: &Received) -> &'static dyn Provider {
    let has = |name: &str| received.header(name).is_some();
    if has("X-Twilio-Signature") {
        return &twilio::Twilio;
    }
    if has("MessageBird-Signature-JWT") || has("MessageBird-Signature") {
        return &messagebird::MessageBird;
    }
    let text = match received.body.trim_ascii() {
        [] => received.query().as_bytes(),
        body => body,
    };
    let names = |name: &str| text.windows(name.len()).any(|part| part == name.as_bytes());
    if ["AccountSid", "com.twilio."].into_iter().any(names) {
        &twilio::Twilio
    } else if ["\"results\"", "\"integrationType\""].into_iter().any(names) {
        &infobip::Infobip
    } else if ["originator=", "recipient=", "\"originator\"", "\"channelId\"", "\"platform\""]
        .into_iter()
        .any(names)
    {
        &messagebird::MessageBird
    } else if ["msisdn=", "\"msisdn\"", "message_uuid", "conversation_uuid"].into_iter().any(names) {
        &vonage::Vonage
    } else {
        &generic::Generic
    }
}
