//! The rule about growth: benchmarks that were measured at several sizes.

use super::facts::{Facts, Found};
use crate::analysis::bench;
use crate::model::{Complexity, Cost, CostGrowth, RuleId, RunDocument};
use crate::stats::forms::Form;
use crate::text::units;

/// The power from which time grows much faster than the work.
const STEEP: f64 = 1.5;

/// Finds benchmarks whose time grows faster than their size, or faster than in the run before.
pub(super) fn complexity(facts: &Facts<'_>) -> Vec<Found> {
    let of = |run: &RunDocument| bench::complexity(std::slice::from_ref(run));
    let newest = bench::complexity(facts.runs);
    if newest.is_empty() {
        return Vec::new();
    }
    let before = facts.past.iter().rev().map(of).find(|all| !all.is_empty()).unwrap_or_default();
    let find = |it: &Complexity| {
        let (growth, now) = of_time(it)?;
        let earlier = before.iter().find(|earlier| earlier.benchmark == it.benchmark);
        let rose = earlier.and_then(of_time).filter(|(_, before)| now.1.0 > before.1.1);
        let is_steep = now.1.0 >= STEEP;
        let largest = largest(facts.run, it)?;
        (is_steep || rose.is_some())
            .then(|| found(largest, it, (growth, now), rose.map(|(_, before)| before)))
    };
    newest.iter().filter_map(find).collect()
}

/// A power with its interval.
type Exponent = (f64, (f64, f64));

fn of_time(complexity: &Complexity) -> Option<(&CostGrowth, Exponent)> {
    let growth = complexity.costs.iter().find(|it| it.cost == Cost::Time)?;
    Some((growth, (growth.exponent?, growth.interval?)))
}

/// Returns the name of the case of the largest size.
fn largest(run: &RunDocument, complexity: &Complexity) -> Option<String> {
    let families = run.benchmarks_by_size();
    Some(families.get(&complexity.benchmark)?.last()?.1.name.clone())
}

fn found(
    largest: String,
    complexity: &Complexity,
    (growth, now): (&CostGrowth, Exponent),
    rose: Option<Exponent>,
) -> Found {
    let since = rose.map_or_else(
        || format!(" (limit {STEEP})"),
        |before| format!(", in the run before {}", exponent(before)),
    );
    let fixed = growth.fixed.map_or_else(|| "nothing".to_owned(), units::duration);
    let form = match growth.forms[..] {
        [form] => format!(", as {}", form.text()),
        _ => String::new(),
    };
    let [first, last] = [complexity.sizes.first(), complexity.sizes.last()]
        .map(|size| units::number(size.copied().unwrap_or_default()));
    Found {
        rule: RuleId::Complexity,
        function: Some(largest),
        evidence: format!(
            "its time grows with the size to the power of {}{since}{form}, over {} from {first} to {last}; {fixed} of it is fixed",
            exponent(now),
            units::plural(complexity.sizes.len() as u64, "size"),
        ),
        at_most_pct: None,
        saves: "the more, the larger the size: ten times the size takes ".to_owned()
            + &units::rough_number(10f64.powf(now.0))
            + " times as long",
        todo: todo(&growth.forms).to_owned(),
    }
}

fn todo(forms: &[Form]) -> &'static str {
    match forms.last() {
        Some(Form::Linear | Form::Linearithmic) => {
            "look for what is done once an element that was done once: a search, a copy, an allocation"
        }
        _ => "look for work that is done once a pair: a search or a removal within a loop",
    }
}

fn exponent((power, (low, high)): Exponent) -> String {
    format!("{power:.2} ({low:.2} to {high:.2})")
}
