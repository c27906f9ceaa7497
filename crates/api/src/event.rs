//! The event stream of the desk (`GET /api/events`): what changed, in the order it happened.
//!
//! The `id` of a server-sent event is its sequence; who reconnects asks for what came after it.
//! [`Event::Resync`] says that the sequence is too old to answer: fetch the snapshot again.

use crate::agent::AgentStat;
use crate::contact::Contact;
use crate::health::ChannelHealth;
use crate::interaction::Interaction;
use crate::message::{DeliveryError, Message, MessageStatus};
use crate::queue::QueueStat;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageAdded {
    pub interaction_id: String,
    pub message: Message,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageStatusChanged {
    pub conversation_id: String,
    pub message_id: String,
    pub status: MessageStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<DeliveryError>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Typing {
    pub conversation_id: String,
    pub until_ms: i64,
}

/// One event; as JSON `{"event": NAME, "data": …}`, on the wire two lines of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// New or changed, also when it stops being mine: its state and agent say so.
    Interaction(Box<Interaction>),
    /// New, or an earlier one edited, deleted or reacted to: its id says which.
    Message(Box<MessageAdded>),
    MessageStatus(MessageStatusChanged),
    Contact(Box<Contact>),
    Presence(AgentStat),
    /// At most one each second.
    Queues(Vec<QueueStat>),
    Typing(Typing),
    /// How the channels work; for supervisors.
    Health(Vec<ChannelHealth>),
    Resync,
}

impl Event {
    /// The name on the stream's `event:` line.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Interaction(_) => "interaction",
            Event::Message(_) => "message",
            Event::MessageStatus(_) => "message_status",
            Event::Contact(_) => "contact",
            Event::Presence(_) => "presence",
            Event::Queues(_) => "queues",
            Event::Typing(_) => "typing",
            Event::Health(_) => "health",
            Event::Resync => "resync",
        }
    }

    /// The JSON on the stream's `data:` line; it has no line breaks.
    pub fn data(&self) -> Result<String, serde_json::Error> {
        match self {
            Event::Interaction(interaction) => serde_json::to_string(interaction),
            Event::Message(added) => serde_json::to_string(added),
            Event::MessageStatus(changed) => serde_json::to_string(changed),
            Event::Contact(contact) => serde_json::to_string(contact),
            Event::Presence(agent) => serde_json::to_string(agent),
            Event::Queues(queues) => serde_json::to_string(queues),
            Event::Typing(typing) => serde_json::to_string(typing),
            Event::Health(channels) => serde_json::to_string(channels),
            Event::Resync => Ok("{}".to_owned()),
        }
    }

    /// `Ok(None)`: an event of a newer server, which this reader may pass over.
    pub fn decode(name: &str, data: &str) -> Result<Option<Event>, serde_json::Error> {
        Ok(Some(match name {
            "interaction" => Event::Interaction(serde_json::from_str(data)?),
            "message" => Event::Message(serde_json::from_str(data)?),
            "message_status" => Event::MessageStatus(serde_json::from_str(data)?),
            "contact" => Event::Contact(serde_json::from_str(data)?),
            "presence" => Event::Presence(serde_json::from_str(data)?),
            "queues" => Event::Queues(serde_json::from_str(data)?),
            "typing" => Event::Typing(serde_json::from_str(data)?),
            "health" => Event::Health(serde_json::from_str(data)?),
            "resync" => Event::Resync,
            _ => return Ok(None),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_to_the_stream_is_read_back() {
        let typing = Typing { conversation_id: "c1".to_owned(), until_ms: 5 };
        for event in [Event::Typing(typing), Event::Queues(Vec::new()), Event::Resync] {
            let data = event.data().unwrap();
            assert_eq!(Event::decode(event.name(), &data).unwrap(), Some(event));
        }
    }

    #[test]
    fn an_event_of_a_newer_server_is_passed_over() {
        assert_eq!(Event::decode("hologram", "{}").unwrap(), None);
    }
}
