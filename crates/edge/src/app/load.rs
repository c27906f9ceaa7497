//! From a manifest to an application that can answer.

use super::{App, Target};
use crate::bindings::{Imports, Spin};
use crate::compiled::CompiledComponents;
use crate::compose::compose;
use crate::engine;
use crate::files;
use crate::grants::Grants;
use crate::guest_output::LogFiles;
use crate::instance::Instance;
use crate::key_value::{KeyValue, KeyValueFile, RedisStore};
use crate::limits::{LimitOverrides, Limits};
use crate::manifest::{Component, Dependency, DependencySource, Endpoint, Manifest, ManifestError};
use crate::outbound::allowed::AllowedHosts;
use crate::outbound::{self, Client, Neighbours, Places};
use crate::pool::Pool;
use crate::postgres;
use crate::route::{Pattern, Router};
use crate::runtime_config::{DatabaseConfig, StoreConfig};
use crate::sqlite::{Database, Sqlite, libsql};
use crate::telemetry::{Metrics, SqliteMetrics, Telemetry, Tracing};
use crate::urgency::Urgency;
use crate::variables::Variables;
use anyhow::Context as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi_http::handler::ProxyPre;
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// What the command line adds to the manifest.
pub struct Options {
    /// Databases, compiled components and gathered files go here.
    pub data: PathBuf,
    pub variables: BTreeMap<String, String>,
    /// `SPIN_VARIABLE_*`, from a file or the process.
    pub environment: BTreeMap<String, String>,
    pub limits: LimitOverrides,
    pub postgres: postgres::Settings,
    /// Where the stores and databases are that are not in `data`, by label.
    pub key_value_stores: BTreeMap<String, StoreConfig>,
    pub sqlite_databases: BTreeMap<String, DatabaseConfig>,
    /// Stores and databases that are not there either are kept in memory.
    pub in_memory: bool,
    pub outbound: outbound::Settings,
    /// What guests print goes to files here, too.
    pub log_dir: Option<PathBuf>,
    /// How long a transaction may be open.
    pub transaction_max: Duration,
    pub tracing: Tracing,
}

/// Why an application does not start.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The manifest asks for something that is not there. Its author can repair it.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The machine does not let us: a disk, a permission, a limit.
    #[error("{0:#}")]
    Host(#[from] anyhow::Error),
}

/// What all components share while they are loaded.
struct Loader<'a> {
    manifest: &'a Manifest,
    options: &'a Options,
    variables: Variables,
    engine: Engine,
    linker: Linker<Instance>,
    compiled: CompiledComponents,
    client: Client,
    neighbours: Neighbours,
    key_value_stores: BTreeMap<String, KeyValue>,
    databases: BTreeMap<String, Sqlite>,
    postgres: Arc<postgres::Servers>,
    metrics: Arc<Metrics>,
}

/// A component before it is compiled.
struct Parts<'a> {
    id: &'a str,
    component: &'a Component,
    grants: Arc<Grants>,
    bytes: Vec<u8>,
}

impl App {
    /// Compiles and links everything `manifest` names. Blocks for as long as that takes.
    pub fn load(manifest: &Manifest, options: &Options) -> Result<Arc<Self>, LoadError> {
        let loader = Loader::new(manifest, options)?;
        let ids: BTreeSet<&str> = manifest
            .triggers
            .iter()
            .filter_map(|trigger| match &trigger.endpoint {
                Endpoint::Component(id) => Some(id.as_str()),
                Endpoint::Static(_) => None,
            })
            .collect();
        let components = loader.pools(&ids)?;
        let mut routes = Vec::new();
        for trigger in &manifest.triggers {
            let Some(route) = &trigger.route else { continue };
            let pattern = Pattern::parse(route).map_err(|error| {
                manifest.error(trigger.line, format!("route `{route}`: {error}"), "repair the route")
            })?;
            let target = match &trigger.endpoint {
                Endpoint::Static(fixed) => Target::Static(fixed.clone()),
                Endpoint::Component(id) => match components.get(id) {
                    Some(pool) => Target::Component(pool.clone()),
                    None => continue,
                },
            };
            routes.push((pattern, target));
        }
        let router = Router::new(routes);
        let app = Arc::new(Self {
            name: manifest.name.clone(),
            router,
            components,
            urgency: Urgency::default(),
            metrics: loader.metrics.clone(),
        });
        _ = loader.neighbours.set(Arc::downgrade(&app));
        Ok(app)
    }
}

impl<'a> Loader<'a> {
    fn new(manifest: &'a Manifest, options: &'a Options) -> Result<Self, LoadError> {
        let variables =
            Variables::resolve(manifest, &options.variables, |name| options.environment.get(name).cloned())?;
        let data = &options.data;
        let engine = engine::start()?;
        let metrics = Metrics::new();
        let of_all = options.outbound.connections_of_all.map(Places::new);
        Ok(Self {
            linker: linker(&engine).map_err(anyhow::Error::from)?,
            compiled: CompiledComponents::open(&engine, &data.join("cache"))?,
            engine,
            client: Client::with(&options.outbound, of_all.clone())?,
            neighbours: Neighbours::default(),
            key_value_stores: key_value_stores(manifest, options)?,
            databases: databases(manifest, options, &metrics.sqlite)?,
            postgres: postgres::Servers::new(options.postgres, of_all, metrics.postgres.clone()),
            metrics,
            manifest,
            options,
            variables,
        })
    }

    /// Loads the components called `ids`, on as many threads as there are processors.
    ///
    /// Only compiling takes long, so everything that can be wrong in the manifest shows before.
    fn pools(&self, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, Arc<Pool>>, LoadError> {
        let parts: Vec<_> = ids.iter().map(|id| self.parts(id)).collect::<Result<_, _>>()?;
        let next = std::sync::Mutex::new(parts.into_iter());
        let work = || {
            let mut loaded = Vec::new();
            loop {
                let parts = next.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some(parts) = parts else { return Ok::<_, LoadError>(loaded) };
                loaded.push((parts.id.to_owned(), self.pool(parts)?));
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut pools = BTreeMap::new();
            for worker in workers {
                match worker.join() {
                    Ok(loaded) => pools.extend(loaded?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(pools)
        })
    }

    fn parts<'b>(&'b self, id: &'b str) -> Result<Parts<'b>, LoadError> {
        let Some(component) = self.manifest.components.get(id) else {
            return Err(self.manifest.error(1, format!("there is no component `{id}`"), "define it").into());
        };
        let grants = Arc::new(self.grants(id, component)?);
        Ok(Parts { id, component, grants, bytes: self.bytes(component)? })
    }

    fn pool(&self, parts: Parts<'_>) -> Result<Arc<Pool>, LoadError> {
        let Parts { id, component, grants, bytes } = parts;
        let compiled = self.compiled.get(&bytes).map_err(|error| {
            self.manifest.error(
                component.line,
                format!("{} is no component this host can run: {error:#}", component.source.display()),
                "build it for wasm32-wasip2",
            )
        })?;
        let pre = self.linker.instantiate_pre(&compiled).and_then(ServicePre::new).map_err(|error| {
            self.manifest.error(
                component.line,
                format!("component `{id}` does not fit this host: {error:#}"),
                "build it with spin-sdk 7, and use only what the README of the host lists",
            )
        })?;
        let limits =
            Limits::default().with(&self.options.limits).with(&self.manifest.limits).with(&component.limits);
        Ok(Pool::new(
            self.engine.clone(),
            ProxyPre::P3(pre),
            grants,
            self.client.clone(),
            self.neighbours.clone(),
            limits,
        ))
    }

    /// The component's code, with its dependencies inside.
    fn bytes(&self, component: &Component) -> Result<Vec<u8>, ManifestError> {
        let main = self.read(&component.source, component.line)?;
        let mut dependencies: Vec<(&Dependency, Vec<u8>)> = Vec::new();
        for dependency in &component.dependencies {
            let bytes = match &dependency.source {
                DependencySource::Path(path) => self.read(path, dependency.line)?,
                // Checked when the manifest was read.
                DependencySource::Component(id) => match self.manifest.components.get(id) {
                    Some(component) => self.bytes(component)?,
                    None => continue,
                },
            };
            dependencies.push((dependency, bytes));
        }
        compose(main, &dependencies).map_err(|(index, error)| {
            let dependency = index.and_then(|index| dependencies.get(index));
            let (line, name) = dependency.map_or((component.line, ""), |(dependency, _)| {
                (dependency.line, dependency.import.as_str())
            });
            self.manifest.error(
                line,
                format!("dependency `{name}`: {error}"),
                "see `dependencies` in the README of the host",
            )
        })
    }

    fn read(&self, path: &Path, line: usize) -> Result<Vec<u8>, ManifestError> {
        let file = self.manifest.folder().join(path);
        std::fs::read(&file).map_err(|error| {
            self.manifest.error(
                line,
                format!("{} cannot be read: {error}", path.display()),
                "build the components first: cargo xtask build",
            )
        })
    }

    fn log_files(&self, id: &str) -> anyhow::Result<Option<LogFiles>> {
        let Some(folder) = &self.options.log_dir else { return Ok(None) };
        create_folder(folder)?;
        let files = LogFiles::open(folder, id);
        files.map(Some).with_context(|| format!("could not write to {}", folder.display()))
    }

    fn grants(&self, id: &str, component: &Component) -> Result<Grants, LoadError> {
        let expand = |line: usize, what: &str, template: &str| {
            self.variables.expand(template).map_err(|error| {
                self.manifest.error(line, format!("{what}: {error}"), "declare it under [variables]")
            })
        };
        let mut variables = BTreeMap::new();
        for (name, template) in &component.variables {
            let what = format!("variable `{name}` of component `{id}`");
            variables.insert(name.clone(), expand(component.line, &what, template)?);
        }
        let mut hosts = AllowedHosts::default();
        for template in &component.allowed_outbound_hosts {
            let line = component.allowed_outbound_hosts_line;
            let what = format!("allowed host `{template}`");
            let entry = expand(line, &what, template)?;
            // An empty variable grants nothing: a feature that is switched off has no host.
            if entry.is_empty() {
                continue;
            }
            hosts.add(&entry).map_err(|error| {
                self.manifest.error(line, format!("{what}: {error}"), "write SCHEME://HOST[:PORT]")
            })?;
        }
        let folder = self.options.data.join("files").join(id);
        Ok(Grants {
            component: id.into(),
            variables,
            environment: component.environment.clone().into_iter().collect(),
            files: files::gather(self.manifest, component, &folder)?,
            key_value_stores: component
                .key_value_stores
                .iter()
                .filter_map(|label| Some((label.clone(), self.key_value_stores.get(label)?.clone())))
                .collect(),
            sqlite_databases: component
                .sqlite_databases
                .iter()
                .filter_map(|label| Some((label.clone(), self.databases.get(label)?.clone())))
                .collect(),
            postgres: self.postgres.clone(),
            allowed_hosts: hosts,
            telemetry: Arc::new(Telemetry {
                component: id.into(),
                metrics: self.metrics.component(id),
                tracing: self.options.tracing.clone(),
            }),
            log_files: self.log_files(id)?,
        })
    }
}

/// The databases that components name, by label. Labels with the same file share its one writer.
fn databases(
    manifest: &Manifest,
    options: &Options,
    metrics: &SqliteMetrics,
) -> anyhow::Result<BTreeMap<String, Sqlite>> {
    let folder = options.data.join("sqlite");
    create_folder(&folder)?;
    let client = Client::new()?;
    let mut files: BTreeMap<PathBuf, Arc<Database>> = BTreeMap::new();
    let mut databases = BTreeMap::new();
    for label in manifest.components.values().flat_map(|it| &it.sqlite_databases) {
        let path = match options.sqlite_databases.get(label) {
            None if !options.in_memory => std::path::absolute(folder.join(format!("{label}.db")))?,
            None | Some(DatabaseConfig::Memory) => forgotten(&options.data, label)?,
            Some(DatabaseConfig::File(path)) => std::path::absolute(path)?,
            Some(DatabaseConfig::LibSql(address)) => {
                let server = libsql::Server::new(address.clone(), client.clone(), options.transaction_max);
                databases.insert(label.clone(), Sqlite::LibSql(Arc::new(server)));
                continue;
            }
        };
        let database = match files.get(&path) {
            Some(database) => database.clone(),
            None => {
                create_folder(path.parent().unwrap_or(&folder))?;
                Database::open(&path, options.transaction_max, metrics.clone())?
            }
        };
        files.insert(path, database.clone());
        databases.insert(label.clone(), Sqlite::File(database));
    }
    Ok(databases)
}

/// The file of a database in memory: it is emptied at each start. Readers and the writer need one
/// file, and the system keeps it in memory while there is room.
fn forgotten(data: &Path, label: &str) -> anyhow::Result<PathBuf> {
    let folder = data.join("memory");
    create_folder(&folder)?;
    for suffix in ["", "-wal", "-shm"] {
        let file = folder.join(format!("{label}.db{suffix}"));
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("could not remove {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(std::path::absolute(folder.join(format!("{label}.db")))?)
}

/// The key-value stores that components name, by label.
fn key_value_stores(manifest: &Manifest, options: &Options) -> Result<BTreeMap<String, KeyValue>, LoadError> {
    create_folder(&options.data)?;
    let file = options.data.join("key_value.db");
    let own = KeyValueFile::open((!options.in_memory).then_some(&*file))?;
    let mut stores = BTreeMap::new();
    for label in manifest.components.values().flat_map(|it| &it.key_value_stores) {
        if stores.contains_key(label) {
            continue;
        }
        let store = match options.key_value_stores.get(label) {
            None => KeyValue::File(own.store(label)),
            Some(StoreConfig::File(path)) => {
                if let Some(folder) = path.as_deref().and_then(Path::parent) {
                    create_folder(folder)?;
                }
                KeyValue::File(KeyValueFile::open(path.as_deref())?.store(label))
            }
            Some(StoreConfig::Redis(address)) => {
                let store = RedisStore::open(address.clone());
                // The reason might repeat the address, which may hold a password.
                KeyValue::Redis(
                    store.map_err(|_| anyhow::anyhow!("the Redis of store `{label}` cannot be used"))?,
                )
            }
            Some(StoreConfig::OutOfReach(error)) => return Err(error.clone().into()),
        };
        stores.insert(label.clone(), store);
    }
    Ok(stores)
}

fn create_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))
}

/// Everything a component may import.
fn linker(engine: &Engine) -> wasmtime::Result<Linker<Instance>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    Imports::add_to_linker::<_, Spin>(&mut linker, Instance::spin)?;
    Ok(linker)
}
