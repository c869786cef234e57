//! Markdown within a limit: whole rows, the worst first, and what is left out is counted.

use super::{compared, saying};
use crate::model::{Comparison, Verdict};
use crate::render::markdown;
use crate::render::words::findings;

/// Checks the Markdown of a comparison within `most` bytes.
#[track_caller]
pub(super) fn whole(comparison: &Comparison, most: usize) {
    let text = markdown::comparison_within(comparison, most);
    assert!(text.len() <= most, "{} of {most}", text.len());
    assert!(text.starts_with("### "), "{text}");
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    for row in &rows {
        let bars = row.replace(r"\|", "").matches('|').count();
        assert!(row.ends_with(" |") && bars == 4, "{row}");
    }
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{text}");
    let all = findings::findings(comparison);
    let worse = all.iter().filter(|it| it.main.verdict >= Verdict::Degraded).count();
    let (table, folded) = text.split_once("<details>").unwrap_or((&text, ""));
    let shown = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    let left_out = |text: &str| {
        let number = |line: &str| line.strip_prefix("… and ")?.split(' ').next()?.parse().ok();
        text.lines().find_map(number).unwrap_or(0_usize)
    };
    // A table begins with its titles, and a rule below them.
    let of = |text: &str| shown(text).saturating_sub(2) + left_out(text);
    if comparison.budgets.is_empty() && shown(table) > 0 {
        assert_eq!(of(table), worse, "{text}");
    }
    if shown(folded) > 0 {
        assert_eq!(of(folded), all.len() - worse, "{text}");
    }
}

#[test]
fn long_texts_of_others_leave_room_for_the_verdict() {
    for text in
        ["é".repeat(5_000), "`a` ".repeat(2_000), "<b>&amp;| ".repeat(900), "🦀 ".repeat(3_000)]
    {
        let mut comparison = saying(&compared(), &text);
        comparison.notes = vec![text.clone(); 50];
        for most in [4_000, 8_000, 20_000, 64_000] {
            whole(&comparison, most);
        }
    }
}

#[test]
fn what_fits_is_not_cut() {
    let comparison = compared();
    assert_eq!(
        markdown::comparison_within(&comparison, 1 << 20),
        markdown::comparison(&comparison)
    );
}
