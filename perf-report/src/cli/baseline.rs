//! `perf-report baseline`: runs kept by name, to compare later ones with.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::FalseyValueParser;

use super::media::Format;
use super::output::{self, OutputArgs};
use super::{help, progress};
use crate::analysis;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{
    BASELINES_SCHEMA, BASELINES_VERSION, BaselineRow, BaselinesDocument, RunDocument,
};
use crate::project::baseline;
use crate::project::context::Context;
use crate::project::store::RunRef;
use crate::render::{Medium, RunView};
use crate::text::units;
use crate::verdict;

const EXAMPLES: &str = "\
Examples:
  perf-report baseline save main            keep the newest run as `main`
  perf-report baseline save v1.2 latest~1   keep the run before it as `v1.2`
  perf-report baseline save main --runs 10  the last 10, which show noise
  perf-report baseline list
  perf-report check --baseline main         judge the newest run by it

Baselines are files in .perf/baselines/, made to be committed and reviewed.";

/// Keep runs by name, to compare later ones with
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Save(Save),
    List(List),
    Show(Show),
    Remove(Remove),
}

/// Keep a run, or several, as a baseline
#[derive(Debug, clap::Args)]
struct Save {
    /// Name of the baseline: letters, digits, `.`, `_`, `-`
    name: String,

    #[arg(help = help::run("The run"))]
    #[arg(default_value = "latest")]
    run: RunRef,

    /// Keep so many runs, this one and those of the same command before it [default: those that
    /// `run --repeat` made together, else one]
    #[arg(long, value_name = "N", env = "PERF_TRACK_RUNS", hide_env_values = true)]
    runs: Option<NonZeroUsize>,

    /// Replace a baseline of this name
    #[arg(long, short, env = "PERF_TRACK_FORCE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    force: bool,

    /// Keep it although something is missing in it: its command failed, or not all was recorded
    #[arg(long, env = "PERF_TRACK_ALLOW_FAILED", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    allow_failed: bool,
}

/// List the baselines
#[derive(Debug, clap::Args)]
struct List {
    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    output: OutputArgs,
}

/// Show what a baseline holds
#[derive(Debug, clap::Args)]
struct Show {
    /// Name of the baseline
    name: String,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,
}

/// Remove a baseline
#[derive(Debug, clap::Args)]
#[command(visible_alias = "rm")]
struct Remove {
    /// Name of the baseline
    name: String,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    match &args.action {
        Action::Save(args) => save(args, context),
        Action::List(args) => list(args, context),
        Action::Show(args) => show(args, context),
        Action::Remove(args) => remove(args, context),
    }?;
    Ok(Code::Fine.into())
}

/// Refuses the name of a baseline that is there, unless it may be replaced.
pub(super) fn must_be_free(context: &Context, name: &str, force: bool) -> Result<(), UserError> {
    let path = baseline::path(context, name)?;
    if force || !path.exists() {
        return Ok(());
    }
    let problem = format!("there is a baseline {name:?} already: {}", context.shown(&path));
    Err(UserError::new(Code::Usage, problem)
        .help("replace it with --force, or choose another name"))
}

/// Keeps runs, oldest first, as a baseline, and says so, and what is missing in them.
pub(super) fn keep(context: &Context, name: &str, runs: &[RunDocument]) -> Result<(), UserError> {
    must_be_whole(runs, true)?;
    let path = baseline::save(context, name, runs)?;
    said(context, name, runs, &path);
    Ok(())
}

fn save(args: &Save, context: &Context) -> Result<(), UserError> {
    must_be_free(context, &args.name, args.force)?;
    let progress = progress::reading("reading runs");
    let runs = chosen(args, context)?;
    must_be_whole(&runs, args.allow_failed)?;
    let path = baseline::save(context, &args.name, &runs)?;
    drop(progress);
    said(context, &args.name, &runs, &path);
    Ok(())
}

/// Says what a baseline is now.
fn said(context: &Context, name: &str, runs: &[RunDocument], path: &std::path::Path) {
    let newest = runs.last().map_or("", |run| run.run.id.as_str());
    let what = match runs.len() {
        1 => format!("run {newest}"),
        several => format!("{several} runs, the newest {newest},"),
    };
    output::message(&format!("baseline {name} is {what} now: {}", context.shown(path)));
    let left_out = |run: &RunDocument| run.run.left_out.iter().filter(|it| !it.ignored).count();
    if let Some(count) = runs.iter().map(left_out).find(|count| *count > 0) {
        let verb = if count == 1 { "was" } else { "were" };
        output::warning(&format!(
            "{} {verb} not asked for, and will be judged by nothing: this is a baseline of the others",
            units::plural(count as u64, "benchmark")
        ));
    }
    output::help("commit the file, so that everybody compares with the same runs");
}

/// Refuses a run with something missing, unless `is_allowed`.
fn must_be_whole(runs: &[RunDocument], is_allowed: bool) -> Result<(), UserError> {
    let broken = runs.iter().find_map(|run| {
        let missing = verdict::missing(run);
        (!missing.is_empty()).then(|| (run, missing.join(", ")))
    });
    let Some((run, missing)) = broken else { return Ok(()) };
    let problem = format!("run {} is not whole: {missing}", run.run.id);
    if is_allowed {
        output::warning(&format!("{problem}; counts of later runs are not judged by it"));
        return Ok(());
    }
    Err(UserError::new(Code::Usage, problem)
        .help("keep another run, or this one all the same with --allow-failed"))
}

/// Returns the runs to keep, oldest first.
fn chosen(args: &Save, context: &Context) -> Result<Vec<RunDocument>, UserError> {
    let store = context.open()?;
    let run = store.find(&args.run, &context.revisions())?;
    if run.is_empty() {
        let problem =
            format!("run {} recorded nothing, so nothing can be judged by it", run.run.id);
        return Err(UserError::new(Code::NothingToJudge, problem)
            .help("name another run, such as `latest~1`, or record one with `perf-report run`"));
    }
    let Some(wanted) = args.runs.map(NonZeroUsize::get) else {
        let mut runs = store.with_group(run)?;
        runs.retain(|run| !run.is_empty());
        return Ok(runs);
    };
    let mut runs = store.before(&run, wanted - 1)?;
    runs.push(run);
    if runs.len() < wanted {
        let verb = if runs.len() == 1 { "is" } else { "are" };
        let problem = format!("only {} of {wanted} runs {verb} there to keep", runs.len());
        return Err(UserError::new(Code::NothingToJudge, problem).help(format!(
            "they must be of the same command, machine and build; make them with `perf-report run \
             --repeat {wanted} -- COMMAND`"
        )));
    }
    Ok(runs)
}

fn list(args: &List, context: &Context) -> Result<(), UserError> {
    let row = |name: String| {
        let baseline = baseline::load(context, &name);
        BaselineRow::of(name, baseline.as_ref().map_err(UserError::with_causes))
    };
    let document = BaselinesDocument {
        schema: BASELINES_SCHEMA.to_owned(),
        version: BASELINES_VERSION,
        baselines: baseline::names(context)?.into_iter().map(row).collect(),
    };
    args.output.write(&document, args.format)?;
    if document.baselines.is_empty() {
        output::message("there is no baseline yet");
        output::help("keep the newest run as one with `perf-report baseline save main`");
    }
    Ok(())
}

fn show(args: &Show, context: &Context) -> Result<(), UserError> {
    let baseline = baseline::load(context, &args.name)?;
    match baseline.runs.last().filter(|_| args.format != Medium::Json) {
        Some(newest) => {
            let growth = analysis::bench::growth(&baseline.runs);
            args.output.write(&RunView { growth, ..RunView::whole(newest) }, args.format)?;
        }
        None => args.output.write(&baseline, args.format)?,
    }
    if baseline.runs.len() > 1 {
        let runs = units::plural(baseline.runs.len() as u64, "run");
        output::message(&format!("this is the newest of {runs}; --format json has all of them"));
    }
    Ok(())
}

fn remove(args: &Remove, context: &Context) -> Result<(), UserError> {
    let path = baseline::remove(context, &args.name)?;
    output::message(&format!("removed {}", context.shown(&path)));
    Ok(())
}
