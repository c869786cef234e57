//! `perf-report check --self-test`: whether this check can be seen to fail.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::judge::WriteArgs;
use super::output;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, RunDocument};
use crate::suggest;
use crate::verdict::{self, FailOn};

/// Tries the gate with copies of `current`, which `judge` judges as `check` does.
pub(super) fn run(
    current: &RunDocument,
    names: &[String],
    fail_on: &BTreeSet<FailOn>,
    write: &WriteArgs,
    judge: impl Fn(&RunDocument) -> Result<Comparison, UserError>,
) -> Result<ExitCode, UserError> {
    let functions = || current.functions.iter().map(|function| function.name.as_str());
    if let Some(name) = names.iter().find(|name| functions().all(|known| known != *name)) {
        let error = UserError::new(Code::Usage, format!("the run has no function {name:?}"));
        return Err(match suggest::nearest(name, functions()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`perf-report show` lists the functions of the run"),
        });
    }
    let runs = std::slice::from_ref(current);
    let last = |runs: &[RunDocument]| judge(runs.last().unwrap_or(current));
    let Some(document) = verdict::self_test(runs, names, fail_on, last)? else {
        let problem = format!("no function of run {} took any time", current.run.id);
        return Err(UserError::new(Code::NothingToJudge, problem));
    };
    write.write_self_test(&document)?;
    if document.blind == 0 {
        return Ok(Code::Fine.into());
    }
    output::help("let the command call these functions more often, or set a budget for them");
    Ok(Code::Inconclusive.into())
}
