//! `perf-report show`: a stored run.

mod page;

use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::{FalseyValueParser, PossibleValue};

use super::help;
use super::output::OutputArgs;
use super::past;
use crate::analysis;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{METRICS_OF_TREES, Metric};
use crate::project::context::Context;
use crate::project::store::{RunRef, Store};
use crate::render::{Medium, Part, RunView, Selection, Sort};
use crate::text::{sanitize, shell};

const EXAMPLES: &str = "\
Examples:
  perf-report show                        the newest run
  perf-report show latest~1 --tree        the one before it, as a tree of calls
  perf-report show --flame                a box a function, as wide as its part
  perf-report show --flame --filter parse `parse`, and what it calls
  perf-report show --function tokenize    all that is known of one function
  perf-report show --filter parse --all   every function with `parse` in it
  perf-report show --metrics              what the programs told of themselves
  perf-report show --format csv --output functions.csv";

/// Show where the time of a run went
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Args {
    #[arg(help = help::run("The run"))]
    #[arg(default_value = "latest")]
    run: RunRef,

    /// Show all that is known of one function: its name, the end of it, or a part that no other has
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_FUNCTION", hide_env_values = true)]
    #[arg(conflicts_with_all = ["tree", "flame", "metrics", "filter"])]
    function: Option<String>,

    /// Show who called whom, as a tree
    #[arg(long, env = "PERF_TRACK_TREE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    tree: bool,

    /// Draw the tree as an icicle: callers above, each function as wide as its part
    #[arg(long, env = "PERF_TRACK_FLAME", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "tree")]
    flame: bool,

    #[arg(help = help::metric_of_flame())]
    #[arg(long, value_name = "METRIC", value_parser = past::metric)]
    #[arg(env = "PERF_TRACK_METRIC", hide_env_values = true)]
    metric: Option<Metric>,

    /// Show only what the programs told of themselves, with `perf_count!` and `perf_gauge!`
    #[arg(long, env = "PERF_TRACK_SHOW_METRICS", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with_all = ["tree", "flame"])]
    metrics: bool,

    /// Order of the functions
    #[arg(long, value_enum, default_value_t, env = "PERF_TRACK_SORT", hide_env_values = true)]
    sort: Sort,

    /// Only functions and metrics with TEXT in their name; of --flame these, with what they call
    #[arg(long, value_name = "TEXT", env = "PERF_TRACK_FILTER", hide_env_values = true)]
    filter: Option<String>,

    /// Show at most N functions, and as many metrics; of --flame as many levels
    #[arg(long, value_name = "N", default_value_t = 30, conflicts_with = "all")]
    #[arg(env = "PERF_TRACK_LIMIT", hide_env_values = true)]
    limit: usize,

    /// Show every function, also those that were never called, fold nothing in the tree, and show every level
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// Show where functions are declared, before other columns
    #[arg(long, env = "PERF_TRACK_LOCATIONS", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    locations: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let store = context.open()?;
    let run =
        store.find(&args.run, &context.revisions()).map_err(|error| {
            match meant_function(&args.run.to_string(), store.as_ref(), context) {
                Some(help) => error.help(help),
                None => error,
            }
        })?;
    if let Some(wanted) = &args.function {
        return page::run(args, context, &run, wanted);
    }
    let growth = analysis::bench::growth(std::slice::from_ref(&run));
    let view = RunView { run: &run, part: args.part()?, selection: args.selection(), growth };
    if args.flame {
        args.output.write_picture(&view, args.format)?;
    } else {
        args.output.write(&view, args.format)?;
    }
    Ok(Code::Fine.into())
}

/// Advises somebody who gave the name of a function, a suite or a benchmark in place of a run.
fn meant_function(name: &str, store: &dyn Store, context: &Context) -> Option<String> {
    let newest = store.find(&RunRef::default(), &context.revisions()).ok()?;
    let function = newest
        .functions
        .iter()
        .find(|function| function.name == name || function.name.ends_with(&format!("::{name}")))?;
    let name = shell::quoted(&sanitize::screen(&function.name));
    Some(format!("the newest run has it: `perf-report show --function {name}`"))
}

impl Args {
    fn part(&self) -> Result<Part, UserError> {
        Ok(match self {
            Self { metrics: true, .. } => Part::Metrics,
            Self { tree: true, .. } => Part::Tree,
            Self { flame: true, .. } => Part::Flame(metric_of_flame(self.metric)?),
            _ => Part::Functions,
        })
    }

    fn selection(&self) -> Selection {
        Selection {
            sort: self.sort,
            filter: self.filter.clone(),
            limit: (!self.all).then_some(self.limit),
            locations: self.locations,
        }
    }
}

/// Returns the metric that boxes are as wide as.
///
/// # Errors
/// When a tree does not have the metric.
fn metric_of_flame(wanted: Option<Metric>) -> Result<Metric, UserError> {
    let metric = wanted.unwrap_or(Metric::SelfNs);
    if METRICS_OF_TREES.contains(&metric) {
        return Ok(metric);
    }
    let problem = format!("{} has no parts that boxes could be as wide as", metric.title());
    let there = METRICS_OF_TREES.map(Metric::word).join(", ");
    Err(UserError::new(Code::Usage, problem).help(format!("take one of {there}")))
}

impl ValueEnum for Sort {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::SelfTime,
            Self::Total,
            Self::Calls,
            Self::Mean,
            Self::P99,
            Self::Lifetime,
            Self::Polls,
            Self::LongestPoll,
            Self::Allocs,
            Self::Grown,
            Self::Name,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::SelfTime => ("self", "Time outside tracked callees"),
            Self::Total => ("total", "Time between entry and exit"),
            Self::Calls => ("calls", "Finished calls"),
            Self::Mean => ("mean", "Mean duration of a call"),
            Self::P99 => ("p99", "99th percentile of the duration of a call"),
            Self::Lifetime => {
                ("lifetime", "Mean lifetime of a call of an async function, waiting included")
            }
            Self::Polls => ("polls", "Polls of an async function"),
            Self::LongestPoll => ("longest-poll", "Longest poll of an async function"),
            Self::Allocs => ("allocs", "Allocations, those of tracked callees included"),
            Self::Grown => ("grown", "Bytes allocated and not freed"),
            Self::Name => ("name", "Name, from A"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
