//! Pictures for terminals without colours, or without Unicode: the same picture, cell by cell. Pure.

use ratatui::buffer::Buffer;
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr as _;

/// The abilities of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Permission to colour.
    pub colored: bool,
    /// True if it shows more than ASCII.
    pub unicode: bool,
}

impl Look {
    /// Returns the abilities by the environment. `get` looks a variable up.
    pub(crate) fn of(colored: bool, get: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        // The first that is set decides, as for the C library.
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
        let locale = locale.unwrap_or_default().to_lowercase();
        Self { colored, unicode: locale.contains("utf-8") || locale.contains("utf8") }
    }

    /// Takes out of a picture what the terminal cannot show.
    pub(super) fn restrict(self, picture: &mut Buffer) {
        if self.colored && self.unicode {
            return;
        }
        for cell in &mut picture.content {
            if !self.colored {
                (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
            }
            if !self.unicode && !cell.symbol().is_ascii() {
                // A wide character has two cells, of which the second is empty.
                let columns = cell.symbol().width().max(1);
                let ascii = ascii(cell.symbol());
                cell.set_symbol(&ascii.to_string().repeat(columns));
            }
        }
    }
}

/// Returns the character of ASCII that stands for another one.
fn ascii(symbol: &str) -> char {
    match symbol.chars().next().unwrap_or(' ') {
        '─' | '–' | '—' | '┄' | '▃' | '▂' | '▏' => '-',
        '│' => '|',
        '└' | '├' | '┌' => '+',
        '█' | '▉' | '▊' | '▋' | '▌' | '▇' | '▆' => '#',
        '▅' | '▄' | '▍' | '▎' => '=',
        '▁' => '_',
        '·' | '…' => '.',
        'µ' => 'u',
        '≥' | '→' | '▸' => '>',
        '≤' | '←' => '<',
        '▾' | '▼' | '↓' => 'v',
        '▲' | '↑' => '^',
        '“' | '”' => '"',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};

    fn look(variables: &[(&str, &str)]) -> Look {
        Look::of(true, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        assert!(look(&[("LANG", "de_DE.UTF-8")]).unicode);
        assert!(look(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]).unicode);
        assert!(!look(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]).unicode);
        assert!(!look(&[("TERM", "linux")]).unicode);
    }

    #[test]
    fn a_plain_picture_has_the_same_columns() {
        let mut picture = Buffer::empty(Rect::new(0, 0, 9, 1));
        let style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
        picture.set_string(0, 0, "µ≥日a█…", style);
        Look { colored: false, unicode: false }.restrict(&mut picture);
        let text: String = picture.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.starts_with("u>??"), "{text:?}");
        assert!(text.trim_end().ends_with("a#."), "{text:?}");
        assert_eq!(picture.content[0].fg, Color::Reset);
        assert!(picture.content[0].modifier.contains(Modifier::BOLD));
    }
}
