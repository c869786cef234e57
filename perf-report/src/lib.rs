//! Collects, stores, compares, and judges what perf-runtime recorded.
//!
//! Reading order: [`cli`] loads through the modules that do IO, hands plain data ([`model`]) to the
//! pure ones, and prints what they give back. Whatever a user can cause is an [`error::UserError`].

pub mod baseline;
pub mod blessings;
pub mod cli;
pub mod collect;
pub mod command;
pub mod config;
pub mod context;
pub mod doctor;
pub mod error;
pub mod facts;
pub mod files;
pub mod history;
pub mod interleave;
pub mod model;
pub mod noise;
pub mod overhead;
pub mod pending;
pub mod recorder;
pub mod render;
pub mod retention;
pub mod series;
pub mod session;
pub mod stacks;
pub mod stats;
pub mod store;
pub mod suggest;
pub mod table;
pub mod units;
pub mod verdict;
pub mod workspace;
pub mod worktree;
