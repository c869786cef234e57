//! The harmless form of untrusted text, for each medium its own.
//!
//! Function names, labels, commands and messages come from recorded programs. They may hold escape
//! sequences that move the cursor or retitle the window, newlines that fake further lines, marks
//! that reverse the order of the text, Markdown, HTML, spreadsheet formulas, or commands of a CI
//! server. Commands that count anywhere in a line (`##vso[…]`) are taken apart in every medium.
//! Commands that count where a line begins (`::error …`) have their first character escaped there,
//! see [`line_start`].
//!
//! | medium | what happens | can be undone |
//! |---|---|---|
//! | screen | invisible characters become visible escapes | no |
//! | Markdown | the same, in a code span that the text cannot leave, cut when very long; of a sentence, the words that could be markup | no |
//! | CSV | the same, backslashes doubled, and `'` before what could be a formula | yes |
//! | JSON | invisible characters become escapes of JSON, the text stays exact | yes |

mod line;
mod sentence;

use std::borrow::Cow;
use std::fmt::Write as _;

pub use line::{line_start, lines};
pub use sentence::{markdown_sentence, markdown_sentence_cell};

/// The beginning of a CI server's command anywhere in a line: `##[…]`, `##vso[…]`, `##teamcity[…]`.
const COMMAND: &str = "##";

/// The longest name that goes into Markdown, in characters.
const LONGEST_IN_MARKDOWN: usize = 200;

/// Returns text for a screen: on one line, with every invisible or reordering character as a
/// visible escape.
///
/// ```
/// use perf_report::text::sanitize::screen;
/// assert_eq!(screen("red \x1b[31m\n"), r"red \u{1b}[31m\n");
/// assert_eq!(screen("demo::f"), "demo::f");
/// ```
pub fn screen(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_harmful) || text.contains(COMMAND) {
        let mut safe = String::with_capacity(text.len() + 16);
        text.chars().for_each(|c| push_visible(&mut safe, c));
        line::apart(safe, r"\u{23}").into()
    } else {
        text.into()
    }
}

/// Returns text for Markdown: a code span, in which GitHub finds no links, mentions and emphasis.
///
/// ```
/// use perf_report::text::sanitize::markdown;
/// assert_eq!(markdown("demo::f"), "`demo::f`");
/// assert_eq!(markdown("a`b"), "`` a`b ``");
/// ```
pub fn markdown(text: &str) -> String {
    let safe = cut(screen(text).into_owned(), LONGEST_IN_MARKDOWN);
    if safe.trim().is_empty() {
        return "*(no name)*".to_owned();
    }
    code_span(&safe)
}

/// Returns a code span of text without line breaks.
fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let space = if fence.len() > 1 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Returns the same for the cell of a table, which a pipe would end.
///
/// ```
/// use perf_report::text::sanitize::markdown_cell;
/// assert_eq!(markdown_cell("a|b"), r"`a\|b`");
/// ```
pub fn markdown_cell(text: &str) -> String {
    // A pipe after a backslash cannot be escaped by a further one.
    markdown(&text.replace(r"\|", r"\u{7c}")).replace('|', r"\|")
}

/// Returns at most `longest` characters of the text.
pub(crate) fn cut(text: String, longest: usize) -> String {
    if text.chars().count() > longest {
        text.chars().take(longest).chain(['…']).collect()
    } else {
        text
    }
}

/// Returns a JSON document whose texts hold no invisible character. Its meaning stays: such
/// characters can only stand within texts.
///
/// ```
/// use perf_report::text::sanitize::json;
/// assert_eq!(json("\"a\u{202e}b\"\n".to_owned()), "\"a\\u202eb\"\n");
/// ```
pub fn json(document: String) -> String {
    let is_left = |c: char| is_harmful(c) && c != '\n';
    let document = line::apart(document, r"\u0023");
    if !document.chars().any(is_left) {
        return document;
    }
    let mut safe = String::with_capacity(document.len() + 16);
    for c in document.chars() {
        if is_left(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Returns a text field of CSV, before quoting. [`csv_undo`] gives the text back.
///
/// ```
/// use perf_report::text::sanitize::csv;
/// assert_eq!(csv("=1+1"), "'=1+1");
/// assert_eq!(csv("a\tb"), r"a\tb");
/// ```
pub fn csv(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 2);
    // Who reads fields may take no notice of spaces before them.
    let begin = text.trim_start();
    if text.starts_with(['\'', '\t', '\r', '\n'])
        || begin.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || begin.starts_with("::")
    {
        safe.push('\'');
    }
    for c in text.chars() {
        if c == '\\' { safe.push_str(r"\\") } else { push_visible(&mut safe, c) }
    }
    line::apart(safe, r"\u{23}")
}

/// Returns the text behind a field of [`csv()`]: strips one leading `'`, then undoes the escapes.
/// `None` when the field was not written by [`csv()`].
pub fn csv_undo(field: &str) -> Option<String> {
    let mut text = String::with_capacity(field.len());
    let mut rest = field.strip_prefix('\'').unwrap_or(field).chars();
    while let Some(c) = rest.next() {
        text.push(match c {
            '\\' => match rest.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let code: String =
                        rest.by_ref().skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
                    char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
                }
                _ => return None,
            },
            c => c,
        });
    }
    Some(text)
}

fn push_visible(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str(r"\n"),
        '\r' => text.push_str(r"\r"),
        '\t' => text.push_str(r"\t"),
        c if is_harmful(c) => {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
        }
        c => text.push(c),
    }
}

/// Returns whether a character is invisible, or changes how others are seen.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the length of the longest run of `wanted` in `text`.
pub(crate) fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(markdown("``"), "``` `` ```");
        assert_eq!(markdown("<b>@user #1"), "`<b>@user #1`");
        assert_eq!(markdown(""), "*(no name)*");
        assert_eq!(markdown_cell(r"a\|b"), r"`a\u{7c}b`");
        assert_eq!(markdown(&"x".repeat(10_000)).chars().count(), LONGEST_IN_MARKDOWN + 3);
    }

    #[test]
    fn letters_of_any_language_stay() {
        for text in ["日本語::関数", "größe", "função", "🦀"] {
            assert_eq!(screen(text), text);
        }
    }

    proptest! {
        #[test]
        fn json_says_the_same_in_visible_characters(text in any::<String>()) {
            let safe = json(serde_json::to_string(&text).unwrap());
            prop_assert!(!safe.chars().any(is_harmful), "{:?}", safe);
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }

        #[test]
        fn nothing_invisible_reaches_the_screen(text in any::<String>()) {
            prop_assert!(!screen(&text).chars().any(is_harmful));
            prop_assert!(!markdown(&text).chars().any(is_harmful));
            prop_assert!(!csv(&text).chars().any(is_harmful));
        }

        #[test]
        fn csv_can_be_undone(text in any::<String>()) {
            prop_assert_eq!(csv_undo(&csv(&text)), Some(text));
        }

        #[test]
        fn no_field_is_a_formula(text in "[=+@\\-'\t\r\n a].*") {
            prop_assert!(!csv(&text).starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
        }
    }
}
