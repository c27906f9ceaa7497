//! Conversation flows: how they are set up, their drafts and versions, and how they do.

use serde::{Deserialize, Serialize};

/// How a flow is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowSetup {
    pub title: String,
    /// The component that performs its turns.
    #[serde(default = "usual")]
    pub runner: String,
    /// It has texts, which are published; otherwise the component is the flow, and its only version is live
    /// at once.
    #[serde(default = "yes")]
    pub scripted: bool,
}

fn usual() -> String {
    "flow".to_owned()
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flow {
    pub name: String,
    pub title: String,
    pub runner: String,
    pub scripted: bool,
    /// So many versions there are: 1, 2, 3 …
    pub versions: u32,
    /// Which of them new conversations get: 100 percent together, or none.
    pub live: Vec<FlowShare>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<FlowDraftState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_change: Option<FlowChange>,
    /// Of the conversations that came into it in the last 24 hours.
    pub last_day: FlowCounts,
}

/// So many of a hundred new conversations get this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowShare {
    pub version: u32,
    /// From 1 to 100.
    pub percent: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowDraftState {
    pub revision: u32,
    /// The id of an agent; absent: the bearer of the administrator's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub at_ms: i64,
    /// It says what the latest version says: there is nothing to publish.
    pub published: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowDraft {
    pub text: String,
    #[serde(flatten)]
    pub state: FlowDraftState,
    /// What is wrong in it. With an error it cannot be published.
    pub problems: Vec<TextProblem>,
}

/// A draft to keep, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveFlowDraft {
    /// At most 1 MiB.
    pub text: String,
    /// The revision of the draft that it was edited from; 0: there was none. If another one was saved
    /// meanwhile, this one is refused with 412.
    pub revision: u32,
}

/// What is wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextProblem {
    /// From 1; 0 where it is about the whole text.
    pub line: u32,
    /// What it is about, as a path of keys, `state.menu.go`; empty where it is about the whole line.
    #[serde(default)]
    pub key: String,
    /// What is wrong, and what to write instead.
    pub problem: String,
    /// Otherwise it is a warning: it can be published.
    pub is_error: bool,
}

/// Makes a version of the draft.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishFlow {
    /// So many of a hundred new conversations get it, and the others what they get now; all, unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// What is new, in at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Has new conversations get these versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollOutFlow {
    /// Together 100 percent.
    pub shares: Vec<FlowShare>,
}

/// Has all new conversations get an older version again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollBackFlow {
    pub version: u32,
}

/// What was published, as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowVersion {
    pub version: u32,
    /// Of the text.
    pub sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The id of an agent; absent: the bearer of the administrator's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub at_ms: i64,
    /// So many of a hundred new conversations get it now.
    pub percent: u8,
    /// Where one version is asked for; empty where the component is the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What was done to a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowChange {
    /// 1, 2, 3 … of the flow.
    pub number: u32,
    /// The id of an agent; absent: the bearer of the administrator's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub at_ms: i64,
    #[serde(flatten)]
    pub what: FlowDeed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum FlowDeed {
    SetUp {
        title: String,
        runner: String,
    },
    SavedDraft {
        revision: u32,
    },
    Published {
        version: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        live: Vec<FlowShare>,
    },
    RolledOut {
        live: Vec<FlowShare>,
    },
    RolledBack {
        version: u32,
    },
    Deleted,
}

/// What became of conversations in a flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowCounts {
    /// They came into it. Always the sum of the others.
    pub entered: u64,
    /// The flow ended them: the contact needed nobody else.
    pub contained: u64,
    /// The flow gave them to people, or to another flow.
    pub handed_over: u64,
    /// The contact left, or said nothing any more.
    pub abandoned: u64,
    /// The flow could not go on.
    pub failed: u64,
    /// The flow has them.
    pub open: u64,
}

/// Of the conversations that came into a flow between two instants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowFigures {
    pub from_ms: i64,
    /// Not included.
    pub until_ms: i64,
    pub total: FlowCounts,
    pub versions: Vec<FlowVersionFigures>,
    /// In the order of their names; what happened before the flow named a place is under the empty name.
    pub places: Vec<FlowPlaceFigures>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowVersionFigures {
    pub version: u32,
    pub counts: FlowCounts,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowPlaceFigures {
    pub place: String,
    /// How often somebody came through it, …
    pub passages: u64,
    /// … and how many conversations did.
    pub visits: u64,
    /// What became of those whose last place it is.
    pub last: FlowCounts,
}

/// Where the conversations are that a flow has now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowNow {
    pub conversations: u64,
    pub places: Vec<FlowPlaceNow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowPlaceNow {
    pub version: u32,
    /// Empty: the flow has named none yet.
    pub place: String,
    pub conversations: u64,
}
