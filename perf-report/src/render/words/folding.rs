//! The findings that are shown one by one, and a line about the others.

use super::findings::{self, Finding};
use super::fit;
use crate::model::Verdict;
use crate::text::{sanitize, units};

/// A function with a smaller share of the self time, in per cent, is not shown by itself.
const LIGHT_PCT: f64 = 0.1;
/// Changes of less, in per cent, are none to name.
const LEAST_CHANGE_PCT: f64 = 0.05;
/// Findings that such a line names.
const NAMED: usize = 3;

/// The findings of one verdict.
pub(crate) struct Folded<'a, 'b> {
    /// Those to be shown one by one.
    pub(crate) shown: Vec<&'b Finding<'a>>,
    /// The lines about the others.
    pub(crate) lines: Vec<String>,
}

/// Divides `findings`, all of `verdict`. What fails is always shown by itself, and what may be
/// asked to fail; of several that cannot be judged there is one line.
pub(crate) fn fold<'a, 'b>(verdict: Verdict, findings: Vec<&'b Finding<'a>>) -> Folded<'a, 'b> {
    let is_one = verdict == Verdict::Inconclusive && findings.len() == 1;
    if verdict >= Verdict::Degraded || is_one {
        return Folded { shown: findings, lines: Vec::new() };
    }
    if verdict == Verdict::Inconclusive {
        let lines = open(findings).into_iter().collect();
        return Folded { shown: Vec::new(), lines };
    }
    let is_light = |finding: &&Finding<'_>| {
        let share = finding.main.share_pct;
        finding.main.metric.is_of_function() && share.is_some_and(|share| share < LIGHT_PCT)
    };
    let (light, shown): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_light);
    Folded { shown, lines: of_light(&light).into_iter().collect() }
}

/// Returns a line: `7 functions with 96 % of the self time cannot be judged: app::parse +1.4 %, …;
/// --all says why`.
fn open(mut findings: Vec<&Finding<'_>>) -> Option<String> {
    findings.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let names = named(&findings, |finding| {
        let change = finding.main.judged_pct().filter(|pct| pct.abs() >= LEAST_CHANGE_PCT);
        let change = change.and_then(|_| finding.main.in_words());
        let change = change.map_or_else(String::new, |change| {
            format!(" {} {change}", finding.main.metric.title())
        });
        format!("{}{change}", fit::name(&finding.main.name, 60))
    });
    let some = with_share(findings.iter().copied());
    (!findings.is_empty()).then(|| format!("{some} cannot be judged: {names}; --all says why"))
}

/// Returns the share of the run that a finding may have changed.
fn weight(finding: &Finding<'_>) -> f64 {
    finding.main.share_pct.unwrap_or(100.0) * finding.main.judged_pct().unwrap_or(0.0).abs()
}

fn of_light(findings: &[&Finding<'_>]) -> Option<String> {
    let names = named(findings, |finding| fit::name(&finding.main.name, 60));
    let some = findings::in_words(findings.iter().copied());
    let each = if findings.len() == 1 { "" } else { " each" };
    let limit = units::percent(LIGHT_PCT);
    (!findings.is_empty())
        .then(|| format!("{some} with less than {limit} of the self time{each}: {names}"))
}

/// Returns the first findings by name, and the number of the others.
fn named(findings: &[&Finding<'_>], name: impl Fn(&Finding<'_>) -> String) -> String {
    let mut names: Vec<_> = findings.iter().take(NAMED).map(|finding| name(finding)).collect();
    if findings.len() > NAMED {
        names.push(format!("and {} more", findings.len() - NAMED));
    }
    sanitize::screen(&names.join(", ")).into_owned()
}

/// Returns `7 functions with 96 % of the self time`; no share where it is none of a function's.
pub(crate) fn with_share<'a, 'b: 'a>(findings: impl Iterator<Item = &'a Finding<'b>>) -> String {
    let findings: Vec<_> = findings.collect();
    let some = findings::in_words(findings.iter().copied());
    let mut share = 0.0;
    for finding in findings.iter().filter(|finding| finding.main.metric.is_of_function()) {
        match finding.main.share_pct {
            Some(part) => share += part,
            None => return some,
        }
    }
    if share > 0.0 {
        format!("{some} with {} of the self time", units::coarse_percent(share.min(100.0)))
    } else {
        some
    }
}
