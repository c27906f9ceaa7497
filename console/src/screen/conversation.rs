//! One conversation of mine: its head, its messages, and what can be done next.

use crate::channel;
use crate::desk::{Desk, Dialog, Pane};
use crate::format;
use crate::icon::{self, icon};
use crate::language::fill;
use crate::name;
use crate::part;
use crate::screen::comment::{PostAbove, Public};
use crate::screen::company::Company;
use crate::screen::composer::Composer;
use crate::screen::customer::display_name;
use crate::screen::message::MessageRow;
use crate::screen::remarks::Remarks;
use crate::screen::wrap_up::WrapUpForm;
use crate::thread::{Row, Thread, rows};
use crate::{intl, work::Work};
use api::interaction::{Interaction, Way};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

#[component]
pub(crate) fn Conversation(id: String) -> impl IntoView {
    let desk = Desk::of_context();
    let key = id.clone();
    let item = Memo::new(move |_| desk.work.with(|work| work.interactions.get(&key).cloned()));
    let Some(first) = item.get_untracked() else { return ().into_any() };
    let conversation_id = first.conversation_id.clone();
    let way = Memo::new(move |_| desk.work.with(|work| item.with(|item| work.way(item.as_ref()?))));
    let talks = Memo::new(move |_| way.get().is_some_and(part::talks));
    mark_read_when_seen(desk, item, talks);
    provide_context(Public(Memo::new(move |_| {
        item.get().filter(|_| talks.get()).and_then(|item| item.moderation)
    })));
    // Whoever helps and then has it goes on writing where they are.
    let form = Memo::new(move |_| way.get().map(Form::of));
    let drop_id = conversation_id.clone();
    let over = RwSignal::new(false);
    view! {
        <Head item way/>
        <Company item/>
        <PostAbove item/>
        <div class="talk" class:over=over
            on:dragover=move |event| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                over.set(false);
                if talks.get_untracked() {
                    desk.attach(&drop_id, event.data_transfer().and_then(|transfer| transfer.files()));
                }
            }>
            <Messages conversation_id=conversation_id.clone() contact=display_name(&first.contact)/>
            <p class="drop-hint" aria-hidden="true">{icon(icon::ATTACH)}{desk.words().drop_here}</p>
        </div>
        <Remarks item/>
        {move || match form.get() {
            Some(Form::Composer) => view! { <Composer item/> }.into_any(),
            Some(Form::WrapUp) => view! { <WrapUpForm item/> }.into_any(),
            Some(Form::Answer { invited }) => view! { <AnswerBar id=id.clone() invited/> }.into_any(),
            Some(Form::None) | None => ().into_any(),
        }}
    }
    .into_any()
}

/// What stands below the messages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Composer,
    WrapUp,
    Answer {
        invited: bool,
    },
    /// Who advises writes to colleagues only.
    None,
}

impl Form {
    fn of(way: Way) -> Form {
        match way {
            Way::Active | Way::Conference => Form::Composer,
            Way::WrapUp => Form::WrapUp,
            Way::Offered => Form::Answer { invited: false },
            Way::Invited => Form::Answer { invited: true },
            Way::Consult => Form::None,
        }
    }
}

/// What is open before the eyes of whoever talks counts as read; in a hidden window nobody has seen it, and
/// that somebody advises is not for the contact to notice.
fn mark_read_when_seen(desk: Desk, item: Memo<Option<Interaction>>, talks: Memo<bool>) {
    let unread = Memo::new(move |_| talks.get() && item.get().is_some_and(|item| item.unread > 0));
    let seen_again = RwSignal::new(0);
    let listener =
        window_event_listener(leptos::ev::visibilitychange, move |_| seen_again.update(|count| *count += 1));
    on_cleanup(move || listener.remove());
    Effect::new(move |_| {
        seen_again.track();
        if unread.get()
            && !document().hidden()
            && let Some(item) = item.get_untracked()
        {
            // The agent sees that they were new before the mark goes.
            set_timeout(move || desk.mark_read(&item), Duration::from_millis(700));
        }
    });
}

#[component]
fn Head(item: Memo<Option<Interaction>>, way: Memo<Option<Way>>) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let active = Memo::new(move |_| way.get() == Some(Way::Active));
    let helps = Memo::new(move |_| way.get().is_some_and(part::helps));
    let busy =
        Memo::new(move |_| item.get().is_some_and(|item| desk.busy.with(|busy| busy.contains(&item.id))));
    let asks =
        Memo::new(move |_| item.with(|item| item.as_ref().is_some_and(|item| item.invitation.is_some())));
    let since = move || {
        let item = item.get()?;
        let end = item.ended_ms.unwrap_or_else(|| desk.now.get());
        Some(format::clock(end - item.answered_ms.or(item.queued_ms)?))
    };
    let over = move |dialog: fn(Box<Interaction>) -> Dialog| {
        if let Some(item) = item.get_untracked() {
            desk.dialog.set(Some(dialog(Box::new(item))));
        }
    };
    let end = move |_| item.get_untracked().into_iter().for_each(|item| desk.end(item.id));
    let leave = move |_| item.get_untracked().into_iter().for_each(|item| desk.leave(item.id));
    view! {
        <header class="talk-head">
            <button type="button" class="icon-button phone-only" aria-label=words.back
                on:click=move |_| desk.pane.set(Pane::Work)>{icon(icon::BACK)}</button>
            {move || item.get().map(|item| {
                let queue = item.queue.as_ref().map(|queue| format!(" · {}", queue.name));
                view! {
                    <button type="button" class="talk-who" on:click=move |_| desk.pane.set(Pane::Customer)>
                        <h1>{display_name(&item.contact)}</h1>
                        <span class="facts">
                            {icon(channel::sign(&item.channel))}{channel::name(words, &item.channel)}
                            {queue}
                            {item.topic.clone().map(|topic| view! { <span class="topic">{topic}</span> })}
                        </span>
                    </button>
                }
            })}
            <time class="timer talk-time">{since}</time>
            <Show when=move || active.get()>
                <button type="button" class="button" data-testid="ask-help" title="Alt H" aria-label=words.ask_help
                    disabled=move || busy.get() || asks.get() on:click=move |_| over(Dialog::Help)>
                    {icon(icon::HELP)}<span class="wide-label">{words.ask_help}</span>
                </button>
                <button type="button" class="button" data-testid="transfer" title="Alt T" aria-label=words.transfer
                    disabled=busy on:click=move |_| over(Dialog::Transfer)>
                    {icon(icon::TRANSFER)}<span class="wide-label">{words.transfer}</span>
                </button>
                <button type="button" class="button" data-testid="end" title="Alt W" disabled=busy on:click=end>
                    {icon(icon::END)}<span>{words.end}</span>
                </button>
            </Show>
            <Show when=move || helps.get()>
                <button type="button" class="button" data-testid="leave" aria-label=words.leave disabled=busy on:click=leave>
                    {icon(icon::LOG_OUT)}<span class="wide-label">{words.leave}</span>
                </button>
            </Show>
        </header>
    }
}

#[component]
fn AnswerBar(id: String, invited: bool) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let (first, yes) =
        if invited { (words.accept_first, words.accept) } else { (words.answer_first, words.answer) };
    let (answer, decline) = (id.clone(), id);
    view! {
        <div class="answer-bar">
            <p>{first}</p>
            <button type="button" class="button main" on:click=move |_| desk.answer(answer.clone())>{yes}</button>
            <button type="button" class="button" on:click=move |_| desk.decline(decline.clone())>{words.decline}</button>
        </div>
    }
}

fn thread_of(work: &Work, conversation_id: &str) -> Arc<Thread> {
    work.threads.get(conversation_id).cloned().unwrap_or_default()
}

/// The list of messages. It stays at its end while new ones come, and where it was when the agent
/// scrolled up: the column is reversed, so the browser itself keeps the place.
#[component]
pub(crate) fn Messages(
    conversation_id: String,
    contact: String,
    /// Only what belongs to this interaction, whole.
    #[prop(optional, into)]
    only: Option<String>,
) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let key = conversation_id.clone();
    // Shared threads are the same or they changed: nothing is compared message by message.
    let thread = Memo::new_with_compare(
        move |_| desk.work.with(|work| thread_of(work, &key)),
        |before, now| !before.zip(now).is_some_and(|(before, now)| Arc::ptr_eq(before, now)),
    );
    let whole = only.is_none();
    if let Some(interaction_id) = only.clone() {
        load_until_whole(desk, conversation_id.clone(), thread, interaction_id);
    }
    let lines = Memo::new(move |_| rows(&thread.get(), only.as_deref(), intl::day_number));
    let list = NodeRef::<html::Div>::new();
    let scrolled_up = RwSignal::new(false);
    let scrolled = keep_place(desk, list, whole.then(|| conversation_id.clone()), scrolled_up);
    let id = StoredValue::new(conversation_id);
    let typing = Memo::new(move |_| {
        let until = desk.work.with(|work| id.with_value(|id| work.typing.get(id).copied()));
        whole && until.is_some_and(|until| desk.now.get() < until)
    });
    let loaded = Memo::new(move |_| thread.with(|thread| thread.loaded));
    let is_typing = fill(words.is_typing, name::first(&contact));
    let to_end = move |_| list.get_untracked().into_iter().for_each(|node| node.set_scroll_top(0));
    view! {
        <div class="messages" node_ref=list on:scroll=scrolled tabindex="0" role="log" aria-label=words.conversation>
            <div class="messages-inner">
                <Show when=move || whole && thread.with(|thread| thread.more)>
                    <button type="button" class="button earlier" on:click=move |_| desk.load_earlier(id.get_value())>
                        {words.earlier}
                    </button>
                </Show>
                <Show when=move || loaded.get() && lines.with(Vec::is_empty)>
                    <p class="hint middle">{words.no_messages}</p>
                </Show>
                <Show when=move || !loaded.get()>
                    <Loading retry=move || desk.load_thread(id.get_value())/>
                </Show>
                <For each=move || lines.get() key=Clone::clone let:row>
                    {line(desk, thread, row)}
                </For>
                <Show when=move || typing.get()>
                    <p class="typing" data-testid="typing"><i></i><i></i><i></i>{is_typing.clone()}</p>
                </Show>
            </div>
        </div>
        <Show when=move || scrolled_up.get()>
            <button type="button" class="to-end" aria-label=words.new_messages title=words.new_messages on:click=to_end>
                {icon(icon::ARROW_DOWN)}
            </button>
        </Show>
    }
}

/// Opens the list where it was left, and keeps where it is scrolled to. The column is reversed: 0 is
/// its end, and what lies above is negative.
fn keep_place(
    desk: Desk,
    list: NodeRef<html::Div>,
    conversation_id: Option<String>,
    scrolled_up: RwSignal<bool>,
) -> impl Fn(leptos::ev::Event) {
    const OUT_OF_SIGHT: i32 = -240;
    let id = conversation_id.clone();
    Effect::new(move |_| {
        if let (Some(node), Some(id)) = (list.get(), &id) {
            let place = desk.scrolls.with_value(|scrolls| scrolls.get(id).copied().unwrap_or_default());
            request_animation_frame(move || node.set_scroll_top(place));
        }
    });
    move |_| {
        let Some(place) = list.get_untracked().map(|node| node.scroll_top()) else { return };
        scrolled_up.set(place < OUT_OF_SIGHT);
        if let Some(id) = conversation_id.clone() {
            desk.scrolls.update_value(|scrolls| {
                scrolls.insert(id, place);
            });
        }
    }
}

/// An old piece of work may lie far back in its conversation: page by page until it is all there.
fn load_until_whole(desk: Desk, conversation_id: String, thread: Memo<Arc<Thread>>, interaction_id: String) {
    Effect::new(move |_| {
        if thread.with(|thread| thread.loaded && !thread.reaches(&interaction_id)) {
            desk.load_earlier(conversation_id.clone());
        }
    });
}

fn line(desk: Desk, thread: Memo<Arc<Thread>>, row: Row) -> AnyView {
    let words = desk.words();
    let locale = desk.language.get_untracked().tag();
    match row {
        Row::Day(at_ms) => {
            let today = intl::day_number(desk.now_ms());
            let name = match today - intl::day_number(at_ms) {
                0 => words.today.to_owned(),
                1 => words.yesterday.to_owned(),
                _ => intl::long_day(at_ms, locale),
            };
            view! { <h2 class="part"><span>{name}</span></h2> }.into_any()
        }
        Row::Interaction(_) => {
            view! { <h2 class="part soft"><span>{words.new_interaction}</span></h2> }.into_any()
        }
        Row::Message { key, opens } => view! { <MessageRow thread key opens/> }.into_any(),
    }
}

/// Skeletons, but only when it takes long enough to see them; a retry when it takes too long.
#[component]
fn Loading(retry: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    let words = Desk::of_context().words();
    let late = RwSignal::new(false);
    set_timeout(
        move || {
            late.try_set(true);
        },
        Duration::from_secs(6),
    );
    let retry = StoredValue::new(retry);
    view! {
        <div class="late-skeleton" aria-busy="true">
            <i class="bone"></i><i class="bone right"></i><i class="bone"></i>
            <Show when=move || late.get()>
                <p class="hint middle">{words.not_loaded}" "
                    <button type="button" class="button" on:click=move |_| retry.with_value(|retry| retry())>
                        {words.retry}
                    </button>
                </p>
            </Show>
        </div>
    }
}
