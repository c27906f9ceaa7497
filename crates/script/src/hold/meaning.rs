//! A flow that is ready to be held, and what words mean in it.

use super::{memory::At, question::Offered};
use crate::file::{File, Intent, State, Sub, state::Header};
use std::{cell::OnceCell, collections::BTreeMap};
use understand::intent::{Model, THRESHOLD};
use written::Trouble;

/// A flow, with what it has learnt from its examples.
pub struct Script {
    pub file: File,
    /// By language; learnt when they are needed first.
    models: BTreeMap<String, OnceCell<Model>>,
}

impl Script {
    /// Reads a flow; `name` is what it is called in what is said about it.
    ///
    /// # Errors
    /// With the first place that cannot be read.
    pub fn read(name: &str, text: &str) -> Result<Self, Trouble> {
        File::read(name, text).map(Script::from)
    }

    pub(super) fn state(&self, at: &At) -> Option<&State> {
        match &at.sub {
            Some(sub) => self.file.sub.get(sub).and_then(|sub: &Sub| sub.state.get(&at.state)),
            None => self.file.state.get(&at.state),
        }
    }

    /// The flow's language that is nearest to `locale`.
    pub(super) fn locale(&self, locale: &str) -> String {
        let language = |text: &str| text.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let all = &self.file.flow.locales;
        let exact = all.iter().find(|own| own.eq_ignore_ascii_case(locale));
        let near = exact.or_else(|| all.iter().find(|own| language(own) == language(locale)));
        near.or(all.first()).cloned().unwrap_or_else(|| "es".to_owned())
    }

    /// What an intent is recognised by in a language.
    pub(super) fn examples<'i>(&self, intent: &'i Intent, locale: &str) -> &'i [String] {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let examples = intent.examples.get(locale).or_else(|| intent.examples.get(language));
        examples.map(Vec::as_slice).unwrap_or_default()
    }

    /// The intent that words have, if the examples tell.
    pub(super) fn intent(&self, locale: &str, words: &str) -> Option<String> {
        let model = self.models.get(locale)?.get_or_init(|| self.learn(locale));
        let threshold = self.file.flow.threshold.unwrap_or(THRESHOLD);
        model.classify_from(words, threshold).intent
    }

    fn learn(&self, locale: &str) -> Model {
        let examples = self.file.intent.iter().flat_map(|(name, intent)| {
            self.examples(intent, locale).iter().map(move |example| (name.as_str(), example.as_str()))
        });
        Model::learn(examples)
    }

    /// The names of the secrets that its calls carry.
    pub fn secrets(&self) -> impl Iterator<Item = String> {
        let subs = self.file.sub.values().flat_map(|sub| sub.state.values());
        let calls = self.file.state.values().chain(subs).filter_map(|state| state.call.as_ref());
        let headers = calls.flat_map(|call| call.headers.values());
        let named = headers.filter_map(|header| match header {
            Header::Secret { secret } => Some(secret),
            Header::Plain(_) => None,
        });
        named.chain(self.file.flow.model.iter().filter_map(|model| model.secret.as_ref())).cloned()
    }
}

impl From<File> for Script {
    fn from(file: File) -> Self {
        let models = file.flow.locales.iter().map(|locale| (locale.clone(), OnceCell::new())).collect();
        Script { file, models }
    }
}

/// The place of the option that words mean: they are its title or one of its other words, or have them among
/// them.
pub(super) fn option(offered: &[Offered<'_>], words: &str, locale: &str) -> Option<usize> {
    let said = plain(words);
    if said.is_empty() {
        return None;
    }
    let own = |one: &Offered<'_>| one.words(locale).into_iter().map(plain).collect::<Vec<_>>();
    if let Some(place) = offered.iter().position(|one| own(one).contains(&said)) {
        return Some(place);
    }
    let said = format!(" {said} ");
    let has = |one: &Offered<'_>| own(one).iter().any(|own| said.contains(&format!(" {own} ")));
    let mut fit = offered.iter().enumerate().filter(|(_, one)| has(one));
    // Words that mean two of them mean none.
    fit.next().filter(|_| fit.next().is_none()).map(|(place, _)| place)
}

/// Lower case, without accents and marks.
fn plain(text: &str) -> String {
    let folded: String = text.chars().flat_map(char::to_lowercase).map(bot::person::without_accent).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
