//! One living instance of a component: its state, its memory, and how long it may compute.

use crate::bindings::SpinView;
use crate::engine::EPOCH;
use crate::grants::Grants;
use crate::guest_output::GuestOutput;
use crate::limits::Limits;
use crate::outbound::Outbound;
use crate::telemetry::{CpuMeter, HeldMemory, InstanceMemory};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use wasmtime::component::ResourceTable;
use wasmtime::{Engine, ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// What the host keeps for one instance.
pub struct Instance {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    outbound: Outbound,
    memory: MemoryLimit,
    grants: Arc<Grants>,
}

impl WasiView for Instance {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Instance {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

impl Instance {
    pub fn spin(&mut self) -> SpinView<'_> {
        SpinView { table: &mut self.table, grants: &self.grants }
    }

    /// A store for one instance that may use `grants` within `limits`. `burst` and `cpu` tell how it
    /// computes; `on_hog` is called once for each burst that goes on for [`HOG_EPOCHS`].
    pub fn store(
        engine: &Engine,
        grants: &Arc<Grants>,
        outbound: Outbound,
        limits: &Limits,
        burst: Arc<Burst>,
        cpu: Arc<CpuMeter>,
        on_hog: impl Fn() + Send + Sync + 'static,
    ) -> wasmtime::Result<Store<Self>> {
        let state = Self {
            wasi: wasi(grants)?,
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            outbound,
            memory: MemoryLimit::new(limits.memory_bytes, grants.telemetry.metrics.memory.clone()),
            grants: grants.clone(),
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.memory);
        let meter = cpu.clone();
        store.call_hook(move |_, hook| {
            meter.hook(hook);
            Ok(())
        });
        store.set_epoch_deadline(1);
        let cpu_max = limits.cpu;
        let epochs_max = cpu_max.as_millis() / EPOCH.as_millis();
        store.epoch_deadline_callback(move |_| match burst.advance() {
            0 => Ok(UpdateDeadline::Continue(1)),
            epochs if epochs_max < u128::from(epochs) => {
                Err(wasmtime::format_err!("the instance computed for more than {cpu_max:?}"))
            }
            epochs => {
                if epochs == HOG_EPOCHS {
                    on_hog();
                }
                cpu.leave();
                let cpu = cpu.clone();
                // tokio's own yield lets it look for new I/O first; waking the task right away
                // would starve connections for as long as anybody computes.
                let pause = async move {
                    tokio::task::yield_now().await;
                    cpu.enter();
                };
                Ok(UpdateDeadline::YieldCustom(1, Box::pin(pause)))
            }
        });
        Ok(store)
    }
}

/// An instance that computes for this long is no place for further requests.
const HOG_EPOCHS: u32 = 5;

/// How many epochs an instance has been computing without waiting for anything.
#[derive(Default)]
pub struct Burst {
    epochs: AtomicU32,
    yielded: AtomicBool,
}

impl Burst {
    /// Another epoch went by while the guest was computing. The first one only says that the
    /// guest woke up: it may have slept through any number of epochs.
    fn advance(&self) -> u32 {
        let epochs = self.epochs.fetch_add(1, Relaxed);
        self.yielded.store(0 < epochs, Relaxed);
        epochs
    }

    /// The instance has nothing to run for now. Unless it only made room for others, its burst
    /// is over.
    pub fn pause(&self) {
        if !self.yielded.swap(false, Relaxed) {
            self.epochs.store(0, Relaxed);
        }
    }
}

fn wasi(grants: &Grants) -> wasmtime::Result<WasiCtx> {
    let files = grants.log_files.as_ref();
    let output = |file| GuestOutput::new(grants.telemetry.clone(), file);
    let stdout = output(files.map(|files| files.stdout.clone()));
    let stderr = output(files.map(|files| files.stderr.clone()));
    let mut builder = WasiCtxBuilder::new();
    builder.stdout(stdout).stderr(stderr).envs(&grants.environment);
    if let Some(folder) = &grants.files {
        builder.preopened_dir(folder, "/", FsPerms::ReadOnly)?;
    }
    Ok(builder.build())
}

/// Limits the sum of an instance's linear memories, and counts it.
struct MemoryLimit {
    left: usize,
    held: InstanceMemory,
    /// The growth that was allowed last: wasmtime tells when it did not come about.
    allowed: usize,
}

impl MemoryLimit {
    fn new(bytes: usize, component: Arc<HeldMemory>) -> Self {
        Self { left: bytes, held: InstanceMemory::none_of(component), allowed: 0 }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        if self.left < growth || maximum.is_some_and(|maximum| maximum < desired) {
            return Ok(false);
        }
        self.left -= growth;
        self.held.grow(growth);
        self.allowed = growth;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        let growth = std::mem::take(&mut self.allowed);
        self.left += growth;
        self.held.shrink(growth);
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000 && maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_on_over_yields_and_ends_with_a_pause() {
        let burst = Burst::default();
        assert_eq!(burst.advance(), 0);
        assert_eq!(burst.advance(), 1);
        burst.pause();
        assert_eq!(burst.advance(), 2, "it only yielded");
        burst.pause();
        burst.pause();
        assert_eq!(burst.advance(), 0);
    }

    #[test]
    fn memories_are_limited_in_sum() {
        let component = crate::telemetry::Metrics::new().component("test");
        let mut limit = MemoryLimit::new(100, component.memory.clone());
        assert!(limit.memory_growing(0, 60, None).expect("no trap"));
        assert!(!limit.memory_growing(0, 60, None).expect("no trap"));
        assert!(limit.memory_growing(60, 100, None).expect("no trap"));
        assert!(!limit.memory_growing(0, 1, None).expect("no trap"));
        limit.memory_grow_failed(wasmtime::format_err!("no pages")).expect("no trap");
        assert!(limit.memory_growing(60, 100, None).expect("no trap"), "it did not grow before");
    }
}
