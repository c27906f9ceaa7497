//! The sheet of keys.

use crate::desk::Desk;
use leptos::prelude::*;

#[component]
pub(crate) fn Keys() -> impl IntoView {
    let words = Desk::of_context().words();
    let enter = words.enter;
    let rows = [
        (vec![enter.to_owned(), format!("Alt {enter}")], words.key_answer),
        (vec!["Alt X".to_owned()], words.key_decline),
        (vec!["Alt 1 … 9".to_owned()], words.key_go),
        (vec!["Alt ↑".to_owned(), "Alt ↓".to_owned()], words.key_next),
        (vec![enter.to_owned(), format!("⇧ {enter}")], words.key_send),
        (vec!["Alt T".to_owned()], words.transfer),
        (vec!["Alt H".to_owned()], words.ask_help),
        (vec!["Alt W".to_owned()], words.key_end),
        (vec!["Alt P".to_owned()], words.key_presence),
        (vec!["Ctrl K".to_owned()], words.commands),
        (vec!["Esc".to_owned()], words.key_close),
        (vec!["?".to_owned()], words.key_keys),
    ];
    view! {
        <dl class="keys" data-testid="keys">
            {rows.into_iter().map(|(keys, what)| view! {
                <dt>{keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view()}</dt>
                <dd>{what}</dd>
            }).collect_view()}
        </dl>
    }
}
