//! What `compare` and `check` share: the options that say how to judge, and how to write it.

use std::collections::BTreeSet;

use clap::builder::FalseyValueParser;

use super::format::TextFormat;
use super::output::{self, OutputArgs};
use crate::baseline;
use crate::blessings;
use crate::config;
use crate::config::check::{self, CheckSettings, Duration, Limit, MetricLimit, MetricSettings};
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::facts;
use crate::model::{Comparison, Metric, RunDocument, SelfTestDocument};
use crate::render::human::{self, Verbosity};
use crate::render::{csv, markdown};
use crate::store::{self, RunRef, Store as _};
use crate::verdict::{self, Blessed, FailOn};

/// How to judge. What is not given comes from `perf.toml`, then from what is built in.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Profile of `perf.toml` [default: `ci` where CI is set, else `default`]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_PROFILE", hide_env_values = true)]
    profile: Option<String>,

    /// Slower by more than PCT is a regression; `never` for none [default: 15]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_REGRESSION", hide_env_values = true)]
    regression: Option<Limit>,

    /// Slower by more than PCT is degraded [default: 10]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_DEGRADED", hide_env_values = true)]
    degraded: Option<Limit>,

    /// Faster by more than PCT is improved [default: 10]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_IMPROVED", hide_env_values = true)]
    improved: Option<Limit>,

    /// Regression limit of one metric, such as `p99=50%`; may be repeated
    #[arg(long, value_name = "METRIC=PCT", value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_METRIC_LIMITS", hide_env_values = true)]
    metric_limit: Vec<MetricLimit>,

    /// Metrics to judge [default: calls,errors,panics,allocs,self,mean,p50,p95,p99]
    #[arg(long, value_name = "METRIC,…", value_delimiter = ',', value_parser = check::metric)]
    #[arg(env = "PERF_TRACK_METRICS", hide_env_values = true)]
    metrics: Option<Vec<Metric>>,

    /// Ignore changes of a call smaller than this [default: 10ns]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_FLOOR", hide_env_values = true)]
    floor: Option<Duration>,

    /// Ignore changes over the whole run smaller than this [default: 10us]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_RUN_FLOOR", hide_env_values = true)]
    run_floor: Option<Duration>,

    /// Calls that both runs need before a time is judged [default: 5]
    #[arg(long, value_name = "N", env = "PERF_TRACK_MIN_CALLS", hide_env_values = true)]
    min_calls: Option<u64>,

    /// Compare also runs of different machines, targets or profiles, as advice that never fails
    #[arg(long, env = "PERF_TRACK_ALLOW_CROSS_MACHINE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    allow_cross_machine: bool,
}

/// How to write a comparison.
#[derive(Debug, clap::Args)]
pub(super) struct WriteArgs {
    /// Show every function that changed
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: TextFormat,

    #[command(flatten)]
    output: OutputArgs,
}

impl LimitArgs {
    /// These settings over those of `perf.toml`.
    pub(super) fn settings(
        &self,
        context: &Context,
        baseline: Option<&str>,
        fail_on: &[FailOn],
    ) -> Result<CheckSettings, UserError> {
        let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        let file = config::check_settings(context, self.profile.as_deref(), in_ci)?;
        let some_fail_on: BTreeSet<_> = fail_on.iter().copied().collect();
        let given = CheckSettings {
            baseline: baseline.map(str::to_owned),
            fail_on: Some(some_fail_on).filter(|reasons| !reasons.is_empty()),
            allow_cross_machine: self.allow_cross_machine.then_some(true),
            metrics: self.metrics.clone().map(|metrics| metrics.into_iter().collect()),
            improved: self.improved,
            degraded: self.degraded,
            regression: self.regression,
            floor: self.floor,
            run_floor: self.run_floor,
            min_calls: self.min_calls,
            metric: self
                .metric_limit
                .iter()
                .map(|limit| {
                    let regression = Some(limit.regression);
                    (limit.metric, MetricSettings { regression, ..MetricSettings::default() })
                })
                .collect(),
            ..CheckSettings::default()
        };
        let list = blessings::load(context)?;
        let blessed = Blessed { list, today: facts::today() };
        Ok(CheckSettings { blessed, ..given.or(file) })
    }
}

impl WriteArgs {
    /// Writes what a gate would catch.
    pub(super) fn write_self_test(&self, document: &SelfTestDocument) -> Result<(), UserError> {
        self.output.write(&match self.format {
            TextFormat::Human => human::self_test(document, self.output.screen()),
            TextFormat::Json => output::json(document),
            TextFormat::Csv => csv::self_test(document),
            TextFormat::Markdown => markdown::self_test(document),
        })
    }

    /// Writes a comparison.
    pub(super) fn write(&self, comparison: &Comparison) -> Result<(), UserError> {
        let verbosity = if self.all { Verbosity::All } else { Verbosity::Brief };
        self.output.write(&match self.format {
            TextFormat::Human => human::comparison(comparison, verbosity, self.output.screen()),
            TextFormat::Json => output::json(comparison),
            TextFormat::Csv => csv::comparison(comparison),
            TextFormat::Markdown => markdown::comparison(comparison),
        })
    }
}

/// A run that a user named, with the name that the comparison shows.
pub(super) struct Named {
    /// Name of the baseline, or id of the run.
    pub(super) name: String,
    /// The run.
    pub(super) run: RunDocument,
}

impl Named {
    /// The baseline of this name.
    pub(super) fn baseline(context: &Context, name: &str) -> Result<Self, UserError> {
        Ok(Self { name: name.to_owned(), run: baseline::load(context, name)? })
    }

    /// The stored run, or the baseline, that `text` names. A baseline comes first, since its name
    /// was given on purpose.
    pub(super) fn any(context: &Context, text: &str) -> Result<Self, UserError> {
        if baseline::exists(context, text) {
            return Self::baseline(context, text);
        }
        let Ok(reference) = text.parse::<RunRef>();
        let run = store::open(context)
            .and_then(|store| store.find(&reference))
            .map_err(|error| or_baseline(context, text, error))?;
        Ok(Self { name: run.run.id.clone(), run })
    }
}

/// Adds a baseline that was perhaps meant to the advice on a run that does not exist.
fn or_baseline(context: &Context, text: &str, error: UserError) -> UserError {
    let names = baseline::names(context).unwrap_or_default();
    match crate::suggest::nearest(text, names.iter().map(String::as_str)) {
        Some(near) if error.code == Code::Usage => {
            error.help(format!("did you mean the baseline `{near}`?"))
        }
        _ => error,
    }
}

/// Judges `current` against `baseline`, and refuses when their times say nothing about each other.
pub(super) fn compare(
    baseline: &Named,
    current: &RunDocument,
    settings: &CheckSettings,
) -> Result<Comparison, UserError> {
    let differences = verdict::differences(&baseline.run, current);
    if !differences.is_empty() && settings.allow_cross_machine != Some(true) {
        let what: Vec<_> = differences.iter().map(ToString::to_string).collect();
        let problem = format!("the two runs cannot be compared by time: {}", what.join("; "));
        return Err(UserError::new(Code::Usage, problem).help(
            "save a baseline on this machine with this build, or take --allow-cross-machine for a \
             comparison that never fails",
        ));
    }
    let mut comparison = verdict::compare(&baseline.run, current, &settings.limits());
    comparison.baseline = Some(baseline.name.clone());
    Ok(comparison)
}
