//! Changes of series in every medium. Those that have some are shown, the others are counted.

use std::fmt::Write as _;

use super::csv::write;
use super::paint::{Paint, style};
use super::{Screen, text};
use crate::model::{ChangePoints, LevelChange, SeriesChanges};
use crate::stats::segments::{FEWEST, Kind};
use crate::text::sanitize::{self, markdown_cell as cell};
use crate::text::units;

/// Series that are shown on a screen.
const SHOWN: usize = 50;

/// For a screen.
pub fn human(document: &ChangePoints, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let changed: Vec<_> =
        document.series.iter().filter(|series| !series.change_points.is_empty()).collect();
    let mut text = paint.paint(style::STRONG, &sentence(document)) + "\n";
    for note in notes(document) {
        let note = text::wrap_words(&format!("note: {note}"), "", screen.width);
        text.extend(note.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    for series in changed.iter().take(SHOWN) {
        let name = text::name(&series.name, screen.width.saturating_sub(2).max(20));
        let _ = writeln!(text, "\n{}", paint.paint(style::STRONG, &name));
        for change in &series.change_points {
            let line = text::wrap_words(&said(change), "  ", screen.width);
            text.push_str(&line);
        }
    }
    if changed.len() > SHOWN {
        let more = units::plural((changed.len() - SHOWN) as u64, "more series");
        let _ =
            writeln!(text, "\n… and {}; --format json has them all", more.trim_end_matches('s'));
    }
    text
}

/// As Markdown.
pub fn markdown(document: &ChangePoints) -> String {
    let mut text = format!("### {}\n", sentence(document));
    for note in notes(document) {
        let _ = writeln!(text, "\n{}", sanitize::markdown_sentence(&note));
    }
    let rows: Vec<(&SeriesChanges, &LevelChange)> = document
        .series
        .iter()
        .flat_map(|series| series.change_points.iter().map(move |change| (series, change)))
        .collect();
    if rows.is_empty() {
        return text;
    }
    text.push_str("\n| series | at | change | between |\n| :-- | --: | --: | :-- |\n");
    for (series, change) in rows {
        let between = between(change).map_or_else(String::new, |between| cell(&between));
        let (name, at) = (cell(&series.name), change.index);
        let change = pct(change).unwrap_or_else(|| levels(change));
        let _ = writeln!(text, "| {name} | {at} | {change} | {between} |");
    }
    text
}

/// As CSV, a line a change.
pub fn csv(document: &ChangePoints) -> String {
    const HEADER: [&str; 9] = [
        "series",
        "index",
        "before",
        "after",
        "change_pct",
        "p_value",
        "commit_before",
        "commit",
        "kind",
    ];
    let rows = document.series.iter().flat_map(|series| {
        series.change_points.iter().map(move |change| {
            let commit = |commit: &Option<String>| sanitize::csv(commit.as_deref().unwrap_or(""));
            vec![
                sanitize::csv(&series.name),
                change.index.to_string(),
                change.before.to_string(),
                change.after.to_string(),
                change.change_pct.map_or_else(String::new, |pct| pct.to_string()),
                change.p_value.to_string(),
                commit(&change.commit_before),
                commit(&change.commit),
                match change.kind {
                    Kind::Step => "step".to_owned(),
                    Kind::Drift => "drift".to_owned(),
                },
            ]
        })
    });
    write(&HEADER, rows)
}

/// `2 of 14 series changed their level`
fn sentence(document: &ChangePoints) -> String {
    let changed = document.series.iter().filter(|series| !series.change_points.is_empty());
    let judged = document.series.iter().filter(|series| !is_too_short(series));
    let all = document.series.len() as u64;
    match (changed.count() as u64, judged.count() as u64) {
        _ if all == 0 => "there is no series".to_owned(),
        (0, 0) => format!("no series has the {FEWEST} values that it takes to see a change"),
        (0, _) if all == 1 => "the series kept its level".to_owned(),
        (0, judged) if judged == all => {
            format!("each of {} series kept its level", units::count(all))
        }
        (0, judged) => {
            format!("{} of {} series kept their level", units::count(judged), units::count(all))
        }
        (1, _) if all == 1 => "the series changed its level".to_owned(),
        (some, _) => {
            format!("{} of {} series changed their level", units::count(some), units::count(all))
        }
    }
}

fn is_too_short(series: &SeriesChanges) -> bool {
    series.points.saturating_sub(series.left_out_lines.len() as u64) < FEWEST as u64
}

/// What must be known of the series before believing that they kept their level.
fn notes(document: &ChangePoints) -> Vec<String> {
    let short = document.series.iter().filter(|series| is_too_short(series)).count() as u64;
    let is_said = short == document.series.len() as u64;
    let too_short = (short > 0 && !is_said).then(|| {
        let (series, have) =
            if short == 1 { ("1", "has") } else { (&*units::count(short), "have") };
        format!("{series} series {have} fewer than {FEWEST} values, too few to see a change")
    });
    left_out(document).into_iter().chain(too_short).collect()
}

/// Which values were left out, if any: `3 values that are no finite numbers were left out: of a at lines 4 and
/// 9, and of b at line 12`.
pub fn left_out(document: &ChangePoints) -> Option<String> {
    /// Series that are named, and lines of each.
    const NAMED: usize = 3;
    let of: Vec<_> =
        document.series.iter().filter(|series| !series.left_out_lines.is_empty()).collect();
    let count: usize = of.iter().map(|series| series.left_out_lines.len()).sum();
    let values = match count {
        0 => return None,
        1 => "1 value that is no finite number was".to_owned(),
        _ => format!("{} values that are no finite numbers were", units::count(count as u64)),
    };
    let lines = |series: &&&SeriesChanges| {
        let lines = &series.left_out_lines;
        let mut shown: Vec<String> =
            lines.iter().take(NAMED).map(|line| units::count(*line)).collect();
        if lines.len() > NAMED {
            shown.push(format!("{} more", units::count((lines.len() - NAMED) as u64)));
        }
        let line = if lines.len() == 1 { "line" } else { "lines" };
        format!("of {} at {line} {}", sanitize::screen(&series.name), and(&shown))
    };
    let mut named: Vec<String> = of.iter().take(NAMED).map(|it| lines(&it)).collect();
    if of.len() > NAMED {
        named.push(format!("of {} more series", units::count((of.len() - NAMED) as u64)));
    }
    Some(format!("{values} left out: {}", and(&named)))
}

/// `a, b and c`
fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// `at 60: 1.00 → 1.15 (+15.0 %), between 1a2b and 3c4d`
fn said(change: &LevelChange) -> String {
    let between = between(change).map_or_else(String::new, |between| format!(", {between}"));
    let at = match change.kind {
        Kind::Step => "at",
        Kind::Drift => "little by little from",
    };
    let index = units::count(change.index);
    let pct = pct(change).map_or_else(String::new, |pct| format!(" ({pct})"));
    format!("{at} {index}: {}{pct}{between}", levels(change))
}

/// `1.00 → 1.15`
fn levels(change: &LevelChange) -> String {
    let [before, after] = [change.before, change.after].map(units::number);
    format!("{before} → {after}")
}

/// `+15.0 %`; nothing of a level of 0.
fn pct(change: &LevelChange) -> Option<String> {
    let is_zero = change.before.abs() < f64::MIN_POSITIVE;
    let beyond = f64::INFINITY.copysign(change.after - change.before);
    (!is_zero).then(|| units::change(change.change_pct.unwrap_or(beyond)))
}

fn between(change: &LevelChange) -> Option<String> {
    let short = |commit: &str| -> String { sanitize::screen(commit).chars().take(12).collect() };
    let now = change.commit.as_deref().map(short)?;
    Some(match change.commit_before.as_deref().map(short) {
        Some(before) => format!("between {before} and {now}"),
        None => format!("with {now}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CHANGEPOINTS_SCHEMA, CHANGEPOINTS_VERSION};

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
        ChangePoints {
            schema: CHANGEPOINTS_SCHEMA.to_owned(),
            version: CHANGEPOINTS_VERSION,
            series,
        }
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
}
