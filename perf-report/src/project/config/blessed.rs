//! The text of `perf-blessed.toml` as blessings, and back; an error names the line. Pure.
//!
//! ```toml
//! [[blessing]]
//! function = "app::parse::tokenize"
//! self = { from = "5.12ms", to = "7.17ms" }
//! mean = { from = "5.12ms", to = "7.17ms" }
//! commit = "9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e"
//! reason = "tokens keep their spans"
//! created = 2026-11-20
//! expires = 2027-02-18
//! ```
//!
//! An entry may also name one metric as `metric = "self"`, with `from` and `to` beside it, as all of them
//! did once.

mod edit;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

pub(crate) use edit::{with, without};

use super::quantity;
use super::source::{Section, SourceError, line, parse};
use super::value::{expected, text};
use crate::model::Metric;
use crate::verdict::Blessing;

/// The only key of the document.
const KEY: &str = "blessing";

/// Keys of an entry, in the order in which people read them; its metrics stand behind the first
/// ones.
const KEYS: [&str; 8] =
    ["function", "metric", "from", "to", "commit", "reason", "created", "expires"];
/// Number of [`KEYS`] that stand before the metrics.
const BEFORE_METRICS: usize = 4;

/// The value before, and the value up to which it is accepted.
type Range = (f64, f64);

/// Reads the blessings in `source`.
pub(crate) fn blessings(source: &str) -> Result<Vec<Blessing>, SourceError> {
    let document = parse(source)?;
    let root = Section { text: source, path: String::new(), table: document.get_ref() };
    root.only(&[KEY])?;
    let Some(entries) = root.table.get(KEY) else { return Ok(Vec::new()) };
    let tables = entries.get_ref().as_array().ok_or_else(|| {
        root.error(&entries.span(), format!("`{KEY}` must be a list of tables: [[{KEY}]]"))
    })?;
    let mut list: Vec<Blessing> = Vec::new();
    for entry in tables {
        for blessing in of_entry(source, entry)? {
            let is_same = |it: &&Blessing| is_for(it, &blessing.function, blessing.metric);
            if let Some(first) = list.iter().find(is_same) {
                let (function, line) = (&blessing.function, first.line);
                let metric = blessing.metric.word();
                let problem = format!("{metric} of {function:?} is blessed on line {line} already");
                return Err(root.error(&entry.span(), problem));
            }
            list.push(blessing);
        }
    }
    Ok(list)
}

/// Reads the blessings of an entry, one for each of its metrics.
fn of_entry(source: &str, entry: &Spanned<DeValue<'_>>) -> Result<Vec<Blessing>, SourceError> {
    let at = line(source, &entry.span());
    let whole = |problem: String| SourceError { line: Some(at), problem, help: None };
    let table = entry.get_ref().as_table();
    let table =
        table.ok_or_else(|| whole(format!("`{KEY}` must be a list of tables: [[{KEY}]]")))?;
    let section = Section { text: source, path: format!("[{KEY}]"), table };
    let words: Vec<_> = quantity::metrics().map(Metric::word).collect();
    section.only(&[&KEYS[..], &words].concat())?;
    let missing = |key: &str| whole(format!("a blessing without `{key}`"));
    let function = section.value("function", filled)?.ok_or_else(|| missing("function"))?;
    let ranges = ranges(&section, &whole)?;
    let commit = section.value("commit", text)?;
    let reason = section.value("reason", filled)?.ok_or_else(|| missing("reason"))?;
    let created = section.value("created", read_date)?.ok_or_else(|| missing("created"))?;
    let expires = section.value("expires", read_date)?;
    let of_metric = |(metric, (from, to))| Blessing {
        function: function.clone(),
        metric,
        from,
        to,
        commit: commit.clone(),
        reason: reason.clone(),
        created,
        expires,
        line: at,
    };
    Ok(ranges.into_iter().map(of_metric).collect())
}

/// Reads the metrics of an entry, each with the values of its range.
fn ranges(
    section: &Section<'_, '_>,
    whole: &dyn Fn(String) -> SourceError,
) -> Result<Vec<(Metric, Range)>, SourceError> {
    let missing = |key: &str| whole(format!("a blessing without `{key}`"));
    let mut ranges = Vec::new();
    if let Some(metric) = section.value("metric", |value| quantity::metric(&text(value)?))? {
        ranges.push((metric, range(section, metric, &missing)?));
    }
    for metric in quantity::metrics() {
        let word = metric.word();
        let Some(value) = section.table.get(word) else { continue };
        let inner = value.get_ref().as_table().ok_or_else(|| {
            let problem =
                format!("`{word}`: {}", expected("`{ from = …, to = … }`", value.get_ref()));
            section.error(&value.span(), problem)
        })?;
        let inner = Section { text: section.text, path: format!("{KEY}.{word}"), table: inner };
        inner.only(&["from", "to"])?;
        let missing = |key: &str| whole(format!("a blessing of `{word}` without `{key}`"));
        ranges.push((metric, range(&inner, metric, &missing)?));
    }
    if ranges.is_empty() {
        let example = "such as `self = { from = \"5ms\", to = \"7ms\" }`";
        return Err(whole(format!("a blessing without a metric, {example}")));
    }
    Ok(ranges)
}

/// Reads the two values of a range.
fn range(
    section: &Section<'_, '_>,
    metric: Metric,
    missing: &dyn Fn(&str) -> SourceError,
) -> Result<Range, SourceError> {
    let quantity = |key| {
        section.value(key, |value| quantity::read(metric, value))?.ok_or_else(|| missing(key))
    };
    Ok((quantity("from")?, quantity("to")?))
}

fn filled(value: &DeValue<'_>) -> Result<String, String> {
    let text = text(value)?;
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(text) }
}

fn read_date(value: &DeValue<'_>) -> Result<Date, String> {
    let text = value.as_str().map(str::to_owned);
    let text = text.or_else(|| value.as_datetime().map(ToString::to_string));
    let text = text.ok_or_else(|| expected("a date, such as 2027-01-31", value))?;
    text.parse().map_err(|_| format!("{text:?} is no date: write 2027-01-31"))
}

/// Returns whether a blessing is for this metric of `function`.
fn is_for(blessing: &Blessing, function: &str, metric: Metric) -> bool {
    blessing.function == function && blessing.metric == metric
}

#[cfg(test)]
mod tests;
