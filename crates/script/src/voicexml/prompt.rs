//! What is said.

use super::{
    Import,
    draft::Said,
    expression,
    xml::{Child, Element},
};

/// What a prompt may have in it, and what may stand outside of prompts as if it were in one.
pub(super) const SPOKEN: [&str; 14] = [
    "prompt",
    "audio",
    "value",
    "enumerate",
    "break",
    "mark",
    "p",
    "s",
    "emphasis",
    "prosody",
    "voice",
    "say-as",
    "sub",
    "phoneme",
];

pub(super) fn is_spoken(child: &Child<'_>) -> bool {
    match child {
        Child::Text(_) => true,
        Child::Element(element) => SPOKEN.contains(&element.name.as_str()),
    }
}

/// Words as a template that says just them.
pub(super) fn template(words: &str) -> String {
    words.replace('{', "{{ '{' }}")
}

#[derive(Default)]
struct Spoken {
    words: String,
    recordings: Vec<String>,
    /// There are words beside the recordings.
    is_mixed: bool,
}

impl Import<'_> {
    /// The words of all of it, and the recording where there is nothing but one.
    pub(super) fn said<'c, 't: 'c>(&mut self, children: impl IntoIterator<Item = &'c Child<'t>>) -> Said {
        let mut spoken = Spoken::default();
        children.into_iter().for_each(|child| self.speak(child, &mut spoken));
        let text = spoken.words.split_whitespace().collect::<Vec<_>>().join(" ");
        let audio = spoken.recordings.pop().filter(|_| spoken.recordings.is_empty() && !spoken.is_mixed);
        Said { text, audio }
    }

    fn speak(&mut self, child: &Child<'_>, spoken: &mut Spoken) {
        let element = match child {
            Child::Text(text) => {
                spoken.is_mixed |= !text.trim().is_empty();
                spoken.words += &template(text);
                return;
            }
            Child::Element(element) => element,
        };
        match element.name.as_str() {
            "prompt" => self.prompt(element, spoken),
            "audio" => self.audio(element, spoken),
            "value" => match expression::variable(element.get("expr").unwrap_or_default(), &self.names) {
                Some(name) => {
                    spoken.is_mixed = true;
                    spoken.words += &format!("{{{{ {name} }}}}");
                }
                None => self.note(element, "only the name of a variable can be said"),
            },
            // The channel says the options by itself, or shows them.
            "enumerate" if element.children.is_empty() => {}
            "enumerate" => self.note(element, "the options are said in words of the flow's own"),
            "break" | "mark" => spoken.words += " ",
            "p" | "s" => {
                spoken.words += " ";
                element.children.iter().for_each(|child| self.speak(child, spoken));
                spoken.words += " ";
            }
            "emphasis" | "prosody" | "voice" | "say-as" | "sub" | "phoneme" => {
                self.note(element, "only its words are taken");
                element.children.iter().for_each(|child| self.speak(child, spoken));
            }
            _ => self.note(element, "it cannot be said"),
        }
    }

    fn prompt(&mut self, element: &Element<'_>, spoken: &mut Spoken) {
        if element.get("bargein") == Some("false") {
            self.note(element, "whoever calls may always interrupt");
        }
        if element.get("xml:lang").is_some_and(|language| language != self.locale) {
            self.note(element, "another language: give the texts of the flow in each of its languages");
        }
        let when = element.get("cond").map(|cond| expression::expression(cond, &self.names));
        let end = match when {
            Some(Some(when)) => {
                spoken.words += &format!(" {{% if {when} %}}");
                spoken.is_mixed = true;
                "{% endif %}"
            }
            Some(None) => return self.note(element, "its condition is more than comparisons"),
            None => "",
        };
        // Between two prompts there is a pause.
        spoken.words += if end.is_empty() { " " } else { "" };
        element.children.iter().for_each(|child| self.speak(child, spoken));
        spoken.words += end;
        spoken.words += " ";
    }

    /// A recording, and what is said without it.
    fn audio(&mut self, element: &Element<'_>, spoken: &mut Spoken) {
        let mut without = Spoken::default();
        let is_description =
            |child: &&Child<'_>| matches!(child, Child::Element(inside) if inside.name == "desc");
        for child in element.children.iter().filter(|child| !is_description(child)) {
            self.speak(child, &mut without);
        }
        spoken.words += &format!(" {} ", without.words);
        match element.get("src").and_then(|src| src.rsplit('/').next()).filter(|name| !name.is_empty()) {
            Some(name) => spoken.recordings.push(name.to_owned()),
            None => self.note(element, "nothing tells its recording beforehand"),
        }
        if without.words.trim().is_empty() {
            self.note(element, "write what is said in it, for everybody who reads");
        }
        if spoken.recordings.len() + without.recordings.len() > 1 || spoken.is_mixed {
            self.note(element, "a text has one recording, which is all of it: here only the words are taken");
        }
    }
}
