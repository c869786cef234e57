//! Whether two runs may be compared by time at all.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{Because, Change, Metric, RunDocument, Verdict};

const MACHINE: &str = "machine";

/// One reason why the times of two runs say nothing about each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The property that differs: `machine`, `target`, `profile`, `optimisation`.
    pub what: &'static str,
    /// Its value in the baseline.
    pub baseline: String,
    /// Its value in the current run.
    pub current: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}, now {:?}", self.what, self.baseline, self.current)
    }
}

/// Returns what makes the times of the two incomparable; empty when nothing does. What one of them does not
/// know is no difference.
pub fn differences(baseline: &RunDocument, current: &RunDocument) -> Vec<Difference> {
    let (old, new) = (&baseline.run, &current.run);
    [
        (MACHINE, &old.machine.key, &new.machine.key),
        ("target", &old.toolchain.target, &new.toolchain.target),
        ("profile", &old.toolchain.profile, &new.toolchain.profile),
        ("optimisation", &old.toolchain.opt_level, &new.toolchain.opt_level),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new && !old.is_empty() && !new.is_empty())
    .map(|(what, old, new)| Difference { what, baseline: old.clone(), current: new.clone() })
    .collect()
}

/// Returns whether the machine is all that differs: what is counted is the same on all of them.
pub fn only_machine(differences: &[Difference]) -> bool {
    !differences.is_empty() && differences.iter().all(|difference| difference.what == MACHINE)
}

/// Returns a note on a side whose runs differ in what makes times incomparable: they lie apart for that, and
/// not only by noise.
pub(crate) fn mixed(which: &str, runs: &[RunDocument]) -> Option<String> {
    let newest = runs.last()?;
    let found: Vec<_> = runs.iter().map(|run| differences(run, newest)).collect();
    let others = found.iter().filter(|found| !found.is_empty()).count();
    let what: BTreeSet<&str> = found.iter().flatten().map(|it| it.what).collect();
    (others > 0).then(|| {
        let what: Vec<_> = what.into_iter().collect();
        format!(
            "{others} of the {} runs of {which} {} of another {} than its newest: its times lie apart for \
             that, too",
            runs.len(),
            if others == 1 { "is" } else { "are" },
            what.join(" and ")
        )
    })
}

/// Makes of each finding about a time, about memory, or about a gauge, which may be either, an advice where the
/// machine differs and may have made it.
pub(crate) fn take_as_advice(rows: &mut [Change], differences: &[Difference]) {
    let may_be_made = |metric: Metric| !metric.is_count() && metric != Metric::Ratio;
    if only_machine(differences) {
        rows.iter_mut().filter(|row| may_be_made(row.metric)).for_each(as_advice);
    }
}

fn as_advice(row: &mut Change) {
    if matches!(row.verdict, Verdict::Improved | Verdict::Degraded | Verdict::Regression) {
        row.verdict = Verdict::Inconclusive;
        row.because.push(Because::OtherMachine);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(machine: &str, profile: &str) -> RunDocument {
        let mut document = crate::model::samples::empty();
        document.run.machine.key = machine.to_owned();
        document.run.toolchain.profile = profile.to_owned();
        document
    }

    #[test]
    fn another_machine_or_profile_is_a_difference() {
        let found = differences(&on("v1-aa", "debug"), &on("v1-bb", "release"));
        let shown: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(shown, [r#"machine "v1-aa", now "v1-bb""#, r#"profile "debug", now "release""#]);
    }

    #[test]
    fn a_side_of_several_machines_says_so() {
        let [one, other, debug] =
            [on("v1-aa", "release"), on("v1-bb", "release"), on("v1-bb", "debug")];
        let shown = |runs: &[&RunDocument]| {
            mixed("the baseline", &runs.iter().map(|run| (*run).clone()).collect::<Vec<_>>())
        };
        assert_eq!(shown(&[&one, &one, &on("", "release")]), None);
        let text = |how: &str| {
            format!("{how} of another machine than its newest: its times lie apart for that, too")
        };
        let expected = text("2 of the 3 runs of the baseline are");
        assert_eq!(shown(&[&one, &one, &other]), Some(expected));
        assert_eq!(shown(&[&other, &one, &one]), Some(text("1 of the 3 runs of the baseline is")));
        let both = shown(&[&one, &debug]).unwrap();
        assert!(both.contains("another machine and profile than"), "{both}");
        let mut baseline = [crate::model::samples::typical(), crate::model::samples::typical()];
        baseline[0].run.machine.key = "v1-other".to_owned();
        let current = [baseline[1].clone()];
        let sides = crate::verdict::Sides {
            baseline: &baseline,
            current: &current,
            history: &[],
            paired: false,
        };
        let comparison =
            crate::verdict::compare_runs(sides, &crate::verdict::Limits::default()).unwrap();
        assert!(
            comparison.notes.iter().any(|note| note.contains("of another machine than its newest"))
        );
    }

    #[test]
    fn what_is_not_known_is_no_difference() {
        assert_eq!(differences(&on("", "debug"), &on("v1-bb", "debug")), []);
    }

    #[test]
    fn on_another_machine_counts_decide_and_times_are_advice() {
        use crate::verdict::accept::gate;
        use crate::verdict::{Gate, Limits, compare};
        let (old, mut new) = (crate::model::samples::typical(), crate::model::samples::changed());
        new.run.machine.key = "v1-other".to_owned();
        let comparison = compare(&old, &new, &Limits::default());
        assert!(comparison.counts_only && !comparison.advisory);
        let of = |metric| comparison.functions.iter().filter(move |row| row.metric == metric);
        assert!(of(Metric::Calls).any(|row| row.verdict == Verdict::Regression));
        let times = of(Metric::SelfNs).chain(of(Metric::MeanNs));
        assert!(times.clone().all(|row| row.verdict < Verdict::Degraded));
        assert!(
            times
                .clone()
                .any(|row| row.reason.ends_with("as advice: the runs are of different machines"))
        );
        assert_eq!(gate(&comparison, &[].into()), Gate::Worse, "by the calls");
        let slower = |run: &mut RunDocument| {
            run.functions.iter_mut().for_each(|function| function.self_ns *= 3);
        };
        let mut new = old.clone();
        slower(&mut new);
        assert_eq!(gate(&compare(&old, &new, &Limits::default()), &[].into()), Gate::Worse);
        new.run.machine.key = "v1-other".to_owned();
        assert_eq!(gate(&compare(&old, &new, &Limits::default()), &[].into()), Gate::Passed);
    }
}
