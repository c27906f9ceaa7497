//! Conversations as tests: a text file says who says what, and the bot has to hold exactly that
//! conversation, on every kind of channel.
//!
//! ```text
//! # A line like this one is a comment.
//! locale es                         what is known beforehand: name, phone, email, locale, channel,
//! now 2026-11-23 10:30              now, attribute NAME=VALUE, field NAME=VALUE
//! system shop GET /orders/1042 returns 200 {"state":"shipped"}
//!
//! starts                            or with the first words: starts Hola
//! bot: Hola, soy Lumi.
//! menu: ¿Qué necesitas? [Mi pedido | Horario]
//! press 1
//! ask number: ¿Qué número tiene?
//! customer: es el 1042
//! call: GET shop /orders/1042
//! set order=1042
//! bot: Tu pedido … está en camino.
//! end
//! ```
//! The customer's: `customer: WORDS` (written, or said on the phone), `press 2` (a button, a number of the
//! menu or a key), `sends audio NAME WORDS`, `wait 10s`, `silence` (until it is too much), `hangs up`.
//! The world's, which hold from then on: `system NAME [METHOD] [PATH] returns STATUS BODY`,
//! `system NAME is down`, `article ID SCORE TITLE: ANSWER`, `queue NAME closed`,
//! `queue NAME open 5 waiting 3m`, `person +34600111222 NAME`.
//! The bot's: `bot:`, `menu:`, `ask:`, `send:`, `transfer:`, `callback:`, `end`, `wait:`, `breaks:` have to be all
//! there; what a customer does not notice (`call:`, `search:`, `find:`, `check:`, `set`, `learn`, `survey:`,
//! `record:`) may be left out. `…` stands for anything.
//!
//! `on phone` among the first lines plays it there only (`buttons`, `text`, `phone`; else on all three), and
//! `@phone` before a line keeps the line for there. An indented line goes on with the text of the line above.
//! `UPDATE=1` writes what the bot does into the files; read the difference before you keep it.

pub mod check;
pub mod line;
pub mod spoken;

pub use check::{Failure, Played, check, rewrite};

use crate::step::{Context, Event, Turn};
use std::{fs, path::Path};

/// Plays every `*.txt` of a folder.
///
/// # Panics
/// With the file and the line of every dialogue that went differently.
pub fn check_folder(step: &dyn Fn(Event, &Context) -> Turn, folder: &Path) {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{}: no dialogues", folder.display());
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let played = if update { rewrite(step, &text) } else { check(step, &text).map(|_| text.clone()) };
        match played {
            Ok(new) if new != text => fs::write(&file, new).unwrap_or_else(|error| panic!("{error}")),
            Ok(_) => {}
            Err(failure) => failures.push(format!("{}:{failure}", file.display())),
        }
    }
    assert!(failures.is_empty(), "\n\n{}\n", failures.join("\n\n"));
}
