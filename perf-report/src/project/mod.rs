//! What a project keeps: its [`workspace`] and [`config`], [`baseline`]s, [`blessings`], and runs in a
//! [`store`]. Prints nothing.

pub mod baseline;
pub mod blessings;
pub mod check;
pub mod config;
pub mod context;
pub mod named;
pub mod store;
pub mod workspace;
