//! What must hold whatever text the reader of baselines is given. Shared by the fuzzer and by the tests of
//! perf-report; what a baseline should hold is no business of this file.

use perf_report::model::{Baseline, DocumentError};
use serde_json::Value;

/// Reads `bytes` as they are, and with checks that fit, so that what stands behind the checks is reached.
///
/// # Panics
/// When what comes of it breaks a law.
pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    check_outcome(text, Baseline::from_json(text));
    if let Some(mended) = mended(text) {
        check_outcome(&mended, Baseline::from_json(&mended));
    }
}

fn check_outcome(text: &str, outcome: Result<Baseline, DocumentError>) {
    match outcome {
        Ok(baseline) => check_baseline(&baseline),
        Err(error) => {
            assert!(!error.to_string().is_empty(), "an error says something");
            if let DocumentError::Line { line, .. } = error {
                assert!((1..=text.lines().count()).contains(&line), "the line is there: {line}");
            }
        }
    }
}

/// What was read is written and read again as the same.
fn check_baseline(baseline: &Baseline) {
    assert!(!baseline.runs.is_empty(), "a baseline has a run");
    let text = baseline.to_text().expect("it can be written");
    let again = Baseline::from_json(&text).expect("it can be read again");
    let whole = |baseline: &Baseline| serde_json::to_string(baseline).expect("it is JSON");
    assert_eq!(whole(&again), whole(baseline));
    assert_eq!(again.to_text().expect("it can be written"), text, "it is always the same text");
}

/// Returns the text with checks that fit its lines; `None` where it is no JSON of that form.
fn mended(text: &str) -> Option<String> {
    let mut file: Value = serde_json::from_str(text).ok()?;
    let mut checks = String::new();
    for section in ["runs", "metrics", "suites", "functions"] {
        for line in file.get_mut(section)?.as_array_mut()? {
            let line = line.as_array_mut()?;
            line.pop();
            let check = digest(&Value::Array(line.clone()).to_string());
            checks += &check;
            line.push(Value::from(check));
        }
    }
    let functions = file.get("functions")?.as_array()?.len();
    file["check"] = Value::from(format!("{functions} functions {}", digest(&checks)));
    Some(file.to_string())
}

/// The check of a text: four digits of FNV-1a.
fn digest(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    let hash = hash ^ (hash >> 32);
    (0..4)
        .map(|at| char::from(DIGITS[usize::from((hash >> (6 * at)).to_le_bytes()[0] & 63)]))
        .collect()
}
