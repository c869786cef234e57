//! How doc comments begin: with what a thing is or does, or with a bare clause.

use std::ops::AddAssign;

use super::Source;

/// Words that a bare clause begins with.
const CLAUSES: &[&str] =
    &["What", "Whether", "How", "Of", "Where", "Which", "Who", "That", "When", "Why"];

/// How many doc comments there are, and which of them begin with a bare clause.
#[derive(Debug, Default, Clone)]
pub struct Openings {
    /// Doc comments in all.
    pub comments: usize,
    /// Lines on which one begins with a bare clause.
    pub clauses: Vec<usize>,
}

impl Openings {
    /// Returns the share of comments that begin with a clause, in percent.
    #[expect(clippy::cast_precision_loss, reason = "there are some thousands")]
    pub fn share_pct(&self) -> f64 {
        self.clauses.len() as f64 / self.comments.max(1) as f64 * 100.0
    }
}

impl AddAssign for Openings {
    fn add_assign(&mut self, other: Self) {
        self.comments += other.comments;
        self.clauses.extend(other.clauses);
    }
}

/// Looks at the first word of every doc comment of a source.
pub fn openings(source: &Source) -> Openings {
    let mut openings = Openings::default();
    let mut before = None;
    for (number, line) in source.lines() {
        let line = line.trim_start();
        let sign = ["///", "//!"].into_iter().find(|sign| line.starts_with(sign));
        if let Some(sign) = sign
            && before != Some(sign)
        {
            openings.comments += 1;
            let first = line[sign.len()..].split_whitespace().next().unwrap_or_default();
            if CLAUSES.contains(&first) {
                openings.clauses.push(number);
            }
        }
        before = sign;
    }
    openings
}
