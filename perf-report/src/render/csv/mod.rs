//! Documents as CSV (RFC 4180, `\n` ends a line): a header of the JSON's field names, then one line
//! a function, a metric, a context, a row, or a running call. Base units; empty where the JSON has
//! `null`.
//!
//! Text is defused by [`sanitize::csv`](crate::text::sanitize::csv), which says how to undo it.

mod bench;
mod changepoints;
mod comparison;
mod decline;
mod functions;
mod history;
mod overhead;
mod page;
mod run;
mod runs;
mod self_test;
mod stacks;
mod suites;
mod tracked;

pub(crate) use bench::bench;
pub(crate) use changepoints::changepoints;
pub(crate) use comparison::comparison;
pub(crate) use decline::decline;
pub(crate) use functions::functions;
pub(crate) use history::history;
pub(crate) use overhead::overhead;
pub(crate) use page::page;
pub(crate) use run::{metrics, tree};
pub(crate) use runs::runs;
pub(crate) use self_test::self_test;
pub(crate) use stacks::stacks;
pub(crate) use suites::suites;
pub(crate) use tracked::tracked;

/// A column: its title, and its cell of a row.
type Column<T> = (&'static str, fn(&T) -> String);

/// Returns a line a row under the titles of `columns`.
fn table<'a, T: 'a>(columns: &[Column<T>], rows: impl IntoIterator<Item = &'a T>) -> String {
    let titles: Vec<_> = columns.iter().map(|(title, _)| *title).collect();
    let cells = |row: &T| columns.iter().map(|(_, cell)| cell(row)).collect();
    write(&titles, rows.into_iter().map(cells))
}

fn write(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer
        .write_record(header)
        .and_then(|()| rows.into_iter().try_for_each(|row| writer.write_record(row)));
    // Memory takes everything, and every row is as long as its header.
    debug_assert!(written.is_ok(), "{written:?}");
    let text = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// Returns the name that JSON gives to a value of a list of names.
fn field_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn number(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn float(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
}
