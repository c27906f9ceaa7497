//! How the text stands to what is saved, and saving and publishing it.

use super::deed::{always, deed};
use super::page::{Page, moment, who};
use crate::flow::source;
use crate::icon::{self, icon};
use crate::language::fill;
use leptos::prelude::*;

/// Whether it is saved, and what somebody else saved meanwhile. Nothing that was typed is ever lost.
#[component]
pub(super) fn Standing(page: Page) -> impl IntoView {
    let desk = page.desk;
    let words = desk.flow_words();
    let theirs = move || {
        page.theirs.get().map(|theirs| {
            let by = who(desk, theirs.state.and_then(|state| state.by).as_deref());
            view! {
                <div class="standing late" role="alert" data-testid="saved-meanwhile">
                    <p>{icon(icon::ALERT)}{fill(words.saved_meanwhile, by)}</p>
                    {deed("load-theirs", None, words.load_theirs, always(), move || page.load_theirs())}
                    {deed("keep-mine", None, words.keep_mine, always(), move || page.keep_mine())}
                </div>
            }
        })
    };
    let mine = move || {
        page.mine.with(Option::is_some).then(|| {
            view! {
                <div class="standing" role="status" data-testid="mine-aside">
                    <p>{icon(icon::FILE)}{words.theirs_loaded}</p>
                    {deed("back-to-mine", None, words.back_to_mine, always(), move || page.back_to_mine())}
                    {deed("forget-mine", None, words.forget_mine, always(), move || page.forget_mine())}
                </div>
            }
        })
    };
    view! { {theirs}{mine} }
}

#[component]
pub(super) fn Publishing(page: Page) -> impl IntoView {
    let desk = page.desk;
    let words = desk.flow_words();
    let (note, percent) = (RwSignal::new(String::new()), RwSignal::new("100".to_owned()));
    let is_live =
        Memo::new(move |_| page.flow.with(|flow| flow.as_ref().is_some_and(|flow| !flow.live.is_empty())));
    let errors = Memo::new(move |_| page.problems.with(|problems| source::tally(problems).0));
    let is_published = Memo::new(move |_| {
        let state = |state: &api::flow::FlowDraftState| state.published;
        !page.is_changed.get() && page.saved.with(|saved| saved.state.as_ref().is_some_and(state))
    });
    let state = move || match page.is_changed.get() {
        true => format!("{}. {}", words.not_saved, words.kept_here),
        false => page
            .saved
            .with(|saved| {
                let state = saved.state.as_ref()?;
                let by = who(desk, state.by.as_deref());
                Some(format!("{} · {}", fill(words.saved_by, by), moment(desk, state.at_ms)))
            })
            .unwrap_or_default(),
    };
    let is_saved = Signal::derive(move || !page.is_changed.get());
    let not_now =
        Signal::derive(move || page.busy.get() || is_saved.get() || page.theirs.with(Option::is_some));
    let nothing = move || page.text.with(|text| text.trim().is_empty());
    let done = Callback::new(move |()| {
        note.try_set(String::new());
        percent.try_set("100".to_owned());
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let percent = percent.get_untracked().parse().ok().filter(|_| is_live.get_untracked());
        page.publish(note.get_untracked(), percent, done);
    };
    view! {
        <form class="panel publishing" on:submit=send>
            <p class="hint" data-testid="draft-state" data-changed=move || page.is_changed.get().to_string()>{state}</p>
            <div class="row">
                {deed("save-draft", None, words.save_draft, not_now, move || page.save_draft())}
                {deed("discard", None, words.discard, is_saved, move || page.discard())}
            </div>
            <label class="note">{words.note}
                <input type="text" maxlength="500" autocomplete="off" data-testid="publish-note" prop:value=note
                    on:input=move |event| note.set(event_target_value(&event))/>
            </label>
            <Show when=move || is_live.get()>
                <label class="note percent">{words.percent}
                    <input type="number" min="1" max="100" required data-testid="publish-percent" prop:value=percent
                        on:input=move |event| percent.set(event_target_value(&event))/>
                </label>
            </Show>
            <button type="submit" class="button main" data-testid="publish"
                disabled=move || page.busy.get() || nothing() || is_published.get() || page.theirs.with(Option::is_some)>
                {move || if page.is_changed.get() { words.save_and_publish } else { words.publish }}
            </button>
            <Show when=move || errors.get().gt(&0)>
                <p class="form-error" data-testid="correct-first">{words.correct_first}</p>
            </Show>
            <Show when=move || is_published.get()><p class="hint">{words.same_as_latest}</p></Show>
        </form>
    }
}
