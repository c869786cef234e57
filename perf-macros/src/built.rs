//! The build of the crate that is compiled: how far it is optimised, and whether it checks its
//! debug assertions.
//!
//! A macro runs inside the compiler, whose arguments say it. Nobody else could: cargo tells a build
//! script about its own package only, and a profile may optimise each package differently.

use std::path::Path;
use std::sync::LazyLock;

/// Level of optimisation, in the low half of a code: one more than its place here.
const LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];

/// Debug assertions that are off, in the high half of a code.
const ASSERTIONS_OFF: u8 = 0x10;
/// The same, where they are on.
const ASSERTIONS_ON: u8 = 0x20;

/// The level that `-O` stands for.
const OPTIMISED: u8 = 4;

/// Returns the code of the build, which perf-runtime reads; 0 where it is not known, as in an
/// editor, or outside of a compiler.
pub(crate) fn code() -> u8 {
    static CODE: LazyLock<u8> = LazyLock::new(|| {
        of(std::env::args_os().skip(1).map(|word| word.into_string().unwrap_or_default()))
    });
    if proc_macro::is_available() { *CODE } else { 0 }
}

/// Returns the code of a compiler with these arguments.
fn of(words: impl Iterator<Item = String>) -> u8 {
    let Some(words) = unfolded(words) else { return 0 };
    let mut found = Found::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-C" | "--codegen" => found.codegen(&words.next().unwrap_or_default()),
            _ => found.word(&word),
        }
    }
    found.code()
}

/// Puts the lines of `@file` in its place, as the compiler does; `None` where that cannot be read.
fn unfolded(words: impl Iterator<Item = String>) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for word in words {
        match word.strip_prefix('@') {
            Some(file) => {
                let text = std::fs::read_to_string(file).ok()?;
                all.extend(text.lines().map(str::to_owned));
            }
            None => all.push(word),
        }
    }
    Some(all)
}

/// The arguments seen so far. Of several for one thing the last counts.
#[derive(Debug, Default)]
struct Found {
    /// Whether something is compiled, as by no server of an editor.
    compiles: bool,
    level: Option<u8>,
    assertions: Option<bool>,
}

impl Found {
    fn word(&mut self, word: &str) {
        if let Some(option) = word.strip_prefix("--codegen=") {
            self.codegen(option);
        } else if word.starts_with("--") {
            let compiles = ["--crate-name", "--crate-type"];
            self.compiles |= compiles.iter().any(|option| word.starts_with(option));
        } else if let Some(letters) = word.strip_prefix('-') {
            // The standard input.
            self.compiles |= letters.is_empty();
            self.letters(letters);
        } else {
            self.compiles |= Path::new(word).extension().is_some_and(|it| it == "rs");
        }
    }

    /// Reads `-O`, `-Copt-level=3`, or several such letters, as in `-gO`.
    fn letters(&mut self, letters: &str) {
        for (at, letter) in letters.char_indices() {
            match letter {
                'O' => self.level = Some(OPTIMISED),
                'g' | 'v' => {}
                'C' => return self.codegen(&letters[at + 1..]),
                _ => return,
            }
        }
    }

    fn codegen(&mut self, option: &str) {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        match name.replace('_', "-").as_str() {
            "opt-level" => {
                let place = LEVELS.iter().position(|level| Some(*level) == value);
                self.level = place.and_then(|place| u8::try_from(place + 1).ok()).or(self.level);
            }
            "debug-assertions" => {
                self.assertions = Some(!matches!(value, Some("n" | "no" | "off" | "false")));
            }
            _ => {}
        }
    }

    fn code(&self) -> u8 {
        if !self.compiles {
            return 0;
        }
        let level = self.level.unwrap_or(1);
        let is_on = self.assertions.unwrap_or(level == 1);
        level | if is_on { ASSERTIONS_ON } else { ASSERTIONS_OFF }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the build of `rustc --crate-name c` with more words.
    fn built(words: &str) -> String {
        shown(of(format!("--crate-name c {words}").split_whitespace().map(str::to_owned)))
    }

    fn shown(code: u8) -> String {
        let level = LEVELS.get(usize::from(code & 15).wrapping_sub(1)).unwrap_or(&"unknown");
        match code & 0xf0 {
            ASSERTIONS_ON => format!("{level}, checked"),
            ASSERTIONS_OFF => (*level).to_owned(),
            _ => format!("{level}, whatever"),
        }
    }

    #[test]
    fn the_level_is_found_however_it_is_written() {
        for (words, expected) in [
            ("", "0, checked"),
            ("-C opt-level=3", "3"),
            ("-Copt-level=s", "s"),
            ("--codegen opt-level=z", "z"),
            ("--codegen=opt-level=1", "1"),
            ("-C opt_level=2", "2"),
            ("-O", "3"),
            ("-gO", "3"),
            ("-O -C opt-level=1", "1"),
            ("-C opt-level=1 -O", "3"),
            ("-C opt-level=3 -Copt-level=0", "0, checked"),
            ("-C opt-level=9", "0, checked"),
        ] {
            assert_eq!(built(words), expected, "{words}");
        }
    }

    #[test]
    fn assertions_go_with_the_level_unless_they_are_given() {
        for (words, expected) in [
            ("-C debug-assertions=off", "0"),
            ("-C debug-assertions=n", "0"),
            ("-C opt-level=3 -C debug-assertions=on", "3, checked"),
            ("-C opt-level=3 -Cdebug-assertions", "3, checked"),
            ("-C opt-level=3 -C debug_assertions=yes", "3, checked"),
        ] {
            assert_eq!(built(words), expected, "{words}");
        }
    }

    #[test]
    fn what_only_looks_like_a_level_is_none() {
        for words in [
            "-C link-arg=-O3",
            "-C link-arg=opt-level=3",
            "-C -O",
            "--cfg O",
            "-L/lib/O",
            "-lO",
            "--extern=O=O.rlib",
            "-o Copt-level=3",
            "-Zopt-level=3",
        ] {
            assert_eq!(built(words), "0, checked", "{words}");
        }
    }

    #[test]
    fn of_what_compiles_nothing_nothing_is_known() {
        let of_words = |words: &[&str]| shown(of(words.iter().map(|&word| word.to_owned())));
        assert_eq!(of_words(&[]), "unknown, whatever");
        assert_eq!(of_words(&["proc-macro", "--format", "json"]), "unknown, whatever");
        assert_eq!(of_words(&["@there/is/no/such/file", "src/lib.rs"]), "unknown, whatever");
        assert_eq!(of_words(&["src/main.rs", "-O"]), "3", "without cargo");
        assert_eq!(of_words(&["-", "-Copt-level=2"]), "2", "from the standard input");
    }

    #[test]
    fn arguments_may_stand_in_a_file() {
        let file = std::env::temp_dir().join(format!("perf-macros-{}.args", std::process::id()));
        std::fs::write(&file, "--crate-name\nc\n-C\nopt-level=2\n").unwrap();
        let found = of([format!("@{}", file.display())].into_iter());
        std::fs::remove_file(&file).unwrap();
        assert_eq!(shown(found), "2");
    }

    #[test]
    fn outside_of_the_compiler_nothing_is_known() {
        assert_eq!(code(), 0);
    }
}
