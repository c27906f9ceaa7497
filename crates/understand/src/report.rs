//! How well a model will do: cross-validation over its examples, and what to do about the examples.

use crate::{
    intent::{Model, THRESHOLD},
    shuffle::Shuffle,
};
use std::{collections::BTreeMap, fmt};

/// What came of it. Every example was guessed once, by a model that had not seen it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub examples: usize,
    pub folds: usize,
    pub threshold: f32,
    /// Part of the examples whose likeliest intent is right, likely enough or not.
    pub accuracy: f64,
    /// The mean of the intents' F1: each counts alike, however many examples it has.
    pub macro_f1: f64,
    /// Part of the examples that are understood and right, understood and wrong, and not understood.
    pub right: f64,
    pub wrong: f64,
    pub refused: f64,
    /// In alphabetical order.
    pub intents: Vec<Figures>,
    /// The most frequent first.
    pub confusions: Vec<Confusion>,
    /// Examples that several intents have: whatever is guessed, it is wrong for one of them.
    pub doubles: Vec<Double>,
}

/// How well one intent does.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub intent: String,
    pub examples: usize,
    /// Of what was taken for it, the part that was it.
    pub precision: f64,
    /// Of what was it, the part that was taken for it.
    pub recall: f64,
    pub f1: f64,
}

/// Examples of one intent that were taken for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    pub intent: String,
    pub taken_for: String,
    pub examples: Vec<String>,
}

/// One example of several intents, as far as its words go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    pub example: String,
    pub intents: Vec<String>,
}

/// With fewer examples an intent is learnt by luck.
pub const EXAMPLES_MIN: usize = 10;

/// Cuts the examples `(intent, example)` into `folds`, the intents spread evenly over them, and guesses each
/// fold with a model of the others. Equal arguments give equal reports.
pub fn cross_validate(examples: &[(&str, &str)], folds: usize, seed: u64) -> Report {
    let fold_of = spread(examples, folds.max(2), seed);
    let mut guesses: Vec<(&str, &str, Option<String>, f32)> = Vec::with_capacity(examples.len());
    for fold in 0..folds.max(2) {
        let parts = |held_out: bool| {
            let parts = examples.iter().zip(&fold_of).filter(move |(_, own)| (**own == fold) == held_out);
            parts.map(|(example, _)| *example)
        };
        let model = Model::learn(parts(false));
        for (intent, example) in parts(true) {
            let best = model.rank(example).into_iter().next();
            let confidence = best.as_ref().map_or(0.0, |best| best.confidence);
            guesses.push((intent, example, best.map(|best| best.intent), confidence));
        }
    }
    let part = |holds: &dyn Fn(bool, bool) -> bool| {
        let count = guesses.iter().filter(|(intent, _, guess, confidence)| {
            holds(guess.as_deref() == Some(*intent), *confidence >= THRESHOLD)
        });
        ratio(count.count(), guesses.len())
    };
    let pairs: Vec<_> =
        guesses.iter().map(|(intent, example, guess, _)| (*intent, *example, guess.as_deref())).collect();
    let intents = figures(&pairs);
    Report {
        examples: examples.len(),
        folds: folds.max(2),
        threshold: THRESHOLD,
        accuracy: part(&|right, _| right),
        macro_f1: intents.iter().map(|figures| figures.f1).sum::<f64>() / intents.len().max(1) as f64,
        right: part(&|right, sure| right && sure),
        wrong: part(&|right, sure| !right && sure),
        refused: part(&|_, sure| !sure),
        confusions: confusions(&pairs),
        doubles: doubles(examples),
        intents,
    }
}

/// The fold of each example: those of an intent are shuffled and dealt in turn.
fn spread(examples: &[(&str, &str)], folds: usize, seed: u64) -> Vec<usize> {
    let mut by_intent: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, (intent, _)) in examples.iter().enumerate() {
        by_intent.entry(intent).or_default().push(place);
    }
    let mut shuffle = Shuffle::new(seed);
    let mut dealt = 0;
    let mut fold_of = vec![0; examples.len()];
    for places in by_intent.values_mut() {
        shuffle.shuffle(places);
        for place in places {
            if let Some(fold) = fold_of.get_mut(*place) {
                *fold = dealt % folds;
            }
            dealt += 1;
        }
    }
    fold_of
}

fn figures(guesses: &[(&str, &str, Option<&str>)]) -> Vec<Figures> {
    // Examples, guesses and right guesses of each.
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (intent, _, guess) in guesses {
        counts.entry(intent).or_default().0 += 1;
        if let Some(guess) = guess {
            counts.entry(guess).or_default().1 += 1;
            counts.entry(guess).or_default().2 += usize::from(guess == intent);
        }
    }
    let figures = counts.into_iter().map(|(intent, (examples, guessed, right))| Figures {
        intent: intent.to_owned(),
        examples,
        precision: ratio(right, guessed),
        recall: ratio(right, examples),
        f1: ratio(2 * right, examples + guessed),
    });
    figures.collect()
}

fn confusions(guesses: &[(&str, &str, Option<&str>)]) -> Vec<Confusion> {
    let mut found: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (intent, example, guess) in guesses {
        if let Some(guess) = guess.filter(|guess| guess != intent) {
            found.entry((intent, guess)).or_default().push((*example).to_owned());
        }
    }
    let confusion = |((intent, guess), examples): ((&str, &str), _)| Confusion {
        intent: intent.to_owned(),
        taken_for: guess.to_owned(),
        examples,
    };
    let mut confusions: Vec<Confusion> = found.into_iter().map(confusion).collect();
    confusions.sort_by_key(|confusion| std::cmp::Reverse(confusion.examples.len()));
    confusions
}

fn doubles(examples: &[(&str, &str)]) -> Vec<Double> {
    let mut found: BTreeMap<String, (&str, Vec<String>)> = BTreeMap::new();
    for (intent, example) in examples {
        let (_, intents) = found.entry(crate::intent::words(example)).or_insert((example, Vec::new()));
        if !intents.iter().any(|known| known == intent) {
            intents.push((*intent).to_owned());
        }
    }
    let several = found.into_values().filter(|(_, intents)| intents.len() > 1);
    several.map(|(example, intents)| Double { example: example.to_owned(), intents }).collect()
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Report {
    /// Intents with less than [`EXAMPLES_MIN`] examples.
    pub fn short_of_examples(&self) -> impl Iterator<Item = &Figures> {
        self.intents.iter().filter(|figures| figures.examples < EXAMPLES_MIN)
    }
}

/// So many confusions, and examples of each, are printed.
const CONFUSIONS_SHOWN: usize = 20;
const EXAMPLES_SHOWN: usize = 3;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: f64| part * 100.0;
        writeln!(f, "{} examples of {} intents, {} folds", self.examples, self.intents.len(), self.folds)?;
        writeln!(f, "accuracy {:.1} %, macro F1 {:.3}", percent(self.accuracy), self.macro_f1)?;
        writeln!(
            f,
            "from a confidence of {}: {:.1} % right, {:.1} % wrong, {:.1} % not understood\n",
            self.threshold,
            percent(self.right),
            percent(self.wrong),
            percent(self.refused)
        )?;
        let width = self.intents.iter().map(|figures| figures.intent.chars().count()).max().unwrap_or(0);
        writeln!(f, "{:width$}  examples  precision  recall    F1", "")?;
        for Figures { intent, examples, precision, recall, f1 } in &self.intents {
            writeln!(f, "{intent:width$}  {examples:8}  {precision:9.2}  {recall:6.2}  {f1:.2}")?;
        }
        if !self.confusions.is_empty() {
            writeln!(f, "\ntaken for another, the most frequent first:")?;
        }
        for Confusion { intent, taken_for, examples } in self.confusions.iter().take(CONFUSIONS_SHOWN) {
            writeln!(f, "{:3} {intent} → {taken_for}", examples.len())?;
            examples.iter().take(EXAMPLES_SHOWN).try_for_each(|example| writeln!(f, "      {example}"))?;
        }
        for Figures { intent, examples, .. } in self.short_of_examples() {
            writeln!(f, "{intent} has {examples} examples: write at least {EXAMPLES_MIN}")?;
        }
        for Double { example, intents } in &self.doubles {
            writeln!(f, "{} have the same example: {example}", intents.join(" and "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples() -> Vec<(&'static str, &'static str)> {
        let hours = [
            "a qué hora abren",
            "qué horario tienen",
            "hasta qué hora abren",
            "horario de atención",
            "abren hoy",
        ];
        let order =
            ["dónde está mi pedido", "cuándo llega mi pedido", "estado del pedido", "mi pedido no llega"];
        let mut examples: Vec<_> = hours.map(|example| ("hours", example)).into();
        examples.extend(order.map(|example| ("order", example)));
        examples.extend([("hours", "buenas"), ("order", "¡Buenas!")]);
        examples
    }

    #[test]
    fn every_example_is_guessed_once() {
        let report = cross_validate(&examples(), 5, 7);
        assert_eq!(report, cross_validate(&examples(), 5, 7));
        assert_eq!(report.examples, 11);
        let counts: Vec<_> =
            report.intents.iter().map(|figures| (figures.intent.as_str(), figures.examples)).collect();
        assert_eq!(counts, [("hours", 6), ("order", 5)]);
        assert!((report.right + report.wrong + report.refused - 1.0).abs() < 1e-9);
        assert!(report.accuracy > 0.7, "{report}");
        let wrong: usize = report.confusions.iter().map(|confusion| confusion.examples.len()).sum();
        assert!((report.accuracy - (11 - wrong) as f64 / 11.0).abs() < 1e-9);
    }

    #[test]
    fn what_to_do_about_the_examples() {
        let report = cross_validate(&examples(), 5, 7);
        let double =
            Double { example: "buenas".to_owned(), intents: vec!["hours".to_owned(), "order".to_owned()] };
        assert_eq!(report.doubles, [double]);
        assert_eq!(report.short_of_examples().count(), 2);
        let text = report.to_string();
        for expected in
            ["11 examples of 2 intents, 5 folds", "order has 5 examples", "hours and order have the same"]
        {
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn figures_of_known_guesses() {
        let figures =
            figures(&[("a", "1", Some("a")), ("a", "2", Some("b")), ("a", "3", None), ("b", "4", Some("b"))]);
        let of = |figures: &Figures| (figures.precision, figures.recall, figures.f1);
        assert_eq!(
            figures.iter().map(of).collect::<Vec<_>>(),
            [(1.0, 1.0 / 3.0, 0.5), (0.5, 1.0, 2.0 / 3.0)]
        );
    }

    #[test]
    fn no_examples_are_no_trouble() {
        let report = cross_validate(&[], 10, 0);
        assert_eq!((report.examples, report.accuracy), (0, 0.0));
    }

    #[test]
    fn folds_are_even_and_of_all_intents() {
        let examples: Vec<_> = (0..40).map(|n| (if n < 30 { "a" } else { "b" }, "x")).collect();
        let folds = spread(&examples, 10, 3);
        for fold in 0..10 {
            let of = |intent: &str| {
                let both = examples.iter().zip(&folds);
                both.filter(|((own, _), place)| *own == intent && **place == fold).count()
            };
            assert_eq!((of("a"), of("b")), (3, 1));
        }
    }
}
