//! A search for a commit as Markdown.

use std::fmt::Write as _;

use super::fenced;
use crate::model::BisectDocument;
use crate::render::words::bisect as words;
use crate::text::sanitize::markdown_sentence as escape;
use crate::text::units;

/// Returns what was found, the chart folded away, the effort and the notes.
pub(crate) fn bisect(document: &BisectDocument) -> String {
    let mut text = format!("### {}\n", escape(&words::headline(document)));
    for step in &document.steps {
        let (suspects, more) = words::suspects(document, step);
        text.push('\n');
        for commit in suspects {
            let author = if step.commits.len() == 1 {
                format!(" ({})", words::author(commit))
            } else {
                String::new()
            };
            let _ = writeln!(text, "- **{}**{}", escape(&words::named(commit)), escape(&author));
        }
        if more > 0 {
            let _ = writeln!(text, "- and {} more", units::count(more as u64));
        }
        let about = [words::change(document, step), words::certainty(document, step)];
        for line in about {
            let _ = writeln!(text, "\n{}", escape(&line));
        }
    }
    let chart = words::chart(document);
    if !chart.is_empty() {
        let chart = fenced(&(chart.join("\n") + "\n"));
        let _ = write!(text, "\n<details><summary>Levels</summary>\n\n{chart}\n</details>\n");
    }
    let _ = writeln!(text, "\n{}", escape(&words::effort(document)));
    text + &super::notes(words::notes(document).into_iter())
}
