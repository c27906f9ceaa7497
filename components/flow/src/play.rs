//! One event from the contact, until the bot waits again: its turn, and a further one for every
//! business system it calls.

use crate::{
    bot::{Attribute, Call, CallResult, Context, Event, Turn},
    turn::{self, Nonsense},
};
use shell::bot;
use std::collections::BTreeMap;

/// Turns for one event, so that a bot that calls and calls does not go on for ever.
const TURNS_MAX: usize = 8;

/// Plays `event`. What the bot learns on the way it knows in its next turn.
pub async fn play(
    event: Event,
    mut context: Context,
    systems: &BTreeMap<String, String>,
    step: impl Fn(&Event, &Context) -> Turn,
    call: impl AsyncFn(Call) -> CallResult,
) -> Result<bot::Turn, Nonsense> {
    let mut done = bot::Turn::default();
    let mut event = event;
    for _ in 0..TURNS_MAX {
        let Some(wanted) = turn::add(&mut done, step(&event, &context), systems)? else {
            return Ok(done);
        };
        event = Event::CallResult(call(wanted).await);
        know(&mut context, &done);
    }
    Err(Nonsense(format!("calls after {TURNS_MAX} turns for one event")))
}

fn know(context: &mut Context, done: &bot::Turn) {
    context.memory.clone_from(&done.memory);
    for (name, value) in &done.attributes {
        context.attributes.retain(|known| known.name != *name);
        context.attributes.push(Attribute { name: name.clone(), value: value.clone() });
    }
    context.attributes.sort_by(|a, b| a.name.cmp(&b.name));
    let (contact, person) = (&mut context.contact, &done.person);
    let learnt = [
        (&mut contact.name, &person.name),
        (&mut contact.phone, &person.phone),
        (&mut contact.email, &person.email),
        (&mut contact.locale, &person.locale),
    ];
    for (known, told) in learnt {
        if told.is_some() {
            known.clone_from(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::{Action, Channel, Contact, ContactDetail, LocalTime, Method};
    use domain::message::Content;
    use futures::executor::block_on;
    use std::cell::RefCell;

    fn context() -> Context {
        Context {
            contact: Contact { name: None, phone: None, email: None, locale: None },
            channel: Channel { name: "test".into(), spoken: false },
            memory: String::new(),
            attributes: vec![],
            now: LocalTime { year: 2026, month: 11, day: 23, weekday: 1, hour: 10, minute: 0 },
        }
    }

    fn call(id: &str) -> Action {
        let (id, system, path, body) = (id.to_owned(), "shop".into(), "/".into(), String::new());
        Action::Call(Call { id, system, method: Method::Get, path, body })
    }

    fn systems() -> BTreeMap<String, String> {
        [("shop".to_owned(), "http://shop".to_owned())].into()
    }

    #[test]
    fn a_call_brings_another_turn_that_knows_more() {
        let seen = RefCell::new(Vec::new());
        let step = |event: &Event, context: &Context| {
            seen.borrow_mut().push((event.clone(), context.clone()));
            let email = ContactDetail::Email("Ana@Example.com".into());
            let attribute = Attribute { name: "order".into(), value: "7".into() };
            let first = vec![
                Action::SetContact(email),
                Action::SetAttribute(attribute),
                Action::Say("wait".into()),
                call("c1"),
            ];
            let actions = match event {
                Event::CallResult(result) => vec![Action::Say(result.body.clone())],
                _ => first,
            };
            Turn { actions, memory: format!("{}+", context.memory) }
        };
        let answer = async |call: Call| CallResult { id: call.id, status: 200, body: "sent".into() };
        let done = block_on(play(Event::Text("7".into()), context(), &systems(), step, answer)).unwrap();
        assert_eq!(done.says, [Content::text("wait"), Content::text("sent")]);
        assert_eq!((done.memory.as_str(), done.then), ("++", bot::Then::Listen));
        let seen = seen.into_inner();
        assert_eq!(
            seen[1].0,
            Event::CallResult(CallResult { id: "c1".into(), status: 200, body: "sent".into() })
        );
        assert_eq!(seen[1].1.contact.email.as_deref(), Some("Ana@Example.com"));
        assert_eq!(seen[1].1.attributes.len(), 1);
    }

    #[test]
    fn a_bot_that_only_calls_is_stopped() {
        let step = |_: &Event, _: &Context| Turn { actions: vec![call("again")], memory: String::new() };
        let answer = async |call: Call| CallResult { id: call.id, status: 0, body: String::new() };
        let stopped = block_on(play(Event::Silence, context(), &systems(), step, answer));
        assert_eq!(stopped, Err(Nonsense("calls after 8 turns for one event".into())));
    }
}
