//! Regressions that somebody accepted: blessings, and what they do to a comparison.
//!
//! A blessing is for one metric of one function, or one of the program's own, up to a value (down to
//! one, where less is worse), until a day. A finding within it stays one, for the function is slower
//! than the baseline, but fails nothing; beyond it, it fails as if there were none. What is allowed
//! beyond the value is what the function is allowed anyway before a change is a regression, so that
//! noise does not undo a blessing.

use std::collections::{BTreeMap, BTreeSet};

use super::allowance::allowance_pct;
use crate::model::{
    Because, Blessedness, Comparison, Metric, RunDocument, Verdict, Waived, Waiver,
};
use crate::verdict::limits::{Blessing, Limits};

/// Lets pass what is blessed.
///
/// Regressions within a blessing become `degraded`; these and rows that were `degraded` are
/// [`Comparison::waived`]. An expired blessing that would have helped is noted.
pub(super) fn apply(comparison: &mut Comparison, limits: &Limits, current: &RunDocument) {
    let blessed = &limits.blessed;
    let mut expired: BTreeMap<_, Vec<&Blessing>> = BTreeMap::new();
    for row in comparison.functions.iter_mut().filter(|row| row.verdict >= Verdict::Degraded) {
        let fits = |it: &&Blessing| it.function == row.name && it.metric == row.metric;
        let Some(blessing) = blessed.list.iter().find(fits) else { continue };
        let Some(value) = row.current else { continue };
        if blessing.is_expired(blessed.today) {
            let metrics = expired.entry((&blessing.function, blessing.expires, &blessing.reason));
            metrics.or_default().push(blessing);
        } else if blessing.covers(value, allowance_pct(row, limits, current)) {
            row.verdict = Verdict::Degraded;
            row.because.push(Because::Blessed(Box::new(as_data(blessing))));
            comparison.waived.push(Waiver {
                name: row.name.clone(),
                metric: Some(row.metric),
                limit: None,
                by: Waived::Blessing,
            });
        } else {
            row.because.push(Because::BeyondBlessing(Box::new(as_data(blessing))));
        }
    }
    comparison.notes.extend(expired.into_values().filter_map(|all| note_on_expired(&all)));
}

fn as_data(blessing: &Blessing) -> Blessedness {
    Blessedness {
        to: blessing.to,
        less_is_worse: blessing.less_is_worse(),
        on: blessing.created.to_string(),
        until: blessing.expires.map(|last| last.to_string()),
        commit: blessing.commit.clone(),
        reason: blessing.reason.clone(),
    }
}

/// Returns a note on blessings of one function that ended on one day.
fn note_on_expired(all: &[&Blessing]) -> Option<String> {
    let first = all.iter().min_by_key(|it| it.line)?;
    let metrics: BTreeSet<_> = all.iter().map(|it| it.metric).collect();
    let titles: Vec<_> = metrics.into_iter().map(Metric::title).collect();
    let last = first.expires.map_or_else(String::new, |last| format!(" on {last}"));
    Some(format!(
        "what was blessed of {} ({}) expired{last} (perf-blessed.toml:{}): {}",
        first.function,
        titles.join(", "),
        first.line,
        first.reason
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::model::samples;
    use crate::verdict::limits::{Blessed, BlessingState};
    use crate::verdict::{Limits, compare};
    use jiff::civil::date;

    const TOKENIZE: &str = "code_stats::parse::tokenize";

    fn blessing(metric: Metric, from: f64, to: f64) -> Blessing {
        Blessing {
            function: TOKENIZE.to_owned(),
            metric,
            from,
            to,
            commit: Some("3f2c1ab09d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a".to_owned()),
            reason: "tokens keep their spans".to_owned(),
            created: date(2026, 11, 20),
            expires: Some(date(2027, 1, 31)),
            line: 7,
        }
    }

    /// Returns the row of the own time of the function, and the notes, on `today`.
    fn shown(to: f64, today: Date) -> String {
        let list = vec![blessing(Metric::SelfNs, 5.12e6, to)];
        let limits = Limits { blessed: Blessed { list, today }, ..Limits::default() };
        let all = compare(&samples::typical(), &samples::changed(), &limits);
        let row =
            all.functions.iter().find(|it| it.name == TOKENIZE && it.metric == Metric::SelfNs);
        let row = row.unwrap();
        let waived = all.waived.iter().map(|it| format!("waived: {:?} by {:?}", it.metric, it.by));
        let lines = [format!("{}: {}", row.verdict, row.reason)].into_iter();
        lines.chain(waived).chain(all.notes.clone()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_blessed_regression_is_degraded_and_says_who_accepted_it() {
        insta::assert_snapshot!(shown(7.2e6, date(2027, 1, 31)), @r"
        degraded: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %, but blessed up to 7.20 ms on 2026-11-20 in 3f2c1ab09d, until 2027-01-31: tokens keep their spans
        waived: Some(SelfNs) by Blessing
        3 outer percentiles were left out: nothing but noise could be seen in so few runs
        ");
        let all = shown(7.17e6 / 1.02, date(2026, 12, 1));
        assert!(all.starts_with("degraded: "), "what is allowed anyway comes on top: {all}");
    }

    #[test]
    fn beyond_the_blessing_it_is_a_regression_again() {
        insta::assert_snapshot!(shown(6e6, date(2026, 12, 1)), @r"
        regression: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %, beyond the 6.00 ms blessed on 2026-11-20 in 3f2c1ab09d: tokens keep their spans
        3 outer percentiles were left out: nothing but noise could be seen in so few runs
        ");
    }

    #[test]
    fn an_expired_blessing_no_longer_helps() {
        insta::assert_snapshot!(shown(7.2e6, date(2027, 2, 1)), @r"
        regression: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %
        3 outer percentiles were left out: nothing but noise could be seen in so few runs
        what was blessed of code_stats::parse::tokenize (self time) expired on 2027-01-31 (perf-blessed.toml:7): tokens keep their spans
        ");
    }

    #[test]
    fn the_state_of_a_blessing_is_told_by_the_day_and_the_value() {
        use BlessingState::{Active, Expired, NotNeeded, Unknown};
        let blessing = blessing(Metric::Calls, 100.0, 120.0);
        let today = date(2026, 12, 1);
        let cases = [(Some(110.0), Active), (Some(100.0), NotNeeded), (None, Unknown)];
        for (current, expected) in cases {
            assert_eq!(blessing.state(today, current), expected, "{current:?}");
        }
        assert_eq!(blessing.state(date(2027, 2, 1), Some(110.0)), Expired);
        let for_ever = Blessing { expires: None, ..blessing };
        assert_eq!(for_ever.state(date(2099, 1, 1), Some(110.0)), Active);
    }
}
