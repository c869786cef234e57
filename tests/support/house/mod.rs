//! The state of the house in figures: which rooms import which, how long functions are, how
//! sentences begin.
//!
//! The rules in `tests/tidy` hold figures to their limits; the program `house` prints them for any
//! checkout. Nothing is compiled for either: sources are read as tokens.

mod circles;
mod functions;
mod imports;
mod modules;
mod openings;
mod rooms;
mod source;
mod tokens;

pub use circles::Graph;
pub use functions::{Function, functions};
pub use modules::{Arrow, arrows};
pub use openings::{Openings, openings};
pub use rooms::{Passage, graph, passages, room, rooms};
pub use source::Source;
pub use tokens::{is_ident, is_punct};
