//! Forms: one item after the other, until one of them leads elsewhere.

use super::{
    Import,
    draft::{End, Goal},
    expression, prompt,
    write::{string, table},
    xml::Element,
};
use std::collections::BTreeSet;

pub(super) const NO_COUNTERPART: &str = "it has no counterpart";
const NEVER: &str = "nothing leads here";

/// What a form has one after the other.
pub(super) const ITEMS: [&str; 5] = ["block", "field", "record", "subdialog", "transfer"];

impl Import<'_> {
    pub(super) fn form(&mut self, form: &Element<'_>) {
        self.stray(form);
        // What is still to be asked for.
        let asked = form.all("field").chain(form.all("record"));
        let mut later: BTreeSet<&str> = asked.filter_map(|item| item.get("name")).collect();
        for item in form.elements() {
            if let Some(name) = item.get("name").filter(|_| item.name == "field" || item.name == "record") {
                later.remove(name);
            }
            match item.name.as_str() {
                kind if ITEMS.contains(&kind) => self.item(item),
                // It comes when all that was asked for is there.
                "filled" if item.get("mode") != Some("any") => {
                    let is_early = match item.get("namelist") {
                        Some(names) => names.split_whitespace().any(|name| later.contains(name)),
                        None => !later.is_empty(),
                    };
                    if is_early {
                        self.note(item, "it comes here, before the rest is asked for");
                    }
                    self.filled(item);
                }
                "var" if item.get("expr").is_some() => self.assign(item),
                "var" => self.declare(item),
                // Read where they are needed.
                "noinput" | "nomatch" | "property" => {}
                "catch" => self.check_catch(item),
                _ => self.note(item, NO_COUNTERPART),
            }
        }
        // What has nothing more to ask is over, of a sub-dialog, too (VoiceXML 2.0, 2.3.4).
        if self.is_reached() {
            self.finish("end");
        }
    }

    pub(super) fn filled(&mut self, filled: &Element<'_>) {
        if self.is_reached() {
            self.content(&filled.children);
        } else {
            self.note(filled, NEVER);
        }
    }

    fn item(&mut self, item: &Element<'_>) {
        if !self.is_reached() && !self.is_target(item) {
            return self.note(item, NEVER);
        }
        if item.get("expr").is_some() {
            return self.note(item, "with a value of its own it is never visited");
        }
        let Some(when) = item.get("cond") else { return self.visit(item) };
        let Some(when) = expression::expression(when, &self.names) else {
            return self.note(item, "its condition is more than comparisons, so nothing of it is taken");
        };
        let state = self.open(None);
        if let Some(state) = self.part.draft.state(state) {
            state.cases = vec![(when, None)];
            state.is_taken = true;
        }
        self.part.draft.set_ends(vec![End::Case(state, 0)]);
        self.visit(item);
        let mut ends = self.part.draft.take_ends();
        ends.push(End::Else(state));
        self.part.draft.set_ends(ends);
    }

    fn visit(&mut self, item: &Element<'_>) {
        let name = item.get("name");
        match item.name.as_str() {
            "field" | "record" => self.field(item),
            "transfer" => self.transfer(item),
            "subdialog" => self.subdialog(item),
            _ => {
                if self.is_target(item) {
                    let state = self.begin(name);
                    self.remember(name, state);
                }
                self.content(&item.children);
            }
        }
    }

    /// To people: which ones, a flow says by the name of a queue.
    fn transfer(&mut self, item: &Element<'_>) {
        let name = item.get("name");
        let said = self.said(item.children.iter().filter(|child| prompt::is_spoken(child)));
        let state = if self.is_target(item) { self.begin(name) } else { self.open(name) };
        self.remember(name, state);
        let queue = table([("queue", string(name.unwrap_or("transfer")))]);
        let Some(drafted) = self.part.draft.state(state) else { return };
        drafted.say.add(said);
        drafted.keys.push(("transfer", queue));
        drafted.is_taken = true;
        let place = drafted.name.clone();
        if !self.is_sub {
            self.transfers.push(place);
        }
        let to = item.get("dest").or(item.get("destexpr")).unwrap_or_default();
        self.note(item, format!("give the queue whose agents answer {to}").trim_end());
        for inside in item.elements() {
            match inside.name.as_str() {
                "filled" => self.note(inside, "who is passed on does not come back"),
                "property" => {}
                name if prompt::SPOKEN.contains(&name) => {}
                _ => self.note(inside, NO_COUNTERPART),
            }
        }
        self.part.draft.take_ends();
    }

    fn subdialog(&mut self, item: &Element<'_>) {
        let name = item.get("name");
        let id = item.get("src").and_then(|src| src.strip_prefix('#')).map(str::to_owned);
        let Some((dialog, _)) = id.and_then(|id| Some((*self.ids.get(&id)?, id))) else {
            return self.note(item, "only a dialog of the same document can be run");
        };
        for param in item.all("param") {
            self.assign(param);
        }
        let state = if self.is_target(item) { self.begin(name) } else { self.open(name) };
        self.remember(name, state);
        let sub = self.sub_name(dialog);
        self.take_key("run", string(&sub));
        self.part.draft.set_ends(vec![End::Go(state)]);
        for inside in item.elements() {
            match inside.name.as_str() {
                "filled" => self.filled(inside),
                "param" | "property" => {}
                _ => self.note(inside, NO_COUNTERPART),
            }
        }
    }

    /// Whether something jumps to it.
    fn is_target(&self, item: &Element<'_>) -> bool {
        item.get("name").is_some_and(|name| self.jumps.contains(name))
    }

    pub(super) fn check_catch(&mut self, item: &Element<'_>) {
        let events = item.get("event").unwrap_or_default();
        // One without events catches all of them.
        if events.trim().is_empty()
            || events.split_whitespace().any(|event| event != "noinput" && event != "nomatch")
        {
            self.note(item, "only noinput and nomatch are caught");
        }
    }

    /// Where an item of the present dialog begins.
    pub(super) fn remember(&mut self, item: Option<&str>, state: usize) {
        let name = self.part.draft.state(state).map(|state| state.name.clone());
        if let Some((item, name)) = item.zip(name) {
            self.part.items.insert((self.dialog, item.to_owned()), name);
        }
    }

    /// Where a URI leads: to a dialog of the document, or to another document, which is another flow.
    pub(super) fn goal(&mut self, uri: &str, element: &Element<'_>) -> Goal {
        if let Some(id) = uri.strip_prefix('#') {
            let Some(dialog) = self.ids.get(id).copied() else {
                self.note(element, "there is no such dialog in the document: it leads to a person");
                return Goal::Person;
            };
            if self.is_sub && dialog != self.dialog {
                self.note(element, "it leads out of the sub-flow, and does not come back");
            }
            return Goal::Dialog(dialog);
        }
        let (path, dialog) = uri.split_once('#').unwrap_or((uri, ""));
        let path = path.split('?').next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        let flow = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase();
        let is_program = uri.starts_with("javascript:");
        if flow.is_empty() || is_program {
            return self.untold(element);
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let flow: String = flow.chars().map(plain).collect();
        let begins = if dialog.is_empty() { "" } else { ", which begins at its start" };
        self.note(element, &format!("another document: import it as the flow {flow:?}{begins}"));
        let known = self.part.flows.get(&flow).cloned();
        let name = known.unwrap_or_else(|| {
            let state = self.part.draft.apart(&format!("to-{flow}"));
            let Some(drafted) = self.part.draft.state(state) else { return String::new() };
            drafted.keys.push(("transfer", table([("flow", string(&flow))])));
            drafted.is_taken = true;
            let name = drafted.name.clone();
            self.part.flows.insert(flow, name.clone());
            name
        });
        Goal::State(name)
    }

    /// Something that leads on, and does not tell where.
    pub(super) fn untold(&mut self, element: &Element<'_>) -> Goal {
        self.note(element, "where it leads is not told, so it leads to a person: say it with go");
        Goal::Person
    }
}
