//! The functions whose histograms and past are in the page, where there is no room for those of all.

use std::collections::HashSet;

use super::Page;
use crate::model::Verdict;
use crate::stats::number::share_pct;
use crate::text::units;

/// Buckets of histograms in a page at least, and a function more; those of a baseline are not counted.
const BUCKETS: (usize, usize) = (2_000, 2);
/// Values of the past in a page at least, and a function more; one a function and run.
const VALUES: (usize, usize) = (4_000, 3);
/// Functions whose changes are in a page at least, of those of which nothing became worse, better or other.
const CHANGES: (usize, usize) = (120, 80);

/// Verdicts by which a function may be left out.
const QUIET: [Verdict; 2] = [Verdict::Stable, Verdict::Inconclusive];

/// A choice among the functions of a page: those that changed, then those with the most self time.
#[derive(Debug)]
pub(super) struct Heaviest {
    /// Whether the histogram of the function at this place is in the page.
    buckets: Vec<bool>,
    /// The functions whose past is not.
    without_past: HashSet<String>,
    /// The functions of which it is not in the page that they did not change.
    without_changes: HashSet<String>,
    left_out: Vec<String>,
}

impl Heaviest {
    /// Chooses among the functions of `page`.
    pub(super) fn of(page: &Page<'_>) -> Self {
        let functions = &page.run.functions;
        let changed: HashSet<&str> = page
            .comparison
            .into_iter()
            .flat_map(|it| &it.functions)
            .filter(|row| !QUIET.contains(&row.verdict))
            .map(|row| row.name.as_str())
            .collect();
        let mut order: Vec<usize> = (0..functions.len()).collect();
        let weight = |at: usize| {
            let it = &functions[at];
            (changed.contains(it.name.as_str()), it.self_ns)
        };
        order.sort_by(|&a, &b| weight(b).cmp(&weight(a)).then(a.cmp(&b)));
        let most = |(least, more): (usize, usize)| least + more * functions.len();
        let buckets = within(&order, most(BUCKETS), |at| functions[at].histogram.len());
        let runs = page.history.map_or(0, |it| it.runs.len());
        let past = within(&order, most(VALUES), |_| runs);
        let loud =
            order.iter().filter(|at| changed.contains(functions[**at].name.as_str())).count();
        let beside = CHANGES.0 + functions.len() * CHANGES.1 / 1_000;
        let quiet_from = order.len().min(loud + beside);
        let share = |at: &usize| {
            let pct = share_pct(functions[*at].self_ns, page.run.own_ns());
            (!changed.contains(functions[*at].name.as_str())).then_some(pct)
        };
        let line = |what: &str, left: &[usize]| {
            let most = left.iter().filter_map(share).max_by(f64::total_cmp)?;
            let count = units::plural(left.len() as u64, "function");
            let most = units::coarse_percent(most);
            Some(format!("{what} of {count} with at most {most} of the self time each"))
        };
        let mut has_buckets = vec![true; functions.len()];
        order[buckets..].iter().for_each(|&at| has_buckets[at] = false);
        let past_left = if runs == 0 { &[] } else { &order[past..] };
        let quiet = if page.compared().is_some() { &order[quiet_from..] } else { &[] };
        let lines = [
            line("the histograms", &order[buckets..]),
            line("the past", past_left),
            line("values before and after, none of which is a finding,", quiet),
        ];
        let names = |left: &[usize]| left.iter().map(|&at| functions[at].name.clone()).collect();
        Self {
            buckets: has_buckets,
            without_past: names(past_left),
            without_changes: names(quiet),
            left_out: lines.into_iter().flatten().collect(),
        }
    }

    /// Returns whether the histogram of the function at this place is in the page.
    pub(super) fn has_buckets(&self, at: usize) -> bool {
        self.buckets.get(at).copied().unwrap_or(false)
    }

    /// Returns whether the past of this function is in the page.
    pub(super) fn has_past(&self, name: &str) -> bool {
        !self.without_past.contains(name)
    }

    /// Returns whether the rows of this function are in the page.
    pub(super) fn has_changes(&self, name: &str) -> bool {
        !self.without_changes.contains(name)
    }

    /// Returns what is not in the page, in words.
    pub(super) fn left_out(&self) -> &[String] {
        &self.left_out
    }
}

/// Counts the first of `order` that cost no more than `most` together.
fn within(order: &[usize], most: usize, cost: impl Fn(usize) -> usize) -> usize {
    let mut used = 0;
    order
        .iter()
        .take_while(|&&at| {
            used += cost(at);
            used <= most
        })
        .count()
}
