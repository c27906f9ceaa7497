//! What is done without asking anybody: says, computes, decides, jumps.

use super::{
    Import,
    draft::{End, Goal},
    expression,
    form::NO_COUNTERPART,
    handler::TOO_MUCH,
    prompt,
    write::{string, table},
    xml::{Child, Element},
};

/// Variables that one state changes.
const SETS_MAX: usize = 20;

impl Import<'_> {
    /// Executable content, one part after the other, until nothing follows.
    pub(super) fn content(&mut self, children: &[Child<'_>]) {
        let mut rest = children;
        while self.is_reached() {
            let count = rest.iter().take_while(|child| prompt::is_spoken(child)).count();
            let (spoken, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            let said = self.said(spoken);
            if !said.is_empty() {
                let state = self.open(None);
                self.part.draft.state(state).into_iter().for_each(|state| state.say.add(said.clone()));
            }
            let Some((Child::Element(element), others)) = others.split_first() else { return };
            self.execute(element);
            rest = others;
        }
    }

    fn execute(&mut self, element: &Element<'_>) {
        match element.name.as_str() {
            "if" => self.decide(element),
            "assign" => self.assign(element),
            "var" if element.get("expr").is_some() => self.assign(element),
            "var" => self.declare(element),
            "goto" => self.jump(element),
            "submit" => self.submit(element),
            "clear" => self.clear(element),
            "exit" | "disconnect" => {
                if element.get("expr").or(element.get("namelist")).is_some() {
                    self.note(element, "nobody takes what it gives back");
                }
                self.finish("end");
            }
            "return" if self.is_sub && !is_event(element) => self.finish("done"),
            // Whoever keeps the flow sees everything that was said, and a question comes again by itself.
            "log" | "reprompt" => {}
            _ => self.note(element, NO_COUNTERPART),
        }
    }

    /// Does the one thing that needs nothing more, after which nothing comes.
    pub(super) fn finish(&mut self, deed: &'static str) {
        self.take_key(deed, "true".to_owned());
        self.part.draft.take_ends();
    }

    /// The present state does that, with all that was said before.
    pub(super) fn take_key(&mut self, key: &'static str, value: String) {
        let state = self.open(None);
        if let Some(state) = self.part.draft.state(state) {
            state.keys.push((key, value));
            state.is_taken = true;
        }
    }

    fn jump(&mut self, element: &Element<'_>) {
        let item = element.get("nextitem").filter(|item| self.items.contains(*item));
        // A dialog that begins with a jump is a state all the same.
        if !self.is_entered {
            self.open(None);
        }
        let goal = match (item, element.get("next")) {
            (Some(item), _) => Goal::Item(self.dialog, item.to_owned()),
            (None, Some(uri)) => self.goal(uri, element),
            (None, None) => self.untold(element),
        };
        self.part.draft.goto(&goal);
    }

    /// `<if>` with its `<elseif/>` and `<else/>`, which stand between its contents.
    fn decide(&mut self, element: &Element<'_>) {
        let mut arms: Vec<(Option<&str>, &[Child<'_>])> = vec![];
        let (mut when, mut begin) = (Some(element.get("cond").unwrap_or_default()), 0);
        for (place, child) in element.children.iter().enumerate() {
            if let Child::Element(mark) = child
                && (mark.name == "elseif" || mark.name == "else")
            {
                arms.push((when, element.children.get(begin..place).unwrap_or_default()));
                when = (mark.name == "elseif").then(|| mark.get("cond").unwrap_or_default());
                begin = place + 1;
            }
        }
        arms.push((when, element.children.get(begin..).unwrap_or_default()));
        let conditions: Option<Vec<_>> = arms
            .iter()
            .filter_map(|(when, _)| *when)
            .map(|when| expression::expression(when, &self.names))
            .collect();
        let Some(conditions) = conditions else {
            return self.note(element, "its condition is more than comparisons, so nothing of it is taken");
        };
        let state = self.open(None);
        if let Some(state) = self.part.draft.state(state) {
            state.cases = conditions.into_iter().map(|when| (when, None)).collect();
            state.is_taken = true;
        }
        let mut ends = vec![];
        for (place, (when, content)) in arms.iter().enumerate() {
            let end = if when.is_some() { End::Case(state, place) } else { End::Else(state) };
            self.part.draft.set_ends(vec![end]);
            self.content(content);
            ends.extend(self.part.draft.take_ends());
        }
        if arms.iter().all(|(when, _)| when.is_some()) {
            ends.push(End::Else(state));
        }
        self.part.draft.set_ends(ends);
    }

    /// `<assign>`, or `<var>` or `<param>` with a value.
    pub(super) fn assign(&mut self, element: &Element<'_>) {
        let name = element.get("name").and_then(|name| expression::variable(name, &self.names));
        let value = element.get("expr").and_then(|value| expression::expression(value, &self.names));
        let (Some(name), Some(value)) = (name.filter(|name| !name.contains('.')), value) else {
            return self.note(element, "a variable takes a value, another variable or a comparison");
        };
        let mut state = self.open(None);
        // A state first changes its variables, in no order, and then says something.
        let is_late = self.part.draft.state(state).is_some_and(|state| {
            !state.say.is_empty()
                || state.set.len() == SETS_MAX
                || state.set.iter().any(|(set, _)| *set == name || value.contains(set))
        });
        if is_late {
            state = self.begin(None);
        }
        self.part
            .draft
            .state(state)
            .into_iter()
            .for_each(|state| state.set.push((name.clone(), value.clone())));
    }

    /// A variable that has no value yet.
    pub(super) fn declare(&mut self, element: &Element<'_>) {
        match element.get("name").and_then(|name| expression::variable(name, &self.names)) {
            Some(name) => drop(self.head.vars.entry(name).or_insert_with(|| string(""))),
            None => self.note(element, "this is no name of a variable"),
        }
    }

    /// Asks again what is cleared.
    fn clear(&mut self, element: &Element<'_>) {
        let named = element.get("namelist").and_then(|names| names.split_whitespace().next());
        let item = named.or(self.first_item.as_deref()).map(str::to_owned);
        match item.filter(|item| self.asked.contains(item)) {
            Some(item) => {
                let goal = Goal::Item(self.dialog, item);
                self.part.draft.goto(&goal);
            }
            None => self.note(element, "only what was asked for can be cleared"),
        }
    }

    /// A call to a business system. What it answers is not told.
    fn submit(&mut self, element: &Element<'_>) {
        let Some(uri) = element.get("next") else {
            let goal = self.untold(element);
            return self.part.draft.goto(&goal);
        };
        let (system, path) = address(uri);
        self.head.systems.insert(system.clone());
        let named =
            element.get("namelist").map(|names| names.split_whitespace().map(str::to_owned).collect());
        let names: Vec<String> = named.unwrap_or_else(|| self.asked.iter().cloned().collect());
        if !self.spend(names.len() * 20) {
            return self.note(element, TOO_MUCH);
        }
        let mut fields = vec![];
        for name in names {
            match expression::variable(&name, &self.names) {
                Some(variable) => fields.push((name.replace('.', "_"), format!("{{{{ {variable} }}}}"))),
                None => self.note(element, &format!("{name} is no variable")),
            }
        }
        let mut call = vec![("system", string(&system))];
        if element.get("method").is_some_and(|method| method.eq_ignore_ascii_case("post")) {
            let body = table(fields.iter().map(|(name, value)| (name.as_str(), string(value))));
            call.extend([("method", string("POST")), ("path", string(&path)), ("body", body)]);
        } else {
            let query: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mark = if path.contains('?') { "&" } else { "?" };
            let query = if query.is_empty() { String::new() } else { format!("{mark}{}", query.join("&")) };
            call.push(("path", string(&(path + &query))));
        }
        self.take_key("call", table(call));
        self.note(element, "what it answered was the next document: read it with map, and lead on with go");
        self.part.draft.goto(&Goal::Person);
    }
}

fn is_event(element: &Element<'_>) -> bool {
    element.get("event").or(element.get("eventexpr")).is_some()
}

/// The name of the system that a URI leads to, and the path there.
fn address(uri: &str) -> (String, String) {
    let plain = uri.split('#').next().unwrap_or_default().replace(['{', '}', ' '], "");
    let (host, path) = match plain.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path)),
        None => ("backend", plain.trim_start_matches(['/', '.'])),
    };
    let name = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    (host.chars().map(name).collect(), format!("/{path}"))
}
