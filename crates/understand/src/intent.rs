//! Which of the flow author's intents an utterance is, learnt from examples.
//!
//! One linear support vector machine for each intent, over words, pieces of words and the ideas behind them;
//! learning takes milliseconds, so a component may do it whenever it wakes. Beside the author's examples each
//! model learns some two hundred lines of chatter as an intent of none, so that it has something to hold
//! against what is not its business. How well it does is measured in the crate's README.
//!
//! Equal examples in equal order give equal models, on any machine.

mod courtesy;
mod feature;
mod index;
mod lexicon;
mod slip;
mod stored;
mod svm;
mod vocabulary;
mod weights;
mod word;

pub use stored::Unreadable;

use feature::Extractor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use svm::Sample;
use vocabulary::Vocabulary;
use weights::Weights;

/// Under this confidence nothing is understood, unless the flow says otherwise. Chosen on `corpus/es.toml` by
/// cross-validation, with every other line of `corpus/outside.toml`: 3 % of what would have been understood is
/// refused, and about one of ten utterances that are none of the intents is taken for one.
pub const THRESHOLD: f32 = 0.4;

/// What an utterance was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// `None` where nothing is likely enough.
    pub intent: Option<String>,
    /// How likely the likeliest is, 0 to 1, whether it is likely enough or not.
    pub confidence: f32,
    /// What else it may be, the likeliest first; all of it where `intent` is `None`. At most three.
    pub others: Vec<Candidate>,
}

/// An intent that it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub intent: String,
    pub confidence: f32,
}

/// What was learnt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "stored::Stored", try_from = "stored::Stored")]
pub struct Model {
    /// In alphabetical order. The class after the last is chatter.
    intents: Vec<String>,
    vocabulary: Vocabulary,
    weights: Weights,
    /// The examples themselves, by a hash of their words: they need no machine.
    said: BTreeMap<u64, u16>,
}

const OTHERS_MAX: usize = 3;
const INTENTS_MAX: usize = u16::MAX as usize;
const EPOCHS: usize = 4;
/// What a mistake costs the machine (C).
const COST: f32 = 0.5;
/// The features that weigh most are kept; with more the model grows and understands nothing better.
const FEATURES_MAX: usize = 3_200;

impl Model {
    /// Learns from `(intent, example)`.
    pub fn learn<'a>(examples: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let examples: Vec<(&str, &str)> = examples.into_iter().collect();
        let mut intents: Vec<String> = examples.iter().map(|(intent, _)| (*intent).to_owned()).collect();
        intents.sort_unstable();
        intents.dedup();
        intents.truncate(INTENTS_MAX);
        let mut said = BTreeMap::new();
        let mut extractor = Extractor::default();
        let mut texts = Vec::with_capacity(examples.len() + 200);
        let mut classes = Vec::with_capacity(examples.len() + 200);
        for (intent, example) in examples {
            let Ok(class) = intents.binary_search_by(|known| known.as_str().cmp(intent)) else { continue };
            let words = word::words(example);
            let words = courtesy::leave_out(&words);
            said.entry(word::hash(words))
                .and_modify(|first| *first = same(*first, class))
                .or_insert(class as u16);
            texts.push(extractor.features(words));
            classes.push(class);
        }
        said.retain(|_, class| *class != SEVERAL);
        for line in chatter() {
            let words = word::words(line);
            if !said.contains_key(&word::hash(&words)) {
                texts.push(extractor.features(&words));
                classes.push(intents.len());
            }
        }
        let vocabulary = Vocabulary::of(&texts);
        let samples = texts.iter().zip(classes);
        let samples: Vec<Sample> =
            samples.map(|(text, class)| Sample { row: vocabulary.weigh(text), class, cost: COST }).collect();
        let all = svm::solve(&samples, vocabulary.features().len() + 1, intents.len() + 1, EPOCHS);
        let (vocabulary, weights) = weights::heaviest(vocabulary, &all, intents.len() + 1, FEATURES_MAX);
        Self { intents, vocabulary, weights, said }
    }

    /// The names of the intents, in alphabetical order.
    pub fn intents(&self) -> &[String] {
        &self.intents
    }

    /// What the utterance is, if it is likely enough for [`THRESHOLD`].
    pub fn classify(&self, text: &str) -> Guess {
        self.classify_from(text, THRESHOLD)
    }

    /// What the utterance is, if that is at least as likely as `threshold`.
    pub fn classify_from(&self, text: &str, threshold: f32) -> Guess {
        let mut ranked = self.rank(text).into_iter();
        let mut others = Vec::new();
        let mut guess = Guess { intent: None, confidence: 0.0, others: Vec::new() };
        if let Some(best) = ranked.next() {
            guess.confidence = best.confidence;
            if best.confidence >= threshold {
                guess.intent = Some(best.intent);
            } else if best.confidence > 0.0 {
                others.push(best);
            }
        }
        others.extend(ranked);
        others.truncate(OTHERS_MAX);
        guess.others = others;
        guess
    }

    /// All intents, the likeliest first. Nothing where nothing is said.
    pub fn rank(&self, text: &str) -> Vec<Candidate> {
        let words = word::words(text);
        if words.is_empty() {
            return Vec::new();
        }
        let words = courtesy::leave_out(&words).to_vec();
        let example = self.said.get(&word::hash(&words)).map(|class| usize::from(*class));
        let words = slip::corrected(words, &self.vocabulary);
        let scores = self.weights.score(&self.vocabulary.weigh(&Extractor::default().features(&words)));
        let mut ranked: Vec<Candidate> = Vec::with_capacity(self.intents.len());
        for (class, intent) in self.intents.iter().enumerate() {
            let confidence = if example == Some(class) { 1.0 } else { confidence(&scores, class) };
            ranked.push(Candidate { intent: intent.clone(), confidence });
        }
        ranked.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        ranked
    }
}

/// The words of a text as they are compared: two texts with equal words are the same to every model.
pub(crate) fn words(text: &str) -> String {
    word::words(text).join(" ")
}

/// Two intents have the same example: it decides nothing.
const SEVERAL: u16 = u16::MAX;

fn same(first: u16, class: usize) -> u16 {
    if usize::from(first) == class { first } else { SEVERAL }
}

fn chatter() -> impl Iterator<Item = &'static str> {
    include_str!("intent/chatter.txt").lines().filter(|line| !line.starts_with('#'))
}

/// How likely a class is, by how far it is on its side and how far before the next one, chatter included.
///
/// A logistic regression of "was right" on these two, over the cross-validated corpus and half of what is
/// outside of it (see [`THRESHOLD`]); of ten utterances with 0.7, about seven are right.
fn confidence(scores: &[f32], class: usize) -> f32 {
    let Some(own) = scores.get(class) else { return 0.0 };
    let others = scores.iter().enumerate().filter(|(other, _)| *other != class);
    let next = others.map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    1.0 / (1.0 + libm::expf(-(1.89 * own + 1.84 * (own - next) + 0.86)))
}

#[cfg(test)]
mod tests;
