//! What to do in a call: written by the edge, read by the gateway.
//!
//! [`Do::Say`] to [`Do::HangUp`] are the programme, which runs one after another on the customer's ear. All others
//! are done when they arrive. `room`, `queue` and `stop` drop what is left of the programme before them.

use crate::key::{Key, Keys};
use crate::leg::Leg;
use serde::{Deserialize, Serialize};

/// One order. An order that the gateway does not know, or with a field that is missing or odd, makes the whole
/// message nonsense: half of a programme must not be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// 1, 2, 3 … within the call.
    pub n: u64,
    #[serde(flatten)]
    pub what: Do,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Do {
    Say(Say),
    /// Keys that were pressed during the `say`s before it count, too.
    Gather(Gather),
    Wait {
        ms: u64,
    },
    TakeMessage(TakeMessage),
    /// The caller waits for an agent, with music.
    Queue {
        /// The name of a recording; `None`: the gateway's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        music: Option<String>,
        /// How often to ask what to tell them; `None`: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comfort_every_ms: Option<u64>,
    },
    HangUp {
        /// What is left of the programme is dropped.
        #[serde(default)]
        now: bool,
    },
    /// Picks up an incoming call. What a programme says before it is early media.
    Answer,
    /// Refuses an incoming call that was not answered.
    Reject {
        /// SIP's, 400 to 699.
        status: u16,
    },
    Dial(Dial),
    /// Stops dialling.
    Cancel {
        leg: Leg,
    },
    /// Makes an agent's telephone ring. Browsers ring by themselves.
    Ring {
        agent: String,
        /// The telephone's name at the gateway.
        telephone: String,
    },
    Unring {
        agent: String,
    },
    Room(Room),
    Record(Record),
    /// Presses keys towards a leg.
    Keys {
        leg: Leg,
        keys: Keys,
    },
    /// Connects a leg with somebody else, and has no more to do with it.
    SendAway {
        leg: Leg,
        /// A number or a SIP address.
        to: String,
    },
    /// Drops what is left of the programme.
    Stop,
    /// Ends legs of a gateway that is gone: what their `answered` events carried.
    Clear {
        dialogs: Vec<String>,
    },
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Say {
    pub text: String,
    /// W3C SSML in place of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssml: Option<String>,
    /// The name of a recording, which wins where the gateway has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
    /// A language, with a region where it matters: `es`, `pt-BR`.
    pub locale: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// A key or a voice cuts it off.
    #[serde(default)]
    pub interruptible: bool,
}

/// Waits for what the caller presses or says. The first of what it allows answers it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gather {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<Digits>,
    /// Keys that answer at once, as in a menu.
    #[serde(default, skip_serializing_if = "Keys::is_empty")]
    pub single: Keys,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech: Option<Listen>,
    /// From the end of the last prompt; `None`: as long as it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_ms: Option<u64>,
    /// The keys are in no log and in no recording.
    #[serde(default)]
    pub secret: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digits {
    /// With fewer, a pause does not answer.
    pub min: u32,
    pub max: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_key: Option<Key>,
    /// After the last key.
    pub pause_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listen {
    pub locale: String,
    /// Words that are likely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// Keeps what the caller says, as a recording of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakeMessage {
    pub max_ms: u64,
    /// So much silence ends it.
    pub silence_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_key: Option<Key>,
    pub recording: String,
    pub key: DataKey,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dial {
    pub leg: Leg,
    /// A number in E.164 or a SIP address.
    pub to: String,
    /// The caller's number that it shows.
    pub from: String,
    /// `None`: the trunk that has the number it shows, else the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trunk: Option<String>,
    pub ring_ms: u64,
    /// Listens for an answering machine.
    #[serde(default)]
    pub machine: bool,
}

/// Who hears whom from now on. Who is not named is not in the room.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Room {
    pub customer: Place,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Seat>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Guest>,
    /// For who is on hold; `None`: the gateway's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    #[default]
    Talks,
    /// Hears music, and is heard by nobody.
    Held,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub agent: String,
    pub part: Part,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    pub leg: Leg,
    pub part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Hears and is heard by everybody.
    Talks,
    /// Hears everybody, and is heard by agents only.
    Consults,
    /// Hears everybody, and is heard by nobody.
    Listens,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Record {
    Start { recording: String, key: DataKey },
    Pause { recording: String },
    Resume { recording: String },
    Stop { recording: String },
}

/// What a recording is encrypted with: 32 bytes in Base64, and the same wrapped by the edge, which is what is kept
/// beside the recording.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataKey {
    pub plain: String,
    pub sealed: String,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(***)")
    }
}
