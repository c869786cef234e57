//! The causes of the change of a run's time.
//!
//! Self times add up to the time of all outermost calls, so the change of the whole is the sum of the
//! changes of functions' own times. Each of these has two parts: more calls, or slower ones. The
//! part of a product's change that either factor is owed is Shapley's value: its change times the
//! mean of the other factor. Only changes that were found are named; what is noise has no cause.

use std::collections::HashSet;

use crate::model::{Cause, Change, Function, Metric, RunDocument, SelfTime, Verdict};
use crate::stats::number::float;
use crate::stats::robust;
use crate::text::units;
use crate::verdict::sides::{Functions, Pair};

/// Causes that a comparison holds at most.
const MOST: usize = 50;

/// Returns the own time of all functions on both sides; `None` where one has none.
pub(crate) fn self_time(baseline: &[RunDocument], current: &[RunDocument]) -> Option<SelfTime> {
    let [baseline_ns, current_ns] = [baseline, current].map(|runs| {
        let times: Vec<f64> = runs.iter().map(|run| float(run.own_ns())).collect();
        robust::median(&times).filter(|time| *time > 0.0)
    });
    Some(SelfTime { baseline_ns: baseline_ns?, current_ns: current_ns? })
}

/// Returns the functions that the change is owed to, by what `rows` found of them; largest part first.
pub(crate) fn causes(functions: &Functions<'_>, rows: &[Change], least_ns: f64) -> Vec<Cause> {
    let is_found = |row: &&Change| {
        row.metric == Metric::SelfNs
            && matches!(row.verdict, Verdict::Improved | Verdict::Degraded | Verdict::Regression)
    };
    let found: HashSet<&str> = rows.iter().filter(is_found).map(|row| row.name.as_str()).collect();
    let of_both = |pair| of_pair(pair, found.contains(pair.new.name.as_str()));
    let mut causes: Vec<Cause> = functions.pairs().filter_map(of_both).collect();
    causes.extend(functions.added.iter().filter_map(|new| one_sided(new, 1.0)));
    causes.extend(functions.removed.iter().filter_map(|old| one_sided(old, -1.0)));
    causes.retain(|cause| cause.change_ns.abs() > least_ns);
    causes.sort_by(|a, b| {
        b.change_ns.abs().total_cmp(&a.change_ns.abs()).then_with(|| a.name.cmp(&b.name))
    });
    causes.truncate(MOST);
    causes
}

/// Returns the part that is owed to a function of both sides. Calls count always, since they are exact; that
/// they are slower, only where it was found.
fn of_pair(pair: &Pair<'_>, slower: bool) -> Option<Cause> {
    let [old_calls, new_calls] = [&pair.olds, &pair.news].map(|side| calls(side));
    let [old_call, new_call] = [&pair.olds, &pair.news].map(|side| time_of_a_call(side));
    let (old_calls, new_calls, old_call, new_call) = (old_calls?, new_calls?, old_call?, new_call?);
    let by_calls_ns = (new_calls - old_calls) * f64::midpoint(old_call, new_call);
    let by_time = (new_call - old_call) * f64::midpoint(old_calls, new_calls);
    let by_time_ns = if slower { by_time } else { 0.0 };
    let change_ns = by_calls_ns + by_time_ns;
    let change = |old: f64, new: f64| crate::stats::number::change_pct(old, new).map(units::change);
    // The row of the calls has their numbers.
    let called = (by_calls_ns != 0.0).then(|| match change(old_calls, new_calls) {
        Some(change) => format!("calls {change}"),
        None => "not called before".to_owned(),
    });
    let slower = slower.then(|| {
        let [old, new] = [old_call, new_call].map(units::duration);
        // Of nothing there are no per cent.
        let pct = change(old_call, new_call);
        format!("self {} a call", pct.unwrap_or_else(|| format!("{old} → {new}")))
    });
    let mut parts: Vec<String> = slower.into_iter().chain(called).collect();
    if by_calls_ns.abs() > by_time_ns.abs() {
        parts.reverse();
    }
    let reason = parts.join(", ");
    let cause = Cause { name: pair.new.name.clone(), change_ns, by_calls_ns, by_time_ns, reason };
    (change_ns != 0.0).then_some(cause)
}

/// Returns the part that is owed to a function that only one side knows.
fn one_sided(function: &Function, sign: f64) -> Option<Cause> {
    let calls = units::plural(function.calls, "call");
    let reason = format!("{}, {calls}", if sign > 0.0 { "new" } else { "gone" });
    let change_ns = sign * float(function.self_ns);
    let name = function.name.clone();
    let cause = Cause { name, change_ns, by_calls_ns: change_ns, by_time_ns: 0.0, reason };
    (function.calls > 0).then_some(cause)
}

fn calls(side: &[Option<&Function>]) -> Option<f64> {
    robust::median(&side.iter().flatten().map(|it| float(it.calls)).collect::<Vec<_>>())
}

/// Returns the own time of a call; 0 of a function that was not called.
fn time_of_a_call(side: &[Option<&Function>]) -> Option<f64> {
    let time = |it: &&Function| it.self_ns_a_call().unwrap_or(0.0);
    robust::median(&side.iter().flatten().map(time).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::verdict::{Limits, compare};

    #[test]
    fn the_change_is_split_among_those_that_made_it() {
        let comparison = compare(&samples::typical(), &samples::changed(), &Limits::default());
        let shown: Vec<_> = comparison
            .causes
            .iter()
            .map(|cause| {
                let change = units::duration(cause.change_ns.abs());
                let sign = if cause.change_ns < 0.0 { '-' } else { '+' };
                format!("{sign}{change} {}: {}", cause.name, cause.reason)
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        +844 ms code_stats::parse::tokenize: self +40.0 % a call
        -13.0 ms code_stats::metrics::weigh: self -41.9 % a call
        +9.48 ms code_stats::cache::Store::lookup: calls +100.0 %
        ");
    }

    #[test]
    fn more_calls_and_slower_ones_share_the_change() {
        let function = |calls: u64, ns: u64| Function {
            name: "f".to_owned(),
            calls,
            self_ns: calls * ns,
            ..Function::default()
        };
        let (old, new, limits) = (function(100, 1_000), function(200, 3_000), Limits::default());
        let cause = of_pair(&Pair::single(&old, &new, &limits), true).unwrap();
        let parts = (cause.by_calls_ns, cause.by_time_ns, cause.change_ns);
        assert_eq!(parts, (200_000.0, 300_000.0, 500_000.0));
        let same = of_pair(&Pair::single(&old, &old, &limits), true);
        assert_eq!(same, None);
        let from_nothing = of_pair(&Pair::single(&function(100, 0), &old, &limits), true).unwrap();
        assert_eq!(from_nothing.reason, "self 0 ns → 1.00 µs a call");
    }
}
