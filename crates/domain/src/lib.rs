//! The rules of a contact center, as pure functions: no clock, no I/O, no async.
//!
//! Reading order: what a center is made of ([`id`], [`time`], [`channel`], [`message`], [`part`], [`comment`],
//! [`reason`], [`file`], [`contact`], [`phone`], [`agent`], [`capacity`], [`queue`]), when it is open ([`hours`],
//! [`holiday`], [`ical`]), the life of one piece of work ([`interaction`]), the conversation flows that may
//! have it first ([`flow`]), who gets it ([`routing`]) and everything that happens later ([`due`]). What goes out is bounded by [`consent`], [`rate`] and [`template`];
//! what the center itself says to a contact is in [`notice`] and [`transcript`], words with places for values
//! are [`placeholder`]s, and what it knows are [`article`]s. How well the accounts work is in [`health`], how well the center does in [`figures`],
//! how many agents it takes in [`staffing`] and how long a wait will be in [`wait`].

pub mod agent;
pub mod article;
pub mod capacity;
pub mod channel;
pub mod comment;
pub mod consent;
pub mod contact;
pub mod due;
pub mod figures;
pub mod file;
pub mod flow;
pub mod health;
pub mod holiday;
pub mod hours;
pub mod ical;
pub mod id;
pub mod interaction;
pub mod message;
pub mod notice;
pub mod part;
pub mod phone;
pub mod placeholder;
pub mod queue;
pub mod rate;
pub mod reason;
pub mod routing;
pub mod staffing;
pub mod template;
pub mod time;
pub mod transcript;
pub mod wait;
