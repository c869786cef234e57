//! `perf-report check`: judges a run by a baseline and by its budgets, and fails when it must.

use std::process::ExitCode;

use super::judge::{self, LimitArgs, Named, WriteArgs};
use super::{output, self_test};
use clap::builder::FalseyValueParser;

use crate::baseline;
use crate::config::check::CheckSettings;
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, RunDocument};
use crate::store::{self, RunRef, Store as _};
use crate::verdict::{self, FailOn, Gate};

/// The baseline that is taken when none is named.
const USUAL: &str = "main";

const EXAMPLES: &str = "\
Examples:
  perf-report check                                the newest run against the baseline
  perf-report check --baseline release --run latest~1
  perf-report check --regression 5 --metric-limit p99=50%
  perf-report check --fail-on missing,inconclusive
  perf-report check --self-test                    which slow-downs this check would catch
  perf-report check --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Without --baseline it is the one of perf.toml, else `main`, else the only one there is.

What programs tell of themselves is judged by [metrics.\"NAME\"] of perf.toml: better, max-regression,
min, max. Without it, changes are told and fail nothing.

What functions may take is set by their attributes and by [budget.\"NAME\"] of perf.toml, that of the
command by [budget.command]; `severity = \"warn\"` there shows what is found and fails nothing. A
regression that is meant to be is accepted by `perf-report bless`.

Exit codes: 0 nothing is worse, 3 regression or budget exceeded; with --fail-on also 4 no baseline
or no run, 5 something could not be judged. With --self-test: 0 a slow-down of each function would
be caught, 5 one would not.";

/// Judge a run by a baseline; fails when something became slower
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Name of the baseline
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// The run to judge: `latest`, `latest~1`, an id or its beginning, or a label
    #[arg(long, value_name = "RUN", default_value = "latest")]
    #[arg(env = "PERF_TRACK_RUN", hide_env_values = true)]
    run: RunRef,

    /// What fails besides regressions and budgets, which always do
    #[arg(long, value_name = "REASON,…", value_enum, value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_FAIL_ON", hide_env_values = true)]
    fail_on: Vec<FailOn>,

    /// Put known slow-downs into copies of the run, and show which of them this check would catch
    #[arg(long, env = "PERF_TRACK_SELF_TEST", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    self_test: bool,

    /// Slow down this function [default: the ten with the most self time]; may be repeated
    #[arg(long, value_name = "NAME", requires = "self_test", value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_SELF_TEST_FUNCTION", hide_env_values = true)]
    self_test_function: Vec<String>,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let settings = args.limits.settings(context, args.baseline.as_deref(), &args.fail_on)?;
    let baseline = find_baseline(context, settings.baseline.as_deref())?;
    let fail_on = settings.fail_on.clone().unwrap_or_default();
    let found = store::open(context).and_then(|store| store.find(&args.run)).and_then(with_data);
    let current = match found {
        Ok(run) => run,
        Err(error) if error.code == Code::NothingToJudge => {
            return no_run(error, fail_on.contains(&FailOn::Missing));
        }
        Err(error) => return Err(error),
    };
    if args.self_test {
        let names = &args.self_test_function;
        let judge = |run: &RunDocument| judge(baseline.as_ref(), run, &settings);
        return self_test::run(&current, names, &fail_on, &args.write, judge);
    }
    let comparison = judge(baseline.as_ref(), &current, &settings)?;
    args.write.write(&comparison)?;
    let gate = verdict::gate(&comparison, &fail_on);
    advise(&comparison, gate, baseline.as_ref());
    Ok(code(gate).into())
}

fn judge(
    baseline: Option<&Named>,
    current: &RunDocument,
    settings: &CheckSettings,
) -> Result<Comparison, UserError> {
    match baseline {
        Some(baseline) => judge::compare(baseline, current, settings),
        None => {
            Ok(verdict::alone(current, &settings.limits(), "there is no baseline yet".to_owned()))
        }
    }
}

/// The baseline to judge by. One that is named must exist.
pub(super) fn find_baseline(
    context: &Context,
    wanted: Option<&str>,
) -> Result<Option<Named>, UserError> {
    if let Some(name) = wanted {
        return Named::baseline(context, name).map(Some);
    }
    let names = baseline::names(context)?;
    match names.as_slice() {
        [] => Ok(None),
        [only] => Named::baseline(context, only).map(Some),
        several if several.iter().any(|name| name == USUAL) => {
            Named::baseline(context, USUAL).map(Some)
        }
        several => {
            let problem = format!("there are {} baselines and none is `{USUAL}`", several.len());
            Err(UserError::new(Code::Usage, problem)
                .help(format!("name one with --baseline: {}", several.join(", "))))
        }
    }
}

/// A run that recorded nothing cannot be judged.
fn with_data(run: RunDocument) -> Result<RunDocument, UserError> {
    if run.process.count > 0 {
        return Ok(run);
    }
    let problem = format!("run {} recorded nothing", run.run.id);
    Err(UserError::new(Code::NothingToJudge, problem)
        .help("`perf-report doctor` looks for what stands in the way"))
}

/// Says that there is no run. It is an error only when that was asked for.
fn no_run(error: UserError, fails: bool) -> Result<ExitCode, UserError> {
    if fails {
        return Err(error);
    }
    output::warning(&format!("nothing to judge: {}", output::describe(&error)));
    if let Some(help) = &error.help {
        output::help(help);
    }
    Ok(Code::Fine.into())
}

/// Says what to do next.
fn advise(comparison: &Comparison, gate: Gate, baseline: Option<&Named>) {
    match (gate, baseline) {
        (Gate::Missing, _) => output::help("save one with `perf-report baseline save main`"),
        (Gate::Passed, None) => {
            output::help("keep this run as one with `perf-report baseline save main`");
        }
        (Gate::Worse, Some(baseline)) => output::help(&format!(
            "see `perf-report show {} --tree`; if it is meant to be so, accept it with \
             `perf-report bless`, or keep all of it with `perf-report baseline save {} {} --force`",
            comparison.current, baseline.name, comparison.current
        )),
        (Gate::Inconclusive, _) => {
            output::help("let the command call these functions more often, or lower --min-calls");
        }
        _ => {}
    }
}

fn code(gate: Gate) -> Code {
    match gate {
        Gate::Passed => Code::Fine,
        Gate::Worse => Code::Regression,
        Gate::Missing => Code::NothingToJudge,
        Gate::Inconclusive => Code::Inconclusive,
    }
}
