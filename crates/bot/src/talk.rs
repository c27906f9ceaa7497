//! The conversation as it is held: what a bot author calls.
//!
//! A question ends the step; its answer comes with a later one. The conversation is then run again
//! from the top of its round, hears its own past from [`Memory`] and goes on where it stopped, so
//! that it can be written as if it waited. It must therefore depend on nothing but what [`Talk`]
//! tells it: which it cannot, since a bot has no clock, no randomness and no network.

use crate::{
    conversation::{Flow, Stop, Why},
    memory::{Known, Memory},
    person,
    question::{Answer, Callback, Menu, Question, Reply, attribute, in_millis},
    step::{
        Action, Article, Call, CallAnswer, Channel, Contact, ContactDetail, Event, Finding, Identity,
        LocalTime, Method, Outcome, Past, Prompt, QueueQuestion, QueueState, Recording, Search, SentFile,
        SurveyAnswer, Transfer,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// Questions that insist give up after so many answers that were not understood.
const MISUNDERSTANDINGS_MAX: usize = 2;
/// A business system has this long to answer.
const SYSTEM_TIME_MS: u32 = 5_000;

/// One step of one conversation.
pub struct Talk {
    pub(crate) memory: Memory,
    /// How many events of the past have been heard.
    pub(crate) heard: usize,
    pub(crate) known: Known,
    pub(crate) now: LocalTime,
    /// What was done since the last event, and where.
    pub(crate) actions: Vec<Action>,
    pub(crate) path: Vec<String>,
    pub(crate) person_words: &'static [&'static str],
}

impl Talk {
    pub fn say(&mut self, text: impl Into<Prompt>) {
        self.actions.push(Action::Say(text.into()));
    }

    /// Names where the conversation is, for figures to count.
    pub fn at(&mut self, place: impl Into<String>) {
        self.path.push(place.into());
    }

    /// Asks until one of the options is chosen and returns its id; after two answers that are none
    /// of them the way leads to [`Bot::person`](crate::Bot::person).
    pub fn menu(&mut self, menu: &Menu) -> Flow<String> {
        for attempt in 0..MISUNDERSTANDINGS_MAX {
            match self.reply(menu.action(attempt > 0))? {
                Reply::Choice(id) if menu.options.iter().any(|option| option.id == id) => {
                    return Ok(id);
                }
                Reply::Choice(_) | Reply::Text(_) | Reply::Media(..) => {}
            }
        }
        Err(Stop::Person(Why::NotUnderstood))
    }

    /// Shows the options and takes whatever comes.
    pub fn menu_once(&mut self, menu: &Menu) -> Flow<Reply> {
        self.reply(menu.action(false))
    }

    /// Asks until `read` makes sense of the answer; after two that it does not, the way leads to
    /// [`Bot::person`](crate::Bot::person).
    pub fn ask<T>(&mut self, question: &Question, read: impl Fn(&str) -> Option<T>) -> Flow<T> {
        for attempt in 0..MISUNDERSTANDINGS_MAX {
            let reply = self.reply(question.action(attempt > 0))?;
            // A button of an older menu, which is still on the contact's screen, says nothing.
            if let Some(answer) = read(&reply.into_words()) {
                return Ok(answer);
            }
        }
        Err(Stop::Person(Why::NotUnderstood))
    }

    /// Asks and takes whatever comes; an older menu's button counts as saying nothing.
    pub fn ask_once(&mut self, question: impl Into<Question>) -> Flow<String> {
        Ok(self.reply(question.into().action(false))?.into_words())
    }

    /// Waits; `None` when the time has passed, else what the contact said before.
    pub fn wait(&mut self, time: Duration) -> Flow<Option<Reply>> {
        match self.hear() {
            None => self.stop_at(Action::Wait(in_millis(time))),
            Some(Event::Timer) => Ok(None),
            Some(event) => self.read(event).map(Some),
        }
    }

    /// Reads from a business system: `talk.get::<Order>("shop", "/orders/1042")`.
    ///
    /// Only the fields of `T` are remembered, so that a large answer does not fill the memory.
    pub fn get<T: Serialize + DeserializeOwned>(&mut self, system: &str, path: &str) -> Flow<Answer<T>> {
        self.call(system, Method::Get, path, String::new())
    }

    /// Has a business system do something; `body` is sent as JSON.
    pub fn send<T: Serialize + DeserializeOwned>(
        &mut self,
        system: &str,
        method: Method,
        path: &str,
        body: &serde_json::Value,
    ) -> Flow<Answer<T>> {
        self.call(system, method, path, body.to_string())
    }

    /// Sends the contact a file that a business system has at `path`.
    pub fn send_file(&mut self, system: &str, path: &str, name: &str, caption: Option<&str>) {
        let (system, path, name) = (system.to_owned(), path.to_owned(), name.to_owned());
        self.actions.push(Action::Send(SentFile { system, path, name, caption: caption.map(str::to_owned) }));
    }

    /// Articles of the knowledge base that answer a question, best first. Grant: `knowledge`.
    pub fn search(&mut self, question: &str, at_most: u8) -> Flow<Vec<Article>> {
        let question = question.to_owned();
        match self.outcome("search", |id| Action::Search(Search { id, question, at_most }))? {
            Finding::Articles(articles) => Ok(articles),
            _ => Err(Stop::Diverged),
        }
    }

    /// Somebody in the contact book, by `phone` or `email`. Grant: `contacts`.
    pub fn find_contact(&mut self, scheme: &str, value: &str) -> Flow<Option<Contact>> {
        let (scheme, value) = (scheme.to_owned(), value.to_owned());
        match self.outcome("contact", |id| Action::FindContact(Identity { id, scheme, value }))? {
            Finding::Contact(contact) => Ok(contact),
            _ => Err(Stop::Diverged),
        }
    }

    /// How a queue is, before somebody is sent to it.
    pub fn queue(&mut self, queue: &str) -> Flow<Option<QueueState>> {
        let queue = queue.to_owned();
        match self.outcome("queue", |id| Action::CheckQueue(QueueQuestion { id, queue }))? {
            Finding::Queue(state) => Ok(state),
            _ => Err(Stop::Diverged),
        }
    }

    /// Writes on the interaction, for agents to see.
    pub fn set_attribute(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.actions.push(Action::SetAttribute(attribute(name, value)));
    }

    pub fn learn_name(&mut self, name: impl Into<String>) {
        self.actions.push(Action::SetContact(ContactDetail::Name(name.into())));
    }

    pub fn learn_phone(&mut self, phone: impl Into<String>) {
        self.actions.push(Action::SetContact(ContactDetail::Phone(phone.into())));
    }

    pub fn learn_email(&mut self, email: impl Into<String>) {
        self.actions.push(Action::SetContact(ContactDetail::Email(email.into())));
    }

    pub fn learn_locale(&mut self, locale: impl Into<String>) {
        self.actions.push(Action::SetContact(ContactDetail::Locale(locale.into())));
    }

    /// Keeps an answer of a survey.
    pub fn keep(&mut self, answer: SurveyAnswer) {
        self.actions.push(Action::Survey(answer));
    }

    /// Starts, pauses or stops the recording of a call.
    pub fn record(&mut self, recording: Recording) {
        self.actions.push(Action::Record(recording));
    }

    /// Hands over to people or to another flow and ends the bot's part.
    pub fn transfer(&mut self, transfer: Transfer) -> Flow {
        self.actions.push(Action::Transfer(transfer));
        Err(Stop::Over)
    }

    /// Has the contact called back and ends the bot's part.
    pub fn call_back(&mut self, callback: Callback) -> Flow {
        self.actions.push(Action::Callback(callback.0));
        Err(Stop::Over)
    }

    /// Ends the conversation.
    pub fn end(&mut self) -> Flow {
        self.actions.push(Action::End);
        Err(Stop::Over)
    }

    /// The person, as known when the last event came: what is learnt now shows from the next one on.
    pub fn contact(&self) -> &Contact {
        &self.known.contact
    }

    pub fn channel(&self) -> &Channel {
        &self.known.channel
    }

    /// Their last interactions, newest first. Grant: `history`.
    pub fn history(&self) -> &[Past] {
        &self.known.history
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.known.attributes.iter().find(|known| known.name == name);
        found.map(|known| known.value.as_str())
    }

    /// The language to speak in lower case without its region, e.g. `pt`.
    pub fn language(&self) -> String {
        self.known.locale.split(['-', '_']).next().unwrap_or_default().to_lowercase()
    }

    /// The business's local time when the last event came.
    pub fn now(&self) -> LocalTime {
        self.now
    }

    /// How often the conversation has begun again; 0 is the first time, to greet.
    pub fn round(&self) -> u32 {
        self.memory.round
    }

    /// What the contact wrote to begin the conversation; `None` in later rounds.
    pub fn opening(&self) -> Option<&str> {
        match self.memory.past.first().map(|entry| &entry.event) {
            Some(Event::Started(words)) => words.as_deref(),
            _ => None,
        }
    }

    /// The next event of the past, or `None` when the conversation has caught up.
    pub(crate) fn hear(&mut self) -> Option<Event> {
        let entry = self.memory.past.get(self.heard)?;
        self.heard += 1;
        self.now = entry.now;
        if let Some(known) = &entry.known {
            self.known = known.clone();
        }
        // What was done before this event was done in an earlier step.
        self.actions.clear();
        self.path.clear();
        Some(entry.event.clone())
    }

    fn stop_at<T>(&mut self, action: Action) -> Flow<T> {
        self.actions.push(action);
        Err(Stop::Waiting)
    }

    fn reply(&mut self, question: Action) -> Flow<Reply> {
        match self.hear() {
            None => self.stop_at(question),
            Some(event) => self.read(event),
        }
    }

    fn read(&self, event: Event) -> Flow<Reply> {
        let wants_person = |text: &str| person::is_named(text, self.person_words);
        match event {
            Event::Choice(id) => Ok(Reply::Choice(id)),
            Event::Silence => Err(Stop::Silent),
            Event::Started(_) | Event::Timer | Event::Outcome(_) | Event::HangUp => Err(Stop::Diverged),
            Event::Text(_) | Event::Digits(_) | Event::Speech(_) | Event::Media(_) => {
                let text = event.words().unwrap_or_default();
                if wants_person(text) {
                    return Err(Stop::Person(Why::Asked));
                }
                let text = text.to_owned();
                Ok(match event {
                    Event::Media(media) => Reply::Media(text, media.files),
                    _ => Reply::Text(text),
                })
            }
        }
    }

    /// What came of an action that brings an outcome; its id tells `name` and its place in the round.
    fn outcome(&mut self, name: &str, action: impl FnOnce(String) -> Action) -> Flow<Finding> {
        let id = format!("{name}-{}", self.heard);
        match self.hear() {
            None => self.stop_at(action(id)),
            Some(Event::Outcome(Outcome { id: of, found })) if of == id => Ok(found),
            Some(_) => Err(Stop::Diverged),
        }
    }

    fn call<T: Serialize + DeserializeOwned>(
        &mut self,
        system: &str,
        method: Method,
        path: &str,
        body: String,
    ) -> Flow<Answer<T>> {
        let (of, path) = (system.to_owned(), path.to_owned());
        // What only reads may be tried again at once.
        let attempts = if method == Method::Get { 2 } else { 1 };
        let call = |id| {
            let (headers, within_ms) = (vec![], SYSTEM_TIME_MS);
            Action::Call(Call { id, system: of, method, path, headers, body, attempts, within_ms })
        };
        match self.outcome(system, call)? {
            Finding::Answer(answer) => {
                let answer = read_answer(&answer);
                self.remember_only(&answer);
                Ok(answer)
            }
            _ => Err(Stop::Diverged),
        }
    }

    /// Keeps of the answer just heard what the conversation reads of it.
    fn remember_only<T: Serialize>(&mut self, answer: &Answer<T>) {
        let kept = match answer {
            Answer::Found(value) => serde_json::to_string(value).unwrap_or_default(),
            Answer::Refused(_) | Answer::Unreachable => String::new(),
        };
        let heard = self.heard.checked_sub(1).and_then(|last| self.memory.past.get_mut(last));
        if let Some(Event::Outcome(Outcome { found: Finding::Answer(answer), .. })) =
            heard.map(|entry| &mut entry.event)
        {
            answer.body = kept;
        }
    }
}

fn read_answer<T: DeserializeOwned>(answer: &CallAnswer) -> Answer<T> {
    match answer.status {
        200..=299 => match serde_json::from_str(&answer.body) {
            Ok(value) => Answer::Found(value),
            Err(_) => Answer::Unreachable,
        },
        // Too many requests: later it may.
        429 => Answer::Unreachable,
        400..=499 => Answer::Refused(answer.status),
        _ => Answer::Unreachable,
    }
}
