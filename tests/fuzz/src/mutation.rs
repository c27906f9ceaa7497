//! New contents of old ones, by what they are made of. Bytes are left to whoever chooses inputs.

use rand::{RngExt, rngs::ChaCha8Rng, seq::IndexedRandom};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a provider's contents are made of.
#[derive(Default)]
pub struct Pool {
    /// Members of objects, with a name from any place.
    members: Vec<(String, Value)>,
    /// Lines of letters and forms.
    lines: Vec<Vec<u8>>,
    /// `name=value`.
    pairs: Vec<Vec<u8>>,
}

/// What tends to be read wrongly wherever it stands.
const WORDS: [&str; 14] = [
    "",
    "\0",
    "\u{202e}",
    "\u{feff}",
    "é\u{301}",
    "👩‍👩‍👧",
    "-1",
    "9223372036854775808",
    "1e400",
    "../../etc/passwd",
    "https://169.254.169.254/latest/meta-data",
    "2026-02-30T25:61:61Z",
    "+5215512345678",
    "=?utf-8?q?=C3?=",
];

impl Pool {
    pub(crate) fn of(contents: &[Vec<u8>]) -> Self {
        let mut pool = Pool::default();
        for content in contents {
            match serde_json::from_slice::<Value>(content) {
                Ok(document) => pool.take(&document),
                Err(_) => {
                    pool.lines.extend(lines(content).map(<[u8]>::to_vec));
                    pool.pairs.extend(content.split(|byte| *byte == b'&').map(<[u8]>::to_vec));
                }
            }
        }
        pool
    }

    fn take(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                self.members.extend(members.clone());
                members.values().for_each(|value| self.take(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.take(item)),
            _ => {}
        }
    }

    /// The words of the provider, for whoever puts bytes together.
    pub fn words(&self) -> BTreeSet<Vec<u8>> {
        let names = self.members.iter().map(|(name, _)| format!("\"{name}\"").into_bytes());
        let texts = self.members.iter().filter_map(|(_, value)| Some(value.as_str()?.as_bytes().to_vec()));
        let headers = self.lines.iter().filter_map(|line| {
            line.iter().position(|byte| b":=;".contains(byte)).map(|end| line[..=end].to_vec())
        });
        let fields = self.pairs.iter().filter_map(|pair| pair.split_inclusive(|byte| *byte == b'=').next());
        let all = names.chain(texts).chain(headers).chain(fields.map(<[u8]>::to_vec));
        all.filter(|word| (2..=48).contains(&word.len())).collect()
    }
}

fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split_inclusive(|byte| *byte == b'\n')
}

/// One change.
pub fn mutate(content: &[u8], pool: &Pool, random: &mut ChaCha8Rng) -> Vec<u8> {
    match serde_json::from_slice::<Value>(content) {
        Ok(mut document) => {
            change(&mut document, pool, random);
            document.to_string().into_bytes()
        }
        Err(_) if content.contains(&b'\n') => {
            rearranged(lines(content).map(<[u8]>::to_vec).collect(), &pool.lines, random).concat()
        }
        Err(_) => {
            let pairs = content.split(|byte| *byte == b'&').map(<[u8]>::to_vec).collect();
            rearranged(pairs, &pool.pairs, random).join(&b'&')
        }
    }
}

/// One change to the bytes themselves, for whoever has no better way to choose it.
pub fn scramble(content: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = content.to_vec();
    let at = random.random_range(0..=bytes.len());
    match random.random_range(0..4) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, random.random()),
        2 => {
            let word = WORDS.choose(random).copied().unwrap_or_default();
            bytes.splice(at..at, word.bytes());
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.random();
            }
        }
    }
    bytes
}

fn rearranged(mut parts: Vec<Vec<u8>>, pool: &[Vec<u8>], random: &mut ChaCha8Rng) -> Vec<Vec<u8>> {
    let at = random.random_range(0..parts.len().max(1));
    let other = random.random_range(0..parts.len().max(1));
    match random.random_range(0..6) {
        0 if 1 < parts.len() => drop(parts.remove(at)),
        1 => parts.swap(at, other),
        2 => parts.insert(at, parts[other].clone()),
        3 => parts.insert(at, pool.choose(random).cloned().unwrap_or_default()),
        4 => parts.truncate(at + 1),
        _ => {
            let word = WORDS.choose(random).copied().unwrap_or_default();
            let separator = parts[at].iter().position(|byte| b":=".contains(byte));
            let place = separator.map_or(parts[at].len(), |place| place + 1);
            parts[at].splice(place..place, word.bytes());
        }
    }
    parts
}

fn change(document: &mut Value, pool: &Pool, random: &mut ChaCha8Rng) {
    let place = random.random_range(0..count(document));
    let other = json_of(pool, random);
    if let Some(value) = nth(document, &mut { place }) {
        change_here(value, other, random);
    }
}

fn change_here(value: &mut Value, (name, other): (String, Value), random: &mut ChaCha8Rng) {
    match (value, random.random_range(0..7)) {
        (Value::Array(items), 0) if !items.is_empty() => {
            drop(items.remove(random.random_range(0..items.len())));
        }
        (Value::Array(items), 1) if !items.is_empty() => {
            let copy = items[random.random_range(0..items.len())].clone();
            items.push(copy);
        }
        (Value::Array(items), _) => items.insert(random.random_range(0..=items.len()), other),
        (Value::Object(members), 0 | 1) if !members.is_empty() => {
            let name = members.keys().nth(random.random_range(0..members.len())).cloned();
            let value = name.and_then(|name| members.remove(&name));
            // Under another name, or gone.
            if let Some(value) = value.filter(|_| random.random()) {
                members.insert(name_of_another(&other), value);
            }
        }
        (Value::Object(members), _) => drop(members.insert(name, other)),
        (value, 0) => *value = json!([value.clone()]),
        (value, 1) => *value = Value::String(WORDS.choose(random).copied().unwrap_or_default().to_owned()),
        (value, 2) => *value = wrong(random),
        (Value::String(text), 3) => {
            let word = WORDS.choose(random).copied().unwrap_or_default();
            text.insert_str(0, word);
        }
        (Value::String(text), 4) => *text = text.repeat(random.random_range(2..40)),
        (value, _) => *value = other,
    }
}

/// A member's name for a value that loses its own.
fn name_of_another(value: &Value) -> String {
    let name = value.as_object().and_then(|members| members.keys().next());
    name.cloned().unwrap_or_else(|| "id".to_owned())
}

fn json_of(pool: &Pool, random: &mut ChaCha8Rng) -> (String, Value) {
    let (name, value) = pool.members.choose(random).cloned().unwrap_or_default();
    if random.random_range(0..8) == 0 { (name, wrong(random)) } else { (name, value) }
}

fn wrong(random: &mut ChaCha8Rng) -> Value {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(0),
        json!(""),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "id": {} }),
    ];
    wrong.choose(random).cloned().unwrap_or_default()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The value that is `place` steps ahead in reading order.
fn nth<'a>(value: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, place)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, place)),
        _ => None,
    }
}
