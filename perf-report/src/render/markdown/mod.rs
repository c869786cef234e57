//! Documents as Markdown for pull requests and job summaries: the verdict first, what did not change
//! folded away, and nothing that grows beyond what GitHub takes.

mod changepoints;
mod comparison;
mod decline;
mod history;
mod monitor;
mod overhead;
mod page;
mod report;
mod run;
mod runs;
mod self_test;
mod stacks;
mod suites;

pub(crate) use changepoints::changepoints;
pub(crate) use comparison::comparison;
pub(crate) use decline::decline;
pub(crate) use history::history;
pub(crate) use monitor::monitor;
pub(crate) use overhead::overhead;
pub(crate) use page::page;
pub(crate) use report::report;
pub(crate) use run::{run, run_flame, run_metrics, run_tree};
pub(crate) use runs::runs;
pub(crate) use self_test::self_test;
pub(crate) use stacks::stacks;
pub(crate) use suites::suites;

use std::fmt::Write as _;

use crate::text::sanitize::{self, markdown_sentence as escape};

/// The longest table, in bytes: a comment on GitHub holds 65,536 characters, and has two of them.
const LONGEST_TABLE: usize = 24_000;

/// Returns `text` so that it is shown as it is.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(sanitize::longest_run(text, '`').max(2) + 1);
    format!("{fence}text\n{text}{fence}\n")
}

/// Returns a table of cells that are safe already, and the number of rows that it has no room for.
/// The numbers stand on the right.
fn table(titles: &[&str], rows: impl Iterator<Item = Vec<String>>) -> (String, usize) {
    let text_columns = [
        "function",
        "metric",
        "kind",
        "verdict",
        "why",
        "operation",
        "target",
        "by",
        "one call more",
        "one error more",
        "suite",
        "targets",
        "last runs",
        "run",
        "started",
        "names",
        "command",
        "commit",
        "end",
    ];
    let rule = |title: &&str| if text_columns.contains(title) { ":--" } else { "--:" };
    let rules: Vec<_> = titles.iter().map(rule).collect();
    let mut text = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    let mut left_out = 0;
    for row in rows {
        if text.len() < LONGEST_TABLE {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        } else {
            left_out += 1;
        }
    }
    (text, left_out)
}

fn notes(notes: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for note in notes {
        let _ = writeln!(text, "\n> {}", escape(&note));
    }
    text
}
