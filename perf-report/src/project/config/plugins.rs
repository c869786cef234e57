//! `[import."NAME"]` and `[export."NAME"]` of `perf.toml`: programs in the place of formats. Pure.

use std::collections::BTreeMap;

use super::alert::{Period, period, words};
use super::source::{Section, SourceError};

/// The programs of one kind by their names.
pub(crate) type Plugins = BTreeMap<String, Plugin>;

/// A program that stands for a format.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plugin {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The longest time that it may take.
    pub timeout: Option<Period>,
}

/// The command that programs belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PluginKind {
    /// `perf-report import`.
    Import,
    /// `perf-report export`.
    Export,
}

impl PluginKind {
    /// Returns the name of its command, and of its table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

/// Reads the tables of a kind. None may have the name of a format that is `built_in`.
pub(super) fn plugins(
    root: &Section<'_, '_>,
    kind: PluginKind,
    built_in: &[&str],
) -> Result<Plugins, SourceError> {
    let mut plugins = Plugins::new();
    let Some(tables) = root.section(kind.word())? else { return Ok(plugins) };
    for name in tables.table.keys() {
        let refused = |problem: String| Err(tables.error(&name.span(), problem));
        let word: &str = name.get_ref();
        if built_in.contains(&word) {
            let kind = kind.word();
            let problem = format!(
                "{word:?} is a format of `perf-report {kind}` already: choose another name"
            );
            return refused(problem);
        }
        if !is_name(word) {
            return refused(format!(
                "{word:?} is no name of a format: it is of letters, digits, `-` and `_`"
            ));
        }
        let Some(table) = tables.section(word)? else { continue };
        table.only(&["command", "timeout"])?;
        let Some(command) = table.value("command", words)? else {
            return refused(format!("{word:?} has no `command`"));
        };
        let timeout = table.value("timeout", period)?;
        plugins.insert(word.to_owned(), Plugin { command, timeout });
    }
    Ok(plugins)
}

/// Returns whether the word can be told from a path and from an option.
fn is_name(word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    word.chars().next().is_some_and(char::is_alphanumeric) && word.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::config::source::{check_settings, plugins};

    #[test]
    fn programs_have_a_command_and_a_time() {
        let text = "[import.\"load\"]\ncommand = [\"tools/load\", \"--json\"]\ntimeout = \"5min\"\n\
            [export.wiki]\ncommand = [\"wiki\"]\n";
        let import = plugins(text, PluginKind::Import, &["go"]).unwrap();
        let load = &import["load"];
        assert_eq!(load.command, ["tools/load", "--json"]);
        assert_eq!(load.timeout, Some(Period(Some(300e9))));
        let export = plugins(text, PluginKind::Export, &[]).unwrap();
        assert_eq!(export.keys().collect::<Vec<_>>(), ["wiki"]);
        assert_eq!(plugins("", PluginKind::Import, &[]).unwrap(), Plugins::new());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (line, problem) in [
            (
                "[import.go]\ncommand = [\"x\"]",
                "\"go\" is a format of `perf-report import` already",
            ),
            ("[import.\"a/b\"]\ncommand = [\"x\"]", "\"a/b\" is no name of a format"),
            ("[import.\"--a\"]\ncommand = [\"x\"]", "\"--a\" is no name of a format"),
            ("[import.a]", "\"a\" has no `command`"),
            ("[import.a]\ncommand = \"x y\"", "`command`: expected a list of words"),
            ("[import.a]\ncomand = [\"x\"]", "unknown key \"comand\" in [import.a]"),
            (
                "[import.a]\ncommand = [\"x\"]\ntimeout = \"soon\"",
                "`timeout`: \"soon\" is no period",
            ),
        ] {
            let error = plugins(line, PluginKind::Import, &["go"]).unwrap_err();
            assert!(error.problem.contains(problem), "{line}: {}", error.problem);
            assert!(error.line.is_some());
            if !line.contains("[import.go]") {
                assert_eq!(check_settings(line, "default").unwrap_err(), error, "by every command");
            }
        }
    }
}
