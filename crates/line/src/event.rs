//! What happened in a call: written by the gateway, read by the edge.

use crate::key::Keys;
use crate::leg::Leg;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event. One that the edge does not know is counted and passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1, 2, 3 … within the call.
    pub n: u64,
    /// Unix time in milliseconds, by the gateway's clock.
    pub at_ms: i64,
    #[serde(flatten)]
    pub what: Happened,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happened {
    /// Somebody calls. Always the first event of such a call.
    Incoming(Incoming),
    /// A number that was dialled rings.
    Ringing {
        leg: Leg,
    },
    /// The leg was picked up, and its audio runs.
    Answered {
        leg: Leg,
        codec: String,
        /// What another gateway needs to end this leg, should this one die: opaque to the edge.
        dialog: String,
    },
    /// A number that was dialled did not answer.
    Failed {
        leg: Leg,
        why: NotReached,
        /// SIP's final status; `None`: nothing came back.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// An order `say` was played, in whole or until somebody cut it off.
    Heard {
        order: u64,
        /// How much of it was played.
        ms: u64,
        cut_by: Option<CutBy>,
    },
    /// The answer to an order `gather`. `keys` is without the key that ended it.
    Digits {
        order: u64,
        keys: Keys,
        why: Complete,
        /// The order said so: nobody may read them.
        #[serde(default)]
        secret: bool,
    },
    /// The answer to an order `gather`, as heard.
    Speech {
        order: u64,
        text: String,
        /// 0 to 100.
        confidence: u8,
        locale: String,
    },
    /// Nothing was pressed or said in the time that an order `gather` gave.
    Silence {
        order: u64,
    },
    /// An order `wait` is over.
    Waited {
        order: u64,
    },
    /// The caller has waited in the queue for this long: time to tell them something.
    Comfort {
        waited_ms: u64,
    },
    /// The answer to an order `take_message`.
    Message {
        order: u64,
        recording: String,
        ms: u64,
        why: MessageEnd,
    },
    Recording {
        recording: String,
        state: Recorded,
    },
    /// A party put us on hold at its own telephone.
    Held {
        leg: Leg,
    },
    Retrieved {
        leg: Leg,
    },
    /// An agent's audio is in the room.
    Joined {
        agent: String,
        station: String,
    },
    /// An agent's audio has been missing from the room for this long.
    Absent {
        agent: String,
        ms: u64,
    },
    /// An agent lifted the telephone that an order `ring` made ring.
    PickedUp {
        agent: String,
    },
    /// An agent refused at the telephone.
    Declined {
        agent: String,
    },
    /// A telephone asked to be connected elsewhere.
    Refer {
        leg: Leg,
        to: String,
    },
    /// Who or what picked up, where an order `dial` asked to listen for it.
    Machine {
        leg: Leg,
        is: PickedUpBy,
        /// From the first sound to the decision.
        ms: u64,
    },
    Quality(Quality),
    HungUp {
        leg: Leg,
        by: HungUpBy,
        /// SIP's status where a call ended with one.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// The edge did not answer in time, or not with sense: the gateway did what its own file says.
    FellBack {
        why: FellBack,
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
    },
    /// No leg is left. Nothing follows.
    Over {
        /// From the first event to the last.
        ms: u64,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Incoming {
    pub from: Caller,
    /// As it was dialled.
    pub to: String,
    pub trunk: String,
    /// Those of the INVITE that say how the call came here: Diversion, History-Info, and X-….
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Caller {
    /// Empty where it is hidden.
    pub number: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A network that we trust says so, and not only the caller.
    #[serde(default)]
    pub asserted: bool,
    #[serde(default)]
    pub hidden: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotReached {
    Busy,
    NoAnswer,
    Rejected,
    /// No such number, no route, no trunk that answers.
    Unreachable,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutBy {
    Keys,
    Speech,
    /// Another order took its place.
    Order,
    HangUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Complete {
    /// As many as there may be, or one of the keys that answer at once.
    Count,
    EndKey,
    /// No further key came.
    Pause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageEnd {
    Silence,
    Key,
    Max,
    HungUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    Started,
    Paused,
    Resumed,
    Stopped,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickedUpBy {
    Human,
    Machine,
    Unsure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HungUpBy {
    Peer,
    Us,
    /// Nothing came any more.
    Network,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FellBack {
    Slow,
    Down,
    Nonsense,
}

/// How well a leg is heard, over the last minute or, at its end, over the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    pub leg: Leg,
    /// Of the packets that were sent to us, in percent.
    pub loss_percent: f32,
    pub jitter_ms: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f32>,
    /// 1.0 to 4.5, by the E-model (ITU-T G.107).
    pub mos: f32,
}
