//! `perf-report show --function`: all that is known of one function.

use std::process::ExitCode;

use super::Args;
use crate::analysis::history::{self, TrendRules};
use crate::analysis::page;
use crate::cli::{function, progress};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{HistoryDocument, Metric, RunDocument};
use crate::project::config;
use crate::project::config::check::CheckSettings;
use crate::project::context::Context;
use crate::project::past::Past;

/// The most runs of its history.
const RUNS: usize = 50;

/// Shows the function of `run` that is meant by `wanted`.
pub(super) fn run(
    args: &Args,
    context: &Context,
    run: &RunDocument,
    wanted: &str,
) -> Result<ExitCode, UserError> {
    let names = run.functions.iter().map(|function| function.name.as_str());
    let problem = format!("run {} has no function {wanted:?}", run.run.id);
    let unknown =
        UserError::new(Code::Usage, problem).help("`perf-report show --all` lists the functions");
    let name = function::by_part(wanted, names, unknown)?;
    let settings = config::check_settings(context, None, config::in_ci())?;
    let history = history_of(args, context, (run, name), &settings)?;
    let Some(document) = page::page(run, name, &settings.limits(), history) else {
        return Err(UserError::new(Code::Internal, "the function is gone"));
    };
    args.output.write_picture(&document, args.format)?;
    Ok(Code::Fine.into())
}

/// Returns the function over the runs that may be compared with this one.
fn history_of(
    args: &Args,
    context: &Context,
    (run, name): (&RunDocument, &str),
    settings: &CheckSettings,
) -> Result<Option<HistoryDocument>, UserError> {
    let metric = args.metric.unwrap_or(Metric::SelfNs);
    let limits = config::trend_settings(context)?.limits();
    let rules = TrendRules { limits, load: settings.load.unwrap_or_default() };
    let _progress = progress::reading("reading runs");
    let Some(past) = Past::behind(context, run)? else { return Ok(None) };
    Ok(history::history_of(&past.runs(RUNS)?, metric, rules, |it| it == name))
}
