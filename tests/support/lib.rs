//! Helpers that the end-to-end tests share: a private place to record in, and what came of it.
//!
//! Nothing here links perf-report: tests see it as a user does, as a program that prints.

mod apart;
pub mod consumers;
mod copy;
#[cfg(doctest)]
mod guide;
pub mod house;
mod lab;
mod run;

pub use apart::apart;
pub use copy::copy_program;
pub use lab::{Finished, Lab};
pub use run::{Function, Metric, Node, Run};

/// Path of a program of this package, built by cargo before the tests.
#[macro_export]
macro_rules! program {
    ($name:literal) => {
        env!(concat!("CARGO_BIN_EXE_", $name))
    };
}

/// A [`Lab`] with the perf-report of this workspace.
#[macro_export]
macro_rules! lab {
    () => {
        $crate::Lab::new($crate::program!("perf-report-under-test"))
    };
}

/// Ends a test that cannot be carried out here, visibly: past the capture of test output.
pub fn skipped(why: &str) {
    use std::io::Write;
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    // Nobody reading is no reason to fail.
    let _ = writeln!(std::io::stderr().lock(), "skipped: {name}: {why}");
}
