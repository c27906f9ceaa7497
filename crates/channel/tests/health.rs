//! Check-ups and renewals on a real database, with a provider that answers what it is told to.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

#[path = "../../shell/tests/center/mod.rs"]
mod center;

use center::{Center, NOW, at};
use channel::{
    check_up::{Answered, CheckUps, Question, Said, check_up},
    codec::Codec,
    deliver::{World, deliver},
    event::InboundEvent,
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    renewal::{Renewal, Renewals, Renewed, renew},
    signature::Signature,
};
use domain::{
    channel::ChannelProfile,
    due::{Kind, LEASE, Work},
    health::{Finding, Severity},
    message::{Author, Content, DeliveryError},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    failure::Failure,
    health,
    outbound::{Draft, send},
    seal::{self, Key},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    thread,
    time::Duration,
};
use store::{account::Account, feed, parameters, port::Sql};

/// A channel whose provider says `ok`, or what is wrong.
struct Pigeon(ChannelProfile);

impl Codec for Pigeon {
    fn profile(&self) -> ChannelProfile {
        self.0.clone()
    }

    fn verify(&self, _: &Received, _: &Settings) -> Signature {
        Signature::Valid
    }

    fn decode(&self, _: &Received, _: &Settings) -> Result<Vec<Result<InboundEvent, Malformed>>, Malformed> {
        Ok(vec![])
    }

    fn encode(&self, _: &Outbound, _: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        Ok(vec![request("send")])
    }

    fn interpret(&self, answer: &Answer) -> Outcome {
        let text = "the words of a customer".to_owned();
        match answer {
            Answer::Response { status: 200, .. } => Outcome::Accepted { provider_id: None },
            _ => Outcome::AccountRefused { error: DeliveryError::new("locked", text) },
        }
    }

    fn check_ups(&self) -> Option<&dyn CheckUps> {
        Some(&Lofts)
    }

    fn renewals(&self) -> Option<&dyn Renewals> {
        Some(&Lofts)
    }
}

struct Lofts;

impl CheckUps for Lofts {
    fn questions(&self, _: &Settings) -> Vec<Question> {
        ["token", "loft"].map(|name| Question { name, request: request(name) }).into()
    }

    fn read(&self, question: &str, said: &Said<'_>, _: &Settings) -> Answered {
        let word = String::from_utf8_lossy(said.body);
        match &*word {
            "ok" if question == "token" => Answered::accepted(),
            "ok" => Answered::default().fact("pigeons", Some("12".into())),
            "refused" => Answered::refused("no such token"),
            word => Answered::default().finding([Finding::warning(word, word)]),
        }
    }
}

impl Renewals for Lofts {
    fn renewal(&self, settings: &Settings) -> Option<Renewal> {
        settings.get("refresh_token")?;
        Some(Renewal { request: request("renew"), secret: "refresh_token", age_min: Duration::ZERO })
    }

    fn renewed(&self, said: &Said<'_>) -> Result<Renewed, String> {
        let body = String::from_utf8_lossy(said.body).into_owned();
        if !said.is_success() {
            return Err(body);
        }
        let secrets = BTreeMap::from([("access_token", format!("a-{body}")), ("refresh_token", body)]);
        Ok(Renewed { secrets, lasts: Some(Duration::from_secs(7200)) })
    }
}

fn request(name: &str) -> ProviderRequest {
    let url = format!("https://pigeon.example/{name}");
    ProviderRequest { method: "GET", url, headers: vec![], body: vec![] }
}

/// The provider and the clock.
struct Outside<'a> {
    now: Cell<Timestamp>,
    answers: RefCell<BTreeMap<&'static str, Answer>>,
    calls: Cell<usize>,
    /// What happens while the provider thinks.
    meanwhile: Option<&'a dyn Fn()>,
}

fn said(status: u16, body: &str) -> Answer {
    Answer::Response { status, retry_after: None, body: body.into() }
}

impl Outside<'_> {
    fn new() -> Self {
        let answers = ["token", "loft", "send"].map(|name| (name, said(200, "ok")));
        let answers = RefCell::new(answers.into());
        Outside { now: Cell::new(NOW), answers, calls: Cell::new(0), meanwhile: None }
    }

    fn answers(&self, name: &'static str, answer: Answer) {
        self.answers.borrow_mut().insert(name, answer);
    }
}

impl World for Outside<'_> {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn settings(&self, account: &Account) -> Result<Settings, Failure> {
        let mut settings = Settings::of(account);
        settings.extend(&seal::open(&key(), &account.secrets)?);
        Ok(settings)
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        self.calls.set(self.calls.get() + 1);
        self.meanwhile.iter().for_each(|happen| happen());
        let name = request.url.rsplit('/').next().unwrap_or_default().to_owned();
        self.answers.borrow()[&*name].clone()
    }
}

fn key() -> Key {
    Key::parse(&"a1".repeat(32)).unwrap()
}

fn row(center: &Center, kind: Kind) -> Work {
    let key = health::key(kind, &center.account.id);
    block_on(store::due::by_key(&center.connect(), &key)).unwrap().expect("it is planned")
}

fn look(center: &Center, outside: &Outside<'_>) {
    let work = row(center, Kind::CheckUp);
    outside.now.set(work.due_at.max(outside.now.get()));
    let pigeon = Pigeon(center.profile.clone());
    block_on(check_up(&center.connect(), outside, &pigeon, 0, &work)).unwrap();
}

fn found(center: &Center) -> Vec<(String, Severity)> {
    let mut all = block_on(health::findings(&center.connect())).unwrap();
    let list = all.remove(&center.account.id).unwrap_or_default();
    list.into_iter().map(|(_, finding)| (finding.code, finding.severity)).collect()
}

#[track_caller]
fn check(center: &Center, expected: &[&str]) {
    let codes: Vec<String> = found(center).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, expected);
}

#[track_caller]
fn check_alone(center: &Center, code: &str, severity: Severity) {
    assert_eq!(found(center), [(code.to_owned(), severity)]);
}

/// Does what somebody else does meanwhile.
fn aside(work: impl FnOnce() + Send) {
    thread::scope(|scope| scope.spawn(work).join().unwrap());
}

/// How often open desks were told.
fn told(center: &Center) -> usize {
    let entries = block_on(feed::since(&center.connect(), 0, 1000)).unwrap();
    entries.iter().filter(|entry| entry.kind == feed::Kind::Health).count()
}

fn planned() -> Center {
    let center = Center::open(false);
    block_on(health::plan(&center.connect(), NOW)).unwrap();
    center
}

#[test]
fn an_account_is_looked_at_soon_then_hourly_and_at_once_when_it_was_changed() {
    let center = planned();
    let outside = Outside::new();
    let first = row(&center, Kind::CheckUp);
    assert_eq!((first.due_at, first.performer.as_str()), (NOW, "channel-pigeon"));
    block_on(health::plan(&center.connect(), at(5))).unwrap();
    assert_eq!(row(&center, Kind::CheckUp).id, first.id, "once is enough");
    look(&center, &outside);
    assert_eq!(row(&center, Kind::CheckUp).due_at, at(3600));
    let checked = block_on(store::health::checked(&center.connect())).unwrap();
    assert_eq!(checked[&center.account.id].facts["pigeons"], "12");
    block_on(health::check_soon(&center.connect(), at(60), &center.account)).unwrap();
    assert_eq!(row(&center, Kind::CheckUp).due_at, at(60));
}

#[test]
fn two_hosts_do_one_check_up() {
    let center = planned();
    let lease = |now| block_on(store::due::lease(&center.connect(), now, &Kind::OUTSIDE, 9)).unwrap();
    let (one, other) = (lease(at(1)), lease(at(1)));
    assert_eq!((one.len(), other.len()), (1, 0));
    let outside = Outside::new();
    outside.now.set(at(1));
    let pigeon = Pigeon(center.profile.clone());
    block_on(check_up(&center.connect(), &outside, &pigeon, 0, &one[0])).unwrap();
    assert!(lease(at(1) + LEASE).is_empty(), "nor when the lease is over");
    assert_eq!(lease(at(3601)).len(), 1);
}

#[test]
fn saved_while_it_is_looked_at_it_is_looked_at_again() {
    let center = planned();
    let save = || {
        aside(|| block_on(health::check_soon(&center.connect(), at(2), &center.account)).unwrap());
    };
    let outside = Outside { meanwhile: Some(&save), ..Outside::new() };
    look(&center, &outside);
    assert_eq!(row(&center, Kind::CheckUp).due_at, at(2));
}

#[test]
fn what_a_question_finds_stands_until_the_same_question_finds_it_no_more() {
    let center = planned();
    let outside = Outside::new();
    outside.answers("loft", said(200, "leaking"));
    look(&center, &outside);
    check(&center, &["leaking"]);
    let since = block_on(store::health::all(&center.connect())).unwrap()[0].since;
    look(&center, &outside);
    check(&center, &["leaking"]);
    assert_eq!(told(&center), 1, "the second time it is no news");
    assert_eq!(block_on(store::health::all(&center.connect())).unwrap()[0].since, since);
    outside.answers("token", said(401, "refused"));
    outside.answers("loft", said(503, ""));
    look(&center, &outside);
    // The worst first; who does not answer takes nothing back.
    check(&center, &["refused", "leaking"]);
    outside.answers("token", said(200, "ok"));
    outside.answers("loft", said(200, "ok"));
    look(&center, &outside);
    check(&center, &[]);
    assert_eq!(told(&center), 3);
}

#[test]
fn a_provider_that_is_away_is_no_lost_token() {
    let center = planned();
    let outside = Outside::new();
    outside.answers("token", Answer::NotReached { reason: "refused".into() });
    for minute in 1..=2 {
        look(&center, &outside);
        check(&center, &[]);
        assert_eq!(row(&center, Kind::CheckUp).due_at, at(60 * minute));
    }
    look(&center, &outside);
    check_alone(&center, "provider_silent", Severity::Warning);
    assert_eq!(row(&center, Kind::CheckUp).due_at, at(120 + 3600));
    look(&center, &outside);
    assert_eq!((found(&center).len(), told(&center)), (1, 1));
    outside.answers("token", said(200, "ok"));
    look(&center, &outside);
    check(&center, &[]);
}

#[test]
fn nobody_asks_where_nobody_wants_it() {
    let mut center = planned();
    center.account.settings.insert("check_up_minutes".into(), 0.into());
    block_on(store::account::put(&center.connect(), &center.account)).unwrap();
    let outside = Outside::new();
    let found_before = [("loft", vec![Finding::alarm("leaking", "")])];
    block_on(health::tell(&center.connect(), NOW, &center.account.id, &found_before)).unwrap();
    look(&center, &outside);
    assert_eq!(outside.calls.get(), 0);
    // What nobody looks at any more is not said any more.
    check(&center, &[]);
}

#[test]
fn a_send_that_is_refused_is_told_at_once_and_one_that_works_takes_it_back() {
    let center = planned();
    center.hear("marta", "m1", "hola");
    let outside = Outside::new();
    let pigeon = Pigeon(center.profile.clone());
    let write = || {
        let sql = center.connect();
        let conversation = center.conversation("marta");
        let draft = Draft::new(&conversation, None, Author::System, Content::text("Hola"));
        let work = block_on(send(&sql, outside.now(), &draft)).unwrap().work;
        block_on(deliver(&sql, &outside, &pigeon, &work[0])).unwrap();
    };
    outside.answers("send", said(403, ""));
    write();
    write();
    check_alone(&center, "refused", Severity::Alarm);
    assert_eq!(told(&center), 1);
    let all = block_on(store::health::all(&center.connect())).unwrap();
    assert!(!format!("{all:?}").contains("customer"), "only the code: the words may quote the message");
    outside.answers("send", said(200, ""));
    write();
    check(&center, &[]);
    assert_eq!(told(&center), 2);
    // A check-up takes it back as well.
    outside.answers("send", said(403, ""));
    write();
    look(&center, &outside);
    check(&center, &[]);
}

#[test]
fn silence_that_is_not_normal_is_found_in_what_came() {
    let center = planned();
    let sql = center.connect();
    // Five weeks with an event each ten minutes, which end five hours ago.
    let end = NOW - Duration::from_secs(5 * 3600);
    block_on(async {
        let mut at = end - Duration::from_secs(5 * 7 * 24 * 3600);
        sql.query("BEGIN", &[]).await.unwrap();
        while at < end {
            let key = format!("e{}", at.0);
            assert!(store::webhook::is_new(&sql, &center.account.id, &key, at).await.unwrap());
            at = at + Duration::from_secs(600);
        }
        sql.query("COMMIT", &[]).await.unwrap();
    });
    let outside = Outside::new();
    look(&center, &outside);
    // Nobody else is there to compare with.
    check_alone(&center, "silent", Severity::Warning);
    let other = Account { id: "other".into(), address: "2".into(), ..center.account.clone() };
    block_on(async {
        store::account::put(&sql, &other).await.unwrap();
        let recently = NOW - Duration::from_secs(2 * 3600);
        store::webhook::is_new(&sql, &other.id, "e", recently).await.unwrap();
        store::health::count(&sql, &other.id, NOW, Timestamp(0)).await.unwrap();
    });
    look(&center, &outside);
    check_alone(&center, "silent", Severity::Alarm);
    center.hear("marta", "m1", "hola");
    let touch = "UPDATE provider_event SET at_ms = $1 WHERE event_key = 'm1'";
    block_on(sql.query(touch, parameters![outside.now()])).unwrap();
    look(&center, &outside);
    check(&center, &[]);
}

#[test]
fn webhooks_with_wrong_signatures_are_found_while_they_come() {
    let center = planned();
    let pigeon = Pigeon(center.profile.clone());
    let outside = Outside::new();
    for (count, expected) in [(9, &[][..]), (10, &["signature_refused"]), (0, &[])] {
        let work = row(&center, Kind::CheckUp);
        block_on(check_up(&center.connect(), &outside, &pigeon, count, &work)).unwrap();
        check(&center, expected);
    }
}

/// An account with a token that is renewed, looked at once.
fn renewing() -> Center {
    let mut center = planned();
    let pair = |(name, secret): (&str, &str)| (name.to_owned(), secret.into());
    let secrets = [("refresh_token", "r1"), ("secret", "s")].map(pair).into_iter().collect();
    center.account.secrets = seal::seal(&key(), &secrets).unwrap();
    block_on(store::account::put(&center.connect(), &center.account)).unwrap();
    look(&center, &Outside::new());
    center
}

fn secrets(center: &Center) -> BTreeMap<String, String> {
    let account = block_on(store::account::find(&center.connect(), &center.account.id)).unwrap().unwrap();
    let secrets = seal::open(&key(), &account.secrets).unwrap().into_iter();
    secrets.map(|(name, secret)| (name, secret.as_str().unwrap().to_owned())).collect()
}

fn renew_now(center: &Center, outside: &Outside<'_>) {
    let work = row(center, Kind::RenewToken);
    outside.now.set(work.due_at.max(outside.now.get()));
    let pigeon = Pigeon(center.profile.clone());
    block_on(renew(&center.connect(), outside, &pigeon, &key(), &work)).unwrap();
}

#[test]
fn a_token_is_renewed_at_half_of_its_life_and_the_new_one_is_sealed() {
    let center = renewing();
    let outside = Outside::new();
    assert_eq!(row(&center, Kind::RenewToken).due_at, NOW, "its end is not known");
    outside.answers("renew", said(200, "r2"));
    renew_now(&center, &outside);
    let held = secrets(&center);
    assert_eq!([&held["refresh_token"], &held["access_token"], &held["secret"]], ["r2", "a-r2", "s"]);
    let work = row(&center, Kind::RenewToken);
    assert_eq!(work.due_at, at(3600));
    assert!(!work.body.to_string().contains("r2"), "{}", work.body);
    // A check-up leaves a known token to its time.
    look(&center, &outside);
    assert_eq!(row(&center, Kind::RenewToken).due_at, at(3600));
}

#[test]
fn two_hosts_renew_once() {
    let center = renewing();
    let lease =
        || block_on(store::due::lease(&center.connect(), at(1), &[Kind::RenewToken], 9)).unwrap().len();
    assert_eq!((lease(), lease()), (1, 0));
}

#[test]
fn a_new_token_is_not_lost_to_another_change_nor_does_it_replace_a_newer_one() {
    let center = renewing();
    let save = |name: &str, secret: &str| {
        let mut held = secrets(&center);
        held.insert(name.to_owned(), secret.to_owned());
        let held = held.into_iter().map(|(name, secret)| (name, secret.into())).collect();
        let account = Account { secrets: seal::seal(&key(), &held).unwrap(), ..center.account.clone() };
        block_on(store::account::put(&center.connect(), &account)).unwrap();
    };
    let another = || aside(|| save("secret", "s2"));
    let outside = Outside { meanwhile: Some(&another), ..Outside::new() };
    outside.answers("renew", said(200, "r2"));
    renew_now(&center, &outside);
    let held = secrets(&center);
    assert_eq!([&held["refresh_token"], &held["secret"]], ["r2", "s2"], "both are kept");
    let newer = || aside(|| save("refresh_token", "by hand"));
    let outside = Outside { meanwhile: Some(&newer), ..Outside::new() };
    outside.answers("renew", said(200, "r3"));
    renew_now(&center, &outside);
    assert_eq!(secrets(&center)["refresh_token"], "by hand");
    look(&center, &Outside::new());
    assert!(row(&center, Kind::RenewToken).body["fingerprint"].is_string(), "which is renewed in its turn");
}

#[test]
fn a_renewal_that_fails_is_told_and_tried_again() {
    let center = renewing();
    let outside = Outside::new();
    outside.answers("renew", said(200, "r2"));
    renew_now(&center, &outside);
    outside.answers("renew", Answer::NotReached { reason: "away".into() });
    renew_now(&center, &outside);
    renew_now(&center, &outside);
    // A provider may be away for a moment.
    check(&center, &[]);
    renew_now(&center, &outside);
    check_alone(&center, "not_renewed", Severity::Warning);
    outside.answers("renew", said(400, "revoked"));
    for _ in 0..20 {
        renew_now(&center, &outside);
    }
    // It ends soon.
    check_alone(&center, "not_renewed", Severity::Alarm);
    assert_eq!(secrets(&center)["refresh_token"], "r2");
    outside.answers("renew", said(200, "r3"));
    renew_now(&center, &outside);
    check(&center, &[]);
    assert_eq!(secrets(&center)["access_token"], "a-r3");
}
