//! A flow as a file: TOML. `docs/guides/flow.md` explains each key.

pub mod state;
pub mod text;

pub use state::{Case, Choice, Does, Kind, State};
pub use text::{Text, Words};

use domain::{flow::TEXT_BYTES_MAX, hours::Hours};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use understand::entity::Shape;
use written::{Length, Trouble};

/// A flow, as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub flow: Flow,
    /// Values that states may change, and what they are at first.
    #[serde(default)]
    pub vars: BTreeMap<String, Value>,
    /// When something is open, by name. Texts and conditions ask `open('shop')`.
    #[serde(default)]
    pub hours: BTreeMap<String, Hours>,
    #[serde(default)]
    pub calendar: BTreeMap<String, Calendar>,
    /// What a contact may want, said in their own words anywhere.
    #[serde(default)]
    pub intent: BTreeMap<String, Intent>,
    /// What order numbers and the like look like: `A-######`, `#{3,12}`.
    #[serde(default)]
    pub code: BTreeMap<String, Shape>,
    pub state: BTreeMap<String, State>,
    #[serde(default)]
    pub sub: BTreeMap<String, Sub>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub title: Option<String>,
    /// BCP 47 tags; the first one where the contact speaks none of them.
    pub locales: Vec<String>,
    pub start: String,
    /// Where the way to a person begins.
    pub person: String,
    /// Where it goes on when nobody answers. Nowhere: the conversation ends.
    pub silence: Option<String>,
    /// Where it goes on when a business system fails. Nowhere: to `person`.
    pub error: Option<String>,
    /// How often a question is asked before it leads to `person`.
    #[serde(default = "two")]
    pub attempts: u32,
    /// How long an answer may take where it is written, and where it is spoken.
    pub patience: Option<Length>,
    pub spoken_patience: Option<Length>,
    /// The business systems that it calls.
    #[serde(default)]
    pub systems: Vec<String>,
    /// From which confidence on, 0 to 1, words are taken for an intent.
    pub threshold: Option<f32>,
    pub model: Option<LanguageModel>,
    pub knowledge: Option<Knowledge>,
}

/// A language model behind an OpenAI-compatible endpoint that is asked what a contact wants where the
/// examples do not tell. Personal data is taken out before.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageModel {
    pub system: String,
    #[serde(default = "completions")]
    pub path: String,
    pub name: String,
    /// The secret that goes into its `authorization` header.
    pub secret: Option<String>,
    /// How often it is asked in one conversation.
    #[serde(default = "five")]
    pub budget: u32,
    pub within: Option<Length>,
}

/// Articles that answer what no state answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// The state that tells `article`.
    pub go: String,
    /// From which score on, 0 to 100, an article answers.
    #[serde(default = "sixty")]
    pub from: u8,
}

/// What can be booked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The name of its `hours`.
    pub hours: String,
    pub slot: Length,
    /// Not sooner than that from now …
    #[serde(default)]
    pub notice: Length,
    /// … and not later than in so many days.
    #[serde(default = "fourteen")]
    pub days: u32,
}

/// Examples by language, and where it leads.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Intent {
    pub go: String,
    #[serde(flatten)]
    pub examples: BTreeMap<String, Vec<String>>,
}

/// States that are used from several places, and come back. Its variables are the flow's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sub {
    pub start: String,
    pub state: BTreeMap<String, State>,
}

impl File {
    /// Reads `text`, which stands in `file`. That it can be read does not mean that it is right: see
    /// [`check`](crate::check).
    ///
    /// # Errors
    /// With the first place that cannot be read.
    pub fn read(file: &str, text: &str) -> Result<Self, Trouble> {
        fits(file, text)?;
        written::Text::new(file, text).read()
    }
}

/// # Errors
/// Of a text that is too long nothing is read.
pub(crate) fn fits(file: &str, text: &str) -> Result<(), Trouble> {
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let problem = format!("{} bytes: at most {TEXT_BYTES_MAX}", text.len());
    Err(Trouble { file: file.to_owned(), line: 0, key: String::new(), problem })
}

fn two() -> u32 {
    2
}

fn five() -> u32 {
    5
}

fn fourteen() -> u32 {
    14
}

fn sixty() -> u8 {
    60
}

fn completions() -> String {
    "/v1/chat/completions".to_owned()
}
