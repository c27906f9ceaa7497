//! The database counts what the pure functions count, of whatever may have happened.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../domain/tests/journal/mod.rs"]
mod journal;

use domain::{
    agent::{Presence, Role},
    channel::CapacityKind,
    figures::{
        tally::{SHORT, Tally, Terms},
        visit::{Doing, Entry, Outcome, Reply, Visit, visits},
    },
    id::InteractionId,
    interaction::{Ending, Event},
    queue::{Gate, Queue, ServiceLevel},
    routing::Settings,
    time::Timestamp,
};
use futures::executor::block_on;
use journal::START;
use std::{collections::BTreeMap, time::Duration};
use store::{
    agent::{self, Agent},
    migration::migrate,
    native::{Database, Scratch},
    parameters,
    port::{Sql, transaction},
    queue,
    statistics::{self, Attribution, Group, Question, TallyRow, tallies},
    visit,
};

const INTERACTIONS: u64 = 60;
const HOUR: Duration = Duration::from_secs(3600);

/// When it is counted: some interactions are over, some are not.
fn now() -> Timestamp {
    START + HOUR * 2
}

fn id(number: u64) -> InteractionId {
    InteractionId(format!("i{number:04}"))
}

fn within(queue: &str) -> Duration {
    Duration::from_secs(if queue == "sales" { 120 } else { 20 })
}

/// Waits that last exactly as long as what they are held against.
fn queued() -> Vec<Event> {
    let queued = Event::Queued { queue: "billing".into(), priority: 0, topic: None };
    vec![Event::Started { conversation: "chat".into() }, queued]
}

fn answered() -> Vec<Event> {
    let offered =
        Event::Offered { agent: "amy".into(), answer_by: now(), why: String::new(), next_ring: None };
    vec![offered, Event::Answered { agent: "amy".into() }]
}

fn abandoned() -> Event {
    Event::Ended { by: Ending::Abandoned }
}

struct Center {
    sql: Database,
    journals: BTreeMap<InteractionId, Vec<(Timestamp, Event)>>,
    _scratch: Scratch,
}

impl Center {
    /// A center in which much happened, event by event, as far as it had come by now.
    fn open() -> Self {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(migrate(&sql)).unwrap();
        for (conversation, channel, capacity) in [("chat", "pigeon", "chat"), ("call", "drum", "call")] {
            let insert =
                "INSERT INTO conversation (id, channel, account_id, scheme, value, contact_id, capacity)
                VALUES ($1, $2, 'shop', 'ring', $1, 'marta', $3)";
            block_on(sql.query(insert, parameters![conversation, channel, capacity])).unwrap();
        }
        for name in journal::QUEUES {
            let queue = Queue {
                id: name.into(),
                name: name.to_owned(),
                ring: Duration::from_secs(20),
                wrap_up: Duration::from_secs(60),
                service_level: ServiceLevel { within: within(name), ..ServiceLevel::default() },
                priority: 0,
                routing: Settings::default(),
                gate: Gate::default(),
            };
            block_on(queue::put(&sql, &queue)).unwrap();
        }
        let mut center = Center { sql, journals: BTreeMap::new(), _scratch: scratch };
        (0..INTERACTIONS).for_each(|number| center.play(number, journal::steps(number, 60)));
        for (number, waited) in (INTERACTIONS..).zip([5, 20, 120, 180]) {
            let at = START + Duration::from_secs(waited);
            for (number, end) in [(number, answered()), (number + 100, vec![abandoned()])] {
                center.play(number, vec![(START, queued()), (at, end)]);
            }
        }
        center
    }

    fn play(&mut self, number: u64, steps: Vec<(Timestamp, Vec<Event>)>) {
        for (at, mut events) in steps {
            if at >= now() {
                break;
            }
            for event in &mut events {
                if let Event::Started { conversation } = event {
                    *conversation = if number.is_multiple_of(3) { "call" } else { "chat" }.into();
                }
            }
            let journal = self.journals.entry(id(number)).or_default();
            let append =
                async |sql: &Database| store::journal::append(sql, &id(number), journal, at, &events).await;
            block_on(transaction(&self.sql, append)).unwrap();
            journal.extend(events.into_iter().map(|event| (at, event)));
        }
    }

    fn visits(&self) -> impl Iterator<Item = (u64, Visit)> {
        let number = |id: &InteractionId| id.as_str()[1..].parse().unwrap();
        self.journals
            .iter()
            .flat_map(move |(id, journal)| visits(journal).into_iter().map(move |visit| (number(id), visit)))
    }

    fn stored(&self) -> Vec<(InteractionId, Vec<Visit>)> {
        let of = |id: &InteractionId| (id.clone(), block_on(visit::of(&self.sql, id)).unwrap());
        self.journals.keys().map(of).collect()
    }

    fn ask(&self, question: Question) -> BTreeMap<(String, Timestamp), Tally> {
        let rows = block_on(tallies(&self.sql, question)).unwrap();
        rows.into_iter().map(|TallyRow { group, at, tally }| ((group, at), tally)).collect()
    }
}

fn question() -> Question {
    Question {
        by: Group::Queue,
        attribution: Attribution::Left,
        from: START,
        until: now() + HOUR,
        now: now(),
        within: None,
        short: SHORT,
        kind: None,
        quarters: false,
    }
}

/// What the database should answer, counted by the rules.
fn expected(center: &Center, question: Question) -> BTreeMap<(String, Timestamp), Tally> {
    let mut tallies = BTreeMap::<(String, Timestamp), Tally>::new();
    let place = |at: Timestamp| {
        let quarter = 15 * 60 * 1000;
        let quarter = if question.quarters { Timestamp(at.0 - at.0 % quarter) } else { question.from };
        (question.from..question.until).contains(&at).then_some(quarter)
    };
    for (number, visit) in center.visits() {
        let is_call = number % 3 == 0;
        if question.kind.is_some_and(|kind| (kind == CapacityKind::Call) != is_call) {
            continue;
        }
        let group = match question.by {
            Group::Queue => Some(visit.queue.0.clone()),
            Group::Agent => visit.agent.as_ref().map(|agent| agent.0.clone()),
            Group::Channel => Some(if is_call { "drum" } else { "pigeon" }.to_owned()),
        };
        let counted_at = match question.attribution {
            Attribution::Left => visit.left_at.unwrap_or(question.now),
            Attribution::Entered => visit.entered_at,
        };
        let within = question.within.unwrap_or_else(|| within(visit.queue.as_str()));
        let mut tally = Tally::count([&visit], Terms { within, short: question.short, now: question.now });
        if question.by == Group::Agent {
            (tally.offers, tally.missed, tally.declined) = (0, 0, 0);
            for spell in &visit.spells {
                let Doing::Ringing(reply) = spell.doing else { continue };
                let Some(at) = place(spell.until.unwrap_or(question.now)) else { continue };
                let (missed, declined) = (reply == Reply::Missed, reply == Reply::Declined);
                let own =
                    Tally { offers: 1, missed: missed.into(), declined: declined.into(), ..Tally::default() };
                let tally = tallies.entry((spell.agent.0.clone(), at)).or_default();
                *tally = tally.merge(own);
            }
        }
        if let (Some(group), Some(at)) = (group, place(counted_at)) {
            let sum = tallies.entry((group, at)).or_default();
            *sum = sum.merge(tally);
        }
    }
    tallies
}

#[test]
fn rows_are_the_visits_of_the_journal() {
    let center = Center::open();
    let mut seen = 0;
    for (id, stored) in center.stored() {
        assert_eq!(stored, visits(&center.journals[&id]), "{id}");
        seen += stored.iter().filter(|visit| visit.entry != Entry::Arrival).count();
    }
    assert!(seen > 10, "something was passed on");
}

#[test]
fn the_database_counts_as_the_rules_do() {
    let center = Center::open();
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    for by in [Group::Queue, Group::Agent, Group::Channel] {
        for attribution in [Attribution::Left, Attribution::Entered] {
            for asked in [
                question(),
                Question { quarters: true, ..question() },
                Question { within: Some(Duration::from_secs(45)), short: minutes(1), ..question() },
                Question { kind: Some(CapacityKind::Call), ..question() },
                // From the middle of a quarter, and over before now.
                Question {
                    from: START + minutes(31),
                    until: START + minutes(77),
                    quarters: true,
                    ..question()
                },
                // Later than everything: who waits, waits longer.
                Question { now: now() + HOUR * 3, until: now() + HOUR * 4, ..question() },
            ] {
                let asked = Question { by, attribution, ..asked };
                let told = center.ask(asked);
                assert_eq!(told, expected(&center, asked), "{asked:?}");
                assert!(told.len() > 1 || asked.kind.is_some(), "{asked:?}");
            }
        }
    }
}

#[test]
fn quarters_of_an_hour_make_up_the_whole() {
    let center = Center::open();
    let whole = center.ask(question());
    let mut sums = BTreeMap::<(String, Timestamp), Tally>::new();
    for ((group, _), tally) in center.ask(Question { quarters: true, ..question() }) {
        let sum = sums.entry((group, START)).or_default();
        *sum = sum.merge(tally);
    }
    assert_eq!(sums, whole);
    let all = whole.values().fold(Tally::default(), |all, tally| all.merge(*tally));
    assert!(all.answered > 10 && all.abandoned > 0 && all.waiting > 0 && all.missed > 0, "{all:?}");
    let with_visits = center.journals.values().filter(|journal| !visits(journal).is_empty()).count();
    assert_eq!(all.contacts, u64::try_from(with_visits).unwrap(), "each interaction once");
}

#[test]
fn the_live_view_counts_the_same() {
    let center = Center::open();
    let since = START + HOUR;
    let live = block_on(statistics::queues(&center.sql, since, now())).unwrap();
    let told = expected(&center, Question { from: since, until: Timestamp(i64::MAX), ..question() });
    assert_eq!(live.len(), told.len());
    for ((queue, _), tally) in told {
        let figures = live[&queue.as_str().into()];
        assert_eq!(figures.tally, tally, "{queue}");
        // On the line or to be called back; what rings at somebody is not shown as waiting.
        let waits = |visit: &Visit| {
            let rings = visit.spells.iter().any(|spell| spell.until.is_none());
            visit.queue.0 == queue && visit.outcome == Outcome::Waiting && !rings
        };
        let waiting = center.visits().filter(|(_, visit)| waits(visit)).count();
        assert_eq!(usize::try_from(figures.waiting).unwrap(), waiting, "{queue}");
    }
}

#[test]
fn journals_older_than_the_table_are_read_once_more() {
    let center = Center::open();
    let sql = &center.sql;
    assert!(!block_on(statistics::rebuild(sql)).unwrap(), "a new center has nothing to make anew");
    let before = center.stored();
    let run = |statement: &str| block_on(sql.query(statement, &[])).unwrap();
    run("DELETE FROM visit");
    run("DELETE FROM spell");
    // As the migration finds a center that has journals. One of them cannot be read.
    run("DELETE FROM schema_migration WHERE name = '0012_visit'");
    run("UPDATE interaction_event SET kind = 'unheard_of' WHERE interaction_id = 'i0000' AND version = 1");
    assert_eq!(block_on(migrate(sql)).unwrap(), ["0012_visit"]);
    let mut rounds = 0;
    while block_on(statistics::rebuild(sql)).unwrap() {
        rounds += 1;
        assert!(rounds < 100, "it ends");
    }
    let after = center.stored();
    assert_eq!(after[1..], before[1..]);
    assert_eq!(after[0].1, []);
    assert!(!block_on(statistics::rebuild(sql)).unwrap(), "once");
}

#[test]
fn what_agents_declare_is_kept() {
    let center = Center::open();
    let sql = &center.sql;
    let agent = Agent {
        id: "amy".into(),
        login: "amy".into(),
        name: "Amy".into(),
        role: Role::Agent,
        locale: "es".into(),
        password_hash: String::new(),
        calls_max: 1,
        chats_max: 3,
        shares: None,
        attributes: BTreeMap::new(),
        presence: Presence::Offline,
        presence_since: START,
        idle_since: START,
    };
    block_on(agent::put(sql, &agent, &BTreeMap::new(), &[])).unwrap();
    let lunch = Presence::Pause("lunch".to_owned());
    let declared =
        [(0, Presence::Available), (10, Presence::Available), (20, lunch), (30, Presence::Offline)];
    for (second, presence) in &declared {
        let at = START + Duration::from_secs(*second);
        block_on(agent::declare(sql, &agent.id, presence, at)).unwrap();
    }
    let between = |from, until| {
        let (from, until) = (START + Duration::from_secs(from), START + Duration::from_secs(until));
        let all = block_on(agent::declarations(sql, from, until)).unwrap();
        let seconds = |(at, _): &(Timestamp, Presence)| at.since(START).as_secs();
        all.get(&agent.id)
            .map(|declared| declared.iter().map(seconds).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    // What is declared again is no change. The last one before the time asked for says how it begins.
    assert_eq!(between(0, 100), [0, 20, 30]);
    assert_eq!(between(5, 25), [0, 20]);
    assert_eq!(between(20, 30), [20]);
    assert_eq!(between(40, 50), [30]);
    assert_eq!(between(0, 0), Vec::<u64>::new());
}
