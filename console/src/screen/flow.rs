//! One flow: its diagram with what happens at each place, its text, trying it, its versions.

mod changes;
mod deed;
mod diagram;
mod editor;
mod page;
mod part;
mod places;
mod publishing;
mod rehearsal;
pub(super) mod setup;
mod versions;

use crate::desk::Desk;
use crate::flow;
use crate::icon::{self, icon};
use crate::screen::fetched::absent;
use changes::Changes;
use diagram::Diagram;
use editor::Editor;
use leptos::prelude::*;
use page::Page;
use part::Part;
use rehearsal::Rehearsals;
use setup::SetupForm;
use versions::Versions;

#[component]
pub(crate) fn FlowView(name: String) -> impl IntoView {
    let desk = Desk::of_context();
    let page = Page::new(desk, name);
    page.load();
    // What is wrong is told by the server, in the language of the page.
    Effect::new(move |before: Option<()>| {
        desk.language.track();
        if before.is_some() {
            page.check_now();
        }
    });
    on_cleanup(move || page.keep());
    // What is in it follows by itself; only its coming and going builds the view anew.
    let state = Memo::new(move |_| page.state.get());
    move || match state.get().here() {
        Ok(()) => whole(page),
        Err(why) => {
            let words = desk.flow_words();
            view! {
                <header class="flow-head">{to_the_list(desk)}</header>
                {absent(desk, why, words.not_found, move || page.load())}
            }
            .into_any()
        }
    }
}

fn to_the_list(desk: Desk) -> AnyView {
    view! {
        <button type="button" class="icon-button" data-testid="back-to-flows" aria-label=desk.flow_words().flows
            title=desk.flow_words().flows on:click=move |_| desk.go(crate::desk::Screen::Flows)>{icon(icon::BACK)}</button>
    }
    .into_any()
}

fn whole(page: Page) -> AnyView {
    let desk = page.desk;
    let words = desk.flow_words();
    let changing = RwSignal::new(false);
    // What is the same again builds nothing anew.
    let part = Memo::new(move |_| page.part.get());
    let is_scripted = Memo::new(move |_| page.is_scripted());
    let title = move || page.flow.with(|flow| flow.as_ref().map(|flow| flow.title.clone()));
    let about = move || {
        page.flow.with(|flow| {
            let flow = flow.as_ref()?;
            let live = if flow.live.is_empty() { words.not_live.to_owned() } else { flow::live(&flow.live) };
            Some(format!("{} · {} · {live}", flow.name, flow.runner))
        })
    };
    let changed = Callback::new(move |flow| {
        page.flow.set(Some(flow));
        changing.set(false);
    });
    let setup = move || {
        let known = page.flow.get_untracked().filter(|_| changing.get());
        known.map(|known| view! { <SetupForm known done=changed/> })
    };
    view! {
        <header class="flow-head">
            {to_the_list(desk)}
            <div class="flow-name"><h1>{title}</h1><p class="facts" data-testid="flow-about">{about}</p></div>
            <button type="button" class="button" data-testid="flow-settings" title=words.change_setup
                aria-expanded=move || changing.get().to_string()
                on:click=move |_| changing.update(|changing| *changing = !*changing)>{words.setup}</button>
        </header>
        {setup}
        <nav class="choice flow-parts" aria-label=words.parts>
            {Part::ALL.into_iter().map(|part| view! {
                <button type="button" data-testid=format!("part-{}", part.name())
                    aria-current=move || (page.part.get() == part).then_some("page")
                    on:click=move |_| page.part.set(part)>{part.title(words)}</button>
            }).collect_view()}
        </nav>
        {move || match part.get() {
            Part::Diagram => view! { <Diagram page/> }.into_any(),
            Part::Edit | Part::Rehearse if !is_scripted.get() => {
                view! { <p class="hint middle">{words.no_text}</p> }.into_any()
            }
            Part::Edit => view! { <Editor page/> }.into_any(),
            Part::Rehearse => view! { <Rehearsals page/> }.into_any(),
            Part::Versions => view! { <Versions page/><Changes page/> }.into_any(),
        }}
    }
    .into_any()
}
