//! The life of an interaction, row by row.

use domain::{
    flow::FlowVersion,
    id::AgentId,
    interaction::{
        Callback, Command, Effect, Ending, Event, First, Interaction, Part, Plan, Refusal, State, decide,
        effects, evolve,
    },
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

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
    in_state(State::Offered { rings: BTreeMap::from([(amy(), at(30))]) })
}

fn in_state(state: State) -> Interaction {
    Interaction { state, queue: Some("sales".into()), ..Interaction::default() }
}

fn follow(before: &Interaction, now: Timestamp, event: &Event) -> Vec<Effect> {
    effects(before, &evolve(before.clone(), now, event), now, event)
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
    let offer =
        Command::Offer { agent: bob(), ring: Duration::from_secs(20), why: String::new(), next_ring: None };
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
    check(at(1), &in_state(State::Bot), leave(), Ok(vec![Event::Ended { by: Ending::LeftBot }]));
    let started = Event::WrapUpStarted { agent: amy(), wrap_up_by: at(61) };
    check(at(1), &in_state(State::Active { agent: amy() }), leave(), Ok(vec![started]));
}

#[test]
fn a_bot_has_a_last_turn_with_who_left() {
    let leave = || Command::Leave { wrap_up: Duration::from_secs(60) };
    let over = || Ok(vec![Event::Ended { by: Ending::LeftBot }]);
    let entered = Event::FlowEntered { flow: "main".into(), version: 1 };
    let talks = evolve(in_state(State::Bot), at(1), &entered);
    check(at(1), &talks, leave(), Ok(vec![Event::HungUp]));
    assert_eq!(follow(&talks, at(1), &Event::HungUp), [Effect::HangUp]);
    let left = evolve(talks, at(1), &Event::HungUp);
    check(at(2), &left, leave(), Ok(vec![]));
    let turned = Event::BotTurned { memory: "m".into(), path: vec!["ask".into()] };
    check(at(2), &left, turn("main", 1), Ok(vec![turned]));
    check(at(2), &left, Command::End, over());
    // A bot that fails keeps nobody's interaction open, and who is back begins anew.
    let failed = Event::BotFailed { reason: "trap".into() };
    let ended = Event::Ended { by: Ending::LeftBot };
    check(at(2), &left, fail(None), Ok(vec![failed, ended]));
    check(at(2), &left, Command::Write, over());
    let passed = evolve(left, at(3), &Event::Flowed { flow: "survey".into() });
    check(at(4), &passed, Command::Write, Ok(vec![]));
}

#[test]
fn a_bot_passes_its_contact_on_to_another_flow() {
    let pass = || Command::PassOn { flow: "survey".into() };
    check(at(1), &in_state(State::Bot), pass(), Ok(vec![Event::Flowed { flow: "survey".into() }]));
    check(at(1), &in_state(State::Queued), pass(), Err(Refusal::NotNow { state: "queued" }));
    let turned = Event::BotTurned { memory: "m".into(), path: vec!["menu".into()] };
    let turned = evolve(in_state(State::Bot), at(1), &turned);
    let passed = evolve(turned, at(2), &Event::Flowed { flow: "survey".into() });
    assert_eq!((passed.bot_turned, passed.bot_turns, passed.state), (false, 1, State::Bot));
}

#[test]
fn a_bot_that_comes_late_changes_nothing() {
    check(at(1), &in_state(State::Queued), turn("main", 1), Ok(vec![]));
    check(at(1), &in_state(State::Active { agent: amy() }), fail(Some(main(1))), Ok(vec![]));
}

fn main(version: u32) -> FlowVersion {
    FlowVersion { flow: "main".into(), version }
}

fn turn(flow: &str, version: u32) -> Command {
    let of = FlowVersion { flow: flow.into(), version };
    Command::BotTurn { of, memory: "m".into(), attributes: BTreeMap::new(), path: vec!["ask".into()] }
}

fn fail(of: Option<FlowVersion>) -> Command {
    Command::FailBot { of, reason: "trap".into(), queue: "sales".into() }
}

#[test]
fn the_first_turn_in_a_flow_enters_it_and_the_version_stays() {
    let entered = |flow: &str, version| Event::FlowEntered { flow: flow.into(), version };
    let turned = || Event::BotTurned { memory: "m".into(), path: vec!["ask".into()] };
    let begins = in_state(State::Bot);
    check(at(1), &begins, turn("main", 1), Ok(vec![entered("main", 1), turned()]));
    let talks = evolve(evolve(begins.clone(), at(1), &entered("main", 1)), at(1), &turned());
    assert_eq!((talks.in_flow(), talks.bot_memory.as_str()), (Some(&main(1)), "m"));
    // A late turn of somebody who chose before that is a turn all the same.
    check(at(2), &talks, turn("main", 2), Ok(vec![turned()]));

    // A flow that fails was entered, too.
    let queued = Event::Queued { queue: "sales".into(), priority: 0, topic: None };
    let failed = || Event::BotFailed { reason: "trap".into() };
    check(at(1), &begins, fail(Some(main(1))), Ok(vec![entered("main", 1), failed(), queued.clone()]));
    check(at(1), &begins, fail(None), Ok(vec![failed(), queued.clone()]));
    check(at(2), &talks, fail(Some(main(1))), Ok(vec![failed(), queued.clone()]));
    let waits = evolve(talks.clone(), at(3), &queued);
    assert_eq!((waits.in_flow(), waits.flow.as_ref()), (None, Some(&main(1))));
}

#[test]
fn who_comes_back_to_a_flow_enters_anew_and_another_one_remembers_nothing() {
    let queued = Event::Queued { queue: "sales".into(), priority: 0, topic: None };
    let before = [
        Event::FlowEntered { flow: "main".into(), version: 1 },
        Event::BotTurned { memory: "m".into(), path: vec![] },
        queued,
        Event::Flowed { flow: "main".into() },
    ];
    let back = before.iter().fold(in_state(State::Bot), |before, event| evolve(before, at(1), event));
    assert_eq!((back.in_flow(), back.next_flow.clone()), (None, Some("main".into())));
    for (flow, version, memory) in [("main", 1, "m"), ("main", 2, ""), ("night", 1, "")] {
        let of = FlowVersion { flow: flow.into(), version };
        assert_eq!(back.memory_in(&of), memory, "{of:?}");
        let entered = Event::FlowEntered { flow: flow.into(), version };
        let events = decide(at(2), &back, turn(flow, version)).unwrap();
        assert_eq!(events[0], entered);
        let after = evolve(back.clone(), at(2), &entered);
        assert_eq!((after.bot_memory.as_str(), after.in_flow()), (memory, Some(&of)));
    }
    // A conversation that a flow has since before there were versions goes on.
    let old = evolve(in_state(State::Bot), at(1), &Event::BotTurned { memory: "m".into(), path: vec![] });
    assert_eq!(evolve(old, at(2), &Event::FlowEntered { flow: "main".into(), version: 1 }).bot_memory, "m");
}

#[test]
fn who_leaves_a_bot_or_falls_silent_was_not_helped() {
    check(at(1), &in_state(State::Bot), Command::End, Ok(vec![Event::Ended { by: Ending::Bot }]));
    check(at(1), &in_state(State::Bot), Command::GiveUp, Ok(vec![Event::Ended { by: Ending::LeftBot }]));
    check(at(1), &in_state(State::Queued), Command::GiveUp, Ok(vec![]));
}

#[test]
fn the_wait_is_counted_from_the_first_queue() {
    let events = [
        (1, Event::Started { conversation: "c".into() }),
        (5, Event::Queued { queue: "sales".into(), priority: 2, topic: Some("invoice".into()) }),
        (6, Event::Offered { agent: amy(), answer_by: at(26), why: String::new(), next_ring: None }),
        (26, Event::OfferExpired { agent: amy() }),
        (27, Event::Offered { agent: bob(), answer_by: at(47), why: String::new(), next_ring: None }),
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
    let expired = follow(&ringing(), at(30), &Event::OfferExpired { agent: amy() });
    let missed = Effect::Missed { agent: amy() };
    assert_eq!(expired, [free(), missed, route(30), route(60)]);
    let declined = follow(&ringing(), at(9), &Event::OfferDeclined { agent: amy() });
    assert_eq!(declined, [free(), route(9), route(39)]);
    let wrap_up = in_state(State::WrapUp { agent: amy(), wrap_up_by: at(60) });
    let disposed = Event::Disposed { agent: Some(amy()), disposition: None, note: None };
    assert_eq!(follow(&wrap_up, at(40), &disposed), [free(), route(40), Effect::Close]);
    assert_eq!(follow(&in_state(State::Bot), at(40), &Event::Ended { by: Ending::Bot }), [Effect::Close]);
}

#[test]
fn a_change_of_priority_takes_effect_at_once() {
    let prioritise = |priority, older_by| Command::Prioritise { by: None, priority, older_by };
    let waits = in_state(State::Queued);
    let changed = Event::Prioritised { by: None, priority: 5, older_by: Duration::ZERO };
    check(at(1), &waits, prioritise(Some(5), Duration::ZERO), Ok(vec![changed.clone()]));
    check(at(1), &waits, prioritise(None, Duration::ZERO), Ok(vec![]));
    check(at(1), &waits, prioritise(Some(0), Duration::ZERO), Ok(vec![]));
    assert_eq!(follow(&waits, at(1), &changed), [Effect::Route { at: at(1) }]);
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
    assert_eq!(follow(&wrap_up, at(50), &extended), [Effect::WrapUpDeadline { at: at(90) }]);
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
    assert_eq!(follow(&waits, at(5), &asked), [Effect::Route { at: at(15) }]);
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

fn cat() -> AgentId {
    "cat".into()
}

#[test]
fn it_may_ring_at_several_and_the_first_who_answers_has_it() {
    let offer = |agent| Command::Offer {
        agent,
        ring: Duration::from_secs(20),
        why: String::new(),
        next_ring: Some(at(10)),
    };
    let offered =
        |agent, answer_by, next_ring| Event::Offered { agent, answer_by, why: String::new(), next_ring };
    let one = evolve(in_state(State::Queued), at(5), &offered(amy(), at(25), Some(at(10))));
    check(at(9), &one, offer(bob()), Err(Refusal::NotNow { state: "offered" }));
    check(at(10), &one, offer(amy()), Ok(vec![]));
    check(at(10), &one, offer(bob()), Ok(vec![offered(bob(), at(30), Some(at(10)))]));
    let more = follow(&in_state(State::Queued), at(5), &offered(amy(), at(25), Some(at(10))));
    assert_eq!(more, [Effect::Route { at: at(10) }, Effect::OfferDeadline { at: at(25) }]);

    let both = evolve(one, at(10), &offered(bob(), at(30), None));
    assert_eq!((both.state.agent(), both.state.answer_by()), (None, Some(at(30))));
    check(at(12), &both, offer(cat()), Err(Refusal::NotNow { state: "offered" }));
    check(at(12), &both, Command::Answer { agent: cat() }, Err(Refusal::HeldByAnother { agent: amy() }));
    let answered = Event::Answered { agent: bob() };
    check(at(12), &both, Command::Answer { agent: bob() }, Ok(vec![answered.clone()]));
    // The other has room again, and keeps the place among the idle: nothing was done.
    let let_go = Effect::LetGo { agent: amy() };
    assert_eq!(
        follow(&both, at(12), &answered),
        [let_go, Effect::Route { at: at(12) }, Effect::Present { agent: bob() }]
    );
    let late = evolve(both.clone(), at(12), &answered);
    check(at(12), &late, Command::Answer { agent: amy() }, Err(Refusal::HeldByAnother { agent: bob() }));

    // Each rings for its own time. When one is over, another may be asked at once.
    let missed = Event::OfferExpired { agent: amy() };
    check(at(25), &both, Command::Tick, Ok(vec![missed.clone()]));
    let left = evolve(both.clone(), at(25), &missed);
    assert_eq!((left.state.agent(), left.next_ring), (Some(&bob()), Some(at(25))));
    let declined = evolve(left, at(26), &Event::OfferDeclined { agent: bob() });
    assert_eq!((declined.state, declined.next_ring), (State::Queued, None));
    let expired = |agent| Event::OfferExpired { agent };
    check(at(30), &both, Command::Tick, Ok(vec![expired(amy()), expired(bob())]));
}

#[test]
fn colleagues_are_asked_and_the_first_who_answers_joins() {
    let talking = in_state(State::Active { agent: amy() });
    let invite = |by, agents: &[AgentId], part| Command::Invite {
        by,
        agents: agents.iter().cloned().collect::<BTreeSet<_>>(),
        part,
        ring: Duration::from_secs(20),
        note: Some("a refund?".into()),
    };
    let held = || Err(Refusal::HeldByAnother { agent: amy() });
    check(at(1), &talking, invite(bob(), &[cat()], Part::Consult), held());
    check(at(1), &talking, invite(amy(), &[amy()], Part::Consult), Err(Refusal::NobodyToInvite));
    let invited = Event::Invited {
        by: amy(),
        agents: vec![bob(), cat()],
        part: Part::Consult,
        answer_by: at(21),
        note: Some("a refund?".into()),
    };
    check(at(1), &talking, invite(amy(), &[cat(), amy(), bob()], Part::Consult), Ok(vec![invited.clone()]));
    assert_eq!(follow(&talking, at(1), &invited), [Effect::OfferDeadline { at: at(21) }]);
    let asking = evolve(talking.clone(), at(1), &invited);
    assert_eq!(
        asking.holds().into_values().map(|hold| hold.name()).collect::<Vec<_>>(),
        ["active", "invited", "invited"]
    );
    check(at(2), &asking, invite(amy(), &[bob()], Part::Conference), Err(Refusal::Inviting));
    check(at(20), &asking, Command::Tick, Ok(vec![]));
    check(at(21), &asking, Command::Tick, Ok(vec![Event::InvitationEnded { by: None }]));
    check(
        at(2),
        &asking,
        Command::Withdraw { by: amy() },
        Ok(vec![Event::InvitationEnded { by: Some(amy()) }]),
    );
    check(at(2), &talking, Command::Withdraw { by: amy() }, Ok(vec![]));
    let declined = Event::InvitationDeclined { agent: bob() };
    check(at(2), &asking, Command::Decline { agent: bob() }, Ok(vec![declined.clone()]));
    let only_cat = evolve(asking.clone(), at(2), &declined);
    check(at(2), &only_cat, Command::Answer { agent: bob() }, held());
    assert_eq!(evolve(only_cat, at(3), &Event::InvitationDeclined { agent: cat() }).invitation, None);

    let joined = Event::Joined { agent: bob(), part: Part::Consult };
    check(at(2), &asking, Command::Answer { agent: bob() }, Ok(vec![joined.clone()]));
    let advised = evolve(asking, at(2), &joined);
    assert_eq!((advised.state.agent(), advised.invitation.as_ref()), (Some(&amy()), None));
    check(at(3), &advised, Command::Answer { agent: cat() }, held());
    let change = |agent| Command::ChangePart { by: amy(), agent, part: Part::Conference };
    check(at(3), &advised, change(cat()), Err(Refusal::NoPart { agent: cat() }));
    let changed = Event::PartChanged { agent: bob(), part: Part::Conference };
    check(at(3), &advised, change(bob()), Ok(vec![changed.clone()]));
    check(at(4), &evolve(advised.clone(), at(3), &changed), change(bob()), Ok(vec![]));
    for by in [amy(), bob()] {
        let remark = Command::Remark { by: by.clone(), text: "up to 50 €".into() };
        check(at(3), &advised, remark, Ok(vec![Event::Remarked { by, text: "up to 50 €".into() }]));
    }
    let stranger = Command::Remark { by: cat(), text: "?".into() };
    check(at(3), &advised, stranger, Err(Refusal::NoPart { agent: cat() }));
    let out = |by| Command::StepOut { by, agent: bob() };
    for by in [amy(), bob()] {
        check(at(4), &advised, out(by.clone()), Ok(vec![Event::Left { agent: bob(), by }]));
    }
    check(at(4), &advised, out(cat()), held());
    check(at(4), &advised, Command::StepOut { by: cat(), agent: cat() }, Ok(vec![]));
}

#[test]
fn a_talk_is_handed_over_to_who_takes_part_and_ends_for_all() {
    let mut talking = in_state(State::Active { agent: amy() });
    talking.talks_since = Some(at(0));
    talking.guests = BTreeMap::from([(bob(), Part::Consult), (cat(), Part::Conference)]);
    let hand_over = |agent: AgentId| Command::HandOver { by: amy(), agent, note: None };
    check(at(9), &talking, hand_over("dan".into()), Err(Refusal::NoPart { agent: "dan".into() }));
    let events = vec![Event::Transferred { by: amy(), note: None }, Event::Answered { agent: bob() }];
    check(at(9), &talking, hand_over(bob()), Ok(events.clone()));
    assert_eq!(follow(&talking, at(9), &events[0]), []);
    let free = |agent| Effect::Free { agent };
    let route = || Effect::Route { at: at(9) };
    let talked = || Effect::Talked { agent: amy(), time: Duration::from_secs(9) };
    assert_eq!(
        follow(&talking, at(9), &events[1]),
        [talked(), free(amy()), route(), Effect::Present { agent: bob() }]
    );
    let after = evolve(talking.clone(), at(9), &events[1]);
    assert_eq!(after.state, State::Active { agent: bob() });
    assert_eq!(after.guests, BTreeMap::from([(cat(), Part::Conference)]));

    let over = Event::WrapUpStarted { agent: amy(), wrap_up_by: at(69) };
    let deadline = Effect::WrapUpDeadline { at: at(69) };
    assert_eq!(follow(&talking, at(9), &over), [talked(), free(bob()), free(cat()), route(), deadline]);
    assert_eq!(evolve(talking, at(9), &over).guests, BTreeMap::new());
}
