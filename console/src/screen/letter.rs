//! A letter: who wrote to whom about what, whether that can be believed, its words, and its form on
//! request. The form is a page of the server's in a frame in which nothing runs.

use crate::icon::{self, icon};
use crate::language::Words;
use crate::screen::message::linked;
use api::message::{AttachmentState, Letter, Message, Trust};
use leptos::html;
use leptos::prelude::*;

/// A frame that cannot be measured is as high as this, in pixels.
const HEIGHT: i32 = 320;

/// Above the words: subject, people, and a mark of what is known of the sender.
pub(crate) fn head(words: &'static Words, letter: &Letter) -> AnyView {
    let people = |label: &'static str, list: &[String]| {
        (!list.is_empty()).then(|| view! { <p class="people"><span>{label}</span>" "{list.join(", ")}</p> })
    };
    let from: Vec<String> = letter.from.iter().cloned().collect();
    let results = letter.authentication.clone();
    let mark = match letter.trust {
        Some(Trust::Forged) => Some(("forged", icon::ALERT, words.sender_forged)),
        Some(Trust::Proven) => Some(("proven", icon::VERIFIED, words.sender_proven)),
        Some(Trust::Unknown) | None => None,
    };
    let original = letter.original.clone();
    view! {
        <header class="letter-head">
            <p class="subject"><b>{letter.subject.clone()}</b>
                {original.map(|url| view! {
                    <a class="icon-button" href=url download aria-label=words.letter_original title=words.letter_original
                        data-testid="original">{icon(icon::DOWNLOAD)}</a>
                })}
            </p>
            {people(words.letter_from, &from)}
            {people(words.letter_to, &letter.to)}
            {people(words.letter_cc, &letter.cc)}
            {mark.map(|(name, sign, text)| view! {
                <p class="trust" data-trust=name title=results>{icon(sign)}{text}</p>
            })}
            {letter.automatic.then(|| view! { <p class="trust" data-trust="automatic">{icon(icon::BOT)}{words.automatic}</p> })}
        </header>
    }
    .into_any()
}

#[component]
pub(crate) fn LetterBody(words: &'static Words, message: Message, letter: Letter) -> impl IntoView {
    // Words without the pictures that stand between them are half a letter.
    let pictures_inside =
        message.attachments.iter().any(|file| file.inline && file.state == AttachmentState::Stored);
    let has_page = letter.page.is_some();
    let formatted = RwSignal::new(has_page && (pictures_inside || message.text.trim().is_empty()));
    let unfolded = RwSignal::new(false);
    let pictures = RwSignal::new(false);
    let quoted = StoredValue::new(letter.quoted.clone());
    let text = StoredValue::new(message.text.clone());
    let page = StoredValue::new(letter.page.clone().unwrap_or_default());
    let has_quoted = !letter.quoted.trim().is_empty();
    let remote = letter.remote_pictures;
    view! {
        <Show when=move || formatted.get() fallback=move || view! {
            <p class="text">{linked(&text.get_value())}</p>
            <Show when=move || has_quoted>
                <button type="button" class="link fold" data-testid="quoted" aria-expanded=move || unfolded.get().to_string()
                    on:click=move |_| unfolded.update(|open| *open = !*open)>
                    {move || if unfolded.get() { words.hide_quoted } else { words.show_quoted }}
                </button>
                <Show when=move || unfolded.get()><p class="text quoted">{linked(&quoted.get_value())}</p></Show>
            </Show>
        }>
            <Frame page=page.get_value() pictures/>
        </Show>
        <p class="letter-actions">
            <Show when=move || has_page>
                <button type="button" class="link" data-testid="formatted" on:click=move |_| formatted.update(|on| *on = !*on)>
                    {move || if formatted.get() { words.letter_plain } else { words.letter_formatted }}
                </button>
            </Show>
            <Show when=move || remote && formatted.get() && !pictures.get()>
                <button type="button" class="link" data-testid="pictures" on:click=move |_| pictures.set(true)>
                    {words.show_pictures}
                </button>
            </Show>
        </p>
    }
}

/// As high as what is in it. It has our origin, so that it can be measured and its pictures are ours to
/// see, and no scripts, so that this is safe.
#[component]
fn Frame(page: String, pictures: RwSignal<bool>) -> impl IntoView {
    let node = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(HEIGHT);
    let measure = move |_| {
        let document = node.get_untracked().and_then(|frame| frame.content_document());
        // The body and not the root, which is never lower than the frame.
        if let Some(body) = document.and_then(|document| document.body()) {
            height.set(body.offset_height().max(40));
        }
    };
    let source = move || if pictures.get() { format!("{page}?pictures=1") } else { page.clone() };
    view! {
        <iframe class="letter-page" node_ref=node src=source height=height referrerpolicy="no-referrer"
            sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" data-testid="letter-page"
            on:load=measure></iframe>
    }
}
