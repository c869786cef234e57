//! The command `cargo perf-report`: the same program, under the name by which cargo finds it.

use std::process::ExitCode;

use perf_report::cli;

fn main() -> ExitCode {
    cli::main(cli::without_cargo_subcommand(std::env::args_os()))
}
