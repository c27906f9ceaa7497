//! A bot that traps on every event. The end-to-end tests put it in the place of the demo's bot.

#[cfg(target_family = "wasm")]
mod conversation;

#[cfg(target_family = "wasm")]
bot::export!(conversation::Trap);
