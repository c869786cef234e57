//! `[alert]` of `perf.toml`: what a monitor tells whom. Pure.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeValue;

use super::check::Limit;
use super::source::{Section, SourceError};
use super::value::{expected, limit, one_of, real, set};
use crate::model::AlertKind;
use crate::text::values;

/// The settings of alerts, in layers. A setting that is not given there is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct AlertSettings {
    /// The command that is told, and its arguments.
    pub command: Option<Vec<String>>,
    /// The occasions on which it is told.
    pub on: Option<Occasion>,
    /// The time after which a holding alert is told again.
    pub remind: Option<Period>,
    /// The longest time that the command may take.
    pub timeout: Option<Period>,
    /// The kinds that are told.
    pub kinds: Option<BTreeSet<AlertKind>>,
    /// The score below which there is an alert.
    pub min_score: Option<f64>,
    /// The limit of a regression: worse by more is an alert.
    pub threshold: Option<Limit>,
    /// The age of the newest run above which there is an alert.
    pub max_age: Option<Period>,
}

/// The occasions on which an alert command is started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// There is news of an alert.
    #[default]
    News,
    /// A round begins, and a round ends, whatever it found.
    Always,
}

impl Occasion {
    const ALL: [Self; 2] = [Self::News, Self::Always];

    fn word(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Always => "always",
        }
    }
}

/// A period in nanoseconds; `None` for never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Period(pub Option<f64>);

impl std::str::FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if values::is_never(text) {
            return Ok(Self(None));
        }
        values::period_ns(text).map(|ns| Self(Some(ns)))
    }
}

impl AlertSettings {
    /// Returns these settings, completed by those of `lower`.
    #[must_use]
    pub(crate) fn or(self, lower: Self) -> Self {
        Self {
            command: self.command.or(lower.command),
            on: self.on.or(lower.on),
            remind: self.remind.or(lower.remind),
            timeout: self.timeout.or(lower.timeout),
            kinds: self.kinds.or(lower.kinds),
            min_score: self.min_score.or(lower.min_score),
            threshold: self.threshold.or(lower.threshold),
            max_age: self.max_age.or(lower.max_age),
        }
    }
}

/// Reads the section under the root of the document.
pub(super) fn alert(root: &Section<'_, '_>) -> Result<AlertSettings, SourceError> {
    let Some(section) = root.section("alert")? else { return Ok(AlertSettings::default()) };
    section.only(&[
        "command",
        "on",
        "remind",
        "timeout",
        "kinds",
        "min-score",
        "threshold",
        "max-age",
    ])?;
    Ok(AlertSettings {
        command: section.value("command", words)?,
        on: section.value("on", occasion)?,
        remind: section.value("remind", period)?,
        timeout: section.value("timeout", period)?,
        kinds: section.value("kinds", |value| set(value, kind))?,
        min_score: section.value("min-score", score)?,
        threshold: section.value("threshold", limit)?,
        max_age: section.value("max-age", period)?,
    })
}

/// Returns the kind of alerts of that name.
///
/// # Errors
/// When there is none, with the nearest one.
pub(crate) fn kind(word: &str) -> Result<AlertKind, String> {
    one_of(word, AlertKind::ALL, AlertKind::word, "kind of alert")
}

/// Reads a command: its words one by one, since no shell takes it apart.
pub(super) fn words(value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let wrong =
        |found: &DeValue<'_>| expected("a list of words, such as [\"notify\", \"--now\"]", found);
    let items = value.as_array().ok_or_else(|| wrong(value))?;
    let items = items.iter().map(Spanned::get_ref);
    let word = |item: &DeValue<'_>| item.as_str().map(str::to_owned).ok_or_else(|| wrong(item));
    let words: Vec<String> = items.map(word).collect::<Result<_, _>>()?;
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err("it names no program".to_owned()),
    }
}

fn occasion(value: &DeValue<'_>) -> Result<Occasion, String> {
    let word = value.as_str().ok_or_else(|| expected("\"news\" or \"always\"", value))?;
    one_of(word, Occasion::ALL, Occasion::word, "occasion")
}

pub(super) fn period(value: &DeValue<'_>) -> Result<Period, String> {
    value.as_str().ok_or_else(|| expected("a period, such as \"24h\"", value))?.parse()
}

fn score(value: &DeValue<'_>) -> Result<f64, String> {
    let score = real(value)?;
    let is_one = (0.0..=100.0).contains(&score);
    if is_one { Ok(score) } else { Err(format!("{score} is no score: it is from 0 to 100")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::config::source::{alert, check_settings};

    #[test]
    fn all_that_can_be_said_is_read() {
        let text = "[alert]\ncommand = [\"notify\", \"a b\"]\non = \"always\"\nremind = \"never\"\n\
            timeout = \"5s\"\nkinds = [\"failed\", \"memory-growth\"]\nmin-score = 70\n\
            threshold = \"20%\"\nmax-age = \"2d\"\n";
        let expected = AlertSettings {
            command: Some(vec!["notify".to_owned(), "a b".to_owned()]),
            on: Some(Occasion::Always),
            remind: Some(Period(None)),
            timeout: Some(Period(Some(5e9))),
            kinds: Some(BTreeSet::from([AlertKind::Failed, AlertKind::MemoryGrowth])),
            min_score: Some(70.0),
            threshold: Some(Limit(Some(20.0))),
            max_age: Some(Period(Some(2.0 * 86_400e9))),
        };
        assert_eq!(alert(text).unwrap(), expected);
        assert_eq!(alert("").unwrap(), AlertSettings::default());
        let given = AlertSettings { min_score: Some(1.0), ..AlertSettings::default() };
        assert_eq!(given.or(expected.clone()), AlertSettings { min_score: Some(1.0), ..expected });
    }

    #[test]
    fn mistakes_are_named_with_their_line_by_every_command() {
        for (line, problem) in [
            ("comand = []", "unknown key \"comand\" in [alert]"),
            ("command = []", "`command`: it names no program"),
            ("command = \"notify now\"", "`command`: expected a list of words"),
            ("on = \"alway\"", "`on`: \"alway\" is no occasion; did you mean `always`?"),
            ("remind = \"soon\"", "`remind`: \"soon\" is no period"),
            ("kinds = [\"regresion\"]", "did you mean `regression`?"),
            ("min-score = 101", "`min-score`: 101 is no score"),
        ] {
            let error = check_settings(&format!("[alert]\n{line}\n"), "default").unwrap_err();
            assert_eq!(error.line, Some(2), "{line}");
            assert!(error.problem.contains(problem), "{line}: {}", error.problem);
        }
    }
}
