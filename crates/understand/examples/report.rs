//! How well the intents of a file are learnt, and how fast.
//!
//! `cargo run --release -p understand --example report -- FILE [--outside FILE] [--test FILE] [--seed N]`
//!
//! A file is TOML with an array of examples for each intent, as in `corpus/`. `--outside` is what is none of
//! them; `--test` is guessed by a model of the first file.

use std::{collections::BTreeMap, env, error::Error, fs, hint::black_box, time::Instant};
use understand::{
    intent::{Model, THRESHOLD},
    report,
};

type Examples = BTreeMap<String, Vec<String>>;

const FOLDS: usize = 10;
const LEARNT_TIMES: usize = 21;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let (mut outside, mut test, mut seed) = (None, None, 1);
    while let (Some(option), Some(value)) = (arguments.next(), arguments.next()) {
        match option.as_str() {
            "--outside" => outside = Some(read(&value)?),
            "--test" => test = Some(read(&value)?),
            "--seed" => seed = value.parse()?,
            other => return Err(format!("what is {other}?").into()),
        }
    }
    let examples = read(&file)?;
    let pairs: Vec<(&str, &str)> = pairs(&examples).collect();
    println!("{}", report::cross_validate(&pairs, FOLDS, seed));
    let model = times(&pairs)?;
    if let Some(outside) = outside {
        outside_of(&model, &outside);
    }
    if let Some(test) = test {
        held_out(&model, &test);
    }
    Ok(())
}

fn read(file: &str) -> Result<Examples, Box<dyn Error>> {
    Ok(toml::from_str(&fs::read_to_string(file)?)?)
}

fn pairs(examples: &Examples) -> impl Iterator<Item = (&str, &str)> {
    examples.iter().flat_map(|(intent, examples)| {
        examples.iter().map(move |example| (intent.as_str(), example.as_str()))
    })
}

/// Prints how long it takes to learn and to guess, and how large the model is.
fn times(pairs: &[(&str, &str)]) -> Result<Model, Box<dyn Error>> {
    let mut learning = Vec::new();
    for _ in 0..LEARNT_TIMES {
        let start = Instant::now();
        black_box(Model::learn(pairs.iter().copied()));
        learning.push(start.elapsed());
    }
    learning.sort();
    let model = Model::learn(pairs.iter().copied());
    let mut guessing = Vec::new();
    for (_, example) in pairs {
        // Not an example itself: those need no machine.
        let text = format!("{example} entonces");
        let start = Instant::now();
        black_box(model.classify(&text));
        guessing.push(start.elapsed());
    }
    guessing.sort();
    let at = |times: &[std::time::Duration], part: usize| {
        times.get((times.len() - 1) * part / 100).copied().unwrap_or_default()
    };
    println!("learning: p50 {:?}, least {:?}", at(&learning, 50), at(&learning, 0));
    println!("guessing: p50 {:?}, p99 {:?}", at(&guessing, 50), at(&guessing, 99));
    println!("stored: {} bytes of JSON", serde_json::to_string(&model)?.len());
    Ok(model)
}

fn outside_of(model: &Model, outside: &Examples) {
    println!(
        "\noutside, taken for an intent from a confidence of {THRESHOLD}: (odd lines chose the threshold)"
    );
    for parity in [0, 1] {
        let (mut all, mut taken) = (0, 0);
        for (group, texts) in outside {
            let own: Vec<&String> = texts.iter().skip(parity).step_by(2).collect();
            let wrong: Vec<_> =
                own.iter().filter_map(|text| Some((text, model.classify(text).intent?))).collect();
            println!("  {group}: {} of {}", wrong.len(), own.len());
            wrong.iter().for_each(|(text, intent)| println!("      {intent}: {text}"));
            (all, taken) = (all + own.len(), taken + wrong.len());
        }
        let lines = if parity == 0 { "odd" } else { "even" };
        println!("{lines} lines: {:.1} % of {all}", 100.0 * taken as f64 / all.max(1) as f64);
    }
}

fn held_out(model: &Model, test: &Examples) {
    let (mut right, mut wrong, mut refused, mut likeliest) = (0, 0, 0, 0);
    for (intent, text) in pairs(test) {
        let guess = model.classify(text);
        let best = guess.intent.as_ref().or(guess.others.first().map(|other| &other.intent));
        likeliest += usize::from(best.map(String::as_str) == Some(intent));
        match guess.intent.as_deref() {
            None => refused += 1,
            Some(guess) if guess == intent => right += 1,
            Some(guess) => {
                wrong += 1;
                println!("  {intent} → {guess}: {text}");
            }
        }
    }
    let all = pairs(test).count();
    let percent = |count: usize| 100.0 * count as f64 / all.max(1) as f64;
    println!(
        "test, {all} texts: likeliest {:.1} %; {:.1} % right, {:.1} % wrong, {:.1} % not understood",
        percent(likeliest),
        percent(right),
        percent(wrong),
        percent(refused)
    );
}
