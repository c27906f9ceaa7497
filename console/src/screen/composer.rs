//! Where the agent writes: draft, files, the message replied to, and how long the channel is open.

use crate::desk::{Desk, Upload};
use crate::format;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::screen::customer::display_name;
use crate::screen::message::excerpt;
use api::interaction::Interaction;
use leptos::html;
use leptos::prelude::*;

/// With less than this left of the channel's window the countdown becomes a warning.
const WINDOW_SHORT_MS: i64 = 2 * 3_600_000;

#[component]
pub(crate) fn Composer(item: Memo<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let Some(first) = item.get_untracked() else { return ().into_any() };
    let conversation_id = StoredValue::new(first.conversation_id.clone());
    let id = move || conversation_id.get_value();
    let field = NodeRef::<html::Textarea>::new();
    let picker = NodeRef::<html::Input>::new();
    let draft = Memo::new(move |_| desk.draft(&id()));
    let files = Memo::new(move |_| {
        desk.uploads.with(|uploads| conversation_id.with_value(|id| uploads.get(id).cloned().unwrap_or_default()))
    });
    let closed = Memo::new(move |_| {
        item.get().and_then(|item| item.window_until_ms).is_some_and(|until| until <= desk.now.get())
    });
    let ready = Memo::new(move |_| {
        let files = files.get();
        let all_there = files.iter().all(|file| file.attachment.is_some());
        !closed.get() && all_there && (!files.is_empty() || !draft.get().trim().is_empty())
    });
    let send = move || {
        let Some(item) = item.get_untracked().filter(|_| ready.get_untracked()) else { return };
        let text = draft.get_untracked().trim().to_owned();
        let attachments = files.get_untracked().into_iter().filter_map(|file| file.attachment).collect();
        desk.uploads.update(|uploads| { uploads.remove(&id()); });
        desk.set_draft(&id(), String::new());
        desk.scrolls.update_value(|scrolls| { scrolls.remove(&id()); });
        desk.send(&item, text, attachments);
        field.get_untracked().into_iter().for_each(|field| drop(field.focus()));
    };
    Effect::new(move |_| {
        // A phone's keyboard would cover the conversation that was just opened.
        if let Some(field) = field.get() && window().match_media("(pointer: fine)").is_ok_and(|fine| fine.is_some_and(|fine| fine.matches())) {
            let _ = field.focus();
        }
    });
    let written = move |event| {
        desk.set_draft(&id(), event_target_value(&event));
        item.get_untracked().into_iter().for_each(|item| desk.tell_typing(&item));
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.alt_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let pasted = move |event: leptos::ev::ClipboardEvent| {
        let files = event.clipboard_data().and_then(|data| data.files()).filter(|files| files.length() > 0);
        if files.is_some() {
            event.prevent_default();
            desk.attach(&id(), files);
        }
    };
    let picked = move |_| {
        if let Some(input) = picker.get_untracked() {
            desk.attach(&id(), input.files());
            input.set_value("");
        }
    };
    let placeholder = fill(words.write, display_name(&first.contact).split_whitespace().next().unwrap_or_default());
    view! {
        <form class="composer" on:submit=move |event| { event.prevent_default(); send(); }>
            <Quote conversation_id=id()/>
            <Files conversation_id=id() files/>
            <Show when=move || closed.get()><p class="closed">{icon(icon::TIMER)}{words.window_over}</p></Show>
            <div class="composer-row">
                <input type="file" multiple hidden node_ref=picker on:change=picked data-testid="file"/>
                <button type="button" class="icon-button" aria-label=words.attach title=words.attach data-testid="attach"
                    disabled=closed on:click=move |_| picker.get_untracked().into_iter().for_each(|input| input.click())>
                    {icon(icon::ATTACH)}
                </button>
                <textarea data-testid="composer" rows="1" aria-label=placeholder.clone() placeholder=placeholder
                    node_ref=field disabled=closed prop:value=draft
                    on:input=written on:keydown=pressed on:paste=pasted></textarea>
                <button type="submit" class="icon-button send" aria-label=words.send title=words.send data-testid="send"
                    disabled=move || !ready.get()>{icon(icon::SEND)}</button>
            </div>
            <WindowLeft item/>
        </form>
    }
    .into_any()
}

/// Free text is allowed for a while after the customer's last message on some channels.
#[component]
fn WindowLeft(item: Memo<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let until = Memo::new(move |_| item.get().and_then(|item| item.window_until_ms));
    let left = move || until.get().map(|until| until - desk.now.get()).filter(|left| *left > 0);
    let text = move || left().map(|left| fill(words.window_left, format::rough(left)));
    view! {
        <Show when=move || left().is_some()>
            <p class="window-left" class:late=move || left().is_some_and(|left| left < WINDOW_SHORT_MS)>
                {icon(icon::TIMER)}{text}
            </p>
        </Show>
    }
}

#[component]
fn Quote(conversation_id: String) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let (find, forget) = (conversation_id.clone(), conversation_id);
    let quoted = Memo::new(move |_| {
        let id = desk.quotes.with(|quotes| quotes.get(&find).cloned())?;
        desk.work.with(|work| work.threads.get(&find)?.find(&id).map(|message| excerpt(words, message)))
    });
    let remove = move |_| desk.quotes.update(|quotes| { quotes.remove(&forget); });
    let remove = StoredValue::new(remove);
    move || {
        quoted.get().map(|text| view! {
            <p class="quote-bar">{icon(icon::REPLY)}<span><b>{words.replying_to}</b>" "{text}</span>
                <button type="button" class="icon-button" aria-label=words.remove
                    on:click=move |event| remove.with_value(|remove| remove(event))>{icon(icon::CLOSE)}</button>
            </p>
        })
    }
}

#[component]
fn Files(conversation_id: String, files: Memo<Vec<Upload>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let id = StoredValue::new(conversation_id);
    let chip = move |file: Upload| {
        let key = file.key.clone();
        let done = file.attachment.is_some();
        let size = file.attachment.and_then(|file| file.size).map(format::bytes);
        view! {
            <li class="chip" data-testid="upload" data-ready=done.to_string()>
                {icon(icon::FILE)}<span>{file.name}<small>{if done { size } else { Some(words.uploading.to_owned()) }}</small></span>
                <button type="button" class="icon-button" aria-label=words.remove
                    on:click=move |_| id.with_value(|id| desk.drop_upload(id, &key))>{icon(icon::CLOSE)}</button>
            </li>
        }
    };
    view! {
        <Show when=move || !files.with(Vec::is_empty)>
            <ul class="chips">{move || files.get().into_iter().map(chip).collect_view()}</ul>
        </Show>
    }
}
