//! Text for people at a terminal.

mod comparison;
mod show;
pub(super) mod summary;

pub use comparison::{Verbosity, comparison};
pub(super) use comparison::{announcement, sentence};
pub use show::show;
pub(super) use show::{functions_table, header};
