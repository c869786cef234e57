//! The stored runs that lie behind one: its history.

use super::context::Context;
use super::store::{Fault, Filter, IsWanted, RunRef, Store, StoreError};
use crate::analysis::history::{NEAR_RUNS, Older, TrendRules};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{self, Metric, RunDocument};
use crate::verdict::Load;

/// The stored runs that may be compared by time with the newest that is meant.
#[derive(Debug)]
pub(crate) struct Past {
    store: Box<dyn Store>,
    newest: RunDocument,
    filter: Filter,
}

impl Past {
    /// Opens the past of the newest run of `branch`, or, where none is named, of the run that `from` names.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] when no run is stored, or none of the branch.
    pub(crate) fn open(
        context: &Context,
        from: &RunRef,
        branch: Option<&str>,
    ) -> Result<Self, UserError> {
        let store = context.open()?;
        let newest = match branch {
            Some(name) => {
                let of_branch = Filter { branch: Some(name.to_owned()), ..Filter::default() };
                store.recent(&of_branch, 1)?.pop().ok_or_else(|| no_run_of(name))?
            }
            None => newest(&*store, from, context)?,
        };
        let filter = Filter { branch: branch.map(str::to_owned), ..Filter::before(&newest) };
        Ok(Self { store, newest, filter })
    }

    /// Opens the past of a run that is loaded; `None` of one that is not stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn behind(context: &Context, run: &RunDocument) -> Result<Option<Self>, UserError> {
        let store = match context.open() {
            Err(StoreError { fault: Fault::Missing, .. }) => return Ok(None),
            store => store?,
        };
        let is_stored = store.count(&Filter::of_id(&run.run.id))? > 0;
        let past = || Self { store, newest: run.clone(), filter: Filter::before(run) };
        Ok(is_stored.then(past))
    }

    /// Returns the newest run and those before it, at most `most` in all, oldest first. What is
    /// the same has one name in all of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn runs(&self, most: usize) -> Result<Vec<RunDocument>, UserError> {
        let mut runs = self.store.recent_samples(&self.filter, most.saturating_sub(1))?;
        runs.push(self.newest.clone());
        model::align(&mut [&mut runs]);
        Ok(runs)
    }

    /// Returns the same runs, to judge by `rules` the functions that are wanted, and no others: of those far behind it
    /// has no more than that takes, and then the second value is true. `metric` returns the metric to judge them by.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn runs_with(
        &self,
        most: usize,
        is_wanted: &IsWanted<'_>,
        metric: impl FnOnce(&[RunDocument]) -> Metric,
        rules: TrendRules,
    ) -> Result<(Vec<RunDocument>, bool), UserError> {
        let all = || Ok((self.runs(most)?, false));
        if most <= NEAR_RUNS + 1 || rules.load == Load::Open {
            return all();
        }
        let near = self.runs(NEAR_RUNS + 1)?;
        let is_long = near.len() > NEAR_RUNS;
        let Some(oldest) = near.first().filter(|_| is_long) else { return Ok((near, false)) };
        let Some(needed) = Older::than(&near, metric(&near), rules) else { return all() };
        let filter = Filter { older_than: Some(oldest.run.id.clone()), ..self.filter.clone() };
        let is_needed = |name: &str| is_wanted(name) || needed.needs(name);
        let mut runs = self.store.recent_excerpts(&filter, most - near.len(), &is_needed)?;
        if !needed.suffice(&runs) {
            return all();
        }
        let has_excerpts = !runs.is_empty();
        runs.extend(near);
        Ok((runs, has_excerpts))
    }
}

/// Returns the run that is named; of `latest`, the newest that recorded something, since a command that
/// records nothing has no history.
fn newest(store: &dyn Store, wanted: &RunRef, context: &Context) -> Result<RunDocument, UserError> {
    let named = store.find(wanted, &context.revisions())?;
    if !named.is_empty() || *wanted != RunRef::default() {
        return Ok(named);
    }
    Ok(store.recent(&Filter::default(), 1)?.pop().unwrap_or(named))
}

/// Returns advice on a run that was just stored and is not the newest, since another one was made later.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn if_not_latest(
    context: &Context,
    run: &RunDocument,
) -> Result<Option<String>, UserError> {
    let newest = context.open()?.own_newest(&Filter::default())?;
    let later = newest.filter(|newest| newest.id != run.run.id);
    Ok(later.map(|latest| {
        format!(
            "`latest` is run {}, which was made later: `perf-report check --run {}` judges this one",
            latest.id, run.run.id
        )
    }))
}

fn no_run_of(branch: &str) -> UserError {
    let problem = format!("no run of branch {branch:?} is stored");
    UserError::new(Code::NothingToJudge, problem)
        .help("runs of a branch are stored by `perf-report run` while it is checked out")
}
