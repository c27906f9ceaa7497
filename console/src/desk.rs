//! What all screens share: the state as signals, and what an agent can do with it.
//!
//! What is done is shown at once where it can be taken back (a message, a read mark) and after the
//! server's answer where it cannot (answer, transfer, disposition).

mod colleague;
mod job;
mod public;
mod session;
mod talk;

pub(crate) use session::Session;
pub(crate) use talk::{Upload, new_id};

use crate::http::Failure;
use crate::language::{FlowWords, Language, Words};
use crate::storage;
use crate::work::Work;
use api::agent::Role;
use api::contact::{Contact, HistoryItem};
use api::interaction::Interaction;
use api::request::Envelope;
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Online,
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Work,
    Live,
    Flows,
    Failures,
}

/// What a phone shows of the work screen, one at a time. A wide screen shows all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    Work,
    Conversation,
    Customer,
    Me,
}

impl Pane {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Pane::Work => "work",
            Pane::Conversation => "conversation",
            Pane::Customer => "customer",
            Pane::Me => "me",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Dialog {
    Keys,
    Commands,
    /// The interaction to hand over.
    Transfer(Box<Interaction>),
    /// The interaction in which a colleague is to help.
    Help(Box<Interaction>),
    /// The interaction in which a template is to be sent.
    Template(Box<Interaction>),
    /// An earlier conversation.
    Reading(Box<HistoryItem>),
    /// A customer who is not in a conversation now.
    Customer(Box<Contact>),
}

/// A short word on what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    pub(crate) bad: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub(crate) fn named(name: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or(Theme::Auto)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Desk {
    pub(crate) session: RwSignal<Session>,
    pub(crate) work: RwSignal<Work>,
    pub(crate) language: RwSignal<Language>,
    pub(crate) theme: RwSignal<Theme>,
    pub(crate) sound: RwSignal<bool>,
    /// The server's clock, each second.
    pub(crate) now: RwSignal<i64>,
    pub(crate) link: RwSignal<Link>,
    pub(crate) screen: RwSignal<Screen>,
    /// The flow that is open, by its name; `None`: the list of all.
    pub(crate) flow: RwSignal<Option<String>>,
    pub(crate) pane: RwSignal<Pane>,
    pub(crate) dialog: RwSignal<Option<Dialog>>,
    pub(crate) notice: RwSignal<Option<Notice>>,
    /// What is being written, by conversation.
    pub(crate) drafts: RwSignal<BTreeMap<String, String>>,
    pub(crate) uploads: RwSignal<BTreeMap<String, Vec<Upload>>>,
    /// What was changed of the envelope of the letter that is being written, by conversation.
    pub(crate) envelopes: RwSignal<BTreeMap<String, Envelope>>,
    /// The message that is being replied to, by conversation.
    pub(crate) quotes: RwSignal<BTreeMap<String, String>>,
    /// Public conversations in which the next answer goes to the comment's author alone.
    pub(crate) privately: RwSignal<BTreeSet<String>>,
    /// Interactions with a call under way: their buttons wait.
    pub(crate) busy: RwSignal<BTreeSet<String>>,
    /// The server's clock minus this machine's, in milliseconds.
    offset_ms: StoredValue<f64>,
    /// Where each conversation was scrolled to; 0 is its end.
    pub(crate) scrolls: StoredValue<BTreeMap<String, i32>>,
    /// Conversations whose outbox is being emptied.
    sending: StoredValue<BTreeSet<String>>,
    /// Contacts whose history is being fetched.
    fetching: StoredValue<BTreeSet<String>>,
    typed_ms: StoredValue<i64>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let chosen = storage::read("language").and_then(|tag| Language::from_tag(&tag));
        let (screen, flow) = place_of(&window().location().pathname().unwrap_or_default());
        let desk = Self {
            session: RwSignal::new(Session::Unknown),
            work: RwSignal::default(),
            language: RwSignal::new(chosen.unwrap_or_else(browser_language)),
            theme: RwSignal::new(Theme::named(&storage::read("theme").unwrap_or_default())),
            sound: RwSignal::new(storage::read("sound").as_deref() != Some("off")),
            now: RwSignal::new(0),
            link: RwSignal::new(Link::Online),
            screen: RwSignal::new(screen),
            flow: RwSignal::new(flow),
            pane: RwSignal::new(Pane::Work),
            dialog: RwSignal::new(None),
            notice: RwSignal::new(None),
            drafts: RwSignal::new(storage::read_json("drafts").unwrap_or_default()),
            uploads: RwSignal::default(),
            envelopes: RwSignal::default(),
            quotes: RwSignal::default(),
            privately: RwSignal::default(),
            busy: RwSignal::default(),
            offset_ms: StoredValue::new(0.0),
            scrolls: StoredValue::default(),
            sending: StoredValue::default(),
            fetching: StoredValue::default(),
            typed_ms: StoredValue::new(0),
        };
        desk.tick();
        desk
    }

    pub(crate) fn of_context() -> Self {
        expect_context::<Desk>()
    }

    /// The words of the language at this moment: who shows them is built anew when it changes.
    pub(crate) fn words(self) -> &'static Words {
        self.language.get_untracked().words()
    }

    pub(crate) fn flow_words(self) -> &'static FlowWords {
        self.language.get_untracked().flow_words()
    }

    pub(crate) fn now_ms(self) -> i64 {
        (js_sys::Date::now() + self.offset_ms.get_value()) as i64
    }

    pub(crate) fn tick(self) {
        self.now.set(self.now_ms());
    }

    pub(crate) fn say(self, text: impl Into<String>) {
        self.show_notice(Notice { text: text.into(), bad: false });
    }

    pub(crate) fn complain(self, text: impl Into<String>) {
        self.show_notice(Notice { text: text.into(), bad: true });
    }

    fn show_notice(self, notice: Notice) {
        self.notice.set(Some(notice.clone()));
        let hide = move || {
            if self.notice.with_untracked(|shown| shown.as_ref() == Some(&notice)) {
                self.notice.set(None);
            }
        };
        set_timeout(hide, std::time::Duration::from_secs(6));
    }

    /// Why a call gave nothing, to the agent. A lost line has its own bar.
    pub(crate) fn explain(self, failure: &Failure) {
        match failure {
            Failure::LoggedOut => self.session_over(),
            Failure::Offline => self.complain(self.words().did_not_work),
            Failure::Refused(problem) => {
                let text = problem.detail.as_ref().unwrap_or(&problem.title);
                self.complain(text.as_str());
            }
        }
    }

    pub(crate) fn go(self, screen: Screen) {
        self.turn_to(screen, None);
    }

    pub(crate) fn open_flow(self, name: &str) {
        self.turn_to(Screen::Flows, Some(name.to_owned()));
    }

    fn turn_to(self, screen: Screen, flow: Option<String>) {
        let here = self.screen.get_untracked() == screen && self.flow.with_untracked(|open| *open == flow);
        if here {
            return;
        }
        let mut path = path_of(screen).to_owned();
        if let Some(name) = &flow {
            path = format!("{path}/{name}");
        }
        self.flow.set(flow);
        if self.screen.get_untracked() != screen {
            self.screen.set(screen);
        }
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path));
        }
    }

    /// The browser went back or forth.
    pub(crate) fn follow_address(self) {
        let (screen, flow) = place_of(&window().location().pathname().unwrap_or_default());
        self.flow.set(flow);
        self.screen.set(screen);
    }

    pub(crate) fn supervises(self) -> bool {
        self.work.with_untracked(|work| work.me.as_ref().is_some_and(|me| me.role >= Role::Supervisor))
    }

    /// Opens one of my conversations, or what rings, to look at it.
    pub(crate) fn open(self, interaction_id: &str) {
        self.go(Screen::Work);
        self.pane.set(Pane::Conversation);
        if self.work.with_untracked(|work| work.open.as_deref() != Some(interaction_id)) {
            self.work.update(|work| work.open = Some(interaction_id.to_owned()));
        }
    }

    pub(crate) fn draft(self, conversation_id: &str) -> String {
        self.drafts.with(|drafts| drafts.get(conversation_id).cloned().unwrap_or_default())
    }

    pub(crate) fn set_draft(self, conversation_id: &str, text: String) {
        self.drafts.update(|drafts| {
            if text.is_empty() {
                drafts.remove(conversation_id);
            } else {
                drafts.insert(conversation_id.to_owned(), text);
            }
            storage::write_json("drafts", drafts);
        });
    }
}

/// `/desk/flows/main`: the screen, and of flows which one.
fn place_of(path: &str) -> (Screen, Option<String>) {
    let mut parts = path.trim_matches('/').split('/').skip(1);
    match parts.next() {
        Some("live") => (Screen::Live, None),
        Some("flows") => (Screen::Flows, parts.next().map(str::to_owned)),
        Some("failed") => (Screen::Failures, None),
        _ => (Screen::Work, None),
    }
}

fn path_of(screen: Screen) -> &'static str {
    match screen {
        Screen::Work => "/desk/",
        Screen::Live => "/desk/live",
        Screen::Flows => "/desk/flows",
        Screen::Failures => "/desk/failed",
    }
}

fn browser_language() -> Language {
    let tags: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    Language::preferred(tags.iter().map(String::as_str))
}
