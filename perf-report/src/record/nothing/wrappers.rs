//! The surroundings of a program by the words of its command line: its user, its environment, its
//! files and its machine. Only the words count, and those of shell scripts in it: the findings are
//! likely, not certain.

mod shell;
mod table;

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use self::table::Rule;
use crate::files;
use crate::system;

/// The most scripts and wrappers within each other that are looked into.
const DEEPEST: u32 = 6;

/// The largest script that is read, in bytes.
const LARGEST_SCRIPT: u64 = 64 << 10;

/// An effect that keeps a program from recording where it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Another user.
    User,
    /// An environment without `PERF_TRACK_DIR`.
    Environment,
    /// Other files.
    Files,
    /// A start by a service or another machine.
    Machine,
    /// A recording of its own, in a run of its own.
    Itself,
}

/// A program that starts the one that was to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapper {
    /// Its name, and the option that matters, as they stand in the command line.
    pub(super) words: String,
    pub(super) effect: Effect,
}

/// The findings in a command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The wrappers, the outermost first.
    pub(super) wrappers: Vec<Wrapper>,
    /// Another folder in `PERF_TRACK_DIR`.
    pub(super) folder: Option<PathBuf>,
    /// True if `PERF_TRACK` is set to `off`.
    pub(super) is_off: bool,
    /// Files of the programs in it.
    pub(super) programs: Vec<PathBuf>,
    /// An unknown program that starts another one.
    pub(super) unknown: Option<String>,
}

/// Looks at the words of a command that runs in `dir`.
pub(super) fn look(words: &[OsString], dir: &Path) -> Line {
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let mut look = Look { dir, line: Line::default(), depth: 0 };
    look.command(&words);
    look.line
}

struct Look<'a> {
    dir: &'a Path,
    line: Line,
    depth: u32,
}

impl Look<'_> {
    /// Looks at a command and its arguments, which may be another command.
    fn command(&mut self, words: &[String]) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let words = self.assignments(words);
        if let [first, rest @ ..] = words {
            match table::rule(base(first), rest.first().map(String::as_str)) {
                Some(rule) => self.wrapped(rule, base(first), rest),
                None if shell::is_shell(base(first)) => self.shell(rest),
                None => self.program(first, rest),
            }
        }
        self.depth -= 1;
    }

    /// Takes the variables that are set before a command, and returns the rest.
    fn assignments<'w>(&mut self, words: &'w [String]) -> &'w [String] {
        let is_one = |word: &String| word.split_once('=').is_some_and(|(name, _)| is_name(name));
        let count = words.iter().take_while(|word| is_one(word)).count();
        for (name, value) in words[..count].iter().filter_map(|word| word.split_once('=')) {
            self.set(name, value);
        }
        &words[count..]
    }

    fn set(&mut self, name: &str, value: &str) {
        match name {
            // What a shell puts there is not known.
            "PERF_TRACK_DIR" if !value.contains('$') => {
                self.line.folder = Some(self.dir.join(value));
            }
            "PERF_TRACK" => self.line.is_off |= value.eq_ignore_ascii_case("off"),
            _ => {}
        }
    }

    /// Looks at a wrapper and the command that it starts.
    fn wrapped(&mut self, rule: &Rule, name: &str, rest: &[String]) {
        let name = rule.called(name, rest);
        let parts = rule.split(rest);
        for &(effect, option) in &rule.effects(&parts.options) {
            // What passes the variable on all the same has no such effect.
            let is_passed = effect == Effect::Environment && parts.passes_on();
            if !is_passed {
                let words =
                    if option.is_empty() { name.clone() } else { format!("{name} {option}") };
                self.line.wrappers.push(Wrapper { words, effect });
            }
        }
        if let Some(script) = parts.script {
            self.script(&script, &[]);
        }
        self.command(parts.command);
    }

    /// Looks at the arguments of a shell: a text to run, or a file with one.
    fn shell(&mut self, rest: &[String]) {
        let is_option = |word: &&String| word.starts_with(['-', '+']) && word.len() > 1;
        let options = rest.iter().take_while(is_option).count();
        let is_text = rest[..options].iter().any(|it| !it.starts_with("--") && it.contains('c'));
        let Some(first) = rest.get(options) else { return };
        if is_text {
            // `sh -c 'exec "$@"' sh COMMAND`.
            self.script(first, rest.get(options + 2..).unwrap_or_default());
        } else if let Some(text) = self.find(first).and_then(|path| read_script(&path)) {
            self.script(&text, &rest[options + 1..]);
        }
    }

    /// Looks at a text for a shell, and at its arguments, which may be a command that it runs.
    fn script(&mut self, text: &str, arguments: &[String]) {
        for words in shell::commands(text) {
            match words.first().map(String::as_str) {
                Some("export") => drop(self.assignments(&words[1..])),
                Some("unset") if words.iter().any(|word| word == "PERF_TRACK_DIR") => {
                    let words = "unset PERF_TRACK_DIR".to_owned();
                    self.line.wrappers.push(Wrapper { words, effect: Effect::Environment });
                }
                _ => self.command(&words),
            }
        }
        if ["$@", "$*", "$1"].iter().any(|mark| text.contains(mark)) {
            self.command(arguments);
        }
    }

    /// Looks at any other program. It may start one that its arguments name.
    fn program(&mut self, first: &str, rest: &[String]) {
        if let Some(path) = self.find(first) {
            if let Some(text) = read_script(&path) {
                return self.script(&text, rest);
            }
            self.line.programs.push(path);
        }
        let is_other = |word: &String| {
            let is_known = table::rule(base(word), None).is_some() || shell::is_shell(base(word));
            (is_known || word.contains(std::path::is_separator))
                && self.find(word).is_some_and(|path| system::may_execute(&path))
        };
        if let Some(at) = rest.iter().position(is_other) {
            if !table::is_harmless(base(first)) {
                self.line.unknown.get_or_insert_with(|| base(first).to_owned());
            }
            self.command(&rest[at..]);
        }
    }

    /// Finds the file of a program, or of a script for a shell.
    fn find(&self, word: &str) -> Option<PathBuf> {
        if word.contains(std::path::is_separator) {
            return Some(system::program_at(&self.dir.join(word))).filter(|path| path.is_file());
        }
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders)
            .map(|folder| system::program_at(&folder.join(word)))
            .find(|path| system::may_execute(path))
    }
}

/// Returns the text of a shell script; `None` for anything else.
fn read_script(path: &Path) -> Option<String> {
    let text = files::read_text(path, LARGEST_SCRIPT).ok()?;
    let first = text.lines().next()?.strip_prefix("#!")?;
    first.split([' ', '/']).any(shell::is_shell).then_some(text)
}

fn base(word: &str) -> &str {
    let name = word.rsplit(std::path::is_separator).next().unwrap_or(word);
    Some(EXE_SUFFIX)
        .filter(|it| !it.is_empty())
        .and_then(|it| name.strip_suffix(it))
        .unwrap_or(name)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn wrappers_of(line: &str) -> Vec<(String, Effect)> {
        let words = shell::commands(line).remove(0);
        let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
        let found = look(&words, Path::new("/nowhere"));
        found.wrappers.into_iter().map(|wrapper| (wrapper.words, wrapper.effect)).collect()
    }

    #[track_caller]
    fn check(line: &str, expected: &[(&str, Effect)]) {
        let expected: Vec<_> =
            expected.iter().map(|&(words, effect)| (words.to_owned(), effect)).collect();
        assert_eq!(wrappers_of(line), expected, "{line}");
    }

    #[test]
    fn the_effects_on_a_program_follow_from_its_wrappers() {
        use Effect::{Environment, Files, Itself, Machine, User};
        check("setpriv --reuid=65534 --clear-groups ./app", &[("setpriv --reuid=65534", User)]);
        check("setpriv --clear-groups --reuid 65534 ./app", &[("setpriv --reuid 65534", User)]);
        check("setpriv --clear-groups ./app --reuid=1", &[]);
        check("sudo -u www-data ./app", &[("sudo", User)]);
        check("su nobody -s /bin/sh -c 'env -i ./app'", &[("su", User), ("env -i", Environment)]);
        check("runuser -u nobody -- ./app", &[("runuser", User)]);
        check("env -i ./app", &[("env -i", Environment)]);
        check("env - PATH=/bin ./app", &[("env -", Environment)]);
        check("env -u PERF_TRACK_DIR ./app", &[("env -u PERF_TRACK_DIR", Environment)]);
        check("env -u HOME A=b ./app", &[]);
        check("env -i PERF_TRACK_DIR=/x ./app", &[]);
        check("chroot /srv /bin/app", &[("chroot", Files)]);
        check("unshare -rm ./app", &[("unshare -rm", Files)]);
        check("unshare --pid --fork ./app", &[]);
        check(
            "bwrap --ro-bind / / --clearenv ./app",
            &[("bwrap", Files), ("bwrap --clearenv", Environment)],
        );
        check("docker run --rm image app", &[("docker run", Machine)]);
        check("docker ps", &[]);
        check("systemd-run --user --wait ./app", &[("systemd-run", Machine)]);
        check("ssh host ./app", &[("ssh", Machine)]);
        check("perf-report run -- ./app", &[("perf-report run", Itself)]);
        check("cargo test --release", &[]);
    }

    #[test]
    fn scripts_are_looked_into() {
        use Effect::{Environment, User};
        check("sh -c 'cd /; exec env -i ./app'", &[("env -i", Environment)]);
        check(
            "bash -euc 'if true; then unset PERF_TRACK_DIR; fi; ./app'",
            &[("unset PERF_TRACK_DIR", Environment)],
        );
        check("sh -c 'exec \"$@\"' sh sudo ./app", &[("sudo", User)]);
        check("sh -c 'echo \"env -i\"; ./app'", &[]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("run"), "#!/bin/sh\n# comment: sudo\nsudo -E ./app\n")
            .unwrap();
        let found = look(&["./run".into()], folder.path());
        assert_eq!(found.wrappers, [Wrapper { words: "sudo".to_owned(), effect: User }]);
    }

    #[test]
    fn variables_are_found_where_they_are_set() {
        let of = |line: &str| {
            let words: Vec<OsString> =
                shell::commands(line).remove(0).into_iter().map(Into::into).collect();
            let found = look(&words, Path::new("/here"));
            (found.folder, found.is_off)
        };
        assert_eq!(of("env PERF_TRACK_DIR=x ./app"), (Some("/here/x".into()), false));
        assert_eq!(of("sh -c 'PERF_TRACK=off ./app'"), (None, true));
        assert_eq!(of("sh -c 'PERF_TRACK_DIR=$X ./app'"), (None, false));
        assert_eq!(of("sh -c 'export PERF_TRACK_DIR=/x; ./app'"), (Some("/x".into()), false));
    }
}
