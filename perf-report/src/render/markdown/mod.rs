//! Documents as Markdown for pull requests and job summaries: the verdict first, what did not change
//! folded away, and nothing that grows beyond what GitHub takes.

mod bench;
mod bisect;
mod changepoints;
mod comparison;
mod decline;
pub(crate) mod growth;
mod history;
mod import;
mod monitor;
mod overhead;
mod page;
mod push;
mod report;
mod run;
mod runs;
mod self_test;
mod slower;
mod stacks;
mod suites;

pub(crate) use bench::bench;
pub(crate) use bisect::bisect;
pub(crate) use changepoints::changepoints;
pub(crate) use comparison::{comparison, comparison_within};
pub(crate) use decline::decline;
pub(crate) use history::history;
pub(crate) use import::import;
pub(crate) use monitor::monitor;
pub(crate) use overhead::overhead;
pub(crate) use page::page;
pub(crate) use push::push;
pub(crate) use report::report;
pub(crate) use run::{run, run_flame, run_metrics, run_tree};
pub(crate) use runs::runs;
pub(crate) use self_test::self_test;
pub(crate) use slower::slower;
pub(crate) use stacks::stacks;
pub(crate) use suites::{suites, suites_within};

use std::fmt::Write as _;

use crate::render::words::bench::BadEnd;
use crate::text::sanitize::{self, markdown_sentence as escape};

/// The longest table, in bytes: a comment on GitHub holds 65,536 characters, and has two of them.
const LONGEST_TABLE: usize = 24_000;

/// Returns `text` so that it is shown as it is.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(sanitize::longest_run(text, '`').max(2) + 1);
    format!("{fence}text\n{text}{fence}\n")
}

/// Returns a benchmark that did not end well as an item of a list, with the program's words for it.
fn bad_end(name: &str, bad: &BadEnd) -> String {
    let message = bad.message.as_ref().map(|it| format!("  \n  {}", escape(it)));
    format!("- {name}: {}{}\n", bad.end, message.unwrap_or_default())
}

/// The title of a column, and the side on which its cells stand.
#[derive(Debug, Clone, Copy)]
struct Title<'a> {
    text: &'a str,
    is_number: bool,
}

impl<'a> Title<'a> {
    /// Makes the title of words, which stand on the left.
    fn text(text: &'a str) -> Self {
        Self { text, is_number: false }
    }

    /// Makes the title of numbers, which stand on the right.
    fn number(text: &'a str) -> Self {
        Self { text, is_number: true }
    }
}

/// Returns a table of cells that are safe already, and the number of rows that it has no room for.
fn table(titles: &[Title<'_>], rows: impl Iterator<Item = Vec<String>>) -> (String, usize) {
    table_within(titles, rows, LONGEST_TABLE)
}

/// Returns the same in at most `longest` bytes, if the titles fit. Rows are whole, and none stands behind one
/// that is left out.
fn table_within(
    titles: &[Title<'_>],
    rows: impl Iterator<Item = Vec<String>>,
    longest: usize,
) -> (String, usize) {
    let rule = |title: &Title<'_>| if title.is_number { "--:" } else { ":--" };
    let rules: Vec<_> = titles.iter().map(rule).collect();
    let titles: Vec<_> = titles.iter().map(|title| title.text).collect();
    let mut text = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    let mut left_out = 0;
    for row in rows {
        let row = format!("| {} |\n", row.join(" | "));
        if left_out == 0 && text.len() + row.len() <= longest {
            text += &row;
        } else {
            left_out += 1;
        }
    }
    (text, left_out)
}

fn notes(all: impl Iterator<Item = String>) -> String {
    notes_within(all, usize::MAX)
}

/// Returns the notes that `longest` bytes have room for, and how many are left out.
fn notes_within(all: impl Iterator<Item = String>, longest: usize) -> String {
    /// Bytes of the line that says so.
    const REST: usize = 40;
    let mut text = String::new();
    let mut left_out = 0_usize;
    for note in all {
        let note = format!("\n> {}\n", escape(&note));
        if left_out == 0 && (text.len() + note.len()).saturating_add(REST) <= longest {
            text += &note;
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 && text.len() + REST <= longest {
        let _ = writeln!(text, "\n> … and {left_out} more notes");
    }
    text
}
