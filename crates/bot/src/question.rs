//! What a bot asks, and what comes back.

use crate::step::{
    self, Action, Attribute, DigitCount, Expectation, MenuOption, Prompt, ReceivedFile, Transfer,
};
use std::time::Duration;

/// A question with options. Titles should be short: a channel may have 20 characters for a button.
#[derive(Debug, Clone)]
pub struct Menu {
    pub(crate) prompt: Prompt,
    pub(crate) options: Vec<MenuOption>,
    again: Option<Prompt>,
    patience: Option<Duration>,
}

impl Menu {
    pub fn new(text: impl Into<Prompt>) -> Self {
        Menu { prompt: text.into(), options: Vec::new(), again: None, patience: None }
    }

    #[must_use]
    pub fn option(mut self, id: impl Into<String>, title: impl Into<String>) -> Self {
        self.options.push(MenuOption { id: id.into(), title: title.into(), key: None, spoken: None });
        self
    }

    /// What is said instead of the text when the answer was not understood.
    #[must_use]
    pub fn again(mut self, text: impl Into<Prompt>) -> Self {
        self.again = Some(text.into());
        self
    }

    /// How long to wait for an answer before [`Bot::silence`](crate::Bot::silence).
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    pub(crate) fn action(&self, again: bool) -> Action {
        let prompt = self.again.as_ref().filter(|_| again).unwrap_or(&self.prompt).clone();
        let options = self.options.clone();
        Action::Menu(step::Menu { prompt, options, patience_ms: self.patience.map(in_millis) })
    }
}

/// A question that is answered in words.
#[derive(Debug, Clone)]
pub struct Question {
    asked: step::Question,
    again: Option<Prompt>,
}

impl Question {
    pub fn new(text: impl Into<Prompt>) -> Self {
        let asked = step::Question {
            prompt: text.into(),
            expected: Expectation::Anything,
            digits: None,
            hints: vec![],
            patience_ms: None,
        };
        Question { asked, again: None }
    }

    /// What kind of answer is meant; see `wit/bot`.
    #[must_use]
    pub fn expects(mut self, expected: Expectation) -> Self {
        self.asked.expected = expected;
        self
    }

    /// How many digits answer it on a phone.
    #[must_use]
    pub fn digits(mut self, min: u8, max: u8) -> Self {
        self.asked.digits = Some(DigitCount { min, max, end_key: Some("#".to_owned()) });
        self
    }

    /// What is said instead of the text when the answer was not understood.
    #[must_use]
    pub fn again(mut self, text: impl Into<Prompt>) -> Self {
        self.again = Some(text.into());
        self
    }

    /// How long to wait for an answer before [`Bot::silence`](crate::Bot::silence).
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.asked.patience_ms = Some(in_millis(patience));
        self
    }

    pub(crate) fn action(&self, again: bool) -> Action {
        let mut asked = self.asked.clone();
        if let Some(prompt) = self.again.as_ref().filter(|_| again) {
            asked.prompt = prompt.clone();
        }
        Action::Ask(asked)
    }
}

impl From<&str> for Question {
    fn from(text: &str) -> Self {
        Question::new(text)
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The id of an option.
    Choice(String),
    /// Written, spoken or typed on a phone's keys.
    Text(String),
    /// Files, and the words beside them.
    Media(String, Vec<ReceivedFile>),
}

impl Reply {
    /// The words of it; an older menu's button says nothing.
    pub fn into_words(self) -> String {
        match self {
            Reply::Choice(_) => String::new(),
            Reply::Text(text) | Reply::Media(text, _) => text,
        }
    }
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

/// A call back, and who keeps a place for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback(pub(crate) step::Callback);

impl Callback {
    /// To the number that is known, as soon as it is their turn.
    pub fn new(wait: Transfer) -> Self {
        Callback(step::Callback { phone: None, at: None, wait })
    }

    #[must_use]
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.0.phone = Some(phone.into());
        self
    }

    /// Not before this time of the business's clock.
    #[must_use]
    pub fn at(mut self, at: step::LocalTime) -> Self {
        self.0.at = Some(at);
        self
    }
}

pub(crate) fn in_millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

pub(crate) fn attribute(name: impl Into<String>, value: impl Into<String>) -> Attribute {
    Attribute { name: name.into(), value: value.into() }
}
