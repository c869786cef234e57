//! Benchmarks that were run, judged: by a baseline, else by the runs of the same command before.

use super::check::{self, Question};
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::Runs;
use super::store::{self, RunRef};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, Function, RunDocument};
use crate::verdict;

/// Benchmarks, and what became of them.
#[derive(Debug)]
pub(crate) struct Judged {
    /// The runs that are judged, oldest first.
    pub(crate) runs: Vec<RunDocument>,
    /// The newest run that they are judged by.
    pub(crate) baseline: Option<RunDocument>,
    /// The judgement.
    pub(crate) comparison: Comparison,
    /// Lines for the reader.
    pub(crate) notices: Vec<String>,
}

/// Judges `runs`, which are stored. `is_part`, if not all benchmarks were asked for: those that did not run are not
/// missing then.
///
/// # Errors
/// When the baseline that is named cannot be read, or cannot be compared with.
pub(crate) fn judge(
    context: &Context,
    runs: &[RunDocument],
    settings: &CheckSettings,
    is_part: bool,
) -> Result<Judged, UserError> {
    let newest =
        runs.last().ok_or_else(|| UserError::new(Code::NothingToJudge, "no run is stored"))?;
    let current = || Runs::new(newest.run.id.clone(), runs.to_vec());
    let named = settings.baseline.as_deref();
    let mut question = match Question::about(context, current(), named) {
        Ok(question) if question.baseline.is_none() && named.is_none() => {
            before(context, newest, current())?.unwrap_or(question)
        }
        Ok(question) => question,
        // The usual baseline may be of something else: of tests, or of another bench target.
        Err(error) if error.code == Code::NothingToJudge && named.is_none() => {
            match before(context, newest, current())? {
                Some(question) => question,
                None => return Ok(alone(runs, newest, settings, error.to_string())),
            }
        }
        Err(error) => return Err(error),
    };
    if let (true, Some(baseline)) = (is_part, &mut question.baseline) {
        let is_known = |it: &Function| newest.functions.iter().any(|other| other.name == it.name);
        for run in &mut baseline.runs {
            run.functions.retain(is_known);
        }
    }
    let comparison = question.answer(settings)?;
    let baseline = question.baseline.and_then(|it| it.runs.into_iter().next_back());
    Ok(Judged { runs: question.current.runs, baseline, comparison, notices: question.notices })
}

/// Asks about `current` by the newest runs of the same command before; `None` where there are none.
fn before(
    context: &Context,
    newest: &RunDocument,
    current: Runs,
) -> Result<Option<Question>, UserError> {
    let store = store::open(&context.store)?;
    let filter = store.behind(newest)?.but(&current.runs);
    let Some(last) = store.recent(&filter, 1)?.pop() else { return Ok(None) };
    let reference: RunRef = last.run.id.parse().unwrap_or_default();
    let runs = Runs::run(context, &reference)?;
    match Question::between(context, runs, current) {
        Ok(question) => Ok(Some(question)),
        // Other benchmarks of the same command are none to compare with.
        Err(error) if error.code == Code::NothingToJudge => Ok(None),
        Err(error) => Err(error),
    }
}

fn alone(
    runs: &[RunDocument],
    newest: &RunDocument,
    settings: &CheckSettings,
    why: String,
) -> Judged {
    let comparison = verdict::alone(newest, &settings.limits(), why);
    Judged { runs: runs.to_vec(), baseline: None, comparison, notices: Vec::new() }
}

/// Returns the name of the baseline that will be taken, so that a wrong one is told before anything runs.
///
/// # Errors
/// When it is not there, or several could be meant.
pub(crate) fn must_be_there(context: &Context, given: Option<&str>) -> Result<(), UserError> {
    check::wanted(context, given).map(drop)
}
