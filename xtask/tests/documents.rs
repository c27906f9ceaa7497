//! What the documents say of the code is so: what they show of it, and which tests they name.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn the_guide_shows_the_channel_as_it_is() {
    let guide = fs::read_to_string(root().join("docs/guides/channel.md")).unwrap();
    let lines: Vec<&str> = guide.lines().collect();
    let mut shown = 0;
    for (number, line) in lines.iter().enumerate() {
        let Some(path) = line.strip_prefix("`components/").and_then(|line| line.strip_suffix("`:")) else {
            continue;
        };
        let block = lines[number + 1..].iter().skip(1).take_while(|line| **line != "```");
        let block = block.copied().collect::<Vec<_>>().join("\n");
        let file = root().join("components").join(path);
        let content = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(
            !block.is_empty() && content.contains(&block),
            "line {}: {path} does not say:\n{block}",
            number + 1
        );
        shown += 1;
    }
    assert!(5 < shown, "the guide shows the channel's files");
}

/// A test's name in `docs/robustness.md`: `path/of/file.rs::name`, or the title of one of Node's.
#[test]
fn every_requirement_names_tests_that_there_are() {
    let document = fs::read_to_string(root().join("docs/robustness.md")).unwrap();
    let mut kept = BTreeSet::new();
    for row in document.lines().filter(|line| line.starts_with("| R")) {
        let requirement = row[2..].split(' ').next().unwrap_or_default();
        let named: Vec<_> = row.split('`').filter_map(|span| span.split_once("::")).collect();
        assert!(!named.is_empty(), "{requirement} names no test");
        for (path, name) in named {
            let file = root().join(path);
            let content =
                fs::read_to_string(&file).unwrap_or_else(|error| panic!("{requirement}: {path}: {error}"));
            let there = [format!("fn {name}("), format!("test('{name}'")];
            assert!(there.iter().any(|test| content.contains(test)), "{requirement}: no test {path}::{name}");
        }
        kept.insert(requirement.to_owned());
    }
    let all: BTreeSet<_> = (1..=23).map(|number| format!("R{number}")).collect();
    assert_eq!(kept, all, "a row for each requirement");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
