//! A judgement for scripts: `NAME=VALUE` lines, as steps of CI servers take them (`$GITHUB_OUTPUT`, a dotenv
//! report of GitLab), and as a shell may read them.
//!
//! A value is a word of ours, a number or a hash, and nothing that somebody else chose: no name can make a
//! further line or a command of one.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::model::{Comparison, Side, Verdict};
use crate::verdict;

/// The word where nothing was judged.
const MISSING: &str = "missing";

/// Returns the variables of a comparison, a line each.
///
/// | variable | value |
/// |---|---|
/// | `verdict` | the worst verdict of all; `missing` where nothing was judged |
/// | `regressions` | functions, metrics and budgets of functions that fail `check`, each name once |
/// | `degraded`, `improved`, `inconclusive` | names with such a row, each once |
/// | `judged`, `of` | rows that could be judged, and all |
/// | `advisory` | `true` where nothing fails, for the runs differ in more than the code |
/// | `baseline_commit` | hash of the commit; empty where it is not known |
/// | `baseline_age_days` | whole days between the baseline and the run; empty where they are not known |
pub fn variables(comparison: &Comparison) -> String {
    let failures = verdict::failures(comparison, &BTreeSet::new());
    let regressions: BTreeSet<_> = failures.iter().map(|failure| failure.name).collect();
    let of = |verdict: Verdict| {
        let rows = comparison.functions.iter().map(|row| (row.verdict, row.name.as_str()));
        let budgets = comparison.budgets.iter().map(|row| (row.verdict, row.name.as_str()));
        let names = rows.chain(budgets).filter(|(it, _)| *it == verdict).map(|(_, name)| name);
        names.collect::<BTreeSet<_>>().len().to_string()
    };
    let is_missing = comparison.functions.is_empty() && comparison.budgets.is_empty();
    let word = if is_missing { MISSING } else { comparison.verdict.word() };
    let baseline = comparison.baseline_run.as_ref();
    let rows = [
        ("verdict", word.to_owned()),
        ("regressions", regressions.len().to_string()),
        ("degraded", of(Verdict::Degraded)),
        ("improved", of(Verdict::Improved)),
        ("inconclusive", of(Verdict::Inconclusive)),
        ("judged", comparison.judged.to_string()),
        ("of", comparison.of.to_string()),
        ("advisory", comparison.advisory.to_string()),
        ("baseline_commit", baseline.and_then(commit).unwrap_or_default()),
        (
            "baseline_age_days",
            baseline.and_then(|it| age(it, &comparison.current_run)).unwrap_or_default(),
        ),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}={value}");
    }
    text
}

/// Returns the hash of a commit, if it is one.
fn commit(side: &Side) -> Option<String> {
    let is_hash = |text: &&String| {
        (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    side.commit.as_ref().filter(is_hash).cloned()
}

/// Returns the whole days by which a run is younger than its baseline.
fn age(baseline: &Side, current: &Side) -> Option<String> {
    let time = |side: &Side| side.time.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let seconds = time(current)?.checked_sub(time(baseline)?)?;
    Some((seconds / 86_400).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::verdict::{Limits, alone, compare};

    #[test]
    fn a_judgement_is_words_and_numbers() {
        let comparison = compare(&samples::typical(), &samples::changed(), &Limits::default());
        insta::assert_snapshot!(variables(&comparison));
        let nothing = alone(&samples::typical(), &Limits::default(), "why".to_owned());
        assert!(variables(&nothing).starts_with("verdict=missing\nregressions=0\n"));
    }

    #[test]
    fn nothing_that_others_chose_is_a_value() {
        let mut comparison = compare(&samples::typical(), &samples::changed(), &Limits::default());
        let hostile = "$(touch x)\nverdict=stable";
        for row in &mut comparison.functions {
            hostile.clone_into(&mut row.name);
            hostile.clone_into(&mut row.reason);
        }
        let side = comparison.baseline_run.as_mut().unwrap();
        (side.commit, side.time) = (Some(hostile.to_owned()), hostile.to_owned());
        let text = variables(&comparison);
        assert!(text.contains("\nbaseline_commit=\nbaseline_age_days=\n"), "{text}");
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '=' | '\n' | '-');
        assert!(text.chars().all(is_word), "{text}");
    }
}
