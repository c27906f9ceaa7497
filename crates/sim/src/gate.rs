//! Limits of the queues, and where they lead.

use crate::dice::Dice;
use domain::{
    id::QueueId,
    queue::{Exit, Exits, Gate, Limits, Message, Then},
};
use std::{collections::BTreeMap, time::Duration};

/// Half of the queues have none. `other`: a queue that exits may lead to.
pub(crate) fn gate(dice: &Dice, other: &str) -> Gate {
    if dice.chance(0.5) {
        return Gate::default();
    }
    let seconds = |from: i64, to: i64| {
        dice.chance(0.6).then(|| Duration::from_secs(dice.within(from..=to).unsigned_abs()))
    };
    let limits = Limits {
        length_max: dice.chance(0.6).then(|| u32::try_from(dice.within(1..=4)).unwrap_or(1)),
        wait_max: seconds(10, 90),
        nobody: seconds(0, 30),
        ..Limits::default()
    };
    let exits = Exits {
        full: exit(dice, other),
        too_long: exit(dice, other),
        nobody: exit(dice, other),
        ..Exits::default()
    };
    Gate { limits, exits }
}

fn exit(dice: &Dice, other: &str) -> Option<Exit> {
    let told = |then| {
        let texts = BTreeMap::from([("es".to_owned(), "Ahora no podemos atender.".to_owned())]);
        Exit::Message(Message { texts, then })
    };
    match dice.within(0..=6) {
        0 => None,
        1 => Some(Exit::Stay),
        2 => Some(told(Then::Stay)),
        3 => Some(told(Then::End)),
        // Of the second nobody knows.
        4 => Some(Exit::Flow(if dice.chance(0.8) { "night" } else { "gone" }.into())),
        _ => Some(Exit::Queue(QueueId::from(other))),
    }
}
