//! All an agent's desk knows: the snapshot, moved on by each event. Pure; the screens read it.
//!
//! Nothing jumps: my work keeps the order in which I took it, and what rings comes last, so a new item
//! never moves one that the pointer is on.

use crate::part;
use crate::thread::Thread;
use api::agent::{AgentStat, Me};
use api::contact::{Contact, HistoryItem, HistoryPage};
use api::event::{Event, MessageAdded};
use api::health::ChannelHealth;
use api::interaction::{Interaction, Part, Way};
use api::message::{Direction, Message};
use api::queue::{Disposition, QueueStat};
use api::snapshot::Desk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    pub me: Option<Me>,
    /// Events up to here are in it.
    pub seq: i64,
    pub interactions: BTreeMap<String, Interaction>,
    /// What I took of them, the oldest first. Who helps and then has it keeps its place.
    taken: Vec<String>,
    /// Interactions in which I asked for help and nobody came.
    pub unanswered: BTreeSet<String>,
    /// Where I helped last, when that is over.
    pub released: Option<Box<Interaction>>,
    /// How many remarks of an interaction were before my eyes.
    heard: BTreeMap<String, usize>,
    /// Shared, so that a screen that shows one sees at once whether it changed.
    pub threads: BTreeMap<String, Arc<Thread>>,
    pub histories: BTreeMap<String, History>,
    /// Until when the contact of a conversation is shown as typing.
    pub typing: BTreeMap<String, i64>,
    pub queues: Vec<QueueStat>,
    pub colleagues: Vec<AgentStat>,
    pub dispositions: Vec<Disposition>,
    pub pause_reasons: Vec<String>,
    /// How the channels work; empty for whoever does not supervise.
    pub health: Vec<ChannelHealth>,
    /// The interaction that is open, by id.
    pub open: Option<String>,
}

/// The earlier interactions of a contact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub items: Vec<HistoryItem>,
    pub more: bool,
    /// Something happened since it was fetched.
    pub stale: bool,
}

/// Whose turn it is in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The contact wrote and nobody has read it; how many.
    Unread(u32),
    /// The contact has the last word and waits.
    Ours,
    Theirs,
}

impl Work {
    /// Takes a fresh snapshot. Threads that are known stay: they are brought up to date one by one.
    pub fn take(&mut self, desk: Desk) {
        self.seq = desk.seq;
        self.me = Some(desk.me);
        let mine = desk.interactions.into_iter();
        self.interactions = mine.map(|interaction| (interaction.id.clone(), interaction)).collect();
        for (id, interaction) in &self.interactions {
            self.heard.entry(id.clone()).or_insert(interaction.remarks.len());
        }
        self.unanswered.retain(|id| self.interactions.contains_key(id));
        self.put_in_order();
        self.queues = desk.queues;
        self.colleagues = desk.colleagues;
        self.dispositions = desk.dispositions;
        self.pause_reasons = desk.pause_reasons;
        self.health = desk.health;
        self.histories.values_mut().for_each(|history| history.stale = true);
        self.close_what_left();
    }

    /// Moves on by one event. [`Event::Resync`] is the caller's: it needs the network.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Interaction(interaction) => self.interaction(*interaction),
            Event::Message(added) => self.message(*added),
            Event::MessageStatus(change) => {
                if let Some(thread) = self.threads.get_mut(&change.conversation_id) {
                    Arc::make_mut(thread).change_status(&change);
                }
            }
            Event::Contact(contact) => self.contact(*contact),
            Event::Presence(agent) => self.presence(agent),
            Event::Queues(queues) => self.queues = queues,
            Event::Typing(typing) => {
                self.typing.insert(typing.conversation_id, typing.until_ms);
            }
            Event::Health(channels) => self.health = channels,
            Event::Resync => {}
        }
    }

    pub fn interaction(&mut self, interaction: Interaction) {
        let known = self.interactions.get(&interaction.id);
        let goes_on = known.is_none_or(|known| known.state != interaction.state);
        if goes_on && let Some(history) = self.histories.get_mut(&interaction.contact.id) {
            history.stale = true;
        }
        if known.is_some_and(|known| known.version > interaction.version) {
            return; // The answer to a call that came after a later event.
        }
        let me = self.me.as_ref().map(|me| me.agent_id.as_str()).unwrap_or_default();
        if known.is_some_and(|known| part::is_unanswered(known, &interaction, me)) {
            self.unanswered.insert(interaction.id.clone());
        } else if interaction.invitation.is_some() || part::of(&interaction, me).is_none() {
            self.unanswered.remove(&interaction.id);
        }
        if part::of(&interaction, me).is_some() {
            let is_new = known.is_none();
            if let Some(thread) = self.threads.get_mut(&interaction.conversation_id).filter(|_| is_new) {
                // Nobody told me what was said while it was not mine.
                Arc::make_mut(thread).loaded = false;
            }
            self.interactions.insert(interaction.id.clone(), interaction);
        } else if let Some(gone) = self.interactions.remove(&interaction.id)
            && part::of(&gone, me).is_some_and(|part| part::helps(part.way))
        {
            self.released = Some(Box::new(gone));
        }
        self.put_in_order();
        self.close_what_left();
    }

    /// What I have to do with an interaction.
    pub fn part<'a>(&self, interaction: &'a Interaction) -> Option<&'a Part> {
        part::of(interaction, &self.me.as_ref()?.agent_id)
    }

    pub fn way(&self, interaction: &Interaction) -> Option<Way> {
        Some(self.part(interaction)?.way)
    }

    /// What I took goes last and stays where it is.
    fn put_in_order(&mut self) {
        let is_taken =
            |interaction: &&Interaction| self.way(interaction).is_some_and(|way| !part::rings(way));
        let mut new: Vec<_> = self.interactions.values().filter(is_taken).collect();
        let ids: BTreeSet<_> = new.iter().map(|interaction| interaction.id.clone()).collect();
        new.retain(|interaction| !self.taken.contains(&interaction.id));
        new.sort_by_key(|interaction| (interaction.answered_ms, &interaction.id));
        let new: Vec<_> = new.into_iter().map(|interaction| interaction.id.clone()).collect();
        self.taken.retain(|id| ids.contains(id));
        self.taken.extend(new);
    }

    fn message(&mut self, added: MessageAdded) {
        let MessageAdded { interaction_id, message } = added;
        if message.direction == Direction::In {
            self.typing.remove(&message.conversation_id);
        }
        if let Some(interaction) = self.interactions.get_mut(&interaction_id) {
            let newer = interaction.last_message.as_ref().is_none_or(|last| last.seq < message.seq);
            let same = interaction.last_message.as_ref().is_some_and(|last| last.id == message.id);
            if newer && message.direction == Direction::In {
                interaction.unread += 1;
            }
            if newer || same {
                interaction.last_message = Some(message.clone());
            }
        }
        // What is mine is followed from the first moment on, while its page is still on the way; of the others
        // only those whose beginning is known.
        let conversation_id = message.conversation_id.clone();
        if self.interactions.contains_key(&interaction_id) || self.threads.contains_key(&conversation_id) {
            self.thread(&conversation_id).add(message);
        }
    }

    /// The thread to change; an empty one when the conversation is new here.
    pub fn thread(&mut self, conversation_id: &str) -> &mut Thread {
        Arc::make_mut(self.threads.entry(conversation_id.to_owned()).or_default())
    }

    pub fn contact(&mut self, contact: Contact) {
        for interaction in self.interactions.values_mut() {
            if interaction.contact.id == contact.id {
                interaction.contact = contact.clone();
            }
        }
        if let Some(history) = self.histories.get_mut(&contact.id) {
            history.stale = true;
        }
    }

    pub fn presence(&mut self, agent: AgentStat) {
        if let Some(me) = self.me.as_mut().filter(|me| me.agent_id == agent.id) {
            me.presence = agent.presence.clone();
        }
        match self.colleagues.iter_mut().find(|known| known.id == agent.id) {
            Some(known) => *known = agent,
            None => self.colleagues.push(agent),
        }
    }

    /// What was read here is not unread any more, before the server says so.
    pub fn read(&mut self, interaction_id: &str) {
        if let Some(interaction) = self.interactions.get_mut(interaction_id) {
            interaction.unread = 0;
        }
    }

    pub fn history(&mut self, contact_id: &str, page: HistoryPage, older: bool) {
        let history = self.histories.entry(contact_id.to_owned()).or_default();
        if !older {
            history.items.clear();
        }
        history.items.extend(page.items);
        history.more = page.more;
        history.stale = false;
    }

    /// Nobody came to help; the agent has seen it.
    pub fn let_be(&mut self, interaction_id: &str) {
        self.unanswered.remove(interaction_id);
    }

    /// Whoever is asked to help is asked no more, before the server says so.
    pub fn withdraw(&mut self, interaction_id: &str) {
        if let Some(interaction) = self.interactions.get_mut(interaction_id) {
            interaction.invitation = None;
            interaction.parts.retain(|part| part.way != Way::Invited);
        }
    }

    /// The remarks of an interaction are before my eyes.
    pub fn hear(&mut self, interaction_id: &str) {
        if let Some(interaction) = self.interactions.get(interaction_id) {
            self.heard.insert(interaction.id.clone(), interaction.remarks.len());
        }
    }

    /// Whether colleagues said something that I have not seen.
    pub fn unheard(&self, interaction: &Interaction) -> bool {
        let me = self.me.as_ref().map(|me| me.agent_id.as_str());
        let heard = self.heard.get(&interaction.id).copied().unwrap_or_default();
        interaction.remarks.iter().skip(heard).any(|remark| Some(remark.agent.id.as_str()) != me)
    }

    /// Messages that wait to be read, in what I have answered. Who advises does not answer them.
    pub fn unread(&self) -> u32 {
        let answers = |interaction: &&Interaction| self.way(interaction) != Some(Way::Consult);
        self.conversations().into_iter().filter(answers).map(|interaction| interaction.unread).sum()
    }

    /// Talks and wrap-ups in the order in which I took them: their numbers stay.
    pub fn conversations(&self) -> Vec<&Interaction> {
        self.taken.iter().filter_map(|id| self.interactions.get(id)).collect()
    }

    /// What rings, the one that must be answered first at the front.
    pub fn offers(&self) -> Vec<&Interaction> {
        let rings = |interaction: &&Interaction| self.way(interaction).is_some_and(part::rings);
        let mut list: Vec<_> = self.interactions.values().filter(rings).collect();
        list.sort_by_key(|interaction| {
            (self.part(interaction).and_then(|part| part.answer_by_ms), interaction.id.clone())
        });
        list
    }

    pub fn current(&self) -> Option<&Interaction> {
        self.interactions.get(self.open.as_ref()?)
    }

    /// The neighbour in my work, going round.
    pub fn neighbour(&self, step: isize) -> Option<String> {
        let list = self.conversations();
        let count = isize::try_from(list.len()).ok().filter(|count| *count > 0)?;
        let open = self.open.as_deref();
        let here = list.iter().position(|interaction| Some(interaction.id.as_str()) == open);
        let next = match (here.and_then(|index| isize::try_from(index).ok()), step) {
            (Some(index), step) => (index + step).rem_euclid(count),
            (None, step) if step < 0 => count - 1,
            (None, _) => 0,
        };
        list.get(usize::try_from(next).ok()?).map(|interaction| interaction.id.clone())
    }

    /// When the open one has left, on to the one that needs us most.
    fn close_what_left(&mut self) {
        let gone = self.open.as_ref().is_some_and(|open| !self.interactions.contains_key(open));
        if !gone {
            return;
        }
        let list = self.conversations();
        let unread = list.iter().find(|interaction| interaction.unread > 0);
        self.open = unread.or(list.first()).map(|interaction| interaction.id.clone());
    }
}

pub fn turn(interaction: &Interaction) -> Turn {
    let last_word = interaction.last_message.as_ref().map(|message: &Message| message.direction);
    match (interaction.unread, last_word) {
        (unread @ 1.., _) => Turn::Unread(unread),
        (0, Some(Direction::In)) => Turn::Ours,
        _ => Turn::Theirs,
    }
}

#[cfg(test)]
mod tests;
