//! The runs of a comparison, and its functions: each with what every run knows of it.
//!
//! Functions are matched by name; those that only one side knows go on to [`renames`].

pub(crate) mod comparable;
mod functions;
pub(crate) mod missing;
pub(crate) mod notes;
pub(crate) mod parts;
mod renames;
mod runs;
mod used;

pub(crate) use functions::{Functions, Measured, Pair, middle};
pub(crate) use runs::Busier;
pub use runs::{Sides, unsteady};
pub use used::Used;
