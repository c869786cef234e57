//! Changes of series as people read them.

use crate::model::{
    CHANGEPOINTS_SCHEMA, CHANGEPOINTS_VERSION, ChangePoints, LevelChange, SeriesChanges,
};
use crate::render::Screen;
use crate::render::human::changepoints as human;
use crate::render::markdown::changepoints as markdown;
use crate::stats::segments::Kind;

fn series(name: &str, points: u64, left_out: &[u64], levels: &[(f64, f64)]) -> SeriesChanges {
    let change = |&(before, after): &(f64, f64)| LevelChange {
        index: 9,
        before,
        after,
        change_pct: Some((after - before) / before.abs() * 100.0).filter(|it| it.is_finite()),
        p_value: 1e-9,
        kind: Kind::Step,
        commit_before: None,
        commit: None,
        time: None,
    };
    SeriesChanges {
        name: name.to_owned(),
        points,
        left_out_lines: left_out.to_vec(),
        change_points: levels.iter().map(change).collect(),
    }
}

fn document(series: Vec<SeriesChanges>) -> ChangePoints {
    ChangePoints { schema: CHANGEPOINTS_SCHEMA.to_owned(), version: CHANGEPOINTS_VERSION, series }
}

#[test]
fn levels_are_shown_as_people_read_them() {
    let levels = [
        (1.0 / 3.0, 2.0),
        (0.0, 10.0),
        (-10.0, 10.0),
        (12_345_678.9, 22_345_678.9),
        (1.234_567e-310, 1.7e308),
        (1.7e308, -1.234_567e-310),
        (5e-7, f64::MAX),
    ];
    let document = document(vec![series("a", 20, &[], &levels)]);
    insta::assert_snapshot!(human(&document, Screen::default()) + &markdown(&document), @r"
    the series changed its level

    a
      at 9: 0.333 → 2 (+500.0 %)
      at 9: 0 → 10
      at 9: -10 → 10 (+200.0 %)
      at 9: 12,300,000 → 22,300,000 (+81.0 %)
      at 9: 1.23e-310 → 1.7e308
      at 9: 1.7e308 → -1.23e-310 (-100.0 %)
      at 9: 5e-7 → 1.8e308 (over 1,000,000 ×)
    ### the series changed its level

    | series | at | change | between |
    | :-- | --: | --: | :-- |
    | `a` | 9 | +500.0 % |  |
    | `a` | 9 | 0 → 10 |  |
    | `a` | 9 | +200.0 % |  |
    | `a` | 9 | +81.0 % |  |
    | `a` | 9 | 1.23e-310 → 1.7e308 |  |
    | `a` | 9 | -100.0 % |  |
    | `a` | 9 | over 1,000,000 × |  |
    ");
}

#[test]
fn what_was_not_judged_is_said() {
    let screen = Screen::default();
    let all = document(vec![
        series("a", 20, &[4, 9], &[(1.0, 2.0)]),
        series("b|c", 7, &[], &[]),
        series("d", 9, &[12, 13, 14, 15, 16], &[]),
        series("e", 9, &[17], &[]),
        series("f", 9, &[18], &[]),
    ]);
    let kept = document(vec![series("a", 8, &[], &[]), series("b", 3, &[], &[])]);
    let short = document(vec![series("a", 7, &[], &[])]);
    let one = document(vec![series("a", 9, &[3], &[])]);
    let texts = [
        human(&all, screen),
        markdown(&all),
        human(&kept, screen),
        human(&short, screen),
        human(&one, screen),
    ];
    insta::assert_snapshot!(texts.join("---\n"), @r"
    1 of 5 series changed their level
    note: 9 values that are no finite numbers were left out: of a at lines 4 and 9, of d at lines 12,
    13, 14 and 2 more, of e at line 17 and of 1 more series
    note: 2 series have fewer than 8 values, too few to see a change

    a
      at 9: 1 → 2 (+100.0 %)
    ---
    ### 1 of 5 series changed their level

    9 values that are no finite numbers were left out: of a at lines 4 and 9, of d at lines 12, 13, 14 and 2 more, of e at line 17 and of 1 more series

    2 series have fewer than 8 values, too few to see a change

    | series | at | change | between |
    | :-- | --: | --: | :-- |
    | `a` | 9 | +100.0 % |  |
    ---
    1 of 2 series kept their level
    note: 1 series has fewer than 8 values, too few to see a change
    ---
    no series has the 8 values that it takes to see a change
    ---
    the series kept its level
    note: 1 value that is no finite number was left out: of a at line 3
    ");
}
