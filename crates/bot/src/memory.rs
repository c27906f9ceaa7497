//! What a bot remembers between two steps: the events of the current round, each with what was known
//! when it came.
//!
//! A conversation is run again from the top of its round at every step and finds its own past here.
//! That is why the knowledge is kept with the event: a phone number learnt later must not change
//! which way the conversation took earlier.

use crate::step::{Attribute, Channel, Contact, Context, Event, LocalTime, Past};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// How often the conversation came to its end and began again.
    pub round: u32,
    pub past: Vec<Entry>,
}

/// One event, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub event: Event,
    pub now: LocalTime,
    /// `None` where nothing changed since the entry before, which keeps the memory small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// What the bot is told about the contact, the channel and the interaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub contact: Contact,
    pub channel: Channel,
    pub locale: String,
    pub attributes: Vec<Attribute>,
    pub history: Vec<Past>,
}

impl From<&Context> for Known {
    fn from(context: &Context) -> Self {
        let Context { contact, channel, locale, attributes, history, .. } = context.clone();
        Known { contact, channel, locale, attributes, history }
    }
}

impl Memory {
    /// What is remembered, with the event that just came. A memory that this version cannot read is
    /// a conversation to begin anew.
    pub fn with(event: Event, context: &Context) -> Self {
        let remembered = match event {
            Event::Started(_) => None,
            _ => serde_json::from_str::<Memory>(&context.memory).ok(),
        };
        let Some(mut memory) = remembered.filter(|memory| !memory.past.is_empty()) else {
            return Memory::anew(event, context);
        };
        let before = memory.past.iter().rev().find_map(|entry| entry.known.as_ref());
        let known = Some(Known::from(context)).filter(|known| before != Some(known));
        memory.past.push(Entry { event, now: context.now, known });
        memory
    }

    /// The conversation from its very beginning, `event`'s words being the first ones.
    pub fn anew(event: Event, context: &Context) -> Self {
        let event = Event::Started(event.words().map(str::to_owned));
        Memory { round: 0, past: vec![Entry { event, now: context.now, known: Some(Known::from(context)) }] }
    }

    /// The next round begins where the last one ended, with nothing said yet.
    pub fn next_round(&self, known: &Known, now: LocalTime) -> Self {
        let event = Event::Started(None);
        Memory { round: self.round + 1, past: vec![Entry { event, now, known: Some(known.clone()) }] }
    }

    pub fn to_json(&self) -> String {
        // A plain tree of texts and numbers always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}
