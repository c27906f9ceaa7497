//! A message between a contact and the business, and what became of it.
//!
//! Delivery reports come twice, out of order, and sometimes before the provider's answer to the
//! send: [`Status::fold`] takes them in any order and never goes back.

use crate::{channel::ChannelProfile, file::Hold, id::WebhookId, reason::Reason, time::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;

/// What is said, whatever the channel. A channel's codec turns it into the provider's shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Text {
        text: String,
    },
    /// A question with answers to choose from. See [`Menu::shape`].
    Menu(Menu),
    /// One or more files, with an optional caption.
    Media {
        text: Option<String>,
        attachments: Vec<Attachment>,
    },
    /// Words that the provider approved beforehand: the only way to write to somebody who has not
    /// written lately, on channels with a window.
    Template(Template),
    Location(Location),
    /// A product or a place as a picture with words and buttons.
    Card(Card),
    Letter(Letter),
    /// Something the provider sent that has no shape of its own here: location, contact card,
    /// order. `text` is what a person should read; `data` is the provider's own.
    Rich {
        text: String,
        data: Map<String, Value>,
    },
    /// The customer sent something that the channel or this version does not know. It is shown as
    /// such, with the provider's words, so that nothing is lost silently.
    Unsupported {
        text: String,
    },
}

impl Content {
    pub fn text(text: impl Into<String>) -> Self {
        Content::Text { text: text.into() }
    }

    /// What a list of conversations or a screen reader says of it.
    pub fn summary(&self) -> &str {
        match self {
            Content::Text { text } | Content::Rich { text, .. } | Content::Unsupported { text } => text,
            Content::Menu(menu) => &menu.text,
            Content::Template(template) => &template.text,
            Content::Location(place) => place.name.as_deref().unwrap_or(&place.latitude),
            Content::Card(card) => &card.title,
            Content::Letter(letter) if letter.subject.is_empty() => &letter.text,
            Content::Letter(letter) => &letter.subject,
            Content::Media { text: Some(text), .. } => text,
            Content::Media { attachments, .. } => {
                attachments.first().and_then(|file| file.name.as_deref()).unwrap_or_default()
            }
        }
    }
}

impl Content {
    /// All of it in plain words: what a channel sends that has no better shape for it. Files are not in it.
    pub fn words(&self) -> String {
        match self {
            Content::Text { text } | Content::Rich { text, .. } | Content::Unsupported { text } => {
                text.clone()
            }
            Content::Menu(menu) => menu.numbered(),
            Content::Media { text, .. } => text.clone().unwrap_or_default(),
            Content::Template(template) => template.text.clone(),
            Content::Location(place) => place.words(),
            Content::Card(card) => card.words(),
            Content::Letter(letter) => letter.text.clone(),
        }
    }

    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Content::Media { attachments, .. } => attachments,
            Content::Letter(letter) => &letter.attachments,
            Content::Card(card) => card.image.as_slice(),
            Content::Template(template) => template.header.as_slice(),
            Content::Text { .. }
            | Content::Menu(_)
            | Content::Location(_)
            | Content::Rich { .. }
            | Content::Unsupported { .. } => &[],
        }
    }

    pub fn attachments_mut(&mut self) -> &mut [Attachment] {
        match self {
            Content::Media { attachments, .. } => attachments,
            Content::Letter(letter) => &mut letter.attachments,
            Content::Card(card) => card.image.as_mut_slice(),
            Content::Template(template) => template.header.as_mut_slice(),
            Content::Text { .. }
            | Content::Menu(_)
            | Content::Location(_)
            | Content::Rich { .. }
            | Content::Unsupported { .. } => &mut [],
        }
    }
}

impl Content {
    /// Files of this content that are in `edited`, too, are the same there: ours, where we had copied them.
    pub fn attachments_kept(&self, edited: &mut Content) {
        for file in edited.attachments_mut().iter_mut().filter(|file| file.id.is_none()) {
            let mut known = self.attachments().iter();
            if let Some(known) = known.find(|known| known.is_same(file)) {
                *file = known.clone();
            }
        }
    }
}

/// A template of the provider, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub name: String,
    /// As it was approved: `es_ES`, `pt_BR`.
    pub language: String,
    pub parameters: Vec<TemplateParameter>,
    /// What the contact reads.
    pub text: String,
    /// It is advertising.
    #[serde(default)]
    pub marketing: bool,
    /// The file at its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Attachment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParameter {
    /// `header`, `body`; a button's kind and number, as `url:0`.
    pub part: String,
    /// Where the template names its parameters; else their order counts.
    pub name: Option<String>,
    pub value: String,
}

/// A place, in decimal degrees as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub latitude: String,
    pub longitude: String,
    pub name: Option<String>,
    pub address: Option<String>,
}

impl Location {
    fn words(&self) -> String {
        let point = format!("{}, {}", self.latitude, self.longitude);
        let parts = [self.name.clone(), self.address.clone(), Some(point)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub title: String,
    pub text: String,
    pub image: Option<Attachment>,
    /// Where a tap on it leads.
    pub url: Option<String>,
    pub options: Vec<MenuOption>,
}

impl Card {
    fn words(&self) -> String {
        let lines = [Some(&self.title), Some(&self.text), self.url.as_ref()];
        let text = lines.into_iter().flatten().filter(|line| !line.is_empty()).cloned().collect::<Vec<_>>();
        Menu { text: text.join("\n"), options: self.options.clone() }.numbered()
    }
}

/// An e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Letter {
    pub subject: String,
    /// As its sender wrote it, with their name: `Ana <ana@mail.example>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What was written, without what it quotes.
    pub text: String,
    /// What it repeats of earlier letters, and a signature: shown folded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quoted: String,
    /// Without scripts, remote pictures and foreign styles: safe to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// The ids of the letters before it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Where its sender wants the answer, if not where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Who else got it, without us: an answer to all goes to them, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Pictures inside the text have a `content_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What is known of where it really came from.
    #[serde(default, skip_serializing_if = "Authentication::is_unknown")]
    pub authentication: Authentication,
    /// Why it is taken for a machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<String>,
    /// The kept webhook with the letter as it came. Known once it is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<WebhookId>,
}

impl Letter {
    /// Whether more than one person has it, as a letter of ours: to nobody in particular, it is for the
    /// contact.
    pub fn has_several_recipients(&self) -> bool {
        1 < self.to.len().max(1) + self.cc.len()
    }
}

/// What the receiving server found out about a letter's sender (RFC 8601), in its words: `pass`, `fail`, …
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authentication {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmarc: Option<String>,
}

/// So many letters of machines to one contact within this time are a conversation of machines.
const AUTOMATIC_MAX: usize = 10;
const AUTOMATIC_SPAN: Duration = Duration::from_secs(3600);

/// Whether one more letter that nobody wrote would go to a machine that answers each of them: `automatic`
/// is when the ones before it were sent, in one conversation.
pub fn is_loop(now: Timestamp, automatic: impl IntoIterator<Item = Timestamp>) -> bool {
    AUTOMATIC_MAX <= automatic.into_iter().filter(|at| now.since(*at) < AUTOMATIC_SPAN).count()
}

/// Whether a letter comes from whom it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Proven,
    /// The sender's domain disowns it, or nothing that it says of itself holds.
    Forged,
    Unknown,
}

impl Authentication {
    pub fn is_unknown(&self) -> bool {
        *self == Authentication::default()
    }

    /// DMARC is the sender's own word on what SPF and DKIM mean. Without it a proof is one of the two that
    /// passes; one that fails alone is common where letters are passed on.
    pub fn trust(&self) -> Trust {
        let is = |result: &Option<String>, words: &[&str]| {
            result.as_deref().is_some_and(|result| words.contains(&result))
        };
        let (pass, fail) = (["pass"].as_slice(), ["fail", "permerror"].as_slice());
        match self {
            Authentication { dmarc, .. } if is(dmarc, pass) => Trust::Proven,
            Authentication { dmarc, .. } if is(dmarc, fail) => Trust::Forged,
            Authentication { spf, dkim, .. } if is(spf, pass) || is(dkim, pass) => Trust::Proven,
            Authentication { spf, dkim, .. } if is(spf, fail) && !is(dkim, pass) || is(dkim, fail) => {
                Trust::Forged
            }
            _ => Trust::Unknown,
        }
    }
}

/// A question with options. The customer's choice comes back as the option's `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    pub text: String,
    pub options: Vec<MenuOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuOption {
    pub id: String,
    pub title: String,
}

/// How a menu is shown on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuShape {
    Buttons,
    List,
    /// `1. Title` lines; the customer answers with the number or the words.
    Numbered,
}

impl Menu {
    /// The richest shape that the channel has room for.
    pub fn shape(&self, profile: &ChannelProfile) -> MenuShape {
        let fits = |count: usize, title: usize| {
            self.options.len() <= count
                && self.options.iter().all(|option| option.title.chars().count() <= title)
        };
        if fits(profile.buttons_max, profile.button_title_max) {
            MenuShape::Buttons
        } else if fits(profile.list_rows_max, profile.list_title_max) {
            MenuShape::List
        } else {
            MenuShape::Numbered
        }
    }

    /// The menu as plain text, for channels without buttons.
    pub fn numbered(&self) -> String {
        let options = self.options.iter().enumerate();
        options.fold(self.text.clone(), |text, (index, option)| {
            format!("{text}\n{}. {}", index + 1, option.title)
        })
    }

    /// The option that a typed answer means: its id, its number, or its title in any case.
    pub fn chosen(&self, answer: &str) -> Option<&MenuOption> {
        let answer = answer.trim();
        let plain = answer.trim_end_matches(['.', ')']);
        let number = plain.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let by_number = number.and_then(|index| self.options.get(index));
        by_number.or_else(|| {
            self.options
                .iter()
                .find(|option| option.id == answer || option.title.to_lowercase() == answer.to_lowercase())
        })
    }
}

/// A file of a message. Before it is copied to our own store only `provider_ref` or `url` is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attachment {
    /// Our own id once its bytes are stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `image`, `audio`, `video`, `document`, `sticker`.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How an e-mail's HTML names a picture inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// The provider's own URL. Never shown to a browser: it may carry a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The provider's id of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_ref: Option<String>,
    /// Why it cannot be opened, where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

impl Attachment {
    /// Whether both are one file of the provider.
    fn is_same(&self, other: &Attachment) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        same(&self.provider_ref, &other.provider_ref) || same(&self.url, &other.url)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact.
    In,
    /// To the contact.
    Out,
}

/// Who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Author {
    Contact,
    Bot,
    Agent(crate::id::AgentId),
    /// The business itself, from another app: an echo of the provider, or a notice of ours.
    System,
}

/// What became of a message to the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Stored and waiting to be handed to the provider.
    Sending,
    /// The provider was asked and did not answer: it may have arrived. Not sent again blindly.
    Unknown,
    /// The provider has it.
    Sent,
    Delivered,
    Read,
    /// A voice note was listened to.
    Played,
    Failed,
}

impl Status {
    /// The status after a report, which may be late or repeated: it never goes back. A failure ends
    /// it unless the contact had it already (another of their devices may fail later).
    #[must_use]
    pub fn fold(self, report: Status) -> Status {
        match (self, report) {
            (Status::Failed, _) => Status::Failed,
            (Status::Delivered | Status::Read | Status::Played, Status::Failed) => self,
            (_, Status::Failed) => Status::Failed,
            _ => self.max(report),
        }
    }
}

/// Why a message could not be delivered: the provider's code and words, for the agent to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryError {
    pub code: String,
    pub text: String,
    /// What it means, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl DeliveryError {
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        let code = code.into();
        DeliveryError { reason: Reason::of_ours(&code), code, text: text.into() }
    }

    /// The same with what the provider's code means. `None` leaves what is known.
    #[must_use]
    pub fn because(self, reason: impl Into<Option<Reason>>) -> Self {
        DeliveryError { reason: reason.into().or(self.reason), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_that_answer_each_other_are_stopped() {
        let sent =
            |minutes: &[i64]| minutes.iter().map(|minute| Timestamp(minute * 60_000)).collect::<Vec<_>>();
        let now = Timestamp(100 * 60_000);
        for (minutes, expected) in [
            (vec![], false),
            (vec![99; 9], false),
            (vec![99; 10], true),
            (vec![30; 10], false),
            ([vec![99; 9], vec![30; 20]].concat(), false),
        ] {
            assert_eq!(is_loop(now, sent(&minutes)), expected, "{minutes:?}");
        }
    }

    #[test]
    fn who_a_letter_comes_from() {
        for (spf, dkim, dmarc, expected) in [
            ("", "", "", Trust::Unknown),
            ("pass", "", "", Trust::Proven),
            ("fail", "pass", "", Trust::Proven),
            ("softfail", "none", "", Trust::Unknown),
            ("fail", "", "", Trust::Forged),
            ("", "fail", "", Trust::Forged),
            ("pass", "pass", "fail", Trust::Forged),
            ("fail", "fail", "pass", Trust::Proven),
            ("fail", "pass", "none", Trust::Proven),
        ] {
            let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let found = Authentication { spf: word(spf), dkim: word(dkim), dmarc: word(dmarc) };
            assert_eq!(found.trust(), expected, "spf {spf:?} dkim {dkim:?} dmarc {dmarc:?}");
        }
    }
}
