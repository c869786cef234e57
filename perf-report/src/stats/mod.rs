//! Statistics: from numbers to numbers. Pure, and knows no run, no function and no verdict.
//!
//! Each method is a module of its own, with where it comes from. What is a distribution comes from
//! `statrs`. What the numbers mean for a program is said by [`crate::verdict`].

pub mod bootstrap;
pub mod fdr;
pub mod history;
pub mod moderated;
pub mod number;
pub mod permutation;
pub mod quantile;
pub mod random;
pub mod rank;
pub mod robust;
pub mod segments;
pub mod sequential;
pub mod student;
mod trimmed;
pub mod welch;

#[cfg(test)]
mod laws;
