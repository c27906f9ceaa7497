//! One turn of a bot, checked: what it may not do is an error, and the contact goes to a person.

use crate::bot::{Action, Call, ContactDetail, Menu, Skill, Transfer, Turn};
use domain::{
    id::QueueId,
    interaction::SKILLS,
    message::{self, Content, MenuOption},
};
use shell::{
    bot::{self, Then},
    inbound::Person,
};
use std::collections::BTreeMap;

// The limits that `wit/bot` promises.
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

/// What the bot did that it may not do. A bot is pure, so asking it again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Nonsense(pub String);

/// Adds to `done` what `turn` asks for, or says what is wrong with it. Gives the business system to
/// call before the next turn, if it asks for one; `systems` are the granted ones.
pub fn add(
    done: &mut bot::Turn,
    turn: Turn,
    systems: &BTreeMap<String, String>,
) -> Result<Option<Call>, Nonsense> {
    at_most("actions", turn.actions.len(), ACTIONS_MAX)?;
    at_most("bytes of memory", turn.memory.len(), MEMORY_BYTES_MAX)?;
    done.memory = turn.memory;
    let mut closed = false;
    let mut call = None;
    for action in turn.actions {
        if closed {
            return Err(Nonsense("an action after the one that ends the turn".to_owned()));
        }
        closed = !matches!(action, Action::Say(_) | Action::SetAttribute(_) | Action::SetContact(_));
        match action {
            Action::Say(text) => done.says.push(Content::Text { text: said(text)? }),
            Action::Ask(question) => done.says.push(Content::Text { text: said(question.text)? }),
            Action::Menu(menu) => done.says.push(Content::Menu(readable(menu)?)),
            Action::SetAttribute(attribute) => {
                at_most("characters of an attribute's name", chars(&attribute.name), NAME_MAX)?;
                at_most("characters of an attribute", chars(&attribute.value), VALUE_MAX)?;
                done.attributes.insert(attribute.name, attribute.value);
            }
            Action::SetContact(detail) => learn(&mut done.person, detail)?,
            Action::Call(wanted) => call = Some(granted(wanted, systems)?),
            Action::Transfer(transfer) => {
                if !transfer.skills.is_empty() {
                    done.attributes.insert(SKILLS.to_owned(), needed(&transfer.skills)?);
                }
                done.then = queued(transfer)?;
            }
            Action::End => done.then = Then::End,
        }
    }
    Ok(call)
}

fn said(text: String) -> Result<String, Nonsense> {
    if text.trim().is_empty() {
        return Err(Nonsense("an empty text".to_owned()));
    }
    at_most("characters of a text", chars(&text), TEXT_MAX)?;
    Ok(text)
}

fn readable(menu: Menu) -> Result<message::Menu, Nonsense> {
    if menu.options.is_empty() {
        return Err(Nonsense("a menu without options".to_owned()));
    }
    at_most("options", menu.options.len(), OPTIONS_MAX)?;
    let mut options: Vec<MenuOption> = Vec::new();
    for option in menu.options {
        at_most("characters of an option's id", chars(&option.id), OPTION_ID_MAX)?;
        at_most("characters of an option's title", chars(&option.title), OPTION_TITLE_MAX)?;
        if option.title.trim().is_empty() || options.iter().any(|known| known.id == option.id) {
            return Err(Nonsense(format!("option {:?} has no title or stands twice", option.id)));
        }
        options.push(MenuOption { id: option.id, title: option.title });
    }
    Ok(message::Menu { text: said(menu.text)?, options })
}

/// What cannot be a phone number or an address is dropped where it is recorded.
fn learn(person: &mut Person, detail: ContactDetail) -> Result<(), Nonsense> {
    let (known, told) = match detail {
        ContactDetail::Name(name) => (&mut person.name, name),
        ContactDetail::Phone(phone) => (&mut person.phone, phone),
        ContactDetail::Email(email) => (&mut person.email, email),
        ContactDetail::Locale(locale) => (&mut person.locale, locale),
    };
    at_most("characters about the contact", chars(&told), DETAIL_MAX)?;
    *known = Some(told);
    Ok(())
}

fn granted(call: Call, systems: &BTreeMap<String, String>) -> Result<Call, Nonsense> {
    at_most("bytes of a call's body", call.body.len(), BODY_BYTES_MAX)?;
    if !systems.contains_key(&call.system) {
        return Err(Nonsense(format!("the system {:?} is not granted", call.system)));
    }
    // It must not lead elsewhere than to the system's own address.
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '#' || c == '\\';
    if !call.path.starts_with('/') || call.path.starts_with("//") || call.path.contains(odd) {
        return Err(Nonsense(format!("{:?} is no path", call.path)));
    }
    Ok(call)
}

fn queued(transfer: Transfer) -> Result<Then, Nonsense> {
    at_most("characters of a topic", chars(&transfer.topic), TOPIC_MAX)?;
    if !(-10..=10).contains(&transfer.priority) {
        return Err(Nonsense(format!("priority {} is not between -10 and 10", transfer.priority)));
    }
    let topic = Some(transfer.topic).filter(|topic| !topic.trim().is_empty());
    Ok(Then::Queue { queue: QueueId(transfer.queue), priority: transfer.priority.into(), topic })
}

fn needed(skills: &[Skill]) -> Result<String, Nonsense> {
    let needed = skills.iter().map(|Skill { name, level }| {
        if !(1..=10).contains(level) || name.is_empty() || name.contains([':', ',']) {
            return Err(Nonsense(format!("{name:?} at level {level} is no skill")));
        }
        Ok(format!("{name}:{level}"))
    });
    Ok(needed.collect::<Result<Vec<_>, _>>()?.join(","))
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn at_most(what: &str, count: usize, max: usize) -> Result<(), Nonsense> {
    if count > max { Err(Nonsense(format!("{count} {what}: at most {max}"))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{self as wit, Attribute, Method};

    fn done(actions: Vec<Action>) -> Result<(bot::Turn, Option<Call>), String> {
        let mut done = bot::Turn::default();
        let turn = Turn { actions, memory: "m".to_owned() };
        let call = add(&mut done, turn, &[("shop".to_owned(), String::new())].into())
            .map_err(|nonsense| nonsense.0)?;
        Ok((done, call))
    }

    fn say(text: &str) -> Action {
        Action::Say(text.to_owned())
    }

    fn menu(options: &[(&str, &str)]) -> Action {
        let option = |&(id, title): &(&str, &str)| wit::MenuOption { id: id.into(), title: title.into() };
        Action::Menu(Menu { text: "?".into(), options: options.iter().map(option).collect() })
    }

    fn call(system: &str, path: &str) -> Action {
        let (id, system, path, body) = ("1".into(), system.into(), path.into(), String::new());
        Action::Call(Call { id, system, method: Method::Get, path, body })
    }

    fn transfer(queue: &str, priority: i8, level: u8) -> Action {
        let skills = vec![wit::Skill { name: "english".into(), level }];
        Action::Transfer(Transfer { queue: queue.into(), topic: "lamp".into(), priority, skills })
    }

    #[test]
    fn a_turn_is_done_in_order() {
        let phone = Action::SetContact(ContactDetail::Phone("600 11 12 22".into()));
        let order = Action::SetAttribute(Attribute { name: "order".into(), value: "1042".into() });
        let (turn, call_next) = done(vec![say("hi"), order, phone, transfer("sales", 3, 4)]).unwrap();
        let attributes = [("order", "1042"), (SKILLS, "english:4")];
        assert_eq!(
            turn,
            bot::Turn {
                says: vec![Content::text("hi")],
                attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                person: Person { phone: Some("600 11 12 22".into()), ..Person::default() },
                memory: "m".to_owned(),
                then: Then::Queue { queue: "sales".into(), priority: 3, topic: Some("lamp".into()) },
            }
        );
        assert_eq!(call_next, None);
        assert_eq!(done(vec![say("bye"), Action::End]).unwrap().0.then, Then::End);
        assert_eq!(done(vec![say("go on")]).unwrap().0.then, Then::Listen);
        assert_eq!(done(vec![]).unwrap().0.then, Then::Listen);
        assert_eq!(done(vec![menu(&[("a", "A")])]).unwrap().0.says.len(), 1);
        assert!(done(vec![call("shop", "/orders/1?x=y")]).unwrap().1.is_some());
    }

    #[test]
    fn what_a_bot_may_not_do_is_named() {
        let rows = [
            (vec![say("x"); 21], "21 actions: at most 20"),
            (vec![say(&"x".repeat(4097))], "4097 characters of a text: at most 4096"),
            (vec![say(" \n")], "an empty text"),
            (vec![Action::End, say("one more")], "an action after the one that ends the turn"),
            (vec![menu(&[("a", "A")]), Action::End], "an action after the one that ends the turn"),
            (vec![menu(&[])], "a menu without options"),
            (vec![menu(&[("a", "A"); 11])], "11 options: at most 10"),
            (vec![menu(&[("a", "A"), ("a", "B")])], "option \"a\" has no title or stands twice"),
            (vec![menu(&[("a", "")])], "option \"a\" has no title or stands twice"),
            (vec![call("bank", "/")], "the system \"bank\" is not granted"),
            (vec![call("shop", "orders")], "\"orders\" is no path"),
            (vec![call("shop", "//elsewhere/")], "\"//elsewhere/\" is no path"),
            (vec![call("shop", "/x y")], "\"/x y\" is no path"),
            (vec![transfer("sales", 11, 1)], "priority 11 is not between -10 and 10"),
            (vec![transfer("sales", 0, 0)], "\"english\" at level 0 is no skill"),
        ];
        for (actions, expected) in rows {
            assert_eq!(done(actions).err().as_deref(), Some(expected));
        }
        let memory = "x".repeat(MEMORY_BYTES_MAX + 1);
        assert!(add(&mut bot::Turn::default(), Turn { actions: vec![], memory }, &BTreeMap::new()).is_err());
    }
}
