//! The first and the last sentence of a comparison, for every medium.

use super::findings::{self, Finding};
use super::{facts, fit, folding};
use crate::model::{Comparison, Verdict};
use crate::stats::robust;
use crate::text::{sanitize, units};

/// The verdict of a comparison, as it is announced.
#[derive(Debug)]
pub(crate) struct Headline {
    /// Its word: `regression`, `over budget`.
    pub(crate) word: &'static str,
    /// The limits of the verdict, to stand behind its word.
    pub(crate) bearing: &'static str,
    /// The verdict in one sentence.
    pub(crate) sentence: String,
}

/// Returns the verdict as it is announced.
pub(crate) fn headline(comparison: &Comparison) -> Headline {
    let findings = findings::findings(comparison);
    Headline {
        word: announcement(comparison, &findings),
        bearing: facts::bearing(comparison),
        sentence: opening(comparison, &findings),
    }
}

/// Returns the verdict in one sentence.
pub(crate) fn opening(comparison: &Comparison, findings: &[Finding<'_>]) -> String {
    let count = |verdict| findings::count(findings, verdict);
    let (budgets, over) = of_budgets(comparison, Verdict::Regression, "exceeded");
    let (warned, warns) = of_budgets(comparison, Verdict::Degraded, "exceeded, which only warns");
    let all = |verdict, how: &str| {
        let some = findings::in_words(findings::of(findings, verdict));
        they_are(count(verdict), &some, how)
    };
    let Some(against) = against(comparison) else {
        return match budgets {
            0 if warned > 0 => warns,
            0 if comparison.budgets.is_empty() => "there is no baseline to judge by".to_owned(),
            0 => "every budget is kept; there is no baseline to judge by".to_owned(),
            _ => over,
        };
    };
    let worse = |how| format!("{how} than in {against}");
    let better = match count(Verdict::Improved) {
        0 => String::new(),
        _ => format!("; {}", all(Verdict::Improved, "better")),
    };
    let (bad, some) = (count(Verdict::Regression), count(Verdict::Degraded));
    match (bad, budgets, some, count(Verdict::Inconclusive)) {
        (0, 1.., _, _) => over,
        (1.., 0, _, _) => all(Verdict::Regression, &worse("worse")),
        (1.., _, _, _) => format!("{}, and {over}", all(Verdict::Regression, &worse("worse"))),
        (0, 0, 1.., _) => {
            let limit = if comparison.waived.is_empty() { "the limit" } else { "what is accepted" };
            let budgets = if warned > 0 { format!("; {warns}") } else { String::new() };
            let how = worse("somewhat worse");
            let how = format!("{how}, none beyond {limit}{better}{budgets}");
            all(Verdict::Degraded, &how)
        }
        (0, 0, 0, _) if warned > 0 => warns,
        (0, 0, 0, 1..) => {
            let open = folding::with_share(findings::of(findings, Verdict::Inconclusive));
            format!("nothing is known to be {}, but {open} cannot be judged", worse("worse"))
        }
        _ if better.is_empty() => format!("nothing changed beyond the limits against {against}"),
        _ => format!("nothing is {}{better}", worse("worse")),
    }
}

/// Names the other side of the comparison, if there is one.
pub(crate) fn against(comparison: &Comparison) -> Option<String> {
    let name = comparison.baseline.as_deref()?;
    if comparison.interleaved.is_some() {
        return Some(sanitize::screen(name).into_owned());
    }
    let is_run = comparison.baseline_run.as_ref().is_some_and(|side| side.id == name);
    let kind = if is_run { "run" } else { "baseline" };
    Some(format!("{kind} {}", sanitize::screen(name)))
}

/// Counts the budgets of a verdict: the number, and a sentence.
fn of_budgets(comparison: &Comparison, verdict: Verdict, how: &str) -> (u64, String) {
    let count = comparison.budgets.iter().filter(|row| row.verdict == verdict).count() as u64;
    (count, they_are(count, &units::plural(count, "budget"), how))
}

/// Returns `1 function is better`, `2 functions are better`.
fn they_are(count: u64, some: &str, how: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{some} {verb} {how}")
}

/// The announcement where nothing was compared and no budget is exceeded.
pub(crate) const NO_BASELINE: &str = "no baseline";

/// Returns the word that announces the verdict to somebody who may look at nothing else: that of a run
/// which was compared with nothing is never a good one.
pub(crate) fn headline_word(comparison: &Comparison, findings: &[Finding<'_>]) -> &'static str {
    match announcement(comparison, findings) {
        "over budget" => "over budget",
        _ if comparison.baseline.is_none() => NO_BASELINE,
        word => word,
    }
}

/// Returns the word that announces the verdict.
pub(crate) fn announcement(comparison: &Comparison, findings: &[Finding<'_>]) -> &'static str {
    let improved = findings::count(findings, Verdict::Improved) > 0;
    match comparison.verdict {
        Verdict::Regression if findings::count(findings, Verdict::Regression) == 0 => "over budget",
        verdict if verdict < Verdict::Inconclusive && improved => "improved",
        verdict if verdict < Verdict::Inconclusive => "stable",
        verdict => verdict.word(),
    }
}

/// Returns the sentence for someone who reads nothing else of a comparison with something: `in
/// short: worse than baseline main: …`.
pub(crate) fn closing(comparison: &Comparison, findings: &[Finding<'_>]) -> Option<String> {
    let against = against(comparison)?;
    let judgement = match announcement(comparison, findings) {
        "regression" => {
            changed(comparison, findings, Verdict::Regression, &format!("worse than {against}"))
        }
        "over budget" => format!("no worse than {against}, but over a budget"),
        "degraded" => format!("a little worse than {against}, and within what is allowed"),
        "improved" => {
            changed(comparison, findings, Verdict::Improved, &format!("better than {against}"))
        }
        "stable" => format!("as good as {against}{}", seen(comparison)),
        _ => {
            let open = findings::of(findings, Verdict::Inconclusive);
            let some = folding::with_share(open);
            format!("not known to be worse than {against}, but {some} cannot be judged")
        }
    };
    let whole = if comparison.missing.is_empty() { "" } else { "; the run is not whole" };
    let bearing = match (comparison.advisory, comparison.counts_only) {
        (true, _) => "; advice only, for the runs differ in more than the code",
        (_, true) => "; by what is counted, for the machines differ",
        _ => "",
    };
    Some(format!("in short: {judgement}{whole}{bearing}"))
}

/// Counts what changed, names the heaviest of it, and adds what became of the time of all
/// functions.
fn changed(
    comparison: &Comparison,
    findings: &[Finding<'_>],
    verdict: Verdict,
    how: &str,
) -> String {
    let some = findings::in_words(findings::of(findings, verdict));
    let weight = |finding: &&Finding<'_>| {
        let share = finding.main.share_pct.unwrap_or(0.0);
        share * finding.main.judged_pct().unwrap_or(100.0).abs()
    };
    let most = findings::of(findings, verdict).max_by(|a, b| weight(a).total_cmp(&weight(b)));
    let name = most.map_or_else(String::new, |finding| fit::name(&finding.main.name, 60));
    let which = if findings::count(findings, verdict) == 1 {
        format!("{some}, {name}")
    } else {
        format!("{some}, above all {name}")
    };
    let together = together(comparison, verdict).unwrap_or_default();
    let budgets = match of_budgets(comparison, Verdict::Regression, "exceeded") {
        (0, _) => String::new(),
        (_, budgets) => format!("; and {budgets}"),
    };
    format!("{how}: {which}{together}{budgets}")
}

/// Returns the change of the time of all functions together, where the findings explain most of it.
fn together(comparison: &Comparison, verdict: Verdict) -> Option<String> {
    /// Part of the change that must be explained.
    const MOST: f64 = 0.5;
    let time = comparison.self_time?;
    let change = time.current_ns - time.baseline_ns;
    let explained: f64 = comparison.causes.iter().map(|cause| cause.change_ns).sum();
    let is_worse = verdict == Verdict::Regression;
    let is_explained = explained / change >= MOST && (change > 0.0) == is_worse;
    let pct = units::change(change / time.baseline_ns * 100.0);
    is_explained.then(|| format!("; the time of all tracked functions changed by {pct}"))
}

/// Returns the smallest change that would have been seen.
fn seen(comparison: &Comparison) -> String {
    let mut detectable: Vec<f64> =
        comparison.functions.iter().filter_map(|row| row.detectable_pct).collect();
    robust::median_in_place(&mut detectable).map_or_else(String::new, |pct| {
        let pct = units::coarse_change(pct);
        format!("; a slow-down of {pct} of a typical function would have been seen")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::verdict::{Limits, compare};

    fn closing_of(comparison: &Comparison) -> String {
        closing(comparison, &findings::findings(comparison)).unwrap_or_default()
    }

    #[test]
    fn someone_who_reads_nothing_else_knows_what_happened() {
        let (old, new) = (samples::typical(), samples::changed());
        let limits = Limits::default();
        let mut slower = compare(&old, &new, &limits);
        insta::assert_snapshot!(closing_of(&slower), @"in short: worse than run 20261120T234552-1a2b: 3 functions, above all code_stats::parse::tokenize; the time of all tracked functions changed by +25.0 %");
        slower.missing = vec!["4 calls not recorded".to_owned()];
        slower.advisory = true;
        insta::assert_snapshot!(closing_of(&slower), @"in short: worse than run 20261120T234552-1a2b: 3 functions, above all code_stats::parse::tokenize; the time of all tracked functions changed by +25.0 %; the run is not whole; advice only, for the runs differ in more than the code");
        insta::assert_snapshot!(closing_of(&compare(&new, &old, &limits)), @"in short: worse than run 20261121T081530-77fe: 1 function, code_stats::metrics::weigh");
        let mut same = compare(&old, &old, &limits);
        insta::assert_snapshot!(closing_of(&same), @"in short: not known to be worse than run 20261120T234552-1a2b, but 1 function with 1.2 % of the self time cannot be judged");
        same.baseline = None;
        assert_eq!(closing_of(&same), "");
    }
}
