//! My work: what I do now, what rings, and who waits in my queues.
//!
//! What rings stands after the conversations, so that it never moves one that the pointer is on.

use crate::channel;
use crate::desk::Desk;
use crate::format;
use crate::icon::{self, icon};
use crate::language::{Words, fill};
use crate::screen::company::question;
use crate::screen::customer::display_name;
use crate::screen::help::way_name;
use crate::screen::presence::PresenceMenu;
use crate::work::{Turn, turn};
use api::agent::PresenceStatus;
use api::interaction::{Interaction, InteractionState, Way};
use api::message::MessageKind;
use leptos::prelude::*;

/// A customer with the last word for this long waits too long.
const LATE_MS: i64 = 3 * 60_000;

#[component]
pub(crate) fn WorkList() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let ids = |list: Vec<&Interaction>| list.into_iter().map(|item| item.id.clone()).collect::<Vec<_>>();
    let conversations = Memo::new(move |_| desk.work.with(|work| ids(work.conversations())));
    let offers = Memo::new(move |_| desk.work.with(|work| ids(work.offers())));
    let idle = move || conversations.with(Vec::is_empty) && offers.with(Vec::is_empty);
    view! {
        <div class="work-head"><PresenceMenu/><Capacity/></div>
        <div class="work-list">
            <ul aria-label=words.my_work>
                <For each=move || conversations.get().into_iter().enumerate() key=|(index, id)| (*index, id.clone())
                    let((index, id))>
                    <Item index id/>
                </For>
            </ul>
            <div class="offers" aria-live="assertive">
                <For each=move || offers.get() key=Clone::clone let:id><Offer id/></For>
            </div>
            <Show when=idle><Idle/></Show>
        </div>
        <WaitingInQueues/>
    }
}

/// How much of what I can take at once is taken.
#[component]
fn Capacity() -> impl IntoView {
    let desk = Desk::of_context();
    let taken = move || {
        desk.work.with(|work| {
            let count = work.conversations().len();
            Some((u32::try_from(count).ok()?, work.me.as_ref()?.chats_max))
        })
    };
    view! {
        <span class="capacity" title=desk.words().capacity data-testid="capacity">
            {move || taken().map(|(taken, most)| view! {
                {(0..most.max(taken)).map(|place| view! { <i class:taken=place < taken></i> }).collect_view()}
                <b>{format!("{taken}/{most}")}</b>
            })}
        </span>
    }
}

#[component]
fn Idle() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let available = Memo::new(move |_| {
        desk.work
            .with(|work| work.me.as_ref().is_some_and(|me| me.presence.status == PresenceStatus::Available))
    });
    view! {
        <div class="empty small" data-testid="idle">
            <h2>{words.nothing_yet_title}</h2>
            <Show when=move || available.get() fallback=move || view! {
                <p>{words.nothing_paused}</p>
                <button type="button" class="button main" data-testid="become-available"
                    on:click=move |_| desk.set_presence(PresenceStatus::Available, None)>
                    {words.become_available}
                </button>
            }>
                <p>{words.nothing_yet}</p>
            </Show>
        </div>
    }
}

/// The letters of a name, or a person where there is only an address.
fn initials(name: &str) -> AnyView {
    match format::initials(name) {
        letters if letters.is_empty() => icon(icon::PERSON).into_any(),
        letters => letters.into_any(),
    }
}

/// What the list says of the last message.
fn gist(interaction: &Interaction, words: &Words) -> String {
    let Some(message) = &interaction.last_message else {
        return interaction.topic.clone().unwrap_or_default();
    };
    match (message.deleted, message.kind, message.attachments.first()) {
        (true, _, _) => words.deleted.to_owned(),
        (_, MessageKind::Unsupported, _) => words.unsupported.to_owned(),
        (_, _, Some(file)) if message.text.is_empty() => {
            file.name.clone().unwrap_or_else(|| file.kind.clone())
        }
        _ => message.text.clone(),
    }
}

#[component]
fn Item(index: usize, id: String) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let key = id.clone();
    let item = Memo::new(move |_| desk.work.with(|work| work.interactions.get(&key).cloned()));
    let open_id = id.clone();
    let is_open = Memo::new(move |_| desk.work.with(|work| work.open.as_deref() == Some(open_id.as_str())));
    let has_draft = Memo::new(move |_| {
        let item = item.get();
        item.is_some_and(|item| desk.drafts.with(|drafts| drafts.contains_key(&item.conversation_id)))
    });
    let typing = Memo::new(move |_| is_typing(desk, item));
    let way = Memo::new(move |_| desk.work.with(|work| item.with(|item| work.way(item.as_ref()?))));
    let unheard = Memo::new(move |_| {
        desk.work.with(|work| item.with(|item| item.as_ref().is_some_and(|item| work.unheard(item))))
    });
    let side = move || {
        let remarked = unheard.get().then(|| view! {
            <i class="remarked" role="img" aria-label=words.new_remark title=words.new_remark>{icon(icon::FORBIDDEN)}</i>
        });
        item.get().map(|item| view! { {remarked}{item_side(desk, &item, way.get(), has_draft.get())} })
    };
    let open = {
        let id = id.clone();
        move |_| desk.open(&id)
    };
    view! {
        <li>
            <button type="button" class="item" data-testid="conversation-item" data-id=id
                data-state=move || item.get().map(|item| if item.state == InteractionState::WrapUp { "wrap_up" } else { "active" })
                data-way=move || way.get().map(way_name)
                class:unread=move || way.get() != Some(Way::Consult) && item.get().is_some_and(|item| item.unread > 0)
                aria-current=move || is_open.get().then_some("true")
                on:click=open>
                {move || item.get().map(|item| {
                    let name = display_name(&item.contact);
                    let keys = (index < 9).then(|| format!("Alt {}", index + 1));
                    view! {
                        <span class="avatar" aria-hidden="true" title=keys>{initials(&name)}
                            <i title=channel::name(words, &item.channel)>{icon(channel::sign(&item.channel))}</i>
                        </span>
                        <span class="item-name">{name}</span>
                        <span class="item-gist">
                            {move || if typing.get() { words.typing.to_owned() } else { gist(&item, words) }}
                        </span>
                    }
                })}
                <span class="item-side">{side}</span>
            </button>
        </li>
    }
}

fn is_typing(desk: Desk, item: Memo<Option<Interaction>>) -> bool {
    let until =
        item.get().and_then(|item| desk.work.with(|work| work.typing.get(&item.conversation_id).copied()));
    until.is_some_and(|until| desk.now.get() < until)
}

/// What needs me here, told by shape: a number, a ring, a word.
fn item_side(desk: Desk, item: &Interaction, way: Option<Way>, has_draft: bool) -> AnyView {
    let words = desk.words();
    if way == Some(Way::Consult) {
        return view! { <span class="tag">{words.advising}</span> }.into_any();
    }
    if item.state == InteractionState::WrapUp {
        let by = item.wrap_up_by_ms;
        let left = move || by.map(|by| format::clock(by - desk.now.get()));
        return view! { <time class="timer">{left}</time><span class="tag">{words.wrap_up}</span> }
            .into_any();
    }
    let at = item.last_message.as_ref().map(|message| message.at_ms);
    let waits = move || at.map(|at| format::clock(desk.now.get() - at));
    let late = move || at.is_some_and(|at| desk.now.get() - at > LATE_MS);
    let sign = match turn(item) {
        Turn::Unread(count) => view! {
            <b class="count" aria-label=fill(words.unread, count)>{count}</b>
        }
        .into_any(),
        _ if has_draft => view! { <span class="tag">{words.draft}</span> }.into_any(),
        Turn::Ours => view! {
            <i class="our-turn" role="img" aria-label=words.waits_for_us title=words.waits_for_us></i>
        }
        .into_any(),
        Turn::Theirs => return ().into_any(),
    };
    view! { <time class="timer" class:late=late>{waits}</time>{sign} }.into_any()
}

/// What rings at me: who, where, how long, why me, and when we last talked, before I answer. Where a colleague
/// asks for help: who, what for, and what they wrote.
#[component]
fn Offer(id: String) -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let key = id.clone();
    let item = Memo::new(move |_| desk.work.with(|work| work.interactions.get(&key).cloned()));
    let (answer_id, decline_id, look_id, busy_id) = (id.clone(), id.clone(), id.clone(), id.clone());
    let busy = Memo::new(move |_| desk.busy.with(|busy| busy.contains(&busy_id)));
    let part =
        Memo::new(move |_| desk.work.with(|work| item.with(|item| work.part(item.as_ref()?).cloned())));
    let left = move || Some(format::clock(part.get()?.answer_by_ms? - desk.now.get()));
    let invited = Memo::new(move |_| part.get().is_some_and(|part| part.way == Way::Invited));
    let last = Memo::new(move |_| last_contact(desk, &item.get()?));
    let (sign, title, yes) = match invited.get_untracked() {
        true => (icon::HELP, words.help_wanted, words.accept),
        false => (icon::INCOMING, words.ringing, words.answer),
    };
    view! {
        <article class="offer" data-testid="offer" data-id=id data-way=move || part.get().map(|part| way_name(part.way))>
            <header>{icon(sign)}<b>{title}</b><time class="timer">{left}</time></header>
            <button type="button" class="offer-look" on:click=move |_| desk.open(&look_id)>
                {move || item.get().map(|item| offer_facts(desk, &item))}
                <span class="offer-last">{last}</span>
            </button>
            <footer>
                <button type="button" class="button main" data-testid="offer-answer" disabled=busy
                    on:click=move |_| desk.answer(answer_id.clone())>{yes}<kbd>"⏎"</kbd></button>
                <button type="button" class="button" data-testid="offer-decline" disabled=busy
                    on:click=move |_| desk.decline(decline_id.clone())>{words.decline}</button>
            </footer>
        </article>
    }
}

/// What rings, over whatever else is on the screen: the list of my work is not always in sight.
#[component]
pub(crate) fn OfferBanner() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let first = Memo::new(move |_| {
        desk.work.with(|work| {
            let first = *work.offers().first()?;
            Some((first.clone(), work.part(first)?.clone()))
        })
    });
    move || {
        let (item, part) = first.get()?;
        let (answer, decline) = (item.id.clone(), item.id.clone());
        let by = part.answer_by_ms;
        let left = move || by.map(|by| format::clock(by - desk.now.get()));
        let invitation = item.invitation.as_ref().filter(|_| part.way == Way::Invited);
        let (yes, about) = match invitation {
            Some(invitation) => (words.accept, Some(question(desk, invitation))),
            None => (words.answer, item.topic.clone()),
        };
        Some(view! {
            <aside class="offer-banner" role="alert" data-testid="offer-banner">
                {icon(if invitation.is_some() { icon::HELP } else { channel::sign(&item.channel) })}
                <span><b>{display_name(&item.contact)}</b><small>{about}</small></span>
                <time class="timer">{left}</time>
                <button type="button" class="button main" data-testid="banner-answer"
                    on:click=move |_| desk.answer(answer.clone())>{yes}</button>
                <button type="button" class="icon-button" data-testid="banner-decline" aria-label=words.decline
                    title=words.decline on:click=move |_| desk.decline(decline.clone())>{icon(icon::CLOSE)}</button>
            </aside>
        })
    }
}

fn offer_facts(desk: Desk, item: &Interaction) -> impl IntoView + use<> {
    let words = desk.words();
    let since = item.queued_ms.unwrap_or(item.started_ms);
    let queue = item.queue.as_ref().map(|queue| queue.name.clone());
    let waited = item.invitation.is_none().then(|| {
        let waited = move || fill(words.waited, format::clock(desk.now.get() - since));
        view! { <span class="timer">{waited}</span> }
    });
    view! {
        {item.invitation.as_ref().map(|invitation| view! {
            <span class="offer-asks" data-testid="offer-asks">{question(desk, invitation)}</span>
            {invitation.note.clone().map(|note| view! { <q data-testid="offer-note">{note}</q> })}
        })}
        <strong>{display_name(&item.contact)}</strong>
        <span class="facts">
            {icon(channel::sign(&item.channel))}{channel::name(words, &item.channel)}
            {queue.map(|queue| format!(" · {queue}"))}
        </span>
        {item.topic.clone().map(|topic| view! { <span class="topic">{topic}</span> })}
        {waited}
        {item.offer.as_ref().map(|offer| view! { <span class="offer-why">{why_me(desk, &offer.why)}</span> })}
    }
}

/// The default policy gives a code, a business's own policy its own words; a colleague passes it on.
fn why_me(desk: Desk, why: &str) -> String {
    let words = desk.words();
    let name = |id: &str| {
        desk.work
            .with_untracked(|work| Some(work.colleagues.iter().find(|agent| agent.id == id)?.name.clone()))
    };
    match why.strip_prefix("transfer:").and_then(name) {
        Some(name) => fill(words.passed_on_by, name),
        None => words.why_me(why).map_or_else(|| why.to_owned(), str::to_owned),
    }
}

fn last_contact(desk: Desk, item: &Interaction) -> Option<String> {
    let words = desk.words();
    desk.work.with(|work| {
        let history = work.histories.get(&item.contact.id)?;
        let earlier = history.items.iter().find(|earlier| earlier.interaction_id != item.id);
        Some(match earlier {
            None => words.first_contact.to_owned(),
            Some(earlier) => {
                let day = crate::intl::day(earlier.started_ms, desk.language.get_untracked().tag());
                let about = earlier.topic.as_ref().map(|topic| format!(", {topic}")).unwrap_or_default();
                fill(words.last_contact, format!("{day}{about}"))
            }
        })
    })
}

#[component]
fn WaitingInQueues() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let mine = Memo::new(move |_| {
        desk.work.with(|work| {
            let ids: Vec<_> =
                work.me.iter().flat_map(|me| &me.queues).map(|queue| queue.id.as_str()).collect();
            let mine = work.queues.iter().filter(|queue| ids.contains(&queue.id.as_str()));
            mine.cloned().collect::<Vec<_>>()
        })
    });
    let total = move || mine.with(|queues| queues.iter().map(|queue| queue.waiting).sum::<u32>());
    view! {
        <details class="waiting" data-testid="waiting">
            <summary>{words.waiting_in_my_queues}<b>{total}</b></summary>
            <ul>
                {move || mine.get().into_iter().map(|queue| {
                    let since = queue.oldest_since_ms;
                    let oldest = move || since.map(|since| format::clock(desk.now.get() - since));
                    view! { <li><span>{queue.name}</span><time class="timer">{oldest}</time><b>{queue.waiting}</b></li> }
                }).collect_view()}
            </ul>
        </details>
    }
}
