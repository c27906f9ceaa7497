//! Forms of the business's own site.
//!
//! [`form`] reads what a browser or a server posts, [`meaning`] says what its fields are, [`codec`] makes a
//! letter of it. What keeps machines out is in [`trap`] and [`captcha`], what the page is told in [`thanks`].
//! All of that is pure. A form names no way back: its conversation belongs to the account for letters (or
//! short messages) that its account names, so answering it is writing a letter.

pub mod captcha;
pub mod codec;
pub mod form;
pub mod meaning;
pub mod thanks;
pub mod trap;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod server;
