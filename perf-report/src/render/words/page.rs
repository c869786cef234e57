//! The words about one function, for every medium.

use super::estimates::{self, Mark};
use super::{benchmarks, facts, fit, history};
use crate::model::{BudgetResult, Function, FunctionDocument, HistoryDocument, Neighbour, Verdict};
use crate::stats::number::{float, share_pct};
use crate::text::{sanitize, units};

/// Returns the place of the declaration and the run.
pub(crate) fn origin(page: &FunctionDocument) -> Vec<String> {
    let function = &page.function;
    let place = (!function.file.is_empty())
        .then(|| format!("{}:{}", fit::name(&function.file, usize::MAX), function.line));
    place.into_iter().chain(facts::side(&page.run)).collect()
}

/// Returns what the function did, and what it took.
pub(crate) fn sums(page: &FunctionDocument) -> Vec<String> {
    let function = &page.function;
    if !function.kind.is_function() {
        return benchmarks::facts(function);
    }
    let mut items = vec![units::plural(function.calls, "call")];
    let is_called = function.calls > 0 || function.unfinished > 0;
    if is_called && !estimates::is_unmeasured(function) {
        let own = Mark::of_self(function).duration(float(function.self_ns));
        items.push(format!("self {own}, {} of the run", units::percent(page.share_pct)));
        items
            .push(format!("total {}", Mark::of_total(function).duration(float(function.total_ns))));
    }
    if estimates::is_notable(function) {
        items.push(format!("~{:.0} % of its self time is the recorder's", function.recorder_pct()));
    }
    items.extend(memory(function));
    items.extend(futures(function));
    items
}

fn memory(function: &Function) -> Vec<String> {
    let mut items = Vec::new();
    if let Some(allocs) = function.allocs.filter(|allocs| *allocs > 0) {
        let bytes = units::bytes(function.alloc_bytes.unwrap_or(0));
        items.push(format!("{} of {bytes}", units::plural(allocs, "allocation")));
    }
    items.extend(
        function
            .grown_bytes
            .filter(|it| *it != 0)
            .map(|bytes| format!("growth {}", units::growth(bytes))),
    );
    items
}

fn futures(function: &Function) -> Vec<String> {
    let Some(futures) = &function.futures else { return Vec::new() };
    let mut items = vec![units::plural(futures.polls, "poll")];
    items.extend(
        futures.max_poll_ns.map(|ns| format!("longest poll {}", units::duration(float(ns)))),
    );
    let lifetime = futures.lifetime_mean_ns;
    items.extend(lifetime.map(|ns| format!("mean lifetime {}", units::duration(ns))));
    items
}

/// Returns the calls that did not end well, each kind with its share.
pub(crate) fn failures(function: &Function) -> Vec<String> {
    let all = function.calls;
    let share = |part: u64| units::percent(share_pct(part, all));
    let mut items = Vec::new();
    if function.counts_errors() {
        items.push(format!(
            "{}, {} of the calls",
            units::plural(function.errors, "error"),
            share(function.errors)
        ));
    }
    let others = [(function.panics, "panic"), (function.cancelled, "cancelled call")];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    items.extend(
        others.map(|(count, one)| format!("{}, {}", units::plural(count, one), share(count))),
    );
    if function.unfinished > 0 {
        let calls = units::plural(function.unfinished, "call");
        items.push(format!("{calls} had not finished when the process ended"));
    }
    items
}

/// Returns the figures of a single call; nothing where none was timed.
pub(crate) fn durations(function: &Function) -> Vec<String> {
    let mut items = Vec::new();
    items.extend(estimates::mean(function).map(|(mark, ns)| format!("mean {}", mark.duration(ns))));
    items
        .extend(function.stddev_ns.map(|ns| format!("standard deviation {}", units::duration(ns))));
    let single = |title: &str, ns| {
        estimates::single(function, ns).map(|(mark, ns)| format!("{title} {}", mark.duration(ns)))
    };
    items.extend(single("shortest", function.min_ns));
    items.extend(single("longest", function.max_ns));
    items
}

/// Returns the name of a caller or callee.
pub(crate) fn neighbour(it: &Neighbour) -> String {
    it.name.clone().unwrap_or_else(|| "(no tracked function)".to_owned())
}

/// Returns the time of a caller or callee, marked.
pub(crate) fn time(it: &Neighbour) -> (Mark, f64) {
    (if it.sampled { Mark::Estimated } else { Mark::Exact }, float(it.total_ns))
}

/// Returns how a limit was kept in one word.
pub(crate) fn kept(row: &BudgetResult) -> &'static str {
    match row.verdict {
        Verdict::Stable => "kept",
        Verdict::Inconclusive => "not known",
        _ => "exceeded",
    }
}

/// Returns what the history is of, and over how many runs.
pub(crate) fn past(document: &HistoryDocument) -> String {
    let runs = units::plural(document.runs.len() as u64, "run");
    format!("{} over {runs}", history::title(document.metric))
}

/// Returns the changes of the level, the newest first, and those that may not be the program's doing.
pub(crate) fn changes(document: &HistoryDocument) -> Vec<String> {
    let functions = || document.functions.iter();
    let sure = functions().flat_map(|it| it.change_points.iter().rev());
    let doubtful = functions().flat_map(|it| it.doubtful_changes.iter().rev());
    sure.map(|change| history::long(change, document))
        .chain(doubtful.map(|change| history::doubtful(change, document)))
        .collect()
}

/// Returns the tags of the attribute.
pub(crate) fn tags(function: &Function) -> Option<String> {
    let tags: Vec<_> = function.tags.iter().map(|tag| sanitize::screen(tag)).collect();
    (!tags.is_empty()).then(|| format!("tags {}", tags.join(", ")))
}
