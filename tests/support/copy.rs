//! Copies of programs that can be run at once.

use std::path::Path;
use std::process::Command;

/// Copies the program at `from` to `to`, with its rights.
///
/// A process of its own does it. Were the copy written by this one, a child that another thread forks at that
/// moment would hold it open for writing, and the system would refuse to run it (`ETXTBSY`).
///
/// # Panics
/// When it cannot be copied.
pub fn copy_program(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    let copied = Command::new("cp").arg("-p").arg(from.as_ref()).arg(to.as_ref()).status();
    assert!(copied.is_ok_and(|status| status.success()), "a program can be copied");
}
