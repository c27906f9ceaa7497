//! One event from the contact, until the bot waits again: its turn, and a further one for all that it asks of
//! the world.

use crate::turn::{Asked, Clock, Done};
use bot::{
    limits::{self, Grants, Nonsense, TURNS_MAX},
    step::{Attribute, Context, Event, Finding, Outcome, Turn},
};
use shell::failure::Failure;

/// Why an event was not played to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Asking the bot again cannot help.
    Nonsense(Nonsense),
    /// Later it may go well.
    Failed(Failure),
}

impl From<Nonsense> for Stop {
    fn from(nonsense: Nonsense) -> Self {
        Stop::Nonsense(nonsense)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

/// Plays `event`. What the bot learns on the way it knows in its next turn.
pub async fn play(
    event: Event,
    mut context: Context,
    grants: &Grants,
    clock: &Clock,
    step: impl Fn(Event, &Context) -> Turn,
    find: impl AsyncFn(Asked) -> Result<Finding, Failure>,
) -> Result<Done, Stop> {
    let mut done = Done::default();
    let mut event = event;
    for _ in 0..TURNS_MAX {
        let turn = step(event, &context);
        limits::check(&turn, grants)?;
        let Some(asked) = done.add(turn, clock) else {
            return Ok(done);
        };
        let id = asked.id().to_owned();
        let found = find(asked).await?;
        event = Event::Outcome(Outcome { id, found });
        know(&mut context, &done);
    }
    Err(Nonsense(format!("calls after {TURNS_MAX} turns for one event")).into())
}

fn know(context: &mut Context, done: &Done) {
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
    if let Some(locale) = &person.locale {
        context.locale.clone_from(locale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::Say;
    use bot::step::{Action, Call, CallAnswer, ContactDetail, Method};
    use domain::message::Content;
    use futures::executor::block_on;
    use jiff::tz::TimeZone;
    use shell::bot::Then;
    use std::cell::RefCell;

    const UTC: Clock = Clock { patience: None, zone: TimeZone::UTC };

    fn call(id: &str) -> Action {
        let (id, system, path, body) = (id.to_owned(), "shop".into(), "/".into(), String::new());
        let (method, headers) = (Method::Get, vec![]);
        Action::Call(Call { id, system, method, path, headers, body, attempts: 1, within_ms: 5000 })
    }

    fn grants() -> Grants {
        Grants { systems: ["shop".to_owned()].into(), ..Grants::default() }
    }

    fn answer(status: u16, body: &str) -> Finding {
        Finding::Answer(CallAnswer { status, body: body.to_owned() })
    }

    fn turn(actions: Vec<Action>, memory: String) -> Turn {
        Turn { actions, memory, path: vec![] }
    }

    #[test]
    fn a_call_brings_another_turn_that_knows_more() {
        let seen = RefCell::new(Vec::new());
        let step = |event: Event, context: &Context| {
            seen.borrow_mut().push((event.clone(), context.clone()));
            let email = ContactDetail::Email("Ana@Example.com".into());
            let attribute = Attribute { name: "order".into(), value: "7".into() };
            let first = vec![
                Action::SetContact(email),
                Action::SetContact(ContactDetail::Locale("pt".into())),
                Action::SetAttribute(attribute),
                Action::Say("wait".into()),
                call("c1"),
            ];
            let actions = match event {
                Event::Outcome(Outcome { found: Finding::Answer(answer), .. }) => {
                    vec![Action::Say(answer.body.into())]
                }
                _ => first,
            };
            turn(actions, format!("{}+", context.memory))
        };
        let find = async |_: Asked| Ok(answer(200, "sent"));
        let (event, grants) = (Event::Text("7".into()), grants());
        let done = block_on(play(event, Context::unknown(), &grants, &UTC, step, find)).unwrap();
        assert_eq!(done.says, ["wait", "sent"].map(|text| Say::Words(Content::text(text))));
        assert_eq!((done.memory.as_str(), done.then), ("++", Then::Listen));
        let seen = seen.into_inner();
        assert_eq!(seen[1].0, Event::Outcome(Outcome { id: "c1".into(), found: answer(200, "sent") }));
        assert_eq!(seen[1].1.contact.email.as_deref(), Some("Ana@Example.com"));
        assert_eq!(seen[1].1.attributes.len(), 1);
        assert_eq!(seen[1].1.locale, "pt");
    }

    #[test]
    fn a_bot_that_cannot_go_on_is_stopped() {
        let play = |actions: Vec<Action>, found: Result<Finding, Failure>| {
            let step = |_: Event, _: &Context| turn(actions.clone(), String::new());
            let find = async |_: Asked| found.clone();
            let grants = grants();
            block_on(play(Event::Silence, Context::unknown(), &grants, &UTC, step, find))
        };
        let nonsense = |why: &str| Err(Stop::Nonsense(Nonsense(why.to_owned())));
        let found = || Ok(answer(0, ""));
        assert_eq!(play(vec![call("again")], found()), nonsense("calls after 12 turns for one event"));
        assert_eq!(
            play(vec![Action::End, Action::End], found()),
            nonsense("an action after the one that ends the turn")
        );
        let later = Failure::Later("no database".to_owned());
        assert_eq!(play(vec![call("c")], Err(later.clone())), Err(Stop::Failed(later)));
    }
}
