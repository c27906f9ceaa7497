//! The flows: what is live of each and how it does. A supervisor opens one, or makes a new one.

use crate::desk::Desk;
use crate::flow;
use crate::http;
use crate::icon::{self, icon};
use crate::screen::fetched::{Absence, Fetched, absent};
use crate::screen::flow::FlowView;
use crate::screen::flow::setup::SetupForm;
use api::flow::{Flow, FlowCounts};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn Flows() -> impl IntoView {
    let desk = Desk::of_context();
    let open = Memo::new(move |_| desk.flow.get());
    view! {
        <main class="column flows" data-testid="flows">
            {move || match open.get() {
                _ if !desk.supervises() => absent(desk, Absence::Forbidden, "", || ()),
                Some(name) => view! { <FlowView name/> }.into_any(),
                None => view! { <List/> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn List() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.flow_words();
    let flows = RwSignal::new(Fetched::<Vec<Flow>>::Loading);
    let adding = RwSignal::new(false);
    let load = move || {
        spawn_local(async move {
            if let Some(found) = Fetched::of(desk, http::get::<Vec<Flow>>("/flows").await) {
                flows.try_set(found);
            }
        });
    };
    load();
    let list = move || {
        match flows.get().here() {
        Err(why) => absent(desk, why, words.not_found, load),
        Ok(flows) if flows.is_empty() => view! {
            <div class="empty small">{icon(icon::BOT)}<h2>{words.no_flows_title}</h2><p>{words.no_flows}</p></div>
        }
        .into_any(),
        Ok(flows) => table(desk, flows),
    }
    };
    let taken =
        move || flows.get().here().unwrap_or_default().into_iter().map(|flow| flow.name).collect::<Vec<_>>();
    let is_made = Callback::new(move |flow: Flow| desk.open_flow(&flow.name));
    view! {
        <header class="flow-head">
            <h1>{words.flows}</h1>
            <button type="button" class="button" data-testid="new-flow" aria-expanded=move || adding.get().to_string()
                on:click=move |_| adding.update(|adding| *adding = !*adding)>
                {icon(icon::ADD)}{words.new_flow}
            </button>
        </header>
        {move || adding.get().then(|| view! { <SetupForm taken=taken() done=is_made/> })}
        {list}
    }
}

fn table(desk: Desk, flows: Vec<Flow>) -> AnyView {
    let words = desk.flow_words();
    view! {
        <section class="panel" aria-label=words.flows>
            <table class="queues">
                <thead><tr>
                    <th>{words.flow}</th><th>{words.runner}</th><th>{words.is_live}</th>{heads(desk)}
                </tr></thead>
                <tbody>{flows.into_iter().map(|flow| row(desk, flow)).collect_view()}</tbody>
            </table>
            <p class="hint">{words.last_day}</p>
        </section>
    }
    .into_any()
}

fn row(desk: Desk, flow: Flow) -> AnyView {
    let words = desk.flow_words();
    let is_newer = flow.draft.as_ref().is_some_and(|draft| !draft.published);
    let live = if flow.live.is_empty() { words.not_live.to_owned() } else { flow::live(&flow.live) };
    let (name, id) = (flow.name.clone(), flow.name.clone());
    view! {
        <tr data-testid="flow-row" data-id=id>
            <th scope="row">
                <button type="button" class="link" data-testid="open-flow" on:click=move |_| desk.open_flow(&name)>
                    {flow.title}
                </button>
                <small>" "{flow.name}</small>
                {is_newer.then(|| view! { " " <span class="tag newer" data-testid="newer-draft">{words.newer_draft}</span> })}
            </th>
            <td data-label=words.runner>{flow.runner}</td>
            <td data-label=words.is_live data-testid="flow-live">{live}</td>
            {cells(desk, &flow.last_day)}
        </tr>
    }
    .into_any()
}

/// The heads of a table with what became of conversations.
pub(crate) fn heads(desk: Desk) -> AnyView {
    let words = desk.flow_words();
    view! {
        <th>{words.entered}</th><th title=words.contained_hint>{words.contained}</th>
        <th title=words.handed_over_hint>{words.handed_over}</th><th>{words.abandoned}</th><th>{words.failed}</th>
    }
    .into_any()
}

pub(crate) fn cells(desk: Desk, counts: &FlowCounts) -> AnyView {
    let words = desk.flow_words();
    let FlowCounts { entered, contained, handed_over, abandoned, failed, .. } = *counts;
    let share = |part: u64| (part * 100).checked_div(entered).filter(|_| 0 < part);
    [
        cell(words.entered, entered, None, ""),
        cell(words.contained, contained, share(contained), ""),
        cell(words.handed_over, handed_over, share(handed_over), ""),
        cell(words.abandoned, abandoned, share(abandoned), ""),
        cell(words.failed, failed, share(failed), if 0 < failed { "alarm" } else { "" }),
    ]
    .collect_view()
    .into_any()
}

/// A count in a table, and how much of all that is.
pub(crate) fn cell(label: &'static str, count: u64, percent: Option<u64>, class: &'static str) -> AnyView {
    let percent = percent.map(|percent| format!(" · {percent} %"));
    view! { <td data-label=label class=class>{count}<small>{percent}</small></td> }.into_any()
}
