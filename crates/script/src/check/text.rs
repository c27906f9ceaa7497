//! What is said and computed: every language has it, every template can be read, every name is known.

use super::{Checking, fault::Fault, graph::Node, near};
use crate::{
    file::{State, Text, Words, state::Header},
    scope,
};
use serde_json::Value;

const TEXT_MAX: usize = 4096;

impl Checking<'_> {
    pub(super) fn texts(&mut self, node: &Node, state: &State) {
        let own = [
            ("say", &state.say),
            ("menu", &state.menu),
            ("ask", &state.ask),
            ("again", &state.again),
            ("title", &state.title),
        ];
        for (key, text) in own {
            if let Some(text) = text {
                self.text(node, &[key], text);
            }
        }
        for (place, option) in state.option.iter().enumerate() {
            self.text(node, &["option", &place.to_string(), "title"], &option.title);
            if let Some(when) = &option.when {
                self.expression(node, &["option", &place.to_string(), "when"], when);
            }
        }
        if let Some(caption) = state.send.as_ref().and_then(|file| file.caption.as_ref()) {
            self.text(node, &["send", "caption"], caption);
        }
        self.expressions(node, state);
        self.templates(node, state);
    }

    fn expressions(&mut self, node: &Node, state: &State) {
        for (name, expression) in &state.set {
            self.expression(node, &["set", name], expression);
        }
        for (place, case) in state.choose.iter().enumerate() {
            self.expression(node, &["choose", &place.to_string(), "when"], &case.when);
        }
        let slots = state.slots.iter().flat_map(|slots| [("taken", &slots.taken), ("from", &slots.from)]);
        for (key, expression) in slots {
            if let Some(expression) = expression {
                self.expression(node, &["slots", key], expression);
            }
        }
        for (key, expression) in [("each", &state.each), ("valid", &state.valid)] {
            if let Some(expression) = expression {
                self.expression(node, &[key], expression);
            }
        }
        for (name, expression) in state.call.iter().flat_map(|call| &call.map) {
            self.expression(node, &["call", "map", name], expression);
        }
    }

    fn templates(&mut self, node: &Node, state: &State) {
        for (key, templates) in [("note", &state.note), ("learn", &state.learn)] {
            for (name, template) in templates {
                self.template(node, &[key, name], template);
            }
        }
        if let Some(call) = &state.call {
            self.template(node, &["call", "path"], &call.path);
            for (name, header) in &call.headers {
                if let Header::Plain(template) = header {
                    self.template(node, &["call", "headers", name], template);
                }
            }
            for template in call.body.iter().flat_map(texts_in) {
                self.template(node, &["call", "body"], template);
            }
        }
        if let Some(transfer) = &state.transfer {
            for (key, template) in [
                ("queue", transfer.queue.as_ref()),
                ("flow", transfer.flow.as_ref()),
                ("topic", Some(&transfer.topic)),
            ] {
                template.into_iter().for_each(|template| self.template(node, &["transfer", key], template));
            }
        }
        if let Some(callback) = &state.callback {
            for (key, template) in [
                ("topic", Some(&callback.topic)),
                ("phone", callback.phone.as_ref()),
                ("at", callback.at.as_ref()),
            ] {
                template.into_iter().for_each(|template| self.template(node, &["callback", key], template));
            }
        }
        if let Some(file) = &state.send {
            self.template(node, &["send", "path"], &file.path);
            self.template(node, &["send", "name"], &file.name);
        }
        for (key, template) in [("search", &state.search), ("check", &state.check)] {
            template.iter().for_each(|template| self.template(node, &[key], template));
        }
    }

    fn text(&mut self, node: &Node, key: &[&str], text: &Text) {
        if let Text::ByLocale(all) = text {
            let missing: Vec<_> =
                self.file.flow.locales.iter().filter(|locale| !has(all.keys(), locale)).cloned().collect();
            if !missing.is_empty() {
                self.error(&node.path(key), &Fault::NotSaid(missing));
            }
            let extra: Vec<_> =
                all.keys().filter(|key| !has(self.file.flow.locales.iter(), key)).cloned().collect();
            for locale in extra {
                let path: Vec<&str> = key.iter().copied().chain([locale.as_str()]).collect();
                self.warn(&node.path(&path), &Fault::UnusedLanguage);
            }
        }
        for (locale, words) in text.all() {
            let path: Vec<&str> = key.iter().copied().chain(locale).collect();
            self.words(node, &path, words);
        }
    }

    fn words(&mut self, node: &Node, key: &[&str], words: &Words) {
        for template in words.templates() {
            self.template(node, key, template);
        }
        let length = words.text.chars().count();
        if length > TEXT_MAX {
            self.error(&node.path(key), &Fault::TooLong(length, TEXT_MAX));
        }
        if words.text.trim().is_empty() {
            self.error(&node.path(key), &Fault::Empty);
        }
        let is_link =
            words.text.contains("http://") || words.text.contains("https://") || words.text.contains("www.");
        if is_link && words.spoken.is_none() && words.audio.is_none() {
            self.warn(&node.path(key), &Fault::LinkIsRead);
        }
    }

    fn template(&mut self, node: &Node, key: &[&str], template: &str) {
        if template.contains('{') {
            self.names(node, key, template, false);
        }
    }

    fn expression(&mut self, node: &Node, key: &[&str], expression: &str) {
        self.names(node, key, expression, true);
    }

    fn names(&mut self, node: &Node, key: &[&str], template: &str, is_expression: bool) {
        match scope::names(template, is_expression) {
            Err(problem) => self.error(&node.path(key), &Fault::Template(problem, template.to_owned())),
            Ok(names) => {
                let unknown: Vec<_> = names.into_iter().filter(|name| !self.known.contains(name)).collect();
                for name in unknown {
                    let near = near(&name, self.known.iter());
                    self.error(&node.path(key), &Fault::Unset(name, near));
                }
            }
        }
    }
}

/// Whether a language is there, or the same one of another region.
fn has<'l>(mut all: impl Iterator<Item = &'l String>, locale: &str) -> bool {
    let language = |text: &str| text.split('-').next().unwrap_or_default().to_owned();
    all.any(|other| language(other) == language(locale))
}

fn texts_in(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(all) => all.iter().flat_map(texts_in).collect(),
        Value::Object(all) => all.values().flat_map(texts_in).collect(),
        _ => vec![],
    }
}
