//! What the benchmarks of this package measure: small code, each with something to find in it.

pub mod handler;
pub mod index;
pub mod leak;
pub mod ledger;
pub mod parser;
pub mod sorting;

#[cfg(doctest)]
mod guide;
