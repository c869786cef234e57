//! The program as its users see it: what it prints, what it leaves behind, and how it ends.
//!
//! Commands here record nothing, so what is tested is everything around the recording; recordings
//! themselves are compared with the truth in the end-to-end tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod ab;
mod baseline;
mod before;
mod bless;
mod collect;
mod desk;
mod doctor;
mod export;
mod history;
mod import;
mod library;
mod listed;
mod monitor;
mod order;
mod overhead;
mod push;
mod repeat;
mod run;

mod show;
mod signals;
mod slower;
mod special;
mod store;
mod usage;
