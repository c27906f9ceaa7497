//! The bot that this component is composed with, through `wit/bot`.

#[allow(unsafe_code, unreachable_pub, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/bot",
        world: "runner",
        additional_derives: [Clone, PartialEq],
    });
}

pub use bindings::centralita::bot::bot::*;
