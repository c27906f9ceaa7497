//! The shop as flows see it: the program that is shipped, asked over HTTP on a day in November.

mod appointment;
mod claim;
mod customer;
mod invoice;
mod order;
mod payment;
mod repeat;
mod request;
mod server;
