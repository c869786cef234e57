//! `perf-report agent`: the sidecar of programs that run.

#[cfg(feature = "agent")]
mod serving;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::output::OutputArgs;
#[cfg(not(feature = "agent"))]
use crate::error::ExitCode as Code;
use crate::error::UserError;
use crate::project::context::Context;
use crate::text::values;

const EXAMPLES: &str = "\
Examples:
  perf-report agent                          at 127.0.0.1:9464/metrics
  perf-report agent --dir /perf/segments     of programs that record there
  perf-report agent --histograms 'shop::*'   durations of some functions
  perf-report agent --store perf.sqlite --window 1h   hours become runs
  perf-report agent --otlp http://localhost:4318      pushes them, too
  perf-report agent --once --output perf.prom    for a textfile collector
  perf-report agent --print-rules > perf.rules.yml    alert rules

It reads the recordings of running processes, sums them up for each program, and serves the sums at \
/metrics (Prometheus text or OpenMetrics, by `Accept`), its health at /health and /healthz, and profiles \
at /debug/pprof/profile?seconds=10. Programs need no change and notice nothing. Nothing leaves the \
machine unless something asks for it, or --store or --otlp names a place.

Counters never fall, also when processes end and when the agent is killed: it keeps its state in a file \
beside the recordings. SIGTERM and Ctrl-C end it. Readings come less often where they would take more \
than 2 % of a core.

Exit codes:
  0 fine   2 usage, or another agent is at work there";

/// The moment since which pushed sums count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TemporalityArg {
    /// The start of the agent; for Prometheus and most collectors
    Cumulative,
    /// The push before; for Datadog and Dynatrace
    Delta,
}

/// Watch running programs: metrics for Prometheus, health, profiles, runs of production
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Args {
    /// Folder that programs record in; may be given several times [default: the one processes use on their own]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Vec<PathBuf>,

    /// Address to serve at, or `none`
    #[arg(long, value_name = "ADDRESS", env = "PERF_TRACK_AGENT_LISTEN", hide_env_values = true)]
    #[arg(default_value = "127.0.0.1:9464")]
    listen: String,

    /// Time between two readings; requests lead to further ones, one a second at most
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_AGENT_EVERY", hide_env_values = true)]
    #[arg(default_value = "15s", value_parser = every)]
    every: Duration,

    /// Functions to tell: patterns with `*` and `?` [default: all]
    #[arg(long, value_name = "GLOB", env = "PERF_TRACK_FUNCTIONS", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    functions: Vec<String>,

    /// Functions whose durations to tell as histograms, 17 series each [default: none]
    #[arg(long, value_name = "GLOB", env = "PERF_TRACK_HISTOGRAMS", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    histograms: Vec<String>,

    /// Most series to tell; functions of the least self time are left out first
    #[arg(long, value_name = "N", env = "PERF_TRACK_MAX_SERIES", hide_env_values = true)]
    #[arg(default_value_t = 20_000)]
    max_series: usize,

    /// Store a run of each program, labelled `production`, at the end of each such time: 1h ends on the hour
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_AGENT_WINDOW", hide_env_values = true)]
    #[arg(value_parser = window)]
    window: Option<Duration>,

    /// Push the sums to a collector of OpenTelemetry, too: its address for OTLP by HTTP [default: that of `OTEL_EXPORTER_OTLP_ENDPOINT`, if set]
    #[arg(long, value_name = "URL", env = "PERF_TRACK_OTLP", hide_env_values = true)]
    otlp: Option<String>,

    /// Header of each push; may be given several times. Secrets are better off in `OTEL_EXPORTER_OTLP_HEADERS`, which other users of the machine do not see
    #[arg(long, value_name = "NAME=VALUE", env = "PERF_TRACK_OTLP_HEADER", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    otlp_header: Vec<String>,

    /// Start of pushed sums: that of the agent, or the push before [default: cumulative]
    #[arg(long, value_name = "HOW", env = "PERF_TRACK_TEMPORALITY", hide_env_values = true)]
    temporality: Option<TemporalityArg>,

    /// Print rules to import into Prometheus, and end
    #[arg(long, env = "PERF_TRACK_PRINT_RULES", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "print_dashboard")]
    print_rules: bool,

    /// Print a dashboard to import into Grafana, and end
    #[arg(long, env = "PERF_TRACK_PRINT_DASHBOARD", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    print_dashboard: bool,

    /// Commit that the programs were built from, for metrics and runs
    #[arg(long, value_name = "HASH", env = "PERF_TRACK_COMMIT", hide_env_values = true)]
    commit: Option<String>,

    /// Branch of that commit
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = super::keep::branch)]
    branch: Option<String>,

    /// Remove recordings of ended processes once they are counted
    #[arg(long, env = "PERF_TRACK_CLEAR", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    clear: bool,

    /// Read once, print the metrics, and end
    #[arg(long, env = "PERF_TRACK_ONCE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    once: bool,

    #[command(flatten)]
    output: OutputArgs,
}

/// Serves until a signal asks for the end.
#[cfg(feature = "agent")]
pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    serving::run(args, context)
}

/// Explains why there is no agent.
#[cfg(not(feature = "agent"))]
pub(super) fn run(_: &Args, _: &Context) -> Result<ExitCode, UserError> {
    Err(UserError::new(Code::Usage, "perf-report was built without the agent (feature `agent`)")
        .help("build it with its default features: cargo install perf-report"))
}

fn every(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_secs(1), Duration::from_hours(1), "between 1s and 3600s")
}

fn window(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_secs(10), Duration::from_hours(24), "between 10s and 24h")
}

fn within(text: &str, least: Duration, most: Duration, words: &str) -> Result<Duration, String> {
    let ns =
        values::duration_ns(text).or_else(|error| values::period_ns(text).map_err(|_| error))?;
    let time = Duration::try_from_secs_f64(ns / 1e9).unwrap_or(Duration::MAX);
    if (least..=most).contains(&time) { Ok(time) } else { Err(format!("it must be {words}")) }
}
