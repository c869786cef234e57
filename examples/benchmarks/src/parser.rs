//! A parser of lines `name=value`.

use std::collections::BTreeMap;

use perf_runtime::{perf_count, perf_gauge, perf_track};

/// The reason for which a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine(
    /// Its number, from 1.
    pub usize,
);

/// Returns a text of so many lines.
pub fn text(lines: usize) -> String {
    let line = |line: usize| format!("setting.{line}={}", line * 7919 % 10_007);
    (0..lines).map(line).collect::<Vec<_>>().join("\n")
}

/// Reads settings from text.
///
/// # Errors
/// When a line has no `=`, or its value is no number.
#[perf_track]
pub fn parse(text: &str) -> Result<BTreeMap<&str, u64>, BadLine> {
    let mut settings = BTreeMap::new();
    for (line, text) in (1..).zip(text.lines()) {
        let (name, value) = entry(text).ok_or(BadLine(line))?;
        settings.insert(name, value);
    }
    perf_count!("lines", settings.len() as u64);
    perf_gauge!("settings", settings.len() as u64);
    Ok(settings)
}

#[perf_track]
fn entry(line: &str) -> Option<(&str, u64)> {
    let (name, value) = line.split_once('=')?;
    Some((name.trim(), value.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_bad_ones_named() {
        assert_eq!(parse(&text(2)).map(|it| it.len()), Ok(2));
        assert_eq!(parse("a=1\nb"), Err(BadLine(2)));
    }
}
