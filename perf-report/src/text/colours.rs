//! Colours of terminals.

/// Takes the escape sequences of colours out of a line, and the carriage return at its end.
pub(crate) fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, escaped)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = match escaped.strip_prefix('[') {
            Some(code) => {
                let end = code.find(|letter: char| ('@'..='~').contains(&letter));
                end.and_then(|end| code.get(end + 1..)).unwrap_or_default()
            }
            // Two more characters choose the set of letters, which terminfo resets beside the colour.
            None => escaped.strip_prefix("(B").unwrap_or(escaped),
        };
    }
    plain.push_str(rest);
    plain.truncate(plain.trim_end_matches('\r').len());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_what_terminfo_resets_beside_them_are_taken_out() {
        assert_eq!(plain("a \u{1b}[1;32mok\u{1b}(B\u{1b}[m.\r"), "a ok.");
        assert_eq!(plain("\u{1b}[36mbench\u{1b}[0m: 10"), "bench: 10");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
    }
}
