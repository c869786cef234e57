//! The runs among many that show how the code was: those that are whole.

use std::borrow::Cow;

use super::missing::missing;
use crate::model::RunDocument;

/// Runs among many that others are judged by.
#[derive(Debug)]
pub struct Used<'a> {
    /// The runs, oldest first.
    pub runs: Cow<'a, [RunDocument]>,
    /// The place of each of them among all.
    pub places: Vec<usize>,
}

impl<'a> Used<'a> {
    /// Returns those that are whole; where these are fewer than `fewest`, all, since then something is always
    /// missing, and they are as good as each other.
    pub fn of(runs: &'a [RunDocument], fewest: usize) -> Self {
        let is_whole = |at: &usize| missing(&runs[*at]).is_empty();
        let places: Vec<usize> = (0..runs.len()).filter(is_whole).collect();
        if places.len() == runs.len() || places.len() < fewest {
            return Self { runs: Cow::Borrowed(runs), places: (0..runs.len()).collect() };
        }
        let whole = places.iter().map(|&at| runs[at].clone()).collect();
        Self { runs: Cow::Owned(whole), places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::past;

    #[test]
    fn runs_that_are_not_whole_are_used_only_where_few_others_are() {
        let mut runs = past(&[("demo::f", vec![7; 5])]);
        let places = |runs: &[RunDocument]| Used::of(runs, 3).places;
        assert_eq!(places(&runs), [0, 1, 2, 3, 4]);
        runs[1].run.signal = Some(9);
        runs[4].recording.lost_calls = 1;
        assert_eq!(places(&runs), [0, 2, 3]);
        assert_eq!(Used::of(&runs, 3).runs[1], runs[2]);
        runs[0].process.damaged = 1;
        assert_eq!(places(&runs), [0, 1, 2, 3, 4]);
    }
}
