//! The self-test of a gate in words, the same for every medium.

use crate::model::{Extra, SelfTestDocument, SelfTestRow};
use crate::text::units;

/// Judges the gate: a word, and the rest of the sentence.
pub(crate) fn verdict(document: &SelfTestDocument) -> (&'static str, String) {
    let all = document.functions.len() as u64;
    let functions = units::plural(all, "function");
    let times = f64::from(document.largest_pct) / 100.0 + 1.0;
    let times = units::number(times);
    match document.blind {
        0 => ("CAUGHT", format!("{functions} tried, and this check fails for a slow-down of each")),
        blind if blind == all => {
            let each = if all == 1 { "it" } else { "any of them" };
            let rest =
                format!("{each} could take {times} times as long, and this check would pass");
            ("BLIND", format!("{functions} tried: {rest}"))
        }
        blind => {
            let some = units::count(blind);
            let rest = format!("could take {times} times as long, and this check would pass");
            ("BLIND", format!("{some} of {functions} {rest}"))
        }
    }
}

/// Returns the smallest slow-down that fails.
pub(crate) fn smallest(row: &SelfTestRow) -> String {
    match row.smallest_pct {
        None => "none".to_owned(),
        Some(0) => "fails now".to_owned(),
        Some(pct) => format!("+{pct} %"),
    }
}

/// Returns the metric that fails then, and its function where it is another.
pub(crate) fn caught_by(row: &SelfTestRow) -> (String, Option<&str>) {
    let Some(by) = &row.caught_by else { return ("–".to_owned(), None) };
    (by.what(), Some(by.name.as_str()).filter(|name| *name != row.name))
}

/// Returns what becomes of one more of something.
pub(crate) fn extra(extra: Extra) -> &'static str {
    extra.word()
}

/// Returns the functions that may become slower unseen.
pub(crate) fn blind(document: &SelfTestDocument) -> impl Iterator<Item = &SelfTestRow> {
    document.functions.iter().filter(|row| row.smallest_pct.is_none())
}

/// The meaning of the figures.
pub(crate) const ABOUT: &str = "caught from: the smallest growth of a function's own time that fails \
     this check, all else staying as it is";
