//! How a flow is set up: its name, once and for all, its title, and the component that performs its turns.

use crate::desk::Desk;
use crate::http;
use api::flow::{Flow, FlowSetup};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// As the server has it, for the browser's own check.
const NAME: &str = "[a-z][a-z0-9\\-]{0,63}";

#[component]
pub(crate) fn SetupForm(
    /// The flow that is changed; otherwise it is a new one.
    #[prop(optional)]
    known: Option<Flow>,
    /// Names that a new flow cannot have.
    #[prop(optional)]
    taken: Vec<String>,
    done: Callback<Flow>,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.flow_words();
    let is_new = known.is_none();
    let name = RwSignal::new(known.as_ref().map(|flow| flow.name.clone()).unwrap_or_default());
    let title = RwSignal::new(known.as_ref().map(|flow| flow.title.clone()).unwrap_or_default());
    let runner = known.as_ref().map_or_else(|| "flow".to_owned(), |flow| flow.runner.clone());
    let runner = RwSignal::new(runner);
    let scripted = RwSignal::new(known.as_ref().is_none_or(|flow| flow.scripted));
    let waits = RwSignal::new(false);
    let is_taken = Memo::new(move |_| name.with(|name| taken.contains(name)));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if waits.get_untracked() || is_taken.get_untracked() {
            return;
        }
        waits.set(true);
        let setup = FlowSetup {
            title: title.get_untracked(),
            runner: runner.get_untracked(),
            scripted: scripted.get_untracked(),
        };
        spawn_local(async move {
            let path = format!("/flows/{}", name.get_untracked());
            let answer = http::put::<_, Flow>(&path, &setup).await;
            waits.try_set(false);
            match answer {
                Ok(flow) => done.run(flow),
                Err(failure) => desk.explain(&failure),
            }
        });
    };
    let choice = move |is: bool, text: &'static str| {
        view! {
            <label class="outcome"><input type="radio" name="flow-kind" prop:checked=move || scripted.get() == is
                on:change=move |_| scripted.set(is)/><span>{text}</span></label>
        }
    };
    view! {
        <form class="panel flow-setup" data-testid="flow-setup" on:submit=send>
            {is_new.then(|| view! {
                <label class="note">{words.name}
                    <input type="text" required autofocus pattern=NAME autocapitalize="none" autocomplete="off"
                        spellcheck="false" title=words.name_hint data-testid="flow-name" prop:value=name
                        aria-describedby="flow-name-hint" on:input=move |event| name.set(event_target_value(&event))/>
                    <small id="flow-name-hint">{words.name_hint}</small>
                </label>
            })}
            <label class="note">{words.title}
                <input type="text" required maxlength="100" data-testid="flow-title" prop:value=title
                    on:input=move |event| title.set(event_target_value(&event))/>
            </label>
            <label class="note">{words.runner}
                <input type="text" required pattern=NAME autocapitalize="none" autocomplete="off" spellcheck="false"
                    title=words.name_hint data-testid="flow-runner" prop:value=runner
                    on:input=move |event| runner.set(event_target_value(&event))/>
                <small>{words.runner_hint}</small>
            </label>
            {is_new.then(|| view! {
                <fieldset class="outcomes">{choice(true, words.is_text)}{choice(false, words.is_component)}</fieldset>
            })}
            <Show when=move || is_taken.get()>
                <p class="form-error" role="alert" data-testid="name-taken">{words.name_taken}</p>
            </Show>
            <button type="submit" class="button main" data-testid="flow-create" disabled=waits>
                {if is_new { words.create } else { words.save }}
            </button>
        </form>
    }
}
