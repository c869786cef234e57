//! `perf.toml`: what a project decides once, for everybody who works on it.
//!
//! ```toml
//! [profile.default.check]
//! baseline = "main"
//! regression = "15%"              # slower by more fails; "never" switches it off
//!
//! [profile.default.check.metric.p99]
//! regression = "50%"              # one metric by its own limit
//!
//! [profile.ci.check]              # what it does not say is as in `default`
//! fail-on = ["inconclusive"]
//!
//! [metrics."cache.hit_rate"]      # what the program tells of itself, whatever the profile
//! better = "higher"               # "lower"; without it, a change is neither
//! max-regression = "5%"           # worse by more fails
//! min = 0.9                       # a value below fails, also without a baseline; so does `max`
//!
//! [budget."app::db::*"]          # functions, by name or by how their names begin
//! p99 = "2ms"                     # also p50, p95, mean, max, total, calls, allocs
//! max-regression = "5%"           # slower than the baseline by more fails
//! severity = "warn"               # shown, and fails nothing; "off" is not judged at all
//!
//! [budget.command]                # the command as a whole
//! peak-memory = "64MiB"           # also wall, cpu
//!
//! [overhead]                      # what recording may cost, judged by `overhead`
//! call = "30ns"
//!
//! [suite."app::*"]                # test suites, by name or by how their names begin
//! duration = "10s"                # also peak-memory, success, improvement, growth, metrics
//!
//! [bench."parse*"]                # benchmarks, by a part of their names or a pattern
//! time = "2s"                     # and every other option of their attribute that has a value
//!
//! [trend]                         # the words of `history` and `compare-last`
//! degraded = "5%"                 # worse by more; also improvement, regression
//!
//! [score]                         # how `report` scores a run
//! min-score = 70                  # a lower score fails; also time, memory, cpu, words, weights, …
//!
//! [advice]                        # rules of advice that are silent, here or under a name
//! allow = ["unoptimised"]
//! [alert]                         # what `monitor` tells whom
//! command = ["./notify", "team"]  # started with the alerts on its standard input
//!
//! [store]                         # where runs are kept; --store and PERF_TRACK_STORE come first
//! url = "clickhouse://ci@db.example:8123/perf?project=shop"   # or a file
//!
//! [retention]                     # what the store keeps: see `prune`
//! keep = 500                      # the newest; also older-than = "90d"
//!
//! [import."load"]                 # a format of one's own, and the program that reads it
//! command = ["tools/load-to-run"] # writes a run document; likewise [export."NAME"]
//! ```
//!
//! The profile is the one that `--profile` names, else `ci` where the variable `CI` is set, else
//! `default`. A key that nobody knows is an error: a limit that is misspelt must not be ignored.
//! This module reads the file; [`check`], [`trend`] and [`source`] are pure.

pub(crate) mod alert;
pub(crate) mod bench;
pub(crate) mod blessed;
mod budgets;
pub(crate) mod check;
pub(crate) mod plugins;
pub(crate) mod quantity;
pub(crate) mod retention;
mod score;
mod source;
mod store;
mod suites;
pub(crate) mod targets;
pub(crate) mod trend;
mod value;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;

use super::config::targets::Given;
use super::context::Context;
use super::store::Location;
use super::workspace;
use crate::analysis::report::Settings;
use crate::analysis::suites::SuiteRules;
use crate::error::{ExitCode, UserError};
use crate::files;

use alert::AlertSettings;
use check::CheckSettings;
use plugins::{PluginKind, Plugins};
use retention::RetentionSettings;
use source::SourceError;
use trend::TrendSettings;

/// Returns whether this is a job of a CI.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false")
}

/// Returns the settings of `check` in the workspace's `perf.toml`, under the profile asked for.
///
/// # Errors
/// When the file cannot be read, is no TOML, or has a mistake; when the profile is defined nowhere.
pub(crate) fn check_settings(
    context: &Context,
    profile: Option<&str>,
    in_ci: bool,
) -> Result<CheckSettings, UserError> {
    let fallback = if in_ci { "ci" } else { "default" };
    read(context, workspace::CONFIG, |text| {
        source::check_settings(text, profile.unwrap_or(fallback))
    })
}

/// Returns the targets for the cost of recording in the workspace's `perf.toml`.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn targets(context: &Context) -> Result<Vec<Given>, UserError> {
    read(context, workspace::CONFIG, source::targets)
}

/// Returns what the store keeps by the workspace's `perf.toml`.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn retention(context: &Context) -> Result<RetentionSettings, UserError> {
    read(context, workspace::CONFIG, source::retention)
}

/// Returns the names of baselines that any profile of the workspace's `perf.toml` has.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn named_baselines(context: &Context) -> Result<BTreeSet<String>, UserError> {
    read(context, workspace::CONFIG, source::named_baselines)
}

/// Returns the limits of the words of a trend in the workspace's `perf.toml`.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn trend_settings(context: &Context) -> Result<TrendSettings, UserError> {
    read(context, workspace::CONFIG, source::trend)
}

/// Returns the targets of test suites in the workspace's `perf.toml`.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn suite_rules(context: &Context) -> Result<SuiteRules, UserError> {
    read(context, workspace::CONFIG, source::suites)
}

/// Returns the options of benchmarks in the workspace's `perf.toml`, as their programs read them.
///
/// # Errors
/// As for [`check_settings`].
fn bench_options(context: &Context) -> Result<String, UserError> {
    read(context, workspace::CONFIG, source::bench)
}

/// Returns the variables that hand these options to the programs, for the surroundings of whatever command may run
/// benchmarks.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn bench_environment(
    context: &Context,
) -> Result<Vec<(&'static str, OsString)>, UserError> {
    Ok(bench::environment(&bench_options(context)?))
}

/// Returns the rules of a report in the workspace's `perf.toml`.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn report_settings(context: &Context) -> Result<Settings, UserError> {
    read(context, workspace::CONFIG, source::report)
}

/// Returns the settings of alerts in the workspace's `perf.toml`.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn alert_settings(context: &Context) -> Result<AlertSettings, UserError> {
    read(context, workspace::CONFIG, source::alert)
}

/// Returns the store that the workspace's `perf.toml` names; a relative path in it is one from the file.
///
/// # Errors
/// As for [`check_settings`].
pub(crate) fn store(context: &Context) -> Result<Option<Location>, UserError> {
    read(context, workspace::CONFIG, |text| source::store(text, &context.root))
}

/// Returns the programs that stand for formats in the workspace's `perf.toml`. None of them has the name of a
/// format that is `built_in`.
///
/// # Errors
/// As for [`check_settings`], and where one of them has.
pub(crate) fn plugins(
    context: &Context,
    kind: PluginKind,
    built_in: &[&str],
) -> Result<Plugins, UserError> {
    read(context, workspace::CONFIG, |text| source::plugins(text, kind, built_in))
}

/// Reads a file of the workspace's root, and parses it with `parse`. No file is an empty one.
pub(crate) fn read<T>(
    context: &Context,
    file: &str,
    parse: impl FnOnce(&str) -> Result<T, SourceError>,
) -> Result<T, UserError> {
    let path = context.root.join(file);
    let text = match files::read_text(&path, files::LARGEST_SETTINGS) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let problem = format!("{} cannot be read", context.shown(&path));
            return Err(UserError::new(ExitCode::Usage, problem).because(error));
        }
    };
    parse(&text).map_err(|error| {
        let place = context.shown(&path);
        let place = error.line.map_or_else(|| place.clone(), |line| format!("{place}:{line}"));
        let user = UserError::new(ExitCode::Usage, format!("{place}: {}", error.problem));
        match error.help {
            Some(help) => user.help(help),
            None => user,
        }
    })
}
