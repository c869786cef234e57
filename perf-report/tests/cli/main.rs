//! The program as its users see it: what it prints, what it leaves behind, and how it ends.
//!
//! Commands here record nothing, so what is tested is everything around the recording; recordings
//! themselves are compared with the truth in the end-to-end tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod baseline;
mod bless;
mod desk;
mod history;
mod library;
mod listed;
mod order;
mod overhead;
mod show;
mod slower;
mod store;
mod usage;

// Their commands are scripts of `sh`, or they make links, pipes and permissions of Unix.
#[cfg(unix)]
mod ab;
#[cfg(unix)]
mod before;
#[cfg(unix)]
mod collect;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod export;
#[cfg(unix)]
mod import;
#[cfg(unix)]
mod monitor;
#[cfg(unix)]
mod push;
#[cfg(unix)]
mod repeat;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod special;
