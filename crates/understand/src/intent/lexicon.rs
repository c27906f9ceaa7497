//! Words that mean much the same, from `words.txt`.

use std::{collections::BTreeMap, sync::OnceLock};

/// What words stand for: the number of its line in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Idea(pub(super) u8);

#[derive(Default)]
struct Lexicon {
    whole: BTreeMap<&'static str, Idea>,
    beginnings: BTreeMap<&'static str, Idea>,
}

/// Shorter beginnings than this are written as whole words.
const BEGINNING_MIN: usize = 3;

/// What a folded word stands for, if the lexicon has it.
pub(super) fn idea(word: &str) -> Option<Idea> {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    let lexicon = LEXICON.get_or_init(|| read(include_str!("words.txt")));
    let beginnings = (BEGINNING_MIN..=word.len()).rev().filter_map(|end| word.get(..end));
    let beginning = || beginnings.into_iter().find_map(|beginning| lexicon.beginnings.get(beginning));
    lexicon.whole.get(word).or_else(beginning).copied()
}

fn read(file: &'static str) -> Lexicon {
    let mut lexicon = Lexicon::default();
    let lines = file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'));
    for (number, (_, words)) in (0..).zip(lines) {
        for word in words.split_whitespace() {
            match word.strip_suffix('*') {
                Some(beginning) => lexicon.beginnings.entry(beginning).or_insert(Idea(number)),
                None => lexicon.whole.entry(word).or_insert(Idea(number)),
            };
        }
    }
    lexicon
}
