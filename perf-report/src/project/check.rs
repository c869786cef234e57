//! A check: the runs to judge, the runs to judge them by, and the comparison. Nothing is printed
//! here.

use std::collections::BTreeSet;

use super::baseline;
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::{self, Runs};
use super::store::RunRef;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{self, Comparison, Names, RunDocument};
use crate::verdict;

/// The baseline in use when none is named.
const USUAL: &str = "main";

/// The runs of a check.
#[derive(Debug)]
pub(crate) struct Question {
    /// The runs that are judged, at least one, each of which recorded something.
    pub current: Runs,
    /// The runs that they are judged by, if there are any.
    pub baseline: Option<Runs>,
    /// Lines for the reader about runs that were passed over, or left out.
    pub notices: Vec<String>,
    /// The reason for which there is no baseline; empty where there is one.
    no_baseline: String,
    /// A sentence on runs that were left out since they recorded nothing.
    missing: Option<String>,
    /// Other runs, which show the noise.
    history: Vec<RunDocument>,
}

impl Question {
    /// Finds the runs: those of the baseline `baseline`, else of the usual one, and the run `run`,
    /// else the newest of the baseline's command.
    ///
    /// # Errors
    /// When a run or baseline that was named does not exist or cannot be read, and when several
    /// baselines could be meant. [`Code::NothingToJudge`] where the runs cannot be compared.
    pub(crate) fn find(
        context: &Context,
        baseline: Option<&str>,
        run: Option<&RunRef>,
    ) -> Result<Self, UserError> {
        let wanted = wanted(context, baseline)?;
        let kept = kept_of(context, wanted.as_deref())?;
        let current = current(context, run, kept.as_ref())?;
        Self::by(context, current, kept, wanted)
    }

    /// Asks about `current`, to be judged by the baseline `baseline`, else by the usual one.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub(crate) fn about(
        context: &Context,
        current: Runs,
        baseline: Option<&str>,
    ) -> Result<Self, UserError> {
        let wanted = wanted(context, baseline)?;
        let kept = kept_of(context, wanted.as_deref())?;
        Self::by(context, current, kept, wanted)
    }

    fn by(
        context: &Context,
        current: Runs,
        kept: Option<Runs>,
        wanted: Option<String>,
    ) -> Result<Self, UserError> {
        let recorded = with_data(current)?;
        let (baseline, no_baseline) = match (kept, wanted) {
            (Some(baseline), _) => (Some(baseline), String::new()),
            (None, None) => (None, "there is no baseline yet".to_owned()),
            (None, Some(name)) => match Runs::reference(context, &name, &recorded.runs.runs) {
                Ok(baseline) => (Some(baseline), String::new()),
                Err(error) if error.code == Code::NothingToJudge => (None, error.to_string()),
                Err(error) => return Err(error),
            },
        };
        Self::of(context, recorded, baseline, no_baseline)
    }

    /// Asks about `current`, to be judged by `baseline`.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] where the runs cannot be compared.
    pub(crate) fn between(
        context: &Context,
        baseline: Runs,
        current: Runs,
    ) -> Result<Self, UserError> {
        Self::of(context, with_data(current)?, Some(baseline), String::new())
    }

    fn of(
        context: &Context,
        recorded: Recorded,
        mut baseline: Option<Runs>,
        no_baseline: String,
    ) -> Result<Self, UserError> {
        let Recorded { runs: mut current, missing } = recorded;
        let left_out =
            missing.as_ref().map(|(missing, verb)| format!("{missing}, and {verb} left out"));
        let of_baseline = baseline.as_mut().and_then(|baseline| baseline.notice.take());
        let notices =
            current.notice.take().into_iter().chain(of_baseline).chain(left_out).collect();
        let mut history = Vec::new();
        if let Some(baseline) = &mut baseline {
            history = named::history(context, &baseline.runs, &current.runs);
            model::align(&mut [&mut baseline.runs, &mut current.runs, &mut history]);
            must_be_comparable(baseline, &current)?;
        }
        Ok(Self {
            history,
            missing: missing.map(|(missing, _)| missing),
            current,
            baseline,
            notices,
            no_baseline,
        })
    }

    /// Judges the runs.
    ///
    /// # Errors
    /// [`Code::NothingToJudge`] where their times cannot be compared.
    pub(crate) fn answer(&self, settings: &CheckSettings) -> Result<Comparison, UserError> {
        let mut comparison = self.answer_for(&self.current, settings)?;
        comparison.missing.extend(self.missing.clone());
        Ok(comparison)
    }

    /// Judges `current` in place of the runs in question.
    ///
    /// # Errors
    /// As for [`answer`](Self::answer).
    pub(crate) fn answer_for(
        &self,
        current: &Runs,
        settings: &CheckSettings,
    ) -> Result<Comparison, UserError> {
        match (&self.baseline, current.runs.last()) {
            (None, Some(newest)) => {
                Ok(verdict::alone(newest, &settings.limits(), self.no_baseline.clone()))
            }
            (Some(baseline), _) => compare_beside(&self.history, baseline, current, settings),
            (None, None) => Err(UserError::new(Code::NothingToJudge, "there is no run to judge")),
        }
    }
}

/// Returns the baseline of that name, where it is kept in a file or is a stored run, and is no window of a
/// branch.
///
/// # Errors
/// When it is not there or cannot be read.
pub(crate) fn kept(context: &Context, name: &str) -> Result<Option<Runs>, UserError> {
    (!named::is_window(name)).then(|| Runs::kept(context, name)).transpose()
}

/// Returns the same where a name is given. A stored run that is named and not there is asked for again, once it is
/// known what it is to judge.
fn kept_of(context: &Context, wanted: Option<&str>) -> Result<Option<Runs>, UserError> {
    match wanted.map(|name| kept(context, name)).transpose() {
        Err(error) if error.code == Code::NothingToJudge => Ok(None),
        kept => Ok(kept?.flatten()),
    }
}

/// Returns the name of the baseline to judge by; `None` where there is no baseline. A baseline that
/// is named must exist.
///
/// # Errors
/// When the one that is named cannot be read, and when none is named and several could be meant.
pub(crate) fn wanted(context: &Context, given: Option<&str>) -> Result<Option<String>, UserError> {
    if let Some(name) = given {
        if named::is_file(name) && !baseline::exists(context, name) {
            baseline::load(context, name)?;
        }
        return Ok(Some(name.to_owned()));
    }
    let mut names = baseline::names(context)?;
    match names.as_slice() {
        [] => Ok(None),
        [_] => Ok(names.pop()),
        several if several.iter().any(|name| name == USUAL) => Ok(Some(USUAL.to_owned())),
        several => {
            let problem = format!("there are {} baselines and none is `{USUAL}`", several.len());
            Err(UserError::new(Code::Usage, problem)
                .help(format!("name one with --baseline: {}", several.join(", "))))
        }
    }
}

/// Returns the runs to judge: those that are named, or else the newest of the baseline's command.
/// Newer runs of other commands have no bearing on it.
///
/// # Errors
/// When there is no such run.
pub(crate) fn current(
    context: &Context,
    named: Option<&RunRef>,
    baseline: Option<&Runs>,
) -> Result<Runs, UserError> {
    let newest = baseline.and_then(|baseline| baseline.runs.last());
    let newest = newest.filter(|it| !it.run.command.is_empty() || it.run.source.is_some());
    match (named, newest) {
        (Some(reference), _) => Runs::run(context, reference),
        (None, Some(newest)) => Runs::newest_of(context, newest),
        (None, None) => Runs::run(context, &RunRef::default()),
    }
}

/// Runs that recorded something.
struct Recorded {
    runs: Runs,
    /// The number of the others, `2 of 5 runs recorded nothing`, and the verb that goes with it.
    missing: Option<(String, &'static str)>,
}

/// Leaves out runs that recorded nothing.
fn with_data(mut named: Runs) -> Result<Recorded, UserError> {
    let all = named.runs.len();
    named.runs.retain(|run| !run.is_empty());
    if named.runs.is_empty() {
        let problem = format!("run {} recorded nothing", named.name);
        return Err(UserError::new(Code::NothingToJudge, problem)
            .help("`perf-report doctor` looks for what stands in the way"));
    }
    let empty = all - named.runs.len();
    let verb = if empty == 1 { "is" } else { "are" };
    let missing = (empty > 0).then(|| (format!("{empty} of {all} runs recorded nothing"), verb));
    Ok(Recorded { runs: named, missing })
}

/// Refuses runs that cannot be compared: a run that is part of the baseline, and runs without a
/// function in common.
fn must_be_comparable(baseline: &Runs, current: &Runs) -> Result<(), UserError> {
    let nothing = |problem: String, help: &str| {
        Err(UserError::new(Code::NothingToJudge, problem).help(help.to_owned()))
    };
    let is_in_baseline =
        |run: &RunDocument| baseline.runs.iter().any(|other| other.run.id == run.run.id);
    if current.runs.iter().any(is_in_baseline) {
        let problem = format!("run {} is part of baseline {:?}", current.name, baseline.name);
        return nothing(
            problem,
            "record another one of the same command, or import of the same format, and check that; \
             --run names a run of another one",
        );
    }
    let names = |runs: &[RunDocument]| -> BTreeSet<String> {
        let functions = runs.iter().flat_map(|run| &run.functions);
        functions.filter(|it| it.calls > 0).map(|it| it.name.clone()).collect()
    };
    let (before, now) = (names(&baseline.runs), names(&current.runs));
    let crates = |names: &BTreeSet<String>| -> BTreeSet<String> {
        names.iter().filter_map(|name| Some(name.split_once("::")?.0.to_owned())).collect()
    };
    let has_metrics = |runs: &[RunDocument]| runs.iter().any(|run| !run.metrics.is_empty());
    let of_metrics_only = before.is_empty() && now.is_empty() && has_metrics(&baseline.runs);
    // Functions may all have been renamed; a crate is not.
    if of_metrics_only || !before.is_disjoint(&now) || !crates(&before).is_disjoint(&crates(&now)) {
        return Ok(());
    }
    let problem =
        format!("run {} and baseline {:?} have no function in common", current.name, baseline.name);
    nothing(problem, "name the run that belongs to the baseline with --run")
}

/// Judges the runs of `current` against those of `baseline`. The stored runs, too, show the noise. What is the
/// same has one name in all of them from then on; the names are returned, too.
///
/// # Errors
/// [`Code::NothingToJudge`] where the times of the runs cannot be compared.
pub(crate) fn compare(
    context: &Context,
    baseline: &mut Runs,
    current: &mut Runs,
    settings: &CheckSettings,
) -> Result<(Comparison, Names), UserError> {
    let mut history = named::history(context, &baseline.runs, &current.runs);
    let names = model::align(&mut [&mut baseline.runs, &mut current.runs, &mut history]);
    Ok((compare_beside(&history, baseline, current, settings)?, names))
}

/// Judges the same, beside a history that is already loaded.
fn compare_beside(
    history: &[RunDocument],
    baseline: &Runs,
    current: &Runs,
    settings: &CheckSettings,
) -> Result<Comparison, UserError> {
    let newest = current.runs.last();
    let differences: Vec<verdict::Difference> = baseline
        .runs
        .iter()
        .flat_map(|run| newest.map(|newest| verdict::differences(run, newest)).unwrap_or_default())
        .collect();
    let is_refused = !differences.is_empty() && !verdict::only_times(&differences);
    if is_refused && settings.allow_cross_machine != Some(true) {
        let what: BTreeSet<String> = differences.iter().map(ToString::to_string).collect();
        let what: Vec<_> = what.into_iter().collect();
        let problem = format!("the two runs cannot be compared by time: {}", what.join("; "));
        return Err(UserError::new(Code::NothingToJudge, problem).help(
            "save a baseline on this machine with this build, or take --allow-cross-machine for a \
             comparison that never fails",
        ));
    }
    let sides =
        verdict::Sides { baseline: &baseline.runs, current: &current.runs, history, paired: false };
    let comparison = verdict::compare_runs(sides, &settings.limits())
        .ok_or_else(|| UserError::new(Code::NothingToJudge, "there is no run to compare"))?;
    Ok(Comparison { baseline: Some(baseline.name.clone()), ..comparison })
}

/// Judges runs of B against those of A, which were made in turn. A share `level` of the findings
/// may be wrong.
///
/// # Errors
/// [`Code::NothingToJudge`] of no runs.
pub(crate) fn in_turn(
    a: &[RunDocument],
    b: &[RunDocument],
    settings: &CheckSettings,
    level: f64,
) -> Result<Comparison, UserError> {
    let sides = verdict::Sides { baseline: a, current: b, history: &[], paired: true };
    let limits = verdict::Limits { false_discoveries: level, ..settings.limits() };
    let comparison = verdict::compare_runs(sides, &limits)
        .ok_or_else(|| UserError::new(Code::NothingToJudge, "no round was made"))?;
    Ok(Comparison { baseline: Some("A".to_owned()), current: "B".to_owned(), ..comparison })
}
