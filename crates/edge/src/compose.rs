//! `[component.x.dependencies]`: puts components together into one.
//!
//! Each dependency keeps its own memory but shares the fate of its component. What it uses of the
//! platform must be inherited by name: the parts run with the grants of the component they are
//! put into, so a capability that is imported and not inherited is refused at the start. What
//! every Rust component imports (clocks, standard output, files, environment) is left out of that
//! rule.

use crate::manifest::Dependency;
use wac_graph::types::{Package, SubtypeChecker, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// Why a dependency does not fit. The caller knows the line.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error("no import of the component is called `{import}`; it imports: {imports}")]
    NoImport { import: String, imports: String },
    #[error("two dependencies fit the import `{0}`")]
    Ambiguous(String),
    #[error("the dependency exports no `{export}`; it exports: {exports}")]
    NoExport { export: String, exports: String },
    #[error("the dependency's `{export}` does not fit the import: {reason}")]
    Mismatch { export: String, reason: String },
    #[error("the dependency imports `{import}` and does not inherit `{configuration}`")]
    NotInherited { import: String, configuration: &'static str },
    #[error("{0:#}")]
    Invalid(anyhow::Error),
}

/// A failure, with the index of the dependency it concerns.
pub type Failure = (Option<usize>, ComposeError);

/// Puts `dependencies` (each with its bytes) into `component`.
pub fn compose(component: Vec<u8>, dependencies: &[(&Dependency, Vec<u8>)]) -> Result<Vec<u8>, Failure> {
    if dependencies.is_empty() {
        return Ok(component);
    }
    let mut graph = CompositionGraph::new();
    let main = register(&mut graph, "centralita:main", component).map_err(|error| (None, error))?;
    let target = graph.instantiate(main);
    let mut plugged: Vec<String> = Vec::new();
    for (index, (dependency, bytes)) in dependencies.iter().enumerate() {
        let imports = plug(&mut graph, main, target, index, dependency, bytes.clone())
            .map_err(|error| (Some(index), error))?;
        for import in imports {
            if plugged.contains(&import) {
                return Err((Some(index), ComposeError::Ambiguous(import)));
            }
            plugged.push(import);
        }
    }
    export_all(&mut graph, main, target)
        .and_then(|()| {
            let options = EncodeOptions { validate: false, ..EncodeOptions::default() };
            graph.encode(options).map_err(invalid)
        })
        .map_err(|error| (None, error))
}

/// Satisfies every import of `main` that `dependency` names. Returns those imports.
fn plug(
    graph: &mut CompositionGraph,
    main: PackageId,
    target: NodeId,
    index: usize,
    dependency: &Dependency,
    bytes: Vec<u8>,
) -> Result<Vec<String>, ComposeError> {
    let plug = register(graph, &format!("centralita:dependency-{index}"), bytes)?;
    check_inherited(graph, plug, dependency)?;
    let imports = names(graph, main, Side::Imports);
    let wanted: Vec<String> =
        imports.iter().filter(|import| fits(&dependency.import, import)).cloned().collect();
    if wanted.is_empty() {
        let imports = imports.join(", ");
        return Err(ComposeError::NoImport { import: dependency.import.clone(), imports });
    }
    let instance = graph.instantiate(plug);
    for import in &wanted {
        let export = find_export(graph, plug, dependency, import)?;
        check_type(graph, (plug, &export), (main, import))?;
        let node = graph.alias_instance_export(instance, &export).map_err(invalid)?;
        graph.set_instantiation_argument(target, import, node).map_err(invalid)?;
    }
    Ok(wanted)
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: Vec<u8>) -> Result<PackageId, ComposeError> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut()).map_err(ComposeError::Invalid)?;
    graph.register_package(package).map_err(invalid)
}

fn invalid(error: impl Into<anyhow::Error>) -> ComposeError {
    ComposeError::Invalid(error.into())
}

#[derive(Clone, Copy)]
enum Side {
    Imports,
    Exports,
}

fn names(graph: &CompositionGraph, package: PackageId, side: Side) -> Vec<String> {
    let world = &graph.types()[graph[package].ty()];
    match side {
        Side::Imports => world.imports.keys().cloned().collect(),
        Side::Exports => world.exports.keys().cloned().collect(),
    }
}

fn find_export(
    graph: &CompositionGraph,
    plug: PackageId,
    dependency: &Dependency,
    import: &str,
) -> Result<String, ComposeError> {
    let wanted = dependency.export.as_deref().unwrap_or(import);
    let exports = names(graph, plug, Side::Exports);
    let found = exports
        .iter()
        .find(|export| *export == wanted)
        .or_else(|| exports.iter().find(|export| are_semver_compatible(export, wanted)))
        .cloned();
    found.ok_or_else(|| ComposeError::NoExport { export: wanted.to_owned(), exports: exports.join(", ") })
}

fn check_type(
    graph: &CompositionGraph,
    (plug, export): (PackageId, &str),
    (main, import): (PackageId, &str),
) -> Result<(), ComposeError> {
    let types = graph.types();
    let given = types[graph[plug].ty()].exports.get(export);
    let wanted = types[graph[main].ty()].imports.get(import);
    let (Some(given), Some(wanted)) = (given, wanted) else {
        return Err(ComposeError::Invalid(anyhow::anyhow!("`{import}` has no type")));
    };
    let mut cache = Default::default();
    SubtypeChecker::new(&mut cache)
        .is_subtype(*given, types, *wanted, types)
        .map_err(|error| ComposeError::Mismatch { export: export.to_owned(), reason: format!("{error:#}") })
}

fn export_all(graph: &mut CompositionGraph, main: PackageId, target: NodeId) -> Result<(), ComposeError> {
    for name in names(graph, main, Side::Exports) {
        let node = graph.alias_instance_export(target, &name).map_err(invalid)?;
        graph.export(node, &name).map_err(invalid)?;
    }
    Ok(())
}

/// What an import takes of the component's grants.
const CAPABILITIES: &[(&str, &str)] = &[
    ("fermyon:spin/key-value", "key_value_stores"),
    ("fermyon:spin/sqlite", "sqlite_databases"),
    ("fermyon:spin/variables", "variables"),
    ("spin:key-value/", "key_value_stores"),
    ("spin:sqlite/", "sqlite_databases"),
    ("spin:variables/", "variables"),
    ("wasi:config/", "variables"),
    ("wasi:http/client", "allowed_outbound_hosts"),
    ("wasi:http/outgoing-handler", "allowed_outbound_hosts"),
    ("wasi:keyvalue/", "key_value_stores"),
    ("wasi:sockets/", "allowed_outbound_hosts"),
];

fn check_inherited(
    graph: &CompositionGraph,
    plug: PackageId,
    dependency: &Dependency,
) -> Result<(), ComposeError> {
    for import in names(graph, plug, Side::Imports) {
        let capability = CAPABILITIES.iter().find(|(prefix, _)| import.starts_with(prefix));
        if let Some((_, configuration)) = capability
            && !dependency.inherit.includes(configuration)
        {
            return Err(ComposeError::NotInherited { import, configuration });
        }
    }
    Ok(())
}

/// Whether `import` is what a manifest means by `name`: the whole package without an interface,
/// any version without one, and otherwise a compatible version.
fn fits(name: &str, import: &str) -> bool {
    if !name.contains(':') {
        return name == import;
    }
    let (name, version) = name.split_once('@').map_or((name, None), |(n, v)| (n, Some(v)));
    let (imported, imported_version) = import.split_once('@').map_or((import, None), |(n, v)| (n, Some(v)));
    let package = imported.split_once('/').map_or(imported, |(package, _)| package);
    let same = if name.contains('/') { name == imported } else { name == package };
    let compatible = match (version, imported_version) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(a), Some(b)) => are_semver_compatible(&format!("x:y@{a}"), &format!("x:y@{b}")),
    };
    same && compatible
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_match_by_package_interface_and_version() {
        let check = |name, import, expected| {
            assert_eq!(fits(name, import), expected, "{name} and {import}");
        };
        check("a:b", "a:b/c@0.1.0", true);
        check("a:b/c", "a:b/c@0.1.0", true);
        check("a:b/c@0.1.0", "a:b/c@0.1.0", true);
        check("a:b/c@0.1.3", "a:b/c@0.1.0", true);
        check("a:b@0.1.0", "a:b/c@0.1.0", true);
        check("a:b/c@0.2.0", "a:b/c@0.1.0", false);
        check("a:b/d", "a:b/c@0.1.0", false);
        check("a:bb", "a:b/c@0.1.0", false);
        check("a:b/c@0.1.0", "a:b/c", false);
        check("plain", "plain", true);
        check("plain", "plainer", false);
    }
}
