//! A routing policy may decide and nothing else, which its binary shows: of what it imports, no
//! function gives it a clock, randomness, a network or anything stored.
//!
//! Runs where the component was built (`target/components`); `cargo xtask test` builds it first.

use std::path::{Path, PathBuf};
use wasmparser::{
    Parser, Payload, Validator, WasmFeatures,
    component_types::ComponentEntityType::{Func, Instance},
    types::Types,
};

/// What Rust's standard library brings along to print a panic and to stop. Some interfaces are
/// imported for their types alone, such as the clock's `datetime`: only functions count.
fn is_harmless(interface: &str, function: &str) -> bool {
    match interface {
        // The router gives a policy an empty environment and no folders.
        "wasi:cli/environment" => function == "get-environment",
        "wasi:filesystem/preopens" => function == "get-directories",
        "wasi:filesystem/types" => matches!(
            function,
            "filesystem-error-code"
                | "[method]descriptor.append-via-stream"
                | "[method]descriptor.get-type"
                | "[method]descriptor.stat"
                | "[method]descriptor.write-via-stream"
        ),
        interface => {
            interface == "wasi:cli/exit"
                || interface.starts_with("wasi:cli/std")
                || interface.starts_with("wasi:cli/terminal-")
                || interface.starts_with("wasi:io/")
        }
    }
}

/// Every policy there is: the default, examples, and what the end-to-end tests put in its place.
#[test]
fn a_policy_can_do_nothing_but_decide() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let files = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let name = |file: &Path| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_policy = |file: &PathBuf| name(file).starts_with("policy-") && name(file).ends_with(".wasm");
    let policies: Vec<PathBuf> = files.filter(is_policy).collect();
    if policies.is_empty() {
        eprintln!("not built here: run `cargo xtask test`");
    }
    for policy in policies {
        check(&name(&policy), &std::fs::read(&policy).unwrap());
    }
}

fn check(name: &str, component: &[u8]) {
    let types =
        Validator::new_with_features(WasmFeatures::all()).validate_all(component).expect("a valid component");
    let forbidden: Vec<String> = imports(component)
        .iter()
        .flat_map(|import| {
            let interface = import.split_once('@').map_or(import.as_str(), |(name, _)| name);
            let odd = functions(&types, import).into_iter().filter(|name| !is_harmless(interface, name));
            odd.map(|name| format!("{import} {name}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(forbidden.is_empty(), "{name} may not import {forbidden:#?}");
    let decision = types.as_ref().component_item_for_export("centralita:routing/routing@0.2.0");
    assert!(decision.is_some(), "{name} exports no decision");
}

/// The functions of an imported interface; a bare import counts as one.
fn functions(types: &Types, import: &str) -> Vec<String> {
    let item = types.as_ref().component_item_for_import(import).expect("an import has a type");
    let Instance(instance) = item.ty else { return vec![import.to_owned()] };
    let exports = types[instance].exports.iter();
    exports.filter(|(_, item)| matches!(item.ty, Func(_))).map(|(name, _)| name.clone()).collect()
}

/// What the component itself imports; the modules and components inside it import from it alone.
fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a readable component") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                let imports = section.into_iter().map(|import| import.expect("an import"));
                names.extend(imports.map(|import| import.name.name.to_owned()));
            }
            _ => {}
        }
    }
    names
}
