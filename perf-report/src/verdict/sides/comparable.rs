//! Whether two runs may be compared by time at all.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{Because, Change, Metric, RunDocument, Verdict};

const MACHINE: &str = "machine";
const ALLOCATIONS: &str = "allocations";

/// One reason why the times of two runs say nothing about each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The property that differs: `machine`, `target`, `profile`, `optimisation`, `debug assertions`,
    /// `allocations`.
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
    let machines = [old.machine_key(), new.machine_key()];
    let (was, is) = (&old.toolchain, &new.toolchain);
    let levels = was.levels(is);
    // They come with the level, and are worth a word where that is the same.
    let assertions = [was, is].map(|it| it.debug_assertions.as_str());
    let assertions = if levels[0] == levels[1] { assertions } else { [""; 2] };
    [
        (MACHINE, [&*machines[0], &*machines[1]]),
        ("target", [&*was.target, &*is.target]),
        ("profile", [&*was.profile, &*is.profile]),
        ("optimisation", levels),
        ("debug assertions", assertions),
        (ALLOCATIONS, [baseline, current].map(counting)),
    ]
    .into_iter()
    .filter(|(_, [old, new])| old != new && !old.is_empty() && !new.is_empty())
    .map(|(what, [old, new])| Difference {
        what,
        baseline: old.to_owned(),
        current: new.to_owned(),
    })
    .collect()
}

/// Returns how allocations were treated: counting takes time. A run without functions that were recorded says
/// nothing of it.
fn counting(run: &RunDocument) -> &'static str {
    match () {
        () if run.process.count == 0 || run.functions.is_empty() => "",
        () if run.counts_allocations() => "counted",
        () => "not counted",
    }
}

/// Returns whether nothing differs but the machine, or that allocations are counted: all else that is counted
/// is the same.
pub fn only_times(differences: &[Difference]) -> bool {
    let is_of_times = |difference: &Difference| [MACHINE, ALLOCATIONS].contains(&difference.what);
    !differences.is_empty() && differences.iter().all(is_of_times)
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
/// machine differs and may have made it, or what counts allocations.
pub(crate) fn take_as_advice(rows: &mut [Change], differences: &[Difference]) {
    let may_be_made = |metric: Metric| !metric.is_count() && metric != Metric::Ratio;
    if only_times(differences) {
        let is_elsewhere = differences.iter().any(|difference| difference.what == MACHINE);
        let why = if is_elsewhere { Because::OtherMachine } else { Because::OtherCounting };
        rows.iter_mut().filter(|row| may_be_made(row.metric)).for_each(|row| as_advice(row, &why));
    }
}

fn as_advice(row: &mut Change, why: &Because) {
    if matches!(row.verdict, Verdict::Improved | Verdict::Degraded | Verdict::Regression) {
        row.verdict = Verdict::Inconclusive;
        row.because.push(why.clone());
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

    fn built(recorder: &str, crates: Option<(&str, &str)>) -> RunDocument {
        let mut document = on("m3-aa", "debug");
        let toolchain = &mut document.run.toolchain;
        recorder.clone_into(&mut toolchain.opt_level);
        if let Some((level, assertions)) = crates {
            recorder.clone_into(&mut toolchain.recorder_opt_level);
            level.clone_into(&mut toolchain.opt_level);
            assertions.clone_into(&mut toolchain.debug_assertions);
            toolchain.crates = vec![crate::model::CrateBuild::default()];
        }
        document
    }

    #[test]
    fn a_build_differs_by_its_crates_where_both_know_them_and_by_its_recorder_otherwise() {
        let shown = |old: &RunDocument, new: &RunDocument| {
            differences(old, new).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        let [plain, tuned] = ["0", "3"].map(|level| built(level, Some(("0", "on"))));
        let optimised = built("3", Some(("3", "off")));
        assert_eq!(shown(&plain, &tuned), none);
        assert_eq!(shown(&tuned, &optimised), [r#"optimisation "0", now "3""#]);
        let checked = built("3", Some(("3", "on")));
        assert_eq!(shown(&optimised, &checked), [r#"debug assertions "off", now "on""#]);
        // Stored by an older recorder, which knew itself only.
        let [old, old_tuned] = ["0", "3"].map(|level| built(level, None));
        assert_eq!(shown(&old, &plain), none);
        assert_eq!(shown(&old_tuned, &tuned), none);
        assert_eq!(shown(&old, &tuned), [r#"optimisation "0", now "3""#]);
    }

    #[test]
    fn a_baseline_of_yesterday_is_of_this_machine() {
        let (mut old, mut new) = (built("3", None), built("3", Some(("0", "on"))));
        // Of the machine, and of a build at level 3 in the profile `debug`, as it was written then.
        "m2-f3d91776".clone_into(&mut old.run.machine.key);
        new.run.machine = new.run.machine.with_key();
        assert_eq!(differences(&old, &new), []);
        "m2-0000000b".clone_into(&mut old.run.machine.key);
        assert!(only_times(&differences(&old, &new)), "of another one");
    }

    #[test]
    fn counting_allocations_takes_time_and_leaves_what_is_counted() {
        use crate::model::samples;
        use crate::verdict::{Limits, compare};
        let (old, mut new) = (samples::typical(), samples::typical());
        for function in &mut new.functions {
            function.self_ns *= 3;
            function.self_allocs = Some(0);
        }
        let found = differences(&old, &new);
        assert_eq!(found[0].to_string(), r#"allocations "not counted", now "counted""#);
        let comparison = compare(&old, &new, &Limits::default());
        assert!(comparison.counts_only && !comparison.advisory);
        let times = comparison.functions.iter().filter(|row| row.metric == Metric::SelfNs);
        let advice = "as advice: allocations were counted in one of the runs only";
        assert!(times.clone().all(|row| row.verdict < Verdict::Degraded));
        assert!(times.clone().any(|row| row.reason.ends_with(advice)));
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
