//! What one turn of a bot makes the center do.

use bot::step::{
    Action, Call, Callback, ContactDetail, Identity, LocalTime, Menu, QueueQuestion, Search, SentFile, Skill,
    SurveyAnswer, Target, Transfer, Turn,
};
use domain::{
    id::{FlowId, QueueId},
    interaction::SKILLS,
    message::{self, Content, MenuOption},
    time::Timestamp,
};
use jiff::{civil::DateTime, tz::TimeZone};
use shell::{bot::Then, inbound::Person};
use std::{collections::BTreeMap, time::Duration};
use store::survey;

/// The attribute that tells the next flow what it is about.
const TOPIC: &str = "topic";

/// What the bot's turns for one event come to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    pub memory: String,
    pub path: Vec<String>,
    pub says: Vec<Say>,
    pub attributes: BTreeMap<String, String>,
    pub person: Person,
    pub answers: Vec<survey::Answer>,
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    Words(Content),
    /// A file that is still where the business has it.
    File(SentFile),
}

/// Where the bot's words about time are read.
#[derive(Debug, Clone)]
pub struct Clock {
    /// How long the contact is waited for where the bot does not say. `None`: whoever holds the line looks after
    /// that.
    pub patience: Option<Duration>,
    pub zone: TimeZone,
}

/// What the bot wants to know before it goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    Call(Call),
    Search(Search),
    Contact(Identity),
    Queue(QueueQuestion),
}

impl Asked {
    /// What the bot knows it by.
    pub fn id(&self) -> &str {
        match self {
            Asked::Call(Call { id, .. })
            | Asked::Search(Search { id, .. })
            | Asked::Contact(Identity { id, .. })
            | Asked::Queue(QueueQuestion { id, .. }) => id,
        }
    }
}

impl Done {
    /// Adds what `turn`, which is checked, asks for. Gives what is to be found out before the next turn, if there
    /// is something.
    pub fn add(&mut self, turn: Turn, clock: &Clock) -> Option<Asked> {
        self.memory = turn.memory;
        self.path.extend(turn.path);
        turn.actions.into_iter().filter_map(|action| self.act(action, clock)).last()
    }

    fn act(&mut self, action: Action, clock: &Clock) -> Option<Asked> {
        match action {
            Action::Say(prompt) => self.say(Content::text(prompt.text)),
            Action::Ask(question) => {
                self.say(Content::text(question.prompt.text));
                self.then = clock.asks(question.patience_ms);
            }
            Action::Menu(menu) => {
                self.then = clock.asks(menu.patience_ms);
                self.say(Content::Menu(readable(menu)));
            }
            Action::Send(file) => self.says.push(Say::File(file)),
            Action::SetAttribute(attribute) => {
                self.attributes.insert(attribute.name, attribute.value);
            }
            Action::SetContact(detail) => self.learn(detail),
            Action::Survey(answer) => self.answers.push(kept(answer)),
            // Every written word is kept; a call is recorded by whoever holds the line.
            Action::Record(_) => {}
            Action::Wait(time) => self.then = Then::Wait(millis(time)),
            Action::Call(call) => return Some(Asked::Call(call)),
            Action::Search(search) => return Some(Asked::Search(search)),
            Action::FindContact(identity) => return Some(Asked::Contact(identity)),
            Action::CheckQueue(question) => return Some(Asked::Queue(question)),
            Action::Transfer(transfer) => self.hand_over(transfer),
            Action::Callback(callback) => self.call_back(callback, &clock.zone),
            Action::End => self.then = Then::End,
            Action::Fail(why) => self.then = Then::Fail(why),
        }
        None
    }

    fn say(&mut self, content: Content) {
        self.says.push(Say::Words(content));
    }

    /// What cannot be a phone number or an address is dropped where it is recorded.
    fn learn(&mut self, detail: ContactDetail) {
        let person = &mut self.person;
        let (known, told) = match detail {
            ContactDetail::Name(name) => (&mut person.name, name),
            ContactDetail::Phone(phone) => (&mut person.phone, phone),
            ContactDetail::Email(email) => (&mut person.email, email),
            ContactDetail::Locale(locale) => (&mut person.locale, locale),
        };
        *known = Some(told);
    }

    fn hand_over(&mut self, transfer: Transfer) {
        let Transfer { to, topic, priority, skills } = transfer;
        self.need(&skills);
        let (priority, topic) = (i32::from(priority), topic_line(topic));
        self.then = match to {
            Target::Queue(queue) => Then::Queue { queue: QueueId(queue), priority, topic },
            Target::Flow(flow) => {
                self.attributes.extend(topic.map(|topic| (TOPIC.to_owned(), topic)));
                Then::PassOn { flow: FlowId(flow), priority }
            }
        };
    }

    fn call_back(&mut self, callback: Callback, zone: &TimeZone) {
        let Callback { phone, at, wait: Transfer { to, topic, priority, skills } } = callback;
        self.need(&skills);
        // A flow calls nobody: who names one gets the account's queue, as with a queue that does not exist.
        let (Target::Queue(name) | Target::Flow(name)) = to;
        let (priority, topic) = (i32::from(priority), topic_line(topic));
        let at = at.and_then(|at| instant(at, zone));
        self.then = Then::CallBack { queue: QueueId(name), priority, topic, phone, at };
    }

    fn need(&mut self, skills: &[Skill]) {
        if skills.is_empty() {
            return;
        }
        let needed: Vec<_> = skills.iter().map(|Skill { name, level }| format!("{name}:{level}")).collect();
        self.attributes.insert(SKILLS.to_owned(), needed.join(","));
    }
}

impl Clock {
    fn asks(&self, patience_ms: Option<u32>) -> Then {
        self.patience.map_or(Then::Listen, |usual| Then::Ask(patience_ms.map_or(usual, millis)))
    }
}

fn millis(time: u32) -> Duration {
    Duration::from_millis(time.into())
}

fn readable(menu: Menu) -> message::Menu {
    let options = menu.options.into_iter().map(|option| MenuOption { id: option.id, title: option.title });
    message::Menu { text: menu.prompt.text, options: options.collect() }
}

fn kept(answer: SurveyAnswer) -> survey::Answer {
    let SurveyAnswer { survey, question, answer, score } = answer;
    let score = score.map(|score| survey::Score { points: score.points.into(), of: score.of.into() });
    survey::Answer { survey, question, answer, score }
}

fn topic_line(topic: String) -> Option<String> {
    Some(topic).filter(|topic| !topic.trim().is_empty())
}

/// When the clock on the business's wall shows it. `None`: it never does.
fn instant(at: LocalTime, zone: &TimeZone) -> Option<Timestamp> {
    let small = |number: u8| i8::try_from(number).ok();
    let (month, day) = (small(at.month)?, small(at.day)?);
    let (hour, minute) = (small(at.hour)?, small(at.minute)?);
    let wall = DateTime::new(i16::try_from(at.year).ok()?, month, day, hour, minute, 0, 0).ok()?;
    Some(Timestamp(wall.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bot::step::{self, Attribute, Recording, Score};

    const HALF_AN_HOUR: Duration = Duration::from_secs(1800);

    fn done(actions: Vec<Action>) -> (Done, Option<Asked>) {
        let clock = Clock { patience: Some(HALF_AN_HOUR), zone: TimeZone::get("Europe/Madrid").unwrap() };
        let mut done = Done::default();
        let asked = done.add(Turn { actions, memory: "m".to_owned(), path: vec!["menu".to_owned()] }, &clock);
        (done, asked)
    }

    fn then(action: Action) -> Then {
        done(vec![action]).0.then
    }

    fn words(text: &str) -> Say {
        Say::Words(Content::text(text))
    }

    fn menu(patience_ms: Option<u32>) -> step::Menu {
        let option =
            step::MenuOption { id: "a".into(), title: "A".into(), key: Some("7".into()), spoken: None };
        step::Menu { prompt: "?".into(), options: vec![option], patience_ms }
    }

    #[test]
    fn a_turn_is_done_in_order() {
        let phone = Action::SetContact(ContactDetail::Phone("600 11 12 22".into()));
        let order = Action::SetAttribute(Attribute { name: "order".into(), value: "1042".into() });
        let file = SentFile { system: "shop".into(), path: "/a".into(), name: "a.pdf".into(), caption: None };
        let (survey, question, answer) = ("csat".into(), "all".into(), "5".into());
        let survey = SurveyAnswer { survey, question, answer, score: Some(Score { points: 5, of: 5 }) };
        let skills = vec![Skill { name: "english".into(), level: 4 }];
        let transfer = Transfer { priority: 3, skills, ..Transfer::to_queue("sales", "lamp") };
        let (turn, asked) = done(vec![
            Action::Say("hi".into()),
            Action::Send(file.clone()),
            order,
            phone,
            Action::Survey(survey),
            Action::Record(Recording::Start),
            Action::Transfer(transfer),
        ]);
        let attributes = [("order", "1042"), (SKILLS, "english:4")];
        let score = Some(survey::Score { points: 5, of: 5 });
        let (survey, question, answer) = ("csat".into(), "all".into(), "5".into());
        let expected = Done {
            memory: "m".to_owned(),
            path: vec!["menu".to_owned()],
            says: vec![words("hi"), Say::File(file)],
            attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            person: Person { phone: Some("600 11 12 22".into()), ..Person::default() },
            answers: vec![survey::Answer { survey, question, answer, score }],
            then: Then::Queue { queue: "sales".into(), priority: 3, topic: Some("lamp".into()) },
        };
        assert_eq!((turn, asked), (expected, None));
    }

    #[test]
    fn what_a_turn_ends_with() {
        let question = |patience_ms| step::Question {
            prompt: "?".into(),
            expected: step::Expectation::Anything,
            digits: None,
            hints: vec![],
            patience_ms,
        };
        let flow = Transfer { to: Target::Flow("survey".into()), ..Transfer::to_queue("", "lamp") };
        for (action, expected) in [
            (Action::Say("go on".into()), Then::Listen),
            (Action::Ask(question(None)), Then::Ask(HALF_AN_HOUR)),
            (Action::Menu(menu(Some(7000))), Then::Ask(Duration::from_secs(7))),
            (Action::Wait(10), Then::Wait(Duration::from_millis(10))),
            (Action::Transfer(flow), Then::PassOn { flow: "survey".into(), priority: 0 }),
            (Action::End, Then::End),
            (Action::Fail("tired".into()), Then::Fail("tired".into())),
        ] {
            assert_eq!(then(action.clone()), expected, "{action:?}");
        }
        let options = vec![MenuOption { id: "a".into(), title: "A".into() }];
        let says = done(vec![Action::Menu(menu(None))]).0.says;
        assert_eq!(says, [Say::Words(Content::Menu(message::Menu { text: "?".into(), options }))]);
        let question = QueueQuestion { id: "q".into(), queue: "sales".into() };
        assert_eq!(done(vec![Action::CheckQueue(question.clone())]).1, Some(Asked::Queue(question)));
    }

    #[test]
    fn on_a_call_the_line_looks_after_silence() {
        let clock = Clock { patience: None, zone: TimeZone::UTC };
        let mut done = Done::default();
        done.act(Action::Menu(menu(Some(7000))), &clock);
        assert_eq!(done.then, Then::Listen);
    }

    #[test]
    fn a_call_back_is_by_the_business_s_clock() {
        let at = LocalTime { year: 2026, month: 11, day: 24, weekday: 2, hour: 9, minute: 30 };
        let call_back = |at| {
            let wait = Transfer::to_queue("sales", " ");
            then(Action::Callback(Callback { phone: Some("600".into()), at, wait }))
        };
        let expected = |at| Then::CallBack {
            queue: "sales".into(),
            priority: 0,
            topic: None,
            phone: Some("600".into()),
            at,
        };
        // 2026-11-24T08:30:00Z.
        assert_eq!(call_back(Some(at)), expected(Some(Timestamp(1_795_509_000_000))));
        assert_eq!(call_back(None), expected(None));
        assert_eq!(call_back(Some(LocalTime { month: 2, day: 30, ..at })), expected(None));
    }
}
