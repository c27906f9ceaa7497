//! Limits and exits: rows by hand, and any net of queues.

use domain::{
    channel::CapacityKind,
    id::QueueId,
    queue::{
        Arrival, Arriving, Entry, Exit, Gate, Limits, Message, Mistake, Place, Reason, Scene, Situation,
        Staff, Then, Waiting, enter, leave, look, next_look_at,
    },
    time::Timestamp,
};
use jiff::tz::TimeZone;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const SOMEBODY: Staff = Staff { available: 1, busy: 0, paused: 0 };
static UTC: TimeZone = TimeZone::UTC;
const NOBODY: Staff = Staff { available: 0, busy: 0, paused: 3 };

fn gate(value: serde_json::Value) -> Gate {
    serde_json::from_value(value).expect("a gate")
}

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond())
}

fn new(kind: CapacityKind) -> Arrival {
    Arrival { kind, arriving: Arriving::New, left: BTreeSet::new(), to_flow: BTreeSet::new() }
}

fn since(at: Timestamp, kind: CapacityKind) -> Waiting {
    Waiting { kind, since: at, done: BTreeSet::new() }
}

/// Monday, 10:00 in UTC.
const MORNING: &str = "2026-11-23T10:00:00Z";

/// Queues with their gates and what is the case there.
struct Net(Vec<(&'static str, Gate, Situation)>);

impl Net {
    fn scenes(&self) -> BTreeMap<QueueId, Scene<'_>> {
        let scenes = self.0.iter().map(|(id, gate, situation)| {
            (QueueId::from(*id), Scene { gate, zone: &UTC, situation: *situation })
        });
        scenes.collect()
    }
}

/// The queues and the reasons on the way, and where it ends.
#[track_caller]
fn check(net: &Net, arrival: &Arrival, expected: (&[(&str, Reason)], &str, Place)) -> Entry {
    let entry = enter(&net.scenes(), &"a".into(), at(MORNING), arrival);
    let steps: Vec<_> = entry.steps.iter().map(|step| (step.queue.as_str(), step.reason)).collect();
    assert_eq!((&steps[..], entry.queue.as_str(), entry.place.clone()), expected, "{arrival:?}");
    entry
}

fn situation(length: u32, staff: Staff) -> Situation {
    Situation { length, staff, unstaffed_since: None }
}

#[test]
fn who_returns_has_a_fifth_more() {
    for (max, length, arriving, full) in [
        (10, 9, Arriving::New, false),
        (10, 10, Arriving::New, true),
        (10, 11, Arriving::Returning, false),
        (10, 12, Arriving::Returning, true),
        (1, 1, Arriving::Returning, false),
        (1, 2, Arriving::Returning, true),
        (0, 0, Arriving::New, true),
        (0, 0, Arriving::Returning, true),
        (u32::MAX, u32::MAX - 1, Arriving::Returning, false),
    ] {
        let queue = gate(json!({"limits": {"length_max": max}}));
        let net = Net(vec![("a", queue, situation(length, SOMEBODY))]);
        let arrival = Arrival { arriving, ..new(CapacityKind::Call) };
        let entry = enter(&net.scenes(), &"a".into(), at(MORNING), &arrival);
        assert_eq!(!entry.steps.is_empty(), full, "{length} of {max}, {arriving:?}");
    }
}

#[test]
fn who_counts_as_being_there() {
    for (staff, alone, with_paused) in [
        (Staff::default(), false, false),
        (SOMEBODY, true, true),
        (Staff { busy: 1, ..Staff::default() }, true, true),
        (NOBODY, false, true),
    ] {
        let limits = Limits { paused_count: false, ..Limits::default() };
        assert_eq!(limits.staffed(staff), alone, "{staff:?}");
        assert_eq!(Limits { paused_count: true, ..limits }.staffed(staff), with_paused, "{staff:?}");
    }
}

#[test]
fn each_reason_has_a_place_for_everybody() {
    let closed = json!({"hours": {"week": {}}});
    let holiday = json!({"hours": {"week": {"mon": ["00:00-24:00"]}, "exceptions": {"2026-11-23": []}}});
    for (limits, reason) in [
        (json!({"length_max": 0}), Reason::Full),
        (json!({"nobody_ms": 0}), Reason::Nobody),
        (closed, Reason::Closed),
        (holiday, Reason::Holiday),
    ] {
        let net = Net(vec![("a", gate(json!({ "limits": limits })), situation(0, Staff::default()))]);
        check(&net, &new(CapacityKind::Call), (&[("a", reason)], "a", Place::Callback));
        for kind in [CapacityKind::Chat, CapacityKind::Post, CapacityKind::Mail] {
            let entry = check(&net, &new(kind), (&[("a", reason)], "a", Place::Waiting));
            // Only who chats at a closed door is told so, in their language.
            let told = match &entry.steps[0].exit {
                Exit::Message(message) => message.text(Some("pt-BR")).map(str::to_owned),
                _ => None,
            };
            let tells = kind == CapacityKind::Chat && matches!(reason, Reason::Closed | Reason::Holiday);
            assert_eq!(told.is_some_and(|text| text.starts_with("Agora estamos fechados")), tells);
        }
    }
}

#[test]
fn exits_are_followed_from_queue_to_queue_and_never_back() {
    let to = |queue: &str| json!({"limits": {"length_max": 1}, "exits": {"full": {"queue": queue}}});
    let net = |gates: &[(&'static str, serde_json::Value, u32)]| {
        Net(gates
            .iter()
            .map(|(id, value, length)| (*id, gate(value.clone()), situation(*length, SOMEBODY)))
            .collect())
    };
    let call = new(CapacityKind::Call);
    let full = Reason::Full;
    // There is room at the end of the chain.
    let chain = net(&[("a", to("b"), 1), ("b", to("c"), 1), ("c", to("a"), 0)]);
    check(&chain, &call, (&[("a", full), ("b", full)], "c", Place::Waiting));
    // All are full, and the last leads back to the first: what holds by default.
    let circle = net(&[("a", to("b"), 1), ("b", to("c"), 1), ("c", to("a"), 1)]);
    check(&circle, &call, (&[("a", full), ("b", full), ("c", full)], "c", Place::Callback));
    check(&circle, &new(CapacityKind::Mail), (&[("a", full), ("b", full), ("c", full)], "c", Place::Waiting));
    // A queue that leads to itself, or to one that is gone.
    check(&net(&[("a", to("a"), 1)]), &call, (&[("a", full)], "a", Place::Callback));
    check(&net(&[("a", to("gone"), 1)]), &call, (&[("a", full)], "a", Place::Callback));
    // It was in b before, and left it: not there again.
    let returning = Arrival { left: [QueueId::from("b")].into(), ..call.clone() };
    check(&chain, &returning, (&[("a", full)], "a", Place::Callback));
    check(&net(&[]), &call, (&[], "a", Place::Waiting));
}

#[test]
fn what_cannot_be_is_as_by_default() {
    let closed = |exit: serde_json::Value| {
        let queue = gate(json!({"limits": {"hours": {"week": {}}}, "exits": {"closed": exit}}));
        Net(vec![("a", queue, Situation::default())])
    };
    let said = |then: &str| json!({"message": {"texts": {"es": "Hola"}, "then": then}});
    for (exit, call, chat) in [
        (json!("stay"), Place::Callback, Place::Waiting),
        (json!("voicemail"), Place::Voicemail, Place::Waiting),
        (json!("callback"), Place::Callback, Place::Waiting),
        (said("stay"), Place::Callback, Place::Waiting),
        (said("end"), Place::Ended, Place::Ended),
        (json!({"flow": "night"}), Place::Flow("night".into()), Place::Flow("night".into())),
    ] {
        for (kind, place) in [(CapacityKind::Call, call), (CapacityKind::Chat, chat)] {
            check(&closed(exit.clone()), &new(kind), (&[("a", Reason::Closed)], "a", place));
        }
    }
}

#[test]
fn a_step_says_which_holiday_it_is_and_when_it_opens() {
    let all = ["09:00-18:00"];
    let queue = gate(json!({
        "limits": {"hours": {"week": {"mon": all, "tue": all}, "holidays": ["AR"]}},
        "exits": {"closed": {"flow": "night"}},
    }));
    let net = Net(vec![("a", queue, Situation::default())]);
    // A holiday without an exit of its own is closed like any other day.
    let flow = Place::Flow("night".into());
    let entry = check(&net, &new(CapacityKind::Call), (&[("a", Reason::Holiday)], "a", flow));
    // A flow that sends them back has them once.
    let back = Arrival { to_flow: [QueueId::from("a")].into(), ..new(CapacityKind::Call) };
    let stays = check(&net, &back, (&[("a", Reason::Holiday)], "a", Place::Waiting));
    assert_eq!(stays.steps[0].exit, Exit::Stay);
    assert_eq!(entry.steps[0].name.as_deref(), Some("Día de la Soberanía Nacional"));
    assert_eq!(entry.steps[0].opens, Some(at("2026-11-24T09:00:00Z")));
}

#[test]
fn who_waits_is_looked_at_when_a_limit_comes_near() {
    let queue = gate(json!({
        "limits": {"hours": {"week": {"mon": ["09:00-18:00"]}}, "wait_max_ms": 300_000, "nobody_ms": 5_000},
        "exits": {"too_long": {"queue": "b"}, "nobody": "voicemail"},
    }));
    let scene = |staff, unstaffed_since| Scene {
        gate: &queue,
        zone: &UTC,
        situation: Situation { length: 0, staff, unstaffed_since },
    };
    let to_b = Some((Reason::TooLong, Exit::Queue("b".into())));
    let closed = Some((Reason::Closed, Exit::Callback));
    let gone = Some((Reason::Nobody, Exit::Voicemail));
    let ten = at(MORNING);
    let call = since(ten, CapacityKind::Call);
    let second = |seconds: u64| ten + Duration::from_secs(seconds);
    for (now, staff, unstaffed, expected, next) in [
        (ten, SOMEBODY, None, None, Some(second(300))),
        (second(299), SOMEBODY, None, None, Some(second(300))),
        (second(300), SOMEBODY, None, to_b.clone(), Some(at("2026-11-23T18:00:00Z"))),
        (at("2026-11-23T18:00:00Z"), SOMEBODY, None, closed, None),
        // Nobody is there: for five seconds it is forgiven.
        (second(60), NOBODY, Some(second(58)), None, Some(second(63))),
        (second(63), NOBODY, Some(second(58)), gone.clone(), Some(second(300))),
        (second(4), NOBODY, None, None, Some(second(5))),
        (second(5), NOBODY, None, gone, Some(second(300))),
    ] {
        let scene = scene(staff, unstaffed);
        assert_eq!(look(&scene, now, &call), expected, "{now:?} {staff:?}");
        assert_eq!(next_look_at(&scene, now, &call), next, "{now:?} {staff:?}");
    }
    // Who stayed once for a reason is not asked again for the same.
    let stayed = Waiting { done: [Reason::TooLong].into(), ..call.clone() };
    assert_eq!(look(&scene(SOMEBODY, None), second(400), &stayed), None);
    assert_eq!(next_look_at(&scene(SOMEBODY, None), ten, &stayed), Some(at("2026-11-23T18:00:00Z")));
    let told = Waiting { done: [Reason::Holiday].into(), ..call };
    assert_eq!(next_look_at(&scene(SOMEBODY, None), second(300), &told), None);
    assert_eq!(look(&scene(SOMEBODY, None), at("2026-11-23T18:00:00Z"), &told), to_b);
}

#[test]
fn who_leaves_goes_on_through_the_limits_of_the_next_queue() {
    let a = gate(json!({"limits": {"wait_max_ms": 1000}, "exits": {"too_long": {"queue": "b"}}}));
    let b = gate(json!({"limits": {"length_max": 2}, "exits": {"full": "voicemail"}}));
    for (length, place, queues) in [(1, Place::Waiting, vec!["a"]), (2, Place::Voicemail, vec!["a", "b"])] {
        let net = Net(vec![
            ("a", a.clone(), situation(5, SOMEBODY)),
            ("b", b.clone(), situation(length, SOMEBODY)),
        ]);
        let arrival = new(CapacityKind::Call);
        let entry = leave(&net.scenes(), &"a".into(), Reason::TooLong, at(MORNING), &arrival);
        assert_eq!((entry.queue.as_str(), entry.place), ("b", place));
        assert_eq!(entry.steps.iter().map(|step| step.queue.as_str()).collect::<Vec<_>>(), queues);
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let exits = gate(json!({"exits": {
        "full": {"queue": "a"}, "too_long": {"queue": "gone"}, "nobody": {"flow": " "},
        "closed": {"message": {"texts": {"es": ""}, "then": "end"}}, "holiday": {"queue": "b"},
    }}))
    .exits;
    let queues = ["a", "b"].map(QueueId::from).into();
    let texts: Vec<String> = exits.mistakes(&"a".into(), &queues).iter().map(Mistake::to_string).collect();
    assert_eq!(
        texts,
        [
            "exits.full: leads back into the queue itself",
            "exits.too_long: there is no queue gone",
            "exits.nobody: the flow has no name",
            "exits.closed: a message without words",
        ]
    );
    for value in [
        json!({"limit": {}}),
        json!({"limits": {"wait_max": 5}}),
        json!({"limits": {"length_max": -1}}),
        json!({"exits": {"busy": "stay"}}),
        json!({"exits": {"full": "hang_up"}}),
        json!({"exits": {"full": {"queue": "b", "then": "end"}}}),
        json!({"exits": {"full": {"message": {"texts": {}, "then": "end", "and": 1}}}}),
    ] {
        assert!(serde_json::from_value::<Gate>(value.clone()).is_err(), "{value}");
    }
    let message = Message { texts: [("en".to_owned(), "Hi".to_owned())].into(), then: Then::End };
    assert_eq!(message.text(Some("pt")), Some("Hi"));
}

/// xorshift: the same nets in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn of<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
        items[usize::try_from(self.below(N as u64)).expect("small")]
    }

    fn exit(&mut self) -> serde_json::Value {
        let queue = self.of(IDS);
        match self.below(8) {
            0 => json!("stay"),
            1 => json!("voicemail"),
            2 => json!("callback"),
            3 => json!({"flow": "night"}),
            4 => {
                json!({"message": {"texts": {"es": "Hola"}, "then": self.of(["end", "stay"])}})
            }
            _ => json!({"queue": queue}),
        }
    }

    fn gate(&mut self) -> Gate {
        let mut limits = serde_json::Map::new();
        if self.below(2) == 0 {
            limits.insert("length_max".to_owned(), json!(self.below(3)));
        }
        if self.below(2) == 0 {
            limits.insert("wait_max_ms".to_owned(), json!(self.below(4) * 600_000));
        }
        if self.below(2) == 0 {
            limits.insert("nobody_ms".to_owned(), json!(self.below(3) * 300_000));
        }
        if self.below(2) == 0 {
            let from = self.below(24);
            let week = json!({"mon": [format!("{from:02}:00-{:02}:30", self.below(24))]});
            limits.insert("hours".to_owned(), json!({"week": week, "holidays": [self.of(["MX", "CO"])]}));
        }
        let mut exits = serde_json::Map::new();
        for reason in Reason::ALL {
            if self.below(3) != 0 {
                exits.insert(reason.as_str().to_owned(), self.exit());
            }
        }
        gate(json!({"limits": limits, "exits": exits}))
    }

    fn situation(&mut self, now: Timestamp) -> Situation {
        let mut count = || u32::try_from(self.below(2)).expect("small");
        let staff = Staff { available: count(), busy: count(), paused: count() };
        let length = count() + count();
        let unstaffed_since = (self.below(2) == 0).then(|| now - Duration::from_secs(self.below(20) * 60));
        Situation { length, staff, unstaffed_since }
    }
}

/// The last one is never in the net.
const IDS: [&str; 5] = ["a", "b", "c", "d", "gone"];

#[test]
fn in_any_net_everybody_ends_somewhere_and_walks_no_circle() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut longest = 0;
    for _ in 0..20_000 {
        let now = at(MORNING) + Duration::from_secs(random.below(1440) * 60);
        let net = Net(IDS[..4].iter().map(|id| (*id, random.gate(), random.situation(now))).collect());
        let kind = random.of(CapacityKind::ALL);
        let arriving = random.of([Arriving::New, Arriving::Returning]);
        let left = if random.below(3) == 0 { [QueueId::from("c")].into() } else { BTreeSet::new() };
        let arrival = Arrival { kind, arriving, left, to_flow: BTreeSet::new() };
        let scenes = net.scenes();
        let entry = match random.below(2) {
            0 => enter(&scenes, &"a".into(), now, &arrival),
            _ => leave(&scenes, &"a".into(), Reason::TooLong, now, &arrival),
        };
        let shown = || {
            format!(
                "{arrival:?} {:?}
{entry:?}",
                net.0
            )
        };
        // Each queue once, and none that it left before.
        let queues: BTreeSet<_> = entry.steps.iter().map(|step| &step.queue).collect();
        assert_eq!(queues.len(), entry.steps.len(), "{}", shown());
        assert!(!queues.iter().any(|queue| arrival.left.contains(*queue)), "{}", shown());
        assert!(scenes.contains_key(&entry.queue), "{}", shown());
        // Each step leads to the next one, and the last one to the place.
        for (step, next) in entry.steps.iter().zip(entry.steps.iter().skip(1)) {
            assert_eq!(step.exit, Exit::Queue(next.queue.clone()), "{}", shown());
        }
        let expected = match entry.steps.last().map(|step| &step.exit) {
            None | Some(Exit::Stay | Exit::Queue(_)) => Place::Waiting,
            Some(Exit::Message(message)) if message.then == Then::Stay => Place::Waiting,
            Some(Exit::Message(_)) => Place::Ended,
            Some(Exit::Voicemail) => Place::Voicemail,
            Some(Exit::Callback) => Place::Callback,
            Some(Exit::Flow(name)) => Place::Flow(name.clone()),
        };
        assert_eq!(entry.place, expected, "{}", shown());
        let phone = matches!(entry.place, Place::Voicemail | Place::Callback);
        assert!(!phone || kind == CapacityKind::Call, "{}", shown());
        longest = longest.max(entry.steps.len());
    }
    assert_eq!(longest, 4, "the nets have chains through all of their queues");
}

#[test]
fn who_waited_longer_does_not_wait_on_where_others_leave() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut left = 0;
    for _ in 0..1500 {
        let now = at(MORNING) + Duration::from_secs(random.below(1440) * 60);
        let (gate, situation) = (random.gate(), random.situation(now));
        let scene = Scene { gate: &gate, zone: &UTC, situation };
        let mut leaves = false;
        for minutes in 0..60 {
            let waiting = since(now - Duration::from_secs(minutes * 60), CapacityKind::Call);
            let found = look(&scene, now, &waiting).is_some();
            assert!(found || !leaves, "{minutes} min {gate:?} {situation:?}");
            leaves = found;
        }
        left += u32::from(leaves);
    }
    assert!((500..1500).contains(&left), "some leave and some stay: {left}");
}

#[test]
fn nothing_changes_before_the_next_look() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    let mut changed = 0;
    for _ in 0..1500 {
        let now = at(MORNING) + Duration::from_secs(random.below(1440) * 60);
        let (gate, situation) = (random.gate(), random.situation(now));
        let scene = Scene { gate: &gate, zone: &UTC, situation };
        let waiting = since(now - Duration::from_secs(random.below(40) * 60), CapacityKind::Chat);
        let next = next_look_at(&scene, now, &waiting);
        assert!(next.is_none_or(|next| now < next));
        if look(&scene, now, &waiting).is_some() {
            continue;
        }
        let until = next.unwrap_or(now + Duration::from_secs(48 * 3600));
        let minutes = (0..48 * 60).map(|minute| now + Duration::from_secs(minute * 60));
        for then in minutes.take_while(|then| *then < until) {
            assert_eq!(look(&scene, then, &waiting), None, "{then:?} {gate:?} {situation:?}");
        }
        if let Some(next) = next {
            assert!(look(&scene, next, &waiting).is_some(), "{next:?} {gate:?} {situation:?}");
            changed += 1;
        }
    }
    assert!(200 < changed, "{changed}");
}
