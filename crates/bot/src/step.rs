//! What goes into one step of a bot and what comes out: the types of `wit/bot`, and the short ways to make
//! them.

pub use crate::wit::exports::centralita::bot::bot::*;

impl Context {
    /// What is known of a conversation of which nothing is known: for tests to fill in.
    pub fn unknown() -> Self {
        Context {
            contact: Contact { name: None, phone: None, email: None, locale: None, fields: vec![] },
            channel: Channel {
                name: String::new(),
                spoken: false,
                buttons_max: 0,
                list_max: 0,
                text_max: 4096,
                files: false,
            },
            locale: String::new(),
            attributes: vec![],
            history: vec![],
            memory: String::new(),
            now: LocalTime { year: 2026, month: 1, day: 1, weekday: 4, hour: 12, minute: 0 },
            flow: Flow { name: String::new(), version: 0, source: String::new() },
        }
    }
}

impl From<&str> for Prompt {
    fn from(text: &str) -> Self {
        Prompt::from(text.to_owned())
    }
}

impl From<String> for Prompt {
    fn from(text: String) -> Self {
        Prompt { text, audio: None, ssml: None, interruptible: true }
    }
}

impl Transfer {
    /// To a queue, with the usual priority and no skills; change the fields that differ.
    pub fn to_queue(queue: impl Into<String>, topic: impl Into<String>) -> Self {
        Transfer { to: Target::Queue(queue.into()), topic: topic.into(), priority: 0, skills: vec![] }
    }
}

impl Event {
    /// The words of it, whether written, spoken, typed on a phone's keys or beside a file.
    pub fn words(&self) -> Option<&str> {
        match self {
            Event::Text(text) | Event::Digits(text) => Some(text),
            Event::Speech(speech) => Some(&speech.text),
            Event::Media(media) => Some(media.words()),
            Event::Started(words) => words.as_deref(),
            Event::Choice(_) | Event::Silence | Event::Timer | Event::Outcome(_) | Event::HangUp => None,
        }
    }
}

impl Media {
    /// The caption, else what is said in the first file where somebody wrote it down.
    pub fn words(&self) -> &str {
        let said = self.files.iter().find_map(|file| file.words.as_deref());
        if self.text.trim().is_empty() { said.unwrap_or_default() } else { &self.text }
    }
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}
