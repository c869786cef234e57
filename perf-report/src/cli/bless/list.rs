//! The list of what is accepted, beside what it is now.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::Args;
use crate::cli::output;
use crate::error::{ExitCode as Code, UserError};
use crate::model::Metric;
use crate::project::blessings;
use crate::project::context::Context;
use crate::project::store::{self, Store as _};
use crate::record::facts;
use crate::verdict::{self, Blessing, BlessingState};

/// The values of a run, by function and metric.
type Values = BTreeMap<(String, Metric), f64>;

/// Document `perf-track/blessings`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: u32,
    /// Id of the run that `current` is from; `null` when there is none.
    run: Option<&'a str>,
    blessings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    function: &'a str,
    metric: Metric,
    from: f64,
    to: f64,
    current: Option<f64>,
    commit: Option<&'a str>,
    reason: &'a str,
    created: String,
    expires: Option<String>,
    state: &'static str,
    line: usize,
}

/// Lists what is accepted, and whether it still counts.
pub(super) fn list(args: &Args, context: &Context) -> Result<(), UserError> {
    let list = blessings::load(context)?;
    let wanted = args.run.clone().unwrap_or_default();
    let run = match store::open(context).and_then(|store| store.find(&wanted)) {
        Ok(run) => Some(run),
        Err(error) if error.code == Code::NothingToJudge => None,
        Err(error) => return Err(error),
    };
    let today = facts::today();
    let values = run.as_ref().map(verdict::values);
    let rows: Vec<Row<'_>> =
        list.iter().map(|blessing| row(blessing, values.as_ref(), today)).collect();
    let text = match args.format {
        output::Format::Human => table(&rows),
        output::Format::Json => output::json(&Document {
            schema: "perf-track/blessings",
            version: 1,
            run: run.as_ref().map(|run| run.run.id.as_str()),
            blessings: rows,
        }),
    };
    args.output.write(&text)?;
    if list.is_empty() {
        output::message("nothing is blessed");
    }
    Ok(())
}

/// The row of a blessing, beside the values of a run where there is one.
fn row<'a>(blessing: &'a Blessing, values: Option<&Values>, today: Date) -> Row<'a> {
    let key = (blessing.function.clone(), blessing.metric);
    let current = values.and_then(|values| values.get(&key).copied());
    let state = match blessing.state(today, current) {
        // Without a run, only the day is known.
        BlessingState::Unknown if values.is_none() => BlessingState::Active,
        state => state,
    };
    Row {
        function: &blessing.function,
        metric: blessing.metric,
        from: blessing.from,
        to: blessing.to,
        current,
        commit: blessing.commit.as_deref(),
        reason: &blessing.reason,
        created: blessing.created.to_string(),
        expires: blessing.expires.map(|last| last.to_string()),
        state: state.word(),
        line: blessing.line,
    }
}

fn table(rows: &[Row<'_>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let header = ["FUNCTION", "METRIC", "FROM", "TO", "NOW", "UNTIL", "STATE", "REASON"];
    let cells = rows.iter().map(|row| {
        let value = |value| row.metric.number(value);
        [
            row.function.to_owned(),
            row.metric.word().to_owned(),
            value(row.from),
            value(row.to),
            row.current.map_or_else(|| "–".to_owned(), value),
            row.expires.clone().unwrap_or_else(|| "for ever".to_owned()),
            row.state.to_owned(),
            row.reason.to_owned(),
        ]
    });
    let cells: Vec<[String; 8]> = std::iter::once(header.map(str::to_owned)).chain(cells).collect();
    output::columns(&cells)
}
