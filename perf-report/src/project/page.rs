//! The documents behind the page of a run: the run, its verdict by a baseline, and its past. Nothing is
//! printed here.

use super::check::Question;
use super::config::check::CheckSettings;
use super::context::Context;
use super::past::Past;
use super::report;
use super::store::{self, RunRef};
use crate::analysis::history;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, HistoryDocument, Metric, Report, RunDocument};
use crate::verdict;

/// The documents of a page.
#[derive(Debug)]
pub(crate) struct Documents {
    /// The run that is shown.
    pub run: RunDocument,
    /// The newest run of what it is compared with.
    pub baseline: Option<RunDocument>,
    /// The judgement of the run; without a baseline, that of its budgets.
    pub comparison: Comparison,
    /// The run's past.
    pub history: Option<HistoryDocument>,
    /// The run's score, its grade, and what to do next.
    pub report: Option<Report>,
}

/// The baseline of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// The one of this name, which must be there and fit.
    Named(&'a str),
    /// The one that `check` would take, if there is one that fits.
    Usual,
    /// None.
    None,
}

impl Documents {
    /// Gathers what there is about the run `run`, which is judged as `check` would.
    ///
    /// # Errors
    /// When there is no such run, and when a baseline that was named is not there or cannot be compared.
    pub(crate) fn find(
        context: &Context,
        run: &RunRef,
        wanted: Wanted<'_>,
        settings: &CheckSettings,
    ) -> Result<Self, UserError> {
        let run = store::open(&context.store)?.find(run, &context.revisions())?;
        let (baseline, comparison) = match wanted {
            Wanted::None => (None, alone(&run, settings, "no baseline was asked for".to_owned())),
            Wanted::Named(name) => judged(context, &run, Some(name), settings)?,
            Wanted::Usual => judged(context, &run, settings.baseline.as_deref(), settings)
                .unwrap_or_else(|error| (None, alone(&run, settings, why_not(&error)))),
        };
        Ok(Self { run, baseline, comparison, history: None, report: None })
    }

    /// Adds the past of the run, `most` runs at most, and its report.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn with_past(
        mut self,
        context: &Context,
        most: usize,
        settings: &CheckSettings,
    ) -> Result<Self, UserError> {
        self.history = past(context, &self.run.run.id, most, settings)?;
        self.report = Some(report_of(context, &self.run, &self.comparison)?);
        Ok(self)
    }
}

/// Returns the report on the run of a page and those that were made with it.
///
/// # Errors
/// When the store or `perf.toml` cannot be read.
pub(crate) fn report_of(
    context: &Context,
    run: &RunDocument,
    comparison: &Comparison,
) -> Result<Report, UserError> {
    // A run of `ab` is stored nowhere.
    let runs = match store::open(&context.store) {
        Ok(store) => store.with_group(run.clone())?,
        Err(_) => vec![run.clone()],
    };
    report::report(context, &runs, comparison)
}

/// Returns the past of a stored run; `None` of one that is not stored, or knows no time.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn past(
    context: &Context,
    id: &str,
    most: usize,
    settings: &CheckSettings,
) -> Result<Option<HistoryDocument>, UserError> {
    let past = match Past::open(context, &RunRef::Runs(id.to_owned()), None) {
        Ok(past) => past,
        Err(error) if [Code::Usage, Code::NothingToJudge].contains(&error.code) => return Ok(None),
        Err(error) => return Err(error),
    };
    let limits = super::config::trend_settings(context)?.limits();
    let load = settings.load.unwrap_or_default();
    let rules = history::TrendRules { limits, load };
    let history = history::history(&past.runs(most)?, Metric::SelfNs, rules);
    Ok(history.filter(|history| !history.functions.is_empty()))
}

/// Judges the run by a baseline, or without one where there is none.
fn judged(
    context: &Context,
    run: &RunDocument,
    baseline: Option<&str>,
    settings: &CheckSettings,
) -> Result<(Option<RunDocument>, Comparison), UserError> {
    let reference = RunRef::Runs(run.run.id.clone());
    let question = Question::find(context, baseline, Some(&reference))?;
    let comparison = question.answer(settings)?;
    let newest = question.baseline.and_then(|mut baseline| baseline.runs.pop());
    Ok((newest, comparison))
}

fn alone(run: &RunDocument, settings: &CheckSettings, why: String) -> Comparison {
    verdict::alone(run, &settings.limits(), why)
}

/// Returns the reason for which the usual baseline does not judge the run.
pub(super) fn why_not(error: &UserError) -> String {
    match &error.help {
        Some(help) => format!("no baseline: {error}; {help}"),
        None => format!("no baseline: {error}"),
    }
}
