//! Benchmarks over their cases: the growth of their costs with the size ([`complexity`]), and of their
//! throughput with the threads ([`scaling`]). Pure.

mod complexity;
mod costs;
mod scaling;

#[cfg(test)]
mod tests;

pub use complexity::complexity;
pub use scaling::scaling;
