//! A state of a flow: what is said there, what is done, and where it goes on.

use super::Text;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use written::Length;

/// In the order in which it happens: `set`, `note`, `learn`, `say`, then the one thing that it does, then
/// `go`. Values of `set`, `when` and `else` are expressions; texts and what is sent are templates.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct State {
    /// Changes variables.
    pub set: BTreeMap<String, String>,
    /// Writes on the interaction, for agents.
    pub note: BTreeMap<String, String>,
    /// Learns about the contact: `name`, `phone`, `email`, `locale`.
    pub learn: BTreeMap<String, String>,
    pub say: Option<Text>,

    pub menu: Option<Text>,
    pub option: Vec<Choice>,
    /// An expression that gives a list: one more option for each `item` of it, before the others.
    pub each: Option<String>,
    /// The title of those.
    pub title: Option<Text>,
    pub ask: Option<Text>,
    /// What the answer is read as.
    #[serde(rename = "as")]
    pub kind: Kind,
    /// The shape of a code, of those in `[code]`.
    pub code: Option<String>,
    /// How many digits.
    pub digits: Option<Digits>,
    /// An expression that must hold of `answer`.
    pub valid: Option<String>,
    /// Likely words, for whoever recognises speech.
    pub hints: Vec<String>,
    /// Whether what was said before may answer it. As a rule, where it is read as something that can be
    /// found in a sentence.
    pub fill: Option<bool>,
    /// What is said when the answer was not understood.
    pub again: Option<Text>,
    pub attempts: Option<u32>,
    pub patience: Option<Length>,
    /// Keeps the answer for a survey.
    pub survey: Option<Survey>,

    pub call: Option<Call>,
    pub search: Option<String>,
    pub find: Option<Find>,
    pub check: Option<String>,
    pub slots: Option<Slots>,
    pub choose: Vec<Case>,
    #[serde(rename = "else")]
    pub otherwise: Option<String>,
    pub run: Option<String>,
    pub transfer: Option<Transfer>,
    pub callback: Option<Callback>,
    pub send: Option<Send>,
    pub wait: Option<Length>,
    pub record: Option<Recording>,
    /// The conversation is over.
    pub end: bool,
    /// Back to where the sub-flow was run.
    pub done: bool,

    /// The variable that takes what came back.
    pub into: Option<String>,
    /// Where it goes on.
    pub go: Option<String>,
    /// Where it goes on otherwise: `fail` (not understood), `silence`, `error` (a system failed), `none`
    /// (nothing was found), an HTTP status such as `404` or `4xx`.
    pub on: BTreeMap<String, String>,
}

/// What an answer is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Text,
    Number,
    Digits,
    Code,
    Name,
    Phone,
    Email,
    Date,
    Time,
    Amount,
    Document,
    YesNo,
    Message,
}

impl Kind {
    /// Whether it can be found in a sentence that says more.
    pub fn is_found_in_sentences(self) -> bool {
        matches!(self, Kind::Code | Kind::Date | Kind::Amount | Kind::Document | Kind::Email)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What a survey, a figure or a condition sees of it; else where it goes.
    pub id: Option<String>,
    pub title: Text,
    /// The key on a phone; else its place.
    pub key: Option<String>,
    /// Other words for it, by language.
    #[serde(default)]
    pub says: BTreeMap<String, Vec<String>>,
    /// It is there only while this expression holds.
    pub when: Option<String>,
    pub go: Option<String>,
}

impl Choice {
    pub fn id(&self) -> &str {
        self.id.as_deref().or(self.go.as_deref()).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digits {
    pub min: u8,
    pub max: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    pub name: String,
    pub question: String,
    /// The answer is a number of so many points.
    pub of: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub system: String,
    #[serde(default)]
    pub method: Method,
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, Header>,
    /// Texts in it are templates; one that is nothing but `{{ … }}` keeps the value's own type.
    pub body: Option<Value>,
    /// Tries while there is no answer; reading is tried twice.
    pub attempts: Option<u8>,
    pub within: Option<Length>,
    /// Variables from expressions over `answer` (the JSON) and `status`.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Header {
    Plain(String),
    Secret { secret: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    #[default]
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Find {
    Phone(String),
    Email(String),
}

/// Free places of a calendar.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    pub calendar: String,
    /// An expression: what is taken, as a list of `2026-11-24T10:00`, or of tables with `start` and, where it is
    /// not as long as a slot, `minutes`.
    pub taken: Option<String>,
    /// An expression: from this date on.
    pub from: Option<String>,
    #[serde(default = "five")]
    pub at_most: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub when: String,
    pub go: String,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Transfer {
    pub queue: Option<String>,
    pub flow: Option<String>,
    pub topic: String,
    pub priority: i8,
    pub skills: BTreeMap<String, u8>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    pub queue: String,
    #[serde(default)]
    pub topic: String,
    pub phone: Option<String>,
    /// `2026-11-24T10:00`, a template.
    pub at: Option<String>,
    #[serde(default)]
    pub priority: i8,
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    pub system: String,
    pub path: String,
    pub name: String,
    pub caption: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    Start,
    Pause,
    Resume,
    Stop,
}

/// The one thing that a state does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Does<'s> {
    Menu(&'s Text),
    Ask(&'s Text),
    Call(&'s Call),
    Search(&'s str),
    Find(&'s Find),
    Check(&'s str),
    Slots(&'s Slots),
    Choose(&'s [Case]),
    Run(&'s str),
    Transfer(&'s Transfer),
    Callback(&'s Callback),
    Send(&'s Send),
    Wait(Length),
    Record(Recording),
    End,
    Done,
    /// It only says something and goes on.
    GoOn,
}

impl State {
    /// All that it does, which should be one thing.
    pub fn deeds(&self) -> Vec<(&'static str, Does<'_>)> {
        let choose = (!self.choose.is_empty() || self.otherwise.is_some()).then_some(self.choose.as_slice());
        [
            ("menu", self.menu.as_ref().map(Does::Menu)),
            ("ask", self.ask.as_ref().map(Does::Ask)),
            ("call", self.call.as_ref().map(Does::Call)),
            ("search", self.search.as_deref().map(Does::Search)),
            ("find", self.find.as_ref().map(Does::Find)),
            ("check", self.check.as_deref().map(Does::Check)),
            ("slots", self.slots.as_ref().map(Does::Slots)),
            ("choose", choose.map(Does::Choose)),
            ("run", self.run.as_deref().map(Does::Run)),
            ("transfer", self.transfer.as_ref().map(Does::Transfer)),
            ("callback", self.callback.as_ref().map(Does::Callback)),
            ("send", self.send.as_ref().map(Does::Send)),
            ("wait", self.wait.map(Does::Wait)),
            ("record", self.record.map(Does::Record)),
            ("end", self.end.then_some(Does::End)),
            ("done", self.done.then_some(Does::Done)),
        ]
        .into_iter()
        .filter_map(|(name, does)| Some((name, does?)))
        .collect()
    }

    pub fn does(&self) -> Does<'_> {
        self.deeds().first().map_or(Does::GoOn, |(_, does)| *does)
    }

    /// Everywhere it may go on, as it is written.
    pub fn ways(&self) -> Vec<Exit<'_>> {
        let exit = |why: &str, key: &[&str], go| Exit { why: why.to_owned(), key: owned(key), go };
        let mut ways = vec![];
        for (place, option) in self.option.iter().enumerate() {
            let key = ["option", &place.to_string(), "go"];
            ways.extend(option.go.as_deref().map(|go| exit(option.id(), &key, go)));
        }
        for (place, case) in self.choose.iter().enumerate() {
            ways.push(exit(&case.when, &["choose", &place.to_string(), "go"], case.go.as_str()));
        }
        ways.extend(self.otherwise.as_deref().map(|go| exit("else", &["else"], go)));
        ways.extend(self.on.iter().map(|(why, go)| exit(why, &["on", why], go.as_str())));
        ways.extend(self.go.as_deref().map(|go| exit("", &["go"], go)));
        ways
    }
}

/// A way out of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit<'s> {
    /// What leads there: an option, a condition, `404`; empty for what comes next.
    pub why: String,
    /// The keys of the state that say so.
    pub key: Vec<String>,
    /// The name of a state.
    pub go: &'s str,
}

fn owned(key: &[&str]) -> Vec<String> {
    key.iter().map(|part| (*part).to_owned()).collect()
}

fn five() -> usize {
    5
}
