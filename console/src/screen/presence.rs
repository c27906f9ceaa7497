//! Who is here: my own state with its menu, and the marks of everybody's.

use crate::desk::Desk;
use crate::format;
use crate::icon::{self, icon};
use crate::language::Words;
use api::agent::{Presence, PresenceStatus, Role};
use leptos::html;
use leptos::prelude::*;

pub(crate) fn role_name(words: &'static Words, role: Role) -> &'static str {
    match role {
        Role::Agent => words.role_agent,
        Role::Supervisor => words.role_supervisor,
        Role::Admin => words.role_admin,
    }
}

/// A filled dot, two bars, an empty ring: told apart without colour.
pub(crate) fn mark(status: PresenceStatus) -> impl IntoView {
    view! { <i class="mark" data-status=status_name(status) aria-hidden="true"></i> }
}

pub(crate) fn status_name(status: PresenceStatus) -> &'static str {
    match status {
        PresenceStatus::Available => "available",
        PresenceStatus::Pause => "pause",
        PresenceStatus::Offline => "offline",
    }
}

/// The reason of a pause says more than the word.
pub(crate) fn status_text(words: &'static Words, presence: &Presence) -> String {
    match presence.status {
        PresenceStatus::Available => words.available.to_owned(),
        PresenceStatus::Pause => presence.reason.clone().unwrap_or_else(|| words.pause.to_owned()),
        PresenceStatus::Offline => words.offline.to_owned(),
    }
}

#[component]
pub(crate) fn PresenceMenu() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let menu = NodeRef::<html::Details>::new();
    let presence = Memo::new(move |_| desk.work.with(|work| work.me.as_ref().map(|me| me.presence.clone())));
    let reasons = Memo::new(move |_| desk.work.with(|work| work.pause_reasons.clone()));
    let set = move |status: PresenceStatus, reason: Option<String>| {
        if let Some(details) = menu.get_untracked() {
            details.set_open(false);
        }
        desk.set_presence(status, reason);
    };
    // How long somebody has been away is nobody's hurry.
    let here = move || presence.get().filter(|presence| presence.status != PresenceStatus::Offline);
    let since = move || here().map(|presence| format::clock(desk.now.get() - presence.since_ms));
    view! {
        <details class="presence" data-testid="presence" node_ref=menu
            data-status=move || presence.get().map(|presence| status_name(presence.status))>
            <summary title=words.change_presence data-testid="presence-button">
                {move || presence.get().map(|presence| view! {
                    {mark(presence.status)}
                    <strong>{status_text(words, &presence)}</strong>
                })}
                <time class="timer">{since}</time>
                {icon(icon::DOWN)}
            </summary>
            <div class="menu">
                <button type="button" data-testid="presence-available"
                    on:click=move |_| set(PresenceStatus::Available, None)>
                    {mark(PresenceStatus::Available)}{words.available}
                </button>
                {move || reasons.get().into_iter().map(|reason| {
                    let label = reason.clone();
                    view! {
                        <button type="button" data-testid="presence-pause" data-reason=reason.clone()
                            on:click=move |_| set(PresenceStatus::Pause, Some(reason.clone()))>
                            {mark(PresenceStatus::Pause)}{label}
                        </button>
                    }
                }).collect_view()}
                <button type="button" data-testid="presence-offline"
                    on:click=move |_| set(PresenceStatus::Offline, None)>
                    {mark(PresenceStatus::Offline)}{words.offline}
                </button>
            </div>
        </details>
    }
}
