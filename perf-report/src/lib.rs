//! A program and a library that collect, store, compare, and judge the recordings of perf-runtime.
//!
//! A program outside begins with [`Project`]. The pure rooms are public: plain data ([`model`]), what is
//! made of it ([`analysis`], [`verdict`], [`stats`]), and how it is written ([`render`], [`export`], [`text`]). The
//! rooms that run commands and read files are the business of [`project`] and of the commands. Every
//! mistake of a user is a [`UserError`].

#![cfg_attr(
    not(all(feature = "agent", feature = "clickhouse", feature = "tui")),
    allow(
        dead_code,
        unused_imports,
        reason = "commands and their live view ask for more than a program outside"
    )
)]

pub mod analysis;
pub mod bench_tracker;
#[cfg(feature = "cli")]
pub mod cli;
mod doctor;
pub mod error;
pub mod export;
mod files;
pub mod import;
mod init;
mod live;
pub mod model;
mod overhead;
pub mod project;
mod record;
pub mod render;
#[cfg(feature = "agent")]
mod serve;
#[cfg(all(feature = "cli", not(feature = "agent")))]
#[path = "serve_absent.rs"]
mod serve;
pub mod stats;
mod system;
pub mod text;
#[cfg(feature = "tui")]
mod tui;
#[cfg(all(feature = "cli", not(feature = "tui")))]
#[path = "tui_absent.rs"]
mod tui;
pub mod verdict;

pub use error::UserError;
pub use project::{Budget, Project, Runs, Settings};

/// Steps that benchmarks of this repository time by themselves; no part of the interface.
#[doc(hidden)]
pub mod measured {
    #[cfg(feature = "clickhouse")]
    pub use crate::project::store::clickhouse::questions;
    pub use crate::record::collect::collect;
    #[cfg(feature = "tui")]
    pub use crate::tui::refresher as top_refresher;
}
