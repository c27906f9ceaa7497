//! What did not arrive: messages of mine that failed, and incoming that was not understood.

use crate::channel;
use crate::desk::Desk;
use crate::format;
use crate::http::{self, Failure};
use crate::icon::{self, icon};
use crate::intl;
use crate::language::fill;
use crate::screen::customer::display_name;
use api::agent::Role;
use api::message::Message;
use api::webhook::FailedDelivery;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeSet;

#[component]
pub(crate) fn Failures() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let supervises =
        desk.work.with_untracked(|work| work.me.as_ref().is_some_and(|me| me.role >= Role::Supervisor));
    view! {
        <main class="column failures" data-testid="failures">
            <h1>{words.failures}</h1>
            <MyMessages/>
            {supervises.then(|| view! { <Incoming/> })}
        </main>
    }
}

#[component]
fn MyMessages() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let failed = Memo::new(move |_| {
        desk.work.with(|work| {
            let of_mine = work.interactions.values().flat_map(|item| {
                let thread = work.threads.get(&item.conversation_id).into_iter();
                thread
                    .flat_map(move |thread| thread.failed())
                    .map(move |message| (item.id.clone(), display_name(&item.contact), message.clone()))
            });
            of_mine.collect::<Vec<_>>()
        })
    });
    let row = move |(interaction_id, name, message): (String, String, Message)| {
        let why = message.error.as_ref().map(|error| error.text.clone());
        let text = message.text.clone();
        view! {
            <li class="failed-item" data-testid="failed-message">
                <span><b>{name}</b><q>{text}</q><span class="why">{icon(icon::ALERT)}{why}</span></span>
                <span class="row">
                    <button type="button" class="button" on:click=move |_| desk.open(&interaction_id)>{words.open_conversation}</button>
                    <button type="button" class="button main" on:click=move |_| desk.retry(message.clone())>
                        {icon(icon::RETRY)}{words.retry}
                    </button>
                </span>
            </li>
        }
    };
    view! {
        <section class="panel">
            <header><h2>{words.my_failed}</h2></header>
            <ul>{move || failed.get().into_iter().map(row).collect_view()}</ul>
            <Show when=move || failed.with(Vec::is_empty)>
                <p class="hint good">{icon(icon::DELIVERED)}{words.my_failed_none}</p>
            </Show>
        </section>
    }
}

#[component]
fn Incoming() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let list = RwSignal::new(None::<Vec<FailedDelivery>>);
    let broken = RwSignal::new(false);
    let running = RwSignal::new(BTreeSet::<String>::new());
    let load = move || {
        spawn_local(async move {
            match http::get::<Vec<FailedDelivery>>("/failed-deliveries").await {
                Ok(found) => {
                    broken.try_set(false);
                    list.try_set(Some(found));
                }
                Err(Failure::LoggedOut) => desk.session_over(),
                Err(_) => {
                    broken.try_set(true);
                }
            }
        });
    };
    load();
    let run_again = move |id: String| {
        running.update(|running| {
            running.insert(id.clone());
        });
        spawn_local(async move {
            let done = http::tell(&format!("/failed-deliveries/{id}/retry"), &()).await;
            running.try_update(|running| running.remove(&id));
            match done {
                Ok(()) => desk.say(words.ran),
                Err(failure) => desk.explain(&failure),
            }
            // It is processed in a moment; what failed again comes back with its new reason.
            set_timeout(load, std::time::Duration::from_millis(800));
        });
    };
    let row = move |delivery: FailedDelivery| incoming_row(desk, delivery, running, run_again);
    view! {
        <section class="panel" data-testid="failed-deliveries">
            <header><h2>{words.incoming_failed}</h2><p class="hint">{words.incoming_failed_hint}</p></header>
            {move || match list.get() {
                _ if broken.get() => view! {
                    <p class="hint middle">{words.failed_to_load}" "
                        <button type="button" class="button" on:click=move |_| load()>{words.retry}</button></p>
                }.into_any(),
                None => view! { <div class="late-skeleton" aria-busy="true"><i class="bone wide"></i></div> }.into_any(),
                Some(list) if list.is_empty() => view! {
                    <p class="hint good">{icon(icon::DELIVERED)}{words.incoming_failed_none}</p>
                }.into_any(),
                Some(list) => view! { <ul>{list.into_iter().map(row).collect_view()}</ul> }.into_any(),
            }}
        </section>
    }
}

fn incoming_row(
    desk: Desk,
    delivery: FailedDelivery,
    running: RwSignal<BTreeSet<String>>,
    run_again: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let words = desk.words();
    let locale = desk.language.get_untracked().tag();
    let when =
        format!("{} {}", intl::day(delivery.received_ms, locale), intl::time(delivery.received_ms, locale));
    let (id, key) = (delivery.id.clone(), delivery.id.clone());
    let busy = Memo::new(move |_| running.with(|running| running.contains(&key)));
    view! {
        <li class="failed-item" data-testid="failed-delivery" data-id=delivery.id>
            <span>
                <span class="facts">{icon(channel::sign(&delivery.channel))}{channel::name(words, &delivery.channel)}
                    " · "{delivery.account}" · "{when}" · "{fill(words.attempts, delivery.attempts)}
                </span>
                <b class="why">{delivery.reason}</b>
                {delivery.place.map(|place| view! { <code>{place}</code> })}
                <details><summary>{words.content}" ("{format::bytes(delivery.bytes)}")"</summary><pre>{delivery.preview}</pre></details>
            </span>
            <button type="button" class="button main" data-testid="run-again" disabled=busy
                on:click=move |_| run_again(id.clone())>
                {icon(icon::RETRY)}{move || if busy.get() { words.running } else { words.run_again }}
            </button>
        </li>
    }
}
