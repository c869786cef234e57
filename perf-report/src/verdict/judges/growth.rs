//! Judges how the costs of benchmarks grow with their sizes: a power that rose is worse, even where each size is
//! within its limit.
//!
//! A power is compared by its interval of 99 %, so that benchmarks by the hundred raise no false alarm; and only
//! over the sizes that both sides have, so that a new one, which may not fit into a cache, changes nothing.

use std::collections::HashMap;

use crate::model::{Because, Change, Cost, Metric, RunDocument, Verdict};
use crate::stats::forms::{self, Forms};
use crate::stats::power::Noise;
use crate::stats::robust;
use crate::verdict::limits::Limits;
use crate::verdict::sides::Sides;

/// The least rise of a power that is a finding: ten times the size then takes an eighth more than it did.
const LEAST_RISE: f64 = 0.05;

/// Returns a row for each cost of a benchmark that grows on one of the sides at least.
pub(crate) fn rows(sides: Sides<'_>, limits: &Limits) -> Vec<Change> {
    let (Some(old), Some(new)) = (sides.baseline.last(), sides.current.last()) else {
        return Vec::new();
    };
    let olds = old.benchmarks_by_size();
    if olds.is_empty() {
        return Vec::new();
    }
    let values = [sides.baseline, sides.current].map(Values::of);
    let mut rows = Vec::new();
    for (name, cases) in new.benchmarks_by_size() {
        let Some(before) = olds.get(&name) else { continue };
        let was = |size: f64| before.iter().find(|it| it.0.total_cmp(&size).is_eq());
        let both: Vec<Case<'_>> = cases
            .iter()
            .filter_map(|(size, it)| Some((*size, [was(*size)?.1.name.as_str(), &it.name])))
            .collect();
        let of = |cost: &Cost| {
            limits.metrics.get(&metric(*cost))?;
            row(&name, *cost, &both, &values)
        };
        rows.extend(Cost::ALL.iter().filter_map(of));
    }
    rows
}

/// A size, with the names of the benchmark at this size on both sides.
type Case<'a> = (f64, [&'a str; 2]);

/// Returns the metric of the power of a cost.
fn metric(cost: Cost) -> Metric {
    match cost {
        Cost::Time => Metric::TimeExponent,
        Cost::Allocs => Metric::AllocsExponent,
        Cost::AllocBytes => Metric::AllocBytesExponent,
    }
}

fn row(name: &str, cost: Cost, cases: &[Case<'_>], values: &[Values<'_>; 2]) -> Option<Change> {
    let noise = if cost == Cost::Time { Noise::OF_TIMES } else { Noise::OF_COUNTS };
    let points = |side: usize| -> Option<Vec<(f64, f64)>> {
        let of = |case: &Case<'_>| Some((case.0, values[side].middle(case.1[side], cost)?));
        cases.iter().map(of).collect()
    };
    let both = [points(0)?, points(1)?];
    let [old, new] = [forms::fit(&both[0], noise)?, forms::fit(&both[1], noise)?];
    if old.flat.is_some() && new.flat.is_some() {
        return None;
    }
    let (before, after) = (power(&old, &both[0], noise), power(&new, &both[1], noise));
    let [costs_before, costs_now] = both.each_ref().map(|points| points.last().map(|it| it.1));
    // Where a fixed cost went, the power that it hid shows, and nothing became worse.
    let costs_more = costs_now > costs_before;
    let rose = after.1.0 > before.1.1 && after.0 - before.0 >= LEAST_RISE && costs_more;
    let fell = after.1.1 < before.1.0 && before.0 - after.0 >= LEAST_RISE && !costs_more;
    let verdict = match (rose, fell) {
        (true, _) => Verdict::Regression,
        (_, true) => Verdict::Improved,
        _ => Verdict::Stable,
    };
    let because = vec![Because::Exponents {
        baseline: before.1,
        current: after.1,
        sizes: cases.len() as u64,
        apart: rose || fell,
    }];
    let exact = Change::exact(name, metric(cost), [Some(before.0), Some(after.0)]);
    Some(Change { verdict, because, ..exact })
}

/// Returns the power with its ends, 99 times out of 100. That of a cost that does not grow is the plain slope, since
/// beside a fixed cost there is room for any power.
fn power(forms: &Forms, points: &[(f64, f64)], noise: Noise) -> (f64, (f64, f64)) {
    let plain = || crate::stats::power::plain(points, noise);
    match forms.flat.and_then(|_| plain()) {
        Some(plain) => plain,
        None => (forms.growth.power, forms.growth.sure),
    }
}

/// The values of benchmarks in the runs of a side.
struct Values<'a>(HashMap<&'a str, Vec<[Option<f64>; 3]>>);

impl<'a> Values<'a> {
    fn of(runs: &'a [RunDocument]) -> Self {
        let mut all: HashMap<&str, Vec<_>> = HashMap::new();
        for function in runs.iter().flat_map(|run| &run.functions) {
            if function.benchmark.is_some() || !function.kind.is_function() {
                let costs = Cost::ALL.map(|cost| cost.of(function));
                all.entry(&function.name).or_default().push(costs);
            }
        }
        Self(all)
    }

    fn middle(&self, name: &str, cost: Cost) -> Option<f64> {
        let at = Cost::ALL.iter().position(|it| *it == cost)?;
        let known = self.0.get(name)?.iter().filter_map(|costs| *costs.get(at)?);
        robust::median(&known.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{Function, FunctionKind, Metric, samples};
    use crate::stats::random::Stream;
    use crate::verdict::limits::{Blessed, Blessing};
    use crate::verdict::{Gate, compare, gate};
    use jiff::civil::date;

    /// Returns a run of a benchmark at five sizes, each of which is off by noise.
    fn run(seed: u64, ns: impl Fn(f64) -> f64) -> RunDocument {
        let mut stream = Stream::of(seed);
        let of = |size: u32| Function {
            name: format!("app::sort/{size}"),
            kind: FunctionKind::Benchmark,
            calls: 1_000,
            mean_ns: Some(ns(f64::from(size)) * (0.01 * stream.normal()).exp()),
            ..Function::default()
        };
        let functions = [64, 256, 1_024, 4_096, 16_384].map(of).to_vec();
        RunDocument { functions, ..samples::empty() }
    }

    fn found(before: &RunDocument, now: &RunDocument) -> Option<(Verdict, String)> {
        let comparison = compare(before, now, &Limits::default());
        let mut rows = comparison.functions.into_iter();
        rows.find(|row| row.metric == Metric::TimeExponent).map(|row| (row.verdict, row.reason))
    }

    #[test]
    fn an_exponent_that_rose_fails_though_each_size_may_be_within_its_limit() {
        let before = run(1, |n| 100.0 * n);
        // The largest size takes 2 % longer, and all others less.
        let now = run(2, |n| 102.0 * n * (n / 16_384.0).powf(0.2));
        let limits = Limits::new([Metric::TimeExponent], crate::verdict::Thresholds::default());
        let comparison = compare(&before, &now, &limits);
        let row = comparison.functions.iter().find(|row| row.metric == Metric::TimeExponent);
        let row = row.unwrap();
        assert_eq!((row.name.as_str(), row.verdict), ("app::sort", Verdict::Regression), "{row:?}");
        let start = "time grew with n^1.0";
        assert!(row.reason.starts_with(start) && row.reason.ends_with(", over 5 sizes"), "{row:?}");
        assert_eq!(gate(&comparison, &BTreeSet::new()), Gate::Worse);
    }

    #[test]
    fn what_is_blessed_passes_up_to_its_value() {
        let (before, now) = (run(1, |n| 100.0 * n), run(2, |n| n * n));
        let blessing = Blessing {
            function: "app::sort".to_owned(),
            metric: Metric::TimeExponent,
            from: 1.0,
            to: 2.0,
            commit: None,
            reason: "few elements".to_owned(),
            created: date(2026, 11, 20),
            expires: None,
            line: 1,
        };
        let blessed = Blessed { list: vec![blessing], today: date(2026, 11, 21) };
        let limits = Limits {
            blessed,
            ..Limits::new([Metric::TimeExponent], crate::verdict::Thresholds::default())
        };
        let comparison = compare(&before, &now, &limits);
        assert_eq!(comparison.functions[0].verdict, Verdict::Degraded, "{comparison:?}");
        assert_eq!(gate(&comparison, &BTreeSet::new()), Gate::Passed);
        let known = crate::verdict::values(&now);
        assert!(known.contains_key(&("app::sort".to_owned(), Metric::TimeExponent)), "{known:?}");
    }

    #[test]
    fn the_same_code_is_stable_and_a_lost_fixed_cost_is_no_rise() {
        let linear = |n: f64| 100.0 * n;
        let alarms = (0..40).filter(|&seed| {
            found(&run(seed, linear), &run(seed + 1_000, linear)).unwrap().0 != Verdict::Stable
        });
        assert_eq!(alarms.count(), 0);
        let hidden = run(1, |n| 1e9 + n);
        assert_ne!(found(&hidden, &run(2, linear)).map(|it| it.0), Some(Verdict::Regression));
        let flat = |_: f64| 500.0;
        assert_eq!(found(&run(1, flat), &run(2, flat)), None, "neither grows");
    }

    #[test]
    fn what_was_constant_and_grows_is_found_and_so_is_the_way_back() {
        let (constant, grows) = (run(1, |_| 500.0), run(2, |n| 400.0 + n));
        assert_eq!(found(&constant, &grows).unwrap().0, Verdict::Regression);
        assert_eq!(found(&grows, &constant).unwrap().0, Verdict::Improved);
    }
}
