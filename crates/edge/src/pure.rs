//! A component that only decides, from a file: a routing policy, a bot.
//!
//! It has as little as in a center: no folder, no variable, nobody to call. How much it may compute is counted
//! in instructions, since a clock would end it now here, now there.

use anyhow::{Context as _, Result, bail};
use std::path::Path;
use wasmtime::{
    Config, Engine, ResourceLimiter, Store,
    component::{Component, Linker, ResourceTable, types::ComponentItem},
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// What gives something that was not given to it, whatever version of it.
const ACTING: [&str; 4] = ["wasi:clocks/", "wasi:random/", "wasi:http/", "wasi:sockets/"];
/// What hash maps begin with: here it is always the same.
const HASH_SEED: &str = "wasi:random/insecure-seed";

/// About a second of computing for one answer.
const INSTRUCTIONS_MAX: u64 = 1_000_000_000;
const MEMORY_MAX: usize = 128 * 1024 * 1024;
const TABLE_MAX: usize = 100_000;

/// A compiled component.
#[derive(Clone)]
pub struct PureFile {
    engine: Engine,
    pub component: Component,
    pub linker: Linker<Nothing>,
}

/// What it is given.
pub struct Nothing {
    wasi: WasiCtx,
    table: ResourceTable,
    /// The most memory that one of its parts had, in bytes.
    pub memory: usize,
}

impl ResourceLimiter for Nothing {
    fn memory_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory = self.memory.max(wanted);
        Ok(wanted <= MEMORY_MAX)
    }

    fn table_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(wanted <= TABLE_MAX)
    }
}

impl WasiView for Nothing {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl PureFile {
    /// Loads a `kind` of component, which exports `interface`; `guide` says how to build one.
    pub fn load(file: &Path, interface: &str, kind: &str, guide: &str) -> Result<Self> {
        let bytes = std::fs::read(file).context("cannot be read")?;
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config)?;
        let Ok(component) = Component::new(&engine, &bytes) else {
            bail!("is no WebAssembly component: build it as {guide} says");
        };
        let of = component.component_type();
        if of.get_export(&engine, interface).is_none() {
            bail!("is no {kind}: it exports no {interface}");
        }
        for (name, item) in of.imports(&engine) {
            let ComponentItem::ComponentInstance(instance) = item.ty else {
                bail!("imports {name}, and a {kind} may only decide");
            };
            let mut items = instance.exports(&engine);
            // Some are imported for their types alone.
            let acts = items.any(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
            let is_acting = ACTING.iter().any(|acting| name.starts_with(acting));
            let is_known = name.starts_with(HASH_SEED) || name.starts_with("wasi:") && !is_acting;
            if acts && !is_known {
                bail!("imports {name}, and a {kind} may only decide");
            }
        }
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        Ok(PureFile { engine, component, linker })
    }

    /// Where an instance of it lives, with what it needs for its first answer.
    pub fn store(&self) -> wasmtime::Result<Store<Nothing>> {
        let (wasi, table) = (WasiCtxBuilder::new().insecure_random_seed(0).build(), ResourceTable::new());
        let mut store = Store::new(&self.engine, Nothing { wasi, table, memory: 0 });
        store.limiter(|nothing| nothing);
        Self::refuel(&mut store)?;
        Ok(store)
    }

    /// Gives it what it may compute for one more answer.
    pub fn refuel(store: &mut Store<Nothing>) -> wasmtime::Result<()> {
        store.set_fuel(INSTRUCTIONS_MAX)
    }
}
