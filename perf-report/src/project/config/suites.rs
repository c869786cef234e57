//! The tables `[suite]` and `[suite."…"]` of `perf.toml`: targets of test suites, and folders to watch. Pure.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::source::{Section, SourceError, line};
use super::value::{expected, limit, number, real, text};
use crate::analysis::suites::{SuiteFigure, SuiteRule, SuiteRules, TargetRule};
use crate::text::{suggest, values};

const WATCH: &str = "watch";
const BASELINE: &str = "baseline";
const METRICS: &str = "metrics";

/// The keys of a table that set a target.
const FIGURES: [(&str, SuiteFigure); 5] = [
    ("duration", SuiteFigure::Duration),
    ("peak-memory", SuiteFigure::PeakMemory),
    ("success", SuiteFigure::Success),
    ("improvement", SuiteFigure::Improvement),
    ("growth", SuiteFigure::Growth),
];

impl Section<'_, '_> {
    /// Reads the tables under `suite`.
    pub(super) fn suites(&self) -> Result<SuiteRules, SourceError> {
        let mut rules = SuiteRules::default();
        let Some(suites) = self.section("suite")? else { return Ok(rules) };
        for (name, value) in suites.table {
            if name.get_ref() == WATCH && !value.get_ref().is_table() {
                rules.watch = suites.value(WATCH, folders)?.unwrap_or_default();
            } else if value.get_ref().is_table() {
                let Some(section) = suites.section(name.get_ref())? else { continue };
                rules.rules.push(section.suite(name.get_ref(), &name.span())?);
            } else {
                return Err(suites.no_suite(name.get_ref(), &name.span()));
            }
        }
        Ok(rules)
    }

    /// Explains that a key is neither a suite nor one of the settings for all of them.
    fn no_suite(&self, key: &str, span: &Range<usize>) -> SourceError {
        let target = FIGURES.iter().any(|(known, _)| *known == key) || key == BASELINE;
        let help = if target {
            format!("targets belong to a suite: [suite.\"*\"] {key} = … is for all of them")
        } else {
            suggest::nearest_or(key, [WATCH], || {
                format!("a suite is a table: [suite.{key:?}]; for all of them there is `{WATCH}`")
            })
        };
        let problem = format!("unknown key {key:?} in [suite]");
        SourceError { line: Some(line(self.text, span)), problem, help: Some(help) }
    }

    fn suite(&self, pattern: &str, span: &Range<usize>) -> Result<SuiteRule, SourceError> {
        let is_star_inside = pattern.trim_end_matches('*').contains('*') || pattern.ends_with("**");
        if is_star_inside || pattern.is_empty() {
            let problem = format!(
                "{pattern:?} names no suites: write a name, or how names begin and one `*`, such as \
                 \"app::*\""
            );
            return Err(self.error(span, problem));
        }
        let known = FIGURES.iter().map(|(key, _)| *key).chain([BASELINE, WATCH, METRICS]);
        self.only(&known.collect::<Vec<_>>())?;
        let mut targets = Vec::new();
        for (key, figure) in FIGURES {
            let wanted = self.value(key, |value| of_figure(&figure, value))?.flatten();
            let line = self.table.get(key).map_or(0, |item| line(self.text, &item.span()));
            targets.extend(wanted.map(|limit| TargetRule { figure, limit, line }));
        }
        targets.extend(self.metrics()?);
        targets.sort_by_key(|target| target.line);
        Ok(SuiteRule {
            pattern: pattern.to_owned(),
            line: line(self.text, span),
            baseline: self.value(BASELINE, text)?,
            targets,
            watch: self.value(WATCH, folders)?.unwrap_or_default(),
        })
    }

    /// Reads the targets of metrics of the program's own: `"cache.hit_rate" = { min = 0.9 }`.
    fn metrics(&self) -> Result<Vec<TargetRule>, SourceError> {
        let mut targets = Vec::new();
        let Some(metrics) = self.section(METRICS)? else { return Ok(targets) };
        for name in metrics.table.keys() {
            let Some(section) = metrics.section(name.get_ref())? else { continue };
            section.only(&["min", "max"])?;
            let of = |key: &str, figure: fn(String) -> SuiteFigure| {
                let limit = section.value(key, real)?;
                let line = section.table.get(key).map_or(0, |item| line(self.text, &item.span()));
                let figure = figure(name.get_ref().to_string());
                Ok(limit.map(|limit| TargetRule { figure, limit, line }))
            };
            targets.extend(of("min", SuiteFigure::MetricMin)?);
            targets.extend(of("max", SuiteFigure::MetricMax)?);
        }
        Ok(targets)
    }
}

/// Reads a limit in the unit of its figure; `never` and `off` for none.
fn of_figure(figure: &SuiteFigure, value: &DeValue<'_>) -> Result<Option<f64>, String> {
    if value.as_str().is_some_and(values::is_never) {
        return Ok(None);
    }
    let words = |example| value.as_str().ok_or_else(|| expected(example, value));
    let wanted = match figure {
        SuiteFigure::Duration => values::duration_ns(words("a duration, such as \"10s\"")?)?,
        SuiteFigure::PeakMemory => {
            let size = value.as_str().map(str::to_owned).or_else(|| number(value));
            let size = size.ok_or_else(|| expected("a size, such as \"256MiB\"", value))?;
            values::size_bytes(&size)?
        }
        SuiteFigure::Success => {
            let share = values::share(words("a share, such as \"100%\"")?)?;
            if share > 1.0 {
                return Err("no more than all tests can pass: write up to `100%`".to_owned());
            }
            share
        }
        _ => return Ok(limit(value)?.0),
    };
    Ok(Some(wanted))
}

/// Reads a folder or a list of them.
fn folders(value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let wrong = || expected("a list of folders, such as [\"target\"]", value);
    let items = value.as_array().ok_or_else(wrong)?;
    let items = items.iter().map(Spanned::get_ref);
    items.map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::config::source::suites;

    const FULL: &str = r#"
[suite]
watch = ["target"]

[suite."app::*"]
duration = "10s"
peak-memory = "256MiB"
success = "100%"
improvement = "5%"
baseline = "main"
growth = "never"
watch = ["tmp", "target"]

[suite."app::*".metrics]
"cache.hit_rate" = { min = 0.9, max = 1 }
"#;

    #[test]
    fn every_key_is_read_with_its_line() {
        let rules = suites(FULL).unwrap();
        assert_eq!(rules.watch, ["target"]);
        let [rule] = &rules.rules[..] else { panic!("{rules:?}") };
        assert_eq!((rule.pattern.as_str(), rule.line), ("app::*", 5));
        assert_eq!((rule.baseline.as_deref(), rule.watch.len()), (Some("main"), 2));
        let name = || "cache.hit_rate".to_owned();
        let found: Vec<_> =
            rule.targets.iter().map(|it| (it.figure.clone(), it.limit, it.line)).collect();
        let expected = [
            (SuiteFigure::Duration, 1e10, 6),
            (SuiteFigure::PeakMemory, 268_435_456.0, 7),
            (SuiteFigure::Success, 1.0, 8),
            (SuiteFigure::Improvement, 5.0, 9),
            (SuiteFigure::MetricMin(name()), 0.9, 15),
            (SuiteFigure::MetricMax(name()), 1.0, 15),
        ];
        assert_eq!(found, expected);
        assert_eq!(suites("").unwrap(), SuiteRules::default());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let mistake = |text: &str| {
            let error = suites(text).unwrap_err();
            let line = error.line.map_or_else(String::new, |line| line.to_string());
            format!("{line}: {}; {}", error.problem, error.help.unwrap_or_default())
        };
        let of_app = |line: &str| mistake(&format!("[suite.app]\n{line}"));
        let all = [
            of_app("duratoin = \"1s\""),
            of_app("duration = 5"),
            of_app("success = \"101%\""),
            of_app("success = 1"),
            of_app("peak_memory = \"1MiB\""),
            of_app("watch = \"target\""),
            of_app("improvement = \"-5%\""),
            of_app("metrics.\"cache.hits\".mni = 1"),
            of_app("metrics.\"cache.hits\" = 1"),
            mistake("[suite]\nduration = \"1s\""),
            mistake("[suite]\nwacth = [\"target\"]"),
            mistake("[suite]\nwatch = \"target\""),
            mistake("[suite.\"a*b\"]\nduration = \"1s\""),
            mistake("[suites.app]\nduration = \"1s\""),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
