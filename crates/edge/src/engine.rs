//! The wasmtime engine: pooled memory and a clock for interruption.
//!
//! Every 10 ms the epoch advances, and a guest that is computing yields its thread. Memory of
//! ended instances is given back at once: an idle host keeps none.

use anyhow::{Context as _, Result};
use std::time::Duration;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How long a guest computes before others get their turn.
pub const EPOCH: Duration = Duration::from_millis(10);

/// Instances of all components that can live at once.
const INSTANCES_MAX: u32 = 1000;

/// An engine whose clock runs for as long as it is in use.
pub fn start() -> Result<Engine> {
    let mut config = configuration();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    let engine = Engine::new(&config).or_else(|error| {
        // The pool reserves terabytes of addresses; some systems do not have them to give.
        tracing::info!("memory is allocated on demand, since a pool is not possible: {error:#}");
        Engine::new(&configuration())
    })?;
    let weak = engine.weak();
    std::thread::Builder::new()
        .name("epoch".into())
        .spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH);
            }
        })
        .context("could not start the epoch thread")?;
    Ok(engine)
}

fn configuration() -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(true).epoch_interruption(true);
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(INSTANCES_MAX * 8)
        .total_memories(INSTANCES_MAX * 2)
        .total_tables(INSTANCES_MAX * 4)
        .total_stacks(INSTANCES_MAX * 4)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_core_instances_per_component(200)
        .max_memories_per_component(32)
        .max_tables_per_component(64)
        .table_elements(100_000)
        .linear_memory_keep_resident(0)
        .table_keep_resident(0)
        .async_stack_keep_resident(0)
        .max_unused_warm_slots(0);
    pool
}
