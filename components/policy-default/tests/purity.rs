//! A routing policy may decide and nothing else, which its binary shows: it imports what Rust's own
//! standard library needs to start, to print and to stop, and no clock, randomness, network or
//! storage.
//!
//! Runs where the component was built (`target/components`); `cargo xtask test` builds it first.

use std::path::Path;
use wasmparser::{Parser, Payload};

/// What std brings along, without the version. None of them lets equal snapshots give unequal answers
/// except `environment`, which a policy is given empty.
const ALLOWED: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
];

#[test]
fn the_policy_can_do_nothing_but_decide() {
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let Ok(component) = std::fs::read(components.join("policy-default.wasm")) else {
        eprintln!("not built here: run `cargo xtask test`");
        return;
    };
    let imports = imports(&component);
    let forbidden: Vec<_> = imports
        .iter()
        .filter(|import| {
            let interface = import.split_once('@').map_or(import.as_str(), |(name, _)| name);
            !ALLOWED.contains(&interface)
        })
        .collect();
    assert!(forbidden.is_empty(), "the policy may not import {forbidden:#?}");
    assert!(exports(&component).iter().any(|export| export == "centralita:routing/routing@0.1.0"));
}

fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    read_outermost(component, |payload| {
        if let Payload::ComponentImportSection(section) = payload {
            names.extend(section.into_iter().map(|import| import.expect("an import").name.name.to_owned()));
        }
    });
    names
}

fn exports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    read_outermost(component, |payload| {
        if let Payload::ComponentExportSection(section) = payload {
            names.extend(section.into_iter().map(|export| export.expect("an export").name.name.to_owned()));
        }
    });
    names
}

/// Reads the component itself; the modules and components inside it import from it alone.
fn read_outermost(component: &[u8], mut read: impl FnMut(Payload<'_>)) {
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.expect("a readable component");
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            payload if depth == 0 => read(payload),
            _ => {}
        }
    }
}
