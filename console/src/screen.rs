//! The screens and their parts, from the way in to the details.

pub(crate) mod commands;
mod comment;
mod company;
mod composer;
pub(crate) mod conversation;
pub(crate) mod customer;
pub(crate) mod dialog;
pub(crate) mod failures;
pub(crate) mod health;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod letter;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod message;
pub(crate) mod presence;
pub(crate) mod reading;
pub(crate) mod ready_answer;
mod remarks;
pub(crate) mod template;
pub(crate) mod transfer;
pub(crate) mod work;
pub(crate) mod work_list;
pub(crate) mod wrap_up;
