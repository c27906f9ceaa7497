//! Ready answers: found by name or words, seen before they are used, put where the agent writes.

use crate::desk::Desk;
use crate::http;
use crate::icon::{self, icon};
use crate::search;
use api::ready_answer::ReadyAnswer;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn ReadyAnswers(
    interaction_id: String,
    open: RwSignal<bool>,
    chosen: Callback<ReadyAnswer>,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    // `None` while they are on their way.
    let all = RwSignal::new(None::<Vec<ReadyAnswer>>);
    let typed = RwSignal::new(String::new());
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    spawn_local(async move {
        match http::get::<Vec<ReadyAnswer>>(&format!("/interactions/{interaction_id}/ready-answers")).await {
            Ok(found) => drop(all.try_set(Some(found))),
            Err(failure) => {
                desk.explain(&failure);
                open.try_set(false);
            }
        }
    });
    let found = move || {
        let typed = typed.get();
        let suits =
            |answer: &ReadyAnswer| search::matches(&format!("{} {}", answer.name, answer.text), &typed);
        all.get().map(|all| all.into_iter().filter(suits).collect::<Vec<_>>())
    };
    let choose = move |answer: ReadyAnswer| {
        open.set(false);
        chosen.run(answer);
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.stop_propagation();
            open.set(false);
        }
        "Enter" => {
            event.prevent_default();
            if let Some(first) = found().and_then(|found| found.into_iter().next()) {
                choose(first);
            }
        }
        _ => {}
    };
    view! {
        <div class="ready-answers" role="dialog" aria-label=words.ready_answers data-testid="ready-answers">
            <p class="ready-answers-head">
                <input type="search" placeholder=words.find_ready_answer aria-label=words.find_ready_answer node_ref=field
                    data-testid="find-answer" on:keydown=pressed on:input=move |event| typed.set(event_target_value(&event))/>
                <button type="button" class="icon-button" aria-label=words.close on:click=move |_| open.set(false)>
                    {icon(icon::CLOSE)}
                </button>
            </p>
            {move || match found() {
                None => view! { <p class="hint">"…"</p> }.into_any(),
                Some(found) if found.is_empty() => view! { <p class="hint">{words.no_ready_answers}</p> }.into_any(),
                Some(found) => found.into_iter().map(|answer| {
                    let (name, text) = (answer.name.clone(), answer.text.clone());
                    view! {
                        <button type="button" class="ready-answer" data-testid="ready-answer" data-id=answer.id.clone()
                            on:click=move |_| choose(answer.clone())><b>{name}</b><span>{text}</span></button>
                    }
                }).collect_view().into_any(),
            }}
        </div>
    }
}
