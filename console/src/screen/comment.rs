//! What stands in public: the post above its comments, and what can be done about each of them.

use crate::comment::{self, Private};
use crate::desk::Desk;
use crate::format;
use crate::icon::{self, icon};
use crate::language::{Words, fill};
use crate::screen::message::explained;
use api::comment::{Deed, Moderation, Post};
use api::interaction::Interaction;
use api::message::{Message, MessageStatus};
use leptos::prelude::*;

/// What the channel lets be done, where the agent is in a public conversation.
#[derive(Clone, Copy)]
pub(crate) struct Public(pub(crate) Memo<Option<Moderation>>);

/// The post that the comments stand under.
#[component]
pub(crate) fn PostAbove(item: Memo<Option<Interaction>>) -> impl IntoView {
    let words = Desk::of_context().words();
    let post = Memo::new(move |_| item.get().and_then(|item| item.post));
    let shown = move |post: Post| {
        let picture = post.picture.and_then(|picture| picture.url);
        view! {
            <aside class="post" data-testid="post" aria-label=words.post>
                {picture.map(|url| view! { <img src=url alt="" loading="lazy" decoding="async"/> })}
                <p><b>{words.post}</b>" "{post.text}</p>
                {post.url.map(|url| view! {
                    <a href=url target="_blank" rel="noopener noreferrer">{words.see_post}</a>
                })}
            </aside>
        }
    };
    let says = |post: &Post| post.url.is_some() || post.text.is_some() || post.picture.is_some();
    move || post.get().filter(says).map(shown)
}

/// The buttons below a comment, and what became of them.
pub(crate) fn deeds(desk: Desk, moderation: &Moderation, message: &Message) -> AnyView {
    let words = desk.words();
    let known = message.comment.clone().unwrap_or_default();
    let busy = known.wish.is_some();
    let button = |deed: Deed| {
        let id = message.clone();
        view! {
            <button type="button" class="link" data-testid="deed" data-deed=name(deed) disabled=busy
                on:click=move |_| desk.moderate(&id, deed)>{label(words, deed)}</button>
        }
    };
    let buttons: Vec<_> = comment::deeds(moderation, message).into_iter().map(button).collect();
    let private = private(desk, moderation, message);
    view! {
        <p class="deeds">
            {known.hidden.then(|| view! { <span class="badge" data-testid="hidden">{words.hidden}</span> })}
            {known.wish.map(|_| view! { <span role="status">{words.under_way}</span> })}
            {buttons}
            {private}
        </p>
        {known.error.map(|error| view! {
            <p class="failure" role="alert"><span>{icon(icon::ALERT)}" "{words.not_done}{explained(words, &error)}</span></p>
        })}
    }
    .into_any()
}

fn private(desk: Desk, moderation: &Moderation, message: &Message) -> AnyView {
    let words = desk.words();
    let now = desk.now.get_untracked();
    let error = message.comment.as_ref().and_then(|comment| comment.private_answer.as_ref()?.error.clone());
    let begin = |left: i64| {
        let (conversation, id) = (message.conversation_id.clone(), message.id.clone());
        let title = fill(words.window_left, format::rough(left));
        view! {
            <button type="button" class="link" data-testid="answer-privately" title=title
                on:click=move |_| desk.begin_private(&conversation, &id)>
                {icon(icon::MAIL)}{words.answer_privately}
            </button>
        }
    };
    match comment::private(moderation, message, now) {
        Private::None => ().into_any(),
        Private::Over => view! { <span>{words.private_over}</span> }.into_any(),
        Private::Open(left) => begin(left).into_any(),
        Private::Failed(left) => view! {
            <span class="failed-answer" role="alert">
                {words.private_failed}{error.map(|error| explained(words, &error))}
            </span>
            {begin(left)}
        }
        .into_any(),
        Private::Answered(status) => {
            let text = match status {
                MessageStatus::Sending => words.private_sending,
                MessageStatus::Failed => words.private_failed,
                _ => words.private_sent,
            };
            view! { <span role="status" data-testid="private-answer">{icon(icon::MAIL)}{text}</span> }
                .into_any()
        }
    }
}

fn name(deed: Deed) -> &'static str {
    match deed {
        Deed::Hide => "hide",
        Deed::Show => "show",
        Deed::Like => "like",
        Deed::Unlike => "unlike",
        Deed::Delete => "delete",
    }
}

fn label(words: &'static Words, deed: Deed) -> &'static str {
    match deed {
        Deed::Hide => words.hide_comment,
        Deed::Show => words.show_comment,
        Deed::Like => words.like_comment,
        Deed::Unlike => words.unlike_comment,
        Deed::Delete => words.delete_comment,
    }
}
