//! `perf-report run`: a run of a command, and the storing of its recordings.

mod before;
mod repeat;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::page::{self, HtmlArgs};
use super::part::PartArgs;
use super::recording::{DirArgs, ProbeArgs};
use super::{keep, output, progress, rounds};
use crate::doctor;
use crate::error::UserError;
use crate::project::context::Context;
use crate::project::import::written;
use crate::project::store::Made;
use crate::project::{config, intake, workspace};
use crate::record::command::{Job, Streams};
use crate::record::recorder::{self, Order, Recorded, Recorder};
use crate::record::{facts, failure, folder, nothing, retention};

const EXAMPLES: &str = "\
Examples:
  perf-report run -- cargo test
  perf-report run --label before -- ./target/release/server --once
  perf-report run -- cargo nextest run   a process per test, and still one run
  perf-report run --repeat 10 -- ./target/release/import data.csv
  perf-report run --html page.html -- cargo test   and write it as a page, too
  perf-report run --build 'cargo build -r' --warm-up -- target/release/import
  perf-report run --group 4711 --part 3/8 -- ./tests --shard 3/8

The command keeps its input, output and exit code; the summary goes to standard error. Ctrl-C ends \
the command, and what it recorded until then is stored.

With --repeat each run is stored as one of its own. The command has no input then. Ctrl-C stores the \
runs that are complete. The exit code is that of the first run that failed.

Wall time, processor time and memory are those of the processes that recorded: a compiler that ran \
first is in none of them. What the whole command took is shown beside them, where that is more.

With --part it is one of several machines that share the work, and all parts of a group are one run for \
other commands. Parallel jobs of GitLab, CircleCI, Buildkite and Azure are parts by themselves.

Before and after each run, work that is always the same is timed, in some 5 ms each, to tell how fast \
and how steady the machine is; --no-probe leaves that out.";

/// Run a command, and store what its processes recorded
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    name: keep::NameArgs,

    /// Run the command N times, one after the other
    #[arg(long, value_name = "N", env = "PERF_TRACK_REPEAT", hide_env_values = true)]
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    repeat: u32,

    /// Build with this command, for a shell, before anything is measured
    #[arg(long, value_name = "CMD", env = "PERF_TRACK_BUILD", hide_env_values = true)]
    build: Option<String>,

    /// Run the command N times before, to warm up: these runs are not kept [default of N: 1]
    #[arg(
        long,
        alias = "warmup",
        value_name = "N",
        env = "PERF_TRACK_WARMUP",
        hide_env_values = true
    )]
    #[arg(num_args = 0..=1, default_missing_value = "1", require_equals = false)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=1_000))]
    warm_up: Option<u32>,

    /// Go on after a run that failed, with --repeat or --warm-up
    #[arg(long, env = "PERF_TRACK_KEEP_GOING", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    keep_going: bool,

    #[command(flatten)]
    probe: ProbeArgs,

    #[command(flatten)]
    dir: DirArgs,

    /// Print neither progress nor summary
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,

    #[command(flatten)]
    part: PartArgs,

    #[command(flatten)]
    series: keep::SeriesArgs,

    #[command(flatten)]
    html: HtmlArgs,

    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    args.html.begin(context);
    for problem in doctor::malformed() {
        output::warning(&problem);
    }
    if let Some(refusal) = facts::git_refusal(&context.root) {
        output::warning(&format!("the run has no commit: {refusal}"));
    }
    let base = args.dir.base(context);
    let tags = args.name.tags();
    let part = args.part.part()?;
    let environment = config::bench_environment(context)?;
    let order = Order {
        job: Job { words: &args.command, environment: &environment, ..Job::default() },
        base: base.as_deref(),
        source: &context.root,
        label: args.name.label.as_deref(),
        tags: &tags,
        branch: args.name.branch.as_deref(),
        group: None,
        part: part.as_ref(),
        series: args.series.series.as_deref(),
        probe: args.probe.probes(),
    };
    if let Some(failed) = before::prepare(args, order)? {
        return Ok(failed);
    }
    let code = if args.repeat > 1 {
        let job = Job { streams: Streams::NoInput, ..order.job };
        repeat::run(args, context, Order { job, ..order })?
    } else {
        once(args, context, order)?
    };
    if !args.quiet {
        report_held(order.base);
    }
    Ok(code)
}

fn once(args: &Args, context: &Context, order: Order<'_>) -> Result<ExitCode, UserError> {
    let recorder = Recorder::prepare(order);
    let folder = recorder.folder().map(ToOwned::to_owned);
    if let Err(error) = &folder {
        output::warning(&format!("the command runs unrecorded: {error}"));
        output::help("name a folder of your own with --dir, or see `perf-report doctor`");
    }
    let folder = folder.ok().filter(|_| !args.quiet);
    let show_progress = || progress::start(progress::calls(&folder?));
    let finished = recorder
        .run(show_progress)
        .map_err(|error| failure::cannot_start(&args.command[0], error))?;
    let shell_code = finished.ended.shell_code();
    let code = ExitCode::from(shell_code);
    let Some(mut left) = finished.collect() else { return Ok(code) };
    written::add(context, &mut left.document, left.began);
    match store_run(args, context, left) {
        Ok(()) => Ok(code),
        // The command's own failure says more than ours.
        Err(error) if shell_code != 0 => {
            output::error(&error);
            Ok(code)
        }
        Err(error) => Err(error),
    }
}

/// Stores the run, clears away its recordings, and reports.
fn store_run(args: &Args, context: &Context, recorded: Recorded) -> Result<(), UserError> {
    let left = store(context, &recorded)?;
    let id = recorded.document.run.id.clone();
    if args.quiet {
        rounds::warn_of_fallback(recorded.collected.fallback);
    } else {
        report(&args.command, context, recorded, &left);
    }
    args.html.write(context, || page::of_run(context, &id))
}

/// Stores the run and clears away its recordings. Returns sentences about what could not be cleared.
pub(super) fn store(context: &Context, recorded: &Recorded) -> Result<Vec<String>, UserError> {
    let Recorded { document, collected, session, .. } = recorded;
    let folder = session.folder();
    // Should `collect` have been faster, it is stored as well.
    let ids = intake::ids(collected.taken(), Some(&document.run.id));
    intake::store(context, folder, (document, Made::Now), (collected, &ids))?;
    Ok(recorder::clear(collected, folder))
}

/// Reports what the run of a command holds, and where it is stored.
pub(super) fn report(words: &[OsString], context: &Context, recorded: Recorded, left: &[String]) {
    let Recorded { document, collected, session, gone, began } = recorded;
    let folder = session.folder();
    keep::report(context, &document, &collected, left);
    if document.is_empty() {
        let command = nothing::Command {
            words,
            dir: &context.dir,
            folder,
            began,
            programs_of: workspace::programs_of,
        };
        let (reason, help) = nothing::why(command, &collected, gone);
        output::warning(&format!("nothing was recorded: {reason}"));
        output::help(&help);
    }
}

/// Reports the space held by recordings that nobody collected, where it is notable.
fn report_held(base: Option<&Path>) {
    let bases = base.map_or_else(folder::bases, |base| vec![base.to_owned()]);
    for account in bases.iter().filter_map(|at| retention::account(at, base.is_some())) {
        if account.is_notable {
            output::warning(&account.finding);
            output::help(&account.help);
        }
    }
}
