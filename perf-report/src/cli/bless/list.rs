//! The list of accepted regressions, beside the values of a run.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Args;
use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{
    BLESSINGS_SCHEMA, BLESSINGS_VERSION, BlessingRow, BlessingsDocument, Metric, RunDocument,
};
use crate::project::blessings;
use crate::project::context::Context;
use crate::project::store::RunRef;
use crate::record::facts;
use crate::verdict::{self, Blessing, BlessingState};

/// The values of a run, by function and metric.
type Values = BTreeMap<(String, Metric), f64>;

fn find(context: &Context, wanted: &RunRef) -> Result<RunDocument, UserError> {
    context.open()?.find(wanted, &context.revisions())
}

/// Lists the accepted regressions, with the state of each.
pub(super) fn list(args: &Args, context: &Context) -> Result<(), UserError> {
    let list = blessings::load(context)?;
    let wanted = args.run.clone().unwrap_or_default();
    let run = match find(context, &wanted) {
        Ok(run) => Some(run),
        Err(error) if error.code == Code::NothingToJudge => None,
        Err(error) => return Err(error),
    };
    let today = facts::today();
    let values = run.as_ref().map(verdict::values);
    let document = BlessingsDocument {
        schema: BLESSINGS_SCHEMA.to_owned(),
        version: BLESSINGS_VERSION,
        run: run.map(|run| run.run.id),
        blessings: list.iter().map(|blessing| row(blessing, values.as_ref(), today)).collect(),
    };
    args.output.write(&document, args.format)?;
    if list.is_empty() {
        output::message("nothing is blessed");
    }
    Ok(())
}

/// Returns the row of a blessing, beside the values of a run where there is one.
fn row(blessing: &Blessing, values: Option<&Values>, today: Date) -> BlessingRow {
    let key = (blessing.function.clone(), blessing.metric);
    let current = values.and_then(|values| values.get(&key).copied());
    let state = match blessing.state(today, current) {
        // Without a run, only the day is known.
        BlessingState::Unknown if values.is_none() => BlessingState::Active,
        state => state,
    };
    BlessingRow {
        function: blessing.function.clone(),
        metric: blessing.metric,
        from: blessing.from,
        to: blessing.to,
        current,
        commit: blessing.commit.clone(),
        reason: blessing.reason.clone(),
        created: blessing.created.to_string(),
        expires: blessing.expires.map(|last| last.to_string()),
        state: state.word().to_owned(),
        line: blessing.line,
    }
}
