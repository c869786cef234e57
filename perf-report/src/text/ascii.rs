//! Pictures for terminals that show nothing but ASCII.

/// Returns whether a terminal of this locale shows more than ASCII.
pub fn has_more(locale: &str) -> bool {
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Returns `text` in ASCII, as wide as it was: lines and bars are drawn with what there is, and letters that
/// are not there become question marks.
///
/// ```
/// assert_eq!(perf_report::text::ascii::drawn("│f ~12 µs  63.2 % │…"), "|f ~12 us  63.2 % |~");
/// ```
pub fn drawn(text: &str) -> String {
    text.chars().map(in_ascii).collect()
}

fn in_ascii(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '│' | '┃' | '┆' | '┊' | '┤' | '├' | '▏' | '▕' => '|',
        '─' | '━' | '–' | '—' => '-',
        '└' | '┌' | '┐' | '┘' | '┼' | '┬' | '┴' | '±' | '✓' => '+',
        '█' | '▉' | '▊' | '▋' | '▌' | '▅' | '▆' | '▇' => '#',
        '▍' | '▎' | '▄' | '▃' => '=',
        '▂' | '▁' => '_',
        '●' | '◆' | '•' => 'o',
        '○' | '·' => '.',
        '×' | '✗' => 'x',
        '→' | '▶' | '▸' | '≥' => '>',
        '←' | '◀' | '◂' | '≤' => '<',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '…' => '~',
        'µ' => 'u',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_more_where_it_says_so() {
        for more in ["de_DE.UTF-8", "C.utf8", "en_US.utf-8@euro"] {
            assert!(has_more(more), "{more}");
        }
        for plain in ["C", "POSIX", "de_DE", "en_US.ISO-8859-1"] {
            assert!(!has_more(plain), "{plain}");
        }
    }
}
