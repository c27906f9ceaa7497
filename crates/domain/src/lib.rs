//! The rules of a contact center, as pure functions: no clock, no I/O, no async.
//!
//! Reading order: what a center is made of ([`id`], [`time`], [`channel`], [`message`], [`contact`], [`phone`],
//! [`agent`], [`queue`], [`hours`]), the life of one piece of work ([`interaction`]), who gets it ([`routing`])
//! and everything that happens later ([`due`]). What the center itself says to a contact is in [`notice`]
//! and [`transcript`].

pub mod agent;
pub mod channel;
pub mod contact;
pub mod due;
pub mod hours;
pub mod id;
pub mod interaction;
pub mod message;
pub mod notice;
pub mod phone;
pub mod queue;
pub mod routing;
pub mod time;
pub mod transcript;
