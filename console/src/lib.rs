//! The desk: one screen for agents and supervisors, in the browser.
//!
//! What it knows and what it says is pure and tested natively: [`work`] (all an agent sees, moved on
//! by events), [`thread`] (one conversation), [`sse`], [`keyboard`], [`format`], [`language`]. The
//! screens are Leptos components that show it, and exist in the browser only.

pub mod format;
pub mod keyboard;
pub mod language;
pub mod sse;
pub mod thread;
pub mod work;
