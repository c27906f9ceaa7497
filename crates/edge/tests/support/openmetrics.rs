//! A strict reader of OpenMetrics text: what is not as the standard wants it fails the test.

use std::collections::{BTreeMap, BTreeSet};

type Labels = BTreeMap<String, String>;

/// The families of one text.
#[derive(Debug)]
pub(crate) struct Exposition(BTreeMap<String, Family>);

#[derive(Debug, Default)]
struct Family {
    kind: String,
    unit: String,
    help: String,
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct Sample {
    name: String,
    labels: Labels,
    value: f64,
}

impl Exposition {
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        let body = text.strip_suffix("# EOF\n").expect("it ends with # EOF");
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        let mut current = String::new();
        for line in body.lines() {
            assert!(!line.is_empty(), "no line is empty");
            if let Some(metadata) = line.strip_prefix("# ") {
                let mut words = metadata.splitn(3, ' ');
                let (what, name) = (words.next().expect("a word"), words.next().expect("a name"));
                let value = words.next().unwrap_or_default().to_owned();
                if name != current {
                    assert!(!families.contains_key(name), "{name} comes twice");
                    current = name.to_owned();
                }
                let family = families.entry(name.to_owned()).or_default();
                assert!(family.samples.is_empty(), "{name}: metadata after samples");
                let slot = match what {
                    "TYPE" => &mut family.kind,
                    "UNIT" => &mut family.unit,
                    "HELP" => &mut family.help,
                    _ => panic!("{line}"),
                };
                assert!(slot.is_empty(), "{line} comes twice");
                *slot = value;
            } else {
                let sample = sample(line);
                let family = families.get_mut(&current).expect("metadata comes first");
                let suffix = sample.name.strip_prefix(current.as_str());
                let suffix = suffix.unwrap_or_else(|| panic!("{line} among those of {current}"));
                let allowed: &[&str] = match family.kind.as_str() {
                    "counter" => &["_total"],
                    "gauge" => &[""],
                    "histogram" => &["_bucket", "_count", "_sum"],
                    "info" => &["_info"],
                    kind => panic!("{current} is a {kind}"),
                };
                assert!(allowed.contains(&suffix), "{line} in a {}", family.kind);
                family.samples.push(sample);
            }
        }
        families.iter().for_each(|(name, family)| check(name, family));
        Self(families)
    }

    /// The value of the one sample with this name and these labels among its own.
    #[track_caller]
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &Sample| {
            labels.iter().all(|(key, value)| sample.labels.get(*key).is_some_and(|it| it == value))
        };
        let samples = self.0.values().flat_map(|family| &family.samples);
        let found: Vec<_> = samples.filter(|sample| sample.name == name && has(sample)).collect();
        assert_eq!(found.len(), 1, "{name} {labels:?}: {found:?}");
        found[0].value
    }

    /// Every name that a query may use.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.0.values().flat_map(|family| &family.samples).map(|sample| sample.name.as_str()).collect()
    }
}

fn check(name: &str, family: &Family) {
    let Family { kind, unit, help, samples } = family;
    assert!(!kind.is_empty() && !help.is_empty(), "{name} has no type or no help");
    assert!(unit.is_empty() || name.ends_with(&format!("_{unit}")), "{name} is not in {unit}");
    let reserved = ["_total", "_created", "_bucket", "_count", "_sum", "_info"];
    assert!(!reserved.iter().any(|suffix| name.ends_with(suffix)), "{name} ends like a sample");
    assert!(name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_'), "{name}");
    let mut seen = BTreeSet::new();
    for sample in samples {
        assert!(seen.insert((&sample.name, &sample.labels)), "{sample:?} comes twice");
        assert!(kind == "gauge" || 0.0 <= sample.value, "{sample:?}");
    }
    if kind == "histogram" {
        check_histogram(name, samples);
    }
}

fn check_histogram(name: &str, samples: &[Sample]) {
    let mut series: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.name.ends_with("_bucket")) {
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le").expect("a bucket has a bound");
        let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().expect("a number") };
        series.entry(labels).or_default().push((bound, sample.value));
    }
    for (labels, buckets) in &series {
        assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{name}: {buckets:?}");
        let count = samples.iter().find(|it| it.name.ends_with("_count") && it.labels == *labels);
        let all = buckets.last().expect("a bucket");
        assert_eq!(*all, (f64::INFINITY, count.expect("a count").value), "{name}");
    }
}

/// `name{label="value",…} number`
fn sample(line: &str) -> Sample {
    let (head, value) = line.rsplit_once(' ').expect("a value");
    let (name, labels) = match head.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').expect("labels end")),
        None => (head, ""),
    };
    let pairs = labels.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').expect("a label has a value");
        let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).expect("in quotes");
        (key.to_owned(), value.to_owned())
    });
    let pairs: Vec<_> = pairs.collect();
    let count = pairs.len();
    let labels: Labels = pairs.into_iter().collect();
    assert_eq!(labels.len(), count, "{line}: a label comes twice");
    Sample { name: name.to_owned(), labels, value: value.parse().expect("a number") }
}
