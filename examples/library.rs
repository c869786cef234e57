//! A check as `perf-report check` makes it, in a program of one's own.
//!
//! Judges the newest stored run by the baseline `main`, prints what changed, and ends with 3 where
//! something became worse than allowed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its result")]

use std::process::ExitCode;

use perf_report::{Budget, Project, UserError};

/// Judges the project at `folder`, prints the result, and returns whether something is worse than
/// allowed.
pub(crate) fn check(folder: &str) -> Result<bool, UserError> {
    let project = Project::open(folder)?;
    let baseline = project.baseline("main")?;
    let current = project.newest_of(&baseline)?;
    let budget = Budget::new().p99("5ms")?.max_regression("10%")?;
    let settings = project.settings()?.budget("quickstart::*", budget);
    let comparison = project.check(&baseline, &current, &settings)?;
    print!("{}", comparison.to_markdown());
    Ok(comparison.has_regressions())
}

fn main() -> ExitCode {
    match check(".") {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}\nhelp: {}", error.help.as_deref().unwrap_or("none"));
            error.code.into()
        }
    }
}
