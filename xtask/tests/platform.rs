//! The application asks for nothing that Spin 4.1 does not have: no key of the manifest, no interface.
//!
//! The keys are those of Spin's manifest v2, which refuses unknown ones; the interfaces those that its
//! host links: <https://github.com/spinframework/spin>, `crates/manifest/src/schema/v2.rs` and `wit/`.

use std::{fs, path::Path};
use toml::{Table, Value};
use wasmparser::{Parser, Payload};

const APPLICATION: [&str; 6] = ["authors", "description", "name", "targets", "trigger", "version"];
const TRIGGER: [&str; 5] = ["component", "dependencies", "id", "route", "static_response"];
const VARIABLE: [&str; 4] = ["default", "description", "required", "secret"];
const COMPONENT: [&str; 14] = [
    "ai_models",
    "allowed_outbound_hosts",
    "build",
    "dependencies",
    "dependencies_inherit_configuration",
    "description",
    "environment",
    "exclude_files",
    "files",
    "key_value_stores",
    "profile",
    "source",
    "sqlite_databases",
    "variables",
];
const DEPENDENCY: [&str; 9] = [
    "component",
    "digest",
    "export",
    "inherit_configuration",
    "package",
    "path",
    "registry",
    "url",
    "version",
];

/// What spin-sdk 7 makes a component import, at the versions that Spin 4.1 links.
const INTERFACES: [&str; 8] = [
    "spin:key-value/key-value@3.0.0",
    "spin:postgres/postgres@4.2.0",
    "spin:redis/redis@3.0.0",
    "spin:sqlite/sqlite@3.1.0",
    "spin:variables/variables@3.0.0",
    "wasi:http/client@0.3.0",
    "wasi:http/handler@0.3.0",
    "wasi:http/types@0.3.0",
];

/// WASI's own packages, which Rust's standard library and the SDK import.
const WASI: [&str; 5] = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];

#[test]
fn the_manifest_has_only_keys_of_spin() {
    let manifest = manifest();
    let mut wrong = unknown(
        "",
        &manifest,
        &["application", "component", "spin_manifest_version", "trigger", "variables"],
    );
    // A table of a tool's own is Spin's way to leave room for others.
    let own = |keys: &[&'static str]| [keys, &["tool"]].concat();
    wrong.extend(unknown("application", table(&manifest["application"]), &own(&APPLICATION)));
    for (kind, triggers) in table(&manifest["trigger"]) {
        assert_eq!(kind, "http", "Spin has it, and our host does not");
        for (index, trigger) in triggers.as_array().unwrap().iter().enumerate() {
            wrong.extend(unknown(&format!("trigger.{kind}[{index}]"), table(trigger), &TRIGGER));
            if let Some(route) = trigger["route"].as_table() {
                wrong.extend(unknown(&format!("trigger.{kind}[{index}].route"), route, &["private"]));
            }
        }
    }
    for (name, variable) in table(&manifest["variables"]) {
        wrong.extend(unknown(&format!("variables.{name}"), table(variable), &VARIABLE));
    }
    for (name, component) in table(&manifest["component"]) {
        wrong.extend(unknown(&format!("component.{name}"), table(component), &own(&COMPONENT)));
        for (import, dependency) in dependencies(component) {
            if let Some(dependency) = dependency.as_table() {
                wrong.extend(unknown(
                    &format!("component.{name}.dependencies.{import}"),
                    dependency,
                    &DEPENDENCY,
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "Spin has no such keys: {wrong:#?}");
}

#[test]
fn components_import_only_interfaces_of_spin() {
    let manifest = manifest();
    let components = table(&manifest["component"]);
    let (mut wrong, mut seen) = (vec![], 0);
    for (name, component) in components {
        let source = component["source"].as_str().unwrap();
        let bytes = fs::read(root().join(source))
            .unwrap_or_else(|error| panic!("{source}: {error}: run `cargo xtask build` first"));
        for import in imports(&bytes) {
            seen += 1;
            let is_platform =
                INTERFACES.contains(&import.as_str()) || WASI.iter().any(|wasi| import.starts_with(wasi));
            let is_dependency =
                dependencies(component).any(|(dependency, _)| import.starts_with(dependency.as_str()));
            if !is_platform && !is_dependency {
                wrong.push(format!("{name}: {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "Spin 4.1 does not link these: {wrong:#?}");
    assert!(0 < seen);
}

/// The interfaces that a component itself imports, not those inside it.
fn imports(component: &[u8]) -> Vec<String> {
    let (mut depth, mut imports) = (0_u32, vec![]);
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                imports.extend(
                    section.into_iter().map(|import| import.expect("an import").name.name.to_owned()),
                );
            }
            _ => {}
        }
    }
    imports
}

fn unknown(place: &str, table: &Table, known: &[&str]) -> Vec<String> {
    table.keys().filter(|key| !known.contains(&key.as_str())).map(|key| format!("{place}.{key}")).collect()
}

fn dependencies(component: &Value) -> impl Iterator<Item = (&String, &Value)> {
    component.get("dependencies").and_then(Value::as_table).into_iter().flatten()
}

fn manifest() -> Table {
    fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn table(value: &Value) -> &Table {
    value.as_table().expect("a table")
}
