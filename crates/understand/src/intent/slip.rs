//! Words with one slip of a finger, as the model knows them.

use super::{feature::Feature, lexicon, vocabulary::Vocabulary};

/// Shorter words are too close to each other.
const LETTERS_MIN: usize = 6;
const LETTERS_MAX: usize = 20;

/// The words, those that neither the examples nor the lexicon have replaced by what was probably meant: a word
/// of the examples that is one slip away, the most frequent of them.
pub(super) fn corrected(words: Vec<String>, vocabulary: &Vocabulary) -> Vec<String> {
    words.into_iter().map(|word| meant(&word, vocabulary).unwrap_or(word)).collect()
}

fn meant(word: &str, vocabulary: &Vocabulary) -> Option<String> {
    let letters: Vec<u8> = word.bytes().filter(u8::is_ascii_lowercase).collect();
    let plain = letters.len() == word.len() && (LETTERS_MIN..=LETTERS_MAX).contains(&word.len());
    if !plain || vocabulary.count(Feature::of_word(word)).is_some() || lexicon::idea(word).is_some() {
        return None;
    }
    let mut best: Option<(u8, String)> = None;
    slips(&letters, |candidate| {
        if let Some(count) = vocabulary.count(Feature::of_letters(candidate))
            && best.as_ref().is_none_or(|(most, _)| count > *most)
        {
            best = Some((count, String::from_utf8_lossy(candidate).into_owned()));
        }
    });
    best.map(|(_, word)| word)
}

/// All words that are one slip away: two letters in the wrong order, one too many, one missing. The first letter
/// is right. A wrong letter is not put right: it makes too many other words of a good one.
fn slips(letters: &[u8], mut with: impl FnMut(&[u8])) {
    let mut slip = letters.to_vec();
    for at in 1..letters.len() {
        if at + 1 < slip.len() {
            slip.swap(at, at + 1);
            with(&slip);
            slip.swap(at, at + 1);
        }
        let letter = slip.remove(at);
        with(&slip);
        slip.insert(at, letter);
    }
    for at in 1..=letters.len() {
        for other in b'a'..=b'z' {
            slip.insert(at, other);
            with(&slip);
            slip.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::feature::Extractor;

    #[test]
    fn one_slip_is_put_right() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let known = Extractor::default().features(&words("jarrones alfombra cojin alfombra"));
        let vocabulary = Vocabulary::of(&[known]);
        for (written, meant) in [
            ("alfombra", "alfombra"),
            ("aflombra", "alfombra"),
            ("alfombrra", "alfombra"),
            ("alfonbra", "alfonbra"),
            ("alfmbra", "alfombra"),
            ("alfombras", "alfombra"),
            ("alfnbra", "alfnbra"),
            ("blfombra", "blfombra"),
            ("cjin", "cjin"),
            // A word of the lexicon is right.
            ("factura", "factura"),
        ] {
            assert_eq!(corrected(words(written), &vocabulary), words(meant), "{written}");
        }
    }
}
