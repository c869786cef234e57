//! `perf-report remove`: stored runs that nobody needs any more.

use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::output::{self, OutputArgs};
use super::runs::ChoiceArgs;
use super::{help, progress};
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::project::listed;
use crate::project::store::{Entry, Location, RunRef, Store};
use crate::record::facts;
use crate::render::Medium;
use crate::text::moment::Moment;
use crate::text::units;

const EXAMPLES: &str = "\
Examples:
  perf-report remove 20261120T234552-1a2b3c
  perf-report remove latest label:try     two of them
  perf-report remove --failed --dry-run   what would go, and nothing goes
  perf-report remove --older-than 90d --yes
  perf-report remove --branch old-idea
  perf-report remove --keep 500 --yes     all but the newest 500

It shows what goes and asks; where there is no terminal to ask on, it needs --yes. Runs that \
`run --repeat` or `ab` made together go together, and none of them goes while --keep keeps one. \
Baselines and blessings are files of their own, and stay.

Exit codes: 0 removed, or there was nothing to remove; 2 usage; 4 a run that was named is not stored.";

/// Remove stored runs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, visible_alias = "rm")]
pub(super) struct Args {
    #[arg(help = help::run("The runs"))]
    #[arg(value_name = "RUN", conflicts_with_all = ["keep", "older_than"])]
    runs: Vec<RunRef>,

    /// Only runs that are older, such as `90d`, or from before a date in UTC
    #[arg(long, value_name = "AGE", env = "PERF_TRACK_REMOVE_OLDER_THAN", hide_env_values = true)]
    #[arg(conflicts_with = "until")]
    older_than: Option<Moment>,

    /// Keep the newest N of the runs that are meant
    #[arg(long, value_name = "N", env = "PERF_TRACK_REMOVE_KEEP", hide_env_values = true)]
    keep: Option<usize>,

    /// Show what would be removed, and remove nothing
    #[arg(long, env = "PERF_TRACK_DRY_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    dry_run: bool,

    /// Remove them without asking
    #[arg(long, short, env = "PERF_TRACK_REMOVE_YES", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    yes: bool,

    /// How to write the list of what goes
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    choice: ChoiceArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let mut store = context.open()?;
    let now = facts::now();
    let going = going(args, context, &*store, now)?;
    if going.is_empty() {
        output::message("there is nothing to remove");
        return Ok(Code::Fine.into());
    }
    let ids: Vec<String> = going.iter().map(|entry| entry.id.clone()).collect();
    let runs = units::plural(ids.len() as u64, "run");
    let found = going.len();
    args.output.write(&listed::document(going, found, now), args.format)?;
    if args.dry_run {
        output::message(&format!("{runs} would be removed; without --dry-run it is done"));
        return Ok(Code::Fine.into());
    }
    if !(args.yes || asked(&runs)?) {
        output::message("nothing was removed");
        return Ok(Code::Fine.into());
    }
    remove(context, &mut *store, &ids)?;
    Ok(Code::Fine.into())
}

/// Finds the runs that are to go.
fn going(
    args: &Args,
    context: &Context,
    store: &dyn Store,
    now: jiff::Timestamp,
) -> Result<Vec<Entry>, UserError> {
    let choice = args.choice.choice();
    match (args.runs.as_slice(), choice.is_empty()) {
        ([], true) if args.keep.is_none() && args.older_than.is_none() => {
            Err(UserError::new(Code::Usage, "nobody said which runs").help(
                "name runs, or say which with --older-than 90d, --keep 500, --failed or the like; \
                 `--keep 0` means all",
            ))
        }
        ([], _) => {
            let mut filter = choice.filter(context, now);
            if let Some(moment) = args.older_than {
                filter.until = Some(facts::rfc_3339(moment.first(now)));
            }
            listed::beyond(store, &filter, args.keep)
        }
        (names, true) => listed::named(context, store, names),
        (_, false) => Err(UserError::new(Code::Usage, "runs are named, and said which, both")
            .help("name runs, or say which with options; `perf-report list` takes them, too")),
    }
}

/// Asks on the terminal.
///
/// # Errors
/// Where there is none.
fn asked(runs: &str) -> Result<bool, UserError> {
    output::ask(&format!("Remove {runs} for good? [y/N] ")).ok_or_else(|| {
        UserError::new(Code::Usage, format!("{runs} would be removed, and nobody can be asked"))
            .help("remove them with --yes, or look with --dry-run")
    })
}

/// Removes these runs, gives their space back, and says so.
pub(super) fn remove(
    context: &Context,
    store: &mut dyn Store,
    ids: &[String],
) -> Result<(), UserError> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let before = context.stored_bytes();
    let progress = progress::start(|| "removing runs".to_owned());
    let removed = store.remove(&ids)?;
    let shrunk = store.shrink();
    drop(progress);
    let runs = units::plural(removed as u64, "run");
    let place = context.shown_store();
    let sizes = before.zip(context.stored_bytes()).filter(|(before, after)| after < before);
    let sizes = sizes.map_or_else(String::new, |(before, after)| {
        format!(", which has {} now, before {}", units::bytes(after), units::bytes(before))
    });
    output::message(&format!("removed {runs} from {place}{sizes}"));
    if let Err(error) = shrunk {
        let error = UserError::from(error);
        let (problem, help) = match context.store {
            Location::Sqlite(_) => {
                ("the file did not shrink", "its free space is used by the next runs")
            }
            Location::ClickHouse(_) => (
                "the rest of what was removed is not deleted",
                "it is not read any more; an administrator may delete it, in a cluster from `…_local`",
            ),
        };
        output::warning(&format!("{problem}: {}", error.with_causes()));
        output::help(help);
    }
    Ok(())
}
