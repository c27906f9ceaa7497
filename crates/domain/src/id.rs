//! Identifiers. Each is an opaque text that the shell makes (UUID version 7, so that they sort by
//! time); the domain never makes one.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )*};
}

ids! {
    /// One of the business's own addresses on a channel: a WhatsApp number, a web chat widget.
    AccountId,
    AgentId,
    ContactId,
    ConversationId,
    /// A flow's name.
    FlowId,
    InteractionId,
    MessageId,
    QueueId,
    WebhookId,
}
