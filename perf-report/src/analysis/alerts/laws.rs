//! The laws of alerts, whatever happens in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const HOUR: u64 = 3_600_000_000_000;
/// A time at which a history begins.
const BEGIN: u64 = 1_800_000_000_000_000_000;

/// One of a few keys in one round: found or not, certain, exact; of a silent key nothing is said.
type Seen = (u8, bool, bool, bool, bool);

/// A round: hours since the one before (below 0 when the clock goes back), a new run or the same, what was
/// seen, whether telling works.
type Step = (i64, bool, Vec<Seen>, bool);

fn key(of: u8) -> AlertKey {
    let kind = if of.is_multiple_of(2) { AlertKind::Regression } else { AlertKind::Failed };
    AlertKey { function: Some(format!("f{of}")), ..AlertKey::of_command(kind) }
}

fn finding((of, _, certain, exact, _): Seen) -> Finding {
    let what = AlertText { title: format!("t{of}{certain}{exact}"), ..AlertText::default() };
    Finding { key: key(of), certain, exact, what }
}

fn round(now_unix_ns: u64, run: usize, seen: &[Seen]) -> Round {
    Round {
        now_unix_ns,
        run: Some(format!("r{run}")),
        remind_ns: Some(24 * HOUR),
        kinds: AlertKind::ALL.into_iter().collect(),
        found: seen.iter().filter(|it| it.1).copied().map(finding).collect(),
        unjudged: BTreeSet::new(),
        open: seen.iter().filter(|it| it.4).map(|it| key(it.0)).collect(),
        settled: BTreeSet::new(),
    }
}

/// Plays `steps`, and returns of each round its time, and what somebody was told.
fn play(steps: &[Step], reverse: bool) -> Vec<(u64, Vec<Alert>, Vec<AlertEntry>)> {
    let (mut entries, mut now, mut run) = (Vec::new(), BEGIN, 0);
    let mut told = Vec::new();
    for (hours, is_new, seen, works) in steps {
        now = now.saturating_add_signed(hours * 3_600_000_000_000);
        run += usize::from(*is_new);
        let mut round = round(now, run, seen);
        if reverse {
            round.found.reverse();
        }
        let plan = step(&entries, &round);
        let alerts = if *works { plan.alerts(&[]) } else { Vec::new() };
        entries = if *works { plan.told() } else { plan.untold() };
        told.push((now, alerts, entries.clone()));
    }
    told
}

fn steps(clock: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Step>> {
    let silent = prop::bool::weighted(0.1);
    let seen = (0_u8..5, any::<bool>(), any::<bool>(), any::<bool>(), silent);
    let seen = prop::collection::vec(seen, 0..6);
    prop::collection::vec(
        (clock, prop::bool::weighted(0.8), seen, prop::bool::weighted(0.8)),
        1..40,
    )
}

/// Checks that events of each key alternate: it begins, is reminded of, is over.
fn alternates(told: &[(u64, Vec<Alert>, Vec<AlertEntry>)]) -> Result<(), TestCaseError> {
    let mut holds: BTreeMap<AlertKey, bool> = BTreeMap::new();
    for alert in told.iter().flat_map(|(_, alerts, _)| alerts) {
        let is_holding = holds.entry(alert.key.clone()).or_default();
        match alert.event {
            AlertEvent::Firing => prop_assert!(!*is_holding, "told twice: {alert:?}"),
            AlertEvent::Reminder => prop_assert!(*is_holding, "reminded of nothing: {alert:?}"),
            AlertEvent::Resolved => prop_assert!(*is_holding, "over before it began: {alert:?}"),
        }
        *is_holding = alert.event != AlertEvent::Resolved;
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_fires_once_until_it_is_resolved_once(steps in steps(0..40)) {
        alternates(&play(&steps, false))?;
    }

    #[test]
    fn a_clock_that_goes_back_is_harmless(steps in steps(-60..60)) {
        alternates(&play(&steps, false))?;
    }

    #[test]
    fn the_order_of_findings_is_irrelevant(steps in steps(-5..40)) {
        prop_assert_eq!(play(&steps, false), play(&steps, true));
    }

    #[test]
    fn no_reminder_comes_before_its_time(steps in steps(0..40)) {
        let mut last: BTreeMap<AlertKey, u64> = BTreeMap::new();
        for (now, alerts, _) in play(&steps, false) {
            for alert in alerts {
                let before = last.insert(alert.key.clone(), now);
                if alert.event == AlertEvent::Reminder {
                    let past = now - before.unwrap();
                    prop_assert!(past >= 24 * HOUR, "after {past} ns: {alert:?}");
                }
            }
        }
    }

    #[test]
    fn the_same_run_again_tells_nothing_new(steps in steps(1..40), of in any::<prop::sample::Index>()) {
        let mut played = play(&steps, false);
        let (now, _, entries) = played.swap_remove(of.index(played.len()));
        let runs = steps.iter().take(of.index(steps.len()) + 1).filter(|it| it.1).count();
        let seen = &steps[of.index(steps.len())].2;
        let first = step(&entries, &round(now, runs, seen));
        let again = step(&first.told(), &round(now, runs, seen));
        prop_assert_eq!(again.alerts(&[]), Vec::new());
    }

    #[test]
    fn what_fails_to_be_told_is_told_the_next_time(steps in steps(0..10), seen in 0_u8..5) {
        let entries = play(&steps, false).pop().map(|it| it.2).unwrap_or_default();
        let seen = [(seen, true, true, true, false)];
        let lost = step(&entries, &round(BEGIN + 9_999 * HOUR, 900, &seen));
        let next = step(&lost.untold(), &round(BEGIN + 9_999 * HOUR, 901, &seen));
        let news = |plan: &Plan| {
            let alerts = plan.alerts(&[]).into_iter();
            let of_it = alerts.filter(|it| it.key == key(seen[0].0));
            of_it.map(|it| it.event).collect::<Vec<_>>()
        };
        prop_assert_eq!(news(&lost), news(&next));
    }
}

#[test]
fn noise_in_one_run_is_no_alert_and_two_runs_are() {
    let seen = |found, certain| vec![(0, found, certain, false, false)];
    let told = |steps: &[Step]| -> Vec<Vec<AlertEvent>> {
        let played = play(steps, false).into_iter();
        played.map(|it| it.1.iter().map(|alert| alert.event).collect()).collect()
    };
    let day = |found, certain| (24, true, seen(found, certain), true);
    let none: Vec<AlertEvent> = Vec::new();
    assert_eq!(told(&[day(true, false), day(false, false), day(true, false)]), [&none[..]; 3]);
    let again = (1, false, seen(true, false), true);
    assert_eq!(told(&[day(true, false), again]), [&none[..]; 2], "the same run proves nothing");
    let events = told(&[day(true, false), day(true, false), day(false, false), day(false, false)]);
    assert_eq!(events[1], [AlertEvent::Firing]);
    assert_eq!(events[2], [AlertEvent::Reminder], "one quiet run proves nothing, either");
    assert_eq!(events[3], [AlertEvent::Resolved]);
    assert_eq!(told(&[day(true, true)]), [[AlertEvent::Firing]]);
}

#[test]
fn silence_ends_nothing_and_a_decision_does_at_once() {
    let seen = |found| [(0, found, true, false, false)];
    let first = step(&[], &round(BEGIN, 1, &seen(true)));
    let entries = first.told();
    for silent in 2..9 {
        let unjudged = BTreeSet::from([AlertKind::Regression]);
        let plan = step(&entries, &Round { unjudged, ..round(BEGIN, silent, &[]) });
        assert_eq!((plan.alerts(&[]), plan.told()), (Vec::new(), entries.clone()));
    }
    let settled = BTreeSet::from([key(0)]);
    let plan = step(&entries, &Round { settled, ..round(BEGIN, 1, &[]) });
    assert_eq!(plan.alerts(&[])[0].event, AlertEvent::Resolved);
    assert_eq!((plan.told(), plan.untold().len()), (Vec::new(), 1));
    let again = step(&plan.untold(), &round(BEGIN, 2, &seen(true)));
    assert_eq!(again.alerts(&[]), [], "nobody heard that it was over");
}

#[test]
fn what_nobody_wants_is_forgotten() {
    let entries = step(&[], &round(BEGIN, 1, &[(0, true, true, true, false)])).told();
    assert_eq!(entries.len(), 1);
    let kinds = BTreeSet::from([AlertKind::Failed]);
    let plan = step(&entries, &Round { kinds, ..round(BEGIN, 2, &[(0, true, true, true, false)]) });
    assert_eq!((plan.alerts(&[]), plan.told()), (Vec::new(), Vec::new()));
}

#[test]
fn an_alert_of_the_future_is_reminded_of_all_the_same() {
    let seen = [(0, true, true, true, false)];
    let entries = step(&[], &round(BEGIN + 90_000 * HOUR, 1, &seen)).told();
    let back = step(&entries, &round(BEGIN, 2, &seen));
    assert_eq!(back.alerts(&[]), []);
    let later = step(&back.told(), &round(BEGIN + 24 * HOUR, 3, &seen));
    assert_eq!(later.alerts(&[])[0].event, AlertEvent::Reminder);
}
