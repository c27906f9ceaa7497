//! Everything we have talked about with a contact, on every channel, newest first.

use crate::channel;
use crate::desk::{Desk, Dialog};
use crate::format;
use crate::icon::icon;
use crate::intl;
use crate::language::Words;
use api::contact::HistoryItem;
use api::interaction::InteractionState;
use leptos::prelude::*;

#[component]
pub(crate) fn History(contact_id: String) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let key = contact_id.clone();
    let history = Memo::new(move |_| desk.work.with(|work| work.histories.get(&key).cloned()));
    let items = move || history.get().map(|history| history.items).unwrap_or_default();
    let more = move |_| {
        let before =
            history.get_untracked().and_then(|history| history.items.last().map(|item| item.started_ms));
        desk.load_history(contact_id.clone(), before);
    };
    let more = StoredValue::new(more);
    view! {
        <section class="history" aria-label=words.history>
            <h2>{words.history}</h2>
            <Show when=move || history.get().is_none()>
                <div class="late-skeleton" aria-busy="true"><i class="bone"></i><i class="bone"></i></div>
            </Show>
            <Show when=move || history.get().is_some_and(|history| history.items.is_empty())>
                <p class="hint">{words.no_history}</p>
            </Show>
            <ol>
                <For each=items key=|item| (item.interaction_id.clone(), item.state, item.ended_ms, item.disposition.clone())
                    let:item>
                    {entry(desk, item)}
                </For>
            </ol>
            <Show when=move || history.get().is_some_and(|history| history.more)>
                <button type="button" class="button" on:click=move |event| more.with_value(|more| more(event))>
                    {words.show_more}
                </button>
            </Show>
        </section>
    }
}

/// What became of it: the outcome when it has one, else where it stands.
fn outcome(desk: Desk, words: &'static Words, item: &HistoryItem) -> String {
    let label = item.disposition.as_ref().map(|code| {
        desk.work.with_untracked(|work| {
            let known = work.dispositions.iter().find(|disposition| disposition.code == *code);
            known.map_or_else(|| code.clone(), |known| desk.language.get_untracked().label(&known.labels))
        })
    });
    label.unwrap_or_else(|| {
        match item.state {
            InteractionState::Bot | InteractionState::Disposed => words.with_bot,
            InteractionState::Queued => words.queued,
            InteractionState::Offered => words.offered,
            InteractionState::Active => words.active,
            InteractionState::WrapUp => words.wrap_up,
        }
        .to_owned()
    })
}

fn entry(desk: Desk, item: HistoryItem) -> impl IntoView {
    let words = desk.words();
    let locale = desk.language.get_untracked().tag();
    let today = intl::day_number(desk.now_ms()) == intl::day_number(item.started_ms);
    let when = if today { intl::time(item.started_ms, locale) } else { intl::day(item.started_ms, locale) };
    let lasted = item.ended_ms.map(|ended| format::rough(ended - item.started_ms));
    let open = item.ended_ms.is_none();
    let who = item.agent.as_ref().map(|agent| agent.name.clone());
    let read = item.clone();
    view! {
        <li class:open=open>
            <button type="button" class="entry" data-testid="history-item" data-channel=item.channel.clone()
                title=words.open_conversation
                on:click=move |_| desk.dialog.set(Some(Dialog::Reading(Box::new(read.clone()))))>
                <span class="sign" title=channel::name(words, &item.channel)>{icon(channel::sign(&item.channel))}</span>
                <span class="entry-head">
                    <time>{when}</time>
                    <span>{channel::name(words, &item.channel)}</span>
                    {lasted.map(|lasted| view! { <span class="timer">{lasted}</span> })}
                </span>
                <b>{item.topic.clone().unwrap_or_else(|| item.last_text.clone())}</b>
                <span class="facts">
                    {outcome(desk, words, &item)}
                    {who.map(|who| format!(" · {who}"))}
                </span>
                {item.note.map(|note| view! { <q>{note}</q> })}
            </button>
        </li>
    }
}
