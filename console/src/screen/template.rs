//! Ready answers: found by name or words, seen before they are used, put where the agent writes.

use crate::desk::Desk;
use crate::http;
use crate::icon::{self, icon};
use crate::search;
use api::template::Template;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn Templates(
    interaction_id: String,
    open: RwSignal<bool>,
    chosen: Callback<Template>,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    // `None` while they are on their way.
    let all = RwSignal::new(None::<Vec<Template>>);
    let typed = RwSignal::new(String::new());
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    spawn_local(async move {
        match http::get::<Vec<Template>>(&format!("/interactions/{interaction_id}/templates")).await {
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
            |template: &Template| search::matches(&format!("{} {}", template.name, template.text), &typed);
        all.get().map(|all| all.into_iter().filter(suits).collect::<Vec<_>>())
    };
    let choose = move |template: Template| {
        open.set(false);
        chosen.run(template);
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
        <div class="templates" role="dialog" aria-label=words.templates data-testid="templates">
            <p class="templates-head">
                <input type="search" placeholder=words.find_template aria-label=words.find_template node_ref=field
                    data-testid="find-template" on:keydown=pressed on:input=move |event| typed.set(event_target_value(&event))/>
                <button type="button" class="icon-button" aria-label=words.close on:click=move |_| open.set(false)>
                    {icon(icon::CLOSE)}
                </button>
            </p>
            {move || match found() {
                None => view! { <p class="hint">"…"</p> }.into_any(),
                Some(found) if found.is_empty() => view! { <p class="hint">{words.no_templates}</p> }.into_any(),
                Some(found) => found.into_iter().map(|template| {
                    let (name, text) = (template.name.clone(), template.text.clone());
                    view! {
                        <button type="button" class="template" data-testid="template" data-id=template.id.clone()
                            on:click=move |_| choose(template.clone())><b>{name}</b><span>{text}</span></button>
                    }
                }).collect_view().into_any(),
            }}
        </div>
    }
}
