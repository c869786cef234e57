//! The growth and the scaling of benchmarks as Markdown.

use std::fmt::Write as _;

use super::{Title, table};
use crate::model::{Complexity, Scaling};
use crate::render::words::{bench_growth, bench_scaling};
use crate::text::sanitize::{markdown as code, markdown_sentence as escape};

/// Returns both parts, each with its title; nothing where there is neither.
pub(crate) fn growth(complexity: &[Complexity], scaling: &[Scaling]) -> String {
    let mut text = String::new();
    if !complexity.is_empty() {
        let _ = writeln!(text, "\n#### {}\n", bench_growth::TITLE);
        for it in complexity {
            let _ = writeln!(text, "- {}, {}", code(&it.benchmark), bench_growth::sizes(it));
            items(&mut text, &bench_growth::sentences(it));
        }
    }
    if !scaling.is_empty() {
        let _ = writeln!(text, "\n#### {}", bench_scaling::TITLE);
        for it in scaling {
            let _ = writeln!(text, "\n{}\n", code(&it.benchmark));
            let titles = bench_scaling::COLUMNS.map(Title::number);
            let rows = it.steps.iter().map(|step| bench_scaling::cells(step).to_vec());
            text += &table(&titles, rows).0;
            text.push('\n');
            for sentence in bench_scaling::sentences(it) {
                let _ = writeln!(text, "- {}", escape(&sentence));
            }
        }
    }
    text
}

fn items(text: &mut String, sentences: &[String]) {
    for sentence in sentences {
        let _ = writeln!(text, "  - {}", escape(sentence));
    }
}
