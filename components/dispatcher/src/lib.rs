//! The center's clock hand: whatever is due and nobody is at is performed here, whoever asks: the host
//! each second, a desk's open event stream, a cron job. Deadlines are its own work.

#[cfg(target_family = "wasm")]
mod tick;
