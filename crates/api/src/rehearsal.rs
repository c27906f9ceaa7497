//! A flow's text, looked at and tried before it is published.

use crate::flow::TextProblem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowText {
    /// TOML, as in the guide of flows.
    pub source: String,
    /// How many contacts are at which place, for a diagram.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowProblems {
    /// In the order of their lines; none: it can be published.
    pub problems: Vec<TextProblem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowDiagram {
    /// To show: without script and style of its own; places have `data-place`.
    pub svg: String,
    /// For documents: a Mermaid flowchart.
    pub mermaid: String,
}

/// A document of another contact center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowImport {
    /// VoiceXML 2.1, at most 1 MiB.
    pub voicexml: String,
}

/// The flow that the document became; nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowImported {
    /// The flow's text, in which what was left out stands as comments.
    pub text: String,
    /// What of the document was not taken, or differently, in the order of its lines.
    pub notes: Vec<FlowImportNote>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowImportNote {
    /// Of the document, from 1.
    pub line: usize,
    /// `grammar`.
    pub element: String,
    pub problem: String,
}

/// A conversation to play, from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RehearsalQuestion {
    pub source: String,
    /// How the contact meets it: `buttons`, `text` or `phone`.
    pub on: String,
    /// Lines of a transcript: what is known, what the contact does, how systems answer.
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rehearsal {
    /// One for each line.
    pub steps: Vec<RehearsalStep>,
    /// The places of the flow that were come through.
    pub places: Vec<String>,
    /// The flow's part is over.
    pub is_over: bool,
    /// After so long without an answer something happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_ms: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RehearsalStep {
    pub line: String,
    pub deeds: Vec<RehearsalDeed>,
    /// Why the line cannot happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Something that the flow did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RehearsalDeed {
    /// As a transcript writes it.
    pub written: String,
    /// What the contact reads or hears of it, line by line; none: they notice nothing.
    pub shown: Vec<String>,
    /// What they can press.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<RehearsalOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RehearsalOption {
    pub title: String,
    /// What to press for it.
    pub key: String,
}
