//! What a channel says happened.

use domain::{
    consent::Consent,
    contact::Identity,
    id::{MessageId, QueueId, WebhookId},
    message::{Content, DeliveryError, Status},
    part::Place,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event, with a key that two deliveries of it share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    pub key: String,
    /// By the provider's clock.
    pub at: Timestamp,
    pub what: What,
    /// Where it was read: the files of its message may be in there.
    #[serde(default)]
    pub webhook: Option<WebhookId>,
    /// The channel that read it, where an account of another one goes on with it.
    #[serde(default)]
    pub reader: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Message(Heard),
    /// A contact wrote something long, and this is a part of it.
    Part {
        heard: Heard,
        place: Place,
    },
    /// The business itself wrote, from another app.
    Echo(Heard),
    Status(Report),
    /// A status of everything sent up to a number of the conversation.
    StatusUpTo {
        identities: Vec<Identity>,
        seq: u64,
        status: Status,
    },
    /// A status of everything handed over before an instant of the provider's clock, and of the messages
    /// that it names besides.
    StatusBefore {
        identities: Vec<Identity>,
        before: Timestamp,
        named: Vec<String>,
        status: Status,
    },
    /// `None` takes the reaction back.
    Reaction {
        target: String,
        emoji: Option<String>,
    },
    Edit {
        target: String,
        content: Content,
    },
    Delete {
        target: String,
    },
    /// A public comment was hidden or shown.
    Moderated {
        target: String,
        hidden: bool,
    },
    /// The contact said who they are.
    Identified {
        identities: Vec<Identity>,
        person: Person,
        /// For these the channel vouches.
        #[serde(default)]
        vouched: Vec<Identity>,
    },
    /// The contact wants to have what was said by e-mail.
    Transcript {
        identities: Vec<Identity>,
        to: Identity,
    },
    /// The contact closed the conversation.
    Left {
        identities: Vec<Identity>,
    },
    /// The provider's templates are not what they were.
    TemplatesChanged,
}

impl What {
    /// The public post that it stands under.
    pub fn thread(&self) -> Option<&str> {
        match self {
            What::Message(heard) | What::Echo(heard) => heard.thread.as_deref(),
            _ => None,
        }
    }
}

/// A message of a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Everything that identifies them; the first is where an answer goes. Nobody: whoever wrote what
    /// it replies to.
    pub identities: Vec<Identity>,
    pub name: Option<String>,
    pub locale: Option<String>,
    pub provider_id: Option<String>,
    pub client_id: Option<String>,
    pub reply_to: Option<String>,
    pub content: Content,
    /// The public post that it stands under.
    #[serde(default)]
    pub thread: Option<String>,
    /// Our own id of what it replies to, where that is known besides `reply_to`.
    #[serde(default)]
    pub answers: Option<MessageId>,
    /// Our own id of an echo, where the provider gives it back.
    #[serde(default)]
    pub message: Option<MessageId>,
    /// What it says about being written to.
    #[serde(default)]
    pub consent: Option<Consent>,
    #[serde(default)]
    pub opening: Opening,
    /// Who wrote is only said: the channel proves none of the identities.
    #[serde(default)]
    pub claimed: bool,
}

/// What the channel knows of the work that a message brings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// Written on the interaction, for the bot and the agents.
    pub attributes: BTreeMap<String, String>,
    /// Where new work goes. `None`: where the account says.
    pub queue: Option<QueueId>,
    /// Whether a bot answers new work first. `None`: as the account says.
    pub bot: Option<bool>,
}

/// What became of a message of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub provider_id: Option<String>,
    /// Our own id, where the provider gives it back.
    pub message: Option<MessageId>,
    pub status: Status,
    pub error: Option<DeliveryError>,
    /// What it says about being written to.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// Whom it is about, where it says so: a letter has several recipients.
    #[serde(default)]
    pub recipient: Option<Identity>,
    /// It failed because the recipient's address does not exist.
    #[serde(default)]
    pub no_such_address: bool,
}

impl Report {
    /// The bare status.
    pub fn of(status: Status) -> Self {
        Report {
            provider_id: None,
            message: None,
            status,
            error: None,
            consent: None,
            recipient: None,
            no_such_address: false,
        }
    }
}

/// What somebody says about a contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub locale: Option<String>,
}
