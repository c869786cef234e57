//! Edited texts in which every line that was not edited stays as it was, to the byte. Pure.

use similar::{ChangeTag, TextDiff};

/// The mark that some editors put before a text.
const MARK: char = '\u{feff}';

/// Returns the text as parsers like it: without a mark of its encoding, each line ended by `\n`, the last one too.
pub(super) fn plain(text: &str) -> String {
    let mut plain = text.strip_prefix(MARK).unwrap_or(text).replace("\r\n", "\n");
    if !plain.is_empty() && !plain.ends_with('\n') {
        plain.push('\n');
    }
    plain
}

/// Returns `edited`, which was made of the [`plain`] form of `original`, in the manner of `original`: with its
/// mark, with the lines that stayed as they were, and with new lines that end as most others do.
pub(super) fn in_the_manner_of(original: &str, edited: &str) -> String {
    let plain = plain(original);
    let body = original.strip_prefix(MARK).unwrap_or(original);
    let [own, old, new] =
        [body, &plain, edited].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let ends_in_both = own.iter().filter(|line| line.ends_with("\r\n")).count();
    let end = if ends_in_both * 2 > own.len() { "\r\n" } else { "\n" };
    let mut text = String::new();
    for change in TextDiff::from_slices(&old, &new).iter_all_changes() {
        if change.tag() == ChangeTag::Delete {
            continue;
        }
        // The last line had no end, and is no longer the last.
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(end);
        }
        let kept = change.old_index().and_then(|at| own.get(at));
        if let Some(line) = kept {
            text.push_str(line);
        } else {
            let line = change.value();
            text.push_str(line.strip_suffix('\n').unwrap_or(line));
            text.push_str(if line.ends_with('\n') { end } else { "" });
        }
    }
    if body.len() < original.len() { format!("{MARK}{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ends_of_lines_and_the_mark_stay() {
        let edited = "a\nnew\nb\n";
        assert_eq!(in_the_manner_of("a\r\nb\r\n", edited), "a\r\nnew\r\nb\r\n");
        assert_eq!(in_the_manner_of("a\nb\n", edited), edited);
        assert_eq!(in_the_manner_of("\u{feff}a\r\nb\n", "a\nnew\nb\n"), "\u{feff}a\r\nnew\nb\n");
        assert_eq!(in_the_manner_of("", "new\n"), "new\n");
        assert_eq!(in_the_manner_of("a", "a\nnew\n"), "a\nnew\n");
    }

    proptest! {
        #[test]
        fn a_text_that_was_not_edited_is_the_same(text in "\u{feff}?([ab]{0,2}\r?\n){0,6}[ab]?") {
            prop_assert_eq!(in_the_manner_of(&text, &plain(&text)), text);
        }

        #[test]
        fn an_edited_text_says_what_the_editor_wrote(
            text in "\u{feff}?([ab]{0,2}\r?\n){0,6}[ab]?",
            edited in "([abc]{0,2}\n){0,6}[abc]?",
        ) {
            prop_assert_eq!(plain(&in_the_manner_of(&text, &edited)), plain(&edited));
        }
    }
}
