//! The live view where the feature `tui` is off: there is none, and `top` prints tables.

use std::io;

use crate::live::top::{Feed, Left, Outside, State};

/// The abilities of a terminal, which do not matter here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look;

impl Look {
    /// Returns the abilities by the environment.
    pub(crate) fn of(_colored: bool, _get: impl Fn(&str) -> Option<String>) -> Self {
        Self
    }
}

/// Explains why there is no live view.
///
/// # Errors
/// Always.
pub(crate) fn is_possible() -> Result<(), String> {
    Err("perf-report was built without it (feature `tui`)".to_owned())
}

/// Shows nothing.
///
/// # Errors
/// Always.
pub(crate) fn show(_: &Feed, _: State, _: Look, _: &mut dyn Outside) -> io::Result<Left> {
    Err(io::ErrorKind::Unsupported.into())
}
