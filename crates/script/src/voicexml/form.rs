//! Forms: one item after the other, until one of them leads elsewhere.

use super::{
    Import,
    draft::{End, Goal},
    expression, prompt,
    write::{string, table},
    xml::Element,
};

impl Import<'_> {
    pub(super) fn form(&mut self, form: &Element<'_>) {
        for item in form.elements() {
            match item.name.as_str() {
                "block" | "field" | "record" | "subdialog" | "transfer" => self.item(item),
                // It comes when all that was asked for is there.
                "filled" if item.get("mode") != Some("any") => {
                    if self.is_reached() {
                        self.content(&item.children);
                    }
                }
                "var" if item.get("expr").is_some() => self.assign(item),
                "var" => self.declare(item),
                // Read where they are needed.
                "noinput" | "nomatch" | "property" => {}
                "catch" => self.check_catch(item),
                _ => self.note(item, "it has no counterpart"),
            }
        }
        // What has nothing more to ask is over, of a sub-dialog, too (VoiceXML 2.0, 2.3.4).
        if self.is_reached() {
            self.finish("end");
        }
    }

    fn item(&mut self, item: &Element<'_>) {
        if !self.is_reached() && !self.is_target(item) {
            return self.note(item, "nothing leads here");
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
        self.note(item, &format!("give the queue whose agents answer {to}"));
        for filled in item.all("filled") {
            self.note(filled, "who is passed on does not come back");
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
        for filled in item.all("filled") {
            self.content(&filled.children);
        }
    }

    /// Whether something jumps to it.
    fn is_target(&self, item: &Element<'_>) -> bool {
        item.get("name").is_some_and(|name| self.jumps.contains(name))
    }

    pub(super) fn check_catch(&mut self, item: &Element<'_>) {
        let events = item.get("event").unwrap_or_default();
        if events.split_whitespace().any(|event| event != "noinput" && event != "nomatch") {
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
    pub(super) fn goal(&mut self, uri: &str, element: &Element<'_>) -> Option<Goal> {
        if let Some(id) = uri.strip_prefix('#') {
            let Some(dialog) = self.ids.get(id).copied() else {
                self.note(element, "there is no such dialog in the document");
                return Some(Goal::State(id.to_owned()));
            };
            if self.is_sub && dialog != self.dialog {
                self.note(element, "it leads out of the sub-flow, and does not come back");
            }
            return Some(Goal::Dialog(dialog));
        }
        let path = uri.split(['#', '?']).next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        let flow = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase();
        if flow.is_empty() {
            return None;
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let flow: String = flow.chars().map(plain).collect();
        self.note(element, &format!("another document: import it as the flow {flow:?}"));
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
        Some(Goal::State(name))
    }
}
