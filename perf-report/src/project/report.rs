//! The material of a report: the runs, their judgement, their past, and how the last runs of the command
//! ended. Nothing is printed here.

use super::check::Question;
use super::config;
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::Runs;
use super::page::Wanted;
use super::store::{self, Filter, Query, RunRef, Store};
use crate::analysis::report::{self, Material, Stored};
use crate::analysis::score;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, Report, RunDocument};
use crate::verdict;

/// Runs of the past that rules look at, at most.
const PAST: usize = 60;

/// Runs with their judgement.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The runs, at least one, the newest last.
    pub runs: Vec<RunDocument>,
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
        let by = |name: Option<&str>| {
            let reference = RunRef::Runs(runs.name.clone());
            let question = Question::find(context, name, Some(&reference))?;
            let comparison = question.answer(settings)?;
            Ok(Self { runs: question.current.runs, comparison, notices: question.notices })
        };
        match wanted {
            Wanted::None => alone(runs.clone(), settings, "no baseline was asked for".to_owned()),
            Wanted::Named(name) => by(Some(name)),
            Wanted::Usual => by(settings.baseline.as_deref())
                .or_else(|error| alone(runs.clone(), settings, super::page::why_not(&error))),
        }
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
            return alone(runs.clone(), settings, "no baseline was given".to_owned());
        };
        let question = Question::between(context, baseline.clone(), runs.clone())?;
        let comparison = question.answer(settings)?;
        Ok(Self { runs: question.current.runs, comparison, notices: question.notices })
    }
}

fn alone(runs: Runs, settings: &CheckSettings, why: String) -> Result<Judged, UserError> {
    let Some(newest) = runs.runs.last() else { return Err(no_run()) };
    let comparison = verdict::alone(newest, &settings.limits(), why);
    Ok(Judged { comparison, runs: runs.runs, notices: Vec::new() })
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
    let Around { past, last, stored } = match store::open(&context.store) {
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

fn no_run() -> UserError {
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
        last.extend_from_slice(runs);
        let all = Filter { command: Some(newest.run.command.join(" ")), ..Filter::default() };
        let oldest = store.entries(&Query::oldest(all.clone(), 1))?.pop();
        let stored = Stored {
            runs: store.count(&all)? as u64,
            first_time: oldest.map(|entry| entry.time),
            latest_time: store.newest(&all)?.map(|entry| entry.time),
        };
        Ok(Self { past: store.recent(&comparable, PAST)?, last, stored })
    }
}
