//! Where the agent writes: draft, files, the message replied to, and how long the channel is open.

use crate::channel;
use crate::desk::{Desk, Dialog, Upload};
use crate::envelope;
use crate::format;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::name;
use crate::screen::customer::display_name;
use crate::screen::message::{excerpt, held};
use crate::screen::ready_answer::ReadyAnswers;
use api::consent::OptOutExtent;
use api::interaction::Interaction;
use api::ready_answer::ReadyAnswer;
use api::request::Envelope;
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
    over: Memo<bool>,
    /// The contact wants no messages here.
    unwanted: Memo<bool>,
    /// One of the two.
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
        let over = Memo::new(move |_| {
            let until = item.get().and_then(|item| item.window_until_ms);
            until.is_some_and(|until| until <= desk.now.get())
        });
        let unwanted = Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(is_unwanted)));
        let closed = Memo::new(move |_| over.get() || unwanted.get());
        let ready = Memo::new(move |_| {
            let files = files.get();
            let all_there = files.iter().all(Upload::is_ready);
            let addressed = conversation_id.with_value(|id| {
                desk.envelopes.with(|all| {
                    all.get(id).is_none_or(|it| {
                        envelope::wrong(&it.to).chain(envelope::wrong(&it.cc)).next().is_none()
                    })
                })
            });
            addressed && !closed.get() && all_there && (!files.is_empty() || !draft.get().trim().is_empty())
        });
        Self { desk, item, conversation_id, draft, files, over, unwanted, closed, ready }
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

    /// Puts a ready answer below what is there.
    fn insert(self, answer: ReadyAnswer) {
        let draft = self.draft.get_untracked();
        let text = match draft.trim_end() {
            "" => answer.text,
            before => format!("{before}\n{}", answer.text),
        };
        self.desk.set_draft(&self.id(), text);
        let letters = self.item.with_untracked(|item| item.as_ref().is_some_and(|item| item.letters));
        if letters && !answer.subject.is_empty() {
            let id = self.id();
            self.desk.envelopes.update(|all| all.entry(id).or_default().subject = answer.subject);
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

/// Whether the contact asked for no more messages on this channel.
fn is_unwanted(item: &Interaction) -> bool {
    let on_channel = item.contact.opt_outs.iter().filter(|opt_out| opt_out.channel == item.channel);
    on_channel.into_iter().any(|opt_out| opt_out.extent == OptOutExtent::All)
}

/// A phone's keyboard would cover the conversation that was just opened.
pub(crate) fn has_keyboard() -> bool {
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
    let choosing = RwSignal::new(false);
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
    let unwanted_text = fill(words.unwanted, channel::name(words, &first.channel));
    let has_templates = first.templates;
    let choose = move |_| {
        if let Some(item) = item.get_untracked() {
            desk.dialog.set(Some(Dialog::Template(Box::new(item))));
        }
    };
    let placeholder = fill(words.write, name::first(&display_name(&first.contact)));
    view! {
        <form class="composer" on:submit=move |event| { event.prevent_default(); send(); }>
            <Quote conversation_id=writing.id()/>
            <Files conversation_id=writing.id() files=writing.files/>
            <Show when=move || writing.unwanted.get()>
                <p class="closed" data-testid="unwanted">{icon(icon::FORBIDDEN)}{unwanted_text.clone()}</p>
            </Show>
            <Show when=move || writing.over.get() && !writing.unwanted.get()>
                <p class="closed" data-testid="window-over">{icon(icon::TIMER)}{words.window_over}</p>
            </Show>
            <Unreachable item/>
            <Show when=move || item.with(|item| item.as_ref().is_some_and(|item| item.letters))>
                <EnvelopeFields conversation_id=writing.id()/>
            </Show>
            <Show when=move || choosing.get()>
                <ReadyAnswers interaction_id=item.get_untracked().map(|item| item.id).unwrap_or_default()
                    open=choosing chosen=Callback::new(move |answer| writing.insert(answer))/>
            </Show>
            <div class="composer-row">
                <input type="file" multiple hidden node_ref=picker on:change=picked data-testid="file"/>
                <button type="button" class="icon-button" aria-label=words.attach title=words.attach data-testid="attach"
                    disabled=closed on:click=move |_| picker.get_untracked().into_iter().for_each(|input| input.click())>
                    {icon(icon::ATTACH)}
                </button>
                <Show when=move || has_templates>
                    <button type="button" class="icon-button" aria-label=words.template title=words.template
                        data-testid="choose-template" disabled=writing.unwanted on:click=choose>
                        {icon(icon::TEMPLATE)}
                    </button>
                </Show>
                <button type="button" class="icon-button" aria-label=words.ready_answers title=words.ready_answers
                    data-testid="ready-answers-open" aria-expanded=move || choosing.get().to_string() disabled=closed
                    on:click=move |_| choosing.update(|open| *open = !*open)>{icon(icon::FILE)}</button>
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

/// Nothing reaches the contact's address, as a provider said.
#[component]
fn Unreachable(item: Memo<Option<Interaction>>) -> impl IntoView {
    let words = Desk::of_context().words();
    let reason = Memo::new(move |_| item.get().and_then(|item| item.unreachable));
    move || {
        reason.get().map(|reason| {
            let why = if reason.text.is_empty() { reason.code } else { reason.text };
            view! { <p class="closed" role="alert" data-testid="unreachable">{icon(icon::ALERT)}{fill(words.unreachable, why)}</p> }
        })
    }
}

/// To whom the letter goes and what it is called: a line, and fields on request.
#[component]
fn EnvelopeFields(conversation_id: String) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let id = StoredValue::new(conversation_id);
    let answered = Memo::new(move |_| {
        desk.work.with(|work| {
            id.with_value(|id| work.threads.get(id).and_then(|thread| envelope::answered(thread)))
        })
    });
    let changed = Memo::new(move |_| desk.envelopes.with(|all| id.with_value(|id| all.get(id).cloned())));
    // What will be sent, as far as it is known here.
    let shown = Memo::new(move |_| {
        let usual = answered.with(|letter| envelope::default_of(letter.as_ref()));
        let Some(own) = changed.get() else { return usual };
        let or = |own: Vec<String>, usual: Vec<String>| if own.is_empty() { usual } else { own };
        let subject = if own.subject.is_empty() { usual.subject } else { own.subject };
        Envelope { subject, to: or(own.to, usual.to), cc: own.cc }
    });
    let open = RwSignal::new(false);
    let change = move |how: &dyn Fn(&mut Envelope)| {
        let start = shown.get_untracked();
        desk.envelopes.update(|all| how(all.entry(id.get_value()).or_insert(start)));
    };
    let to_all = move |_| {
        if let Some(letter) = answered.get_untracked() {
            let all = envelope::to_all(&letter);
            change(&|own| own.clone_from(&all));
            open.set(true);
        }
    };
    let has_others = move || answered.with(|letter| letter.as_ref().is_some_and(|it| !it.others.is_empty()));
    let wrong = move |list: fn(&Envelope) -> &Vec<String>| {
        changed.with(|own| own.as_ref().is_some_and(|own| envelope::wrong(list(own)).next().is_some()))
    };
    let line = move || {
        let Envelope { subject, to, cc } = shown.get();
        let people = to.into_iter().chain(cc).collect::<Vec<_>>().join(", ");
        [people, subject].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    view! {
        <p class="envelope-line">
            {icon(icon::MAIL)}<span>{line}</span>
            <Show when=has_others>
                <button type="button" class="link" data-testid="reply-all" on:click=to_all>{words.reply_all}</button>
            </Show>
            <button type="button" class="icon-button" aria-label=words.edit_envelope title=words.edit_envelope
                data-testid="envelope" aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>{icon(icon::EDIT)}</button>
        </p>
        <Show when=move || open.get()>
            <div class="envelope">
                <label>{words.letter_to}<input type="text" inputmode="email" data-testid="letter-to"
                    aria-invalid=move || wrong(|own| &own.to).to_string() prop:value=move || shown.get().to.join(", ")
                    on:change=move |event| { let to = envelope::addresses(&event_target_value(&event)); change(&|own| own.to.clone_from(&to)); }/></label>
                <label>{words.letter_cc}<input type="text" inputmode="email" data-testid="letter-cc"
                    aria-invalid=move || wrong(|own| &own.cc).to_string() prop:value=move || shown.get().cc.join(", ")
                    on:change=move |event| { let cc = envelope::addresses(&event_target_value(&event)); change(&|own| own.cc.clone_from(&cc)); }/></label>
                <label>{words.subject}<input type="text" maxlength="200" data-testid="letter-subject"
                    prop:value=move || shown.get().subject
                    on:change=move |event| { let subject = event_target_value(&event); change(&|own| own.subject.clone_from(&subject)); }/></label>
            </div>
        </Show>
    }
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
        let ready = file.is_ready();
        let (sign, state) = match file.attachment {
            None => (icon::FILE, Some(words.uploading.to_owned())),
            Some(kept) if ready => (icon::FILE, kept.size.map(format::bytes)),
            Some(kept) => {
                let (sign, state) = held(words, kept.state);
                (sign, Some(state.to_owned()))
            }
        };
        view! {
            <li class="chip" data-testid="upload" data-ready=ready.to_string()>
                {icon(sign)}<span>{file.name}<small>{state}</small></span>
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
