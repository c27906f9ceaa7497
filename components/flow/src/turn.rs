//! One turn of a bot, checked: what it may not do is an error, and the contact goes to a person.

use crate::bot::{Action, Call, ContactDetail, Menu, Transfer, Turn};
use domain::{
    contact::Identity,
    id::QueueId,
    message::{self, Content, MenuOption},
    routing::Skill,
};
use std::collections::{BTreeMap, BTreeSet};

// The limits that `wit/bot` promises.
const ACTIONS_MAX: usize = 20;
const TEXT_MAX: usize = 4096;
const OPTIONS_MAX: usize = 10;
const OPTION_ID_MAX: usize = 64;
const OPTION_TITLE_MAX: usize = 200;
const TOPIC_MAX: usize = 200;
const NAME_MAX: usize = 64;
const VALUE_MAX: usize = 1000;
const BODY_BYTES_MAX: usize = 64 * 1024;
const MEMORY_BYTES_MAX: usize = 32 * 1024;

/// What the bot did that it may not do. A bot is pure, so asking it again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Nonsense(pub String);

/// What this deployment lets its bot name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Granted {
    pub queues: BTreeSet<QueueId>,
    /// Business systems.
    pub systems: BTreeSet<String>,
    /// Added to a phone number that is told without a country, e.g. `34`.
    pub calling_code: String,
}

/// What is to be done for one event, over all its turns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub messages: Vec<Content>,
    pub attributes: BTreeMap<String, String>,
    pub learnt: Vec<Learnt>,
    pub memory: String,
    pub next: Next,
}

/// What was learnt about the contact, in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learnt {
    Name(String),
    Locale(String),
    /// A phone or an e-mail address.
    Identity(Identity),
}

/// What follows the turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Next {
    /// The contact's next word.
    #[default]
    Wait,
    /// A business system's answer, and another turn.
    Call(Call),
    /// A person.
    Queue { queue: QueueId, priority: i32, topic: String, skills: Vec<Skill> },
    End,
}

impl Plan {
    /// Adds what `turn` asks for, or says what is wrong with it.
    pub fn add(&mut self, turn: Turn, granted: &Granted) -> Result<(), Nonsense> {
        at_most("actions", turn.actions.len(), ACTIONS_MAX)?;
        at_most("bytes of memory", turn.memory.len(), MEMORY_BYTES_MAX)?;
        self.memory = turn.memory;
        self.next = Next::Wait;
        let mut closed = false;
        for action in turn.actions {
            if closed {
                return Err(Nonsense("an action after the one that ends the turn".to_owned()));
            }
            closed = !matches!(
                action,
                Action::Say(_) | Action::SetAttribute(_) | Action::SetContact(_)
            );
            self.add_action(action, granted)?;
        }
        Ok(())
    }

    fn add_action(&mut self, action: Action, granted: &Granted) -> Result<(), Nonsense> {
        match action {
            Action::Say(text) => self.messages.push(Content::Text { text: said(text)? }),
            Action::Ask(question) => self.messages.push(Content::Text { text: said(question.text)? }),
            Action::Menu(menu) => self.messages.push(Content::Menu(readable(menu)?)),
            Action::SetAttribute(attribute) => {
                at_most("characters of an attribute's name", chars(&attribute.name), NAME_MAX)?;
                at_most("characters of an attribute", chars(&attribute.value), VALUE_MAX)?;
                self.attributes.insert(attribute.name, attribute.value);
            }
            Action::SetContact(detail) => self.learnt.extend(learnt(detail, &granted.calling_code)),
            Action::Call(call) => self.next = Next::Call(allowed(call, granted)?),
            Action::Transfer(transfer) => self.next = queued(transfer, granted)?,
            Action::End => self.next = Next::End,
        }
        Ok(())
    }
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

/// `None` for what cannot be read: the contact said something else than a phone number.
fn learnt(detail: ContactDetail, calling_code: &str) -> Option<Learnt> {
    let word = |text: String| {
        let text = text.trim();
        (!text.is_empty() && chars(text) <= TOPIC_MAX).then(|| text.to_owned())
    };
    match detail {
        ContactDetail::Name(name) => word(name).map(Learnt::Name),
        ContactDetail::Locale(locale) => word(locale).map(Learnt::Locale),
        ContactDetail::Phone(phone) => Identity::phone(&phone, calling_code).map(Learnt::Identity),
        ContactDetail::Email(email) => Identity::email(&email).map(Learnt::Identity),
    }
}

fn allowed(call: Call, granted: &Granted) -> Result<Call, Nonsense> {
    at_most("bytes of a call's body", call.body.len(), BODY_BYTES_MAX)?;
    if !granted.systems.contains(&call.system) {
        return Err(Nonsense(format!("the system {:?} is not granted", call.system)));
    }
    // It must not lead elsewhere than to the system's own address.
    if !call.path.starts_with('/') || call.path.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
        return Err(Nonsense(format!("{:?} is no path", call.path)));
    }
    Ok(call)
}

fn queued(transfer: Transfer, granted: &Granted) -> Result<Next, Nonsense> {
    let queue = QueueId(transfer.queue);
    if !granted.queues.contains(&queue) {
        return Err(Nonsense(format!("there is no queue {queue}")));
    }
    at_most("characters of a topic", chars(&transfer.topic), TOPIC_MAX)?;
    if !(-10..=10).contains(&transfer.priority) {
        return Err(Nonsense(format!("priority {} is not between -10 and 10", transfer.priority)));
    }
    let mut skills = Vec::new();
    for skill in transfer.skills {
        if !(1..=10).contains(&skill.level) || skill.name.is_empty() || skill.name.contains([':', ',']) {
            return Err(Nonsense(format!("{:?} at level {} is no skill", skill.name, skill.level)));
        }
        skills.push(Skill { name: skill.name, level: skill.level });
    }
    let priority = i32::from(transfer.priority);
    Ok(Next::Queue { queue, priority, topic: transfer.topic, skills })
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
    use crate::bot::{self, Attribute, Method};

    fn granted() -> Granted {
        Granted {
            queues: ["sales".into()].into(),
            systems: ["shop".to_owned()].into(),
            calling_code: "34".to_owned(),
        }
    }

    fn plan(actions: Vec<Action>) -> Result<Plan, String> {
        let mut plan = Plan::default();
        let turn = Turn { actions, memory: "m".to_owned() };
        plan.add(turn, &granted()).map(|()| plan).map_err(|nonsense| nonsense.0)
    }

    fn say(text: &str) -> Action {
        Action::Say(text.to_owned())
    }

    fn menu(options: &[(&str, &str)]) -> Action {
        let option = |&(id, title): &(&str, &str)| bot::MenuOption { id: id.into(), title: title.into() };
        Action::Menu(Menu { text: "?".into(), options: options.iter().map(option).collect() })
    }

    fn call(system: &str, path: &str) -> Action {
        let (id, system, path, body) = ("1".into(), system.into(), path.into(), String::new());
        Action::Call(Call { id, system, method: Method::Get, path, body })
    }

    fn transfer(queue: &str, priority: i8, level: u8) -> Action {
        let skills = vec![bot::Skill { name: "english".into(), level }];
        Action::Transfer(Transfer { queue: queue.into(), topic: "lamp".into(), priority, skills })
    }

    #[test]
    fn a_turn_is_done_in_order() {
        let phone = Action::SetContact(ContactDetail::Phone("600 11 12 22".into()));
        let nonsense = Action::SetContact(ContactDetail::Phone("later".into()));
        let order = Action::SetAttribute(Attribute { name: "order".into(), value: "1042".into() });
        let done = plan(vec![say("hi"), order, phone, nonsense, transfer("sales", 3, 4)]).unwrap();
        let skills = vec![Skill { name: "english".into(), level: 4 }];
        assert_eq!(
            done,
            Plan {
                messages: vec![Content::text("hi")],
                attributes: [("order".to_owned(), "1042".to_owned())].into(),
                learnt: vec![Learnt::Identity(Identity::new("phone", "+34600111222"))],
                memory: "m".to_owned(),
                next: Next::Queue { queue: "sales".into(), priority: 3, topic: "lamp".into(), skills },
            }
        );
        assert_eq!(plan(vec![say("bye"), Action::End]).unwrap().next, Next::End);
        assert_eq!(plan(vec![say("go on")]).unwrap().next, Next::Wait);
        assert_eq!(plan(vec![]).unwrap().next, Next::Wait);
        assert_eq!(plan(vec![menu(&[("a", "A")])]).unwrap().messages.len(), 1);
        assert!(matches!(plan(vec![call("shop", "/orders/1?x=y")]).unwrap().next, Next::Call(_)));
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
            (vec![call("shop", "/x y")], "\"/x y\" is no path"),
            (vec![transfer("nowhere", 0, 1)], "there is no queue nowhere"),
            (vec![transfer("sales", 11, 1)], "priority 11 is not between -10 and 10"),
            (vec![transfer("sales", 0, 0)], "\"english\" at level 0 is no skill"),
        ];
        for (actions, expected) in rows {
            assert_eq!(plan(actions).err().as_deref(), Some(expected));
        }
        let memory = "x".repeat(MEMORY_BYTES_MAX + 1);
        let mut plan = Plan::default();
        assert!(plan.add(Turn { actions: vec![], memory }, &granted()).is_err());
    }
}
