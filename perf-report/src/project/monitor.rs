//! The judgement of a round: of one stored run by its baseline, or by the runs before it, and of the course
//! that it is on. Nothing is printed here.

use super::before::{self, Window, Wish};
use super::check::Question;
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::{self, Runs};
use super::past::Past;
use super::store::{Filter, Query};
use super::suites;
use crate::analysis::history::{self, TrendRules};
use crate::analysis::score;
use crate::analysis::suites::SuiteRules;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{
    self, AlertEntry, AlertKind, Comparison, DeclineDocument, HistoryDocument, Metric, RunDocument,
    SuitesDocument,
};

/// Runs that have to become worse one after the other for a decline.
const IN_A_ROW: usize = 5;
/// Runs that a course goes back.
const PAST: usize = 50;
/// The metrics whose course is watched: of functions, of the command, of its memory.
const WATCHED: [Metric; 3] = [Metric::SelfNs, Metric::WallNs, Metric::PeakRssBytes];

/// The rules of a judgement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    /// Name of the baseline; without one it is the usual one, then the runs before.
    pub baseline: Option<&'a str>,
    /// True where the command names that baseline, so that it must exist; one of `perf.toml` may be yet to come.
    pub must_exist: bool,
    /// Number of runs before it that a run is judged by where there is no baseline.
    pub window: usize,
    /// The limits.
    pub settings: &'a CheckSettings,
    /// The limits of courses.
    pub trend: TrendRules,
    /// The targets of suites.
    pub suites: &'a SuiteRules,
    /// The alerts that are remembered.
    pub remembered: &'a [AlertEntry],
}

/// All that is known of a run at the end of a round.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The run, with those that were made with it, the newest last.
    pub current: Runs,
    /// The comparison; the error has the reason for which there is none.
    pub comparison: Result<Comparison, UserError>,
    /// Lines for the reader about runs that were passed over, or left out.
    pub notices: Vec<String>,
    /// The functions that became worse run by run, a document a metric.
    pub declines: Vec<DeclineDocument>,
    /// The courses of the functions, a document a metric.
    pub histories: Vec<HistoryDocument>,
    /// The suites, held against their targets; `None` where the run has none.
    pub suites: Option<SuitesDocument>,
    /// The last runs of the command, oldest first, those that failed or recorded nothing included.
    pub last: Vec<RunDocument>,
}

impl Judged {
    /// Returns whether the run was judged by a baseline that somebody saved, and by no window of runs.
    pub(crate) fn has_kept_baseline(&self) -> bool {
        let baseline = self.comparison.as_ref().ok().and_then(|it| it.baseline.as_deref());
        baseline.is_some_and(named::is_file)
    }
}

/// Finds the run that is judged where none was made: the newest of `command`, or of all where none is named.
///
/// # Errors
/// [`Code::NothingToJudge`] when none is stored.
pub(crate) fn newest(context: &Context, command: &[String]) -> Result<RunDocument, UserError> {
    let named = command.join(" ");
    let of_command = (!command.is_empty()).then(|| named.clone());
    let filter = Filter { command: of_command, ..Filter::default() };
    let store = context.open()?;
    let Some(entry) = store.own_newest(&filter)? else {
        let problem = match command {
            [] => "no run is stored yet".to_owned(),
            _ => format!("no run of `{named}` is stored"),
        };
        return Err(UserError::new(Code::NothingToJudge, problem)
            .help("leave --no-run out, or record one with `perf-report run -- COMMAND`"));
    };
    Ok(store.load(&entry.id)?)
}

/// Judges a run that is stored, with those that were made with it.
///
/// # Errors
/// When the store or a baseline cannot be read, or a baseline that is named does not exist. Where the runs
/// cannot be compared, the error is in [`Judged::comparison`].
pub(crate) fn judge(
    context: &Context,
    run: RunDocument,
    order: Order<'_>,
) -> Result<Judged, UserError> {
    let mut current = Runs::made_with(context, run)?;
    let mut past = past(context, &current)?;
    let (comparison, mut notices) = match question(context, &current, order) {
        Ok(question) => {
            model::align_to(&question.current.runs, &mut [&mut current.runs, &mut past]);
            (question.answer(order.settings), question.notices)
        }
        Err(error) if error.code == Code::NothingToJudge => (Err(error), Vec::new()),
        Err(error) => return Err(error),
    };
    let each = |metric| history::decline(&past, IN_A_ROW, metric, order.trend);
    let declines = WATCHED.into_iter().filter_map(each).collect();
    let each = |metric| history::history(&past, metric, order.trend);
    let histories = WATCHED.into_iter().filter_map(each).collect();
    let last = last(context, &current)?;
    let suites = targets(context, &current, order.suites, &mut notices)?;
    Ok(Judged { current, comparison, notices, declines, histories, suites, last })
}

/// Holds the suites of a run against their targets, where it has some.
fn targets(
    context: &Context,
    current: &Runs,
    rules: &SuiteRules,
    notices: &mut Vec<String>,
) -> Result<Option<SuitesDocument>, UserError> {
    let has_suites = current.runs.last().is_some_and(|run| !run.suites.is_empty());
    if !has_suites || rules.rules.is_empty() {
        return Ok(None);
    }
    let order = suites::Order { name: None, baseline: None, rules, quick: false };
    let (document, problems) = suites::judge(context, &current.runs, order)?;
    notices.extend(problems);
    Ok(document)
}

/// Asks about a run by its baseline; without one, by the runs before it.
fn question(context: &Context, current: &Runs, order: Order<'_>) -> Result<Question, UserError> {
    let name = before::name_of_last(order.window);
    let begun = order.remembered.iter().filter(|it| it.key.kind == AlertKind::Regression);
    let begun = begun.filter(|it| it.key.baseline.as_deref() == Some(name.as_str()));
    let begun: Vec<&str> = begun.filter_map(|it| it.first_run.as_deref()).collect();
    let wish = Wish {
        named: order.baseline,
        must_exist: order.must_exist,
        window: Window::Last(order.window, &begun),
    };
    before::question(context, current, wish)
}

/// Returns the run and the comparable ones before it that ended well, oldest first; none of a run that
/// failed or recorded nothing.
fn past(context: &Context, current: &Runs) -> Result<Vec<RunDocument>, UserError> {
    let newest = current.runs.last().filter(|it| !it.run.has_failed() && !it.is_empty());
    let past = newest.map(|newest| Past::behind(context, newest)).transpose()?.flatten();
    let Some(past) = past else { return Ok(Vec::new()) };
    let mut runs = past.runs(PAST + IN_A_ROW)?;
    runs.retain(|run| !run.run.has_failed());
    Ok(runs)
}

/// Returns the last runs of the command up to this one, as many as a reliability looks at, oldest first.
fn last(context: &Context, current: &Runs) -> Result<Vec<RunDocument>, UserError> {
    let Some(newest) = current.runs.last() else { return Ok(Vec::new()) };
    let store = context.open()?;
    let filter = Filter {
        command: Some(newest.run.command.join(" ")),
        older_than: Some(newest.run.id.clone()),
        ..Filter::default()
    };
    let entries = store.entries(&Query::newest(filter, score::RUNS.saturating_sub(1)))?;
    let ids: Vec<&str> = entries.iter().rev().map(|entry| entry.id.as_str()).collect();
    let mut runs = store.samples(&ids);
    store.trouble()?;
    runs.push(newest.clone());
    Ok(runs)
}
