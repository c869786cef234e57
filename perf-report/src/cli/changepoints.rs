//! `perf-report changepoints`: the changes of level in series that somebody else recorded.

use std::path::PathBuf;
use std::process::ExitCode;

use rayon::prelude::*;

use super::output::{self, OutputArgs};
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::import::table::{self, Series};
use crate::model::{
    CHANGEPOINTS_SCHEMA, CHANGEPOINTS_VERSION, ChangePoints, LevelChange, SeriesChanges,
};
use crate::project::context::Context;
use crate::render::{Medium, left_out};
use crate::stats::segments::{self, Settings};

const EXAMPLES: &str = "\
Examples:
  perf-report changepoints --input history.csv
  perf-report changepoints --input - --format json < history.csv
  perf-report changepoints --input history.csv --sensitivity strict

The file has a line a value and a line of titles: `series` and `value`, and if they are known `index`, \
`commit` and `time`, in any order. A series is in the order of its lines; it takes eight values to see a \
change. Values that are no finite numbers (NaN, inf) are left out, and named.";

/// Find where the level of series changes, in a CSV file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The file; `-` for standard input
    #[arg(long, value_name = "FILE.csv", env = "PERF_TRACK_INPUT", hide_env_values = true)]
    input: PathBuf,

    /// How much evidence a change needs
    #[arg(long, env = "PERF_TRACK_SENSITIVITY", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    sensitivity: Sensitivity,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,
}

/// How much evidence a change needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Sensitivity {
    /// Much: hardly ever wrong
    Strict,
    /// Enough: seldom wrong
    #[default]
    Default,
    /// Less: sees more, and is wrong more often
    Sensitive,
}

impl Sensitivity {
    fn settings(self) -> Settings {
        match self {
            Self::Strict => Settings::STRICT,
            Self::Default => Settings::DEFAULT,
            Self::Sensitive => Settings::SENSITIVE,
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let shown = args.input.display();
    let text = read(args, context)?;
    let series = table::series(&text).map_err(|error| {
        UserError::new(Code::Usage, format!("{shown}:{}: {}", error.line, error.problem))
            .help("a line of titles with `series` and `value`, then a line a value")
    })?;
    let settings = args.sensitivity.settings();
    let document = ChangePoints {
        schema: CHANGEPOINTS_SCHEMA.to_owned(),
        version: CHANGEPOINTS_VERSION,
        series: all_changes(&series, settings),
    };
    if args.format == Medium::Csv {
        // There is no place for it among the rows.
        if let Some(note) = left_out(&document) {
            output::warning(&note);
        }
    }
    args.output.write(&document, args.format)?;
    Ok(Code::Fine.into())
}

fn read(args: &Args, context: &Context) -> Result<String, UserError> {
    let largest = files::LARGEST_DOCUMENT;
    let text = if args.input.as_os_str() == "-" {
        files::read_all(std::io::stdin(), largest)
    } else {
        files::read_text(&context.dir.join(&args.input), largest)
    };
    text.map_err(|error| {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => Code::Usage,
            _ => Code::Unreadable,
        };
        UserError::new(code, format!("{} cannot be read", args.input.display())).because(error)
    })
}

/// Finds the changes of every series, on all processors.
fn all_changes(series: &[Series], settings: Settings) -> Vec<SeriesChanges> {
    series.par_iter().map(|series| changes(series, settings)).collect()
}

fn changes(series: &Series, settings: Settings) -> SeriesChanges {
    let found = segments::change_points(&series.values, settings);
    let change = |change: segments::ChangePoint| {
        let point = series.points.get(change.index);
        let is_known = |at: &usize| series.values.get(*at).is_some_and(|value| value.is_finite());
        let before = (0..change.index).rev().find(is_known).and_then(|at| series.points.get(at));
        LevelChange {
            index: point.and_then(|point| point.index).unwrap_or(change.index as u64),
            before: change.before,
            after: change.after,
            change_pct: change.change_pct(),
            p_value: change.p_value,
            kind: change.kind,
            commit_before: before.and_then(|point| point.commit.clone()),
            commit: point.and_then(|point| point.commit.clone()),
            time: point.and_then(|point| point.time.clone()),
        }
    };
    SeriesChanges {
        name: series.name.clone(),
        points: series.values.len() as u64,
        left_out_lines: series.unusable_lines(),
        change_points: found.into_iter().map(change).collect(),
    }
}
