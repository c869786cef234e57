//! The counts and tests that a test binary tells in its output, found while that passes by. Pure.
//!
//! libtest opens a block with `running 3 tests` and closes it with `test result: …`, whose numbers add up
//! to that. A test may print such lines, too; so a line that does not fit the open block closes nothing.

use serde::{Deserialize, Serialize};

use crate::model::TestOutcome;
use crate::text::colours::plain;

/// The longest line that is looked at, in bytes; longer ones are none of libtest's.
const LONGEST: usize = 16 << 10;
/// The most tests that are kept by name.
const MOST_TESTS: usize = 20_000;

/// The numbers of a line `test result:`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
    /// Number of benchmarks.
    pub measured: u64,
    pub filtered: u64,
}

/// The end of a test, as the output says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamedTest {
    pub name: String,
    pub outcome: TestOutcome,
}

/// All that an output says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Heard {
    /// The sums over all blocks; `None` without any.
    pub counts: Option<Counts>,
    /// The tests by name, where each could be told.
    pub tests: Vec<NamedTest>,
}

/// A reader of output in chunks as they come.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    line: Vec<u8>,
    is_too_long: bool,
    closed: Vec<Block>,
    open: Option<Block>,
}

/// The lines from `running 3 tests` to `test result:`.
#[derive(Debug, Default)]
struct Block {
    announced: u64,
    counts: Option<Counts>,
    tests: Vec<NamedTest>,
    /// True once the list of tests is over, and their outputs are shown.
    shows_outputs: bool,
}

impl Listener {
    /// Reads the next bytes of the output.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let mut parts = bytes.split(|byte| *byte == b'\n');
        let mut part = parts.next();
        while let Some(piece) = part {
            self.extend(piece);
            part = parts.next();
            if part.is_some() {
                self.end_line();
            }
        }
    }

    /// Returns what was heard, once the output has ended.
    pub(crate) fn finish(mut self) -> Heard {
        self.end_line();
        let mut heard = Heard::default();
        for block in self.closed {
            let Some(counts) = block.counts else { continue };
            heard.counts = Some(heard.counts.unwrap_or_default().plus(counts));
            if counts.fit(&block.tests) {
                heard.tests.extend(block.tests);
            }
        }
        heard
    }

    fn extend(&mut self, piece: &[u8]) {
        self.is_too_long |= self.line.len() + piece.len() > LONGEST;
        if !self.is_too_long {
            self.line.extend_from_slice(piece);
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !std::mem::take(&mut self.is_too_long)
            && let Ok(line) = std::str::from_utf8(&line)
        {
            self.hear(&plain(line));
        }
    }

    fn hear(&mut self, line: &str) {
        if let Some(announced) = announced(line)
            && self.open.is_none()
        {
            self.open = Some(Block { announced, ..Block::default() });
        } else if let Some(counts) = counts(line) {
            self.close(counts);
        } else if let Some(block) = &mut self.open {
            block.shows_outputs |= ["failures:", "successes:"].contains(&line.trim_end());
            if !block.shows_outputs && block.tests.len() < MOST_TESTS {
                block.tests.extend(test(line));
            }
        }
    }

    /// Closes the open block, if the numbers are of it. Later ones that fit the last one as well are its
    /// own, and the former were printed by a test.
    fn close(&mut self, counts: Counts) {
        let all = counts.all();
        if self.open.as_ref().is_some_and(|block| block.announced == all) {
            let block = self.open.take();
            self.closed.extend(block.map(|block| Block { counts: Some(counts), ..block }));
        } else if self.open.is_none()
            && let Some(last) = self.closed.last_mut()
            && last.announced == all
        {
            last.counts = Some(counts);
        }
    }
}

impl Counts {
    /// Returns the number of tests that no filter left out.
    fn all(self) -> u64 {
        [self.failed, self.ignored, self.measured]
            .iter()
            .fold(self.passed, |sum, count| sum.saturating_add(*count))
    }

    fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            ignored: self.ignored.saturating_add(other.ignored),
            measured: self.measured.saturating_add(other.measured),
            filtered: self.filtered.saturating_add(other.filtered),
        }
    }

    /// Returns whether the named tests are all of them: one that printed into its own line is not told.
    fn fit(self, tests: &[NamedTest]) -> bool {
        let of = |outcome| tests.iter().filter(|test| test.outcome == outcome).count() as u64;
        of(TestOutcome::Passed) == self.passed
            && of(TestOutcome::Failed) == self.failed
            && of(TestOutcome::Ignored) == self.ignored
    }
}

/// Reads `running 3 tests`.
fn announced(line: &str) -> Option<u64> {
    let (number, word) = line.strip_prefix("running ")?.trim_end().split_once(' ')?;
    ["test", "tests"].contains(&word).then_some(())?;
    number.parse().ok()
}

/// Reads `test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.31s`.
fn counts(line: &str) -> Option<Counts> {
    let (word, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    ["ok", "FAILED"].contains(&word).then_some(())?;
    let mut counts = Counts::default();
    let mut fields = 0;
    for part in numbers.split(';') {
        let Some((number, what)) = part.trim().split_once(' ') else { continue };
        let field = match what {
            "passed" => &mut counts.passed,
            "failed" => &mut counts.failed,
            "ignored" => &mut counts.ignored,
            "measured" => &mut counts.measured,
            "filtered out" => &mut counts.filtered,
            _ => continue,
        };
        *field = number.parse().ok()?;
        fields += 1;
    }
    (fields >= 3).then_some(counts)
}

/// Reads `test codec::decodes - should panic ... ok`.
fn test(line: &str) -> Option<NamedTest> {
    let (name, end) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let end = end.trim_end();
    let is = |word: &str| {
        end.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ' ']))
    };
    let outcome = if is("ok") {
        TestOutcome::Passed
    } else if is("FAILED") {
        TestOutcome::Failed
    } else if is("ignored") {
        TestOutcome::Ignored
    } else {
        return None;
    };
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    Some(NamedTest { name: name.to_owned(), outcome })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heard(text: &str) -> Heard {
        let mut listener = Listener::default();
        listener.feed(text.as_bytes());
        listener.finish()
    }

    fn numbers(text: &str) -> Option<[u64; 5]> {
        let counts = heard(text).counts?;
        let Counts { passed, failed, ignored, measured, filtered } = counts;
        Some([passed, failed, ignored, measured, filtered])
    }

    const PLAIN: &str = "\nrunning 3 tests\ntest a ... ok\ntest b ... ignored, slow ... here\n\
        test c - should panic ... FAILED\n\nfailures:\n\n---- c stdout ----\ntest z ... ok\n\
        running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\n\
        failures:\n    c\n\ntest result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 4 filtered out; \
        finished in 0.31s\n\n";

    #[test]
    fn a_binary_tells_its_counts_and_tests() {
        let heard = heard(PLAIN);
        assert_eq!(numbers(PLAIN), Some([1, 1, 1, 0, 4]));
        let tests: Vec<_> =
            heard.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect();
        let expected =
            [("a", TestOutcome::Passed), ("b", TestOutcome::Ignored), ("c", TestOutcome::Failed)];
        assert_eq!(tests, expected);
    }

    #[test]
    fn colours_are_no_part_of_a_line() {
        let text = "running 1 test\r\ntest a ... \u{1b}[32mok\u{1b}(B\u{1b}[m\r\n\r\ntest result: \
            \u{1b}[32mok\u{1b}[0m. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\r\n";
        assert_eq!(numbers(text), Some([1, 0, 0, 0, 0]));
        assert_eq!(heard(text).tests.len(), 1);
    }

    #[test]
    fn doctests_have_several_blocks() {
        let block = |passed: u64, ignored: u64| {
            let all = passed + ignored;
            format!(
                "\nrunning {all} tests\n\ntest result: ok. {passed} passed; 0 failed; {ignored} ignored; \
                 0 measured; 0 filtered out; finished in 0.1s\n"
            )
        };
        assert_eq!(numbers(&(block(3, 1) + &block(1, 0))), Some([4, 0, 1, 0, 0]));
    }

    #[test]
    fn the_last_of_two_that_fit_is_its_own() {
        let text = "running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured\n\
            test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(numbers(text), Some([0, 1, 0, 0, 0]));
    }

    #[test]
    fn a_line_into_which_a_test_printed_makes_the_names_unknown_and_not_the_counts() {
        let text = "running 2 tests\ntest a ... hello\nok\ntest b ... ok\n\ntest result: ok. 2 passed; \
            0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(numbers(text), Some([2, 0, 0, 0, 0]));
        assert_eq!(heard(text).tests, []);
    }

    #[test]
    fn other_outputs_tell_nothing() {
        for text in
            ["", "hello", "test result: fine", "test result: ok. x passed; 1 failed; 0 ignored"]
        {
            assert_eq!(heard(text), Heard::default(), "{text:?}");
        }
        let long = format!("running 1 test\n{}\n", "x".repeat(1 << 20));
        assert_eq!(heard(&long), Heard::default());
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(cuts in prop::collection::vec(0..PLAIN.len(), 0..20)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut listener = Listener::default();
            let mut from = 0;
            for cut in cuts {
                listener.feed(&PLAIN.as_bytes()[from..cut]);
                from = cut;
            }
            listener.feed(&PLAIN.as_bytes()[from..]);
            prop_assert_eq!(listener.finish(), heard(PLAIN));
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            let mut listener = Listener::default();
            listener.feed(&bytes);
            let _ = listener.finish();
        }
    }
}
