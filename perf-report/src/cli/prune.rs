//! `perf-report prune`: the store is kept small, and what others are judged by stays.

use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::output::{self, OutputArgs};
use super::remove;
use crate::error::{ExitCode as Code, UserError};
use crate::project::config::retention::RetentionSettings;
use crate::project::context::Context;
use crate::project::store::{Fault, StoreError};
use crate::project::{config, listed, prune};
use crate::record::facts;
use crate::render::Medium;
use crate::text::moment::Moment;
use crate::text::units;

const EXAMPLES: &str = "\
Examples:
  perf-report prune --keep 500            all but the newest 500
  perf-report prune --older-than 90d      those of more than 90 days ago
  perf-report prune --keep 500 --older-than 90d --dry-run
  perf-report prune                       as `[retention]` of perf.toml has it

With both, a run goes that is neither among the newest nor young enough. These stay in any case: the \
newest run of each command on each machine, the runs of baselines, those that perf.toml names as \
a baseline, and runs of a commit for which something was blessed. Runs that were made together go \
together. Nobody is asked; `remove` asks, and removes also those.

With `[retention]` in perf.toml, `run`, `suite`, `bench` and `monitor` do it by themselves when they \
have stored a run, and say so in a line.

Exit codes: 0 removed, or there was nothing to remove; 2 usage; 4 no run is stored; 6 a baseline \
cannot be read, so nobody knows which runs it needs.";

/// Remove old stored runs, but none that others are judged by
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Keep the newest N runs, however old they are [default: as `[retention]` of `perf.toml` has it]
    #[arg(long, value_name = "N", env = "PERF_TRACK_PRUNE_KEEP", hide_env_values = true)]
    keep: Option<usize>,

    /// Keep runs that are younger, such as `90d`, or from a date in UTC on [default: as `[retention]` of
    /// `perf.toml` has it]
    #[arg(long, value_name = "AGE", env = "PERF_TRACK_PRUNE_OLDER_THAN", hide_env_values = true)]
    older_than: Option<Moment>,

    /// Show what would be removed, and remove nothing
    #[arg(long, env = "PERF_TRACK_DRY_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    dry_run: bool,

    /// How to write the list of what goes
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let given = RetentionSettings { keep: args.keep, older_than: args.older_than };
    let retention = if given.is_empty() { config::retention(context)? } else { given };
    if retention.is_empty() {
        return Err(UserError::new(Code::Usage, "nobody said which runs to keep").help(
            "say it with --keep 500 or --older-than 90d, or for good under `[retention]` in \
             perf.toml",
        ));
    }
    let mut store = context.open()?;
    let now = facts::now();
    let going = prune::going(context, &*store, retention, now)?;
    let ids: Vec<String> = going.iter().map(|entry| entry.id.clone()).collect();
    let found = going.len();
    if ids.is_empty() && args.format == Medium::Human {
        output::message("there is nothing to remove");
        return Ok(Code::Fine.into());
    }
    args.output.write(&listed::document(going, found, now), args.format)?;
    if args.dry_run {
        let runs = units::plural(ids.len() as u64, "run");
        output::message(&format!("{runs} would be removed; without --dry-run it is done"));
    } else if !ids.is_empty() {
        remove::remove(context, &mut *store, &ids)?;
    }
    Ok(Code::Fine.into())
}

/// Passes on what a command that stores runs ended with; prunes behind it.
pub(super) fn behind(
    ended: Result<ExitCode, UserError>,
    context: &Context,
) -> Result<ExitCode, UserError> {
    if ended.is_ok() {
        after(context);
    }
    ended
}

/// Prunes as `[retention]` has it, after a command has stored runs; without it, does nothing. The file gets no
/// smaller: what comes next uses the space. A fault is a warning, since the run is stored.
fn after(context: &Context) {
    let result = config::retention(context).and_then(|retention| pruned(context, retention));
    match result {
        Ok(None) => {}
        Ok(Some(line)) => output::message(&line),
        Err(error) => {
            output::warning(&format!("nothing was pruned: {}", error.with_causes()));
            if let Some(help) = &error.help {
                output::help(help);
            }
        }
    }
}

fn pruned(context: &Context, retention: RetentionSettings) -> Result<Option<String>, UserError> {
    // A store of several machines is everybody's, and may not answer: only who says `prune` prunes it.
    if retention.is_empty() || context.store.is_remote() {
        return Ok(None);
    }
    let mut store = match context.open() {
        Err(StoreError { fault: Fault::Missing, .. }) => return Ok(None),
        store => store?,
    };
    let going = prune::going(context, &*store, retention, facts::now())?;
    if going.is_empty() {
        return Ok(None);
    }
    let ids: Vec<&str> = going.iter().map(|entry| entry.id.as_str()).collect();
    let removed = store.remove(&ids)?;
    let oldest = going.last().map_or("", |entry| entry.id.as_str());
    let runs = units::plural(removed as u64, "run");
    Ok(Some(format!("pruned {runs}, back to {oldest}, as [retention] of perf.toml has it")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::store::Location;

    #[test]
    fn a_store_of_several_machines_is_not_pruned_by_whoever_stores_a_run() {
        let folder = tempfile::tempdir().unwrap();
        // Nobody listens there: asking it would be a fault.
        let store = Location::parse("clickhouse://127.0.0.1:1/perf".as_ref(), folder.path());
        let context = Context::new(folder.path().to_owned(), Some(store.unwrap()));
        let retention = RetentionSettings { keep: Some(1), older_than: None };
        assert_eq!(pruned(&context, retention).unwrap(), None);
    }
}
