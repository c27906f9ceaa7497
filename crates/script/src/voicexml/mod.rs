//! VoiceXML documents as flows.
//!
//! Menus and forms of VoiceXML 2.1 (w3.org/TR/voicexml21) become states of a flow file, in which the author goes
//! on. What has no counterpart is not guessed: it is told, and stands as a comment where it was; where it is not
//! known how it goes on, a person does. What a document cannot tell, such as which queue a telephone number is,
//! remains for the author; [`check`](crate::check) names the rest.
//!
//! [`xml`] reads the document, [`form`] and [`question`] take its dialogs, [`content`], [`handler`], [`prompt`]
//! and [`expression`] what is in them; [`draft`] is the flow as far as it is written, [`write`] its file.

mod content;
mod draft;
mod expression;
mod form;
mod handler;
mod prompt;
mod question;
mod write;
mod xml;

#[cfg(test)]
mod tests;

use crate::file::text::is_locale;
use std::collections::{BTreeMap, BTreeSet};
use write::{Head, Part, string, table};
use written::{Length, Trouble};
use xml::Element;

/// Characters of a part of the document in a comment.
const COMMENT_MAX: usize = 160;
/// Bytes that come of parts of the document which are written in several places.
const REPEATED_MAX: usize = 2 * 1024 * 1024;

/// A flow that was another document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The flow's file.
    pub flow: String,
    /// What of the document was not taken, or differently, in the order of its lines. The key is the element.
    pub notes: Vec<Trouble>,
}

/// Makes a flow of a VoiceXML document; `name` is what the document is called.
///
/// # Errors
/// When it is larger than 1 MiB, no XML, or no VoiceXML with a dialog; when it declares something of its own.
pub fn import(name: &str, document: &str) -> Result<Imported, Trouble> {
    let root = xml::read(name, document)?;
    let wrong = |problem: &str| Trouble {
        file: name.to_owned(),
        line: root.line,
        key: root.name.clone(),
        problem: problem.to_owned(),
    };
    if root.name != "vxml" {
        return Err(wrong("a VoiceXML document begins with <vxml>"));
    }
    let mut import = Import::new(name, &root);
    if import.dialogs.is_empty() {
        return Err(wrong("there is no <menu> and no <form> in it"));
    }
    let flow = import.all();
    let mut notes = import.notes;
    // What stands in two places of the flow was read twice.
    notes.sort_by(|a, b| (a.line, &a.key, &a.problem).cmp(&(b.line, &b.key, &b.problem)));
    notes.dedup();
    Ok(Imported { flow, notes })
}

/// A document that is being read.
struct Import<'d> {
    file: &'d str,
    root: &'d Element<'d>,
    dialogs: Vec<&'d Element<'d>>,
    /// The dialogs by their ids.
    ids: BTreeMap<String, usize>,
    names: expression::Names,
    /// Items that something jumps to.
    jumps: BTreeSet<String>,
    locale: String,
    head: Head,
    notes: Vec<Trouble>,
    /// States that lead to people.
    transfers: Vec<String>,
    /// What is written now: the flow, or a sub-flow.
    part: Part,
    is_sub: bool,
    /// The dialog that is read, what is asked for in it, all that something can jump to, and whether it has a
    /// state already.
    dialog: usize,
    asked: BTreeSet<String>,
    items: BTreeSet<String>,
    first_item: Option<String>,
    is_entered: bool,
    /// How long is waited in it, where it says so.
    dialog_patience: Option<String>,
    /// The handlers of the dialog, and of the document.
    around_dialog: Vec<&'d Element<'d>>,
    around_all: Vec<&'d Element<'d>>,
    /// What is left of [`REPEATED_MAX`].
    left: usize,
}

impl<'d> Import<'d> {
    fn new(file: &'d str, root: &'d Element<'d>) -> Self {
        let dialogs: Vec<_> =
            root.elements().filter(|element| element.name == "menu" || element.name == "form").collect();
        let mut ids = BTreeMap::new();
        for (dialog, element) in dialogs.iter().enumerate() {
            if let Some(id) = element.get("id") {
                ids.entry(id.to_owned()).or_insert(dialog);
            }
        }
        let whole = root.whole();
        let all = |name: &'static str| whole.iter().filter(move |element| element.name == name);
        let named = |element: &&&Element<'_>| element.get("name").map(str::to_owned);
        let is_digits = |field: &&&Element<'_>| {
            let grammar = field.all("grammar").filter_map(|grammar| grammar.get("src"));
            field.get("type").into_iter().chain(grammar).any(|it| it.contains("digits"))
        };
        let names = expression::Names {
            digits: all("field").filter(is_digits).filter_map(|it| named(&it)).collect(),
            results: all("subdialog").filter_map(|it| named(&it)).collect(),
        };
        let cleared = all("clear").filter_map(|clear| clear.get("namelist")).flat_map(str::split_whitespace);
        let jumps =
            all("goto").filter_map(|goto| goto.get("nextitem")).chain(cleared).map(str::to_owned).collect();
        Import {
            file,
            root,
            dialogs,
            ids,
            names,
            jumps,
            locale: String::new(),
            head: Head::default(),
            notes: vec![],
            transfers: vec![],
            part: Part::default(),
            is_sub: false,
            dialog: 0,
            asked: BTreeSet::new(),
            items: BTreeSet::new(),
            first_item: None,
            is_entered: false,
            dialog_patience: None,
            around_dialog: vec![],
            around_all: handler::handlers(root),
            left: REPEATED_MAX,
        }
    }

    fn all(&mut self) -> String {
        self.head();
        let whole = self.root.whole();
        let ids = |names: &[&str], attribute: &str| {
            let elements = whole.iter().filter(|element| names.contains(&element.name.as_str()));
            let ids = elements.filter_map(|element| element.get(attribute)?.strip_prefix('#'));
            ids.filter_map(|id| self.ids.get(id).copied()).collect::<BTreeSet<usize>>()
        };
        let run = ids(&["subdialog"], "src");
        let led_to = ids(&["goto", "choice", "link"], "next");
        for dialog in 0..self.dialogs.len() {
            if dialog == 0 || led_to.contains(&dialog) || !run.contains(&dialog) {
                self.dialog(dialog);
            }
        }
        self.person();
        let main = self.end_part();
        self.is_sub = true;
        let mut subs = vec![];
        for dialog in run {
            self.dialog(dialog);
            subs.push((self.sub_name(dialog), dialog, self.end_part()));
        }
        write::write(&self.head, 0, &main, &subs)
    }

    /// Where everybody is led who needs a person. Of several ways to one it is not told which leads to whoever
    /// can help with anything.
    fn person(&mut self) {
        if let [only] = self.transfers.as_slice() {
            self.head.person.clone_from(only);
            return;
        }
        let state = self.part.draft.apart("person");
        let Some(drafted) = self.part.draft.state(state) else { return };
        drafted.keys.push(("transfer", table([("queue", string("person"))])));
        self.head.person.clone_from(&drafted.name);
        self.note(self.root, "which people help with anything is not told: give their queue in transfer");
    }

    /// What holds for the whole document.
    fn head(&mut self) {
        let root = self.root;
        match root.get("xml:lang").filter(|language| is_locale(language)) {
            Some(language) => language.clone_into(&mut self.locale),
            None => {
                "es".clone_into(&mut self.locale);
                self.note(root, "its language is not told: es");
            }
        }
        self.head.locale.clone_from(&self.locale);
        self.head.patience = self.patience(root);
        if root.get("application").is_some() {
            self.note(root, "its root document is not read");
        }
        self.stray(root);
        for (place, dialog) in self.dialogs.clone().into_iter().enumerate() {
            if dialog.get("id").is_some_and(|id| self.ids.get(id) != Some(&place)) {
                self.note(dialog, "its id is another dialog's, too: everything leads to the first one");
            }
        }
        for element in root.elements() {
            match element.name.as_str() {
                "var" => self.global(element),
                "catch" => self.check_catch(element),
                "menu" | "form" | "meta" | "metadata" | "noinput" | "nomatch" => {}
                // All of them are looked at below.
                "property" => {}
                _ => self.note(element, form::NO_COUNTERPART),
            }
        }
        for property in root.whole().into_iter().filter(|element| element.name == "property") {
            if property.get("name") != Some("timeout") {
                self.note(property, "only timeout is taken");
            }
        }
        self.head.comments.extend(self.part.draft.last_comments());
    }

    /// A variable of the document and its first value.
    fn global(&mut self, element: &Element<'_>) {
        let value = element.get("expr").unwrap_or("''").trim();
        let text = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let parsed = match text {
            Some(text) if !text.contains(['\'', '\\']) => Some(string(text)),
            Some(_) => None,
            None => {
                let number = value.parse::<i32>().map(|number| number.to_string());
                number.or_else(|_| value.parse::<bool>().map(|is| is.to_string())).ok()
            }
        };
        let name = element.get("name").and_then(|name| expression::variable(name, &self.names));
        match name.zip(parsed) {
            Some((name, value)) => drop(self.head.vars.insert(name, value)),
            None => self.note(element, "a variable begins with a text, a number, true or false"),
        }
    }

    /// Words that stand where nobody says them.
    fn stray(&mut self, element: &Element<'_>) {
        if !element.words().is_empty() {
            self.note(element, "it says its own words to nobody: they are left out");
        }
    }

    fn dialog(&mut self, dialog: usize) {
        let Some(&element) = self.dialogs.get(dialog) else { return };
        self.dialog = dialog;
        self.is_entered = false;
        self.part.draft.take_ends();
        let named = |kinds: &[&str]| -> Vec<String> {
            let items = element.elements().filter(|item| kinds.contains(&item.name.as_str()));
            items.filter_map(|item| item.get("name").map(str::to_owned)).collect()
        };
        let asked = named(&["field", "record"]);
        self.first_item = asked.first().cloned();
        self.asked = asked.into_iter().collect();
        self.items = named(&form::ITEMS).into_iter().collect();
        self.dialog_patience = if element.name == "form" { self.patience(element) } else { None };
        self.around_dialog = if element.name == "form" { handler::handlers(element) } else { vec![] };
        if element.name == "menu" { self.menu(element) } else { self.form(element) }
    }

    /// The flow or the sub-flow that was written until now.
    fn end_part(&mut self) -> Part {
        let last = self.part.draft.last_comments();
        self.head.comments.extend(last);
        std::mem::take(&mut self.part)
    }

    fn sub_name(&self, dialog: usize) -> String {
        self.dialogs.get(dialog).and_then(|dialog| dialog.get("id")).unwrap_or("sub").to_owned()
    }

    /// Whether the conversation can come to what is read now.
    fn is_reached(&self) -> bool {
        !self.is_entered || self.part.draft.is_open()
    }

    fn begin(&mut self, name: Option<&str>) -> usize {
        let hint = self.hint(name);
        let state = self.part.draft.begin(&hint);
        self.enter(state);
        state
    }

    /// The state that is being written, else a new one.
    fn open(&mut self, name: Option<&str>) -> usize {
        let hint = self.hint(name);
        let state = self.part.draft.open(&hint);
        self.enter(state);
        state
    }

    /// The first state of a dialog is called as the dialog, the others after what they are in it.
    fn hint(&self, name: Option<&str>) -> String {
        let dialog = self.dialogs.get(self.dialog);
        let id = dialog.and_then(|dialog| dialog.get("id").or(Some(&dialog.name))).unwrap_or_default();
        match name.filter(|_| self.is_entered) {
            Some(name) => format!("{id}-{name}"),
            None => id.to_owned(),
        }
    }

    fn enter(&mut self, state: usize) {
        if !self.is_entered {
            self.is_entered = true;
            let name = self.part.draft.state(state).map(|state| state.name.clone()).unwrap_or_default();
            self.part.dialogs.insert(self.dialog, name);
        }
    }

    /// How long an answer may take, where an element says so.
    fn patience(&mut self, element: &Element<'_>) -> Option<String> {
        let property = element.all("property").filter(|property| property.get("name") == Some("timeout"));
        let prompts = element.all("prompt").filter_map(|prompt| prompt.get("timeout"));
        let timeout = prompts.chain(property.filter_map(|property| property.get("value"))).next()?.to_owned();
        let is_time = Length::try_from(timeout.clone()).is_ok_and(|time| time.0.as_secs() >= 1);
        if !is_time {
            self.note(element, &format!("{timeout:?} is no time from a second on"));
        }
        is_time.then_some(timeout)
    }

    /// Whether so much more may still be written again.
    fn spend(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    /// Tells that something was not taken, here and at its place in the flow.
    fn note(&mut self, element: &Element<'_>, problem: &str) {
        // Enough of it, with all its white space.
        let begin: String = element.source.chars().take(4 * COMMENT_MAX).collect();
        let source = begin.split_whitespace().collect::<Vec<_>>().join(" ").replace(char::is_control, " ");
        let shown: String = source.chars().take(COMMENT_MAX).collect();
        let dots = if shown.len() < source.len() || begin.len() < element.source.len() { " …" } else { "" };
        self.part.draft.comment(format!("{}: {problem}: {shown}{dots}", element.line));
        self.notes.push(Trouble {
            file: self.file.to_owned(),
            line: element.line,
            key: element.name.clone(),
            problem: problem.to_owned(),
        });
    }
}
