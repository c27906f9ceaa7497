//! What a question in plain words looks for, and how well an article answers it.
//!
//! The score of an article is the part of the question that it has: of all the question's content words, each
//! weighed by how rare it is among the articles, those that the article has. A word in the title or among the
//! keywords counts in full, one in the body alone for [`BODY_PERCENT`]. So 1 means that the title says all that
//! was asked, 0.6 that the body does, and a score says the same in every center. One of two words is never
//! [`ENOUGH`].

use super::word::{Language, fold, forms, words};
use std::collections::BTreeSet;

/// More words than this are a letter and not a question: its beginning is looked for.
pub const TERMS_MAX: usize = 16;

/// What weights add up to, and what a score is counted in.
pub const WHOLE: u32 = 1_000_000;

/// A bot that is not told otherwise answers by itself from this score on, from 0 to 1; below, it asks or hands
/// over. Of the demo's articles and the questions in `desk/tests/article.rs`, it parts the right answers from
/// the wrong ones.
pub const ENOUGH: f64 = 0.55;

/// What a word counts that stands in the body alone.
pub const BODY_PERCENT: u32 = 60;

/// One word that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// Any of these is it. They have letters and digits only.
    pub forms: BTreeSet<String>,
    /// It is still being typed: words that begin so are it, too.
    pub prefix: Option<String>,
}

impl Term {
    /// Whether `word`, which stands in a text in `language`, is it.
    pub(super) fn is(&self, word: &str, language: Language) -> bool {
        let folded = fold(word);
        if self.forms.contains(&folded) || self.prefix.as_ref().is_some_and(|start| folded.starts_with(start))
        {
            return true;
        }
        // Only the ending of a word is different in its stem, and to look is cheaper than to stem.
        let beginning = |text: &str| text.chars().take(2).collect::<String>();
        let may_be = self.forms.iter().any(|form| beginning(form) == beginning(&folded));
        may_be && !self.forms.is_disjoint(&forms(word, language))
    }
}

/// What `question`, asked in `locale`, looks for in texts in `languages`: its words that say what it is about,
/// or all where none does. Of a question that is still being typed, the last word may be the beginning of one.
pub fn terms(question: &str, locale: &str, languages: &BTreeSet<Language>, is_typed: bool) -> Vec<Term> {
    let asked = Language::of(locale);
    let last = words(question).last().map(|(place, _)| place).filter(|place| place.end == question.len());
    let unfinished = last.filter(|_| is_typed);
    let all = || words(question).filter(|(_, word)| !fold(word).is_empty());
    let is_about = |word: &str| asked.is_content(&fold(word));
    let has_content = all().any(|(_, word)| is_about(word));
    let mut terms: Vec<Term> = vec![];
    for (place, word) in all().filter(|(_, word)| !has_content || is_about(word)) {
        let forms =
            languages.iter().flat_map(|language| forms(word, *language)).chain([fold(word)]).collect();
        let prefix = (unfinished.as_ref() == Some(&place)).then(|| fold(word));
        match terms.iter_mut().find(|term| !term.forms.is_disjoint(&forms)) {
            Some(term) => {
                term.forms.extend(forms);
                term.prefix = term.prefix.take().or(prefix);
            }
            None => terms.push(Term { forms, prefix }),
        }
        if terms.len() == TERMS_MAX {
            break;
        }
    }
    terms
}

/// What each word of a question weighs, in parts of [`WHOLE`], when `found` of `total` articles have it: its
/// inverse document frequency as in BM25, ln(1 + (N − n + ½) ÷ (n + ½)). A word that no article has weighs as
/// much as one that a single article has: nobody can say how much it says.
/// Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, 3.4; the 1 keeps it positive.
pub fn weights(total: u64, found: &[u64]) -> Vec<u32> {
    let rarity = |found: &u64| {
        let found = (*found).clamp(1, total.max(1));
        let (total, found) = (total.max(1) as f64, found as f64);
        (1.0 + (total - found + 0.5) / (found + 0.5)).ln()
    };
    let rarities: Vec<f64> = found.iter().map(rarity).collect();
    let sum: f64 = rarities.iter().sum();
    let mut weights: Vec<u32> =
        rarities.iter().map(|rarity| (rarity / sum * f64::from(WHOLE)).floor() as u32).collect();
    // Rounding takes a little of each.
    let given: u32 = weights.iter().sum();
    if let Some(first) = weights.first_mut() {
        *first += WHOLE.saturating_sub(given);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_for(question: &str, locale: &str, is_typed: bool) -> Vec<Term> {
        terms(question, locale, &[Language::of(locale)].into(), is_typed)
    }

    #[test]
    fn a_question_looks_for_what_it_is_about() {
        let check = |question: &str, locale: &str, expected: &str| {
            let found: Vec<String> = looked_for(question, locale, false)
                .into_iter()
                .map(|term| term.forms.into_iter().max_by_key(String::len).unwrap())
                .collect();
            assert_eq!(found.join(" "), expected, "{question}");
        };
        check("¿Cuánto tarda el envío a Canarias?", "es", "tarda envio canarias");
        check("hola buenas, quería saber si hacéis envíos a México, gracias", "es-MX", "envios mexico");
        check("How long does shipping take?", "en", "long shipping take");
        check("Qual é o prazo de devolução?", "pt-BR", "prazo devolucao");
        check("¿E27 o E14?", "es", "e27 e14");
        // Nothing but small words: then these.
        check("¿y cuándo?", "es", "y cuando");
        check("", "es", "");
        check("¿? … ´ \u{301}", "es", "");
        // One word in three spellings is looked for once.
        check("envío, ENVIO y envios", "es", "envios");
        // No words that are known to say nothing.
        check("il est où", "fr", "il est ou");
    }

    #[test]
    fn what_is_being_typed_may_go_on() {
        let prefixes = |question: &str| -> Vec<Option<String>> {
            looked_for(question, "es", true).into_iter().map(|term| term.prefix).collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(prefixes("Instalaci"), [some("instalaci")]);
        assert_eq!(prefixes("plazo de devo"), [None, some("devo")]);
        assert_eq!(prefixes("plazo de"), [None], "what may become “devolución” is not looked for yet");
        assert_eq!(prefixes("de"), [some("de")], "but where there is nothing else");
        assert_eq!(prefixes("plazo "), [None]);
        assert_eq!(looked_for("Instalaci", "es", false)[0].prefix, None);
    }

    #[test]
    fn a_letter_is_looked_for_by_its_beginning() {
        let letter: String = (0..500).map(|number| format!("lámpara{number} ")).collect();
        assert_eq!(looked_for(&letter, "es", false).len(), TERMS_MAX);
    }

    #[test]
    fn a_term_is_its_word_with_another_ending() {
        let check = |question: &str, word: &str, expected: bool| {
            let terms = looked_for(question, "es", true);
            assert_eq!(terms[0].is(word, Language::Spanish), expected, "{question}: {word}");
        };
        check("envíos ", "ENVIAMOS", true);
        check("envíos ", "envidia", false);
        check("instala", "instalador", true);
        check("instala ", "instalador", true);
        check("inst", "instalador", true);
        check("inst ", "instalador", false);
        check("inst", "lámpara", false);
    }

    #[test]
    fn a_rare_word_weighs_more_and_all_weigh_a_whole() {
        let weights_of = |total, found: &[u64]| {
            let weights = weights(total, found);
            let sum: u32 = weights.iter().sum();
            assert_eq!(sum, if found.is_empty() { 0 } else { WHOLE }, "{weights:?}");
            weights
        };
        assert_eq!(weights_of(10, &[4]), [WHOLE]);
        assert_eq!(weights_of(0, &[0, 0]), [WHOLE / 2; 2]);
        let weights = weights_of(10, &[8, 1, 0, 3]);
        assert!(weights[0] < weights[3] && weights[3] < weights[1], "{weights:?}");
        assert!(weights[1].abs_diff(weights[2]) < 3, "{weights:?}");
        // ln(1 + 9.5 ÷ 1.5) and ln(1 + 2.5 ÷ 8.5), of their sum.
        let (rare, common) = (7.333_333_f64.ln(), 1.294_118_f64.ln());
        let weights = weights_of(10, &[1, 8]);
        assert!((f64::from(weights[0]) / f64::from(WHOLE) - rare / (rare + common)).abs() < 1e-5);
        assert!((weights_of(10, &[])).is_empty());
        // More than there are: the count is older than the articles.
        assert_eq!(weights_of(1, &[7, 7]), [WHOLE / 2; 2]);
    }
}
