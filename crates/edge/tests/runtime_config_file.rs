//! The runtime configuration as it is read: golden messages for each wrong one in `runtime_configs/`
//! (`UPDATE=1` writes them), and one with everything that Spin reads.

use edge::outbound::BlockedNetworks;
use edge::runtime_config::{DatabaseConfig, Provider, RuntimeConfig, State, StoreConfig};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

#[test]
fn wrong_files_are_told_where_and_what_to_do() {
    let folder = folder().join("runtime_configs");
    let update = std::env::var_os("UPDATE").is_some();
    let mut files: Vec<_> =
        folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "toml"));
    assert!(40 <= files.len(), "only {} files were found", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file");
        let error = RuntimeConfig::parse(&folder.join("runtime.toml"), &text)
            .err()
            .unwrap_or_else(|| panic!("{} must be refused", file.display()));
        let said = format!("{error}\n").replace(&format!("{}/", folder.display()), "");
        let golden = file.with_extension("err");
        if update {
            std::fs::write(&golden, &said).expect("written");
        }
        let wanted = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(said, wanted, "{}", file.display());
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn everything_that_spin_reads_is_read() {
    let text = include_str!("everything-runtime.toml");
    let config = RuntimeConfig::parse(Path::new("etc/runtime.toml"), text).expect("good");
    assert_eq!(config.state, Some(State::Folder("state".into())));
    assert_eq!(config.log_dir.as_deref(), Some(Path::new("logs")));
    assert_eq!((config.memory_bytes, config.postgres_connections), (Some(268_435_456), Some(7)));

    // A store's path is read from the configuration's folder, a database's from the working folder.
    let local = Some(PathBuf::from("etc/local.db"));
    let stores = &config.key_value_stores;
    assert!(matches!(&stores["default"], StoreConfig::Redis(_)));
    assert!(matches!(&stores["local"], StoreConfig::File(path) if *path == local));
    assert!(matches!(&stores["memory"], StoreConfig::File(None)));
    assert!(matches!(&stores["azure"], StoreConfig::OutOfReach(error) if error.line == 19));
    assert!(matches!(&stores["amazon"], StoreConfig::OutOfReach(_)));
    let databases = &config.sqlite_databases;
    let main = Path::new("main.db");
    assert!(matches!(&databases["default"], DatabaseConfig::File(path) if path == main));
    assert!(matches!(&databases["memory"], DatabaseConfig::Memory));
    assert!(matches!(&databases["far"], DatabaseConfig::LibSql(_)));

    let [
        Provider::Static(values),
        Provider::Environment { prefix, file },
        Provider::Vault(_),
        Provider::Vault(_),
        Provider::OutOfReach(_),
    ] = &*config.variables
    else {
        panic!("the providers are not in their order");
    };
    assert_eq!((values["key"].as_str(), prefix.as_str()), ("hunter2", "APP"));
    assert_eq!(file.as_deref(), Some(Path::new(".env")));

    let outbound = &config.outbound;
    assert!(outbound.pooling && outbound.blocked.private && outbound.blocked.networks.len() == 2);
    assert_eq!((outbound.connections, outbound.connections_of_all), (Some(100), Some(500)));
    assert_eq!((outbound.tls.len(), &*outbound.tls[0].components), (1, &["api".to_owned()][..]));
    assert_eq!(
        config.warnings,
        [
            "etc/runtime.toml:13: unknown key `pth` in [key_value_store.local]; ignored, as in Spin",
            "etc/runtime.toml:35: ATTACH (`sqlite_database.default.allow_attach_file`) is not available on this host",
        ]
    );
}

#[test]
fn what_is_left_out_has_spins_default() {
    let parse = |text| RuntimeConfig::parse(Path::new("runtime.toml"), text).expect("good");
    let empty = parse("");
    assert!(empty.outbound.pooling && empty.outbound.blocked == BlockedNetworks::default());
    assert_eq!((empty.state, empty.log_dir), (None, None));
    // Once the table exists, pooling is off unless it says so.
    assert!(!parse("[outbound_http]\nmax_connections = 0").outbound.pooling);
    // The old name let one more through.
    assert_eq!(parse("[outbound_http]\nmax_concurrent_requests = 3").outbound.connections, Some(4));
    assert_eq!(parse("state_dir = ''\nlog_dir = ''").state, Some(State::Memory));
}
