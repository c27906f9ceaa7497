//! The end of a piece of work: an outcome, a note, Enter, and on to the next.

use crate::desk::Desk;
use crate::format;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::storage;
use api::interaction::Interaction;
use api::request::Dispose;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn WrapUpForm(item: Memo<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let Some(first) = item.get_untracked() else { return ().into_any() };
    let id = first.id.clone();
    let note_key = format!("note:{id}");
    let kept = storage::read(&note_key).unwrap_or_default();
    let note = NodeRef::<html::Textarea>::new();
    let (chosen, missing) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let busy_id = id.clone();
    let busy = Memo::new(move |_| desk.busy.with(|busy| busy.contains(&busy_id)));
    let key = note_key.clone();
    let finish = move || {
        let Some(disposition) = chosen.get_untracked() else {
            missing.set(true);
            return;
        };
        let text = note.get_untracked().map(|field| field.value().trim().to_owned());
        storage::write(&key, "");
        desk.dispose(id.clone(), Dispose { disposition, note: text.filter(|text| !text.is_empty()) });
    };
    let (submit, enter) = (finish.clone(), finish);
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            enter();
        }
    };
    let left = move || {
        let by = item.get().and_then(|item| item.wrap_up_by_ms);
        by.map(|by| fill(words.time_left, format::clock(by - desk.now.get())))
    };
    let dispositions = desk.work.with_untracked(|work| work.dispositions.clone());
    let language = desk.language.get_untracked();
    let outcomes = dispositions.into_iter().enumerate().map(|(index, disposition)| {
        let (code, value) = (disposition.code.clone(), disposition.code.clone());
        let focus = index == 0;
        view! {
            <label class="outcome" data-testid="disposition" data-code=disposition.code>
                <input type="radio" name="disposition" value=value autofocus=focus
                    on:change=move |_| { chosen.set(Some(code.clone())); missing.set(false); }/>
                <span>{language.label(&disposition.labels)}</span>
            </label>
        }
    });
    view! {
        <form class="wrap-up" data-testid="wrap-up"
            on:keydown=pressed
            on:submit=move |event| { event.prevent_default(); submit(); }>
            <header><h2>{words.wrap_up_title}</h2><time class="timer">{left}</time></header>
            <fieldset>
                <legend>{words.disposition}</legend>
                {outcomes.collect_view()}
            </fieldset>
            <p class="form-error" role="alert">{move || missing.get().then_some(words.choose_disposition)}</p>
            <div class="wrap-up-row">
                <label class="note">{words.note}
                    <textarea data-testid="note" rows="2" placeholder=words.note_hint node_ref=note
                        on:input=move |event| storage::write(&note_key, &event_target_value(&event))>{kept}</textarea>
                </label>
                <button type="submit" class="button main" data-testid="dispose" disabled=busy>
                    {icon(icon::END)}{words.finish}<kbd>"⏎"</kbd>
                </button>
            </div>
        </form>
    }
    .into_any()
}
