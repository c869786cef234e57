//! `perf-report suite`: a run of tests, with every suite measured and judged by its targets.

mod made;
mod reports;
mod runner;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

pub(super) use runner::as_runner;

use super::keep;
use super::output::{self, OutputArgs};
use super::part::PartArgs;
use super::recording::{DirArgs, ProbeArgs};
use crate::analysis::suites::SuiteRules;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{RunDocument, SuiteRow, SuitesDocument, TargetOutcome};
use crate::project::config::{self, check};
use crate::project::context::Context;
use crate::project::named::Runs;
use crate::project::store::{Filter, RunRef};
use crate::project::suites::{self, Order};
use crate::render::{Document as _, Medium};

const EXAMPLES: &str = "\
Examples:
  perf-report suite -- cargo test                 every suite, with its targets
  perf-report suite unit -- cargo test --lib      judged by [suite.unit], too
  perf-report suite --quick -- cargo nextest run  one run, no baseline
  perf-report suite --ci -- cargo test --workspace
  perf-report suite --repeat 5 --baseline main -- cargo test
  perf-report suite --report-only                 the last one, from the store
  perf-report suite --format json --output suites.json -- cargo test

A suite is a test binary, or the doctests of a crate. Cargo and nextest hand them to perf-report by their \
setting for a runner; a runner of your own is called as before. What they print, their input and exit \
codes are left as they are. Under nextest each test is measured. The run is stored, and its suites are \
functions of it: `check`, `history`, `baseline` judge them like all others.

Targets are set in perf.toml: [suite.\"NAME\"] with duration, peak-memory, success, improvement, growth \
and metrics; NAME is that of a suite, the beginning of names and a `*`, or the name given here, which \
stands for all suites together.

With --format other than `human` and no --output, what the command prints goes to standard error.

Exit codes: that of the command if it fails; else 0 all targets met, 3 one missed; with --fail-on also 4 \
no suite ran or a target was not measured, 5 a target is undecided.";

/// Run tests, with the time, memory and counts of every suite judged by its targets
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(super) struct Args {
    /// Name of the suites together: the label of the run, and the table of their targets
    #[arg(value_parser = keep::label)]
    name: Option<String>,

    /// Run once, and judge only what needs no other runs
    #[arg(long, env = "PERF_TRACK_QUICK", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with_all = ["ci", "report_only"])]
    quick: bool,

    /// Repeat until all targets are decided, write reports, and add to the summary of the job
    #[arg(long, env = "PERF_TRACK_SUITE_CI", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "report_only")]
    ci: bool,

    /// Run nothing: report the newest stored run, of this name if one is given
    #[arg(long, env = "PERF_TRACK_REPORT_ONLY", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "command")]
    report_only: bool,

    /// Run the command N times; with --ci at most [default: 1, with --ci 5]
    #[arg(long, value_name = "N", env = "PERF_TRACK_REPEAT", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    #[arg(conflicts_with_all = ["quick", "report_only"])]
    repeat: Option<u32>,

    /// Begin no run that would not be over by then
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_TIME_LIMIT", hide_env_values = true)]
    time_limit: Option<check::Duration>,

    /// The baseline of improvements where [suite."NAME"] names none: a name, or `main~10`
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// What fails besides failed tests and missed targets
    #[arg(long, value_name = "REASON,…", value_enum, value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_SUITE_FAIL_ON", hide_env_values = true)]
    fail_on: Vec<Reason>,

    /// Folder for the reports of --ci [default: .perf/reports]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_REPORT_DIR", hide_env_values = true)]
    report_dir: Option<PathBuf>,

    /// Tag to find the run by later, with others of the tag; may be repeated
    #[arg(long = "tag", value_name = "TAG", env = "PERF_TRACK_TAG", hide_env_values = true)]
    #[arg(value_delimiter = ',', value_parser = keep::tag)]
    tags: Vec<String>,

    /// The branch that the run is of [default: the one checked out, or the one that CI names]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = keep::branch)]
    branch: Option<String>,

    #[command(flatten)]
    probe: ProbeArgs,

    #[command(flatten)]
    part: PartArgs,

    #[command(flatten)]
    series: keep::SeriesArgs,

    #[command(flatten)]
    dir: DirArgs,

    /// Print neither progress nor report
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,

    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND", required_unless_present = "report_only")]
    command: Vec<OsString>,
}

/// A reason to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reason {
    /// No suite ran, or a target could not be measured
    Missing,
    /// A target that more runs would decide
    Inconclusive,
}

impl Args {
    /// Returns whether a document goes to standard output, beside what the command prints.
    fn prints_document(&self) -> bool {
        self.format != Medium::Human && self.output.output.is_none()
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let rules = config::suite_rules(context)?;
    if args.report_only {
        let runs = stored(args, context)?;
        let document = judged(args, context, &rules, &runs)?;
        args.output.write(&document, args.format)?;
        return Ok(code(args, &document).into());
    }
    let made = made::make(args, context, &rules)?;
    if !made.runs.is_empty() {
        let document = judged(args, context, &rules, &made.runs)?;
        report(args, context, &document)?;
        let own = if document.suites.is_empty() { nothing(args) } else { code(args, &document) };
        let failed = made.failed.map(ExitCode::from);
        return Ok(failed.unwrap_or_else(|| own.into()));
    }
    Ok(made.failed.unwrap_or(0).into())
}

/// Finds the newest stored run with suites, of the name if one is given, and those made with it.
fn stored(args: &Args, context: &Context) -> Result<Vec<RunDocument>, UserError> {
    /// Runs that are looked through.
    const MOST: usize = 50;
    let store = context.open()?;
    let filter = Filter { label: args.name.clone(), ..Filter::default() };
    let own = store.own_newest(&filter)?.map(|entry| store.load(&entry.id)).transpose()?;
    let newest = match own.filter(|run| !run.suites.is_empty()) {
        Some(own) => Some(own),
        None => store.recent(&filter, MOST)?.into_iter().rev().find(|run| !run.suites.is_empty()),
    };
    let newest = newest.ok_or_else(|| {
        let named = args.name.as_ref().map_or_else(String::new, |name| format!(" of {name:?}"));
        UserError::new(Code::NothingToJudge, format!("no stored run{named} has test suites"))
            .help("run some with `perf-report suite -- cargo test`")
    })?;
    let reference = newest.run.id.parse::<RunRef>().unwrap_or_default();
    Ok(Runs::run(context, &reference)?.runs)
}

/// Judges the suites of `runs`, which are stored.
fn judged(
    args: &Args,
    context: &Context,
    rules: &SuiteRules,
    runs: &[RunDocument],
) -> Result<SuitesDocument, UserError> {
    let baseline = args.baseline.as_deref();
    let order = Order { name: args.name.as_deref(), baseline, rules, quick: args.quick };
    let (document, problems) = suites::judge(context, runs, order)?;
    // What is held against such a baseline is not measured, which the report says.
    for problem in problems {
        output::warning(&problem);
    }
    document.ok_or_else(|| UserError::new(Code::NothingToJudge, "no run is stored"))
}

/// Reports what became of the suites.
fn report(args: &Args, context: &Context, document: &SuitesDocument) -> Result<(), UserError> {
    if args.ci {
        let written = reports::write(args.report_dir.as_deref(), context, document)?;
        if !args.quiet {
            for path in written {
                output::message(&format!("wrote {path}"));
            }
        }
    }
    if args.format != Medium::Human || args.output.output.is_some() {
        args.output.write(document, args.format)?;
    }
    if !args.quiet && !document.suites.is_empty() {
        output::message(&format!("\n{}", document.human(output::message_screen())));
        let count = document.runs.len();
        let newest = document.runs.last().map_or("", |run| &run.id);
        let runs = match document.runs.first() {
            Some(first) if count > 1 => format!("{count} runs, {} to {newest},", first.id),
            _ => format!("run {newest}"),
        };
        output::message(&format!("stored as {runs} in {}", context.shown_place_of(newest)));
    }
    Ok(())
}

/// Explains that no suite ran.
fn nothing(args: &Args) -> Code {
    output::warning("no test suite ran, so none was measured");
    output::help(
        "cargo and nextest hand test binaries over by CARGO_TARGET_…_RUNNER: the command must run tests \
         by them, keep that variable, set no runner with --config, and name another target, if any, by \
         --target",
    );
    if args.fail_on.contains(&Reason::Missing) { Code::NothingToJudge } else { Code::Fine }
}

/// Returns the exit code of what was judged.
fn code(args: &Args, document: &SuitesDocument) -> Code {
    let has = |outcome| document.targets(outcome).next().is_some();
    if has(TargetOutcome::Missed) || document.suites.iter().any(SuiteRow::has_failed) {
        // A command that hides a failed test has not told it by its own code.
        Code::Regression
    } else if has(TargetOutcome::Unmeasured) && args.fail_on.contains(&Reason::Missing) {
        Code::NothingToJudge
    } else if has(TargetOutcome::Undecided) && args.fail_on.contains(&Reason::Inconclusive) {
        Code::Inconclusive
    } else {
        Code::Fine
    }
}
