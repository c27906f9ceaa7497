//! What is written at a place of a diagram.

use crate::file::{Does, File, State, state::Find};

/// Characters, templates counted as they are written.
const LABEL_MAX: usize = 60;

/// The first words of what is said, in the flow's first language; else what is done.
pub(super) fn of(file: &File, state: &State) -> String {
    let asked = match state.does() {
        Does::Menu(text) | Does::Ask(text) => Some(text),
        _ => None,
    };
    let locale = file.flow.locales.first().map(String::as_str).unwrap_or_default();
    let said = state.say.as_ref().or(asked).and_then(|text| text.words(locale, locale));
    let label = said.map_or_else(|| done(state), |words| words.text.clone());
    first_words(&label.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn done(state: &State) -> String {
    match state.does() {
        Does::Call(call) => format!("{} {}", call.system, call.path),
        Does::Find(Find::Phone(of) | Find::Email(of)) => of.clone(),
        Does::Search(of) | Does::Check(of) | Does::Run(of) => of.to_owned(),
        Does::Slots(slots) => slots.calendar.clone(),
        Does::Transfer(to) => to.queue.as_ref().or(to.flow.as_ref()).cloned().unwrap_or_default(),
        Does::Callback(to) => to.queue.clone(),
        Does::Send(file) => file.name.clone(),
        Does::Wait(time) => format!("{:?}", time.0),
        Does::Menu(_)
        | Does::Ask(_)
        | Does::Choose(_)
        | Does::Record(_)
        | Does::End
        | Does::Done
        | Does::GoOn => String::new(),
    }
}

/// As many whole words as fit. A template counts as one word.
fn first_words(text: &str) -> String {
    if text.chars().count() <= LABEL_MAX {
        return text.to_owned();
    }
    let (mut end, mut depth, mut before) = (None, 0_u32, ' ');
    for (at, c) in text.char_indices().take(LABEL_MAX) {
        match (before, c) {
            ('{', '{' | '%') => depth += 1,
            ('}' | '%', '}') => depth = depth.saturating_sub(1),
            (_, ' ') if depth == 0 => end = Some(at),
            _ => {}
        }
        before = c;
    }
    let cut = |at| text.get(..at).unwrap_or_default().to_owned();
    let words = end.map_or_else(|| text.chars().take(LABEL_MAX).collect(), cut);
    words + " …"
}
