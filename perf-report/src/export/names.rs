//! Names for formats that have a line an entry.

use std::borrow::Cow;

/// The name of a function that has none.
pub(super) const UNNAMED: &str = "(no name)";

/// Returns a name on one line that parsers, which cut white space off, leave as it is. A control character
/// becomes its picture (`␊` for a line break) or, where it has none, `�`; white space at the ends becomes `␠`,
/// and an empty name [`UNNAMED`].
pub(super) fn one_line(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        return Cow::Borrowed(UNNAMED);
    }
    let trimmed = name.trim();
    if trimmed.len() == name.len() && !name.contains(breaks) {
        return Cow::Borrowed(name);
    }
    let start = name.len() - name.trim_start().len();
    let end = start + trimmed.len();
    let harmless = |(at, character): (usize, char)| match character {
        '\0'..='\x1f' => picture(character),
        '\x7f' => '␡',
        '\u{85}' => '␤',
        '\u{2028}' => '⏎',
        '\u{2029}' => '¶',
        character if breaks(character) => '\u{fffd}',
        character if character.is_whitespace() && !(start..end).contains(&at) => '␠',
        character => character,
    };
    Cow::Owned(name.char_indices().map(harmless).collect())
}

fn breaks(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Returns the picture of a control character: `␀` for the first.
fn picture(control: char) -> char {
    char::from_u32(u32::from('␀') + u32::from(control)).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_their_line() {
        for (name, expected) in [
            ("<[u8; 4] as T>::f", "<[u8; 4] as T>::f"),
            ("", UNNAMED),
            (" ", "␠"),
            (" a  b ", "␠a  b␠"),
            ("a\nb\r\n", "a␊b␍␊"),
            ("\0\u{7f}\u{85}\u{2028}\u{2029}\u{9b}", "␀␡␤⏎¶\u{fffd}"),
            ("\u{3000}日本", "␠日本"),
        ] {
            assert_eq!(one_line(name), expected, "{name:?}");
        }
    }
}
