//! The text of `perf.toml` as settings; an error names the line. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::alert::AlertSettings;
use super::check::{CheckSettings, MetricSettings, metric};
use super::plugins::{PluginKind, Plugins};
use super::retention::RetentionSettings;
use super::targets::{self, Given};
use super::trend::TrendSettings;
use super::value::{
    better, boolean, duration, fail_on, limit, load, real, set, severity, text, whole_number,
};
use crate::analysis::report::Settings;
use crate::analysis::suites::SuiteRules;
use crate::model::Metric;
use crate::project::store::Location;
use crate::text::suggest;
use crate::verdict::CustomLimits;

/// Profiles that exist without being written down.
const BUILT_IN: [&str; 2] = ["default", "ci"];
/// The profile that the others complete.
const BASE: &str = "default";

/// A mistake in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SourceError {
    /// Line of the mistake, from 1.
    pub(crate) line: Option<usize>,
    /// The mistake, in words.
    pub(crate) problem: String,
    /// The way out.
    pub(crate) help: Option<String>,
}

/// The keys of the whole document.
const ROOT: [&str; 14] = [
    "profile",
    "metrics",
    "budget",
    "overhead",
    "trend",
    "suite",
    "bench",
    "score",
    "advice",
    "alert",
    "import",
    "export",
    "retention",
    "store",
];

/// Reads the targets for the cost of recording.
pub(super) fn targets(text: &str) -> Result<Vec<Given>, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.targets()
}

/// Reads the limits of the words of a trend.
pub(super) fn trend(text: &str) -> Result<TrendSettings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.trend()
}

/// Reads the targets of test suites.
pub(super) fn suites(text: &str) -> Result<SuiteRules, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.suites()
}

/// Reads the options of benchmarks.
pub(super) fn bench(text: &str) -> Result<String, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.bench()
}

/// Reads the rules of a report.
pub(super) fn report(text: &str) -> Result<Settings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.report()
}

/// Reads the settings of alerts.
pub(super) fn alert(text: &str) -> Result<AlertSettings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    super::alert::alert(&root)
}

/// Reads the place where runs are kept; a relative path is one from `root`.
pub(super) fn store(text: &str, root: &Path) -> Result<Option<Location>, SourceError> {
    let document = parse(text)?;
    let section = Section { text, path: String::new(), table: document.get_ref() };
    section.only(&ROOT)?;
    super::store::store(&section, root)
}

/// Reads what a store keeps.
pub(super) fn retention(text: &str) -> Result<RetentionSettings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    super::retention::retention(&root)
}

/// Reads the names of the baselines of all profiles.
pub(super) fn named_baselines(text: &str) -> Result<BTreeSet<String>, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    let Some(profiles) = root.section("profile")? else { return Ok(BTreeSet::new()) };
    let mut names = BTreeSet::new();
    for name in profiles.table.keys() {
        let profile = profiles.section(name.get_ref())?.map(|section| section.profile());
        names.extend(profile.transpose()?.and_then(|profile| profile.baseline));
    }
    Ok(names)
}

/// Reads the programs that stand for formats, none of which may have the name of one that is `built_in`.
pub(super) fn plugins(
    text: &str,
    kind: PluginKind,
    built_in: &[&str],
) -> Result<Plugins, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    super::plugins::plugins(&root, kind, built_in)
}

pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, SourceError> {
    DeTable::parse(text).map_err(|error| SourceError {
        line: error.span().map(|span| line(text, &span)),
        problem: format!("this is no TOML: {}", error.message()),
        help: None,
    })
}

/// Reads the settings of `check` under `profile`, over those of the default profile. The whole text
/// is checked, whichever profile is asked for.
pub(super) fn check_settings(text: &str, profile: &str) -> Result<CheckSettings, SourceError> {
    let document = parse(text)?;
    let root = Section { text, path: String::new(), table: document.get_ref() };
    root.only(&ROOT)?;
    root.targets()?;
    root.trend()?;
    root.suites()?;
    root.bench()?;
    root.report()?;
    super::alert::alert(&root)?;
    super::store::store(&root, Path::new(""))?;
    super::retention::retention(&root)?;
    super::plugins::plugins(&root, PluginKind::Import, &[])?;
    super::plugins::plugins(&root, PluginKind::Export, &[])?;
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

/// A table of the document, with its place for errors.
pub(super) struct Section<'a, 'i> {
    pub(super) text: &'a str,
    /// The path of the table: `profile.ci.check`.
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
        Ok(CheckSettings {
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
            metric: self.of_metrics()?,
            ..CheckSettings::default()
        })
    }

    fn of_metrics(&self) -> Result<BTreeMap<Metric, MetricSettings>, SourceError> {
        let mut settings = BTreeMap::new();
        if let Some(metrics) = self.section("metric")? {
            for name in metrics.table.keys() {
                let known =
                    metric(name.get_ref()).map_err(|problem| self.error(&name.span(), problem))?;
                if let Some(section) = metrics.section(name.get_ref())? {
                    settings.insert(known, section.metric()?);
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

    /// Reads the targets for the cost of recording, one or several for an operation.
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

    /// Reads the tables under `metrics`, about the metrics of the program's own.
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

/// Returns the line of the beginning of a span, from 1.
pub(super) fn line(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().iter().take(span.start);
    before.filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
