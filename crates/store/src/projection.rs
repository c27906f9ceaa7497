//! What read models that follow from a whole history have in common.

use domain::{interaction::Event, time::Timestamp};

/// What a fold knew after `history`, and what it knows after `events`, which happened at `now`; `None` where
/// they are nothing to it. Most events are a bot's turns: for them no history is gone through.
pub(crate) fn before_and_after<F: Default + Clone>(
    see: impl Fn(&mut F, Timestamp, &Event) -> bool,
    history: &[(Timestamp, Event)],
    now: Timestamp,
    events: &[Event],
) -> Option<(F, F)> {
    if !events.iter().any(|event| see(&mut F::default(), now, event)) {
        return None;
    }
    let mut known = F::default();
    for (at, event) in history {
        see(&mut known, *at, event);
    }
    let mut after = known.clone();
    for event in events {
        see(&mut after, now, event);
    }
    Some((known, after))
}
