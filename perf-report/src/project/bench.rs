//! Benchmarks that were run, judged: by a baseline, else by the runs of the same command before.

use super::before::{self, Wish};
use super::check;
use super::config::check::CheckSettings;
use super::context::Context;
use super::named::Runs;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, RunDocument};
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

/// Judges `runs`, which are stored.
///
/// # Errors
/// When the baseline that is named cannot be read, or cannot be compared with.
pub(crate) fn judge(
    context: &Context,
    runs: &[RunDocument],
    settings: &CheckSettings,
) -> Result<Judged, UserError> {
    let newest =
        runs.last().ok_or_else(|| UserError::new(Code::NothingToJudge, "no run is stored"))?;
    let current = Runs::new(newest.run.id.clone(), runs.to_vec());
    let named = settings.baseline.as_deref();
    match before::question(context, &current, Wish::of_benchmarks(named)) {
        Ok(question) => {
            let comparison = question.answer(settings)?;
            let baseline = question.baseline.and_then(|it| it.runs.into_iter().next_back());
            let (runs, notices) = (question.current.runs, question.notices);
            Ok(Judged { runs, baseline, comparison, notices })
        }
        Err(error) if error.code == Code::NothingToJudge && named.is_none() => {
            let comparison = verdict::alone(newest, &settings.limits(), error.to_string());
            let runs = runs.to_vec();
            Ok(Judged { runs, baseline: None, comparison, notices: Vec::new() })
        }
        Err(error) => Err(error),
    }
}

/// Looks for the baseline that is named, so that a wrong name is told before anything runs.
///
/// # Errors
/// When it is not there.
pub(crate) fn must_be_there(context: &Context, named: Option<&str>) -> Result<(), UserError> {
    named.map_or(Ok(()), |named| check::wanted(context, Some(named)).map(drop))
}
