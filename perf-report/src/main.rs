//! The command `perf-report`.

use std::process::ExitCode;

fn main() -> ExitCode {
    perf_report::cli::main(std::env::args_os())
}
