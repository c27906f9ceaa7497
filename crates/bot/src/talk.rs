//! The conversation: what a bot author writes against.
//!
//! A question ends the step; its answer comes with a later one. The conversation is then run again
//! from the top of its round, hears its own past from [`Memory`] and goes on where it stopped, so
//! that it can be written as if it waited. It must therefore depend on nothing but what [`Talk`]
//! tells it: which it cannot, since a bot has no clock, no randomness and no network.

use crate::memory::Memory;
use crate::step::{
    Action, Call, CallResult, Channel, Contact, ContactDetail, Context, Event, Expectation, Known, LocalTime,
    MenuOption, Method, Transfer, Turn,
};
use serde::{Serialize, de::DeserializeOwned};

/// Questions that insist give up after so many answers that were not understood.
const MISUNDERSTANDINGS_MAX: usize = 2;

/// A bot: the conversation, and the way to a person, which every bot has.
///
/// ```
/// use bot::{Bot, Flow, Menu, Talk, Transfer, Why};
///
/// struct Kiosk;
///
/// impl Bot for Kiosk {
///     fn conversation(talk: &mut Talk) -> Flow {
///         let menu = Menu::new("Hello! What can I do for you?")
///             .option("hours", "Opening hours")
///             .option("person", "Talk to a person")
///             .again("Sorry, I did not get that. Please choose one:");
///         match talk.menu(&menu)?.as_str() {
///             "hours" => talk.say("We are open from 9 to 18."),
///             _ => return Self::person(talk, Why::Asked),
///         }
///         Ok(())
///     }
///
///     fn person(talk: &mut Talk, _why: Why) -> Flow {
///         let topic = talk.ask_once("Of course. What is it about?")?;
///         talk.transfer(Transfer::to("sales", topic))
///     }
/// }
/// ```
pub trait Bot {
    /// A text with one of these words goes to [`Bot::person`] from anywhere in the conversation.
    /// Lower case, without accents.
    const PERSON_WORDS: &'static [&'static str] = &[
        "humano",
        "humana",
        "persona",
        "agente",
        "operador",
        "operadora",
        "asesor",
        "asesora",
        "human",
        "person",
        "agent",
        "operator",
        "representative",
        "pessoa",
        "atendente",
    ];

    /// One round of the conversation. `Ok(())` begins the next one, usually with the menu again.
    fn conversation(talk: &mut Talk) -> Flow;

    /// The contact wants a person, or was not understood twice. Asks with [`Talk::ask_once`] and
    /// [`Talk::menu_once`], which take any answer, so that it always arrives.
    fn person(talk: &mut Talk, why: Why) -> Flow;

    /// The contact has not answered for a while.
    fn silence(talk: &mut Talk) -> Flow {
        talk.end()
    }
}

/// What every part of a conversation returns; `?` hands a [`Stop`] on.
pub type Flow<T = ()> = Result<T, Stop>;

/// Why the conversation does not go on from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A question is open: the next event brings the answer.
    Waiting,
    /// The bot's part is over: handed to a person, or ended.
    Over,
    /// The way leads to [`Bot::person`].
    Person(Why),
    /// The way leads to [`Bot::silence`].
    Silent,
    /// What happened does not fit what is asked: the bot was changed in the middle of this
    /// conversation, which begins anew with the contact's last words.
    Diverged,
}

/// Why [`Bot::person`] is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Asked,
    NotUnderstood,
}

/// A question with options. Titles should be short: a channel may have 20 characters for a button.
#[derive(Debug, Clone)]
pub struct Menu {
    text: String,
    options: Vec<MenuOption>,
    again: Option<String>,
}

impl Menu {
    pub fn new(text: impl Into<String>) -> Self {
        Menu { text: text.into(), options: Vec::new(), again: None }
    }

    #[must_use]
    pub fn option(mut self, id: impl Into<String>, title: impl Into<String>) -> Self {
        self.options.push(MenuOption { id: id.into(), title: title.into() });
        self
    }

    /// What is said instead of the text when the answer was not understood.
    #[must_use]
    pub fn again(mut self, text: impl Into<String>) -> Self {
        self.again = Some(text.into());
        self
    }

    fn action(&self, again: bool) -> Action {
        let text = self.again.as_ref().filter(|_| again).unwrap_or(&self.text);
        Action::Menu { text: text.clone(), options: self.options.clone() }
    }
}

/// A question that is answered in words.
#[derive(Debug, Clone)]
pub struct Question {
    text: String,
    expected: Expectation,
    again: Option<String>,
}

impl Question {
    pub fn new(text: impl Into<String>) -> Self {
        Question { text: text.into(), expected: Expectation::Anything, again: None }
    }

    /// What kind of answer is meant; see `wit/bot`.
    #[must_use]
    pub fn expects(mut self, expected: Expectation) -> Self {
        self.expected = expected;
        self
    }

    /// What is said instead of the text when the answer was not understood.
    #[must_use]
    pub fn again(mut self, text: impl Into<String>) -> Self {
        self.again = Some(text.into());
        self
    }

    fn action(&self, again: bool) -> Action {
        let text = self.again.as_ref().filter(|_| again).unwrap_or(&self.text);
        Action::Ask { text: text.clone(), expected: self.expected }
    }
}

impl From<&str> for Question {
    fn from(text: &str) -> Self {
        Question::new(text)
    }
}

/// What came back, chosen or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Choice(String),
    Text(String),
}

/// How a business system answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    Found(T),
    /// It answered that it will not, with this HTTP status: 404 is "no such thing".
    Refused(u16),
    /// No answer, or none that can be used. Asking later may help.
    Unreachable,
}

/// One step of one conversation.
pub struct Talk {
    memory: Memory,
    /// How many events of the past have been heard.
    heard: usize,
    known: Known,
    now: LocalTime,
    /// What was done since the last event.
    actions: Vec<Action>,
    person_words: &'static [&'static str],
}

impl Talk {
    pub fn say(&mut self, text: impl Into<String>) {
        self.actions.push(Action::Say(text.into()));
    }

    /// Asks until one of the options is chosen and returns its id; after two answers that are none
    /// of them the way leads to [`Bot::person`].
    pub fn menu(&mut self, menu: &Menu) -> Flow<String> {
        for attempt in 0..MISUNDERSTANDINGS_MAX {
            match self.reply(menu.action(attempt > 0))? {
                Reply::Choice(id) if menu.options.iter().any(|option| option.id == id) => {
                    return Ok(id);
                }
                Reply::Choice(_) | Reply::Text(_) => {}
            }
        }
        Err(Stop::Person(Why::NotUnderstood))
    }

    /// Shows the options and takes whatever comes.
    pub fn menu_once(&mut self, menu: &Menu) -> Flow<Reply> {
        self.reply(menu.action(false))
    }

    /// Asks until `read` makes sense of the answer; after two that it does not, the way leads to
    /// [`Bot::person`].
    pub fn ask<T>(&mut self, question: &Question, read: impl Fn(&str) -> Option<T>) -> Flow<T> {
        for attempt in 0..MISUNDERSTANDINGS_MAX {
            match self.reply(question.action(attempt > 0))? {
                Reply::Text(text) => match read(&text) {
                    Some(answer) => return Ok(answer),
                    None => continue,
                },
                // A button of an older menu, which is still on the contact's screen.
                Reply::Choice(_) => {}
            }
        }
        Err(Stop::Person(Why::NotUnderstood))
    }

    /// Asks and takes whatever comes; an older menu's button counts as saying nothing.
    pub fn ask_once(&mut self, question: impl Into<Question>) -> Flow<String> {
        match self.reply(question.into().action(false))? {
            Reply::Text(text) => Ok(text),
            Reply::Choice(_) => Ok(String::new()),
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

    /// Writes on the interaction, for agents to see.
    pub fn set_attribute(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.actions.push(Action::SetAttribute { name: name.into(), value: value.into() });
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

    /// Hands over to people and ends the bot's part.
    pub fn transfer(&mut self, transfer: Transfer) -> Flow {
        self.actions.push(Action::Transfer(transfer));
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

    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.known.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The contact's language in lower case without its region, e.g. `pt`; empty when unknown.
    pub fn language(&self) -> String {
        let locale = self.known.contact.locale.as_deref().unwrap_or_default();
        locale.split(['-', '_']).next().unwrap_or_default().to_lowercase()
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

    fn begin(memory: Memory) -> Self {
        let mut talk = Talk {
            memory,
            heard: 0,
            known: Known::default(),
            now: LocalTime::default(),
            actions: Vec::new(),
            person_words: &[],
        };
        talk.hear();
        talk
    }

    /// The next event of the past, or `None` when the conversation has caught up.
    fn hear(&mut self) -> Option<Event> {
        let entry = self.memory.past.get(self.heard)?;
        self.heard += 1;
        self.now = entry.now;
        if let Some(known) = &entry.known {
            self.known = known.clone();
        }
        // What was done before this event was done in an earlier step.
        self.actions.clear();
        Some(entry.event.clone())
    }

    fn reply(&mut self, question: Action) -> Flow<Reply> {
        match self.hear() {
            None => {
                self.actions.push(question);
                Err(Stop::Waiting)
            }
            Some(Event::Text(text)) if names_a_person(&text, self.person_words) => {
                Err(Stop::Person(Why::Asked))
            }
            Some(Event::Text(text)) => Ok(Reply::Text(text)),
            Some(Event::Choice(id)) => Ok(Reply::Choice(id)),
            Some(Event::Silence) => Err(Stop::Silent),
            Some(Event::Started(_) | Event::CallResult(_)) => Err(Stop::Diverged),
        }
    }

    fn call<T: Serialize + DeserializeOwned>(
        &mut self,
        system: &str,
        method: Method,
        path: &str,
        body: String,
    ) -> Flow<Answer<T>> {
        let id = format!("{system}-{}", self.heard);
        match self.hear() {
            None => {
                let (system, path) = (system.to_owned(), path.to_owned());
                self.actions.push(Action::Call(Call { id, system, method, path, body }));
                Err(Stop::Waiting)
            }
            Some(Event::CallResult(result)) if result.id == id => {
                let answer = read_answer(&result);
                self.remember_only(&answer);
                Ok(answer)
            }
            Some(_) => Err(Stop::Diverged),
        }
    }

    /// Keeps of the answer just heard what the conversation reads of it.
    fn remember_only<T: Serialize>(&mut self, answer: &Answer<T>) {
        let kept = match answer {
            Answer::Found(value) => serde_json::to_string(value).unwrap_or_default(),
            Answer::Refused(_) | Answer::Unreachable => String::new(),
        };
        if let Event::CallResult(result) = &mut self.memory.past[self.heard - 1].event {
            result.body = kept;
        }
    }
}

fn read_answer<T: DeserializeOwned>(result: &CallResult) -> Answer<T> {
    match result.status {
        200..=299 => match serde_json::from_str(&result.body) {
            Ok(value) => Answer::Found(value),
            Err(_) => Answer::Unreachable,
        },
        // Too many requests: later it may.
        429 => Answer::Unreachable,
        400..=499 => Answer::Refused(result.status),
        _ => Answer::Unreachable,
    }
}

/// Runs one step of a bot: the pure function of `wit/bot`.
///
/// # Panics
/// When the bot is written wrongly: a round that asks nothing would go round for ever, and
/// [`Bot::person`] must not send to itself. The runner gives the conversation to a person.
pub fn step<B: Bot>(event: Event, context: &Context) -> Turn {
    let mut done = Vec::new();
    let mut memory = Memory::with(event.clone(), context);
    loop {
        let begins_here = memory.past.len() == 1;
        let mut talk = Talk::begin(memory);
        match play::<B>(&mut talk) {
            Ok(()) => {
                assert!(!begins_here, "a round of the conversation has to ask something");
                memory = talk.memory.next_round(&talk.known, talk.now);
                done.append(&mut talk.actions);
            }
            Err(Stop::Waiting | Stop::Over) => {
                done.append(&mut talk.actions);
                return Turn { actions: done, memory: talk.memory.to_json() };
            }
            Err(Stop::Diverged) => memory = Memory::anew(event.clone(), context),
            Err(stop @ (Stop::Person(_) | Stop::Silent)) => {
                panic!("the last resort of the conversation ended with {stop:?}")
            }
        }
    }
}

fn play<B: Bot>(talk: &mut Talk) -> Flow {
    talk.person_words = B::PERSON_WORDS;
    let wants_person = talk.opening().is_some_and(|words| names_a_person(words, B::PERSON_WORDS));
    let flow = if wants_person { Err(Stop::Person(Why::Asked)) } else { B::conversation(talk) };
    let flow = match flow {
        Err(Stop::Person(why)) => {
            // On the way already: "a person, please" is now an answer like any other.
            talk.person_words = &[];
            B::person(talk, why)
        }
        flow => flow,
    };
    let flow = match flow {
        Err(Stop::Silent) => B::silence(talk),
        flow => flow,
    };
    // An end that was reached before the whole past was heard is not the end of this conversation.
    if talk.heard < talk.memory.past.len() { Err(Stop::Diverged) } else { flow }
}

fn names_a_person(text: &str, words: &[&str]) -> bool {
    let plain: String = text.chars().flat_map(char::to_lowercase).map(without_accent).collect();
    plain.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
}

/// The accents of Spanish and Portuguese, which people leave out on a phone.
fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::CallResult;

    #[derive(Serialize, serde::Deserialize)]
    struct Order {
        state: String,
    }

    struct Shop;

    impl Bot for Shop {
        fn conversation(talk: &mut Talk) -> Flow {
            // Learnt in the first round: it must not turn the past of that round around.
            if talk.contact().phone.is_none() {
                let phone = talk.ask_once("Phone?")?;
                talk.learn_phone(phone);
            }
            let number = talk.ask(&"Order?".into(), |text| text.parse::<u32>().ok())?;
            match talk.get::<Order>("shop", &format!("/orders/{number}"))? {
                Answer::Found(order) => talk.say(order.state),
                Answer::Refused(status) => talk.say(format!("refused {status}")),
                Answer::Unreachable => talk.say("down"),
            }
            Ok(())
        }

        fn person(talk: &mut Talk, why: Why) -> Flow {
            talk.transfer(Transfer::to("all", format!("{why:?}")))
        }
    }

    fn says(turn: &Turn) -> Vec<String> {
        let said = turn.actions.iter().map(|action| match action {
            Action::Say(text) | Action::Ask { text, .. } => text.clone(),
            Action::Call(call) => format!("{:?} {}{} as {}", call.method, call.system, call.path, call.id),
            other => format!("{other:?}"),
        });
        said.collect()
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    fn called(id: &str, status: u16, body: &str) -> Event {
        Event::CallResult(CallResult { id: id.to_owned(), status, body: body.to_owned() })
    }

    #[test]
    fn a_conversation_goes_on_where_it_stopped() {
        let mut context = Context::default();
        let mut next = |event, phone: Option<&str>| {
            context.known.contact.phone = phone.map(str::to_owned);
            let turn = step::<Shop>(event, &context);
            context.memory = turn.memory.clone();
            (says(&turn), turn.memory)
        };
        assert_eq!(next(Event::Started(None), None).0, ["Phone?"]);
        assert_eq!(next(text("600"), None).0, ["SetContact(Phone(\"600\"))", "Order?"]);
        assert_eq!(next(text("no idea"), Some("600")).0, ["Order?"]);
        assert_eq!(next(text("7"), Some("600")).0, ["Get shop/orders/7 as shop-4"]);
        let large = format!("{{\"state\":\"sent\",\"more\":\"{}\"}}", "x".repeat(50_000));
        let (said, memory) = next(called("shop-4", 200, &large), Some("600"));
        assert_eq!(said, ["sent", "Order?"]);
        assert!(memory.len() < 500, "a new round remembers nothing of the last: {memory}");
        assert_eq!(next(text("8"), Some("600")).0, ["Get shop/orders/8 as shop-2"]);
        assert_eq!(next(called("shop-2", 503, "{}"), Some("600")).0, ["down", "Order?"]);
        assert_eq!(
            next(text("OPERADOR!"), Some("600")).0,
            [r#"Transfer(Transfer { queue: "all", topic: "Asked", priority: 0, skills: [] })"#]
        );
    }

    #[test]
    fn what_does_not_fit_begins_anew() {
        let known = Known {
            contact: crate::step::Contact { phone: Some("1".into()), ..Default::default() },
            ..Default::default()
        };
        for memory in ["", "{", "{\"round\":0,\"past\":[]}"] {
            let context = Context { known: known.clone(), memory: memory.to_owned(), ..Default::default() };
            assert_eq!(says(&step::<Shop>(text("7"), &context)), ["Order?"], "{memory}");
        }
        // The bot was changed: a call is open where it now asks.
        let first =
            step::<Shop>(Event::Started(None), &Context { known: known.clone(), ..Default::default() });
        let context = Context { known, memory: first.memory, ..Default::default() };
        assert_eq!(says(&step::<Shop>(called("shop-1", 200, "{}"), &context)), ["Order?"]);
    }

    #[test]
    fn a_person_is_named_by_a_word_of_its_own() {
        let rows = [
            ("HUMANO", true),
            ("quiero hablar con una persona, por favor", true),
            ("¿Operadór?", true),
            ("una pessoa", true),
            ("lámpara para dos personas", false),
            ("agenteria", false),
            ("", false),
        ];
        for (said, expected) in rows {
            assert_eq!(names_a_person(said, Shop::PERSON_WORDS), expected, "{said}");
        }
    }
}
