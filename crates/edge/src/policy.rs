//! A routing policy from a file, asked outside of a center: for a replay.
//!
//! It is asked as the router asks it, and has as little: no folder, no variable, nobody to call. How much it
//! may compute is counted in instructions, since a clock would end it now here, now there.

use anyhow::{Context as _, Result, bail};
use domain::routing::{Assignment, Snapshot};
use scenario::policy::{Judged, Policy, Unfit};
use std::path::Path;
use wasmtime::{
    Config, Engine, Store, Trap,
    component::{Component, Linker, ResourceTable, types::ComponentItem},
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit/routing", world: "policy" });
}

use bindings::exports::centralita::routing::routing as wit;
policy::host!(wit);

const DECISION: &str = "centralita:routing/routing@0.2.0";

/// What gives something that is not in the snapshot, whatever version of it.
const ACTING: [&str; 4] = ["wasi:clocks/", "wasi:random/", "wasi:http/", "wasi:sockets/"];

/// About a second of computing for one answer.
const INSTRUCTIONS_MAX: u64 = 1_000_000_000;

/// One that does not come to an end so often is not asked again in a run.
const HANGS_MAX: u32 = 3;

/// A compiled policy.
#[derive(Clone)]
pub struct PolicyFile {
    engine: Engine,
    component: Component,
    linker: Linker<Nothing>,
}

/// What a policy is given.
struct Nothing {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Nothing {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl PolicyFile {
    pub fn load(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file).context("cannot be read")?;
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config)?;
        let Ok(component) = Component::new(&engine, &bytes) else {
            bail!("is no WebAssembly component: build it as docs/guides/policy.md says");
        };
        let kind = component.component_type();
        if kind.get_export(&engine, DECISION).is_none() {
            bail!("is no routing policy: it exports no {DECISION}");
        }
        for (name, item) in kind.imports(&engine) {
            let ComponentItem::ComponentInstance(instance) = item.ty else {
                bail!("imports {name}, and a policy may only decide");
            };
            let mut items = instance.exports(&engine);
            // Some are imported for their types alone.
            let acts = items.any(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
            let is_known = name.starts_with("wasi:") && !ACTING.iter().any(|acting| name.starts_with(acting));
            if acts && !is_known {
                bail!("imports {name}, and a policy may only decide");
            }
        }
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let policy = PolicyFile { engine, component, linker };
        policy.start().map_err(anyhow::Error::from).context("does not fit this host")?;
        Ok(policy)
    }

    /// For one run. What it does not answer, or answers against the rules, the default decides.
    pub fn policy(&self) -> Box<dyn Policy> {
        let (file, mut living, mut hangs) = (self.clone(), None, 0);
        Box::new(Judged::replaced(move |snapshot: &Snapshot| {
            if hangs == HANGS_MAX {
                return Err(Unfit::NoAnswer("it did not come to an end before".to_owned()));
            }
            let answer = file.ask(&mut living, snapshot);
            answer.map_err(|error| {
                // One that trapped does not live on.
                living = None;
                let trap = error.root_cause().downcast_ref::<Trap>();
                hangs += u32::from(trap == Some(&Trap::OutOfFuel));
                Unfit::NoAnswer(match trap {
                    Some(Trap::OutOfFuel) => "it did not come to an end".to_owned(),
                    Some(trap) => trap.to_string(),
                    None => error.root_cause().to_string(),
                })
            })
        }))
    }

    fn ask(&self, living: &mut Option<Living>, snapshot: &Snapshot) -> wasmtime::Result<Vec<Assignment>> {
        let Living { store, policy } = match living {
            Some(living) => living,
            None => living.insert(self.start()?),
        };
        store.set_fuel(INSTRUCTIONS_MAX)?;
        let answer = policy.centralita_routing_routing().call_assign(&mut *store, &written(snapshot))?;
        Ok(answer.into_iter().map(read).collect())
    }

    fn start(&self) -> wasmtime::Result<Living> {
        let nothing = Nothing { wasi: WasiCtxBuilder::new().build(), table: ResourceTable::new() };
        let mut store = Store::new(&self.engine, nothing);
        store.set_fuel(INSTRUCTIONS_MAX)?;
        let policy = bindings::Policy::instantiate(&mut store, &self.component, &self.linker)?;
        Ok(Living { store, policy })
    }
}

struct Living {
    store: Store<Nothing>,
    policy: bindings::Policy,
}
