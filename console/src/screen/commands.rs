//! Ctrl K: everything that can be done, my conversations, and any customer, by a few letters.

use crate::desk::{Desk, Dialog, Screen, Theme};
use crate::http;
use crate::icon::{self, icon};
use crate::language::Language;
use crate::screen::customer::display_name;
use crate::search::matches;
use api::agent::{PresenceStatus, Role};
use api::contact::Contact;
use api::interaction::Way;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// How long the keys rest before customers are searched for.
const REST_MS: u32 = 250;

#[derive(Clone)]
struct Command {
    sign: &'static str,
    name: String,
    hint: String,
    run: Arc<dyn Fn() + Send + Sync>,
}

fn command(
    sign: &'static str,
    name: impl Into<String>,
    hint: &str,
    run: impl Fn() + Send + Sync + 'static,
) -> Command {
    Command { sign, name: name.into(), hint: hint.to_owned(), run: Arc::new(run) }
}

#[component]
pub(crate) fn Commands() -> impl IntoView {
    let desk = Desk::of_context();
    let words = desk.words();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let contacts = RwSignal::new(Vec::<Contact>::new());
    let all = StoredValue::new(commands(desk));
    let found = Memo::new_with_compare(
        move |_| {
            let text = typed.get();
            let mut list: Vec<Command> = all.with_value(|all| {
                all.iter().filter(|command| matches(&command.name, &text)).cloned().collect()
            });
            list.extend(contacts.get().into_iter().map(|contact| customer(desk, contact)));
            list
        },
        |_, _| true,
    );
    let search = search_customers(typed, contacts);
    let written = move |event| {
        typed.set(event_target_value(&event));
        chosen.set(0);
        search();
    };
    let run = move |index: usize| {
        if let Some(command) = found.get_untracked().get(index) {
            desk.dialog.set(None);
            (command.run)();
        }
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|index| *index = (*index + 1) % count),
            "ArrowUp" => chosen.update(|index| *index = (*index + count - 1) % count),
            "Enter" => run(chosen.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="commands">
            <label class="command-field">{icon(icon::SEARCH)}
                <input data-testid="command" autofocus autocomplete="off" spellcheck="false" role="combobox"
                    aria-expanded="true" aria-controls="command-list" aria-label=words.commands_hint
                    placeholder=words.commands_hint on:input=written on:keydown=pressed/>
            </label>
            <ul id="command-list" role="listbox">
                {move || found.get().into_iter().enumerate().map(|(index, command)| view! {
                    <li role="option" data-testid="command-item" aria-selected=move || (chosen.get() == index).to_string()
                        on:mousemove=move |_| if chosen.get_untracked() != index { chosen.set(index) }
                        on:click=move |_| run(index)>
                        {icon(command.sign)}<span>{command.name}</span><kbd>{command.hint}</kbd>
                    </li>
                }).collect_view()}
            </ul>
            <Show when=move || found.with(Vec::is_empty)><p class="hint middle">{words.no_commands}</p></Show>
        </div>
    }
}

/// Asks for the customers that are meant, once the keys rest.
fn search_customers(typed: RwSignal<String>, contacts: RwSignal<Vec<Contact>>) -> impl Fn() {
    let rest = StoredValue::new_local(None::<Timeout>);
    move || {
        let text = typed.get_untracked();
        rest.set_value(None);
        if text.trim().chars().count() < 2 {
            contacts.set(Vec::new());
            return;
        }
        rest.set_value(Some(Timeout::new(REST_MS, move || {
            spawn_local(async move {
                let query: String = js_sys::encode_uri_component(text.trim()).into();
                let list =
                    http::get::<Vec<Contact>>(&format!("/contacts?q={query}")).await.unwrap_or_default();
                // What was typed since then asked again.
                if typed.try_get_untracked() == Some(text) {
                    contacts.set(list);
                }
            });
        })));
    }
}

fn customer(desk: Desk, contact: Contact) -> Command {
    let known =
        [contact.phone.clone(), contact.email.clone()].into_iter().flatten().next().unwrap_or_default();
    let name = display_name(&contact);
    let hint = if known == name { String::new() } else { known };
    command(icon::PERSON, name, &hint, move || {
        desk.dialog.set(Some(Dialog::Customer(Box::new(contact.clone()))));
    })
}

fn commands(desk: Desk) -> Vec<Command> {
    let words = desk.words();
    let mut list = Vec::new();
    desk.work.with_untracked(|work| {
        for (index, item) in work.conversations().into_iter().enumerate() {
            let id = item.id.clone();
            let hint = if index < 9 { format!("Alt {}", index + 1) } else { String::new() };
            list.push(command(icon::CHAT, display_name(&item.contact), &hint, move || desk.open(&id)));
        }
        let current = work.current().and_then(|item| Some((item.clone(), work.way(item)?)));
        if let Some((item, Way::Consult | Way::Conference)) = &current {
            let id = item.id.clone();
            list.push(command(icon::LOG_OUT, words.leave, "", move || desk.leave(id.clone())));
        }
        if let Some((item, Way::Active)) = current {
            let id = item.id.clone();
            if item.invitation.is_none() {
                let item = item.clone();
                list.push(command(icon::HELP, words.ask_help, "Alt H", move || {
                    desk.dialog.set(Some(Dialog::Help(Box::new(item.clone()))));
                }));
            }
            list.push(command(icon::TRANSFER, words.transfer, "Alt T", move || {
                desk.dialog.set(Some(Dialog::Transfer(Box::new(item.clone()))));
            }));
            list.push(command(icon::END, words.key_end, "Alt W", move || desk.end(id.clone())));
        }
        list.push(command(icon::SENT, words.available, "Alt P", move || {
            desk.set_presence(PresenceStatus::Available, None);
        }));
        for reason in work.pause_reasons.clone() {
            list.push(command(icon::COFFEE, format!("{}: {reason}", words.pause), "", move || {
                desk.set_presence(PresenceStatus::Pause, Some(reason.clone()));
            }));
        }
        list.push(command(icon::WORK, words.work, "", move || desk.go(Screen::Work)));
        if work.me.as_ref().is_some_and(|me| me.role >= Role::Supervisor) {
            list.push(command(icon::LIVE, words.live, "", move || desk.go(Screen::Live)));
            list.push(command(icon::BOT, desk.flow_words().flows, "", move || desk.go(Screen::Flows)));
        }
        list.push(command(icon::FAILURES, words.failures, "", move || desk.go(Screen::Failures)));
    });
    for (theme, name) in Theme::ALL.into_iter().zip([words.theme_auto, words.theme_light, words.theme_dark]) {
        list.push(command(icon::SUN, format!("{}: {name}", words.theme), "", move || desk.theme.set(theme)));
    }
    for language in Language::ALL {
        list.push(command(icon::GLOBE, language.own_name(), "", move || desk.language.set(language)));
    }
    list.push(command(icon::KEYS, words.keys, "?", move || desk.dialog.set(Some(Dialog::Keys))));
    list.push(command(icon::LOG_OUT, words.log_out, "", move || desk.log_out()));
    list
}
