//! What the parts of a flow's page share: the text that is edited, what is wrong with it, and saving and
//! publishing it.
//!
//! What was typed and is not saved stays in this browser until it is, as what an agent writes does.

use super::part::Part;
use super::rehearsal::Rehearsing;
use crate::desk::Desk;
use crate::flow::{rehearsal::Rendering, source};
use crate::http::{self, Failure};
use crate::language::fill;
use crate::screen::fetched::Fetched;
use crate::storage;
use api::flow::{Flow, FlowDraft, FlowDraftState, PublishFlow, SaveFlowDraft, TextProblem};
use api::rehearsal::{FlowProblems, FlowText};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long the keys rest before the text is checked, and kept.
const REST_MS: u32 = 400;

/// The draft that is edited, as it is saved.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Saved {
    pub(super) text: String,
    /// 0: there is none.
    pub(super) revision: u32,
    pub(super) state: Option<FlowDraftState>,
}

impl Saved {
    fn of(draft: FlowDraft) -> Self {
        let FlowDraft { text, state, .. } = draft;
        Self { text: source::normalised(&text), revision: state.revision, state: Some(state) }
    }
}

/// What this browser keeps of a text that is not saved.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    text: String,
    revision: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Done,
    UnderWay,
    Failed,
}

#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) desk: Desk,
    pub(super) name: StoredValue<String>,
    pub(super) state: RwSignal<Fetched<()>>,
    pub(super) flow: RwSignal<Option<Flow>>,
    pub(super) part: RwSignal<Part>,
    pub(super) text: RwSignal<String>,
    pub(super) saved: RwSignal<Saved>,
    /// The text is not what is saved.
    pub(super) is_changed: Memo<bool>,
    /// What somebody else saved meanwhile.
    pub(super) theirs: RwSignal<Option<Saved>>,
    /// What was typed here, while theirs is in the editor.
    pub(super) mine: RwSignal<Option<String>>,
    pub(super) problems: RwSignal<Vec<TextProblem>>,
    pub(super) check: RwSignal<Check>,
    /// Where the editor is to go.
    pub(super) line: RwSignal<Option<usize>>,
    pub(super) busy: RwSignal<bool>,
    /// How often something was done here that its past tells.
    pub(super) deeds: RwSignal<u32>,
    /// What a rehearsal begins with.
    pub(super) known: RwSignal<String>,
    pub(super) rehearsals: [Rehearsing; 2],
    rest: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Page {
    pub(super) fn new(desk: Desk, name: String) -> Self {
        let (text, saved) = (RwSignal::new(String::new()), RwSignal::new(Saved::default()));
        Self {
            desk,
            name: StoredValue::new(name),
            state: RwSignal::new(Fetched::Loading),
            flow: RwSignal::default(),
            part: RwSignal::new(Part::Diagram),
            text,
            saved,
            is_changed: Memo::new(move |_| text.with(|text| saved.with(|saved| saved.text != *text))),
            theirs: RwSignal::default(),
            mine: RwSignal::default(),
            problems: RwSignal::default(),
            check: RwSignal::new(Check::Done),
            line: RwSignal::default(),
            busy: RwSignal::new(false),
            deeds: RwSignal::new(0),
            known: RwSignal::default(),
            rehearsals: Rendering::ALL.map(Rehearsing::new),
            rest: StoredValue::new_local(None),
        }
    }

    /// `path` begins with a slash, or is empty for the flow itself.
    pub(super) fn path(self, path: &str) -> String {
        self.name.with_value(|name| format!("/flows/{name}{path}"))
    }

    pub(super) fn is_scripted(self) -> bool {
        self.flow.with(|flow| flow.as_ref().is_some_and(|flow| flow.scripted))
    }

    fn key(self, what: &str) -> String {
        self.name.with_value(|name| format!("flow-{what}:{name}"))
    }

    pub(super) fn load(self) {
        let (path, draft) = (self.path(""), self.path("/draft"));
        spawn_local(async move {
            let answer = match http::get::<Flow>(&path).await {
                Ok(flow) if flow.draft.is_some() => fetch_draft(&draft).await.map(|saved| (flow, saved)),
                Ok(flow) => Ok((flow, Saved::default())),
                Err(failure) => Err(failure),
            };
            // Whoever went on meanwhile wants it no more.
            if self.state.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok((flow, saved)) => {
                    // Nothing is live to look at: a new one is written first.
                    if flow.scripted && flow.live.is_empty() {
                        self.part.set(Part::Edit);
                    }
                    self.flow.set(Some(flow));
                    self.begin(saved);
                    self.state.set(Fetched::Here(()));
                }
                Err(failure) => {
                    if let Some(why) = Fetched::of(self.desk, Err(failure)) {
                        self.state.set(why);
                    }
                }
            }
        });
    }

    /// Goes on with what was typed and not saved, or begins with what is saved.
    fn begin(self, saved: Saved) {
        self.mine.set(storage::read(&self.key("aside")));
        let kept = storage::read_json::<Kept>(&self.key("text")).filter(|kept| kept.text != saved.text);
        self.text.set(kept.as_ref().map_or_else(|| saved.text.clone(), |kept| kept.text.clone()));
        match kept {
            Some(kept) if kept.revision != saved.revision => {
                self.saved.set(Saved { revision: kept.revision, ..saved.clone() });
                self.theirs.set(Some(saved));
            }
            _ => self.saved.set(saved),
        }
        self.check_now();
    }

    pub(super) fn write(self, text: String) {
        self.text.set(text);
        self.check.set(Check::UnderWay);
        let rested = move || {
            self.keep();
            self.check_now();
        };
        self.rest.set_value(Some(Timeout::new(REST_MS, rested)));
    }

    pub(super) fn keep(self) {
        let Some(is_changed) = self.is_changed.try_get_untracked() else { return };
        let key = self.key("text");
        if is_changed {
            let revision = self.saved.with_untracked(|saved| saved.revision);
            storage::write_json(&key, &Kept { text: self.text.get_untracked(), revision });
        } else {
            storage::write(&key, "");
        }
    }

    pub(super) fn check_now(self) {
        spawn_local(async move {
            self.checked().await;
        });
    }

    /// What is wrong with the text of now; `None`: it is not known, or the text is another one by now.
    async fn checked(self) -> Option<Vec<TextProblem>> {
        let text = self.text.try_get_untracked()?;
        if text.trim().is_empty() {
            self.problems.set(vec![]);
            self.check.set(Check::Done);
            return Some(vec![]);
        }
        self.check.set(Check::UnderWay);
        let asked = FlowText { source: text.clone(), counts: BTreeMap::new() };
        let answer = http::post::<_, FlowProblems>("/flows/check", &asked).await;
        if self.text.try_with_untracked(|now| *now == text) != Some(true) {
            return None;
        }
        match answer {
            Ok(FlowProblems { problems }) => {
                self.problems.set(problems.clone());
                self.check.set(Check::Done);
                Some(problems)
            }
            Err(failure) => {
                self.check.set(Check::Failed);
                self.desk.explain(&failure);
                None
            }
        }
    }

    pub(super) fn save_draft(self) {
        self.alone(async move {
            if self.save().await {
                self.desk.say(self.desk.words().saved);
            }
        });
    }

    /// One call at a time: a second press does nothing.
    pub(super) fn alone(self, deed: impl Future<Output = ()> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            deed.await;
            self.busy.try_set(false);
        });
    }

    async fn save(self) -> bool {
        let (text, revision) = (self.text.get_untracked(), self.saved.with_untracked(|saved| saved.revision));
        let (path, wish) = (self.path("/draft"), SaveFlowDraft { text, revision });
        match http::put::<_, FlowDraft>(&path, &wish).await {
            Ok(draft) => {
                self.take(Saved::of(draft));
                true
            }
            Err(Failure::Refused(problem)) if problem.status == 412 => {
                match fetch_draft(&path).await {
                    Ok(saved) => drop(self.theirs.try_set(Some(saved))),
                    Err(failure) => self.desk.explain(&failure),
                }
                false
            }
            Err(failure) => {
                self.desk.explain(&failure);
                false
            }
        }
    }

    /// This is the draft now; what was typed meanwhile is not in it.
    fn take(self, saved: Saved) {
        let state = saved.state.clone();
        self.flow.try_update(|flow| {
            if let Some(flow) = flow {
                flow.draft = state;
            }
        });
        self.saved.try_set(saved);
        self.theirs.try_set(None);
        self.keep();
    }

    /// `percent`: of new conversations; all, unless told.
    pub(super) fn publish(self, note: String, percent: Option<u8>, done: Callback<()>) {
        self.alone(async move {
            let (words, path) = (self.desk.flow_words(), self.path("/publish"));
            let Some(problems) = self.checked().await else { return };
            if let Some(first) = problems.iter().find(|problem| problem.is_error) {
                self.line.set(Some(source::line(first)));
                return self.desk.complain(words.correct_first);
            }
            if self.is_changed.get_untracked() && !self.save().await {
                return;
            }
            let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
            match http::post::<_, Flow>(&path, &PublishFlow { percent, note }).await {
                Ok(flow) => {
                    self.desk.say(fill(words.published_as, flow.versions));
                    self.saved.try_update(|saved| saved.state.clone_from(&flow.draft));
                    self.flow.try_set(Some(flow));
                    done.try_run(());
                }
                Err(Failure::Refused(problem)) if problem.status == 422 => {
                    self.problems.try_set(problem.problems);
                    self.desk.complain(words.correct_first);
                }
                Err(failure) => self.desk.explain(&failure),
            }
        });
    }

    /// Theirs comes into the editor, and mine is put aside.
    pub(super) fn load_theirs(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.put_aside();
            self.text.set(theirs.text.clone());
            self.take(theirs);
            self.check_now();
        }
    }

    fn put_aside(self) {
        let mine = self.text.get_untracked();
        storage::write(&self.key("aside"), &mine);
        self.mine.set(Some(mine));
    }

    /// What is saved next takes the place of theirs.
    pub(super) fn keep_mine(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.take(theirs);
        }
    }

    pub(super) fn back_to_mine(self) {
        if let Some(mine) = self.mine.get_untracked() {
            self.forget_mine();
            self.write(mine);
        }
    }

    pub(super) fn forget_mine(self) {
        storage::write(&self.key("aside"), "");
        self.mine.set(None);
    }

    /// Back to what is saved. What was typed is put aside, since a press is quickly made.
    pub(super) fn discard(self) {
        self.put_aside();
        self.write(self.saved.with_untracked(|saved| saved.text.clone()));
    }

    /// Shows a line in the editor.
    pub(super) fn go_to(self, line: usize) {
        self.part.set(Part::Edit);
        self.line.set(Some(line));
    }

    /// Shows where a place of the flow is written.
    pub(super) fn go_to_place(self, place: &str) {
        if let Some(line) = self.text.with_untracked(|text| source::line_of(text, place)) {
            self.go_to(line);
        }
    }
}

/// No draft yet is an empty one.
async fn fetch_draft(path: &str) -> Result<Saved, Failure> {
    match http::get::<FlowDraft>(path).await {
        Ok(draft) => Ok(Saved::of(draft)),
        Err(Failure::Refused(problem)) if problem.status == 404 => Ok(Saved::default()),
        Err(failure) => Err(failure),
    }
}

/// Who did something to a flow, by the id of an agent; nobody's is the administrator's token.
pub(super) fn who(desk: Desk, by: Option<&str>) -> String {
    let Some(by) = by else { return desk.flow_words().token.to_owned() };
    let name = desk.work.with_untracked(|work| {
        let me = work.me.as_ref().filter(|me| me.agent_id == by).map(|me| me.name.clone());
        let other = work.colleagues.iter().find(|agent| agent.id == by).map(|agent| agent.name.clone());
        me.or(other)
    });
    name.unwrap_or_else(|| by.to_owned())
}

pub(super) fn moment(desk: Desk, at_ms: i64) -> String {
    let locale = desk.language.get_untracked().tag();
    format!("{} {}", crate::intl::day(at_ms, locale), crate::intl::time(at_ms, locale))
}
