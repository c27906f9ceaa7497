//! What one turn of a bot makes the center do.

use bot::{
    limits::Nonsense,
    step::{
        Action, Call, ContactDetail, Identity, Menu, QueueQuestion, Search, Skill, Target, Transfer, Turn,
    },
};
use domain::{
    id::QueueId,
    interaction::SKILLS,
    message::{self, Content, MenuOption},
};
use shell::{
    bot::{self as center, Then},
    inbound::Person,
};

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

/// Adds to `done` what `turn`, which is checked, asks for. Gives what is to be found out before the next
/// turn, if there is something.
pub fn add(done: &mut center::Turn, turn: Turn) -> Result<Option<Asked>, Nonsense> {
    done.memory = turn.memory;
    done.path.extend(turn.path);
    let mut asked = None;
    for action in turn.actions {
        match action {
            Action::Say(prompt) => done.says.push(Content::text(prompt.text)),
            Action::Ask(question) => done.says.push(Content::text(question.prompt.text)),
            Action::Menu(menu) => done.says.push(Content::Menu(readable(menu))),
            Action::Send(file) => done.says.extend(file.caption.map(Content::text)),
            Action::SetAttribute(attribute) => {
                done.attributes.insert(attribute.name, attribute.value);
            }
            Action::SetContact(detail) => learn(&mut done.person, detail),
            Action::Call(call) => asked = Some(Asked::Call(call)),
            Action::Search(search) => asked = Some(Asked::Search(search)),
            Action::FindContact(identity) => asked = Some(Asked::Contact(identity)),
            Action::CheckQueue(question) => asked = Some(Asked::Queue(question)),
            Action::Transfer(transfer) => hand_over(done, transfer),
            Action::Callback(callback) => hand_over(done, callback.wait),
            Action::End => done.then = Then::End,
            Action::Fail(why) => return Err(Nonsense(why)),
            Action::Wait(_) | Action::Survey(_) | Action::Record(_) => {}
        }
    }
    Ok(asked)
}

fn readable(menu: Menu) -> message::Menu {
    let options = menu.options.into_iter().map(|option| MenuOption { id: option.id, title: option.title });
    message::Menu { text: menu.prompt.text, options: options.collect() }
}

/// What cannot be a phone number or an address is dropped where it is recorded.
fn learn(person: &mut Person, detail: ContactDetail) {
    let (known, told) = match detail {
        ContactDetail::Name(name) => (&mut person.name, name),
        ContactDetail::Phone(phone) => (&mut person.phone, phone),
        ContactDetail::Email(email) => (&mut person.email, email),
        ContactDetail::Locale(locale) => (&mut person.locale, locale),
    };
    *known = Some(told);
}

fn hand_over(done: &mut center::Turn, transfer: Transfer) {
    let Transfer { to, topic, priority, skills } = transfer;
    if !skills.is_empty() {
        let needed: Vec<_> = skills.iter().map(|Skill { name, level }| format!("{name}:{level}")).collect();
        done.attributes.insert(SKILLS.to_owned(), needed.join(","));
    }
    let topic = Some(topic).filter(|topic| !topic.trim().is_empty());
    let (Target::Queue(name) | Target::Flow(name)) = to;
    done.then = Then::Queue { queue: QueueId(name), priority: priority.into(), topic };
}

#[cfg(test)]
mod tests {
    use super::*;
    use bot::step::{self, Attribute};

    fn done(actions: Vec<Action>) -> Result<(center::Turn, Option<Asked>), Nonsense> {
        let mut done = center::Turn::default();
        let turn = Turn { actions, memory: "m".to_owned(), path: vec!["ask".to_owned()] };
        let asked = add(&mut done, turn)?;
        Ok((done, asked))
    }

    fn say(text: &str) -> Action {
        Action::Say(text.into())
    }

    #[test]
    fn a_turn_is_done_in_order() {
        let phone = Action::SetContact(ContactDetail::Phone("600 11 12 22".into()));
        let order = Action::SetAttribute(Attribute { name: "order".into(), value: "1042".into() });
        let skills = vec![Skill { name: "english".into(), level: 4 }];
        let transfer = Transfer { priority: 3, skills, ..Transfer::to_queue("sales", "lamp") };
        let (turn, asked) = done(vec![say("hi"), order, phone, Action::Transfer(transfer)]).unwrap();
        let attributes = [("order", "1042"), (SKILLS, "english:4")];
        assert_eq!(
            turn,
            center::Turn {
                says: vec![Content::text("hi")],
                attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                person: Person { phone: Some("600 11 12 22".into()), ..Person::default() },
                memory: "m".to_owned(),
                path: vec!["ask".to_owned()],
                then: Then::Queue { queue: "sales".into(), priority: 3, topic: Some("lamp".into()) },
            }
        );
        assert_eq!(asked, None);
        assert_eq!(done(vec![say("bye"), Action::End]).unwrap().0.then, Then::End);
        assert_eq!(done(vec![say("go on")]).unwrap().0.then, Then::Listen);
        assert_eq!(done(vec![]).unwrap().0.then, Then::Listen);
        let question = QueueQuestion { id: "q".into(), queue: "sales".into() };
        let asked = done(vec![Action::CheckQueue(question.clone())]).unwrap().1;
        assert_eq!(asked, Some(Asked::Queue(question)));
        assert_eq!(done(vec![Action::Fail("tired".into())]), Err(Nonsense("tired".into())));
    }

    #[test]
    fn a_menu_is_said_with_its_options() {
        let option =
            step::MenuOption { id: "a".into(), title: "A".into(), key: Some("7".into()), spoken: None };
        let menu = step::Menu { prompt: "?".into(), options: vec![option], patience_ms: None };
        let options = vec![MenuOption { id: "a".into(), title: "A".into() }];
        let says = done(vec![Action::Menu(menu)]).unwrap().0.says;
        assert_eq!(says, [Content::Menu(message::Menu { text: "?".into(), options })]);
    }
}
