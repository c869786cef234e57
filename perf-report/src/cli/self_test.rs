//! `perf-report check --self-test`: a trial of the check with known slow-downs.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::write::WriteArgs;
use super::{function, output};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, RunDocument};
use crate::project::named::Runs;
use crate::verdict::{self, FailOn};

/// Tries the gate with copies of `current`; `judge` judges them like `check`.
pub(super) fn run(
    current: &Runs,
    names: &[String],
    fail_on: &BTreeSet<FailOn>,
    write: &WriteArgs,
    judge: impl Fn(&Runs) -> Result<Comparison, UserError>,
) -> Result<ExitCode, UserError> {
    let newest = current.runs.iter().rev().take(1);
    let functions: Vec<&str> =
        newest.flat_map(|run| &run.functions).map(|function| function.name.as_str()).collect();
    let known = |name: &String| {
        let unknown = UserError::new(Code::Usage, format!("the run has no function {name:?}"))
            .help("`perf-report show` lists the functions of the run");
        Ok(function::by_end(name, functions.iter().copied(), unknown)?.to_owned())
    };
    let names: Vec<String> = names.iter().map(known).collect::<Result<_, UserError>>()?;
    let judge = |runs: &[RunDocument]| judge(&Runs::new(current.name.clone(), runs.to_vec()));
    let Some(document) = verdict::self_test(&current.runs, &names, fail_on, judge)? else {
        let problem = format!("no function of run {} took any time", current.name);
        return Err(UserError::new(Code::NothingToJudge, problem));
    };
    write.write_self_test(&document)?;
    if document.blind == 0 {
        return Ok(Code::Fine.into());
    }
    output::help("let the command call these functions more often, or set a budget for them");
    Ok(Code::Inconclusive.into())
}
