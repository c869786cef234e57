//! Changes to the text of `perf-blessed.toml`, in which the rest of what people wrote stays. Pure.

use jiff::civil::Date;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Key, Table, value};

use super::{BEFORE_METRICS, KEY, KEYS};
use crate::model::Metric;
use crate::project::config::quantity;
use crate::project::config::source::{SourceError, line};
use crate::verdict::Blessing;

/// The text above the first entry.
const HEADER: &str = "\
# Regressions that were accepted: perf-report lets them pass, up to `to`, until `expires`.
# Written by `perf-report bless`, and made to be committed and reviewed.

";

/// Returns `source` with these blessings. Those that were accepted together become one entry, in
/// the place of earlier blessings of the same metrics. Everything else, comments too, stays as it
/// is.
pub(crate) fn with(source: &str, new: &[Blessing]) -> Result<String, SourceError> {
    let mut document = editable(source)?;
    if document.get(KEY).is_none() {
        document.insert(KEY, Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let is_new = source.trim().is_empty();
    let Some(entries) = document.get_mut(KEY).and_then(Item::as_array_of_tables_mut) else {
        return Err(inline_list());
    };
    for together in new.chunk_by(are_of_one_entry) {
        let function = together[0].function.as_str();
        let metrics: Vec<Metric> = together.iter().map(|it| it.metric).collect();
        let is_replaced = |it: &Table| {
            let known = metrics_of(it);
            is_entry_for(it, function) && known.iter().all(|metric| metrics.contains(metric))
        };
        let place = entries.iter().position(is_replaced);
        if let Some(table) = place.and_then(|place| entries.get_mut(place)) {
            fill(table, together);
        } else {
            let mut table = Table::new();
            fill(&mut table, together);
            let prefix = if entries.is_empty() && is_new { HEADER } else { "\n" };
            table.decor_mut().set_prefix(prefix);
            entries.push(table);
        }
        let place = place.unwrap_or(entries.len() - 1);
        take_from(entries, function, |metric| metrics.contains(&metric), Some(place));
    }
    Ok(document.to_string())
}

/// Returns `source` without the blessings of `function`, or without the one for `metric`, and their
/// number.
pub(crate) fn without(
    source: &str,
    function: &str,
    metric: Option<Metric>,
) -> Result<(String, usize), SourceError> {
    let mut document = editable(source)?;
    let Some(entries) = document.get_mut(KEY) else { return Ok((source.to_owned(), 0)) };
    let entries = entries.as_array_of_tables_mut().ok_or_else(inline_list)?;
    let is_meant = |other: Metric| metric.is_none_or(|metric| metric == other);
    let removed = take_from(entries, function, is_meant, None);
    Ok((document.to_string(), removed))
}

/// Takes metrics out of the entries for `function`, and removes entries without any left, all but
/// the one at `kept`. Returns the number of metrics taken.
fn take_from(
    entries: &mut ArrayOfTables,
    function: &str,
    is_meant: impl Fn(Metric) -> bool,
    kept: Option<usize>,
) -> usize {
    let (mut removed, mut at) = (0, 0);
    let mut emptied = Vec::new();
    for table in entries.iter_mut() {
        let known = if is_entry_for(table, function) { metrics_of(table) } else { Vec::new() };
        let taken: Vec<Metric> = known.iter().copied().filter(|metric| is_meant(*metric)).collect();
        if kept != Some(at) && !taken.is_empty() {
            removed += taken.len();
            emptied.extend((taken.len() == known.len()).then_some(at));
            for metric in taken {
                take(table, metric);
            }
        }
        at += 1;
    }
    let mut at = 0..;
    entries.retain(|_| at.next().is_none_or(|at| !emptied.contains(&at)));
    removed
}

/// Takes a metric out of an entry, as a key or as its only metric.
fn take(table: &mut Table, metric: Metric) {
    table.remove(metric.word());
    let named = table.get("metric").and_then(Item::as_str);
    if named.and_then(|word| quantity::metric(word).ok()) == Some(metric) {
        for key in ["metric", "from", "to"] {
            table.remove(key);
        }
    }
}

/// Returns whether two blessings differ in the metric only.
fn are_of_one_entry(one: &Blessing, other: &Blessing) -> bool {
    let shared = |it: &Blessing| {
        (it.function.clone(), it.commit.clone(), it.reason.clone(), it.created, it.expires)
    };
    shared(one) == shared(other) && one.metric != other.metric
}

fn is_entry_for(table: &Table, function: &str) -> bool {
    table.get("function").and_then(Item::as_str) == Some(function)
}

/// Returns the metrics of an entry: those that are keys of it, or the one that it names.
fn metrics_of(table: &Table) -> Vec<Metric> {
    let named = table.get("metric").and_then(Item::as_str);
    let keys = table.iter().map(|(key, _)| key);
    named.into_iter().chain(keys).filter_map(|word| quantity::metric(word).ok()).collect()
}

fn editable(source: &str) -> Result<DocumentMut, SourceError> {
    source.parse().map_err(|error: toml_edit::TomlError| SourceError {
        line: error.span().map(|span| line(source, &span)),
        problem: format!("this is no TOML: {}", error.message()),
        help: None,
    })
}

fn inline_list() -> SourceError {
    SourceError {
        line: None,
        problem: format!("`{KEY}` is written as an inline list, which is not edited"),
        help: Some(format!("write each entry under a line [[{KEY}]]")),
    }
}

/// Writes blessings of one entry into its table.
fn fill(table: &mut Table, together: &[Blessing]) {
    let Some(first) = together.first() else { return };
    let mut set = |key: &str, item: Option<Item>| {
        let Some(mut item) = item else {
            table.remove(key);
            return;
        };
        // The comment behind a value stays.
        let decor = table.get(key).and_then(Item::as_value).map(|old| old.decor().clone());
        if let (Some(decor), Some(new)) = (decor, item.as_value_mut()) {
            *new.decor_mut() = decor;
        }
        table.insert(key, item);
    };
    set("function", Some(value(&first.function)));
    for key in ["metric", "from", "to"] {
        set(key, None);
    }
    for blessing in together {
        let mut range = InlineTable::new();
        for (key, number) in [("from", blessing.from), ("to", blessing.to)] {
            if let Ok(number) = quantity::item(blessing.metric, number).into_value() {
                range.insert(key, number);
            }
        }
        set(blessing.metric.word(), Some(value(range)));
    }
    set("commit", first.commit.as_ref().map(value));
    set("reason", Some(value(&first.reason)));
    set("created", Some(value(date(first.created))));
    set("expires", first.expires.map(|last| value(date(last))));
    sort(table, together);
}

/// Sorts the keys of an entry as [`KEYS`] are, with its metrics in their place.
fn sort(table: &mut Table, together: &[Blessing]) {
    let place = |key: &Key| {
        let of_all = KEYS.iter().position(|known| *known == key.get());
        let metric = together.iter().position(|it| it.metric.word() == key.get());
        // What stands before the metrics, these, and the rest.
        of_all.map_or((1, metric.unwrap_or_default()), |at| {
            (if at < BEFORE_METRICS { 0 } else { 2 }, at)
        })
    };
    table.sort_values_by(|one, _, other, _| place(one).cmp(&place(other)));
}

fn date(date: Date) -> toml_edit::Datetime {
    let part = |part: i8| part.unsigned_abs();
    let date = toml_edit::Date {
        year: date.year().unsigned_abs(),
        month: part(date.month()),
        day: part(date.day()),
    };
    date.into()
}
