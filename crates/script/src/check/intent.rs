//! The examples of intents.

use super::{Checking, fault::Fault, graph::Node};
use crate::file::text::is_locale;
use std::collections::BTreeMap;

/// With fewer examples an intent is recognised by chance.
pub(super) const EXAMPLES_MIN: usize = 3;

impl Checking<'_> {
    pub(super) fn intents(&mut self) {
        let file = self.file;
        let mut said: BTreeMap<(String, String), &str> = BTreeMap::new();
        for (name, intent) in &file.intent {
            self.leads_to_state(&["intent", name, "go"], &Node::new(None, ""), &intent.go);
            for (locale, examples) in &intent.examples {
                if !is_locale(locale) {
                    self.error(&["intent", name, locale], &Fault::IntentKey(locale.clone()));
                }
                for (place, example) in examples.iter().enumerate() {
                    let key = (locale.clone(), example.trim().to_lowercase());
                    let before = said.insert(key, name);
                    if let Some(other) = before.filter(|other| other != name) {
                        let fault = Fault::SameExample(example.clone(), other.to_owned());
                        self.error(&["intent", name, locale, &place.to_string()], &fault);
                    }
                }
            }
            for locale in &file.flow.locales {
                let language = locale.split('-').next().unwrap_or_default();
                let examples = intent.examples.get(locale).or_else(|| intent.examples.get(language));
                let count = examples.map_or(0, Vec::len);
                if count < EXAMPLES_MIN {
                    self.warn(&["intent", name], &Fault::FewExamples(count, locale.clone()));
                }
            }
        }
    }
}
