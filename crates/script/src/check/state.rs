//! Each state by itself.

use super::{Checking, fault::Fault, graph::Node, near};
use crate::file::{Does, Kind, State, state};
use bot::limits::is_key;
use std::collections::BTreeSet;
use std::time::Duration;

pub(super) const OPTIONS_MAX: usize = 10;
const TITLE_MAX: usize = 200;
/// What a button of the narrowest channel holds.
pub(super) const BUTTON_MAX: usize = 20;

impl Checking<'_> {
    pub(super) fn state(&mut self, node: &Node, state: &State) {
        let deeds = state.deeds();
        if let [(first, _), (second, _), ..] = deeds.as_slice() {
            self.error(&node.path(&[second]), &Fault::TwoThings(first, second));
        }
        let path = node.path(&["go"]);
        match state.does() {
            Does::End | Does::Transfer(_) | Does::Callback(_) | Does::Done if state.go.is_some() => {
                self.warn(&path, &Fault::GoesOn);
            }
            Does::End | Does::Transfer(_) | Does::Callback(_) | Does::Done => {}
            Does::Menu(_) => self.menu(node, state),
            Does::Choose(_) if state.otherwise.is_some() || state.go.is_some() => {}
            Does::Choose(_) => self.error(&node.path(&["choose"]), &Fault::NoElse),
            _ if state.go.is_some() => {}
            _ => self.error(&node.path(&[]), &Fault::NoGo),
        }
        for exit in state.ways() {
            self.leads_to_state(&node.path(&borrowed(&exit.key)), node, exit.go);
        }
        self.aside(node, state);
        self.does(node, state);
        self.question(node, state);
        for name in
            state.learn.keys().filter(|name| !["name", "phone", "email", "locale"].contains(&name.as_str()))
        {
            self.error(&node.path(&["learn", name]), &Fault::NotLearnt);
        }
    }

    /// The ways that it has for what does not go well.
    fn aside(&mut self, node: &Node, state: &State) {
        let does = state.does();
        for why in state.on.keys() {
            let is_status = why.len() == 3
                && (why.bytes().all(|b| b.is_ascii_digit())
                    || (why.ends_with("xx") && why.starts_with(['3', '4', '5'])));
            let fits = match why.as_str() {
                "fail" | "silence" => matches!(does, Does::Menu(_) | Does::Ask(_)),
                "error" => matches!(does, Does::Call(_)),
                "none" => matches!(
                    does,
                    Does::Search(_) | Does::Find(_) | Does::Check(_) | Does::Slots(_) | Does::Menu(_)
                ),
                _ => is_status && matches!(does, Does::Call(_)),
            };
            if !fits {
                let fault = match does {
                    Does::Menu(_) => Fault::NeverHappens(&["fail", "silence", "none"]),
                    Does::Ask(_) => Fault::NeverHappens(&["fail", "silence"]),
                    Does::Call(_) => Fault::NeverAnswered,
                    Does::Search(_) | Does::Find(_) | Does::Check(_) | Does::Slots(_) => {
                        Fault::NeverHappens(&["none"])
                    }
                    _ => Fault::NeverHappens(&[]),
                };
                self.error(&node.path(&["on", why]), &fault);
            }
        }
    }

    fn menu(&mut self, node: &Node, state: &State) {
        if state.option.is_empty() && state.each.is_none() {
            self.error(&node.path(&["menu"]), &Fault::NoOptions);
        }
        if state.option.len() > OPTIONS_MAX {
            self.error(&node.path(&["option"]), &Fault::TooManyOptions(state.option.len()));
        }
        let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for (place, option) in state.option.iter().enumerate() {
            let place = place.to_string();
            let path = |key| node.path_owned(&["option", &place, key]);
            if option.go.is_none() && state.go.is_none() {
                self.error(&borrowed(&path("go")), &Fault::OptionNoGo);
            }
            if !ids.insert(option.id()) {
                self.error(&borrowed(&path("id")), &Fault::SameOption(option.id().to_owned()));
            }
            if let Some(key) = &option.key {
                if !is_key(key) {
                    self.error(&borrowed(&path("key")), &Fault::BadKey);
                } else if !keys.insert(key) {
                    self.error(&borrowed(&path("key")), &Fault::SameKey(key.clone()));
                }
            }
            for (_, words) in option.title.all() {
                let length = words.text.chars().count();
                if length > TITLE_MAX {
                    self.error(&borrowed(&path("title")), &Fault::TooLong(length, TITLE_MAX));
                } else if length > BUTTON_MAX && !words.text.contains('{') {
                    self.warn(&borrowed(&path("title")), &Fault::CutButton(length));
                }
            }
        }
        if state.each.is_some() && (state.title.is_none() || state.go.is_none()) {
            self.error(&node.path(&["each"]), &Fault::EachIncomplete);
        }
    }

    fn question(&mut self, node: &Node, state: &State) {
        if state.kind == Kind::Code {
            match &state.code {
                None => self.error(&node.path(&["as"]), &Fault::NoShape),
                Some(code) if !self.file.code.contains_key(code) => {
                    let near = near(code, self.file.code.keys());
                    self.error(&node.path(&["code"]), &Fault::NoCode(code.clone(), near));
                }
                Some(_) => {}
            }
        }
        if state.digits.is_some_and(|digits| digits.max == 0 || digits.max < digits.min) {
            self.error(&node.path(&["digits"]), &Fault::BadDigits);
        }
        let (least, most) = (Duration::from_secs(1), Duration::from_secs(24 * 60 * 60));
        if state.patience.is_some_and(|time| !(least..=most).contains(&time.0)) {
            self.error(&node.path(&["patience"]), &Fault::Outside("1s", "24h"));
        }
        if state.wait.is_some_and(|time| !(Duration::from_millis(1)..=most).contains(&time.0)) {
            self.error(&node.path(&["wait"]), &Fault::BadWait);
        }
        if state.attempts == Some(0) {
            self.error(&node.path(&["attempts"]), &Fault::NeverAsked);
        }
        let asks = matches!(state.does(), Does::Menu(_) | Does::Ask(_));
        let only = [
            ("again", state.again.is_some()),
            ("valid", state.valid.is_some()),
            ("survey", state.survey.is_some()),
        ];
        for (key, _) in only.iter().filter(|(_, is)| *is && !asks) {
            self.error(&node.path(&[key]), &Fault::OnlyQuestions);
        }
    }

    fn does(&mut self, node: &Node, state: &State) {
        match state.does() {
            Does::Call(call) => self.call(node, call),
            Does::Send(file) => {
                self.is_granted(&node.path(&["send", "system"]), &file.system);
                if file.caption.is_none() {
                    self.error(&node.path(&["send"]), &Fault::NoCaption);
                }
            }
            Does::Run(name) if !self.file.sub.contains_key(name) => {
                let near = near(name, self.file.sub.keys());
                self.error(&node.path(&["run"]), &Fault::NoSubFlow(name.to_owned(), near));
            }
            Does::Slots(slots) => {
                if !self.file.calendar.contains_key(&slots.calendar) {
                    let near = near(&slots.calendar, self.file.calendar.keys());
                    let fault = Fault::NoCalendar(slots.calendar.clone(), near);
                    self.error(&node.path(&["slots", "calendar"]), &fault);
                }
                self.takes(node, state, "slots");
            }
            Does::Search(_) => self.takes(node, state, "search"),
            Does::Find(_) => self.takes(node, state, "find"),
            Does::Check(_) => self.takes(node, state, "check"),
            Does::Transfer(transfer) => {
                if transfer.queue.is_some() == transfer.flow.is_some() {
                    self.error(&node.path(&["transfer"]), &Fault::NoReceiver);
                }
                self.levels(node, "transfer", transfer.priority, &transfer.skills);
            }
            Does::Callback(callback) => self.levels(node, "callback", callback.priority, &callback.skills),
            Does::Done if node.sub.is_none() => {
                self.error(&node.path(&["done"]), &Fault::NotInside);
            }
            _ => {}
        }
    }

    fn call(&mut self, node: &Node, call: &state::Call) {
        self.is_granted(&node.path(&["call", "system"]), &call.system);
        if !call.path.starts_with('/') {
            self.error(&node.path(&["call", "path"]), &Fault::NoSlash);
        }
        if call.attempts.is_some_and(|attempts| !(1..=3).contains(&attempts)) {
            self.error(&node.path(&["call", "attempts"]), &Fault::Outside("1", "3"));
        }
        if call.within.is_some_and(|time| time.0 > Duration::from_secs(5)) {
            self.error(&node.path(&["call", "within"]), &Fault::TooSlow);
        }
        if call.body.is_some() && call.method == state::Method::Get {
            self.error(&node.path(&["call", "body"]), &Fault::BodyOfGet);
        }
    }

    fn takes(&mut self, node: &Node, state: &State, key: &str) {
        if state.into.is_none() {
            self.error(&node.path(&[key]), &Fault::NoInto);
        }
    }

    fn levels(
        &mut self,
        node: &Node,
        key: &str,
        priority: i8,
        skills: &std::collections::BTreeMap<String, u8>,
    ) {
        if !(-10..=10).contains(&priority) {
            self.error(&node.path(&[key, "priority"]), &Fault::Outside("-10", "10"));
        }
        for (name, level) in skills {
            if !(1..=10).contains(level) || name.contains([':', ',']) {
                self.error(&node.path(&[key, "skills", name]), &Fault::BadSkill);
            }
        }
    }
}

fn borrowed(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}
