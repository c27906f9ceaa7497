//! How well the intents of the corpus are learnt. The figures are those of the README; what is asserted lies a
//! little below them.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use std::{collections::BTreeMap, fs, path::Path};
use understand::{
    intent::Model,
    report::{self, Report},
};

type Examples = BTreeMap<String, Vec<String>>;

#[test]
fn spanish() {
    let examples = read("es.toml");
    assert!(examples.len() >= 30 && pairs(&examples).len() >= 1_000);
    let report = validated(&examples);
    assert!(report.accuracy > 0.79, "{report}");
    assert!(report.macro_f1 > 0.79, "{report}");
    assert!(report.refused < 0.10, "{report}");
    assert_eq!(report.doubles, [], "no example is of two intents");
    assert_eq!(report.short_of_examples().count(), 0);
}

#[test]
fn portuguese_and_english() {
    for (file, least) in [("pt.toml", 0.78), ("en.toml", 0.69)] {
        let report = validated(&read(file));
        assert!(report.accuracy > least, "{file}: {report}");
    }
}

#[test]
fn what_is_outside_is_seldom_taken_for_an_intent() {
    let examples = read("es.toml");
    let model = Model::learn(pairs(&examples));
    let outside = read("outside.toml");
    // Every other line: the rest chose the threshold.
    let lines: Vec<&String> = outside.values().flat_map(|lines| lines.iter().skip(1).step_by(2)).collect();
    let taken = lines.iter().filter(|line| model.classify(line).intent.is_some()).count();
    assert!(taken * 100 <= lines.len() * 10, "{taken} of {}", lines.len());
}

#[test]
fn every_example_is_understood_by_who_learnt_it() {
    let examples = read("es.toml");
    let model = Model::learn(pairs(&examples));
    for (intent, example) in pairs(&examples) {
        assert_eq!(model.classify(example).intent.as_deref(), Some(intent), "{example}");
    }
}

/// What people do to a text does not change what it means.
#[test]
fn what_is_written_badly_is_understood_nearly_as_well() {
    let examples = read("es.toml");
    let model = Model::learn(pairs(&examples));
    for (name, write) in [
        ("capitals", capitals as fn(&str) -> String),
        ("no accents", without_accents),
        ("a slip", swapped),
        ("an emoji", |text| format!("{text} 😡")),
        ("more words", |text| format!("hola buenas tardes, {text} muchas gracias")),
    ] {
        let right = pairs(&examples)
            .iter()
            .filter(|(intent, example)| {
                model.rank(&write(example)).first().map(|best| best.intent.as_str()) == Some(*intent)
            })
            .count();
        let part = right as f64 / pairs(&examples).len() as f64;
        assert!(part > 0.88, "{name}: {part}");
    }
}

fn capitals(text: &str) -> String {
    text.to_uppercase()
}

fn without_accents(text: &str) -> String {
    let plain = |c| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    };
    text.chars().map(plain).collect()
}

/// Two letters change places in the longest word: the slip of a thumb.
fn swapped(text: &str) -> String {
    let longest = text.split(' ').max_by_key(|word| word.chars().count()).unwrap_or_default();
    let mut letters: Vec<char> = longest.chars().collect();
    if letters.len() > 3 {
        letters.swap(1, 2);
    }
    text.replacen(longest, &letters.into_iter().collect::<String>(), 1)
}

fn validated(examples: &Examples) -> Report {
    report::cross_validate(&pairs(examples), 10, 1)
}

fn read(file: &str) -> Examples {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(file);
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn pairs(examples: &Examples) -> Vec<(&str, &str)> {
    let pairs = examples.iter().flat_map(|(intent, examples)| {
        examples.iter().map(move |example| (intent.as_str(), example.as_str()))
    });
    pairs.collect()
}
