//! What a text is compared by: its words, pairs of words, pieces of words and the ideas they stand for.
//!
//! Words alone tell little apart when an intent has thirty examples. Pieces of two to four letters survive
//! mistakes of spelling and endings; an idea (see [`super::lexicon`]) joins `plata`, `lana` and `dinheiro`.

use super::lexicon::{self, Idea};
use std::collections::BTreeMap;

const PIECE_MIN: usize = 2;
const PIECE_MAX: usize = 4;
/// An idea goes together with so many before it.
const IDEAS_NEAR: usize = 3;

/// Kinds of features. Each is weighed on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Word,
    Pair,
    Piece,
    Idea,
}

/// A hash of what it is, with its group in the two upper bits. Two that meet by chance cost nothing but a
/// little accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Feature(pub(super) u32);

impl Feature {
    fn new(group: Group, parts: &[&[u8]]) -> Self {
        // FNV-1a, and the last steps of MurmurHash3, which spread it over all bits.
        let bytes = parts.iter().flat_map(|part| part.iter().chain(&[0xff]));
        let mut hash =
            bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        hash ^= hash >> 16;
        Self((hash >> 2) | ((group as u32) << 30))
    }

    pub(super) fn of_word(word: &str) -> Self {
        Self::of_letters(word.as_bytes())
    }

    pub(super) fn of_letters(word: &[u8]) -> Self {
        Self::new(Group::Word, &[word])
    }

    pub(super) fn group(self) -> Group {
        match self.0 >> 30 {
            0 => Group::Word,
            1 => Group::Pair,
            2 => Group::Piece,
            _ => Group::Idea,
        }
    }
}

/// Finds the features of texts, and remembers what it knows of a word: most come again.
#[derive(Default)]
pub(super) struct Extractor {
    known: BTreeMap<String, Known>,
}

/// What a single word gives.
struct Known {
    features: Vec<Feature>,
    idea: Option<Idea>,
}

impl Extractor {
    /// The features of a text by its words, each as often as it is there. Empty where nothing is said.
    pub(super) fn features(&mut self, words: &[String]) -> Vec<Feature> {
        let mut features = Vec::with_capacity(words.len() * 24);
        let mut before: Option<&str> = None;
        let mut ideas: Vec<Idea> = Vec::new();
        for word in words {
            features.push(pair(before, Some(word)));
            before = Some(word);
            let known = match self.known.get(word) {
                Some(known) => known,
                None => self.known.entry(word.clone()).or_insert_with(|| of_word(word)),
            };
            features.extend_from_slice(&known.features);
            if let Some(idea) = known.idea {
                let near = ideas.iter().rev().take(IDEAS_NEAR).filter(|other| **other != idea);
                features.extend(near.map(|other| together(*other, idea)));
                ideas.push(idea);
            }
        }
        if !words.is_empty() {
            features.push(pair(before, None));
        }
        features
    }
}

/// Two ideas, in whichever order.
fn together(one: Idea, other: Idea) -> Feature {
    Feature::new(Group::Idea, &[&[one.min(other).0], &[one.max(other).0]])
}

/// Two neighbours; the ends of a text count as one.
fn pair(first: Option<&str>, second: Option<&str>) -> Feature {
    Feature::new(Group::Pair, &[first.unwrap_or_default().as_bytes(), second.unwrap_or_default().as_bytes()])
}

fn of_word(word: &str) -> Known {
    let idea = lexicon::idea(word);
    let mut features = vec![Feature::of_word(word)];
    // A word that the lexicon does not have stands for itself.
    features.push(match idea {
        Some(idea) => Feature::new(Group::Idea, &[&[idea.0]]),
        None => Feature::new(Group::Idea, &[word.as_bytes(), &[]]),
    });
    // The ends of the word count as a letter.
    let framed = format!(" {word} ");
    let starts: Vec<usize> = framed.char_indices().map(|(at, _)| at).chain([framed.len()]).collect();
    for length in PIECE_MIN..=PIECE_MAX {
        for window in starts.windows(length + 1) {
            if let [from, .., to] = window {
                features.push(Feature::new(
                    Group::Piece,
                    &[framed.as_bytes().get(*from..*to).unwrap_or_default()],
                ));
            }
        }
    }
    Known { features, idea }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::word::words;

    #[test]
    fn equal_texts_have_equal_features() {
        let features = |text: &str| Extractor::default().features(&words(text));
        assert_eq!(features("¿DÓNDE está mi pedido?"), features("donde esta mi pedido"));
        assert_ne!(features("no está"), features("está no"), "pairs keep the order");
        assert!(features(" ...").is_empty());
        let times = features("no no no").into_iter().filter(|feature| feature.group() == Group::Word);
        assert_eq!(times.count(), 3);
        let mut twice = Extractor::default();
        let hola = words("hola");
        assert_eq!(twice.features(&hola), twice.features(&hola));
    }

    #[test]
    fn ideas_join_words() {
        let ideas = |text| {
            let features = Extractor::default().features(&words(text));
            features.into_iter().filter(|feature| feature.group() == Group::Idea).collect::<Vec<_>>()
        };
        assert_eq!(ideas("devuelvan plata"), ideas("devolvam dinheiro"));
        assert!(!ideas("money").is_empty());
    }
}
