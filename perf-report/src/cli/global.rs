//! The options that every command takes.

use std::path::PathBuf;

use crate::error::{ExitCode, UserError};
use crate::project::context::Context;
use crate::project::store::Location;

#[derive(Debug, clap::Args)]
pub(super) struct GlobalArgs {
    /// Database that holds the runs: a file, or the URL of a server, such as
    /// `clickhouse://user@host:8123/perf?project=NAME` [default: .perf/perf.sqlite in the workspace root]
    #[arg(long, value_name = "FILE|URL", env = "PERF_TRACK_STORE", global = true)]
    #[arg(hide_env_values = true, help_heading = "Global options")]
    store: Option<PathBuf>,

    /// When to colour the output
    #[arg(long, value_name = "WHEN", env = "PERF_TRACK_COLOR", global = true)]
    #[arg(default_value = "auto", hide_env_values = true, help_heading = "Global options")]
    color: Color,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl GlobalArgs {
    /// Makes `--color` the rule for all further output. `auto` leaves the decision to the terminal,
    /// `NO_COLOR` and `CLICOLOR_FORCE`.
    pub(super) fn apply_color(&self) {
        let choice = match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }

    /// Returns the place where the command works.
    pub(super) fn context(self) -> Result<Context, UserError> {
        let dir = std::env::current_dir().map_err(|error| {
            UserError::new(ExitCode::Usage, "the current folder cannot be found")
                .because(error)
                .help("change to a folder that exists")
        })?;
        let store = self.store.map(|store| Location::parse(store.as_os_str(), &dir)).transpose()?;
        Context::with(dir, store)
    }
}
