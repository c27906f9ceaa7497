//! Golden messages: what each wrong manifest in `manifests/` is told. `UPDATE=1` writes them.

use edge::manifest::Manifest;
use std::path::Path;

#[test]
fn wrong_manifests_are_told_where_and_what_to_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests");
    let update = std::env::var_os("UPDATE").is_some();
    let mut checked = 0;
    let mut files: Vec<_> =
        folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "toml")) {
        let text = std::fs::read_to_string(file).expect("a manifest");
        let error = Manifest::parse(Path::new("spin.toml"), &text)
            .err()
            .unwrap_or_else(|| panic!("{} must be refused", file.display()));
        let golden = file.with_extension("err");
        let said = format!("{error}\n");
        if update {
            std::fs::write(&golden, &said).expect("written");
        }
        let wanted = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(said, wanted, "{}", file.display());
        checked += 1;
    }
    assert!(20 <= checked, "only {checked} manifests were found");
}

#[test]
fn a_manifest_with_everything_is_read() {
    let text = include_str!("everything.toml");
    let manifest = Manifest::parse(Path::new("app/spin.toml"), text).expect("a good manifest");
    assert_eq!(manifest.name, "everything");
    assert_eq!(manifest.folder(), Path::new("app"));
    assert_eq!(manifest.triggers.len(), 4);
    let api = &manifest.components["api"];
    assert_eq!(api.variables["url"], "https://{{ host }}");
    assert_eq!(api.files.len(), 2);
    assert_eq!(api.limits.memory_mib, Some(64));
    assert_eq!(manifest.limits.cpu_ms, Some(1000));
    assert!(api.dependencies[0].inherit.includes("variables"));
    assert!(!api.dependencies[0].inherit.includes("files"));
}
