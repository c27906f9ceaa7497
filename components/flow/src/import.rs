//! The bot that this component is composed with.

mod same;

use bot::step::{Context, Event, Turn};
use same::Same;

#[allow(unsafe_code, unreachable_pub, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/bot", world: "runner" });
}

/// One step of that bot.
pub fn step(event: Event, context: &Context) -> Turn {
    bindings::centralita::bot::bot::step(&event.same(), &context.clone().same()).same()
}
