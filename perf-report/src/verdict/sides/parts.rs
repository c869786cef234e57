//! The limits of what a distributed run shows of which parts are missing: another part of the work was done, so that
//! no sum can be held against another. What a call takes can, of functions that both sides have.

use std::collections::BTreeSet;

use super::runs::Sides;
use crate::model::{Because, Change, FunctionKind, Metric, RunDocument, Verdict, Which};

/// Returns a sentence for each side of which parts are missing.
pub(crate) fn missing(sides: Sides<'_>) -> Vec<String> {
    let [old, new] = lacking(sides);
    let sentence = |lacking: Option<String>, side: &str| {
        lacking.map(|lacking| {
            format!(
                "{lacking} in {side}: only what a call takes is judged, of functions that both sides have"
            )
        })
    };
    let judged = if sides.current.len() == 1 { "this run" } else { "what is judged" };
    [sentence(new, judged), sentence(old, "the baseline")].into_iter().flatten().collect()
}

/// Returns the sentence for a run that is held against nothing.
pub(crate) fn missing_alone(run: &RunDocument) -> Vec<String> {
    let lacking = run.run.lacking();
    lacking
        .map(|it| format!("{it}: it may be over a limit that the others keep"))
        .into_iter()
        .collect()
}

/// Leaves open what `rows` say of anything but a call, where parts are missing on one of the sides.
pub(crate) fn apply(rows: &mut Vec<Change>, sides: Sides<'_>) {
    let [old, new] = lacking(sides);
    let found = new.map(|it| (Which::Current, it)).or(old.map(|it| (Which::Baseline, it)));
    let Some((side, missing)) = found else { return };
    let [olds, news] = [sides.baseline, sides.current].map(names);
    let is_of_a_call = |row: &Change| {
        let times = [Metric::SelfNs, Metric::MeanNs];
        let has_it = times.contains(&row.metric) || row.metric.is_percentile();
        let name = row.name.as_str();
        has_it
            && row.baseline.is_some()
            && row.current.is_some()
            && olds.contains(name)
            && news.contains(name)
    };
    // Nothing was counted, which the part that is missing may have.
    rows.retain(|row| is_of_a_call(row) || (row.baseline, row.current) != (Some(0.0), Some(0.0)));
    for row in rows.iter_mut().filter(|row| !is_of_a_call(row)) {
        row.verdict = Verdict::Inconclusive;
        row.because.push(Because::PartMissing { side, missing: missing.clone() });
    }
}

/// Returns the parts that are missing in the newest run of each side that lacks any.
fn lacking(sides: Sides<'_>) -> [Option<String>; 2] {
    [sides.baseline, sides.current].map(|runs| runs.iter().rev().find_map(|run| run.run.lacking()))
}

/// Returns the names of what takes its time by the call. That of a suite is the sum of its parts.
fn names(runs: &[RunDocument]) -> BTreeSet<&str> {
    let functions = runs.iter().flat_map(|run| &run.functions);
    let functions = functions.filter(|function| function.kind != FunctionKind::Suite);
    functions.map(|function| function.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::{Metric, PartRun, Parts, RunDocument, Verdict, samples};
    use crate::verdict::accept::gate;
    use crate::verdict::{Gate, Limits, alone, compare};

    fn with_parts(mut run: RunDocument, missing: &[u32]) -> RunDocument {
        let parts = (1..=4).filter(|index| !missing.contains(index));
        run.run.parts = Some(Box::new(Parts {
            group: "ci".to_owned(),
            of: 4,
            parts: parts.map(|index| PartRun { index, ..PartRun::default() }).collect(),
            missing: missing.to_vec(),
            ..Parts::default()
        }));
        run
    }

    /// Returns the run without the functions and the calls of a part.
    fn less(run: RunDocument) -> RunDocument {
        let mut run = with_parts(run, &[3]);
        run.functions.retain(|function| !function.name.ends_with("lookup"));
        for function in &mut run.functions {
            function.calls = function.calls.div_ceil(2);
            function.self_ns = function.self_ns.div_ceil(2);
            function.total_ns = function.total_ns.div_ceil(2);
        }
        run
    }

    #[test]
    fn a_missing_part_is_told_and_leaves_open_what_adds_up() {
        let whole = with_parts(samples::typical(), &[]);
        let sides = [
            (whole.clone(), less(samples::typical()), "part 3 of 4 is missing in this run: only"),
            (
                less(samples::typical()),
                whole.clone(),
                "part 3 of 4 is missing in the baseline: only",
            ),
        ];
        for (old, new, sentence) in sides {
            let comparison = compare(&old, &new, &Limits::default());
            assert!(comparison.parts_missing[0].starts_with(sentence), "{comparison:?}");
            for row in &comparison.functions {
                let is_of_a_call = matches!(row.metric, Metric::SelfNs | Metric::MeanNs)
                    || row.metric.is_percentile();
                assert!(is_of_a_call || row.verdict == Verdict::Inconclusive, "{row:?}");
                let gone = [Verdict::Removed, Verdict::Added, Verdict::Renamed];
                assert!(!gone.contains(&row.verdict), "{row:?}");
            }
            let calls =
                comparison.functions.iter().find(|row| row.metric == Metric::Calls).unwrap();
            assert!(calls.reason.contains("part 3 of 4 is missing"), "{}", calls.reason);
            assert_eq!(gate(&comparison, &[].into()), Gate::Inconclusive);
            assert!(comparison.self_time.is_none() && comparison.causes.is_empty());
        }
        let comparison = compare(&whole, &whole, &Limits::default());
        assert!(comparison.parts_missing.is_empty());
        assert_eq!(gate(&comparison, &[].into()), Gate::Passed);
    }

    #[test]
    fn a_call_that_became_slower_fails_although_a_part_is_missing() {
        let mut slower = with_parts(samples::changed(), &[3]);
        for function in &mut slower.functions {
            function.self_ns *= 3;
        }
        let comparison = compare(&with_parts(samples::typical(), &[]), &slower, &Limits::default());
        assert_eq!(gate(&comparison, &[].into()), Gate::Worse);
        assert!(!comparison.parts_missing.is_empty());
    }

    #[test]
    fn without_a_baseline_nothing_is_sure_either() {
        let run = with_parts(samples::typical(), &[1, 2]);
        let comparison = alone(&run, &Limits::default(), "no baseline".to_owned());
        assert!(comparison.parts_missing[0].starts_with("parts 1 and 2 of 4 are missing: "));
        assert_eq!(gate(&comparison, &[].into()), Gate::Inconclusive);
    }
}
