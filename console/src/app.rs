//! Starts the app: the session, the clock, the keys, what rings; and the frame around the screens.

use crate::alert;
use crate::desk::{Desk, Dialog, Link, Pane, Screen, Session, Theme};
use crate::icon::{self, icon};
use crate::keyboard::{Focus, Shortcut, Stroke, shortcut};
use crate::language::fill;
use crate::screen::commands::Commands;
use crate::screen::dialog::Sheet;
use crate::screen::failures::Failures;
use crate::screen::flows::Flows;
use crate::screen::health::HealthBar;
use crate::screen::help::HelpForm;
use crate::screen::keys::Keys;
use crate::screen::live::LiveView;
use crate::screen::login::LogIn;
use crate::screen::me::Me;
use crate::screen::reading::{CustomerCard, Reading};
use crate::screen::template::TemplateForm;
use crate::screen::transfer::TransferForm;
use crate::screen::work::WorkScreen;
use crate::screen::work_list::OfferBanner;
use crate::storage;
use crate::work::Work;
use api::agent::Role;
use api::interaction::Way;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(start)]
fn start() {
    // A panic ends the program; the page begins again (`main.js`), and the console says why.
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    desk.start();
    set_interval(move || desk.tick(), Duration::from_secs(1));
    remember_choices(desk);
    listen_to_keys(desk);
    raise_the_alarm(desk);
    tell_what_is_over(desk);
    fetch_what_is_missing(desk);
    let back = window_event_listener(leptos::ev::popstate, move |_| {
        desk.follow_address();
    });
    on_cleanup(move || back.remove());
    // A change of language builds the screens anew; what they show lives in the desk's signals.
    move || {
        desk.language.track();
        match desk.session.get() {
            Session::Unknown => view! { <Starting/> }.into_any(),
            Session::Unreachable => view! { <Unreachable/> }.into_any(),
            Session::Out | Session::Over => view! { <LogIn/> }.into_any(),
            Session::In => view! { <Frame/> }.into_any(),
        }
    }
}

#[component]
fn Starting() -> impl IntoView {
    let words = Desk::of_context().words();
    view! { <main class="whole late-skeleton" aria-busy="true"><p class="hint">{words.loading}</p></main> }
}

#[component]
fn Unreachable() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let again = set_interval_with_handle(move || desk.start(), Duration::from_secs(5)).ok();
    on_cleanup(move || again.into_iter().for_each(|handle| handle.clear()));
    view! {
        <main class="whole">
            <div class="empty">
                {icon(icon::LOST)}
                <h1>{words.failed_to_load}</h1>
                <button class="button" on:click=move |_| desk.start()>{words.retry}</button>
            </div>
        </main>
    }
}

#[component]
fn Frame() -> impl IntoView {
    let desk = Desk::of_context();
    let shows = move || match (desk.pane.get(), desk.screen.get()) {
        (Pane::Me, _) => "me",
        (_, Screen::Live) => "live",
        (_, Screen::Flows) => "flows",
        (_, Screen::Failures) => "failures",
        (pane, Screen::Work) => pane.name(),
    };
    view! {
        <div class="frame" data-shows=shows>
            <Rail/>
            <div class="bars"><LinkBar/><HealthBar/></div>
            {move || match desk.screen.get() {
                Screen::Work => view! { <WorkScreen/> }.into_any(),
                Screen::Live => view! { <LiveView/> }.into_any(),
                Screen::Flows => view! { <Flows/> }.into_any(),
                Screen::Failures => view! { <Failures/> }.into_any(),
            }}
            <aside class="me-pane"><Me/></aside>
            <OfferBanner/>
            <Notice/>
            <Dialogs/>
        </div>
    }
}

/// The places of the desk: a rail at the side, a bar at the bottom of a phone.
#[component]
fn Rail() -> impl IntoView {
    let desk = Desk::of_context();
    let (words, flow_words) = (desk.words(), desk.flow_words());
    let supervises = Memo::new(move |_| {
        desk.work.with(|work| work.me.as_ref().is_some_and(|me| me.role >= Role::Supervisor))
    });
    let unread = Memo::new(move |_| desk.work.with(Work::unread));
    let failed = Memo::new(move |_| {
        desk.work.with(|work| work.threads.values().map(|thread| thread.failed().count()).sum::<usize>())
    });
    let here = move |screen: Screen| desk.screen.get() == screen && desk.pane.get() != Pane::Me;
    let to = move |screen: Screen, pane: Pane| {
        move |_| {
            desk.go(screen);
            desk.pane.set(pane);
        }
    };
    let on_pane = move |pane: Pane| {
        move || (desk.screen.get() == Screen::Work && desk.pane.get() == pane).then_some("page")
    };
    view! {
        <nav class="rail" aria-label=words.main_menu>
            <img class="rail-logo" src="/desk/icon.svg" alt="Centralita" width="28" height="28"/>
            <button class="place" data-testid="nav-work" title=words.work
                aria-current=move || here(Screen::Work).then_some("page")
                data-pane=move || desk.pane.get().name()
                on:click=to(Screen::Work, Pane::Work)>
                {icon(icon::WORK)}<span>{words.work}</span>
                <Show when=move || unread.get().gt(&0)><b class="count">{unread}</b></Show>
            </button>
            <button class="place phone-only" data-testid="nav-conversation" aria-current=on_pane(Pane::Conversation)
                on:click=to(Screen::Work, Pane::Conversation)>
                {icon(icon::CHAT)}<span>{words.chat}</span>
            </button>
            <button class="place phone-only" data-testid="nav-customer" aria-current=on_pane(Pane::Customer)
                on:click=to(Screen::Work, Pane::Customer)>
                {icon(icon::PERSON)}<span>{words.customer}</span>
            </button>
            <Show when=move || supervises.get()>
                <button class="place" data-testid="nav-live" title=words.live
                    aria-current=move || here(Screen::Live).then_some("page")
                    on:click=to(Screen::Live, Pane::Work)>
                    {icon(icon::LIVE)}<span>{words.live}</span>
                </button>
                <button class="place wide-only" data-testid="nav-flows" title=flow_words.flows
                    aria-current=move || here(Screen::Flows).then_some("page")
                    on:click=to(Screen::Flows, Pane::Work)>
                    {icon(icon::BOT)}<span>{flow_words.flows}</span>
                </button>
            </Show>
            <button class="place wide-only" data-testid="nav-failures" title=words.failures
                aria-current=move || here(Screen::Failures).then_some("page")
                on:click=to(Screen::Failures, Pane::Work)>
                {icon(icon::FAILURES)}<span>{words.failed_place}</span>
                <Show when=move || failed.get().gt(&0)><b class="count bad">{failed}</b></Show>
            </button>
            <span class="rail-space"></span>
            <button class="place wide-only" data-testid="nav-commands" title=format!("{} (Ctrl K)", words.commands)
                on:click=move |_| desk.dialog.set(Some(Dialog::Commands))>
                {icon(icon::SEARCH)}<span>{words.search}</span>
            </button>
            <button class="place wide-only" data-testid="nav-keys" title=format!("{} (?)", words.keys)
                on:click=move |_| desk.dialog.set(Some(Dialog::Keys))>
                {icon(icon::KEYS)}<span>{words.keys}</span>
            </button>
            <button class="place" data-testid="nav-me" title=words.me
                aria-current=move || (desk.pane.get() == Pane::Me).then_some("page")
                on:click=move |_| desk.pane.update(|pane| {
                    *pane = if *pane == Pane::Me { Pane::Work } else { Pane::Me };
                })>
                {icon(icon::ME)}<span>{words.me}</span>
            </button>
        </nav>
    }
}

/// One quiet bar while the line is lost. It goes by itself.
#[component]
fn LinkBar() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    view! {
        <div class="link-bar" role="status" data-testid="link">
            <Show when=move || desk.link.get() == Link::Lost>
                <p>{icon(icon::LOST)}{words.lost}</p>
            </Show>
        </div>
    }
}

#[component]
fn Notice() -> impl IntoView {
    let desk = Desk::of_context();
    view! {
        <div class="notice-place" role="status" aria-live="polite">
            {move || desk.notice.get().map(|notice| view! {
                <p class="notice" class:bad=notice.bad data-testid="notice">
                    {icon(if notice.bad { icon::ALERT } else { icon::SENT })}{notice.text}
                </p>
            })}
        </div>
    }
}

#[component]
fn Dialogs() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    move || {
        Some(match desk.dialog.get()? {
            Dialog::Keys => view! { <Sheet title=words.keys><Keys/></Sheet> }.into_any(),
            Dialog::Commands => {
                view! { <Sheet title=words.commands bare=true><Commands/></Sheet> }.into_any()
            }
            Dialog::Transfer(interaction) => {
                view! { <Sheet title=words.transfer><TransferForm interaction=*interaction/></Sheet> }
                    .into_any()
            }
            Dialog::Help(interaction) => {
                view! { <Sheet title=words.ask_help><HelpForm interaction=*interaction/></Sheet> }.into_any()
            }
            Dialog::Template(interaction) => {
                view! { <Sheet title=words.template><TemplateForm interaction=*interaction/></Sheet> }
                    .into_any()
            }
            Dialog::Reading(item) => {
                view! { <Sheet title=words.reading_only wide=true><Reading item=*item/></Sheet> }.into_any()
            }
            Dialog::Customer(contact) => {
                view! { <Sheet title=words.customer><CustomerCard contact=*contact/></Sheet> }.into_any()
            }
        })
    }
}

fn remember_choices(desk: Desk) {
    Effect::new(move |_| {
        let theme: Theme = desk.theme.get();
        storage::write("theme", theme.name());
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", theme.name());
        }
    });
    Effect::new(move |_| storage::write("sound", if desk.sound.get() { "on" } else { "off" }));
    Effect::new(move |_| {
        let tag = desk.language.get().tag();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", tag);
        }
    });
}

fn listen_to_keys(desk: Desk) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.is_composing() || event.default_prevented() || !desk.logged_in() {
            return;
        }
        let target: Option<web_sys::Element> = event.target().and_then(|target| target.dyn_into().ok());
        let within = |wanted: &str| {
            target.as_ref().is_some_and(|element| element.closest(wanted).ok().flatten().is_some())
        };
        let focus = match () {
            () if within("input, textarea, select, dialog") => Focus::Field,
            () if within("button, a, summary") => Focus::Button,
            () => Focus::Page,
        };
        let (key, code) = (event.key(), event.code());
        let ctrl = event.ctrl_key() || event.meta_key();
        let stroke = Stroke { key: &key, code: &code, ctrl, alt: event.alt_key(), focus };
        let rings = desk.work.with_untracked(|work| work.offers().first().map(|offer| offer.id.clone()));
        if let Some(command) = shortcut(stroke, rings.is_some()) {
            event.prevent_default();
            perform(desk, command, rings);
        }
    });
    on_cleanup(move || listener.remove());
}

fn perform(desk: Desk, command: Shortcut, rings: Option<String>) {
    let active = desk.work.with_untracked(|work| {
        work.current().filter(|interaction| work.way(interaction) == Some(Way::Active)).cloned()
    });
    match command {
        Shortcut::Answer => rings.into_iter().for_each(|offer| desk.answer(offer)),
        Shortcut::Decline => rings.into_iter().for_each(|offer| desk.decline(offer)),
        Shortcut::Conversation(index) => {
            let wanted = desk.work.with_untracked(|work| {
                work.conversations().get(index).map(|interaction| interaction.id.clone())
            });
            wanted.into_iter().for_each(|id| desk.open(&id));
        }
        Shortcut::Previous | Shortcut::Next => {
            let step = if command == Shortcut::Next { 1 } else { -1 };
            let wanted = desk.work.with_untracked(|work| work.neighbour(step));
            wanted.into_iter().for_each(|id| desk.open(&id));
        }
        Shortcut::Transfer => {
            if let Some(interaction) = active {
                desk.dialog.set(Some(Dialog::Transfer(Box::new(interaction))));
            }
        }
        Shortcut::Help => {
            if let Some(interaction) = active.filter(|interaction| interaction.invitation.is_none()) {
                desk.dialog.set(Some(Dialog::Help(Box::new(interaction))));
            }
        }
        Shortcut::End => active.into_iter().for_each(|interaction| desk.end(interaction.id)),
        Shortcut::Presence => desk.toggle_presence(),
        Shortcut::Commands => desk.dialog.set(Some(Dialog::Commands)),
        Shortcut::Keys => desk.dialog.set(Some(Dialog::Keys)),
    }
}

/// What rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Offer,
    Help,
}

/// While something rings: a tone every few seconds, a title that flashes, one notification each.
fn raise_the_alarm(desk: Desk) {
    const EVERY_MS: u32 = 2500;
    let offers = Memo::new(move |_| {
        desk.work.with(|work| {
            let list = work.offers().into_iter();
            list.map(|offer| {
                let what = if work.way(offer) == Some(Way::Invited) { Call::Help } else { Call::Offer };
                (offer.id.clone(), what, crate::screen::customer::display_name(&offer.contact))
            })
            .collect::<Vec<_>>()
        })
    });
    let unread = Memo::new(move |_| desk.work.with(Work::unread));
    let bell = StoredValue::new_local(None::<Interval>);
    Effect::new(move |notified: Option<BTreeSet<String>>| {
        let (list, sound) = (offers.get(), desk.sound.get());
        let words = desk.language.get().words();
        let quiet = match unread.get() {
            0 => "Centralita".to_owned(),
            count => format!("({count}) Centralita"),
        };
        bell.set_value(None);
        let Some((_, what, name)) = list.first().cloned() else {
            alert::title(&quiet);
            return BTreeSet::new();
        };
        let called = |what: Call| if what == Call::Help { words.help_wanted } else { words.ringing };
        let loud = format!("☎ {} · {name}", called(what));
        let flash = std::cell::Cell::new(false);
        let once = move || {
            alert::title(if flash.replace(!flash.get()) { &quiet } else { &loud });
            if sound {
                alert::ring();
            }
        };
        once();
        bell.set_value(Some(Interval::new(EVERY_MS, once)));
        let notified = notified.unwrap_or_default();
        for (id, what, name) in list.iter().filter(|(id, ..)| !notified.contains(id)) {
            let answer = id.clone();
            alert::notify(called(*what), name, id, move || desk.answer(answer.clone()));
        }
        list.into_iter().map(|(id, ..)| id).collect()
    });
}

/// Where I helped and do no more, whoever ended it: my own leave, a colleague, or the end of the talk.
fn tell_what_is_over(desk: Desk) {
    let over = Memo::new(move |_| desk.work.with(|work| work.released.clone()));
    Effect::new(move |_| {
        let Some(interaction) = over.get() else { return };
        let name = crate::screen::customer::display_name(&interaction.contact);
        desk.say(fill(desk.words().left, name));
        // A phone shows one thing at a time: not an empty one.
        let nothing = desk.work.with_untracked(|work| work.open.is_none());
        if nothing && desk.pane.get_untracked() == Pane::Conversation {
            desk.pane.set(Pane::Work);
        }
    });
}

/// Conversations and histories that a screen will want, before it asks.
fn fetch_what_is_missing(desk: Desk) {
    let conversations = Memo::new(move |_| {
        desk.work.with(|work| {
            let list = work.interactions.values();
            list.map(|interaction| interaction.conversation_id.clone()).collect::<BTreeSet<_>>()
        })
    });
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody reads never runs.
        let some = !conversations.with(BTreeSet::is_empty);
        if some && desk.session.get() == Session::In {
            desk.load_threads(false);
        }
    });
    let stale = Memo::new(move |_| {
        desk.work.with(|work| {
            let wanted = work.offers().into_iter().chain(work.current());
            let contacts = wanted.map(|interaction| interaction.contact.id.clone());
            let missing = |id: &String| work.histories.get(id).is_none_or(|history| history.stale);
            contacts.filter(missing).collect::<BTreeSet<_>>()
        })
    });
    Effect::new(move |_| {
        for contact_id in stale.get() {
            desk.load_history(contact_id, None);
        }
    });
}
