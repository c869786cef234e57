//! `perf-report show`: a stored run.

use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::format::TextFormat;
use super::output::{self, OutputArgs};
use crate::error::{ExitCode as Code, UserError};
use crate::model::RunDocument;
use crate::project::context::Context;
use crate::project::store::{self, RunRef, Store as _};
use crate::render::{Selection, Sort, csv, human, markdown};

const EXAMPLES: &str = "\
Examples:
  perf-report show                        the newest run
  perf-report show latest~1 --tree        the one before it, as a tree of calls
  perf-report show --filter parse --all   every function with `parse` in it
  perf-report show --metrics              what the programs told of themselves
  perf-report show --format csv --output functions.csv";

/// Show where the time of a run went
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Args {
    /// The run: `latest`, `latest~1`, an id or its beginning, or a label
    #[arg(default_value = "latest")]
    run: RunRef,

    /// Show who called whom, as a tree
    #[arg(long, env = "PERF_TRACK_TREE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    tree: bool,

    /// Show only what the programs told of themselves, with `perf_count!` and `perf_gauge!`
    #[arg(long, env = "PERF_TRACK_SHOW_METRICS", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "tree")]
    metrics: bool,

    /// Order of the functions
    #[arg(long, value_enum, default_value_t, env = "PERF_TRACK_SORT", hide_env_values = true)]
    sort: Sort,

    /// Only functions and metrics with TEXT in their name
    #[arg(long, value_name = "TEXT", env = "PERF_TRACK_FILTER", hide_env_values = true)]
    filter: Option<String>,

    /// Show at most N functions, and as many metrics
    #[arg(long, value_name = "N", default_value_t = 30, conflicts_with = "all")]
    #[arg(env = "PERF_TRACK_LIMIT", hide_env_values = true)]
    limit: usize,

    /// Show every function, also those that were never called, and fold nothing in the tree
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
    format: TextFormat,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let run = store::open(context)?.find(&args.run)?;
    args.output.write(&args.text(&run))?;
    Ok(Code::Fine.into())
}

impl Args {
    fn text(&self, run: &RunDocument) -> String {
        let selection = self.selection();
        match (self.format, self.tree) {
            (TextFormat::Human, _) if self.metrics => {
                human::show_metrics(run, &selection, self.output.screen())
            }
            (TextFormat::Csv, _) if self.metrics => csv::metrics(run),
            (TextFormat::Markdown, _) if self.metrics => markdown::run_metrics(run, &selection),
            (TextFormat::Human, false) => human::show(run, &selection, self.output.screen()),
            (TextFormat::Human, true) => human::tree(run, self.all, self.output.screen()),
            (TextFormat::Json, _) => output::json(run),
            (TextFormat::Csv, false) => csv::functions(run),
            (TextFormat::Csv, true) => csv::tree(run),
            (TextFormat::Markdown, false) => markdown::run(run, &selection),
            (TextFormat::Markdown, true) => markdown::run_tree(run, self.all),
        }
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
