//! Where the agent writes: draft, files, the message replied to, and how long the channel is open.

use crate::desk::{Desk, Upload};
use crate::format;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::name;
use crate::screen::customer::display_name;
use crate::screen::message::excerpt;
use api::interaction::Interaction;
use leptos::html;
use leptos::prelude::*;

/// With less than this left of the channel's window the countdown becomes a warning.
const WINDOW_SHORT_MS: i64 = 2 * 3_600_000;

/// What is being written in one conversation, and whether it may go.
#[derive(Clone, Copy)]
struct Writing {
    desk: Desk,
    item: Memo<Option<Interaction>>,
    conversation_id: StoredValue<String>,
    draft: Memo<String>,
    files: Memo<Vec<Upload>>,
    /// The channel's window is over.
    closed: Memo<bool>,
    ready: Memo<bool>,
}

impl Writing {
    fn new(desk: Desk, item: Memo<Option<Interaction>>, conversation_id: String) -> Self {
        let conversation_id = StoredValue::new(conversation_id);
        let draft = Memo::new(move |_| conversation_id.with_value(|id| desk.draft(id)));
        let files = Memo::new(move |_| {
            desk.uploads
                .with(|uploads| conversation_id.with_value(|id| uploads.get(id).cloned().unwrap_or_default()))
        });
        let closed = Memo::new(move |_| {
            let until = item.get().and_then(|item| item.window_until_ms);
            until.is_some_and(|until| until <= desk.now.get())
        });
        let ready = Memo::new(move |_| {
            let files = files.get();
            let all_there = files.iter().all(|file| file.attachment.is_some());
            !closed.get() && all_there && (!files.is_empty() || !draft.get().trim().is_empty())
        });
        Self { desk, item, conversation_id, draft, files, closed, ready }
    }

    fn id(self) -> String {
        self.conversation_id.get_value()
    }

    fn write(self, text: String) {
        self.desk.set_draft(&self.id(), text);
        if let Some(item) = self.item.get_untracked() {
            self.desk.tell_typing(&item);
        }
    }

    fn attach(self, files: Option<web_sys::FileList>) {
        self.desk.attach(&self.id(), files);
    }

    fn send(self) {
        let Some(item) = self.item.get_untracked().filter(|_| self.ready.get_untracked()) else { return };
        let text = self.draft.get_untracked().trim().to_owned();
        let attachments = self.files.get_untracked().into_iter().filter_map(|file| file.attachment).collect();
        let (desk, id) = (self.desk, self.id());
        if desk.is_private(&id) && !text.is_empty() {
            desk.set_draft(&id, String::new());
            desk.answer_privately(&item, text);
            return;
        }
        desk.uploads.update(|uploads| {
            uploads.remove(&id);
        });
        desk.set_draft(&id, String::new());
        // What was just sent is at the end: that is where to look.
        desk.scrolls.update_value(|scrolls| {
            scrolls.remove(&id);
        });
        desk.send(&item, text, attachments);
    }
}

/// A phone's keyboard would cover the conversation that was just opened.
fn has_keyboard() -> bool {
    let fine = window().match_media("(pointer: fine)").ok().flatten();
    fine.is_some_and(|fine| fine.matches())
}

#[component]
pub(crate) fn Composer(item: Memo<Option<Interaction>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let Some(first) = item.get_untracked() else { return ().into_any() };
    let writing = Writing::new(desk, item, first.conversation_id.clone());
    let (draft, closed) = (writing.draft, writing.closed);
    let field = NodeRef::<html::Textarea>::new();
    let picker = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get().filter(|_| has_keyboard()) {
            let _ = field.focus();
        }
    });
    let send = move || {
        writing.send();
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
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
            writing.attach(files);
        }
    };
    let picked = move |_| {
        if let Some(input) = picker.get_untracked() {
            writing.attach(input.files());
            input.set_value("");
        }
    };
    let placeholder = fill(words.write, name::first(&display_name(&first.contact)));
    view! {
        <form class="composer" on:submit=move |event| { event.prevent_default(); send(); }>
            <Quote conversation_id=writing.id()/>
            <Files conversation_id=writing.id() files=writing.files/>
            <Show when=move || closed.get()><p class="closed">{icon(icon::TIMER)}{words.window_over}</p></Show>
            <div class="composer-row">
                <input type="file" multiple hidden node_ref=picker on:change=picked data-testid="file"/>
                <button type="button" class="icon-button" aria-label=words.attach title=words.attach data-testid="attach"
                    disabled=closed on:click=move |_| picker.get_untracked().into_iter().for_each(|input| input.click())>
                    {icon(icon::ATTACH)}
                </button>
                <textarea data-testid="composer" rows="1" aria-label=placeholder.clone() placeholder=placeholder
                    node_ref=field disabled=closed prop:value=draft
                    on:input=move |event| writing.write(event_target_value(&event))
                    on:keydown=pressed on:paste=pasted></textarea>
                <button type="submit" class="icon-button send" aria-label=words.send title=words.send data-testid="send"
                    disabled=move || !writing.ready.get()>{icon(icon::SEND)}</button>
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
    let (find, forget) = (conversation_id.clone(), conversation_id.clone());
    let quoted = Memo::new(move |_| {
        let id = desk.quotes.with(|quotes| quotes.get(&find).cloned())?;
        desk.work.with(|work| work.threads.get(&find)?.find(&id).map(|message| excerpt(words, message)))
    });
    let private = conversation_id.clone();
    let private = Memo::new(move |_| desk.is_private(&private));
    let remove = move |_| {
        desk.end_private(&forget);
        desk.quotes.update(|quotes| {
            quotes.remove(&forget);
        })
    };
    let remove = StoredValue::new(remove);
    move || {
        quoted.get().map(|text| view! {
            <p class="quote-bar">{icon(icon::REPLY)}<span><b>{if private.get() { words.replying_privately } else { words.replying_to }}</b>" "{text}</span>
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
