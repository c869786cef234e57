//! The runs that a user names: a baseline, the last runs of a branch, a stored run with those that
//! were made with it; and the history beside them.

use std::collections::BTreeMap;

use super::ancestry;
use super::baseline;
use super::context::Context;
use super::past::Past;
use super::store::{self, Filter, Query, RunRef, Unfound};
use crate::error::{ExitCode as Code, UserError};
use crate::model::RunDocument;
use crate::text::{suggest, units};

/// Runs from which noise is learned, at most.
const HISTORY: usize = 50;

/// Runs that a user named, with the name that the comparison shows.
#[derive(Debug, Clone)]
pub struct Runs {
    /// Name of the baseline, or id of the run.
    pub name: String,
    /// The runs, at least one, oldest first.
    pub runs: Vec<RunDocument>,
    /// A line that whoever named none of these runs should read: runs that were passed over.
    pub notice: Option<String>,
}

impl Runs {
    /// Puts runs under the name that a comparison shows for them.
    pub fn new(name: String, runs: Vec<RunDocument>) -> Self {
        Self { name, runs, notice: None }
    }

    /// Loads the baseline of this name.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(crate) fn baseline(context: &Context, name: &str) -> Result<Self, UserError> {
        Ok(Self::new(name.to_owned(), baseline::load(context, name)?.runs))
    }

    /// Loads the reference for `current` that `text` names: a baseline, a stored run as `tag:v1.2`, or as
    /// `main~10` the last runs of a branch that were made before it and may be compared with it.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] when the branch has no such run.
    pub(crate) fn reference(
        context: &Context,
        text: &str,
        current: &[RunDocument],
    ) -> Result<Self, UserError> {
        match window(text) {
            Some((branch, most)) => Self::of_branch(context, branch, most, current),
            None => Self::kept(context, text),
        }
    }

    /// Loads the baseline of this name, or for `main~10` the last runs of a branch that may be compared with
    /// its newest one.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn window_or_baseline(context: &Context, text: &str) -> Result<Self, UserError> {
        let Some((branch, most)) = window(text) else { return Self::kept(context, text) };
        let past = Past::open(context, &RunRef::default(), Some(branch))?;
        Ok(Self::new(text.to_owned(), past.runs(most)?))
    }

    /// Loads the baseline of this name, or the stored run that is named as `tag:v1.2`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(crate) fn kept(context: &Context, text: &str) -> Result<Self, UserError> {
        match stored(text) {
            Some(reference) => Self::run(context, &reference),
            None => Self::baseline(context, text),
        }
    }

    fn of_branch(
        context: &Context,
        branch: &str,
        most: usize,
        current: &[RunDocument],
    ) -> Result<Self, UserError> {
        let Some(newest) = current.last() else { return Err(no_run_of(branch)) };
        let store = context.open()?;
        let filter = store.behind(newest)?.but(current);
        let filter = Filter { branch: Some(branch.to_owned()), ..filter };
        let asked = (filter, branch, most);
        let (filter, notice) = ancestry::prefer(&*store, asked, newest, &context.revisions())?;
        let runs = store.recent(&filter, most)?;
        if runs.is_empty() {
            return Err(no_run_of(branch));
        }
        Ok(Self { notice, ..Self::new(format!("{branch}~{most}"), runs) })
    }

    /// Loads the stored run, or the baseline, that `text` names. A baseline comes first, since its name
    /// was given on purpose.
    ///
    /// # Errors
    /// When there is neither, or it cannot be read.
    pub(crate) fn any(context: &Context, text: &str) -> Result<Self, UserError> {
        if baseline::exists(context, text) {
            return Self::baseline(context, text);
        }
        let Ok(reference) = text.parse::<RunRef>();
        Self::run(context, &reference).map_err(|error| or_baseline(context, text, error))
    }

    /// Loads the stored run, with those that `run --repeat` made with it.
    ///
    /// # Errors
    /// When there is no such run, or more than one could be meant, or it cannot be read.
    pub(crate) fn run(context: &Context, reference: &RunRef) -> Result<Self, UserError> {
        let store = context.open()?;
        let run = store.find(reference, &context.revisions())?;
        Self::with_group(&*store, run)
    }

    /// Adds those that `run --repeat` made with it to a run that is loaded.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn made_with(context: &Context, run: RunDocument) -> Result<Self, UserError> {
        Self::with_group(&*context.open()?, run)
    }

    /// Loads the newest run of the command and source of `like`, with those that `run --repeat` made with it.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] when there is none.
    pub(crate) fn newest_of(context: &Context, like: &RunDocument) -> Result<Self, UserError> {
        let command = like.run.command.join(" ");
        let store = context.open()?;
        let Some(entry) = store.own_newest(&Filter::of_command(like))? else {
            let newest = store.own_newest(&Filter::default())?.map_or_else(
                || "no run is stored yet".to_owned(),
                |entry| format!("the newest one, {}, is of `{}`", entry.id, entry.command),
            );
            let problem =
                format!("no run of the baseline's command is stored, `{command}`: {newest}");
            return Err(UserError::new(Code::NothingToJudge, problem).help(
                "record it with `perf-report run -- …`, or name a run with --run, such as \
                 `--run latest`",
            ));
        };
        let newer = Filter { newer_than: Some(entry.id.clone()), ..Filter::default() };
        let newer = store.count(&newer)?;
        let notice = (newer > 0).then(|| {
            let runs = units::plural(newer as u64, "newer run");
            format!(
                "{runs} of other commands passed over: this judges {}, of the baseline's command \
                 `{command}`; `--run latest` judges the newest one",
                entry.id
            )
        });
        let run = store.load(&entry.id)?;
        Ok(Self { notice, ..Self::with_group(&*store, run)? })
    }

    pub(super) fn with_group(
        store: &dyn store::Store,
        run: RunDocument,
    ) -> Result<Self, UserError> {
        Ok(Self::new(run.run.id.clone(), store.with_group(run)?))
    }
}

/// Lists the stored runs that stand for the baseline `text`: those of a window of a branch, in each series, or the run that is
/// named by its kind, with its group; none where it is the name of a file, or names nothing.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn entries(
    context: &Context,
    store: &dyn store::Store,
    text: &str,
) -> Result<Vec<store::Entry>, UserError> {
    if let Some((branch, most)) = window(text) {
        let mut all = store.entries(&Query::newest(Filter::of_branch(branch), usize::MAX))?;
        let mut seen = BTreeMap::new();
        all.retain(|entry| {
            let of_series = seen.entry(entry.series()).or_insert(0);
            *of_series += 1;
            *of_series <= most
        });
        return Ok(all);
    }
    let Some(reference) = stored(text) else { return Ok(Vec::new()) };
    match store.resolve(&reference, &context.revisions()) {
        Ok(entry) => Ok(vec![entry]),
        // It names nothing, or several.
        Err(Unfound::Name(_)) => Ok(Vec::new()),
        Err(Unfound::Store(error)) => Err(error.into()),
    }
}

/// Loads runs of the same command on the same kind of machine that were made before, without those of either side;
/// none where there is no store: a comparison needs no history.
pub(crate) fn history(
    context: &Context,
    baseline: &[RunDocument],
    current: &[RunDocument],
) -> Vec<RunDocument> {
    let Some(newest) = current.last() else { return Vec::new() };
    let Ok(store) = context.open() else { return Vec::new() };
    let all = |filter: Filter| store.recent_samples(&filter.but(baseline).but(current), HISTORY);
    let mut history = store.behind(newest).and_then(all).unwrap_or_default();
    leave_out_edits(&mut history, baseline.iter().chain(current));
    history
}

/// Leaves out runs, oldest first, that differ by edits rather than noise: whoever measures, edits and measures
/// again makes many runs on one commit, and their code is another each time. Of such runs those of one commit count
/// that were made together last, and none where one of `judged` is of them. Runs of others' tools have their own facts.
fn leave_out_edits<'a>(
    history: &mut Vec<RunDocument>,
    judged: impl Iterator<Item = &'a RunDocument>,
) {
    let mut made_last: BTreeMap<Option<String>, Option<String>> = BTreeMap::new();
    for run in judged.filter(|run| is_edited(run)) {
        made_last.insert(commit(run), None);
    }
    history.reverse();
    history.retain(|run| {
        let together = Some(run.run.group.clone().unwrap_or_else(|| run.run.id.clone()));
        !is_edited(run)
            || *made_last.entry(commit(run)).or_insert_with(|| together.clone()) == together
    });
    history.reverse();
}

/// Returns whether nobody can say which code the run is of: it is not that of a commit.
fn is_edited(run: &RunDocument) -> bool {
    run.run.source.is_none() && run.run.git.as_ref().is_none_or(|git| git.dirty)
}

fn commit(run: &RunDocument) -> Option<String> {
    run.run.git.as_ref().map(|git| git.commit.clone())
}

/// Returns whether `text` names the file of a baseline, and no window of a branch or stored run.
pub(crate) fn is_file(text: &str) -> bool {
    window(text).is_none() && stored(text).is_none()
}

/// Returns whether `text` names a window of a branch.
pub(crate) fn is_window(text: &str) -> bool {
    window(text).is_some()
}

/// Returns the stored run that `text` names by its kind, as `tag:v1.2`. A baseline has no such name.
fn stored(text: &str) -> Option<RunRef> {
    let Ok(reference) = text.parse::<RunRef>();
    Some(reference).filter(|reference| matches!(reference, RunRef::Of { .. }))
}

/// Splits a text such as `main~10` into branch and number of runs. `branch:main~10` is one run.
fn window(text: &str) -> Option<(&str, usize)> {
    if stored(text).is_some() {
        return None;
    }
    let (branch, most) = text.rsplit_once('~')?;
    let most = most.parse().ok().filter(|most| *most > 0)?;
    (!branch.is_empty()).then_some((branch, most))
}

fn no_run_of(branch: &str) -> UserError {
    let problem = format!("no run of branch {branch:?} can be compared with this one");
    UserError::new(Code::NothingToJudge, problem).help(
        "runs of a branch are stored by `perf-report run` while it is checked out; they must be of \
         the same command, machine and build",
    )
}

/// Adds a baseline that was perhaps meant to the advice on a run that does not exist.
fn or_baseline(context: &Context, text: &str, error: UserError) -> UserError {
    let names = baseline::names(context).unwrap_or_default();
    match suggest::nearest(text, names.iter().map(String::as_str)) {
        Some(near) if error.code == Code::Usage => {
            error.help(format!("did you mean the baseline `{near}`?"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Git, samples};

    fn made(id: &str, commit: &str, dirty: bool, group: &str) -> RunDocument {
        let mut run = samples::empty();
        run.run.id = id.to_owned();
        let commit = commit.to_owned();
        run.run.git = (!commit.is_empty()).then(|| Git { commit, dirty, ..Git::default() });
        run.run.group = (!group.is_empty()).then(|| group.to_owned());
        run
    }

    #[test]
    fn runs_between_edits_show_no_noise() {
        let left = |judged: RunDocument| {
            let mut history = vec![
                made("clean1", "a", false, ""),
                made("clean2", "a", false, ""),
                made("edit1", "b", true, "x"),
                made("edit2", "b", true, "y"),
                made("edit3", "b", true, "y"),
                made("nobody1", "", false, ""),
                made("nobody2", "", false, ""),
            ];
            leave_out_edits(&mut history, std::iter::once(&judged));
            history.into_iter().map(|run| run.run.id).collect::<Vec<_>>()
        };
        let all = ["clean1", "clean2", "edit2", "edit3", "nobody2"];
        assert_eq!(left(made("now", "c", true, "")), all);
        assert_eq!(left(made("now", "b", false, "")), all);
        assert_eq!(left(made("now", "b", true, "")), ["clean1", "clean2", "nobody2"]);
        assert_eq!(left(made("now", "", true, "")), all[..4]);
    }

    #[test]
    fn a_window_is_a_branch_and_a_number() {
        assert_eq!(window("main~10"), Some(("main", 10)));
        assert_eq!(window("a~b~2"), Some(("a~b", 2)));
        for none in ["main", "main~", "~3", "main~0", "main~x", "branch:main~2"] {
            assert_eq!(window(none), None, "{none}");
        }
    }
}
