//! The component's side of `wit/bot`: generated bindings, and the conversion at the edge.

use crate::step;

#[allow(unsafe_code, unreachable_pub, clippy::all)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/bot",
        world: "conversation",
        pub_export_macro: true,
        export_macro_name: "export_conversation",
        default_bindings_module: "bot::guest::bindings",
    });
}

pub use bindings::export_conversation;
pub use bindings::exports::centralita::bot::bot as wit;
pub use wit::{Context, Event, Guest, Turn};

impl From<Event> for step::Event {
    fn from(event: Event) -> Self {
        match event {
            Event::Started(words) => step::Event::Started(words),
            Event::Text(text) => step::Event::Text(text),
            Event::Choice(id) => step::Event::Choice(id),
            Event::CallResult(wit::CallResult { id, status, body }) => {
                step::Event::CallResult(step::CallResult { id, status, body })
            }
            Event::Silence => step::Event::Silence,
        }
    }
}

impl From<Context> for step::Context {
    fn from(context: Context) -> Self {
        let Context { contact, channel, memory, attributes, now } = context;
        let wit::Contact { name, phone, email, locale } = contact;
        let wit::Channel { name: channel_name, spoken } = channel;
        let wit::LocalTime { year, month, day, weekday, hour, minute } = now;
        step::Context {
            known: step::Known {
                contact: step::Contact { name, phone, email, locale },
                channel: step::Channel { name: channel_name, spoken },
                attributes: attributes.into_iter().map(|given| (given.name, given.value)).collect(),
            },
            memory,
            now: step::LocalTime { year, month, day, weekday, hour, minute },
        }
    }
}

impl From<step::Turn> for Turn {
    fn from(turn: step::Turn) -> Self {
        let actions = turn.actions.into_iter().map(wit::Action::from).collect();
        Turn { actions, memory: turn.memory }
    }
}

impl From<step::Action> for wit::Action {
    fn from(action: step::Action) -> Self {
        match action {
            step::Action::Say(text) => wit::Action::Say(text),
            step::Action::Menu { text, options } => {
                let option = |step::MenuOption { id, title }| wit::MenuOption { id, title };
                let options = options.into_iter().map(option).collect();
                wit::Action::Menu(wit::Menu { text, options })
            }
            step::Action::Ask { text, expected } => {
                wit::Action::Ask(wit::Question { text, expected: expected.into() })
            }
            step::Action::Call(step::Call { id, system, method, path, body }) => {
                wit::Action::Call(wit::Call { id, system, method: method.into(), path, body })
            }
            step::Action::SetAttribute { name, value } => {
                wit::Action::SetAttribute(wit::Attribute { name, value })
            }
            step::Action::SetContact(detail) => wit::Action::SetContact(detail.into()),
            step::Action::Transfer(step::Transfer { queue, topic, priority, skills }) => {
                let skill = |(name, level)| wit::Skill { name, level };
                let skills = skills.into_iter().map(skill).collect();
                wit::Action::Transfer(wit::Transfer { queue, topic, priority, skills })
            }
            step::Action::End => wit::Action::End,
        }
    }
}

impl From<step::Expectation> for wit::Expectation {
    fn from(expected: step::Expectation) -> Self {
        match expected {
            step::Expectation::Anything => wit::Expectation::Anything,
            step::Expectation::Number => wit::Expectation::Number,
            step::Expectation::Name => wit::Expectation::Name,
            step::Expectation::Phone => wit::Expectation::Phone,
            step::Expectation::Email => wit::Expectation::Email,
        }
    }
}

impl From<step::Method> for wit::Method {
    fn from(method: step::Method) -> Self {
        match method {
            step::Method::Get => wit::Method::Get,
            step::Method::Post => wit::Method::Post,
            step::Method::Put => wit::Method::Put,
            step::Method::Patch => wit::Method::Patch,
            step::Method::Delete => wit::Method::Delete,
        }
    }
}

impl From<step::ContactDetail> for wit::ContactDetail {
    fn from(detail: step::ContactDetail) -> Self {
        match detail {
            step::ContactDetail::Name(name) => wit::ContactDetail::Name(name),
            step::ContactDetail::Phone(phone) => wit::ContactDetail::Phone(phone),
            step::ContactDetail::Email(email) => wit::ContactDetail::Email(email),
            step::ContactDetail::Locale(locale) => wit::ContactDetail::Locale(locale),
        }
    }
}
