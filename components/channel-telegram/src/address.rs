//! Where an answer goes: a chat, and more often than one thinks a topic in it, or a business account in
//! whose name the bot speaks.
//!
//! Written `chat[/topic][@connection]`, it is the contact's identity: what is asked in one topic is
//! answered there. Messages are numbered by chat, so [`Address::scope`] goes before their ids.

use channel::json::Node;
use serde_json::{Map, Value, json};
use std::fmt;

/// Ids of supergroups and channels are this and below; plain groups' are above.
const SUPERGROUPS: i64 = -1_000_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    chat: String,
    topic: Option<String>,
    business: Option<String>,
}

impl Address {
    pub(crate) fn of_chat(chat: &str) -> Self {
        Address { chat: chat.to_owned(), topic: None, business: None }
    }

    /// Of a message, whose chat is `chat`. Threads that are no topics belong to their chat.
    pub(crate) fn of_message(chat: &str, message: &Node<'_>) -> Self {
        let topic = message.text("message_thread_id").filter(|_| message.is_true("is_topic_message"));
        Address { chat: chat.to_owned(), topic, business: message.text("business_connection_id") }
    }

    pub(crate) fn parse(text: &str) -> Self {
        let (place, business) = match text.split_once('@') {
            Some((place, business)) if !place.is_empty() => (place, Some(business)),
            _ => (text, None),
        };
        let (chat, topic) = match place.split_once('/') {
            Some((chat, topic)) => (chat, Some(topic)),
            None => (place, None),
        };
        let owned = |part: Option<&str>| part.map(str::to_owned);
        Address { chat: chat.to_owned(), topic: owned(topic), business: owned(business) }
    }

    /// Within what the ids of its messages are unique.
    pub(crate) fn scope(&self) -> String {
        Address { topic: None, ..self.clone() }.to_string()
    }

    /// Whether it is the bot's own chat with one person: then the person's id says who it is.
    pub(crate) fn is_plain(&self) -> bool {
        self.topic.is_none() && self.business.is_none()
    }

    /// A plain group's, which ends when the group becomes a supergroup.
    pub(crate) fn is_group(&self) -> bool {
        self.number().is_some_and(|id| (SUPERGROUPS..0).contains(&id))
    }

    pub(crate) fn is_supergroup(&self) -> bool {
        self.is_plain() && self.number().is_some_and(|id| id < SUPERGROUPS)
    }

    /// The parameters of a call that sends something there.
    pub(crate) fn parameters(&self) -> Map<String, Value> {
        let number = |text: &str| text.parse().map_or_else(|_| json!(text), |id: i64| json!(id));
        let mut parameters = Map::from_iter([("chat_id".to_owned(), number(&self.chat))]);
        let topic = self.topic.iter().map(|topic| ("message_thread_id".to_owned(), number(topic)));
        parameters.extend(topic);
        let business = self.business.iter().map(|id| ("business_connection_id".to_owned(), json!(id)));
        parameters.extend(business);
        parameters
    }

    fn number(&self) -> Option<i64> {
        self.chat.parse().ok()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chat)?;
        if let Some(topic) = &self.topic {
            write!(f, "/{topic}")?;
        }
        if let Some(business) = &self.business {
            write!(f, "@{business}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for (text, scope, parameters) in [
            ("456", "456", json!({"chat_id": 456})),
            (
                "-1001234567489/33",
                "-1001234567489",
                json!({"chat_id": -1_001_234_567_489_i64, "message_thread_id": 33}),
            ),
            ("456@a_B-9", "456@a_B-9", json!({"chat_id": 456, "business_connection_id": "a_B-9"})),
            ("4/5@b", "4@b", json!({"chat_id": 4, "message_thread_id": 5, "business_connection_id": "b"})),
            ("@shop", "@shop", json!({"chat_id": "@shop"})),
        ] {
            let address = Address::parse(text);
            assert_eq!(address.to_string(), text);
            assert_eq!(address.scope(), scope);
            assert_eq!(Value::Object(address.parameters()), parameters, "{text}");
        }
    }

    #[test]
    fn groups_are_told_by_their_ids() {
        for (text, group, supergroup) in [
            ("456", false, false),
            ("-4711", true, false),
            ("-999999999999", true, false),
            ("-1001234567489", false, true),
            ("-1001234567489/33", false, false),
            ("@shop", false, false),
        ] {
            let address = Address::parse(text);
            assert_eq!((address.is_group(), address.is_supergroup()), (group, supergroup), "{text}");
        }
    }
}
