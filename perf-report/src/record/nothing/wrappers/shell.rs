//! Commands in the text of a shell script, as far as they show without running it.

/// Returns whether a program of this name takes such texts.
pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" | "mksh")
}

/// Words before a command that steer when or how it is run.
const BEFORE: [&str; 16] = [
    "exec", "time", "then", "do", "if", "else", "elif", "while", "until", "!", "command",
    "builtin", "nohup", "{", "(", "eval",
];

/// Returns the commands of a script, as their words. A word that a shell would replace stays as it
/// is.
pub(super) fn commands(text: &str) -> Vec<Vec<String>> {
    let mut scan = Scan::default();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (scan.quote, c) {
            (None | Some('"'), '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(escaped) => scan.push(escaped),
            },
            (None, '\'' | '"') => {
                scan.quote = Some(c);
                scan.in_word = true;
            }
            (Some(quote), c) if c == quote => scan.quote = None,
            (None, '#') if !scan.in_word => while chars.next_if(|&c| c != '\n').is_some() {},
            (None, '\n' | ';' | '&' | '|' | '(' | ')' | '`') => scan.end_command(),
            (None, c) if c.is_whitespace() => scan.end_word(),
            (_, c) => scan.push(c),
        }
    }
    scan.end_command();
    scan.commands
}

#[derive(Default)]
struct Scan {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: String,
    in_word: bool,
    quote: Option<char>,
}

impl Scan {
    fn push(&mut self, c: char) {
        self.word.push(c);
        self.in_word = true;
    }

    fn end_word(&mut self) {
        if std::mem::take(&mut self.in_word) {
            let word = std::mem::take(&mut self.word);
            if !(self.words.is_empty() && BEFORE.contains(&word.as_str())) {
                self.words.push(word);
            }
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_taken_apart_into_commands_and_words() {
        let text = "set -e # sudo\nif a 'b c'; then exec d \"e\\\"f\" && g\\ h; fi | (i)\n";
        let expected: [&[&str]; 6] =
            [&["set", "-e"], &["a", "b c"], &["d", "e\"f"], &["g h"], &["fi"], &["i"]];
        assert_eq!(commands(text), expected);
        assert_eq!(commands("").len(), 0);
        assert_eq!(commands("a 'never closed"), [["a", "never closed"]]);
    }
}
