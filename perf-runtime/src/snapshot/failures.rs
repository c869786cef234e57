//! The failed calls of a function: their time, and their kinds. Pure data.

/// The failed calls of a function, as far as their times or kinds are known.
///
/// Their number is in [`Measures::errors`](super::Measures::errors).
///
/// ```
/// use perf_runtime::snapshot::{ErrorKind, Failures};
///
/// let timeout = ErrorKind { name: "Timeout".to_owned(), count: 2 };
/// let failures = Failures { timed: 4, timed_ns: 600, kinds: vec![timeout], ..Failures::default() };
/// assert_eq!(failures.mean_ns(), Some(150.0));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Failures {
    /// Index into [`Snapshot::functions`](super::Snapshot::functions).
    pub function: usize,
    /// Failed calls that were timed. Where that is not all, their mean is an estimate for the others.
    pub timed: u64,
    /// Sum of their durations, in nanoseconds; of an async function, of their polls.
    pub timed_ns: u64,
    /// Kinds of failure, sorted by name; none unless the attribute has `err_kind`.
    pub kinds: Vec<ErrorKind>,
    /// Failed calls of further kinds: a thread tells 16 of them apart for each function.
    pub other_kinds: u64,
}

/// A kind of failure.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ErrorKind {
    /// Name, without characters that do not print; at most 48 bytes, and longer ones end with `…`.
    pub name: String,
    /// Calls that failed this way.
    pub count: u64,
}

impl Failures {
    /// Returns the mean duration of a failed call in nanoseconds; `None` where none was timed.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a mean")]
    pub fn mean_ns(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.timed_ns as f64 / self.timed as f64)
    }

    /// Adds the failed calls of `other`, which is about the same function.
    pub fn merge(&mut self, other: &Self) {
        self.timed = self.timed.saturating_add(other.timed);
        self.timed_ns = self.timed_ns.saturating_add(other.timed_ns);
        self.other_kinds = self.other_kinds.saturating_add(other.other_kinds);
        for kind in &other.kinds {
            self.add_kind(&kind.name, kind.count);
        }
    }

    /// Adds calls that failed in this way.
    pub(crate) fn add_kind(&mut self, name: &str, count: u64) {
        match self.kinds.binary_search_by(|kind| kind.name.as_str().cmp(name)) {
            Ok(at) => self.kinds[at].count = self.kinds[at].count.saturating_add(count),
            Err(at) => self.kinds.insert(at, ErrorKind { name: name.to_owned(), count }),
        }
    }

    /// Takes the `earlier` ones off.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let left = |kind: &ErrorKind| {
            let before = earlier.kinds.iter().find(|it| it.name == kind.name);
            let count = kind.count.saturating_sub(before.map_or(0, |before| before.count));
            (count > 0).then(|| ErrorKind { count, ..kind.clone() })
        };
        let timed = self.timed.saturating_sub(earlier.timed);
        // The reader may have scaled the earlier ones by another factor.
        let timed_ns = if timed > 0 { self.timed_ns.saturating_sub(earlier.timed_ns) } else { 0 };
        Self {
            function: self.function,
            timed,
            timed_ns,
            kinds: self.kinds.iter().filter_map(left).collect(),
            other_kinds: self.other_kinds.saturating_sub(earlier.other_kinds),
        }
    }

    /// Returns whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.timed == 0 && self.kinds.is_empty() && self.other_kinds == 0
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::measures::tests::amount;
    use super::*;
    use proptest::prelude::*;

    pub(in crate::snapshot) fn failures() -> impl Strategy<Value = Failures> {
        let kinds = proptest::collection::vec((0_u8..6, amount()), 0..5);
        (0_usize..6, amount(), amount(), kinds, amount()).prop_map(
            |(function, timed, timed_ns, kinds, other_kinds)| {
                let mut all =
                    Failures { function, timed, timed_ns, other_kinds, ..Failures::default() };
                for (name, count) in &kinds {
                    all.add_kind(&format!("k{name}"), *count);
                }
                all
            },
        )
    }

    fn merged(a: &Failures, b: &Failures) -> Failures {
        let mut sum = a.clone();
        sum.merge(b);
        Failures { function: 0, ..sum }
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in failures(), b in failures(), c in failures()) {
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        }

        #[test]
        fn what_was_added_is_what_came_since(
            timed in 1_u64..9, ns in 0_u64..999, counts in proptest::collection::vec(1_u64..9, 0..4),
            later in proptest::collection::vec(1_u64..9, 0..6),
        ) {
            let of = |counts: &[u64]| {
                let mut all = Failures { timed, timed_ns: ns, ..Failures::default() };
                let named = counts.iter().enumerate();
                named.for_each(|(at, count)| all.add_kind(&at.to_string(), *count));
                all
            };
            let (before, after) = (of(&counts), of(&later));
            prop_assert_eq!(merged(&before, &after).since(&before), after.clone());
            prop_assert!(before.since(&before).is_empty());
        }
    }

    #[test]
    fn kinds_stay_sorted_and_apart() {
        let mut all = Failures::default();
        for (name, count) in [("b", 1), ("a", 2), ("b", 3), ("c", u64::MAX), ("c", 1)] {
            all.add_kind(name, count);
        }
        let kinds: Vec<_> = all.kinds.iter().map(|it| (it.name.as_str(), it.count)).collect();
        assert_eq!(kinds, [("a", 2), ("b", 4), ("c", u64::MAX)]);
    }
}
