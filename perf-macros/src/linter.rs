//! The question whether a linter compiles the crate: then nobody runs the result, and the linter
//! should see the code as it was written.
//!
//! Lints judge a body by its statements, a function by its body and an argument by its uses. Any
//! addition takes some of them away and has others fire, however carefully it is marked.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The program of clippy. It runs this crate, as rustc does.
const CLIPPY: &str = "clippy-driver";

/// Returns whether clippy compiles, and not rustc. The command of cargo does not matter: crates
/// that clippy does not look at are compiled by rustc then, and the result is kept for builds.
pub(crate) fn is_at_work() -> bool {
    static IS: LazyLock<bool> = LazyLock::new(|| {
        // The one is not known without `/proc`, the other is for the caller to choose.
        let names = [std::env::current_exe().ok(), std::env::args_os().next().map(PathBuf::from)];
        names.iter().flatten().any(|program| is_clippy(program))
    });
    *IS
}

/// Returns whether a program is clippy: also as `.clippy-driver-wrapped` or `clippy-driver.exe`.
fn is_clippy(program: &Path) -> bool {
    program.file_name().and_then(OsStr::to_str).is_some_and(|name| name.contains(CLIPPY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clippy_is_known_by_its_name() {
        for (program, expected) in [
            ("/toolchain/bin/clippy-driver", true),
            ("clippy-driver.exe", true),
            ("/nix/store/clippy/bin/.clippy-driver-wrapped", true),
            ("/toolchain/bin/rustc", false),
            ("/home/clippy-driver/bin/rustc", false),
            ("", false),
        ] {
            assert_eq!(is_clippy(Path::new(program)), expected, "{program}");
        }
        assert!(!is_at_work());
    }
}
