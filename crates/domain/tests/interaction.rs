//! The life of an interaction, row by row.

use domain::{
    id::AgentId,
    interaction::{
        Callback, Command, Effect, Ending, Event, First, Interaction, Plan, Refusal, State, decide, effects,
        evolve,
    },
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

fn at(second: i64) -> Timestamp {
    Timestamp(second * 1000)
}

fn amy() -> AgentId {
    "amy".into()
}

fn bob() -> AgentId {
    "bob".into()
}

fn ringing() -> Interaction {
    in_state(State::Offered { agent: amy(), answer_by: at(30) })
}

fn in_state(state: State) -> Interaction {
    Interaction { state, queue: Some("sales".into()), ..Interaction::default() }
}

#[track_caller]
fn check(now: Timestamp, interaction: &Interaction, command: Command, expected: Result<Vec<Event>, Refusal>) {
    assert_eq!(decide(now, interaction, command), expected);
}

#[test]
fn an_offer_rings_until_its_time() {
    let held = || Refusal::HeldByAnother { agent: amy() };
    check(at(29), &ringing(), Command::Tick, Ok(vec![]));
    check(at(30), &ringing(), Command::Tick, Ok(vec![Event::OfferExpired { agent: amy() }]));
    check(at(29), &ringing(), Command::Answer { agent: bob() }, Err(held()));
    check(at(29), &ringing(), Command::Decline { agent: bob() }, Err(held()));
    check(
        at(9),
        &ringing(),
        Command::Decline { agent: amy() },
        Ok(vec![Event::OfferDeclined { agent: amy() }]),
    );
    // The sweep is late and the agent is there: connecting beats RONA.
    check(at(31), &ringing(), Command::Answer { agent: amy() }, Ok(vec![Event::Answered { agent: amy() }]));
    let offer = Command::Offer { agent: bob(), ring: Duration::from_secs(20), why: String::new() };
    check(at(9), &ringing(), offer, Err(Refusal::NotNow { state: "offered" }));
}

#[test]
fn only_who_holds_it_may_go_on() {
    let talking = in_state(State::Active { agent: amy() });
    let held = || Refusal::HeldByAnother { agent: amy() };
    let limit = Duration::from_secs(60);
    check(at(1), &talking, Command::Answer { agent: amy() }, Ok(vec![]));
    check(at(1), &talking, Command::Answer { agent: bob() }, Err(held()));
    check(at(1), &talking, Command::WrapUp { agent: bob(), limit }, Err(held()));
    let started = Event::WrapUpStarted { agent: amy(), wrap_up_by: at(61) };
    check(at(1), &talking, Command::WrapUp { agent: amy(), limit }, Ok(vec![started]));
    let dispose = |agent| Command::Dispose { agent, disposition: "solved".into(), note: None };
    check(at(1), &talking, dispose(bob()), Err(held()));
    check(at(1), &in_state(State::Disposed), dispose(amy()), Ok(vec![]));
    check(at(1), &in_state(State::Queued), dispose(amy()), Err(Refusal::NotNow { state: "queued" }));
}

#[test]
fn a_contact_who_writes_during_wrap_up_is_heard() {
    let wrap_up = in_state(State::WrapUp { agent: amy(), wrap_up_by: at(60) });
    check(at(1), &wrap_up, Command::Write, Ok(vec![Event::Reopened { agent: amy() }]));
    check(
        at(60),
        &wrap_up,
        Command::Tick,
        Ok(vec![Event::Disposed { agent: None, disposition: None, note: None }]),
    );
    check(at(1), &in_state(State::Active { agent: amy() }), Command::Write, Ok(vec![]));
}

#[test]
fn a_contact_who_leaves_while_waiting_is_an_abandon() {
    let leave = || Command::Leave { wrap_up: Duration::from_secs(60) };
    check(at(1), &in_state(State::Queued), leave(), Ok(vec![Event::Ended { by: Ending::Abandoned }]));
    check(at(1), &ringing(), leave(), Ok(vec![Event::Ended { by: Ending::Abandoned }]));
    check(at(1), &in_state(State::Bot), leave(), Ok(vec![Event::Ended { by: Ending::Bot }]));
    let started = Event::WrapUpStarted { agent: amy(), wrap_up_by: at(61) };
    check(at(1), &in_state(State::Active { agent: amy() }), leave(), Ok(vec![started]));
}

#[test]
fn a_bot_that_comes_late_changes_nothing() {
    let turn = || Command::BotTurn { memory: "m".into(), attributes: BTreeMap::new() };
    check(at(1), &in_state(State::Bot), turn(), Ok(vec![Event::BotTurned { memory: "m".into() }]));
    check(at(1), &in_state(State::Queued), turn(), Ok(vec![]));
    let fail = || Command::FailBot { reason: "trap".into(), queue: "sales".into() };
    check(at(1), &in_state(State::Active { agent: amy() }), fail(), Ok(vec![]));
    let queued = Event::Queued { queue: "sales".into(), priority: 0, topic: None };
    check(at(1), &in_state(State::Bot), fail(), Ok(vec![Event::BotFailed { reason: "trap".into() }, queued]));
}

#[test]
fn the_wait_is_counted_from_the_first_queue() {
    let events = [
        (1, Event::Started { conversation: "c".into() }),
        (5, Event::Queued { queue: "sales".into(), priority: 2, topic: Some("invoice".into()) }),
        (6, Event::Offered { agent: amy(), answer_by: at(26), why: String::new() }),
        (26, Event::OfferExpired { agent: amy() }),
        (27, Event::Offered { agent: bob(), answer_by: at(47), why: String::new() }),
        (30, Event::Answered { agent: bob() }),
        (90, Event::Transferred { by: bob(), note: None }),
        (90, Event::Queued { queue: "billing".into(), priority: 2, topic: None }),
    ];
    let interaction = events
        .iter()
        .fold(Interaction::default(), |interaction, (second, event)| evolve(interaction, at(*second), event));
    assert_eq!(interaction.version, 8);
    assert_eq!(interaction.state, State::Queued);
    assert_eq!(interaction.queued_at, Some(at(5)));
    assert_eq!(interaction.answered_at, Some(at(30)));
    assert_eq!(interaction.queue, Some("billing".into()));
    assert_eq!(interaction.topic.as_deref(), Some("invoice"));
}

#[test]
fn what_follows_from_what_happened() {
    let route = |second| Effect::Route { at: at(second) };
    let free = || Effect::Free { agent: amy() };
    let expired = effects(&ringing(), at(30), &Event::OfferExpired { agent: amy() });
    let missed = Effect::Missed { agent: amy() };
    assert_eq!(expired, [free(), missed, route(30), route(60)]);
    let declined = effects(&ringing(), at(9), &Event::OfferDeclined { agent: amy() });
    assert_eq!(declined, [free(), route(9), route(39)]);
    let wrap_up = in_state(State::WrapUp { agent: amy(), wrap_up_by: at(60) });
    let disposed = Event::Disposed { agent: Some(amy()), disposition: None, note: None };
    assert_eq!(effects(&wrap_up, at(40), &disposed), [free(), route(40), Effect::Close]);
    assert_eq!(effects(&in_state(State::Bot), at(40), &Event::Ended { by: Ending::Bot }), [Effect::Close]);
}

#[test]
fn a_change_of_priority_takes_effect_at_once() {
    let prioritise = |priority, older_by| Command::Prioritise { by: None, priority, older_by };
    let waits = in_state(State::Queued);
    let changed = Event::Prioritised { by: None, priority: 5, older_by: Duration::ZERO };
    check(at(1), &waits, prioritise(Some(5), Duration::ZERO), Ok(vec![changed.clone()]));
    check(at(1), &waits, prioritise(None, Duration::ZERO), Ok(vec![]));
    check(at(1), &waits, prioritise(Some(0), Duration::ZERO), Ok(vec![]));
    assert_eq!(effects(&waits, at(1), &changed), [Effect::Route { at: at(1) }]);
    let after = evolve(waits, at(1), &changed);
    assert_eq!((after.priority, after.state), (5, State::Queued));
    let over = Err(Refusal::NotNow { state: "disposed" });
    check(at(1), &in_state(State::Disposed), prioritise(Some(5), Duration::ZERO), over);
}

#[test]
fn a_wrap_up_is_extended_as_often_as_the_queue_allows() {
    let extend = |agent| Command::ExtendWrapUp { agent, by: Duration::from_secs(30), at_most: 1 };
    let wrap_up = in_state(State::WrapUp { agent: amy(), wrap_up_by: at(60) });
    let extended = Event::WrapUpExtended { agent: amy(), wrap_up_by: at(90) };
    check(at(50), &wrap_up, extend(amy()), Ok(vec![extended.clone()]));
    check(at(50), &wrap_up, extend(bob()), Err(Refusal::HeldByAnother { agent: amy() }));
    assert_eq!(effects(&wrap_up, at(50), &extended), [Effect::WrapUpDeadline { at: at(90) }]);
    let after = evolve(wrap_up, at(50), &extended);
    check(at(60), &after, Command::Tick, Ok(vec![]));
    check(at(70), &after, extend(amy()), Err(Refusal::NoMoreTime));
}

#[test]
fn a_callback_keeps_its_place_and_is_tried_as_often_as_promised() {
    let callback = Callback { phone: "+34600123123".into(), first: First::Agent };
    let ask = || Command::AskCallback { callback: callback.clone(), after: Duration::from_secs(10) };
    let mut waits = in_state(State::Queued);
    waits.queued_at = Some(at(1));
    let asked = Event::CallbackAsked { callback: callback.clone(), not_before: Some(at(15)) };
    check(at(5), &waits, ask(), Ok(vec![asked.clone()]));
    assert_eq!(effects(&waits, at(5), &asked), [Effect::Route { at: at(15) }]);
    let mut it = evolve(waits, at(5), &asked);
    check(at(6), &it, ask(), Ok(vec![]));
    // Hanging up is no abandon now.
    check(at(6), &it, Command::Leave { wrap_up: Duration::ZERO }, Ok(vec![]));
    let plan = Plan { retries: 1, between: Duration::from_secs(600) };
    for (second, again_at) in [(20, Some(at(620))), (630, None)] {
        it = evolve(it, at(second), &Event::Answered { agent: amy() });
        let not_reached = Command::NotReached { agent: amy(), plan };
        let missed = Event::CallbackMissed { agent: amy(), again_at };
        let mut expected = vec![missed.clone()];
        if again_at.is_none() {
            expected.push(Event::Ended { by: Ending::NotReached });
        }
        check(at(second), &it, not_reached, Ok(expected));
        it = evolve(it, at(second), &missed);
        assert_eq!((it.queued_at, it.not_before), (Some(at(1)), again_at), "it keeps its age");
    }
    let talks = in_state(State::Active { agent: amy() });
    check(at(1), &talks, Command::NotReached { agent: amy(), plan }, Err(Refusal::NoCallback));
    let cancelled = Event::Ended { by: Ending::CallbackCancelled };
    let wants = evolve(in_state(State::Queued), at(5), &asked);
    check(at(6), &wants, Command::CancelCallback, Ok(vec![cancelled]));
}
