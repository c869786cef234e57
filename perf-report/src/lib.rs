//! Collects, stores, compares, and judges what perf-runtime recorded.

pub mod error;
pub mod model;
