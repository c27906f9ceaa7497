//! One message: who, what, when, and what became of it.

use crate::desk::Desk;
use crate::format;
use crate::icon::{self, icon};
use crate::intl;
use crate::language::Words;
use crate::screen::comment::{Public, deeds};
use crate::screen::letter::{self, LetterBody};
use crate::text::{Part, parts};
use crate::thread::{Thread, missed};
use api::comment::Moderation;
use api::message::{
    Attachment, AttachmentState, AuthorKind, DeliveryError, Direction, Message, MessageKind, MessageStatus,
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub(crate) fn MessageRow(thread: Memo<Arc<Thread>>, key: String, opens: bool) -> impl IntoView {
    let desk = Desk::of_context();
    let message = Memo::new(move |_| thread.with(|thread| thread.by_key(&key).cloned()));
    let quoted = Memo::new(move |_| {
        let wanted = message.get()?.reply_to?;
        thread.with(|thread| thread.find(&wanted).cloned())
    });
    let chosen = Memo::new(move |_| thread.with(|thread| chosen_option(thread, &message.get()?)));
    let public = use_context::<Public>();
    let show = move || {
        let public = public.and_then(|Public(moderation)| moderation.get());
        message.get().map(|message| bubble(desk, &message, quoted.get(), chosen.get(), opens, public))
    };
    view! {
        <div class="message" class:opens=opens data-testid="message"
            data-id=move || message.get().map(|message| message.id)
            data-direction=move || message.get().map(|message| match message.direction {
                Direction::In => "in",
                Direction::Out => "out",
            })
            data-author=move || message.get().map(|message| author_kind(message.author.kind))
            data-status=move || message.get().and_then(|message| message.status).map(status_name)>
            {show}
        </div>
    }
}

/// Of a menu: the option that the contact chose, which is the text of the message that replies to it.
fn chosen_option(thread: &Thread, menu: &Message) -> Option<String> {
    if menu.options.is_empty() {
        return None;
    }
    let mut answers = thread.all().filter(|other| other.seq > menu.seq && other.direction == Direction::In);
    let answer = match answers.clone().find(|other| other.reply_to.as_deref() == Some(menu.id.as_str())) {
        Some(answer) => answer,
        None => answers.next()?,
    };
    let text = answer.text.trim().to_lowercase();
    let means = |index: usize, title: &str| title.to_lowercase() == text || (index + 1).to_string() == text;
    let options = menu.options.iter().enumerate();
    options.filter(|(index, option)| means(*index, &option.title)).map(|(_, option)| option.id.clone()).next()
}

fn bubble(
    desk: Desk,
    message: &Message,
    quoted: Option<Message>,
    chosen: Option<String>,
    opens: bool,
    public: Option<Moderation>,
) -> AnyView {
    let words = desk.words();
    let time = intl::time(message.at_ms, desk.language.get_untracked().tag());
    let author = opens.then(|| author_name(desk, message)).flatten();
    let failed = message.status == Some(MessageStatus::Failed);
    let (reply_id, conversation_id) = (message.id.clone(), message.conversation_id.clone());
    let can_quote = message.seq != i64::MAX && !message.deleted;
    let quote = move |_| {
        desk.end_private(&conversation_id);
        desk.quotes.update(|quotes| {
            quotes.insert(conversation_id.clone(), reply_id.clone());
        });
    };
    view! {
        {author.map(|(sign, name)| view! { <p class="author">{sign.map(icon)}{name}</p> })}
        <div class="bubble-line">
            <div class="bubble" class:failed=failed class:letter=message.letter.is_some()>
                {quoted.map(|quoted| view! { <p class="quote">{excerpt(words, &quoted)}</p> })}
                {body(words, message)}
                {options(words, message, chosen.as_deref())}
                <span class="meta">
                    {message.edited.then_some(words.edited)}" "
                    <time>{time}</time>
                    {message.status.map(|status| fate(words, status))}
                </span>
                {message.reaction.clone().map(|reaction| view! { <span class="reaction">{reaction}</span> })}
            </div>
            {can_quote.then(|| view! {
                <button type="button" class="icon-button reply" aria-label=words.reply title=words.reply on:click=quote>
                    {icon(icon::REPLY)}
                </button>
            })}
        </div>
        {failed.then(|| failure(desk, message.clone()))}
        {missed(message).map(|error| view! {
            <p class="failure" role="alert">
                <span>{icon(icon::ALERT)}" "{words.not_to_all}{explained(words, error)}</span>
            </p>
        })}
        {public.map(|moderation| deeds(desk, &moderation, message))}
    }
    .into_any()
}

fn author_kind(kind: AuthorKind) -> &'static str {
    match kind {
        AuthorKind::Contact => "contact",
        AuthorKind::Bot => "bot",
        AuthorKind::Agent => "agent",
        AuthorKind::System => "system",
    }
}

fn author_name(desk: Desk, message: &Message) -> Option<(Option<&'static str>, String)> {
    let words = desk.words();
    match message.author.kind {
        AuthorKind::Contact => message.author.name.clone().map(|name| (None, name)),
        AuthorKind::Bot => Some((Some(icon::BOT), words.bot.to_owned())),
        AuthorKind::System => Some((None, words.system.to_owned())),
        AuthorKind::Agent => {
            let me = desk.work.with_untracked(|work| work.me.as_ref().map(|me| me.agent_id.clone()));
            let mine = message.author.id == me;
            Some((None, if mine { words.you.to_owned() } else { message.author.name.clone()? }))
        }
    }
}

/// What a quotation shows of a message.
pub(crate) fn excerpt(words: &'static Words, message: &Message) -> String {
    match (message.deleted, message.attachments.first()) {
        (true, _) => words.deleted.to_owned(),
        (_, Some(file)) if message.text.is_empty() => file.name.clone().unwrap_or_else(|| file.kind.clone()),
        _ => message.text.chars().take(140).collect(),
    }
}

fn body(words: &'static Words, message: &Message) -> AnyView {
    if message.deleted {
        return view! { <p class="text gone">{words.deleted}</p> }.into_any();
    }
    let unsupported = message.kind == MessageKind::Unsupported;
    if let Some(written) = message.letter.clone() {
        let files = message.attachments.iter().filter(|file| !file.inline || written.page.is_none());
        return view! {
            {letter::head(words, &written)}
            <LetterBody words message=message.clone() letter=written.clone()/>
            {files.map(|file| attachment(words, file)).collect_view()}
        }
        .into_any();
    }
    let text = (!message.text.is_empty()).then(|| view! { <p class="text">{linked(&message.text)}</p> });
    view! {
        {message.attachments.iter().map(|file| attachment(words, file)).collect_view()}
        {unsupported.then(|| view! { <p class="text gone">{icon(icon::ALERT)}{words.unsupported}</p> })}
        {text}
    }
    .into_any()
}

/// A text with its addresses as links.
pub(crate) fn linked(text: &str) -> AnyView {
    let pieces = parts(text).into_iter().map(|part| match part {
        Part::Text(text) => text.to_owned().into_any(),
        Part::Link(url) => view! {
            <a href=url.to_owned() target="_blank" rel="noopener noreferrer">{url.to_owned()}</a>
        }
        .into_any(),
    });
    pieces.collect_view().into_any()
}

fn options(words: &'static Words, message: &Message, chosen: Option<&str>) -> AnyView {
    if message.options.is_empty() {
        return ().into_any();
    }
    let list = message.options.iter().map(|option| {
        let is_chosen = chosen == Some(option.id.as_str());
        view! {
            <li class:chosen=is_chosen>
                {option.title.clone()}
                {is_chosen.then(|| view! { <span>{icon(icon::SENT)}{words.chosen}</span> })}
            </li>
        }
    });
    view! { <ul class="options">{list.collect_view()}</ul> }.into_any()
}

fn attachment(words: &'static Words, file: &Attachment) -> AnyView {
    let name = file.name.clone().unwrap_or_else(|| file.kind.clone());
    let size = file.size.map(format::bytes);
    let Some(url) = file.url.clone().filter(|_| file.state == AttachmentState::Stored) else {
        let (sign, state) = held(words, file.state);
        return view! {
            <p class="file" data-state=state_name(file.state)>{icon(sign)}<span>{name}<small>{state}</small></span></p>
        }
        .into_any();
    };
    match file.kind.as_str() {
        "image" | "sticker" => view! {
            <a class="picture" href=url.clone() target="_blank" rel="noopener">
                <img src=url.clone() alt=name loading="lazy" decoding="async"/>
            </a>
        }
        .into_any(),
        "audio" => view! { <audio controls preload="none" src=url></audio> }.into_any(),
        "video" => view! { <video controls preload="metadata" src=url></video> }.into_any(),
        _ => view! {
            <a class="file" href=url target="_blank" rel="noopener">
                {icon(icon::FILE)}<span>{name}<small>{size}</small></span>{icon(icon::DOWNLOAD)}
            </a>
        }
        .into_any(),
    }
}

/// Why a file cannot be opened, as a sign and in words.
pub(crate) fn held(words: &'static Words, state: AttachmentState) -> (&'static str, &'static str) {
    match state {
        AttachmentState::Failed => (icon::FILE, words.file_failed),
        AttachmentState::Fetching | AttachmentState::Stored => (icon::FILE, words.file_fetching),
        AttachmentState::Checking => (icon::SHIELD, words.file_checking),
        AttachmentState::Infected => (icon::ALERT, words.file_infected),
        AttachmentState::Refused => (icon::FORBIDDEN, words.file_refused),
    }
}

pub(crate) fn state_name(state: AttachmentState) -> &'static str {
    match state {
        AttachmentState::Stored => "stored",
        AttachmentState::Fetching => "fetching",
        AttachmentState::Failed => "failed",
        AttachmentState::Checking => "checking",
        AttachmentState::Infected => "infected",
        AttachmentState::Refused => "refused",
    }
}

pub(crate) fn status_name(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Sending => "sending",
        MessageStatus::Unknown => "unknown",
        MessageStatus::Sent => "sent",
        MessageStatus::Delivered => "delivered",
        MessageStatus::Read => "read",
        MessageStatus::Played => "played",
        MessageStatus::Failed => "failed",
    }
}

/// Its fate as a sign of its own shape, and in words for who cannot see it.
fn fate(words: &'static Words, status: MessageStatus) -> impl IntoView {
    let (sign, text) = match status {
        MessageStatus::Sending => (icon::CLOCK, words.sending),
        MessageStatus::Unknown => (icon::CLOCK, words.unknown),
        MessageStatus::Sent => (icon::SENT, words.sent),
        MessageStatus::Delivered => (icon::DELIVERED, words.delivered),
        MessageStatus::Read => (icon::DELIVERED, words.read),
        MessageStatus::Played => (icon::PLAYED, words.played),
        MessageStatus::Failed => (icon::ALERT, words.not_sent),
    };
    view! { <span class="fate" data-status=status_name(status) role="img" aria-label=text title=text>{icon(sign)}</span> }
}

/// What it means and what to do, in the agent's language; beside it the provider's own words.
pub(crate) fn explained(words: &'static Words, error: &DeliveryError) -> impl IntoView + use<> {
    let detail: Vec<String> =
        [&error.code, &error.text].into_iter().filter(|part| !part.is_empty()).cloned().collect();
    let detail = detail.join(" · ");
    match error.reason {
        Some(reason) => view! { ": "{words.why(reason)}" "<small class="said">{detail}</small> }.into_any(),
        None if error.text.is_empty() => format!(": {}", error.code).into_any(),
        None => format!(": {}", error.text).into_any(),
    }
}

/// Why it did not arrive, and a way out.
fn failure(desk: Desk, message: Message) -> impl IntoView {
    let words = desk.words();
    let why = message.error.as_ref().map(|error| explained(words, error));
    let unsent = message.seq == i64::MAX;
    let again = message.clone();
    view! {
        <p class="failure" role="alert">
            <span>{icon(icon::ALERT)}" "{words.not_sent}{why}</span>
            <button type="button" class="link" data-testid="retry" on:click=move |_| desk.retry(again.clone())>
                {icon(icon::RETRY)}{words.retry}
            </button>
            {unsent.then(|| view! {
                <button type="button" class="link" on:click=move |_| desk.take_back(&message)>
                    {icon(icon::EDIT)}{words.take_back}
                </button>
            })}
        </p>
    }
}
