//! The rule about growth: benchmarks that were measured at several sizes.

use std::collections::BTreeMap;

use super::facts::{Facts, Found};
use crate::model::{Function, FunctionKind, RuleId, RunDocument};
use crate::stats::power::{self, Growth};
use crate::text::units;

/// The power from which time grows much faster than the work.
const STEEP: f64 = 1.5;

/// Benchmarks of one name, by size.
type Group<'a> = Vec<(f64, &'a Function)>;

/// Finds benchmarks whose time grows faster than their size, or faster than in the run before.
pub(super) fn complexity(facts: &Facts<'_>) -> Vec<Found> {
    let before =
        facts.past.iter().rev().map(groups).find(|groups| !groups.is_empty()).unwrap_or_default();
    let of = |(name, group): (&String, &Group<'_>)| {
        let growth = fit(group)?;
        let earlier = before.get(name).and_then(fit);
        let rose = earlier.filter(|earlier| growth.interval.0 > earlier.interval.1);
        let is_steep = growth.interval.0 >= STEEP;
        (is_steep || rose.is_some()).then(|| found(group, growth, rose))?
    };
    groups(facts.run).iter().filter_map(of).collect()
}

fn found(group: &Group<'_>, growth: Growth, rose: Option<Growth>) -> Option<Found> {
    let ((first, _), (last, largest)) = (group.first()?, group.last()?);
    let since = rose.map_or_else(
        || format!(" (limit {STEEP})"),
        |before| format!(", in the run before {}", exponent(before)),
    );
    let fixed =
        if growth.fixed > 0.0 { units::duration(growth.fixed) } else { "nothing".to_owned() };
    Some(Found {
        rule: RuleId::Complexity,
        function: Some(largest.name.clone()),
        evidence: format!(
            "its time grows with the size to the power of {}{since}, over {} from {} to {}; {fixed} of it is fixed",
            exponent(growth),
            units::plural(group.len() as u64, "size"),
            units::number(*first),
            units::number(*last),
        ),
        at_most_pct: None,
        saves: "the more, the larger the size: ten times the size takes ".to_owned()
            + &units::rough_number(10f64.powf(growth.power))
            + " times as long",
        todo: "look for work that is done once a pair: a search or a removal within a loop"
            .to_owned(),
    })
}

fn exponent(growth: Growth) -> String {
    let (low, high) = growth.interval;
    format!("{:.2} ({low:.2} to {high:.2})", growth.power)
}

fn fit(group: &Group<'_>) -> Option<Growth> {
    let points: Vec<(f64, f64)> =
        group.iter().filter_map(|(size, it)| Some((*size, it.mean_ns?))).collect();
    power::fit(&points)
}

/// Returns the benchmarks that tell a size, by the rest of their name and in the order of sizes.
fn groups(run: &RunDocument) -> BTreeMap<String, Group<'_>> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for function in run.functions.iter().filter(|it| it.kind == FunctionKind::Benchmark) {
        if let Some((rest, size)) = sized(function) {
            groups.entry(rest).or_default().push((size, function));
        }
    }
    for group in groups.values_mut() {
        group.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.name.cmp(&b.1.name)));
    }
    groups
}

/// Returns the name of a benchmark without the number that it ends in, and that number: `sort/1024`.
fn sized(function: &Function) -> Option<(String, f64)> {
    let (rest, size) = function.name.rsplit_once('/')?;
    let size: f64 = size.parse().ok().filter(|size: &f64| size.is_finite() && *size > 0.0)?;
    Some((rest.to_owned(), size))
}
