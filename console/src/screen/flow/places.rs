//! The places of a flow in figures, which the diagram shows one at a time.

use super::page::Page;
use crate::flow::Place;
use crate::screen::flows::cell;
use leptos::prelude::*;
use std::collections::BTreeMap;

#[component]
pub(super) fn Places(page: Page, places: Signal<BTreeMap<String, Place>>) -> impl IntoView {
    let words = page.desk.flow_words();
    let rows = move || places.get().into_iter().map(|(name, place)| row(page, name, &place)).collect_view();
    view! {
        <section class="panel" aria-label=words.last_day data-testid="flow-places">
            <Show when=move || !places.with(BTreeMap::is_empty)
                fallback=move || view! { <p class="hint middle">{words.nobody_came}</p> }>
                <table class="queues">
                    <thead><tr>
                        <th>{words.place}</th><th>{words.count_now}</th><th title=words.visits_hint>{words.visits}</th>
                        <th>{words.passages}</th><th title=words.contained_hint>{words.contained}</th>
                        <th title=words.handed_over_hint>{words.handed_over}</th><th>{words.abandoned}</th><th>{words.failed}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                <p class="hint">{words.last_day}</p>
            </Show>
        </section>
    }
}

fn row(page: Page, name: String, place: &Place) -> AnyView {
    let words = page.desk.flow_words();
    let last = place.figures.last;
    let counts = [
        (words.count_now, place.now, "big some"),
        (words.visits, place.figures.visits, ""),
        (words.passages, place.figures.passages, ""),
        (words.contained, last.contained, ""),
        (words.handed_over, last.handed_over, ""),
        (words.abandoned, last.abandoned, ""),
        (words.failed, last.failed, "alarm"),
    ];
    let counts = counts
        .into_iter()
        .map(|(label, count, class)| cell(label, count, None, if count == 0 { "" } else { class }));
    let shown = if name.is_empty() { words.no_place.to_owned() } else { name.clone() };
    let key = name.clone();
    let head = match (name.is_empty(), page.is_scripted()) {
        (false, true) => view! {
            <button type="button" class="link" title=words.to_the_text on:click=move |_| page.go_to_place(&name)>{shown}</button>
        }
        .into_any(),
        _ => shown.into_any(),
    };
    view! {
        <tr data-testid="flow-place" data-place=key>
            <th scope="row">{head}</th>
            {counts.collect_view()}
        </tr>
    }
    .into_any()
}
