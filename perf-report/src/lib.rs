//! A program and a library that collect, store, compare, and judge the recordings of perf-runtime.
//!
//! Reading order: [`cli`] loads through the modules that do IO, hands plain data ([`model`]) to the
//! pure ones, and prints the result. Every mistake of a user is an [`error::UserError`].

pub mod analysis;
pub mod bench_tracker;
#[cfg(feature = "cli")]
pub mod cli;
pub mod doctor;
pub mod error;
pub mod files;
pub mod import;
pub mod live;
pub mod model;
pub mod overhead;
pub mod project;
pub mod record;
pub mod render;
pub mod stats;
pub mod text;
pub mod verdict;

pub use error::UserError;
pub use project::{Budget, Project, Settings};
