//! Who did what to a flow, and when. Nothing of it is ever lost, also not by what is done here.

use super::deed::{always, deed};
use super::page::{Page, moment, who};
use crate::desk::Desk;
use crate::flow;
use crate::http;
use crate::language::fill;
use crate::screen::fetched::{Fetched, absent};
use api::flow::{FlowChange, FlowDeed};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A page of them.
const MANY: usize = 20;

#[component]
pub(super) fn Changes(page: Page) -> impl IntoView {
    let desk = page.desk;
    let words = desk.flow_words();
    let known = RwSignal::new(Fetched::<Vec<FlowChange>>::Loading);
    let more = RwSignal::new(false);
    let load = move |before: Option<u32>| {
        let before_part = before.map(|number| format!("&before={number}")).unwrap_or_default();
        let path = page.path(&format!("/changes?limit={MANY}{before_part}"));
        spawn_local(async move {
            let Some(found) = Fetched::of(desk, http::get::<Vec<FlowChange>>(&path).await) else { return };
            let count = if let Fetched::Here(list) = &found { list.len() } else { 0 };
            more.try_set(count == MANY);
            known.try_update(|known| match (known, found) {
                (Fetched::Here(list), Fetched::Here(older)) if before.is_some() => list.extend(older),
                (known, found) => *known = found,
            });
        });
    };
    Effect::new(move |_| {
        page.deeds.track();
        load(None);
    });
    let next = move || {
        let last = known.with_untracked(|known| match known {
            Fetched::Here(list) => list.last().map(|change| change.number),
            _ => None,
        });
        load(last);
    };
    view! {
        <section class="panel flow-changes" data-testid="flow-changes">
            <header><h2>{words.changes}</h2></header>
            {move || match known.get().here() {
                Err(why) => absent(desk, why, words.not_found, move || load(None)),
                Ok(list) => view! { <ol>{list.into_iter().map(|change| row(desk, change)).collect_view()}</ol> }.into_any(),
            }}
            <Show when=move || more.get()>
                {deed("more-changes", None, desk.words().show_more, always(), next)}
            </Show>
        </section>
    }
}

fn row(desk: Desk, change: FlowChange) -> AnyView {
    let FlowChange { by, at_ms, what, .. } = change;
    let note = if let FlowDeed::Published { note, .. } = &what { note.clone() } else { None };
    view! {
        <li data-testid="flow-change">
            <span><b>{told(desk, &what)}</b>{note.map(|note| view! { <q>{note}</q> })}</span>
            <small>{who(desk, by.as_deref())}" · "{moment(desk, at_ms)}</small>
        </li>
    }
    .into_any()
}

fn told(desk: Desk, what: &FlowDeed) -> String {
    let words = desk.flow_words();
    match what {
        FlowDeed::SetUp { title, runner } => fill(&fill(words.did_set_up, title), runner),
        FlowDeed::SavedDraft { revision } => fill(words.did_save, revision),
        FlowDeed::Published { version, live, .. } => {
            let text = fill(words.did_publish, version);
            if live.len() < 2 { text } else { format!("{text} ({})", flow::live(live)) }
        }
        FlowDeed::RolledOut { live } => fill(words.did_roll_out, flow::live(live)),
        FlowDeed::RolledBack { version } => fill(words.did_roll_back, version),
        FlowDeed::Deleted => words.did_delete.to_owned(),
    }
}
