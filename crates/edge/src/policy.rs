//! A routing policy from a file, asked outside of a center: for a replay.

use crate::pure::{Nothing, PureFile};
use anyhow::{Context as _, Result};
use domain::routing::{Assignment, Snapshot};
use scenario::policy::{Judged, Policy, Unfit};
use std::path::Path;
use wasmtime::{Store, Trap};

mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit/routing", world: "policy" });
}

use bindings::exports::centralita::routing::routing as wit;
policy::host!(wit);

const DECISION: &str = "centralita:routing/routing@0.2.0";

/// One that does not come to an end so often is not asked again in a run.
const HANGS_MAX: u32 = 3;

/// A compiled policy.
#[derive(Clone)]
pub struct PolicyFile(PureFile);

impl PolicyFile {
    pub fn load(file: &Path) -> Result<Self> {
        let pure = PureFile::load(file, DECISION, "routing policy", "docs/guides/policy.md")?;
        let policy = PolicyFile(pure);
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
        PureFile::refuel(store)?;
        let answer = policy.centralita_routing_routing().call_assign(&mut *store, &written(snapshot))?;
        Ok(answer.into_iter().map(read).collect())
    }

    fn start(&self) -> wasmtime::Result<Living> {
        let mut store = self.0.store()?;
        let policy = bindings::Policy::instantiate(&mut store, &self.0.component, &self.0.linker)?;
        Ok(Living { store, policy })
    }
}

struct Living {
    store: Store<Nothing>,
    policy: bindings::Policy,
}
