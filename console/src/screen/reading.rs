//! What is read over the screen: an earlier conversation, a customer found by the search.

use crate::channel;
use crate::desk::Desk;
use crate::icon::icon;
use crate::intl;
use crate::screen::conversation::Messages;
use crate::screen::customer::Customer;
use crate::screen::history::History;
use api::contact::{Contact, HistoryItem};
use leptos::prelude::*;

#[component]
pub(crate) fn Reading(item: HistoryItem) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let known = desk
        .work
        .with_untracked(|work| work.threads.get(&item.conversation_id).is_some_and(|thread| thread.loaded));
    if !known {
        desk.load_thread(item.conversation_id.clone());
    }
    let day = intl::long_day(item.started_ms, desk.language.get_untracked().tag());
    view! {
        <p class="facts">{icon(channel::sign(&item.channel))}{channel::name(words, &item.channel)}" · "{day}</p>
        <div class="talk reading">
            <Messages conversation_id=item.conversation_id contact=String::new() only=item.interaction_id/>
        </div>
    }
}

#[component]
pub(crate) fn CustomerCard(contact: Contact) -> impl IntoView {
    let desk = Desk::of_context();
    let id = contact.id.clone();
    desk.load_history(id.clone(), None);
    let shown = RwSignal::new(Some(contact));
    // Changed elsewhere or here: the stream tells of it by the conversations it belongs to.
    let live = Memo::new({
        let id = id.clone();
        move |_| {
            desk.work.with(|work| {
                let mut items = work.interactions.values();
                items.find(|item| item.contact.id == id).map(|item| item.contact.clone())
            })
        }
    });
    let contact = Signal::derive(move || live.get().or_else(|| shown.get()));
    view! {
        <div class="customer card">
            <Customer contact interaction=Signal::derive(|| None)/>
            <History contact_id=id/>
        </div>
    }
}
