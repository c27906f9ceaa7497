//! What was published, how each version does, and which of them new conversations get.

use super::deed::{always, deed};
use super::page::{Page, moment, who};
use crate::flow;
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::language::fill;
use crate::screen::fetched::{Fetched, absent};
use crate::screen::flows::{cells, heads};
use api::flow::{Flow, FlowCounts, FlowFigures, FlowVersion, RollBackFlow, RollOutFlow};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;

type Known = (Vec<FlowVersion>, BTreeMap<u32, FlowCounts>);

#[component]
pub(super) fn Versions(page: Page) -> impl IntoView {
    let desk = page.desk;
    let words = desk.flow_words();
    let known = RwSignal::new(Fetched::<Known>::Loading);
    let open = RwSignal::new(None::<FlowVersion>);
    let load = move || {
        let (versions, figures) = (page.path("/versions"), page.path("/figures"));
        spawn_local(async move {
            let answer = match http::get::<Vec<FlowVersion>>(&versions).await {
                Ok(versions) => http::get::<FlowFigures>(&figures).await.map(|figures| (versions, figures)),
                Err(failure) => Err(failure),
            };
            let counted = answer.map(|(versions, figures)| {
                let counts = figures.versions.into_iter().map(|of| (of.version, of.counts));
                (versions, counts.collect())
            });
            if let Some(found) = Fetched::of(desk, counted) {
                known.try_set(found);
            }
        });
    };
    Effect::new(move |_| {
        page.deeds.track();
        load();
    });
    move || match known.get().here() {
        Err(why) => absent(desk, why, words.not_found, load),
        Ok((versions, _)) if versions.is_empty() => {
            view! { <p class="hint middle">{words.no_versions}</p> }.into_any()
        }
        Ok((versions, counts)) => {
            let several = page.is_scripted() && 1 < versions.len();
            let roll_out = several.then(|| view! { <RollOut page versions=versions.clone()/> });
            let rows = versions.into_iter().map(|version| {
                let counts = counts.get(&version.version).copied().unwrap_or_default();
                row(page, version, &counts, open)
            });
            view! {
                <section class="panel" aria-label=words.versions>
                    <table class="queues" data-testid="flow-versions">
                        <thead><tr>
                            <th>{words.versions}</th><th>{words.share}</th>{heads(desk)}<th>{words.when}</th><th></th>
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                    <p class="hint">{words.last_day}</p>
                </section>
                {move || open.get().map(|version| text(page, open, version))}
                {roll_out}
            }
            .into_any()
        }
    }
}

fn row(
    page: Page,
    version: FlowVersion,
    counts: &FlowCounts,
    open: RwSignal<Option<FlowVersion>>,
) -> AnyView {
    let desk = page.desk;
    let words = desk.flow_words();
    let FlowVersion { version: number, note, by, at_ms, percent, .. } = version;
    let see = move |_| {
        let path = page.path(&format!("/versions/{number}"));
        spawn_local(async move {
            match http::get::<FlowVersion>(&path).await {
                Ok(version) => drop(open.try_set(Some(version))),
                Err(failure) => desk.explain(&failure),
            }
        });
    };
    let back = move || {
        let (path, wish) = (page.path("/rollback"), RollBackFlow { version: number });
        page.alone(async move {
            let answer = http::post::<_, Flow>(&path, &wish).await;
            take(page, answer, fill(words.rolled_back, number));
        });
    };
    let not_now = Signal::derive(move || page.busy.get() || percent == 100);
    let deeds = page.is_scripted().then(|| view! {
        <button type="button" class="link" data-testid="see-version" on:click=see>{words.see_text}</button>
        " "
        {deed("roll-back", Some(icon::UNDO), words.roll_back, not_now, back)}
    });
    view! {
        <tr data-testid="flow-version" data-version=number data-percent=percent>
            <th scope="row">{fill(words.version, number)}{note.map(|note| view! { <small class="version-note">{note}</small> })}</th>
            <td data-label=words.share class="big" class:some=0 < percent>{format!("{percent} %")}</td>
            {cells(desk, counts)}
            <td data-label=words.when>{moment(desk, at_ms)}<small class="version-note">{who(desk, by.as_deref())}</small></td>
            <td class="version-deeds">{deeds}</td>
        </tr>
    }
    .into_any()
}

/// What new conversations get was changed, or was not.
fn take(page: Page, answer: Result<Flow, Failure>, said: String) {
    match answer {
        Ok(flow) => {
            page.desk.say(said);
            page.flow.try_set(Some(flow));
            page.deeds.try_update(|deeds| *deeds += 1);
        }
        Err(failure) => page.desk.explain(&failure),
    }
}

/// The text of a version, to read and to go on from.
fn text(page: Page, open: RwSignal<Option<FlowVersion>>, version: FlowVersion) -> AnyView {
    let desk = page.desk;
    let words = desk.flow_words();
    let written = StoredValue::new(version.text.unwrap_or_default());
    let edit = move || {
        if page.is_changed.get_untracked() {
            return desk.complain(words.replace_text);
        }
        page.write(written.with_value(|text| flow::source::normalised(text)));
        page.go_to(1);
    };
    view! {
        <section class="panel version-text" data-testid="version-text">
            <header><h2>{fill(words.version, version.version)}</h2>
                {deed("edit-from", Some(icon::EDIT), words.edit_from, always(), edit)}
                <button type="button" class="icon-button" aria-label=desk.words().close title=desk.words().close
                    on:click=move |_| open.set(None)>{icon(icon::CLOSE)}</button>
            </header>
            <pre tabindex="0">{written.get_value()}</pre>
        </section>
    }
    .into_any()
}

/// How many of a hundred new conversations each version gets.
#[component]
fn RollOut(page: Page, versions: Vec<FlowVersion>) -> impl IntoView {
    let words = page.desk.flow_words();
    let given: BTreeMap<u32, u32> =
        versions.iter().map(|version| (version.version, u32::from(version.percent))).collect();
    let typed = RwSignal::new(given.clone());
    let shares = Memo::new(move |_| typed.with(flow::shares));
    let is_new = Memo::new(move |_| typed.with(|typed| *typed != given));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(shares) = shares.get_untracked() else { return };
        let path = page.path("/rollout");
        page.alone(async move {
            let answer = http::post::<_, Flow>(&path, &RollOutFlow { shares }).await;
            take(page, answer, words.rolled_out.to_owned());
        });
    };
    let field = move |version: FlowVersion| {
        let number = version.version;
        view! {
            <label class="note percent">{fill(words.version, number)}
                <input type="number" min="0" max="100" required aria-label=fill(words.percent_of, number) data-testid="share"
                    data-version=number prop:value=version.percent
                    on:input=move |event| typed.update(|typed| {
                        typed.insert(number, event_target_value(&event).parse().unwrap_or_default());
                    })/>
            </label>
        }
    };
    view! {
        <form class="panel roll-out" data-testid="roll-out" on:submit=send>
            <header><h2>{words.roll_out}</h2><p class="hint">{words.roll_out_hint}</p></header>
            <div class="row">{versions.into_iter().map(field).collect_view()}</div>
            {move || shares.get().err().map(|sum| view! {
                <p class="form-error" role="alert" data-testid="shares-wrong">{fill(words.sum, sum)}</p>
            })}
            <button type="submit" class="button main" data-testid="roll-out-apply"
                disabled=move || page.busy.get() || !is_new.get() || shares.with(Result::is_err)>{words.apply}</button>
        </form>
    }
}
