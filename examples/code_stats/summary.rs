//! What is in all files together, and how it is shown.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use perf_runtime::perf_track;

use crate::counts::Counts;

/// What is in any number of files. Merging is associative, so that files can be taken in any order.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    files: usize,
    unreadable: usize,
    totals: Counts,
    /// The file that holds the longest function.
    longest_in: Option<PathBuf>,
}

/// Attributes that are shown.
const MOST_USED: usize = 5;

#[perf_track]
impl Summary {
    #[perf_track(skip)]
    pub(crate) fn of_file(file: &Path, totals: Counts) -> Self {
        let longest_in = totals.longest_function.is_some().then(|| file.to_owned());
        Self { files: 1, unreadable: 0, totals, longest_in }
    }

    #[perf_track(skip)]
    pub(crate) fn of_unreadable_file() -> Self {
        Self { files: 1, unreadable: 1, ..Self::default() }
    }

    /// The two as one. Of two longest functions of a length, the left one stays.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.files += other.files;
        self.unreadable += other.unreadable;
        let (ours, theirs) = (&mut self.totals, other.totals);
        ours.lines += theirs.lines;
        ours.code_lines += theirs.code_lines;
        ours.functions += theirs.functions;
        ours.unsafe_blocks += theirs.unsafe_blocks;
        ours.deepest_nesting = ours.deepest_nesting.max(theirs.deepest_nesting);
        if lines_of(theirs.longest_function.as_ref()) > lines_of(ours.longest_function.as_ref()) {
            ours.longest_function = theirs.longest_function;
            self.longest_in = other.longest_in;
        }
        for (attribute, uses) in theirs.attributes {
            *ours.attributes.entry(attribute).or_default() += uses;
        }
        self
    }
}

fn lines_of(function: Option<&(String, usize)>) -> usize {
    function.map_or(0, |&(_, lines)| lines)
}

/// The most used attributes, by use and then by name.
fn most_used(attributes: &HashMap<String, usize>) -> Vec<(&str, usize)> {
    let mut sorted: Vec<_> = attributes.iter().map(|(name, &uses)| (name.as_str(), uses)).collect();
    sorted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    sorted.truncate(MOST_USED);
    sorted
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals = &self.totals;
        writeln!(f, "{:>9} files, {} of them unreadable", self.files, self.unreadable)?;
        writeln!(f, "{:>9} lines, {} of them code", totals.lines, totals.code_lines)?;
        writeln!(f, "{:>9} functions", totals.functions)?;
        writeln!(f, "{:>9} unsafe blocks", totals.unsafe_blocks)?;
        writeln!(f, "{:>9} levels of the deepest nesting", totals.deepest_nesting)?;
        if let (Some((name, lines)), Some(file)) = (&totals.longest_function, &self.longest_in) {
            writeln!(f, "{lines:>9} lines of the longest function, {name} in {}", file.display())?;
        }
        for (attribute, uses) in most_used(&totals.attributes) {
            writeln!(f, "{uses:>9} #[{attribute}]")?;
        }
        Ok(())
    }
}
