//! A model as it is stored: names, and one string for all numbers, since a list of numbers would be four times
//! as long in JSON.

use super::{Model, feature::Feature, vocabulary::Vocabulary, weights::Weights, word};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    /// What the numbers mean depends on the lexicon, too.
    edition: u64,
    intents: Vec<String>,
    numbers: String,
}

/// Why a stored model cannot be used. Learning it again from its examples helps in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Another version of this crate has learnt it.
    Edition,
    /// It is no model.
    Broken,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edition => "another version has learnt this model: learn it again",
            Self::Broken => "this is no model",
        })
    }
}

impl std::error::Error for Unreadable {}

/// To be raised when features or weights change their meaning.
const LAYOUT: u64 = 1;

fn edition() -> u64 {
    word::hash(&[include_str!("words.txt").to_owned()]) ^ LAYOUT
}

impl From<Model> for Stored {
    fn from(model: Model) -> Self {
        let mut bytes = Vec::new();
        let Model { intents, vocabulary, weights, said } = model;
        let number = |bytes: &mut Vec<u8>, number: u32| bytes.extend(number.to_le_bytes());
        number(&mut bytes, vocabulary.texts());
        number(&mut bytes, vocabulary.features().len() as u32);
        vocabulary.features().iter().for_each(|feature| number(&mut bytes, feature.0));
        bytes.extend(vocabulary.counts());
        weights.scales.iter().for_each(|scale| number(&mut bytes, scale.to_bits()));
        bytes.extend(weights.steps.iter().map(|step| step.cast_unsigned()));
        for (hash, class) in said {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(class.to_le_bytes());
        }
        Self { edition: edition(), intents, numbers: BASE64_STANDARD.encode(bytes) }
    }
}

impl TryFrom<Stored> for Model {
    type Error = Unreadable;

    fn try_from(stored: Stored) -> Result<Self, Unreadable> {
        if stored.edition != edition() {
            return Err(Unreadable::Edition);
        }
        let bytes = BASE64_STANDARD.decode(stored.numbers).map_err(|_| Unreadable::Broken)?;
        read(stored.intents, &bytes).ok_or(Unreadable::Broken)
    }
}

fn read(intents: Vec<String>, bytes: &[u8]) -> Option<Model> {
    let classes = intents.len() + 1;
    let (texts, rest) = bytes.split_first_chunk()?;
    let (count, rest) = rest.split_first_chunk()?;
    let count = u32::from_le_bytes(*count) as usize;
    let (features, rest) = rest.split_at_checked(count.checked_mul(4)?)?;
    let features: Vec<Feature> = numbers(features).map(Feature).collect();
    let (counts, rest) = rest.split_at_checked(count)?;
    let (scales, rest) = rest.split_at_checked((count + 1).checked_mul(4)?)?;
    let (steps, rest) = rest.split_at_checked((count + 1).checked_mul(classes)?)?;
    let mut said = BTreeMap::new();
    for entry in rest.chunks(10) {
        let (hash, class) = entry.split_first_chunk()?;
        said.insert(u64::from_le_bytes(*hash), u16::from_le_bytes(class.try_into().ok()?));
    }
    let scales = numbers(scales).map(f32::from_bits).collect();
    let steps = steps.iter().map(|step| step.cast_signed()).collect();
    Some(Model {
        intents,
        vocabulary: Vocabulary::new(&features, counts.to_vec(), u32::from_le_bytes(*texts)),
        weights: Weights { classes, scales, steps },
        said,
    })
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).filter_map(|chunk| Some(u32::from_le_bytes(chunk.try_into().ok()?)))
}
