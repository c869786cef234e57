//! The beginnings of lines that a terminal's reader, a CI server, a spreadsheet or Markdown obeys.

use std::fmt::Write as _;

use super::COMMAND;

/// Takes the marks of commands apart that count anywhere in a line: `escape` stands for the second
/// of two number signs.
pub(super) fn apart(text: String, escape: &str) -> String {
    if !text.contains(COMMAND) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut is_behind_mark = false;
    for c in text.chars() {
        is_behind_mark = c == '#' && !is_behind_mark;
        if c == '#' && !is_behind_mark { safe.push_str(escape) } else { safe.push(c) }
    }
    safe
}

/// Returns text that may begin a line of a screen. Its first character is a visible escape where
/// the line would be a command of a CI server, a formula, or markup.
///
/// ```
/// use perf_report::text::sanitize::line_start;
/// assert_eq!(line_start("::error::boo"), r"\u{3a}:error::boo");
/// assert_eq!(line_start("=1+1"), r"\u{3d}1+1");
/// assert_eq!(line_start("<app::S as app::T>::f"), "<app::S as app::T>::f");
/// assert_eq!(line_start("+40.0 %"), "+40.0 %");
/// ```
pub fn line_start(text: &str) -> String {
    escaped(text, is_obeyed)
}

/// Returns text of several lines, none of which begins with a command of a CI server, whatever
/// medium it is for.
///
/// ```
/// use perf_report::text::sanitize::lines;
/// assert_eq!(lines("a\n  ::error::b\n"), "a\n  \\u{3a}:error::b\n");
/// ```
pub fn lines(text: &str) -> String {
    text.split_inclusive('\n').map(|line| escaped(line, |it| it.starts_with("::"))).collect()
}

fn escaped(line: &str, is_obeyed: impl Fn(&str) -> bool) -> String {
    let rest = content(line);
    let Some(first) = rest.chars().next().filter(|_| is_obeyed(rest)) else {
        return line.to_owned();
    };
    let mut safe = line[..line.len() - rest.len()].to_owned();
    // Writing to a String cannot fail.
    let _ = write!(safe, "\\u{{{:x}}}", u32::from(first));
    safe + &rest[first.len_utf8()..]
}

/// Returns the line without spaces and colours at its beginning.
fn content(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some((_, after)) =
        rest.strip_prefix("\u{1b}[").and_then(|sequence| sequence.split_once('m'))
    {
        rest = after.trim_start();
    }
    rest
}

fn is_obeyed(text: &str) -> bool {
    const STARTS: [&str; 9] = ["::", "=", "@", "＝", "＠", "#", "|", "```", "~~~"];
    let is_signed =
        text.starts_with(['+', '-', '＋', '－']) && !is_number(text) && !is_option(text);
    is_signed || STARTS.iter().any(|start| text.starts_with(start))
}

/// Returns whether the first word is a number with a sign, which no spreadsheet computes anything
/// from.
fn is_number(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    let digits = word[1..].trim_end_matches([',', ';', ')', '%', '…']);
    word.is_ascii() && digits.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Returns whether the first word is an option: `--all`.
fn is_option(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    word.strip_prefix("--").is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sanitize::{csv, json, screen};

    #[test]
    fn what_begins_a_line_is_not_obeyed() {
        for (text, safe) in [
            ("::error file=a::b", r"\u{3a}:error file=a::b"),
            (" ::error", r" \u{3a}:error"),
            ("-2+3", r"\u{2d}2+3"),
            ("-2", "-2"),
            ("--all says why", "--all says why"),
            ("--cmd|x", r"\u{2d}-cmd|x"),
            ("- item", r"\u{2d} item"),
            ("@SUM(A1)", r"\u{40}SUM(A1)"),
            ("# title", r"\u{23} title"),
            ("app::f", "app::f"),
            ("", ""),
            ("\u{1b}[1m::error\u{1b}[0m", "\u{1b}[1m\\u{3a}:error\u{1b}[0m"),
        ] {
            assert_eq!(line_start(text), safe);
        }
        assert_eq!(lines("=a\n::b"), "=a\n\\u{3a}:b");
    }

    #[test]
    fn commands_within_a_line_are_taken_apart() {
        for text in ["a ##[group]b", "##vso[task]x", "###teamcity[x]", "####", "a#b##"] {
            assert!(!screen(text).contains("##"), "{}", screen(text));
            assert!(!csv(text).contains("##"), "{}", csv(text));
            assert_eq!(crate::text::sanitize::csv_undo(&csv(text)).unwrap(), text);
            let safe = json(serde_json::to_string(text).unwrap());
            assert!(!safe.contains("##"), "{safe}");
            assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
    }
}
