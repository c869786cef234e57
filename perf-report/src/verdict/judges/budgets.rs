//! Judges the limits that a run must keep by itself, as given in the attribute, or in `perf.toml`.

use super::bounds;
use crate::model::{
    Because, BudgetKind, BudgetResult, COMMAND, Function, RunDocument, Unit, Usage, Verdict,
    budget_order,
};
use crate::text::suggest;
use crate::verdict::limits::{Allowances, Allowed, Limits, Rule, Severity};

/// Returns a row for each budget of each function, of the command as a whole, and for each limit of a value
/// that `perf.toml` sets for a metric of the program's own, exceeded ones first.
///
/// Budgets need no baseline. `max_regression` is not among them: it is a limit of the comparison.
pub fn budgets(run: &RunDocument, limits: &Limits) -> Vec<BudgetResult> {
    let allowances = &limits.allowances;
    let functions = run.functions.iter().filter(|function| !allowances.is_off(&function.name));
    let mut rows: Vec<_> =
        functions.flat_map(|function| of_function(function, allowances)).collect();
    let usage = run.process.own_usage();
    rows.extend(of_command(usage, &allowances.command));
    rows.extend(bounds::budgets(run, &limits.custom));
    rows.sort_by(budget_order);
    rows
}

fn of_function(function: &Function, allowances: &Allowances) -> impl Iterator<Item = BudgetResult> {
    BudgetKind::OF_FUNCTIONS.into_iter().filter_map(move |kind| {
        let allowed = allowances.limit(function, kind)?;
        let subject = Subject {
            name: &function.name,
            is_estimate: function.has_estimated_times(),
            is_called: function.calls > 0,
        };
        Some(judge(subject, kind, allowed, kind.value_of(function)))
    })
}

fn of_command(usage: Usage, rule: &Rule) -> impl Iterator<Item = BudgetResult> {
    let is_off = rule.severity.is_some_and(|given| given.value == Severity::Off);
    let limits = rule
        .limits
        .iter()
        .filter(move |(kind, _)| !is_off && BudgetKind::OF_COMMAND.contains(kind));
    let subject = Subject { name: COMMAND, is_estimate: false, is_called: true };
    limits.filter_map(move |(&kind, &given)| {
        let allowed = Allowed { value: given.value?, origin: given.origin() };
        Some(judge(subject, kind, allowed, kind.value_of_command(usage)))
    })
}

/// The subject of a budget.
#[derive(Clone, Copy)]
struct Subject<'a> {
    name: &'a str,
    /// Whether its times are estimates.
    is_estimate: bool,
    is_called: bool,
}

fn judge(
    subject: Subject<'_>,
    limit: BudgetKind,
    allowed: Allowed<f64>,
    actual: Option<f64>,
) -> BudgetResult {
    let actual = actual.filter(|value| value.is_finite());
    let origin = allowed.origin;
    let (verdict, ground) = match actual {
        Some(value) if value > allowed.value => {
            (Verdict::Regression, Because::OverBudget { origin })
        }
        Some(_) => (Verdict::Stable, Because::WithinBudget { origin }),
        None if !subject.is_called => (Verdict::Inconclusive, Because::BudgetOfUncalled { origin }),
        None => (Verdict::Inconclusive, Because::BudgetOfUnmeasured { origin }),
    };
    let is_estimate = subject.is_estimate && actual.is_some() && limit.unit() == Unit::Time;
    let estimated = is_estimate.then_some(Because::Estimated { baseline: false, current: true });
    BudgetResult {
        name: subject.name.to_owned(),
        limit,
        allowed: allowed.value,
        actual,
        verdict,
        reason: String::new(),
        because: estimated.into_iter().chain([ground]).collect(),
    }
}

/// Returns notes on tables of `perf.toml` that name no function of the runs, where they seem meant for one: it
/// is of a crate that the runs know, or nearly the name of a function.
///
/// A workspace has several programs, and none of them knows all functions, so that a name that is
/// merely unknown says nothing.
pub(crate) fn misspelt(runs: &[&RunDocument], allowances: &Allowances) -> Vec<String> {
    let functions = runs.iter().flat_map(|run| &run.functions);
    let known: Vec<&str> = functions.map(|function| function.name.as_str()).collect();
    let unknown = allowances.rules.iter().filter(|rule| !known.iter().any(|name| rule.names(name)));
    unknown
        .filter_map(|rule| {
            let (pattern, line) = (&rule.pattern, rule.line);
            let plain = pattern.trim_end_matches('*');
            let slip = suggest::slip(plain, known.iter().copied());
            let is_ours = || {
                let ours = plain.split_once("::").map(|(crate_name, _)| crate_name);
                ours.is_some_and(|ours| known.iter().any(|name| crate_of(name) == Some(ours)))
            };
            let what = match line {
                0 => format!("there is a budget for {pattern:?}"),
                line => format!("perf.toml:{line} has a budget for {pattern:?}"),
            };
            match slip {
                Some(near) => Some(format!("{what}, which no run knows; did you mean {near:?}?")),
                None if !is_ours() => None,
                None if rule.is_pattern() => Some(format!("{what}, which fits no function")),
                None => Some(match suggest::nearest(plain, known.iter().copied()) {
                    Some(near) => format!("{what}, which no run knows; did you mean {near:?}?"),
                    None => format!("{what}, which no run knows"),
                }),
            }
        })
        .collect()
}

fn crate_of(function: &str) -> Option<&str> {
    function.split_once("::").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Budget, samples};
    use crate::verdict::limits::Given;
    use crate::verdict::words;

    fn shown(rows: &[BudgetResult]) -> String {
        let line =
            |row: &BudgetResult| format!("{} {}: {}", row.verdict, row.name, words::of_budget(row));
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn rule(pattern: &str, limits: &[(BudgetKind, f64)]) -> Rule {
        let given = |(at, &(kind, value)): (usize, &(BudgetKind, f64))| {
            (kind, Given { value: Some(value), line: 12 + at })
        };
        let limits = limits.iter().enumerate().map(given).collect();
        Rule { pattern: pattern.to_owned(), line: 11, limits, ..Rule::default() }
    }

    fn limits(rules: Vec<Rule>, command: Rule) -> Limits {
        let allowances = Allowances { rules, command, ..Allowances::default() };
        Limits { allowances, ..Limits::default() }
    }

    #[test]
    fn a_budget_of_allocations_is_for_all_that_a_call_makes() {
        let mut run = samples::empty();
        let function = |name: &str, allocs, limit| Function {
            name: name.to_owned(),
            calls: 3,
            allocs,
            self_allocs: Some(0),
            budget: Budget { allocs: Some(limit), ..Budget::default() },
            ..Function::default()
        };
        run.functions = vec![
            function("kept", Some(100), 100),
            function("over", Some(1), 0),
            function("unknown", None, 0),
        ];
        insta::assert_snapshot!(shown(&budgets(&run, &Limits::default())), @r"
        regression over: allocations 1, over the budget of 0 that its attribute sets
        inconclusive unknown: allocations not measured, so the budget of 0 that its attribute sets says nothing
        stable kept: allocations 100, within the budget of 100 that its attribute sets
        ");
    }

    #[test]
    fn a_budget_is_kept_exceeded_or_not_measured() {
        let mut run = samples::empty();
        run.functions = vec![Function {
            name: "demo::f".to_owned(),
            calls: 12,
            mean_ns: Some(2_400_000.0),
            p99_ns: Some(5_000_000),
            budget: Budget {
                mean_ns: Some(2_000_000),
                p99_ns: Some(5_000_000),
                calls: Some(10),
                allocs: Some(100),
                ..Budget::default()
            },
            ..Function::default()
        }];
        insta::assert_snapshot!(shown(&budgets(&run, &Limits::default())), @r"
        regression demo::f: mean 2.40 ms, over the budget of 2.00 ms that its attribute sets
        regression demo::f: calls 12, over the budget of 10 that its attribute sets
        inconclusive demo::f: allocations not measured, so the budget of 100 that its attribute sets says nothing
        stable demo::f: p99 5.00 ms, within the budget of 5.00 ms that its attribute sets
        ");
    }

    #[test]
    fn the_file_sets_budgets_for_functions_and_for_the_whole_command() {
        let tokenize = [(BudgetKind::P99Ns, 15e6), (BudgetKind::TotalNs, 3e9)];
        let command = [
            (BudgetKind::WallNs, 1e9),
            (BudgetKind::CpuNs, 3e9),
            (BudgetKind::PeakRssBytes, 67_108_864.0),
        ];
        let limits =
            limits(vec![rule("code_stats::parse::tok*", &tokenize)], rule(COMMAND, &command));
        insta::assert_snapshot!(shown(&budgets(&samples::typical(), &limits)), @r"
        regression (command): processor time 3.39 s, over the budget of 3.00 s that perf.toml:13 sets
        regression (command): peak memory 64.2 MiB, over the budget of 64.0 MiB that perf.toml:14 sets
        regression code_stats::parse::tokenize: p99 20.0 ms, over the budget of 15.0 ms that perf.toml:12 sets
        stable (command): wall time 912 ms, within the budget of 1.00 s that perf.toml:12 sets
        stable code_stats::parse::tokenize: total time in the run 2.11 s, within the budget of 3.00 s that perf.toml:13 sets
        ");
        let off = Some(Given { value: Severity::Off, line: 1 });
        let mut limits = limits;
        limits.allowances.rules[0].severity = off;
        limits.allowances.command.severity = off;
        assert_eq!(budgets(&samples::typical(), &limits), []);
    }

    #[test]
    fn a_table_that_seems_misspelt_is_named() {
        let limit = [(BudgetKind::P99Ns, 1.0)];
        let rules = [
            "code_stats::parse::tokenise",
            "code_stats::parse::Tokens::next",
            "code_stats::lex::*",
            "another_program::main",
            "code_stats::parse::*",
        ];
        let rules = rules.map(|pattern| rule(pattern, &limit)).to_vec();
        let limits = limits(rules, Rule::default());
        let notes = misspelt(&[&samples::typical()], &limits.allowances);
        insta::assert_snapshot!(notes.join("\n"), @r#"
        perf.toml:11 has a budget for "code_stats::parse::tokenise", which no run knows; did you mean "code_stats::parse::tokenize"?
        perf.toml:11 has a budget for "code_stats::parse::Tokens::next", which no run knows; did you mean "code_stats::parse::tokenize"?
        perf.toml:11 has a budget for "code_stats::lex::*", which fits no function
        "#);
    }
}
