//! One event from the contact, until the bot waits again: its turn, and a further one for every
//! business system it calls.

use crate::{
    bot::{Attribute, Call, CallResult, Context, Event, Turn},
    turn::{Granted, Learnt, Next, Nonsense, Plan},
};
use domain::{
    contact::PHONE,
    message::{Content, Menu},
};

/// Turns for one event, so that a bot that calls and calls does not go on for ever.
const TURNS_MAX: usize = 8;

/// Plays `event`. What the bot learns on the way it knows in its next turn.
pub async fn play(
    event: Event,
    mut context: Context,
    granted: &Granted,
    step: impl Fn(&Event, &Context) -> Turn,
    call: impl AsyncFn(Call) -> CallResult,
) -> Result<Plan, Nonsense> {
    let mut plan = Plan::default();
    let mut event = event;
    for _ in 0..TURNS_MAX {
        plan.add(step(&event, &context), granted)?;
        let Next::Call(wanted) = &plan.next else { return Ok(plan) };
        event = Event::CallResult(call(wanted.clone()).await);
        know(&mut context, &plan);
    }
    Err(Nonsense(format!("calls after {TURNS_MAX} turns for one event")))
}

fn know(context: &mut Context, plan: &Plan) {
    context.memory.clone_from(&plan.memory);
    for (name, value) in &plan.attributes {
        context.attributes.retain(|known| known.name != *name);
        context.attributes.push(Attribute { name: name.clone(), value: value.clone() });
    }
    context.attributes.sort_by(|a, b| a.name.cmp(&b.name));
    for learnt in &plan.learnt {
        match learnt {
            Learnt::Name(name) => context.contact.name = Some(name.clone()),
            Learnt::Locale(locale) => context.contact.locale = Some(locale.clone()),
            Learnt::Identity(identity) if identity.scheme == PHONE => {
                context.contact.phone = Some(identity.value.clone());
            }
            Learnt::Identity(identity) => context.contact.email = Some(identity.value.clone()),
        }
    }
}

/// What the contact's message is to the bot, `menu` being the last one that the bot showed.
pub fn event(content: &Content, chosen: Option<&str>, menu: Option<&Menu>) -> Event {
    if let Some(id) = chosen {
        return Event::Choice(id.to_owned());
    }
    let text = match content {
        Content::Text { text } => text.as_str(),
        other => other.summary(),
    };
    match menu.and_then(|menu| menu.chosen(text)) {
        Some(option) => Event::Choice(option.id.clone()),
        None => Event::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{Action, Channel, Contact, ContactDetail, LocalTime, Method};
    use domain::message::MenuOption;
    use futures::executor::block_on;
    use std::cell::RefCell;

    fn context() -> Context {
        Context {
            contact: Contact { name: None, phone: None, email: None, locale: None },
            channel: Channel { name: "test".into(), text_max: 1000, buttons_max: 3 },
            memory: String::new(),
            attributes: vec![],
            now: LocalTime { year: 2026, month: 11, day: 23, weekday: 1, hour: 10, minute: 0 },
        }
    }

    fn call(id: &str) -> Action {
        let (id, system, path, body) = (id.to_owned(), "shop".into(), "/".into(), String::new());
        Action::Call(Call { id, system, method: Method::Get, path, body })
    }

    fn granted() -> Granted {
        Granted { systems: ["shop".to_owned()].into(), ..Granted::default() }
    }

    #[test]
    fn a_call_brings_another_turn_that_knows_more() {
        let seen = RefCell::new(Vec::new());
        let step = |event: &Event, context: &Context| {
            seen.borrow_mut().push((event.clone(), context.clone()));
            let email = ContactDetail::Email("Ana@Example.com".into());
            let attribute = Attribute { name: "order".into(), value: "7".into() };
            let first =
                vec![Action::SetContact(email), Action::SetAttribute(attribute), Action::Say("wait".into()), call("c1")];
            let actions = match event {
                Event::CallResult(result) => vec![Action::Say(result.body.clone())],
                _ => first,
            };
            Turn { actions, memory: format!("{}+", context.memory) }
        };
        let answer = async |call: Call| CallResult { id: call.id, status: 200, body: "sent".into() };
        let plan = block_on(play(Event::Text("7".into()), context(), &granted(), step, answer)).unwrap();
        assert_eq!(plan.messages, [Content::text("wait"), Content::text("sent")]);
        assert_eq!((plan.memory.as_str(), plan.next, plan.learnt.len()), ("++", Next::Wait, 1));
        let seen = seen.into_inner();
        assert_eq!(seen[1].0, Event::CallResult(CallResult { id: "c1".into(), status: 200, body: "sent".into() }));
        assert_eq!(seen[1].1.contact.email.as_deref(), Some("ana@example.com"));
        assert_eq!(seen[1].1.attributes.len(), 1);
    }

    #[test]
    fn a_bot_that_only_calls_is_stopped() {
        let step = |_: &Event, _: &Context| Turn { actions: vec![call("again")], memory: String::new() };
        let answer = async |call: Call| CallResult { id: call.id, status: 0, body: String::new() };
        let stopped = block_on(play(Event::Silence, context(), &granted(), step, answer));
        assert_eq!(stopped, Err(Nonsense("calls after 8 turns for one event".into())));
    }

    #[test]
    fn what_a_message_means() {
        let menu = Menu {
            text: "?".into(),
            options: vec![MenuOption { id: "order".into(), title: "Mi pedido".into() }],
        };
        let rows = [
            (Content::text("1"), None, Event::Choice("order".into())),
            (Content::text("mi PEDIDO"), None, Event::Choice("order".into())),
            (Content::text("Mi pedido"), Some("older"), Event::Choice("older".into())),
            (Content::text("¿y el 1042?"), None, Event::Text("¿y el 1042?".into())),
            (Content::Media { text: None, attachments: vec![] }, None, Event::Text(String::new())),
        ];
        for (content, chosen, expected) in rows {
            assert_eq!(event(&content, chosen, Some(&menu)), expected);
        }
        assert_eq!(event(&Content::text("1"), None, None), Event::Text("1".into()));
    }
}
