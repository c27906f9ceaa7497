//! What a turn may not do: the limits that `wit/bot` promises, and what the bot was granted. The runner and
//! the tests of a bot apply the very same ones.

use crate::step::{
    Action, Call, ContactDetail, Header, HeaderValue, Menu, MenuOption, Prompt, Question, SentFile, Skill,
    SurveyAnswer, Transfer, Turn,
};
use std::collections::BTreeSet;

/// Turns for one event, so that a bot that calls and calls does not go on for ever.
pub const TURNS_MAX: usize = 12;
/// Events of one interaction, so that nobody talks with a bot for ever.
pub const EVENTS_MAX: u32 = 500;
/// Characters of what the contact says that reach a bot.
pub const HEARD_MAX: usize = 16_384;

const ACTIONS_MAX: usize = 20;
const TEXT_MAX: usize = 4096;
const OPTIONS_MAX: usize = 10;
const OPTION_ID_MAX: usize = 64;
const OPTION_TITLE_MAX: usize = 200;
const TOPIC_MAX: usize = 200;
const DETAIL_MAX: usize = 200;
const NAME_MAX: usize = 64;
const VALUE_MAX: usize = 1000;
const BODY_BYTES_MAX: usize = 64 * 1024;
const MEMORY_BYTES_MAX: usize = 32 * 1024;
const PLACES_MAX: usize = 100;
const HINTS_MAX: usize = 100;
const HEADERS_MAX: usize = 20;
/// Milliseconds of a `wait` and of patience.
const WAIT_MAX: u32 = 24 * 60 * 60 * 1000;
const PATIENCE_MIN: u32 = 1000;
const CALL_TIME_MAX: u32 = 5_000;
const ATTEMPTS_MAX: u8 = 3;
const ARTICLES_MAX: u8 = 5;

/// What a bot was granted, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    /// Business systems that it may call.
    pub systems: BTreeSet<String>,
    /// Secrets that may go into a call's headers.
    pub secrets: BTreeSet<String>,
    /// It may search the knowledge base.
    pub knowledge: bool,
    /// It may look people up.
    pub contacts: bool,
    /// It is told the contact's earlier interactions.
    pub history: bool,
}

/// What the bot did that it may not do. A bot is pure, so asking it again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Nonsense(pub String);

type Checked = Result<(), Nonsense>;

/// Whether an action waits for something or ends the bot's part: it is the last of its turn.
pub fn closes(action: &Action) -> bool {
    !matches!(
        action,
        Action::Say(_)
            | Action::Send(_)
            | Action::SetAttribute(_)
            | Action::SetContact(_)
            | Action::Survey(_)
            | Action::Record(_)
    )
}

/// Says what is wrong with a turn.
pub fn check(turn: &Turn, grants: &Grants) -> Checked {
    at_most("actions", turn.actions.len(), ACTIONS_MAX)?;
    at_most("bytes of memory", turn.memory.len(), MEMORY_BYTES_MAX)?;
    at_most("places of a turn", turn.path.len(), PLACES_MAX)?;
    for place in &turn.path {
        at_most("characters of a place", chars(place), NAME_MAX)?;
    }
    let last = turn.actions.len().saturating_sub(1);
    if turn.actions.iter().take(last).any(closes) {
        return Err(Nonsense("an action after the one that ends the turn".to_owned()));
    }
    turn.actions.iter().try_for_each(|action| check_action(action, grants))
}

fn check_action(action: &Action, grants: &Grants) -> Checked {
    match action {
        Action::Say(prompt) => said(prompt),
        Action::Menu(menu) => readable(menu),
        Action::Ask(question) => asked(question),
        Action::Send(file) => sendable(file, grants),
        Action::Wait(time) => within("milliseconds to wait", *time, 1, WAIT_MAX),
        Action::Call(call) => callable(call, grants),
        Action::Search(search) => {
            granted("knowledge", grants.knowledge)?;
            within("articles", u32::from(search.at_most), 1, u32::from(ARTICLES_MAX))
        }
        Action::FindContact(identity) => {
            granted("contacts", grants.contacts)?;
            match identity.scheme.as_str() {
                "phone" | "email" => {
                    at_most("characters about the contact", chars(&identity.value), DETAIL_MAX)
                }
                other => Err(Nonsense(format!("{other:?} is neither phone nor email"))),
            }
        }
        Action::CheckQueue(_) | Action::Record(_) | Action::End | Action::Fail(_) => Ok(()),
        Action::SetAttribute(attribute) => {
            at_most("characters of an attribute's name", chars(&attribute.name), NAME_MAX)?;
            at_most("characters of an attribute", chars(&attribute.value), VALUE_MAX)
        }
        Action::SetContact(
            ContactDetail::Name(told)
            | ContactDetail::Phone(told)
            | ContactDetail::Email(told)
            | ContactDetail::Locale(told),
        ) => at_most("characters about the contact", chars(told), DETAIL_MAX),
        Action::Survey(answer) => kept(answer),
        Action::Callback(callback) => transferable(&callback.wait),
        Action::Transfer(transfer) => transferable(transfer),
    }
}

fn said(prompt: &Prompt) -> Checked {
    if prompt.text.trim().is_empty() {
        return Err(Nonsense("an empty text".to_owned()));
    }
    at_most("characters of a text", chars(&prompt.text), TEXT_MAX)?;
    at_most("characters of SSML", prompt.ssml.as_deref().map_or(0, chars), TEXT_MAX)?;
    at_most("characters of a recording's name", prompt.audio.as_deref().map_or(0, chars), DETAIL_MAX)
}

fn readable(menu: &Menu) -> Checked {
    if menu.options.is_empty() {
        return Err(Nonsense("a menu without options".to_owned()));
    }
    at_most("options", menu.options.len(), OPTIONS_MAX)?;
    for (place, option) in menu.options.iter().enumerate() {
        at_most("characters of an option's id", chars(&option.id), OPTION_ID_MAX)?;
        at_most("characters of an option's title", chars(&option.title), OPTION_TITLE_MAX)?;
        at_most(
            "characters of an option's spoken title",
            option.spoken.as_deref().map_or(0, chars),
            OPTION_TITLE_MAX,
        )?;
        let before = menu.options.iter().take(place);
        if option.title.trim().is_empty() || before.clone().any(|other| other.id == option.id) {
            return Err(Nonsense(format!("option {:?} has no title or stands twice", option.id)));
        }
        keyed(option, before)?;
    }
    patient(menu.patience_ms)?;
    said(&menu.prompt)
}

fn keyed<'m>(option: &MenuOption, mut before: impl Iterator<Item = &'m MenuOption>) -> Checked {
    let Some(key) = &option.key else { return Ok(()) };
    if !is_key(key) {
        return Err(Nonsense(format!("{key:?} is no key of a phone")));
    }
    match before.any(|other| other.key.as_ref() == Some(key)) {
        true => Err(Nonsense(format!("key {key} stands twice"))),
        false => Ok(()),
    }
}

fn asked(question: &Question) -> Checked {
    patient(question.patience_ms)?;
    at_most("hints", question.hints.len(), HINTS_MAX)?;
    if let Some(digits) = &question.digits {
        if digits.max == 0 || digits.max < digits.min {
            return Err(Nonsense(format!("{} to {} digits", digits.min, digits.max)));
        }
        if let Some(key) = digits.end_key.as_ref().filter(|key| !is_key(key)) {
            return Err(Nonsense(format!("{key:?} is no key of a phone")));
        }
    }
    said(&question.prompt)
}

pub fn is_key(key: &str) -> bool {
    let mut keys = key.chars();
    keys.next().is_some_and(|key| key.is_ascii_digit() || key == '*' || key == '#') && keys.next().is_none()
}

fn patient(patience_ms: Option<u32>) -> Checked {
    patience_ms.map_or(Ok(()), |time| within("milliseconds of patience", time, PATIENCE_MIN, WAIT_MAX))
}

fn sendable(file: &SentFile, grants: &Grants) -> Checked {
    at_most("characters of a file's name", chars(&file.name), DETAIL_MAX)?;
    at_most("characters of a caption", file.caption.as_deref().map_or(0, chars), TEXT_MAX)?;
    at_system(&file.system, &file.path, grants)
}

fn callable(call: &Call, grants: &Grants) -> Checked {
    at_most("bytes of a call's body", call.body.len(), BODY_BYTES_MAX)?;
    within("attempts", u32::from(call.attempts), 1, u32::from(ATTEMPTS_MAX))?;
    within("milliseconds for a call", call.within_ms, 1, CALL_TIME_MAX)?;
    at_most("headers", call.headers.len(), HEADERS_MAX)?;
    for Header { name, value } in &call.headers {
        let odd = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
        if name.is_empty() || name.contains(odd) || is_ours(name) {
            return Err(Nonsense(format!("{name:?} is no header that a bot may set")));
        }
        match value {
            HeaderValue::Plain(value) if value.chars().any(char::is_control) => {
                return Err(Nonsense(format!("the value of header {name} has control characters")));
            }
            HeaderValue::Plain(value) => at_most("characters of a header", chars(value), VALUE_MAX)?,
            HeaderValue::Secret(secret) if !grants.secrets.contains(secret) => {
                return Err(Nonsense(format!("the secret {secret:?} is not granted")));
            }
            HeaderValue::Secret(_) => {}
        }
    }
    at_system(&call.system, &call.path, grants)
}

/// Headers that say where a request goes and how long it is: the runner's to set.
fn is_ours(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["host", "content-length", "transfer-encoding", "connection", "idempotency-key"].contains(&name.as_str())
}

fn at_system(system: &str, path: &str, grants: &Grants) -> Checked {
    if !grants.systems.contains(system) {
        return Err(Nonsense(format!("the system {system:?} is not granted")));
    }
    // It must not lead elsewhere than to the system's own address.
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '#' || c == '\\';
    let climbs = path.split(['/', '?']).any(|part| part == "..");
    if !path.starts_with('/') || path.starts_with("//") || path.contains(odd) || climbs {
        return Err(Nonsense(format!("{path:?} is no path")));
    }
    Ok(())
}

fn kept(answer: &SurveyAnswer) -> Checked {
    at_most("characters of a survey's name", chars(&answer.survey), NAME_MAX)?;
    at_most("characters of a survey's question", chars(&answer.question), NAME_MAX)?;
    at_most("characters of a survey's answer", chars(&answer.answer), VALUE_MAX)?;
    match &answer.score {
        Some(score) if score.of == 0 || score.of < score.points => {
            Err(Nonsense(format!("{} points of {}", score.points, score.of)))
        }
        _ => Ok(()),
    }
}

fn transferable(transfer: &Transfer) -> Checked {
    at_most("characters of a topic", chars(&transfer.topic), TOPIC_MAX)?;
    if !(-10..=10).contains(&transfer.priority) {
        return Err(Nonsense(format!("priority {} is not between -10 and 10", transfer.priority)));
    }
    transfer.skills.iter().try_for_each(|Skill { name, level }| {
        if !(1..=10).contains(level) || name.is_empty() || name.contains([':', ',']) {
            return Err(Nonsense(format!("{name:?} at level {level} is no skill")));
        }
        Ok(())
    })
}

fn granted(what: &str, is_granted: bool) -> Checked {
    if is_granted { Ok(()) } else { Err(Nonsense(format!("{what} is not granted"))) }
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn at_most(what: &str, count: usize, max: usize) -> Checked {
    if count > max { Err(Nonsense(format!("{count} {what}: at most {max}"))) } else { Ok(()) }
}

fn within(what: &str, count: u32, min: u32, max: u32) -> Checked {
    match (min..=max).contains(&count) {
        true => Ok(()),
        false => Err(Nonsense(format!("{count} {what}: from {min} to {max}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::{
        Attribute, Callback, DigitCount, Expectation, Identity, Method, QueueQuestion, Score, Search, Target,
    };

    fn grants() -> Grants {
        Grants {
            systems: ["shop".to_owned()].into(),
            secrets: ["key".to_owned()].into(),
            ..Grants::default()
        }
    }

    fn wrong(actions: Vec<Action>) -> Option<String> {
        let turn = Turn { actions, memory: String::new(), path: vec![] };
        check(&turn, &grants()).err().map(|nonsense| nonsense.0)
    }

    fn say(text: &str) -> Action {
        Action::Say(text.into())
    }

    fn menu(options: &[(&str, &str, Option<&str>)]) -> Action {
        let option = |&(id, title, key): &(&str, &str, Option<&str>)| MenuOption {
            id: id.into(),
            title: title.into(),
            key: key.map(str::to_owned),
            spoken: None,
        };
        let options = options.iter().map(option).collect();
        Action::Menu(Menu { prompt: "?".into(), options, patience_ms: None })
    }

    fn call(system: &str, path: &str) -> Call {
        let (id, system, path, body) = ("1".into(), system.into(), path.into(), String::new());
        Call { id, system, method: Method::Get, path, headers: vec![], body, attempts: 1, within_ms: 5000 }
    }

    fn header(name: &str, value: HeaderValue) -> Action {
        Action::Call(Call { headers: vec![Header { name: name.into(), value }], ..call("shop", "/") })
    }

    fn transfer(priority: i8, level: u8) -> Action {
        let skills = vec![Skill { name: "english".into(), level }];
        let to = Target::Queue("sales".into());
        Action::Transfer(Transfer { to, topic: "lamp".into(), priority, skills })
    }

    fn ask(min: u8, max: u8, patience_ms: Option<u32>) -> Action {
        let digits = Some(DigitCount { min, max, end_key: Some("#".into()) });
        let expected = Expectation::Number;
        Action::Ask(Question { prompt: "?".into(), expected, digits, hints: vec![], patience_ms })
    }

    fn score(points: u8, of: u8) -> Action {
        let (survey, question, answer) = ("csat".into(), "all".into(), "5".into());
        Action::Survey(SurveyAnswer { survey, question, answer, score: Some(Score { points, of }) })
    }

    #[test]
    fn what_a_bot_may_do() {
        let plain = HeaderValue::Plain("es".into());
        let callback = Callback { phone: None, at: None, wait: Transfer::to_queue("sales", "lamp") };
        let order = Action::SetAttribute(Attribute { name: "order".into(), value: "1042".into() });
        for actions in [
            vec![],
            vec![say("hi"), order, transfer(3, 4)],
            vec![say("bye"), Action::End],
            vec![menu(&[("a", "A", Some("1")), ("b", "B", Some("*"))])],
            vec![ask(4, 8, Some(1000))],
            vec![Action::Call(call("shop", "/orders/1?x=y"))],
            vec![header("accept-language", plain)],
            vec![header("authorization", HeaderValue::Secret("key".into()))],
            vec![score(5, 5), Action::Wait(10)],
            vec![Action::CheckQueue(QueueQuestion { id: "q".into(), queue: "any".into() })],
            vec![Action::Callback(callback)],
        ] {
            assert_eq!(wrong(actions.clone()), None, "{actions:?}");
        }
    }

    #[test]
    fn what_a_bot_may_not_do_is_named() {
        let file = SentFile { system: "bank".into(), path: "/".into(), name: "a".into(), caption: None };
        let search = Search { id: "s".into(), question: "?".into(), at_most: 1 };
        let identity = Identity { id: "c".into(), scheme: "phone".into(), value: "1".into() };
        let rows = [
            (vec![say("x"); 21], "21 actions: at most 20"),
            (vec![say(&"x".repeat(4097))], "4097 characters of a text: at most 4096"),
            (vec![say(" \n")], "an empty text"),
            (vec![Action::End, say("one more")], "an action after the one that ends the turn"),
            (vec![menu(&[("a", "A", None)]), Action::End], "an action after the one that ends the turn"),
            (vec![menu(&[])], "a menu without options"),
            (vec![menu(&[("a", "A", None); 11])], "11 options: at most 10"),
            (vec![menu(&[("a", "A", None), ("a", "B", None)])], "option \"a\" has no title or stands twice"),
            (vec![menu(&[("a", "", None)])], "option \"a\" has no title or stands twice"),
            (vec![menu(&[("a", "A", Some("10"))])], "\"10\" is no key of a phone"),
            (vec![menu(&[("a", "A", Some("1")), ("b", "B", Some("1"))])], "key 1 stands twice"),
            (vec![ask(5, 4, None)], "5 to 4 digits"),
            (vec![ask(1, 4, Some(10))], "10 milliseconds of patience: from 1000 to 86400000"),
            (vec![Action::Wait(0)], "0 milliseconds to wait: from 1 to 86400000"),
            (vec![Action::Call(call("bank", "/"))], "the system \"bank\" is not granted"),
            (vec![Action::Send(file)], "the system \"bank\" is not granted"),
            (vec![Action::Call(call("shop", "orders"))], "\"orders\" is no path"),
            (vec![Action::Call(call("shop", "//elsewhere/"))], "\"//elsewhere/\" is no path"),
            (vec![Action::Call(call("shop", "/a/../../b"))], "\"/a/../../b\" is no path"),
            (vec![Action::Call(call("shop", "/x y"))], "\"/x y\" is no path"),
            (vec![Action::Call(Call { attempts: 4, ..call("shop", "/") })], "4 attempts: from 1 to 3"),
            (
                vec![header("Host", HeaderValue::Plain("x".into()))],
                "\"Host\" is no header that a bot may set",
            ),
            (
                vec![header("x", HeaderValue::Plain("a\r\nb: c".into()))],
                "the value of header x has control characters",
            ),
            (vec![header("x", HeaderValue::Secret("other".into()))], "the secret \"other\" is not granted"),
            (vec![Action::Search(search)], "knowledge is not granted"),
            (vec![Action::FindContact(identity)], "contacts is not granted"),
            (vec![score(6, 5)], "6 points of 5"),
            (vec![transfer(11, 1)], "priority 11 is not between -10 and 10"),
            (vec![transfer(0, 0)], "\"english\" at level 0 is no skill"),
        ];
        for (actions, expected) in rows {
            assert_eq!(wrong(actions).as_deref(), Some(expected));
        }
        let turn = |memory: usize, path: usize| Turn {
            actions: vec![],
            memory: "x".repeat(memory),
            path: vec!["menu".into(); path],
        };
        assert!(check(&turn(MEMORY_BYTES_MAX, PLACES_MAX), &grants()).is_ok());
        assert!(check(&turn(MEMORY_BYTES_MAX + 1, 0), &grants()).is_err());
        assert!(check(&turn(0, PLACES_MAX + 1), &grants()).is_err());
    }
}
