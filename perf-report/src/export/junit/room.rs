//! The room in a report: what GitLab takes, with a margin.

use quick_junit::{TestCase, TestCaseStatus};

/// Cases at most. Each is eight objects of XML or fewer: element, attributes, outcome, text.
const MOST_CASES: usize = 20_000;
/// Bytes of XML at most.
const MOST_BYTES: usize = 25_000_000;
/// Bytes of a case beside its texts, more than tags and indentation take.
const AROUND: usize = 300;

/// The part of the room that is used.
#[derive(Debug, Default)]
pub(super) struct Room {
    cases: usize,
    bytes: usize,
}

impl Room {
    /// Takes up the room of a case; false where there is none left.
    pub(super) fn takes(&mut self, case: &TestCase) -> bool {
        let bytes = self.bytes.saturating_add(size(case));
        if self.cases >= MOST_CASES || bytes > MOST_BYTES {
            return false;
        }
        (self.cases, self.bytes) = (self.cases + 1, bytes);
        true
    }
}

/// Returns the bytes of a case as XML, or a few more.
fn size(case: &TestCase) -> usize {
    let status = match &case.status {
        TestCaseStatus::NonSuccess { message, description, .. }
        | TestCaseStatus::Skipped { message, description, .. } => [message, description],
        TestCaseStatus::Success { .. } => [&None, &None],
    };
    let texts = status.into_iter().chain([&case.classname, &case.system_out]).flatten();
    let texts = texts.chain([&case.name]);
    AROUND + texts.map(|text| escaped(text.as_str())).sum::<usize>()
}

/// Returns the bytes of a text once its special characters are written as entities.
fn escaped(text: &str) -> usize {
    let entity = |byte: u8| match byte {
        b'<' | b'>' => "&lt;".len(),
        b'&' => "&amp;".len(),
        b'"' | b'\'' => "&quot;".len(),
        b'\n' | b'\r' | b'\t' => "&#10;".len(),
        _ => 1,
    };
    text.bytes().map(entity).sum()
}
