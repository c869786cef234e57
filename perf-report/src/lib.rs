//! Collects, stores, compares, and judges what perf-runtime recorded.
//!
//! Reading order: [`cli`] loads through the modules that do IO, hands plain data ([`model`]) to the
//! pure ones, and prints what they give back. Whatever a user can cause is an [`error::UserError`].

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
