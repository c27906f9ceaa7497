//! Dialogues as tests: a text file says who says what, and the bot has to hold exactly that
//! conversation.
//!
//! ```text
//! # A line like this one is a comment.
//! locale es                        what is known beforehand: name, phone, email, locale, channel,
//! now 2026-11-23 10:30             now, attribute NAME=VALUE
//!
//! starts                           or with the first words: starts Hola
//! bot Hola, soy Lumi.
//! menu ¿Qué necesitas? [Mi pedido | Horario]
//! contact mi pedido                chooses by title, by number, or writes anything else
//! ask number ¿Qué número tiene?
//! contact 1042
//! call GET shop /orders/1042
//! answer 200 {"state":"shipped"}
//! set order=1042
//! learn phone +34600111222
//! silence
//! transfer ventas priority 2 skills luz:3: Un pedido   (only what is not usual)
//! end
//! ```
//! An indented line goes on with the text of the line above. `UPDATE=1 cargo test` writes what the
//! bot does into the files; read the difference before you keep it.

use crate::step::{Action, CallResult, ContactDetail, Context, Event, Expectation, LocalTime, Method};
use crate::talk::{Bot, step};
use domain::message::{Menu, MenuOption};
use std::{collections::VecDeque, fmt, fs, path::Path};

/// Plays every `*.txt` of a folder.
///
/// # Panics
/// With the file and the line of every dialogue that went differently.
pub fn check_folder<B: Bot>(folder: &Path) {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{}: no dialogues", folder.display());
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        match if update { rewrite::<B>(&text) } else { check::<B>(&text).map(|()| text.clone()) } {
            Ok(new) if new != text => fs::write(&file, new).unwrap_or_else(|error| panic!("{error}")),
            Ok(_) => {}
            Err(failure) => failures.push(format!("{}:{failure}", file.display())),
        }
    }
    assert!(failures.is_empty(), "\n\n{}\n", failures.join("\n\n"));
}

/// Where a dialogue went differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// From 1 on.
    pub line: usize,
    pub why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.why)
    }
}

/// Plays one dialogue and compares it line by line.
pub fn check<B: Bot>(dialogue: &str) -> Result<(), Failure> {
    let mut played = Played::default();
    let mut last = 0;
    for line in lines(dialogue) {
        last = line.number;
        let fail = |why: String| Failure { line: line.number, why };
        match line.meaning().map_err(fail)? {
            Meaning::Comment => {}
            Meaning::Given(given) => given.apply(&mut played.context),
            Meaning::Event(input) => {
                played.nothing_left().map_err(fail)?;
                played.hear::<B>(input).map_err(fail)?;
            }
            Meaning::Done => {
                let done = played.done.pop_front();
                if done.as_deref() != Some(line.text.as_str()) {
                    let done = done.map_or("nothing more".to_owned(), |done| indented(&done));
                    let expected = indented(&line.text);
                    return Err(fail(format!("the dialogue expects\n{expected}\nbut the bot does\n{done}")));
                }
            }
        }
    }
    played.nothing_left().map_err(|why| Failure { line: last, why })
}

/// The dialogue with what the bot really does.
fn rewrite<B: Bot>(dialogue: &str) -> Result<String, Failure> {
    let mut played = Played::default();
    let mut written = String::new();
    for line in lines(dialogue) {
        let fail = |why: String| Failure { line: line.number, why };
        match line.meaning().map_err(fail)? {
            Meaning::Comment => written += &format!("{}\n", line.text),
            Meaning::Given(given) => {
                given.apply(&mut played.context);
                written += &format!("{}\n", line.text);
            }
            Meaning::Event(input) => {
                played.hear::<B>(input).map_err(fail)?;
                let spoken = std::iter::once(line.text.clone()).chain(played.done.drain(..));
                written.extend(spoken.map(|line| line.replace('\n', "\n    ") + "\n"));
            }
            Meaning::Done => {}
        }
    }
    Ok(written)
}

/// The conversation so far, as the runner would keep it.
#[derive(Default)]
struct Played {
    context: Context,
    /// What the bot did and the dialogue has not said yet.
    done: VecDeque<String>,
    menu: Option<Menu>,
    open_call: Option<String>,
    over: bool,
}

impl Played {
    fn nothing_left(&self) -> Result<(), String> {
        match self.done.front() {
            Some(done) => Err(format!("before this, the bot also does\n{}", indented(done))),
            None => Ok(()),
        }
    }

    fn hear<B: Bot>(&mut self, input: Input) -> Result<(), String> {
        if self.over {
            return Err("the bot's part is over: nothing reaches it any more".to_owned());
        }
        let event = self.event(input)?;
        let turn = step::<B>(event, &self.context);
        self.context.memory = turn.memory;
        for action in turn.actions {
            self.done.push_back(line_of(&action));
            self.apply(action);
        }
        Ok(())
    }

    fn event(&mut self, input: Input) -> Result<Event, String> {
        match (input, self.open_call.take()) {
            (Input::Answer { status, body }, Some(id)) => {
                Ok(Event::CallResult(CallResult { id, status, body }))
            }
            (Input::Answer { .. }, None) => Err("an answer, but the bot called nothing".to_owned()),
            (_, Some(_)) => Err("the bot's call has no answer yet".to_owned()),
            (Input::Starts(words), None) => Ok(Event::Started(words)),
            (Input::Silence, None) => Ok(Event::Silence),
            (Input::Contact(text), None) => {
                let chosen = self.menu.as_ref().and_then(|menu| menu.chosen(&text));
                Ok(chosen.map_or(Event::Text(text.clone()), |option| Event::Choice(option.id.clone())))
            }
        }
    }

    fn apply(&mut self, action: Action) {
        let known = &mut self.context.known;
        match action {
            Action::Say(_) => {}
            Action::Ask { .. } => self.menu = None,
            Action::Menu { text, options } => {
                let option =
                    |option: crate::step::MenuOption| MenuOption { id: option.id, title: option.title };
                self.menu = Some(Menu { text, options: options.into_iter().map(option).collect() });
            }
            Action::Call(call) => self.open_call = Some(call.id),
            Action::SetAttribute { name, value } => {
                known.attributes.retain(|(known, _)| *known != name);
                known.attributes.push((name, value));
                known.attributes.sort();
            }
            Action::SetContact(ContactDetail::Name(name)) => known.contact.name = Some(name),
            Action::SetContact(ContactDetail::Phone(phone)) => known.contact.phone = Some(phone),
            Action::SetContact(ContactDetail::Email(email)) => known.contact.email = Some(email),
            Action::SetContact(ContactDetail::Locale(locale)) => known.contact.locale = Some(locale),
            Action::Transfer(_) | Action::End => self.over = true,
        }
    }
}

/// A line with its indented continuations.
struct Line {
    number: usize,
    text: String,
}

enum Meaning {
    Comment,
    Given(Given),
    Event(Input),
    /// Something the bot has to do.
    Done,
}

enum Input {
    Starts(Option<String>),
    Contact(String),
    Answer { status: u16, body: String },
    Silence,
}

enum Given {
    Name(String),
    Phone(String),
    Email(String),
    Locale(String),
    Channel(String),
    Attribute(String, String),
    Now(LocalTime),
}

impl Given {
    fn apply(self, context: &mut Context) {
        let known = &mut context.known;
        match self {
            Given::Name(name) => known.contact.name = Some(name),
            Given::Phone(phone) => known.contact.phone = Some(phone),
            Given::Email(email) => known.contact.email = Some(email),
            Given::Locale(locale) => known.contact.locale = Some(locale),
            Given::Channel(name) => known.channel.name = name,
            Given::Attribute(name, value) => known.attributes.push((name, value)),
            Given::Now(now) => context.now = now,
        }
    }
}

impl Line {
    fn meaning(&self) -> Result<Meaning, String> {
        let (word, rest) = self.text.split_once(char::is_whitespace).unwrap_or((&self.text, ""));
        let rest = rest.trim().to_owned();
        Ok(match word {
            "" => Meaning::Comment,
            word if word.starts_with('#') => Meaning::Comment,
            "name" => Meaning::Given(Given::Name(rest)),
            "phone" => Meaning::Given(Given::Phone(rest)),
            "email" => Meaning::Given(Given::Email(rest)),
            "locale" => Meaning::Given(Given::Locale(rest)),
            "channel" => Meaning::Given(Given::Channel(rest)),
            "attribute" => match rest.split_once('=') {
                Some((name, value)) => Meaning::Given(Given::Attribute(name.into(), value.into())),
                None => return Err("an attribute is written NAME=VALUE".to_owned()),
            },
            "now" => Meaning::Given(Given::Now(local_time(&rest).ok_or("now is written 2026-11-23 10:30")?)),
            "starts" => Meaning::Event(Input::Starts((!rest.is_empty()).then_some(rest))),
            "contact" => Meaning::Event(Input::Contact(rest)),
            "silence" => Meaning::Event(Input::Silence),
            "answer" => {
                let (status, body) = rest.split_once(' ').unwrap_or((&rest, ""));
                let status = status.parse().map_err(|_| "an answer begins with its HTTP status, or 0")?;
                Meaning::Event(Input::Answer { status, body: body.trim().to_owned() })
            }
            "bot" | "menu" | "ask" | "call" | "set" | "learn" | "transfer" | "end" => Meaning::Done,
            word => return Err(format!("nobody knows the word `{word}`")),
        })
    }
}

fn lines(dialogue: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, text) in dialogue.lines().enumerate() {
        match lines.last_mut() {
            Some(above) if text.starts_with([' ', '\t']) => {
                above.text = format!("{}\n{}", above.text, text.trim());
            }
            _ => lines.push(Line { number: index + 1, text: text.trim_end().to_owned() }),
        }
    }
    lines
}

/// How a dialogue writes an action.
fn line_of(action: &Action) -> String {
    let line = match action {
        Action::Say(text) => format!("bot {text}"),
        Action::Menu { text, options } => {
            let titles: Vec<_> = options.iter().map(|option| option.title.as_str()).collect();
            format!("menu {text} [{}]", titles.join(" | "))
        }
        Action::Ask { text, expected } => match expectation(*expected) {
            Some(expected) => format!("ask {expected} {text}"),
            None => format!("ask {text}"),
        },
        Action::Call(call) => {
            let (method, system, path, body) = (method(call.method), &call.system, &call.path, &call.body);
            format!("call {method} {system} {path} {body}")
        }
        Action::SetAttribute { name, value } => format!("set {name}={value}"),
        Action::SetContact(detail) => match detail {
            ContactDetail::Name(name) => format!("learn name {name}"),
            ContactDetail::Phone(phone) => format!("learn phone {phone}"),
            ContactDetail::Email(email) => format!("learn email {email}"),
            ContactDetail::Locale(locale) => format!("learn locale {locale}"),
        },
        Action::Transfer(transfer) => {
            let skills: Vec<_> =
                transfer.skills.iter().map(|(name, level)| format!("{name}:{level}")).collect();
            let skills =
                if skills.is_empty() { String::new() } else { format!(" skills {}", skills.join(",")) };
            let priority = match transfer.priority {
                0 => String::new(),
                priority => format!(" priority {priority}"),
            };
            format!("transfer {}{priority}{skills}: {}", transfer.queue, transfer.topic)
        }
        Action::End => "end".to_owned(),
    };
    let lines = line.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn expectation(expected: Expectation) -> Option<&'static str> {
    match expected {
        Expectation::Anything => None,
        Expectation::Number => Some("number"),
        Expectation::Name => Some("name"),
        Expectation::Phone => Some("phone"),
        Expectation::Email => Some("email"),
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// `2026-11-23 10:30`.
fn local_time(text: &str) -> Option<LocalTime> {
    let numbers: Vec<u16> =
        text.split(['-', ' ', ':']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[year, month, day, hour, minute] = numbers.as_slice() else { return None };
    let part = |number: u16, max: u16| u8::try_from(number).ok().filter(|_| number <= max);
    Some(LocalTime {
        year,
        month: part(month, 12)?,
        day: part(day, 31)?,
        weekday: weekday(year, month, day),
        hour: part(hour, 23)?,
        minute: part(minute, 59)?,
    })
}

/// Monday is 1. Zeller's congruence.
fn weekday(year: u16, month: u16, day: u16) -> u8 {
    let (month, year) = if month < 3 { (month + 12, year - 1) } else { (month, year) };
    let sum = day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400;
    // 0 is a Saturday there.
    u8::try_from((sum + 5) % 7 + 1).unwrap_or(1)
}

fn indented(text: &str) -> String {
    format!("    {}", text.replace('\n', "\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flow, Talk, Transfer, Why};

    struct Echo;

    impl Bot for Echo {
        fn conversation(talk: &mut Talk) -> Flow {
            let said = talk.ask_once("Say something:")?;
            talk.say(format!("You said\n{said}"));
            Ok(())
        }

        fn person(talk: &mut Talk, _why: Why) -> Flow {
            talk.transfer(Transfer::to("all", "wants a person"))
        }
    }

    #[test]
    fn a_dialogue_is_compared_line_by_line() {
        let rows = [
            ("starts\nask Say something:", None),
            (
                "# note\nstarts\nask Say something:\ncontact hi\nbot You said\n    hi\nask Say something:",
                None,
            ),
            ("starts\nask Say something:\ncontact a person\ntransfer all: wants a person", None),
            (
                "starts\nask Say anything:",
                Some((
                    2,
                    "the dialogue expects\n    ask Say anything:\nbut the bot does\n    ask Say something:",
                )),
            ),
            ("starts", Some((1, "before this, the bot also does\n    ask Say something:"))),
            (
                "starts\nask Say something:\nend",
                Some((3, "the dialogue expects\n    end\nbut the bot does\nnothing more")),
            ),
            ("starts\nask Say something:\nanswer 200 {}", Some((3, "an answer, but the bot called nothing"))),
            ("\nstats", Some((2, "nobody knows the word `stats`"))),
            ("now today", Some((1, "now is written 2026-11-23 10:30"))),
        ];
        for (dialogue, expected) in rows {
            let expected = expected.map(|(line, why): (_, &str)| Failure { line, why: why.to_owned() });
            assert_eq!(check::<Echo>(dialogue).err(), expected, "{dialogue}");
        }
    }

    #[test]
    fn a_rewritten_dialogue_holds() {
        let written = rewrite::<Echo>("# note\nlocale es\n\nstarts\ncontact one\n  two\nbot wrong").unwrap();
        assert_eq!(written.lines().count(), 11, "{written}");
        assert_eq!(check::<Echo>(&written), Ok(()));
    }

    #[test]
    fn the_days_of_the_week() {
        for (date, expected) in [("2026-11-21 00:00", 6), ("2026-11-22 23:59", 7), ("2024-02-29 12:00", 4)] {
            assert_eq!(local_time(date).unwrap().weekday, expected, "{date}");
        }
        assert_eq!(local_time("2026-13-01 10:00"), None);
    }
}
