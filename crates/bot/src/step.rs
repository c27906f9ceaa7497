//! What goes into one step of a bot and what comes out: `wit/bot` in Rust. The WIT says what each
//! item promises.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Started(Option<String>),
    Text(String),
    Choice(String),
    CallResult(CallResult),
    Silence,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallResult {
    pub id: String,
    pub status: u16,
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    pub known: Known,
    pub memory: String,
    pub now: LocalTime,
}

/// What the bot is told about the contact, the channel and the interaction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Known {
    pub contact: Contact,
    pub channel: Channel,
    pub attributes: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub locale: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Channel {
    pub name: String,
    pub spoken: bool,
}

/// The business's clock on the wall. Monday is weekday 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LocalTime {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub weekday: u8,
    pub hour: u8,
    pub minute: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Say(String),
    Menu { text: String, options: Vec<MenuOption> },
    Ask { text: String, expected: Expectation },
    Call(Call),
    SetAttribute { name: String, value: String },
    SetContact(ContactDetail),
    Transfer(Transfer),
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuOption {
    pub id: String,
    pub title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expectation {
    #[default]
    Anything,
    Number,
    Name,
    Phone,
    Email,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: String,
    pub system: String,
    pub method: Method,
    pub path: String,
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactDetail {
    Name(String),
    Phone(String),
    Email(String),
    Locale(String),
}

/// Who should take over. [`Transfer::to`] with the usual priority and no skills; change the fields
/// that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    pub queue: String,
    pub topic: String,
    pub priority: i8,
    pub skills: Vec<(String, u8)>,
}

impl Transfer {
    pub fn to(queue: impl Into<String>, topic: impl Into<String>) -> Self {
        Transfer { queue: queue.into(), topic: topic.into(), priority: 0, skills: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub actions: Vec<Action>,
    pub memory: String,
}
