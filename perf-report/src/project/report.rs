//! The material of a report: the runs, their judgement, their past, and how the last runs of the command
//! ended. Nothing is printed here.

use super::check::Question;
use super::config;
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::Runs;
use super::store::{Filter, Query, RunRef, Store};
use crate::analysis::report::{self, Material, Stored};
use crate::analysis::score;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{self, Comparison, Report, RunDocument};
use crate::verdict;

/// Runs of the past that rules look at, at most.
const PAST: usize = 60;

/// The baseline by which runs are judged.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// The one of this name, which must be there and fit.
    Named(&'a str),
    /// The one that `check` would take, if there is one that fits.
    Usual,
    /// None.
    None,
}

/// Runs with their judgement.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The runs, at least one, the newest last.
    pub runs: Vec<RunDocument>,
    /// The newest run of what they are compared with.
    pub baseline: Option<RunDocument>,
    /// Their judgement; without a baseline, that of their budgets.
    pub comparison: Comparison,
    /// Lines for the reader about runs that were passed over, or left out.
    pub notices: Vec<String>,
}

impl Judged {
    /// Finds the run `run` with those made with it, and judges them as `check` would.
    ///
    /// # Errors
    /// When there is no such run, and when a baseline that was named is not there or cannot be compared.
    pub(crate) fn find(
        context: &Context,
        run: &RunRef,
        wanted: Wanted<'_>,
        settings: &CheckSettings,
    ) -> Result<Self, UserError> {
        let runs = Runs::run(context, run)?;
        let newest = runs.runs.last().cloned().ok_or_else(no_run)?;
        Self::by(context, runs, (wanted, &newest), settings)
    }

    /// Judges runs that are loaded as `check` would, and where there is no baseline `alone`, one of them, by its
    /// budgets.
    ///
    /// # Errors
    /// When a baseline that was named is not there or cannot be compared.
    pub(crate) fn by(
        context: &Context,
        runs: Runs,
        (wanted, alone): (Wanted<'_>, &RunDocument),
        settings: &CheckSettings,
    ) -> Result<Self, UserError> {
        let by = |name: Option<&str>| {
            Self::answer(Question::about(context, runs.clone(), name)?, settings)
        };
        let why = match wanted {
            Wanted::None => "no baseline was asked for".to_owned(),
            Wanted::Named(name) => return by(Some(name)),
            Wanted::Usual => match by(settings.baseline.as_deref()) {
                Ok(judged) => return Ok(judged),
                Err(error) => why_not(&error),
            },
        };
        Ok(Self::alone(runs, alone, settings, why))
    }

    fn alone(runs: Runs, run: &RunDocument, settings: &CheckSettings, why: String) -> Self {
        let comparison = verdict::alone(run, &settings.limits(), why);
        Self { comparison, baseline: None, runs: runs.runs, notices: Vec::new() }
    }

    fn answer(question: Question, settings: &CheckSettings) -> Result<Self, UserError> {
        let comparison = question.answer(settings)?;
        let Question { current, baseline, notices, .. } = question;
        let baseline = baseline.and_then(|mut baseline| baseline.runs.pop());
        Ok(Self { runs: current.runs, baseline, comparison, notices })
    }

    /// Judges `runs` by `baseline`, or by their budgets alone.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] where there is no run, or they cannot be compared.
    pub(crate) fn of(
        context: &Context,
        runs: &Runs,
        baseline: Option<&Runs>,
        settings: &CheckSettings,
    ) -> Result<Self, UserError> {
        let Some(baseline) = baseline else {
            let newest = runs.runs.last().ok_or_else(no_run)?;
            let why = "no baseline was given".to_owned();
            return Ok(Self::alone(runs.clone(), newest, settings, why));
        };
        Self::answer(Question::between(context, baseline.clone(), runs.clone())?, settings)
    }
}

/// Returns the reason for which the usual baseline does not judge the run.
fn why_not(error: &UserError) -> String {
    match &error.help {
        Some(help) => format!("no baseline: {error}; {help}"),
        None => format!("no baseline: {error}"),
    }
}

/// Returns the report on runs that were judged.
///
/// # Errors
/// [`Code::NothingToJudge`] where there is no run; when the store or `perf.toml` cannot be read.
pub(crate) fn report(
    context: &Context,
    runs: &[RunDocument],
    comparison: &Comparison,
) -> Result<Report, UserError> {
    let settings = config::report_settings(context)?;
    let newest = runs.last().ok_or_else(no_run)?;
    let Around { past, last, stored } = match context.open() {
        Ok(store) => Around::of(&*store, newest, runs)?,
        // Runs of files need no store.
        Err(_) => Around { last: runs.to_vec(), ..Around::default() },
    };
    let material = Material {
        runs,
        comparison,
        past: &past,
        last: &last,
        stored: &stored,
        settings: &settings,
    };
    report::report(&material).ok_or_else(no_run)
}

/// Makes the error that there is nothing to report on.
pub(crate) fn no_run() -> UserError {
    UserError::new(Code::NothingToJudge, "there is no run to report on")
        .help("record one with `perf-report run -- COMMAND`")
}

/// The stored runs around some.
#[derive(Debug, Default)]
struct Around {
    past: Vec<RunDocument>,
    last: Vec<RunDocument>,
    stored: Stored,
}

impl Around {
    fn of(
        store: &dyn Store,
        newest: &RunDocument,
        runs: &[RunDocument],
    ) -> Result<Self, UserError> {
        let comparable = store.behind(newest)?.but(runs);
        // The machine says nothing about failures, and one that recorded nothing is a run, too.
        let of_command = Filter { machine_key: None, build: None, ..comparable.clone() };
        let most = score::RUNS.saturating_sub(runs.len());
        let mut entries = store.entries(&Query::newest(of_command.clone(), most))?;
        entries.reverse();
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        let mut last = store.samples(&ids);
        store.trouble()?;
        last.extend_from_slice(runs);
        let all = Filter { command: Some(newest.run.command.join(" ")), ..Filter::default() };
        let oldest = store.entries(&Query::oldest(all.clone(), 1))?.pop();
        let stored = Stored {
            runs: store.count(&all)? as u64,
            first_time: oldest.map(|entry| entry.time),
            latest_time: store.newest(&all)?.map(|entry| entry.time),
        };
        let mut past = store.recent(&comparable, PAST)?;
        model::align_to(runs, &mut [&mut past, &mut last]);
        Ok(Self { past, last, stored })
    }
}
