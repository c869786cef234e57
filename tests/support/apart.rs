//! Commands that know nothing of the cargo that runs the tests.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// What cargo, rustc and test runners are steered by, and what cargo tells the tests it runs.
const STEERING: &[&str] = &["CARGO", "CLIPPY", "NEXTEST", "PERF_TRACK", "RUST", "__CARGO"];

/// What of that says where toolchains and crates come from.
const SOURCES: &[&str] =
    &["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "RUSTUP_"];

/// `program` as a user would start it: without what steers the build and the run that it is started
/// from, such as flags of the compiler or where to record to.
pub fn apart(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if is_steering(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_steering(name: &str) -> bool {
    let begins_with = |prefix: &&str| name.starts_with(*prefix);
    STEERING.iter().any(begins_with) && !SOURCES.iter().any(begins_with)
}

#[test]
fn what_steers_a_build_is_told_from_what_it_is_made_of() {
    for name in ["CARGO", "CARGO_TARGET_DIR", "RUSTFLAGS", "RUSTC_WRAPPER", "PERF_TRACK_DIR"] {
        assert!(is_steering(name), "{name}");
    }
    for name in ["PATH", "CARGO_HOME", "CARGO_NET_OFFLINE", "RUSTUP_TOOLCHAIN"] {
        assert!(!is_steering(name), "{name}");
    }
}
