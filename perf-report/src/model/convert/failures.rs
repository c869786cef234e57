//! The fields of a function about its failed calls.

use perf_runtime::snapshot::{self, Snapshot};

use crate::model::{ErrorKind, Failures, Function};
use crate::stats::number::{float, whole};

/// Adds what is known of failed calls to `functions`, which are those of `snapshot`.
pub(super) fn into_functions(snapshot: &Snapshot, functions: &mut [Function]) {
    for (declared, function) in snapshot.functions.iter().zip(&mut *functions) {
        if declared.names_errors {
            function.failures =
                Some(Box::new(Failures { counts_kinds: true, ..Failures::default() }));
        }
    }
    for failures in &snapshot.failures {
        if let Some(function) = functions.get_mut(failures.function) {
            let known = function.failures.take().unwrap_or_default();
            function.failures = Some(Box::new(times(&known, failures, function)));
        }
    }
}

fn times(known: &Failures, failures: &snapshot::Failures, function: &Function) -> Failures {
    let kinds = kinds(failures);
    let mean_ns = failures.mean_ns();
    let all_ns = function.mean_ns.map(|mean| mean * float(function.measured_calls()));
    let errors = function.errors.min(function.measured_calls());
    let failed_ns = mean_ns.map(|mean| mean * float(errors));
    let others = function.measured_calls() - errors;
    // Times of failed calls are scaled by an average, so they may come to more than all.
    let others_ns = all_ns.zip(failed_ns).map(|(all, failed)| (all - failed).max(0.0));
    Failures {
        timed_calls: failures.timed,
        mean_ns,
        total_ns: mean_ns.map(|mean| whole(mean * float(function.errors))),
        others_mean_ns: others_ns.filter(|_| others > 0).map(|ns| ns / float(others)),
        estimated: mean_ns.is_some() && (failures.timed < function.errors || function.sampled),
        counts_kinds: known.counts_kinds || !kinds.is_empty(),
        kinds,
    }
}

/// Returns the most frequent kinds, and one for all others.
pub(super) fn kinds(failures: &snapshot::Failures) -> Vec<ErrorKind> {
    let of = |kind: &snapshot::ErrorKind| ErrorKind { name: kind.name.clone(), count: kind.count };
    Failures::most_frequent(failures.kinds.iter().map(of).collect(), failures.other_kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, count: u64) -> snapshot::ErrorKind {
        snapshot::ErrorKind { name: name.to_owned(), count }
    }

    /// A hundred calls of 50 us on average.
    fn function(errors: u64) -> Function {
        Function { calls: 100, errors, mean_ns: Some(50_000.0), ..Function::default() }
    }

    #[test]
    fn the_others_have_what_failed_calls_leave() {
        let failures = snapshot::Failures { timed: 10, timed_ns: 1_400_000, ..Default::default() };
        let exact = times(&Failures::default(), &failures, &function(10));
        assert_eq!((exact.mean_ns, exact.total_ns), (Some(140_000.0), Some(1_400_000)));
        assert_eq!((exact.others_mean_ns, exact.estimated), (Some(40_000.0), false));
        assert_eq!(exact.times_as_long(), Some(3.5));
        let estimated = times(&Failures::default(), &failures, &function(20));
        assert_eq!((estimated.total_ns, estimated.estimated), (Some(2_800_000), true));
        let all_failed = times(&Failures::default(), &failures, &function(100));
        assert_eq!((all_failed.others_mean_ns, all_failed.times_as_long()), (None, None));
        let untimed = times(&Failures::default(), &snapshot::Failures::default(), &function(3));
        assert_eq!(
            (untimed.total_ns, untimed.others_mean_ns, untimed.estimated),
            (None, None, false)
        );
    }

    #[test]
    fn sixteen_kinds_are_told_apart() {
        let named = (0..20).map(|at| kind(&format!("k{at:02}"), 1 + at % 7)).collect();
        let all = snapshot::Failures { kinds: named, other_kinds: 5, ..Default::default() };
        let kinds = kinds(&all);
        let total: u64 = kinds.iter().map(|it| it.count).sum();
        assert_eq!(total, all.kinds.iter().map(|it| it.count).sum::<u64>() + 5);
        assert_eq!((kinds.len(), kinds[0].name.as_str()), (17, "k06"));
        assert_eq!(kinds.last().unwrap().name, Failures::OTHER_KINDS);
    }
}
