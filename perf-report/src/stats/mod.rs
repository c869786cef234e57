//! Statistics: from numbers to numbers. Pure, and knows no run, no function and no verdict.
//!
//! Each method is a module of its own, with where it comes from. Distributions come from `statrs`. The
//! meaning of the numbers for a program is the matter of [`crate::verdict`].

pub mod exponential;
pub mod fdr;
pub mod forms;
pub mod history;
pub mod moderated;
pub mod number;
pub mod pace;
pub mod power;
pub mod quantile;
pub mod random;
pub mod robust;
pub mod scalability;
pub mod segments;
pub mod sequential;
mod side;
pub mod student;
pub mod theil_sen;
mod trimmed;
pub mod wilson;

#[cfg(test)]
mod laws;
