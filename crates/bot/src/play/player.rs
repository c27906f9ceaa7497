//! One conversation with a bot, as the runner would hold it.

use super::{
    rendering::{Rendering, pressed},
    world::World,
};
use crate::{
    limits::{self, EVENTS_MAX, Grants, HEARD_MAX, TURNS_MAX},
    step::{
        Action, Attribute, Call, CallAnswer, ContactDetail, Context, Event, Finding, LocalTime, Media, Menu,
        Outcome, ReceivedFile, Speech, Turn,
    },
};
use domain::message;
use jiff::{SignedDuration, civil::DateTime};
use std::time::Duration;

/// What the contact does, or time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Starts(Option<String>),
    /// They write it, or say it on the phone.
    Says(String),
    /// A button or a number of the menu, or keys of the phone.
    Presses(String),
    Sends {
        kind: String,
        name: String,
        text: String,
    },
    Waits(Duration),
    HangsUp,
}

/// What came of it: what the bot did, or that it broke down.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    Did(Action),
    /// Why the contact hears an apology and goes to a person.
    Broke(String),
}

/// What a contact may do next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Listening {
    For(Option<Menu>),
    Over,
}

pub struct Player<'b> {
    step: &'b dyn Fn(Event, &Context) -> Turn,
    pub context: Context,
    pub world: World,
    /// Answers for systems of which the world says nothing.
    systems: Option<&'b dyn Fn(&Call) -> CallAnswer>,
    pub grants: Grants,
    pub rendering: Rendering,
    /// The places that were come through, over the whole conversation.
    pub path: Vec<String>,
    /// Milliseconds since it began.
    clock: Duration,
    began: DateTime,
    listening: Listening,
    /// When `silence` or `timer` is due.
    due: Option<(Duration, Event)>,
    events: u32,
}

impl<'b> Player<'b> {
    pub fn new(step: &'b dyn Fn(Event, &Context) -> Turn, rendering: Rendering) -> Self {
        let mut context = Context::unknown();
        context.channel = rendering.channel();
        let grants = Grants { knowledge: true, contacts: true, history: true, ..Grants::default() };
        let began = civil(context.now);
        Player {
            step,
            context,
            world: World::default(),
            systems: None,
            grants,
            rendering,
            path: vec![],
            clock: Duration::ZERO,
            began,
            listening: Listening::For(None),
            due: None,
            events: 0,
        }
    }

    /// Has `systems` answer where the world says nothing of a system.
    pub fn ask_systems(&mut self, systems: &'b dyn Fn(&Call) -> CallAnswer) {
        self.systems = Some(systems);
    }

    /// Sets the clock on the wall.
    pub fn set_now(&mut self, now: LocalTime) {
        self.context.now = now;
        self.began = civil(now);
        self.clock = Duration::ZERO;
    }

    pub fn is_over(&self) -> bool {
        self.listening == Listening::Over
    }

    /// The menu that can be answered.
    pub fn menu(&self) -> Option<&Menu> {
        match &self.listening {
            Listening::For(menu) => menu.as_ref(),
            Listening::Over => None,
        }
    }

    /// How long until `silence` or `timer`, if nothing happens before.
    pub fn next_due(&self) -> Option<Duration> {
        self.due.as_ref().map(|(at, _)| at.saturating_sub(self.clock))
    }

    /// What the bot does when that happens.
    ///
    /// # Errors
    /// When it cannot happen: the bot's part is over, or a system was called that nobody described.
    pub fn hear(&mut self, input: Input) -> Result<Vec<Deed>, String> {
        if self.is_over() {
            return Err("the bot's part is over: nothing reaches it any more".to_owned());
        }
        match input {
            Input::Waits(time) => self.wait(time),
            input => {
                let event = self.event(input);
                self.play(event)
            }
        }
    }

    fn wait(&mut self, time: Duration) -> Result<Vec<Deed>, String> {
        let until = self.clock + time;
        let mut deeds = vec![];
        while let Some((at, event)) = self.due.take_if(|(at, _)| *at <= until) {
            self.pass_to(at);
            deeds.extend(self.play(event)?);
        }
        self.pass_to(until);
        Ok(deeds)
    }

    fn pass_to(&mut self, clock: Duration) {
        self.clock = clock;
        let passed = SignedDuration::try_from(clock).unwrap_or_default();
        self.context.now = local_time(self.began.saturating_add(passed));
    }

    fn event(&self, input: Input) -> Event {
        let is_spoken = self.rendering == Rendering::Phone;
        match input {
            Input::Starts(words) => Event::Started(words),
            Input::Says(text) => {
                let text: String = text.chars().take(HEARD_MAX).collect();
                match self.chosen(&text) {
                    Some(id) => Event::Choice(id),
                    None if is_spoken => Event::Speech(Speech { text, confidence: 90 }),
                    None => Event::Text(text),
                }
            }
            Input::Presses(keys) if is_spoken => match self.menu().and_then(|menu| pressed(menu, &keys)) {
                Some(option) => Event::Choice(option.id.clone()),
                None => Event::Digits(keys),
            },
            Input::Presses(keys) => self.chosen(&keys).map_or(Event::Text(keys), Event::Choice),
            Input::Sends { kind, name, text } => {
                let file = ReceivedFile { kind, mime: None, name: Some(name), words: None };
                Event::Media(Media { text, files: vec![file] })
            }
            Input::HangsUp => Event::HangUp,
            Input::Waits(_) => Event::Timer,
        }
    }

    /// The option that words mean, by the rule of every channel.
    fn chosen(&self, words: &str) -> Option<String> {
        let menu = self.menu()?;
        let option = |option: &crate::step::MenuOption| message::MenuOption {
            id: option.id.clone(),
            title: option.title.clone(),
        };
        let options = menu.options.iter().map(option).collect();
        let menu = message::Menu { text: menu.prompt.text.clone(), options };
        menu.chosen(words).map(|option| option.id.clone())
    }

    fn play(&mut self, event: Event) -> Result<Vec<Deed>, String> {
        self.due = None;
        self.events += 1;
        let hung_up = event == Event::HangUp;
        let mut deeds = vec![];
        if self.events > EVENTS_MAX {
            self.break_down(&mut deeds, format!("more than {EVENTS_MAX} events of one conversation"));
            return Ok(deeds);
        }
        let mut event = event;
        for _ in 0..TURNS_MAX {
            let turn = (self.step)(event, &self.context);
            if let Err(nonsense) = limits::check(&turn, &self.grants) {
                self.break_down(&mut deeds, nonsense.0);
                return Ok(deeds);
            }
            self.context.memory = turn.memory;
            self.path.extend(turn.path);
            // Until something else is asked, an older menu may be answered no more.
            let mut outcome = None;
            let mut listens = Listening::For(None);
            for action in turn.actions {
                outcome = self.outcome(&action)?;
                listens = self.apply(&action, listens);
                let heard = !hung_up || matches!(action, Action::SetAttribute(_) | Action::SetContact(_));
                if let Action::Fail(why) = &action {
                    self.break_down(&mut deeds, why.clone());
                    return Ok(deeds);
                }
                deeds.extend(heard.then_some(Deed::Did(action)));
            }
            let Some(next) = outcome else {
                self.listening = if hung_up { Listening::Over } else { listens };
                return Ok(deeds);
            };
            event = Event::Outcome(next);
        }
        self.break_down(&mut deeds, format!("calls after {TURNS_MAX} turns for one event"));
        Ok(deeds)
    }

    fn break_down(&mut self, deeds: &mut Vec<Deed>, why: String) {
        self.listening = Listening::Over;
        deeds.push(Deed::Broke(why));
    }

    fn outcome(&self, action: &Action) -> Result<Option<Outcome>, String> {
        let (id, found) = match action {
            Action::Call(call) => {
                let silent = || {
                    let (method, system, path) = (call.method.as_str(), &call.system, &call.path);
                    format!(
                        "the bot calls {method} {system} {path}, and nobody says how it answers: write \
                         `system {system} returns 200 {{…}}` above"
                    )
                };
                let elsewhere = || self.systems.map(|systems| Finding::Answer(systems(call)));
                (&call.id, self.world.call(call).or_else(elsewhere).ok_or_else(silent)?)
            }
            Action::Search(search) => (&search.id, self.world.search(search)),
            Action::FindContact(identity) => (&identity.id, self.world.find(identity)),
            Action::CheckQueue(question) => (&question.id, self.world.queue(question)),
            _ => return Ok(None),
        };
        let found: Finding = found;
        Ok(Some(Outcome { id: id.clone(), found }))
    }

    fn apply(&mut self, action: &Action, listens: Listening) -> Listening {
        let patience = |given: Option<u32>| {
            let millis = given.unwrap_or(self.rendering.patience_ms());
            Some((self.clock + Duration::from_millis(millis.into()), Event::Silence))
        };
        match action {
            Action::Menu(menu) => {
                self.due = patience(menu.patience_ms);
                return Listening::For(Some(menu.clone()));
            }
            Action::Ask(question) => self.due = patience(question.patience_ms),
            Action::Wait(time) => {
                self.due = Some((self.clock + Duration::from_millis((*time).into()), Event::Timer));
            }
            Action::SetAttribute(Attribute { name, value }) => {
                let attributes = &mut self.context.attributes;
                attributes.retain(|known| known.name != *name);
                attributes.push(Attribute { name: name.clone(), value: value.clone() });
                attributes.sort_by(|a, b| a.name.cmp(&b.name));
            }
            Action::SetContact(detail) => self.learn(detail),
            Action::Transfer(_) | Action::Callback(_) | Action::End => return Listening::Over,
            Action::Say(_)
            | Action::Send(_)
            | Action::Call(_)
            | Action::Search(_)
            | Action::FindContact(_)
            | Action::CheckQueue(_)
            | Action::Survey(_)
            | Action::Record(_)
            | Action::Fail(_) => {}
        }
        listens
    }

    fn learn(&mut self, detail: &ContactDetail) {
        let contact = &mut self.context.contact;
        match detail {
            ContactDetail::Name(name) => contact.name = Some(name.clone()),
            ContactDetail::Phone(phone) => contact.phone = Some(phone.clone()),
            ContactDetail::Email(email) => contact.email = Some(email.clone()),
            ContactDetail::Locale(locale) => {
                contact.locale = Some(locale.clone());
                self.context.locale.clone_from(locale);
            }
        }
    }
}

fn civil(at: LocalTime) -> DateTime {
    let small = |number: u8| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(at.year).unwrap_or(2026);
    let (month, day) = (small(at.month), small(at.day));
    DateTime::new(year, month, day, small(at.hour), small(at.minute), 0, 0).unwrap_or_default()
}

/// A local time as a bot is told it. Monday is weekday 1.
pub fn local_time(at: DateTime) -> LocalTime {
    // None of these is ever negative, nor a year past 9999.
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    LocalTime {
        year: u16::try_from(at.year()).unwrap_or_default(),
        month: small(at.month()),
        day: small(at.day()),
        weekday: small(at.date().weekday().to_monday_one_offset()),
        hour: small(at.hour()),
        minute: small(at.minute()),
    }
}
