//! The center's clock hand: whatever is due and nobody is at is performed here, whoever asks: the host
//! each second, a desk's open event stream, a cron job. Its own work are deadlines, and files that the
//! virus scanner is to see.

#[cfg(target_family = "wasm")]
mod tick;
