//! The question about a run by its baseline or, where there is none, by the runs before it. `bench`, `check` and
//! `monitor` ask it.

use std::collections::HashSet;

use super::baseline;
use super::check::{self, Question};
use super::context::Context;
use super::named::{self, Runs};
use super::store::{Filter, RunRef, Store};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{FunctionKind, RunDocument};
use crate::text::units;

/// The runs before that stand for a baseline.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Window<'a> {
    /// The last ones that ended well, so many, before the first of these runs.
    Last(usize, &'a [&'a str]),
    /// The newest group that has most of the benchmarks. Its runs were made together: runs of several builds or
    /// settings are no sample of one.
    Group,
}

/// The wish for a baseline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Name of the baseline; without one it is the usual one, then the runs before.
    pub(crate) named: Option<&'a str>,
    /// True where it must exist; one of `perf.toml` may be yet to come.
    pub(crate) must_exist: bool,
    /// The runs in the place of a baseline.
    pub(crate) window: Window<'a>,
}

impl<'a> Wish<'a> {
    /// Wishes what benchmarks are judged by.
    pub(crate) fn of_benchmarks(named: Option<&'a str>) -> Self {
        Self { named, must_exist: true, window: Window::Group }
    }
}

/// Asks about a run by its baseline; without one, by the runs before it.
///
/// # Errors
/// As for [`Question::about`].
pub(crate) fn question(
    context: &Context,
    current: &Runs,
    wish: Wish<'_>,
) -> Result<Question, UserError> {
    let is_missing = |name: &&str| named::is_file(name) && !baseline::exists(context, name);
    let missing = wish.named.filter(|_| !wish.must_exist).filter(is_missing);
    let name = wish.named.filter(|_| missing.is_none());
    let (usual, unclear) = match check::wanted(context, name) {
        // Benchmarks are measured, whichever of several baselines was meant.
        Err(error) if name.is_none() && matches!(wish.window, Window::Group) => (None, Some(error)),
        usual => (usual?, None),
    };
    if missing.is_none() && usual.is_some() {
        let asked = Question::about(context, current.clone(), name);
        return match (asked, wish.window) {
            // The usual baseline may be of something else: of tests, or of another bench target.
            (Err(error), Window::Group) if error.code == Code::NothingToJudge && name.is_none() => {
                by_the_runs_before(context, current, wish.window)?.ok_or(error)
            }
            (asked, _) => asked,
        };
    }
    if let Some(mut question) = by_the_runs_before(context, current, wish.window)? {
        question.notices.extend(missing.map(|name| {
            format!("there is no baseline {name:?} yet, so the runs before are the measure")
        }));
        question.notices.extend(unclear.map(|error| {
            format!("{}, so the runs before are the measure: --baseline names one", error.problem)
        }));
        return Ok(question);
    }
    if let Some(error) = unclear {
        // Nothing was before: they are judged by themselves, and the reader learns why.
        return Err(UserError { code: Code::NothingToJudge, ..error });
    }
    let mut question = Question::about(context, current.clone(), name)?;
    if matches!(wish.window, Window::Group) {
        question.notices.extend(of_other_settings(context, current)?);
    }
    Ok(question)
}

/// Finds the runs of a check, as [`Question::find`] does. Benchmarks without a baseline are judged as `bench` judges
/// them, by the runs before.
///
/// # Errors
/// As for [`Question::find`].
pub(crate) fn find(
    context: &Context,
    named: Option<&str>,
    run: Option<&RunRef>,
) -> Result<Question, UserError> {
    let has_benchmarks = |runs: &Runs| runs.runs.iter().any(RunDocument::has_benchmarks);
    let wish = Wish::of_benchmarks(named);
    match Question::find(context, named, run) {
        Ok(asked)
            if asked.baseline.is_none() && named.is_none() && has_benchmarks(&asked.current) =>
        {
            question(context, &asked.current, wish)
        }
        Err(error) if error.code == Code::NothingToJudge && named.is_none() && run.is_some() => {
            let current = check::current(context, run, None)?;
            if has_benchmarks(&current) { question(context, &current, wish) } else { Err(error) }
        }
        asked => asked,
    }
}

/// Asks about `current` by the runs before; `None` where there are none.
fn by_the_runs_before(
    context: &Context,
    current: &Runs,
    window: Window<'_>,
) -> Result<Option<Question>, UserError> {
    let before = match window {
        Window::Last(most, begun) => last(context, current, (most, begun))?,
        Window::Group => group(context, current)?,
    };
    if before.runs.is_empty() {
        return Ok(None);
    }
    match Question::between(context, before, current.clone()) {
        // Other benchmarks of the same command are none to compare with.
        Err(error) if error.code == Code::NothingToJudge && matches!(window, Window::Group) => {
            Ok(None)
        }
        asked => asked.map(Some),
    }
}

/// Returns the last runs before this one that ended well. Since a slow-down must not become its own measure,
/// runs since the beginning of one of `begun` are none of them.
fn last(
    context: &Context,
    current: &Runs,
    (most, begun): (usize, &[&str]),
) -> Result<Runs, UserError> {
    let name = name_of_last(most);
    let (Some(first), Some(newest)) = (current.runs.first(), current.runs.last()) else {
        return Ok(Runs::new(name, Vec::new()));
    };
    let store = context.open()?;
    let mut before = first.run.id.as_str();
    for id in begun {
        // By the order of the store: ids of one second have none.
        let earlier = Filter { older_than: Some(before.to_owned()), ..Filter::of_id(id) };
        if store.newest(&earlier)?.is_some() {
            before = id;
        }
    }
    let filter = Filter {
        older_than: Some(before.to_owned()),
        ..Filter::comparable(newest).but(&current.runs)
    };
    // Some of them may have failed.
    let mut runs = store.recent(&filter, most.saturating_mul(2))?;
    runs.retain(|run| !run.run.has_failed());
    let runs = runs.split_off(runs.len().saturating_sub(most));
    Ok(Runs::new(name, runs))
}

/// Returns the name of a window of the last runs.
pub(crate) fn name_of_last(most: usize) -> String {
    format!("last~{most}")
}

/// Returns the newest runs that were made together before these and have most of their benchmarks.
fn group(context: &Context, current: &Runs) -> Result<Runs, UserError> {
    /// Runs that are looked through.
    const MOST: usize = 30;
    let none = || Runs::new(String::new(), Vec::new());
    let Some(newest) = current.runs.last() else { return Ok(none()) };
    let store = context.open()?;
    let before = store.recent_samples(&behind(&*store, current, newest)?, MOST)?;
    let names: HashSet<&str> = newest.functions.iter().map(|it| it.name.as_str()).collect();
    let shared = |run: &RunDocument| {
        let all = run.functions.iter().filter(|it| it.kind == FunctionKind::Benchmark);
        all.filter(|it| names.contains(it.name.as_str())).count()
    };
    let counted = before.iter().map(|run| (shared(run), run)).filter(|it| it.0 > 0);
    // Of several that have as many, the newest.
    let Some((_, run)) = counted.max_by_key(|it| it.0) else { return Ok(none()) };
    let reference: RunRef = run.run.id.parse().unwrap_or_default();
    Runs::run(context, &reference)
}

fn behind(store: &dyn Store, current: &Runs, newest: &RunDocument) -> Result<Filter, UserError> {
    Ok(store.behind(newest)?.but(&current.runs))
}

/// Returns a notice on runs of the same command before that are no measure for these.
fn of_other_settings(context: &Context, current: &Runs) -> Result<Option<String>, UserError> {
    let Some(newest) = current.runs.last() else { return Ok(None) };
    let store = context.open()?;
    let comparable = behind(&*store, current, newest)?;
    let of_command = Filter::of_command(newest);
    let filter =
        Filter { subject: of_command.subject, build: None, machine_key: None, ..comparable };
    let others = store.count(&filter)?;
    Ok((others > 0).then(|| {
        let runs = units::plural(others as u64, "run");
        format!(
            "{runs} of this command before are no measure for this one: made on another machine or build, \
             or with --quick where this one was not, or without any of these benchmarks"
        )
    }))
}
