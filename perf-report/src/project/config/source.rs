//! The text of `perf.toml` becomes settings, or an error that says where. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{CheckSettings, Duration, Limit, MetricSettings, metric};
use super::targets::{self, Given};
use super::trend::TrendSettings;
use crate::text::{suggest, values};
use crate::verdict::{Better, CustomLimits, FailOn, Load, Severity};

/// Profiles that exist without being written down.
const BUILT_IN: [&str; 2] = ["default", "ci"];
/// The profile that the others complete.
const BASE: &str = "default";

/// What is wrong with the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SourceError {
    /// Line of the mistake, from 1.
    pub(crate) line: Option<usize>,
    /// What is wrong.
    pub(crate) problem: String,
    /// What to do.
    pub(crate) help: Option<String>,
}

/// The keys of the whole document.
const ROOT: [&str; 5] = ["profile", "metrics", "budget", "overhead", "trend"];

/// What recording may cost.
pub(super) fn targets(text: &str) -> Result<Vec<Given>, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.targets()
}

/// From which change on a trend has which word.
pub(super) fn trend(text: &str) -> Result<TrendSettings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.trend()
}

pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, SourceError> {
    DeTable::parse(text).map_err(|error| SourceError {
        line: error.span().map(|span| line(text, &span)),
        problem: format!("this is no TOML: {}", error.message()),
        help: None,
    })
}

/// The settings of `check` under `profile`, over those of the default profile. The whole text is
/// checked, whichever profile is asked for.
pub(super) fn check_settings(text: &str, profile: &str) -> Result<CheckSettings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.targets()?;
    root.trend()?;
    let custom = root.custom()?;
    let budgets = root.budgets()?;
    let mut names = Vec::new();
    let (mut chosen, mut base) = (CheckSettings::default(), CheckSettings::default());
    if let Some(profiles) = root.section("profile")? {
        for name in profiles.table.keys() {
            names.push(name.get_ref().to_string());
            let settings = profiles.section(name.get_ref())?.map(|section| section.profile());
            let settings = settings.transpose()?.unwrap_or_default();
            if name.get_ref() == profile {
                chosen = settings.clone();
            }
            if name.get_ref() == BASE {
                base = settings;
            }
        }
    }
    if !names.iter().map(String::as_str).chain(BUILT_IN).any(|name| name == profile) {
        let known = names.iter().map(String::as_str).chain(BUILT_IN);
        return Err(SourceError {
            line: None,
            problem: format!("there is no profile {profile:?}"),
            help: Some(suggest::nearest_or(profile, known, || match profile {
                "" => "leave --profile out".to_owned(),
                _ => format!("define it as [profile.{profile}.check], or leave --profile out"),
            })),
        });
    }
    Ok(CheckSettings { custom, budgets, ..chosen.or(base) })
}

/// A table of the document, with what is needed to say where it is.
pub(super) struct Section<'a, 'i> {
    pub(super) text: &'a str,
    /// `profile.ci.check`
    pub(super) path: String,
    pub(super) table: &'a DeTable<'i>,
}

impl<'a, 'i> Section<'a, 'i> {
    fn profile(&self) -> Result<CheckSettings, SourceError> {
        self.only(&["check"])?;
        match self.section("check")? {
            Some(section) => section.check(),
            None => Ok(CheckSettings::default()),
        }
    }

    fn check(&self) -> Result<CheckSettings, SourceError> {
        self.only(&[
            "baseline",
            "fail-on",
            "allow-cross-machine",
            "metrics",
            "improved",
            "degraded",
            "regression",
            "floor",
            "run-floor",
            "min-calls",
            "load",
            "unit-of-work",
            "metric",
        ])?;
        let mut settings = CheckSettings {
            baseline: self.value("baseline", text)?,
            fail_on: self.value("fail-on", |value| set(value, fail_on))?,
            allow_cross_machine: self.value("allow-cross-machine", boolean)?,
            metrics: self.value("metrics", |value| set(value, metric))?,
            improved: self.value("improved", limit)?,
            degraded: self.value("degraded", limit)?,
            regression: self.value("regression", limit)?,
            floor: self.value("floor", duration)?,
            run_floor: self.value("run-floor", duration)?,
            min_calls: self.value("min-calls", whole_number)?,
            load: self.value("load", load)?,
            unit_of_work: self.value("unit-of-work", text)?,
            ..CheckSettings::default()
        };
        if let Some(metrics) = self.section("metric")? {
            for name in metrics.table.keys() {
                let known =
                    metric(name.get_ref()).map_err(|problem| self.error(&name.span(), problem))?;
                if let Some(section) = metrics.section(name.get_ref())? {
                    settings.metric.insert(known, section.metric()?);
                }
            }
        }
        Ok(settings)
    }

    fn metric(&self) -> Result<MetricSettings, SourceError> {
        self.only(&["improved", "degraded", "regression", "severity"])?;
        Ok(MetricSettings {
            improved: self.value("improved", limit)?,
            degraded: self.value("degraded", limit)?,
            regression: self.value("regression", limit)?,
            severity: self.value("severity", severity)?,
        })
    }

    fn trend(&self) -> Result<TrendSettings, SourceError> {
        let Some(section) = self.section("trend")? else { return Ok(TrendSettings::default()) };
        section.only(&["improvement", "degraded", "regression"])?;
        Ok(TrendSettings {
            improvement: section.value("improvement", limit)?,
            degraded: section.value("degraded", limit)?,
            regression: section.value("regression", limit)?,
        })
    }

    /// What recording may cost: a target for an operation, or several.
    fn targets(&self) -> Result<Vec<Given>, SourceError> {
        let Some(section) = self.section("overhead")? else { return Ok(Vec::new()) };
        let mut given = Vec::new();
        for (name, value) in section.table {
            let operation = targets::operation(name.get_ref())
                .map_err(|problem| section.error(&name.span(), problem))?;
            let one = |item: &Spanned<DeValue<'_>>| {
                let target = text(item.get_ref()).and_then(|text| targets::target_of(&text));
                target
                    .map(|target| Given { operation, target })
                    .map_err(|problem| self.error(&item.span(), format!("`{name}`: {problem}")))
            };
            match value.get_ref().as_array() {
                Some(items) => {
                    for item in items {
                        given.push(one(item)?);
                    }
                }
                None => given.push(one(value)?),
            }
        }
        Ok(given)
    }

    /// What the tables under `metrics` say of the metrics that programs tell of themselves.
    fn custom(&self) -> Result<BTreeMap<String, CustomLimits>, SourceError> {
        let mut custom = BTreeMap::new();
        if let Some(metrics) = self.section("metrics")? {
            for name in metrics.table.keys() {
                if let Some(section) = metrics.section(name.get_ref())? {
                    custom.insert(name.get_ref().to_string(), section.custom_limits(&name.span())?);
                }
            }
        }
        Ok(custom)
    }

    fn custom_limits(&self, span: &Range<usize>) -> Result<CustomLimits, SourceError> {
        self.only(&["better", "max-regression", "min", "max"])?;
        let limits = CustomLimits {
            better: self.value("better", better)?,
            max_regression_pct: self.value("max-regression", limit)?.and_then(|limit| limit.0),
            min: self.value("min", real)?,
            max: self.value("max", real)?,
        };
        if limits.max_regression_pct.is_some() && limits.better.is_none() {
            let problem = "`max-regression` says nothing without `better`".to_owned();
            return Err(self.error(span, problem));
        }
        match (limits.min, limits.max) {
            (Some(min), Some(max)) if min > max => {
                Err(self.error(span, format!("no value is both at least {min} and at most {max}")))
            }
            _ => Ok(limits),
        }
    }

    /// Refuses keys that are not among `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), SourceError> {
        let unknown = self.table.keys().find(|key| !known.contains(&key.get_ref().as_ref()));
        let Some(key) = unknown else { return Ok(()) };
        let place =
            if self.path.is_empty() { String::new() } else { format!(" in [{}]", self.path) };
        Err(SourceError {
            line: Some(line(self.text, &key.span())),
            problem: format!("unknown key {:?}{place}", key.get_ref()),
            help: Some(suggest::nearest_or(key.get_ref(), known.iter().copied(), || {
                format!("known keys: {}", known.join(", "))
            })),
        })
    }

    pub(super) fn section(&self, key: &str) -> Result<Option<Section<'a, 'i>>, SourceError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let path =
            if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        match value.get_ref().as_table() {
            Some(table) => Ok(Some(Section { text: self.text, path, table })),
            None => Err(self.error(&value.span(), format!("`{key}` must be a table: [{path}]"))),
        }
    }

    pub(super) fn value<T>(
        &self,
        key: &str,
        parse: impl Fn(&DeValue<'_>) -> Result<T, String>,
    ) -> Result<Option<T>, SourceError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        parse(value.get_ref())
            .map(Some)
            .map_err(|problem| self.error(&value.span(), format!("`{key}`: {problem}")))
    }

    pub(super) fn error(&self, span: &Range<usize>, problem: String) -> SourceError {
        SourceError { line: Some(line(self.text, span)), problem, help: None }
    }
}

pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| expected("text in quotes", value))
}

fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| expected("`true` or `false`", value))
}

fn load(value: &DeValue<'_>) -> Result<Load, String> {
    let word = value.as_str().ok_or_else(|| expected("\"open\" or \"closed\"", value))?;
    one_of(word, Load::ALL, Load::word, "load")
}

/// The one of `all` that `word` names.
fn one_of<T: Copy>(
    word: &str,
    all: impl IntoIterator<Item = T> + Clone,
    name: impl Fn(T) -> &'static str,
    what: &str,
) -> Result<T, String> {
    all.clone().into_iter().find(|one| name(*one) == word).ok_or_else(|| {
        let words = all.into_iter().map(&name);
        format!("{word:?} is no {what}; {}", suggest::one_of(word, words))
    })
}

pub(super) fn whole_number(value: &DeValue<'_>) -> Result<u64, String> {
    number(value)
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| expected("a whole number, not negative", value))
}

pub(super) fn limit(value: &DeValue<'_>) -> Result<Limit, String> {
    if let Some(text) = value.as_str() {
        return text.parse();
    }
    let pct = number(value).and_then(|digits| digits.parse().ok());
    let pct = pct.ok_or_else(|| expected("per cent, such as \"15%\"", value))?;
    values::in_range(pct).map(|pct| Limit(Some(pct)))
}

fn duration(value: &DeValue<'_>) -> Result<Duration, String> {
    value.as_str().ok_or_else(|| expected("a duration, such as \"10ns\"", value))?.parse()
}

fn better(value: &DeValue<'_>) -> Result<Better, String> {
    let word = value.as_str().ok_or_else(|| expected("\"higher\" or \"lower\"", value))?;
    one_of(word, Better::ALL, Better::word, "direction")
}

pub(super) fn severity(value: &DeValue<'_>) -> Result<Severity, String> {
    let word = value.as_str().ok_or_else(|| expected("\"fail\", \"warn\" or \"off\"", value))?;
    one_of(word, Severity::ALL, Severity::word, "severity")
}

fn real(value: &DeValue<'_>) -> Result<f64, String> {
    let real = number(value).and_then(|digits| digits.parse::<f64>().ok());
    real.filter(|real| real.is_finite()).ok_or_else(|| expected("a number", value))
}

fn fail_on(word: &str) -> Result<FailOn, String> {
    one_of(word, FailOn::ALL, FailOn::word, "reason to fail")
}

fn set<T: Ord>(
    value: &DeValue<'_>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeSet<T>, String> {
    let items = value.as_array().ok_or_else(|| expected("a list of texts", value))?;
    items
        .iter()
        .map(Spanned::get_ref)
        .map(|item| parse(item.as_str().ok_or_else(|| expected("a list of texts", item))?))
        .collect()
}

/// The digits of a plain decimal number.
pub(super) fn number(value: &DeValue<'_>) -> Option<String> {
    let integer = value.as_integer().filter(|integer| integer.radix() == 10);
    let digits = integer.map(|integer| integer.as_str().to_owned());
    digits.or_else(|| value.as_float().map(|float| float.as_str().to_owned()))
}

pub(super) fn expected(what: &str, found: &DeValue<'_>) -> String {
    format!("expected {what}, found a value of type {}", found.type_str())
}

/// Line of the beginning of a span, from 1.
pub(super) fn line(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().iter().take(span.start);
    before.filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Metric;

    const FULL: &str = r#"
[profile.default.check]
baseline = "main"
fail-on = ["degraded", "missing"]
allow-cross-machine = true
metrics = ["self", "p99", "calls"]
improved = 5
degraded = "7.5%"
regression = "never"
floor = "50ns"
run-floor = "1ms"
min-calls = 20
load = "open"
unit-of-work = "shop::handle"

[profile.default.check.metric.p99]
regression = "50%"
severity = "warn"

[metrics."cache.hit_rate"]
better = "higher"
max-regression = "5%"
min = 0.9
max = 1

[profile.ci.check]
baseline = "release"
metric.p99.degraded = 40.5
"#;

    #[track_caller]
    fn fails(text: &str, line: Option<usize>, problem: &str, help: Option<&str>) {
        let error = check_settings(text, "default").unwrap_err();
        let expected =
            SourceError { line, problem: problem.to_owned(), help: help.map(str::to_owned) };
        assert_eq!(error, expected);
    }

    #[test]
    fn every_key_is_read() {
        let settings = check_settings(FULL, "default").unwrap();
        let limit = |pct| Some(Limit(pct));
        let custom = CustomLimits {
            better: Some(Better::Higher),
            max_regression_pct: Some(5.0),
            min: Some(0.9),
            max: Some(1.0),
        };
        let expected = CheckSettings {
            baseline: Some("main".to_owned()),
            fail_on: Some([FailOn::Degraded, FailOn::Missing].into()),
            allow_cross_machine: Some(true),
            metrics: Some([Metric::SelfNs, Metric::P99Ns, Metric::Calls].into()),
            improved: limit(Some(5.0)),
            degraded: limit(Some(7.5)),
            regression: limit(None),
            floor: Some(Duration(50.0)),
            run_floor: Some(Duration(1e6)),
            min_calls: Some(20),
            load: Some(Load::Open),
            unit_of_work: Some("shop::handle".to_owned()),
            metric: [(
                Metric::P99Ns,
                MetricSettings {
                    regression: limit(Some(50.0)),
                    severity: Some(Severity::Warn),
                    ..MetricSettings::default()
                },
            )]
            .into(),
            custom: [("cache.hit_rate".to_owned(), custom)].into(),
            ..CheckSettings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn a_profile_completes_itself_from_the_default() {
        let settings = check_settings(FULL, "ci").unwrap();
        assert_eq!(settings.baseline.as_deref(), Some("release"));
        assert_eq!(settings.min_calls, Some(20));
        let p99 = settings.metric[&Metric::P99Ns];
        assert_eq!(
            (p99.degraded, p99.regression),
            (Some(Limit(Some(40.5))), Some(Limit(Some(50.0))))
        );
    }

    #[test]
    fn the_built_in_profiles_need_not_be_written_down() {
        assert_eq!(check_settings("", "ci"), Ok(CheckSettings::default()));
        let error = check_settings(FULL, "cl").unwrap_err();
        assert_eq!(error.problem, "there is no profile \"cl\"");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        fails("\nprofle = 1", Some(2), "unknown key \"profle\"", Some("did you mean `profile`?"));
        fails(
            "[profile.ci.check]\nregresion = 3",
            Some(2),
            "unknown key \"regresion\" in [profile.ci.check]",
            Some("did you mean `regression`?"),
        );
        let metric = |line: &str| format!("[metrics.hits]\n{line}");
        let broken = |line: &str, at, problem: &str| fails(&metric(line), Some(at), problem, None);
        broken("max-regression = 5", 1, "`max-regression` says nothing without `better`");
        broken("min = 2\nmax = 1", 1, "no value is both at least 2 and at most 1");
        let up = "`better`: \"up\" is no direction; there are higher, lower";
        broken("better = \"up\"", 2, up);
        fails("[profile]\nci = 3", Some(2), "`ci` must be a table: [profile.ci]", None);
        let check = |line: &str| format!("[profile.default.check]\n{line}");
        let wrong = |line: &str, problem: &str| fails(&check(line), Some(2), problem, None);
        wrong(
            "regression = -1",
            "`regression`: -1 is no limit: it must be between 0 % and 1000000 %",
        );
        wrong(
            "floor = 10",
            "`floor`: expected a duration, such as \"10ns\", found a value of type integer",
        );
        wrong(
            "min-calls = 2.5",
            "`min-calls`: expected a whole number, not negative, found a value of type float",
        );
        wrong(
            "baseline = true",
            "`baseline`: expected text in quotes, found a value of type boolean",
        );
        wrong(
            "fail-on = [\"mising\"]",
            "`fail-on`: \"mising\" is no reason to fail; did you mean `missing`?",
        );
        wrong("load = \"opn\"", "`load`: \"opn\" is no load; did you mean `open`?");
        wrong("load = 3", "`load`: expected \"open\" or \"closed\", found a value of type integer");
        wrong("metrics = [\"p98\"]", "`metrics`: there is no metric \"p98\"; did you mean `p99`?");
    }

    #[test]
    fn what_is_no_toml_is_named_with_its_line() {
        let error = check_settings("\n\n[profile", "default").unwrap_err();
        assert_eq!(error.line, Some(3));
        assert!(error.problem.starts_with("this is no TOML: "), "{}", error.problem);
    }
}
