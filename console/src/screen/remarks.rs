//! What colleagues say among themselves. It has its own ground, a lock and a name of its own, so that nobody
//! takes it for what the customer reads; who advises writes here and nowhere else.

use crate::desk::Desk;
use crate::icon::{self, icon};
use crate::intl;
use crate::part;
use crate::screen::composer::has_keyboard;
use crate::screen::message::linked;
use api::interaction::{Interaction, Remark, Way};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn Remarks(item: Memo<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let way = Memo::new(move |_| desk.work.with(|work| item.with(|item| work.way(item.as_ref()?))));
    let remarks = Memo::new(move |_| item.get().map(|item| item.remarks).unwrap_or_default());
    let company = Memo::new(move |_| {
        item.with(|item| {
            let asks = |item: &Interaction| item.invitation.is_some() || part::helping(item).next().is_some();
            item.as_ref().is_some_and(asks)
        })
    });
    let writes = Memo::new(move |_| way.get().is_some_and(|way| part::talks(way) || part::helps(way)));
    let shown = Memo::new(move |_| !remarks.with(Vec::is_empty) || (writes.get() && company.get()));
    hear_when_seen(desk, item);
    view! {
        <Show when=move || shown.get()>
            <section class="between" aria-label=words.between_us data-testid="between">
                <h2>{icon(icon::FORBIDDEN)}{words.between_us}<small>{words.not_for_customer}</small></h2>
                <div class="remarks" role="log" aria-label=words.between_us tabindex="0">
                    <ol>
                        <For each=move || remarks.get().into_iter().enumerate() key=|(index, _)| *index let((_, remark))>
                            {line(desk, remark)}
                        </For>
                    </ol>
                </div>
                <Show when=move || writes.get()><Field item advises=way.get_untracked() == Some(Way::Consult)/></Show>
            </section>
        </Show>
    }
}

fn line(desk: Desk, remark: Remark) -> impl IntoView {
    let words = desk.words();
    let me = desk.work.with_untracked(|work| work.me.as_ref().map(|me| me.agent_id.clone()));
    let mine = me.as_ref() == Some(&remark.agent.id);
    let who = if mine { words.you.to_owned() } else { remark.agent.name };
    let time = intl::time(remark.at_ms, desk.language.get_untracked().tag());
    view! {
        <li data-testid="remark" data-author=remark.agent.id><b>{who}</b>" "<time>{time}</time>
            <p class="text">{linked(&remark.text)}</p></li>
    }
}

/// Enter says it, as in the composer.
#[component]
fn Field(
    item: Memo<Option<Interaction>>,
    /// There is no other field.
    advises: bool,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let id = StoredValue::new(item.get_untracked().map(|item| item.id).unwrap_or_default());
    let key = StoredValue::new(id.with_value(|id| format!("remark:{id}")));
    let text = Memo::new(move |_| key.with_value(|key| desk.draft(key)));
    let waits = RwSignal::new(false);
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get().filter(|_| advises && has_keyboard()) {
            let _ = field.focus();
        }
    });
    let is_ready = move || !waits.get() && !text.with(|text| text.trim().is_empty());
    let add = move || {
        if !untrack(is_ready) {
            return;
        }
        let said = text.get_untracked();
        waits.set(true);
        spawn_local(async move {
            if desk.remark(&id.get_value(), said.trim().to_owned()).await {
                // What was typed meanwhile stays.
                let rest = desk.drafts.with_untracked(|drafts| {
                    key.with_value(|key| {
                        drafts.get(key).and_then(|now| now.strip_prefix(&said).map(str::to_owned))
                    })
                });
                key.with_value(|key| desk.set_draft(key, rest.unwrap_or_default()));
            }
            waits.try_set(false);
        });
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.alt_key() && !event.is_composing() {
            event.prevent_default();
            add();
        }
    };
    let label = format!("{}. {}", words.between_us, words.not_for_customer);
    view! {
        <form class="remark-row" on:submit=move |event| { event.prevent_default(); add(); }>
            <textarea rows="1" data-testid="remark-field" aria-label=label placeholder=words.write_remark maxlength="4000"
                node_ref=field prop:value=text on:keydown=pressed
                on:input=move |event| key.with_value(|key| desk.set_draft(key, event_target_value(&event)))></textarea>
            <button type="submit" class="button" data-testid="remark-add" disabled=move || !is_ready()>{words.add_remark}</button>
        </form>
    }
}

/// In a hidden window nobody has seen them.
fn hear_when_seen(desk: Desk, item: Memo<Option<Interaction>>) {
    let unheard = Memo::new(move |_| {
        desk.work.with(|work| item.with(|item| item.as_ref().is_some_and(|item| work.unheard(item))))
    });
    let seen_again = RwSignal::new(0);
    let listener =
        window_event_listener(leptos::ev::visibilitychange, move |_| seen_again.update(|count| *count += 1));
    on_cleanup(move || listener.remove());
    Effect::new(move |_| {
        seen_again.track();
        if unheard.get()
            && !document().hidden()
            && let Some(item) = item.get_untracked()
        {
            desk.work.update(|work| work.hear(&item.id));
        }
    });
}
