//! Menus and fields.

use super::{
    Import,
    draft::{Choice, Goal, Said},
    form::NO_COUNTERPART,
    handler::{TWO_WAYS, count},
    prompt::{self, template},
    write::{string, table},
    xml::{Child, Element},
};
use bot::limits::is_key;
use std::collections::BTreeSet;

/// Options of a menu. More words than that are a free question.
const OPTIONS_MAX: usize = 10;
const ONE_KIND: &str = "a question takes one kind of answers: its type";
const LIST: &str = "only a list of words is taken";

/// What may answer a field.
enum Answer {
    Options(Vec<Choice>),
    /// A kind, how many digits, and a shape or likely words of it.
    Kind(&'static str, Option<(u8, u8)>, Vec<String>),
}

impl Import<'_> {
    pub(super) fn menu(&mut self, element: &Element<'_>) {
        let state = self.begin(None);
        let question = self.question(element, state);
        let mut options = vec![];
        let numbers = element.get("dtmf") == Some("true");
        let mut number = 0;
        for choice in element.all("choice") {
            let mut key = choice.get("dtmf").map(str::to_owned);
            if numbers && key.is_none() {
                number += 1;
                key = (number <= 9).then(|| number.to_string());
            }
            let go = match choice.get("next") {
                Some(uri) => self.goal(uri, choice),
                None => self.untold(choice),
            };
            options.push(self.choice(choice, None, key, Some(go)));
        }
        self.spelled_out(element, &question, &options);
        if let Some(state) = self.part.draft.state(state) {
            state.keys.insert(0, ("menu", question.value()));
            state.options = options;
        }
        // Each option leads on by itself.
        self.part.draft.take_ends();
    }

    fn choice(
        &mut self,
        element: &Element<'_>,
        id: Option<&str>,
        key: Option<String>,
        go: Option<Goal>,
    ) -> Choice {
        let key = key.filter(|key| {
            let is_one = is_key(key);
            if !is_one {
                self.note(element, &format!("{key:?} is not one key"));
            }
            is_one
        });
        let mut says = vec![];
        for inside in element.elements() {
            match words(inside).filter(|_| inside.name == "grammar") {
                Some(words) => says.extend(words.into_iter().map(|(word, _)| word)),
                None if inside.name == "grammar" => self.note(inside, LIST),
                None => self.note(inside, "only the words of an option itself are taken"),
            }
        }
        let mut title = template(&element.words());
        if title.is_empty() {
            title = says.first().cloned().or(element.get("dtmf").map(str::to_owned)).unwrap_or_default();
            self.note(element, "it has no words: give it a title that can be read");
        }
        Choice { id: id.map(str::to_owned), title, key, says, go }
    }

    /// On a phone the options are said after the question, whether or not it says them, too.
    fn spelled_out(&mut self, element: &Element<'_>, question: &Said, options: &[Choice]) {
        let keys: BTreeSet<_> = options.iter().filter_map(|option| option.key.as_deref()).collect();
        let mut words = question.text.split(|c: char| !c.is_alphanumeric());
        if words.any(|word| keys.contains(word)) {
            self.note(element, "its options are said after it: say only the question");
        }
    }

    /// A field, or a recording.
    pub(super) fn field(&mut self, element: &Element<'_>) {
        let name = element.get("name");
        let state = self.begin(name.or(Some("field")));
        self.remember(name, state);
        let question = self.question(element, state);
        let answer = self.answer(element);
        let Some(drafted) = self.part.draft.state(state) else { return };
        let into = name.map(|name| ("into", string(name)));
        match answer {
            Answer::Options(options) => {
                drafted.keys.insert(0, ("menu", question.value()));
                drafted.keys.extend(into);
                drafted.options = options;
            }
            Answer::Kind(kind, digits, hints) => {
                let mut keys = vec![("ask", question.value())];
                if kind != "text" {
                    keys.push(("as", string(kind)));
                }
                if let Some((min, max)) = digits {
                    keys.push(("digits", table([("min", min.to_string()), ("max", max.to_string())])));
                }
                if !hints.is_empty() {
                    let hints: Vec<_> = hints.iter().map(|word| string(word)).collect();
                    keys.push(("hints", format!("[{}]", hints.join(", "))));
                }
                drafted.keys.splice(0..0, keys);
                drafted.keys.extend(into);
            }
        }
        for filled in element.all("filled") {
            self.filled(filled);
        }
    }

    fn answer(&mut self, element: &Element<'_>) -> Answer {
        let options: Vec<_> = element.all("option").collect();
        if element.name == "record" || !options.is_empty() {
            if element.get("type").is_some_and(|_| element.name == "field") {
                self.note(element, "its options are all that it takes: its type is left out");
            }
            for grammar in element.all("grammar") {
                self.note(grammar, NO_COUNTERPART);
            }
        }
        if element.name == "record" {
            return Answer::Kind("message", None, vec![]);
        }
        if !options.is_empty() {
            let option = |option: &&Element<'_>| {
                let id = option.get("value").map_or_else(|| option.words(), str::to_owned);
                self.choice(option, Some(&id), option.get("dtmf").map(str::to_owned), None)
            };
            return Answer::Options(options.iter().map(option).collect());
        }
        let mut answer = element.get("type").and_then(kind);
        if answer.is_none() && element.get("type").is_some() {
            self.note(element, "nobody knows its type");
        }
        let mut listed: Vec<(String, String)> = vec![];
        for grammar in element.all("grammar") {
            let builtin = grammar.get("src").and_then(|src| src.strip_prefix("builtin:"));
            match (builtin.and_then(|builtin| kind(builtin.rsplit('/').next()?)), words(grammar)) {
                (Some(_), _) if answer.is_some() => self.note(grammar, ONE_KIND),
                (Some(kind), _) => answer = Some(kind),
                (None, Some(words)) => listed.extend(words),
                (None, None) => self.note(grammar, LIST),
            }
        }
        match (answer, listed.len()) {
            (Some((kind, digits)), count) => {
                if count > 0 {
                    self.note(element, ONE_KIND);
                }
                Answer::Kind(kind, digits, vec![])
            }
            (None, 1..=OPTIONS_MAX) => {
                let choice = |(word, id): (String, String)| {
                    let key = Some(word.clone()).filter(|word| is_key(word));
                    Choice { id: Some(id), title: template(&word), key, says: vec![], go: None }
                };
                Answer::Options(listed.into_iter().map(choice).collect())
            }
            (None, count) => {
                if count > 0 {
                    self.note(
                        element,
                        "so many words are no menu: it is asked freely, and they are expected",
                    );
                }
                Answer::Kind("text", None, listed.into_iter().map(|(word, _)| word).collect())
            }
        }
    }

    /// Everything that menus and fields have in common: what is asked, how long, how often, and what then.
    fn question(&mut self, element: &Element<'_>, state: usize) -> Said {
        let asked = |wanted: u8| {
            element.children.iter().filter(move |child| match child {
                Child::Element(element) => prompt::is_spoken(child) && count(element) == wanted,
                Child::Text(_) => wanted == 1,
            })
        };
        let question = self.said(asked(1));
        let again = self.said(asked(2));
        for inside in element.elements() {
            match inside.name.as_str() {
                "choice" if element.name == "menu" => {}
                "option" if element.name == "field" => {}
                "grammar" | "filled" if element.name != "menu" => {}
                "noinput" | "nomatch" | "property" => {}
                "catch" => self.check_catch(inside),
                "prompt" if count(inside) > 2 => self.note(inside, TWO_WAYS),
                name if prompt::SPOKEN.contains(&name) => {}
                _ => self.note(inside, NO_COUNTERPART),
            }
        }
        if let Some(patience) = self.patience(element).or_else(|| self.dialog_patience.clone()) {
            self.key(state, "patience", string(&patience));
        }
        let handled = self.handle(element, state, &question);
        let again = handled.again.unwrap_or(again);
        if !again.is_empty() {
            self.key(state, "again", again.value());
        }
        if let Some(attempts) = handled.attempts {
            self.key(state, "attempts", attempts.to_string());
        }
        self.part.draft.state(state).into_iter().for_each(|state| state.is_taken = true);
        question
    }

    fn key(&mut self, state: usize, key: &'static str, value: String) {
        self.part.draft.state(state).into_iter().for_each(|state| state.keys.push((key, value.clone())));
    }
}

/// A type such as `digits?length=8`, as a kind of answers and how many digits it has.
fn kind(text: &str) -> Option<(&'static str, Option<(u8, u8)>)> {
    let (name, parameters) = text.split_once('?').unwrap_or((text, ""));
    let number = |wanted: &str| {
        let found = parameters.split([';', '&']).filter_map(|pair| pair.split_once('='));
        found.filter(|(name, _)| *name == wanted).find_map(|(_, value)| value.parse::<u8>().ok())
    };
    let kind = match name {
        "digits" => "digits",
        "number" => "number",
        "date" => "date",
        "time" => "time",
        "boolean" => "yes_no",
        "currency" => "amount",
        "phone" => "phone",
        _ => return None,
    };
    let exactly = number("length");
    let least = exactly.or(number("minlength"));
    let most = exactly.or(number("maxlength"));
    let digits =
        (kind == "digits" && least.or(most).is_some()).then(|| (least.unwrap_or(1), most.unwrap_or(u8::MAX)));
    Some((kind, digits))
}

/// The words of a grammar that is a list of them, and what each means.
fn words(grammar: &Element<'_>) -> Option<Vec<(String, String)>> {
    let is_list = |element: &&Element<'_>| {
        ["grammar", "rule", "one-of", "item", "tag"].contains(&element.name.as_str())
    };
    let whole = grammar.whole();
    let has_words = |element: &&Element<'_>| {
        element.name != "item" && element.name != "tag" && !element.words().is_empty()
    };
    if grammar.get("src").is_some() || !whole.iter().all(is_list) || whole.iter().any(has_words) {
        return None;
    }
    let items = whole.iter().filter(|element| element.name == "item");
    let read = |item: &&Element<'_>| {
        let word = Some(item.words()).filter(|word| !word.is_empty() && item.get("repeat").is_none())?;
        match item.all("tag").next() {
            Some(tag) => meaning(&tag.words()).map(|id| (word, id)),
            None => Some((word.clone(), word)),
        }
    };
    items.map(read).collect::<Option<Vec<_>>>().filter(|words| !words.is_empty())
}

/// What a tag says: `sales`, `'sales'`, `out = "sales";`.
fn meaning(tag: &str) -> Option<String> {
    let value = tag.trim().trim_end_matches(';').trim();
    let value =
        value.strip_prefix("out").map_or(value, |rest| rest.trim_start().trim_start_matches('=').trim());
    let plain = value.trim_matches(['\'', '"']);
    let is_plain = |c: char| c.is_alphanumeric() || " _-".contains(c);
    (!plain.is_empty() && plain.chars().all(is_plain)).then(|| plain.to_owned())
}
