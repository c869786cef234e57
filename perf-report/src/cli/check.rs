//! `perf-report check`: a judgement of a run by a baseline and by its budgets, with an exit code.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::judge::{self, LimitArgs};
use super::page::{self, HtmlArgs};
use super::write::WriteArgs;
use super::{help, output, self_test};
use crate::error::UserError;
use crate::model::{Comparison, Verdict};
use crate::project::before;
use crate::project::context::Context;
use crate::project::named::{self, Runs};
use crate::project::store::RunRef;
use crate::text::{sanitize, shell};
use crate::verdict::{self, FailOn, Gate};

const EXAMPLES: &str = "\
Examples:
  perf-report check                      the newest run against the baseline
  perf-report check --baseline main~10   against the last 10 runs of branch main
  perf-report check --self-test          which slow-downs this check would catch
  perf-report check --baseline release --run latest~1
  perf-report check --regression 5 --metric-limit p99=50%
  perf-report check --fail-on missing,inconclusive
  perf-report check --html page.html     the verdict as a page for browsers
  perf-report check --format github      annotations of a GitHub workflow
  perf-report check --format markdown --max-size 64KB --output report.md

Without --baseline it is the one of perf.toml, else `main`, else the only one there is; of benchmarks, \
else the runs of the same command before, as `bench` judges them. A run made by `run --repeat` is judged \
together with its others.

A run is one sample. The more of them a baseline holds, and the more are judged, the smaller a change \
can be told from noise; each verdict says how small. Runs made before help, too.

Metrics of the program's own are judged by [metrics.\"NAME\"] of perf.toml: better, max-regression, \
min, max. Without it, changes are shown and fail nothing.

What functions may take is set by their attributes and by [budget.\"NAME\"] of perf.toml, that of the \
command by [budget.command]; `severity = \"warn\"` there shows what is found and fails nothing. A \
regression that is meant to be is accepted by `perf-report bless FUNCTION --reason WHY`.

In a step of GitHub Actions the result also goes into the summary of the job.

Exit codes: 0 nothing is worse, 3 regression or budget exceeded; with --fail-on also 4 no baseline \
or no run, 5 something could not be judged. With --self-test: 0 a slow-down of each function would \
be caught, 5 one would not.";

/// Judge a run by a baseline; fails when something became slower
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Name of the baseline; or `main~10` for the last runs of a branch, or a run as `tag:v1.2`
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    #[arg(help = help::run("The run to judge") + " [default: the newest of the baseline's command]")]
    #[arg(long, value_name = "RUN", env = "PERF_TRACK_RUN", hide_env_values = true)]
    run: Option<RunRef>,

    /// What fails besides regressions and budgets, which always do
    #[arg(long, value_name = "REASON,…", value_enum, value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_FAIL_ON", hide_env_values = true)]
    fail_on: Vec<FailOn>,

    /// Put known slow-downs into copies of the run, and show which of them this check would catch
    #[arg(long, env = "PERF_TRACK_SELF_TEST", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "html")]
    self_test: bool,

    /// Slow down this function, by its name or the end of it [default: the ten with the most self time]; may be repeated
    #[arg(long, value_name = "NAME", requires = "self_test", value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_SELF_TEST_FUNCTION", hide_env_values = true)]
    self_test_function: Vec<String>,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    html: HtmlArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    args.html.begin(context);
    let settings = args.limits.settings(context, args.baseline.as_deref(), &args.fail_on)?;
    let fail_on = settings.fail_on.clone().unwrap_or_default();
    let question = before::find(context, settings.baseline.as_deref(), args.run.as_ref())?;
    question.notices.iter().for_each(|notice| output::warning(notice));
    if args.self_test {
        let names = &args.self_test_function;
        return self_test::run(&question.current, names, &fail_on, &args.write, |judged| {
            question.answer_for(judged, &settings)
        });
    }
    let comparison = question.answer(&settings)?;
    args.write.write(&comparison, context)?;
    let gate = verdict::gate(&comparison, &fail_on);
    advise(&comparison, gate, question.baseline.as_ref(), &fail_on);
    let code = args.html.after(judge::code(gate), context, || {
        let baseline = question.baseline.as_ref().and_then(|it| it.runs.last());
        let sides = (question.current.runs.as_slice(), baseline);
        page::of_comparison(context, sides, &comparison, &settings)
    });
    Ok(code.into())
}

/// Advises on the next step.
fn advise(
    comparison: &Comparison,
    gate: Gate,
    baseline: Option<&Runs>,
    fail_on: &BTreeSet<FailOn>,
) {
    if gate == Gate::Inconclusive
        && let Some(help) = judge::not_whole(comparison, fail_on)
    {
        return output::help(&help);
    }
    if gate == Gate::Inconclusive && !comparison.parts_missing.is_empty() {
        return output::help(
            "check once all parts are stored: `perf-report show` lists those that are there, and a part that is \
             run again replaces what it was",
        );
    }
    match (gate, baseline) {
        (Gate::Missing, Some(_)) => output::help(
            "what is gone was not judged: where it was meant to go, save the baseline anew with \
             `perf-report baseline save NAME --force`",
        ),
        (Gate::Missing, _) => output::help("save one with `perf-report baseline save main`"),
        (Gate::Passed, None) => {
            output::help("keep this run as one with `perf-report baseline save main`");
        }
        (Gate::Worse, Some(baseline)) => output::help(&format!(
            "see `perf-report show {}{}`; if it is meant to be so, {}keep all of it with \
             `perf-report baseline save {} {} --force`",
            comparison.current,
            // Benchmarks of other tools have no tree.
            if comparison.self_time.is_some() { " --tree" } else { "" },
            bless(comparison, fail_on),
            baseline.name,
            comparison.current
        )),
        (Gate::Passed | Gate::Inconclusive, Some(baseline)) => {
            if let Some(help) = more_evidence(comparison, baseline) {
                output::help(&help);
            }
        }
        (Gate::Inconclusive | Gate::Worse, None) => {}
    }
}

/// Returns the command by which the first of what fails is accepted, to be pasted.
fn bless(comparison: &Comparison, fail_on: &BTreeSet<FailOn>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for failure in verdict::failures(comparison, fail_on) {
        if !names.contains(&failure.name) {
            names.push(failure.name);
        }
    }
    let Some(first) = names.first() else { return String::new() };
    let name = shell::quoted(&sanitize::screen(first));
    let more = if names.len() > 1 { " (and so each of the others)" } else { "" };
    format!("accept it with `perf-report bless {name} --reason WHY`{more}, or ")
}

/// Returns advice for rows that could not be judged.
fn more_evidence(comparison: &Comparison, baseline: &Runs) -> Option<String> {
    let open = comparison.functions.iter().filter(|row| row.verdict == Verdict::Inconclusive);
    let (noisy, rare): (Vec<_>, Vec<_>) = open.partition(|row| row.detectable_pct.is_some());
    if !noisy.is_empty() {
        let runs = comparison.baseline_runs.max(comparison.current_runs).max(2) + 3;
        let name = if named::is_file(&baseline.name) { &baseline.name } else { "main" };
        let mut functions = baseline.runs.iter().flat_map(|run| &run.functions);
        if functions.any(|it| it.harness().is_some()) {
            return Some(format!(
                "more processes show more: `perf-report bench --processes {runs}`, on the side of the \
                 baseline with `--save {name} --force`"
            ));
        }
        return Some(format!(
            "more runs show more: `perf-report run --repeat {runs} -- COMMAND` on either side, and \
             `perf-report baseline save {name} --runs {runs}`"
        ));
    }
    let help = "let the command call these functions more often, or lower --min-calls";
    (!rare.is_empty()).then(|| help.to_owned())
}
