//! `perf-report monitor`: rounds that run a command, judge it, write a report and tell what is new.

mod crontab;
mod histories;
mod making;
mod round;
mod telling;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use clap::builder::FalseyValueParser;
use jiff::Timestamp;

use super::output::OutputArgs;
use super::recording::{DirArgs, ProbeArgs};
use super::{keep, output};
use crate::error::{ExitCode as Code, UserError};
use crate::project::alerts;
use crate::project::config::alert::Period;
use crate::project::config::check::Limit;
use crate::project::context::Context;
use crate::record::command::Interrupt;
use crate::render::message::Service;
use crate::verdict::FailOn;

/// Reports that are kept where nobody says how many.
const KEEP: &str = "90";
/// Runs that a run is judged by where there is no baseline.
const WINDOW: &str = "10";
/// The time between two looks whether somebody asks for the end, while the next round is waited for.
const STEP: Duration = Duration::from_millis(50);

const EXAMPLES: &str = "\
Examples:
  perf-report monitor -- cargo test        one round: run, judge, report, alert
  perf-report monitor --no-run             the same of the newest stored run
  perf-report monitor --every 1h -- ./job  a round an hour, until a signal
  perf-report monitor --crontab -- ./job   the line for your crontab
  perf-report monitor --baseline release --alert-threshold 10% -- cargo test
  perf-report monitor --format slack --output body.json -- cargo test
  perf-report monitor --no-run --summary all.csv --histories histories

A round runs the command, whose output is shown only if it fails, and stores the run. It is judged by \
the baseline as `check` does; where there is none, by the runs before it. What becomes slower run by \
run, a command that fails too often and memory that grows are looked for, too. The report is written to \
.perf/reports/, as JSON and as Markdown.

An alert is told once when it begins, again each day while it holds, and once when it is over. A slower \
run that may be noise waits for a second one. [alert] of perf.toml names the command that is told, with \
the alerts on its standard input; perf-report itself sends nothing. Without news nothing is printed, so \
that cron mails only news; --format json and markdown print the whole report each time.

Two rounds never overlap: the second one ends at once, with 0.

Exit codes: 0 nothing fires; 3 something does; 2 usage; 1 the alert command could not be told; with \
--fail-on also 4 no baseline, 5 something could not be judged.";

/// Run a command now and then, and tell when it becomes slower or fails
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Judge the newest stored run, of the command if one is given, in place of running it
    #[arg(long, env = "PERF_TRACK_NO_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    no_run: bool,

    /// Worse by more than PCT is an alert [default: `threshold` of [alert], else 15%]
    #[arg(long, value_name = "PCT", env = "PERF_TRACK_ALERT_THRESHOLD", hide_env_values = true)]
    alert_threshold: Option<Limit>,

    /// Go on with a round each TIME, such as `1h`, until a signal ends it
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_EVERY", hide_env_values = true)]
    every: Option<Period>,

    /// Reports to keep
    #[arg(long, value_name = "N", default_value = KEEP, env = "PERF_TRACK_KEEP_REPORTS")]
    #[arg(hide_env_values = true)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    keep: usize,

    /// Folder of the reports [default: .perf/reports in the workspace root]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_REPORTS", hide_env_values = true)]
    reports: Option<PathBuf>,

    /// Name of the baseline, as for `check`; without one, the runs before are the measure
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// Number of runs before, where there is no baseline
    #[arg(long, value_name = "N", default_value = WINDOW, env = "PERF_TRACK_WINDOW")]
    #[arg(hide_env_values = true)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000))]
    window: usize,

    /// Run the command N times a round; several runs are judged together
    #[arg(long, value_name = "N", env = "PERF_TRACK_REPEAT", hide_env_values = true)]
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    repeat: u32,

    /// Tell a holding alert again after TIME; `never` for once [default: `remind` of [alert], else 24h]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_REMIND", hide_env_values = true)]
    remind: Option<Period>,

    /// A score below N is an alert [default: `min-score` of [alert], else none]
    #[arg(long, value_name = "N", env = "PERF_TRACK_ALERT_MIN_SCORE", hide_env_values = true)]
    #[arg(value_parser = score)]
    min_score: Option<f64>,

    /// With --no-run: a newest run that is older than TIME is an alert [default: `max-age` of [alert],
    /// else any age is fine]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_MAX_AGE", hide_env_values = true)]
    max_age: Option<Period>,

    /// Reasons to end with 4 or 5: `missing`, `inconclusive`, …, as for `check`
    #[arg(long, value_name = "REASON,…", value_enum, value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_FAIL_ON", hide_env_values = true)]
    fail_on: Vec<FailOn>,

    /// Profile of `perf.toml` [default: `ci` where CI is set, else `default`]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_PROFILE", hide_env_values = true)]
    profile: Option<String>,

    /// How to write the news
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    output: OutputArgs,

    /// Address of a page about it, for a commit status
    #[arg(long, value_name = "URL", env = "PERF_TRACK_TARGET_URL", hide_env_values = true)]
    #[arg(value_parser = address)]
    target_url: Option<String>,

    /// Write a line for each function over all its runs to FILE, as CSV
    #[arg(long, value_name = "FILE", env = "PERF_TRACK_SUMMARY", hide_env_values = true)]
    summary: Option<PathBuf>,

    /// Write the history of each function to DIR, a JSON file each
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_HISTORIES", hide_env_values = true)]
    histories: Option<PathBuf>,

    /// Print the line for a crontab that does this, each day or each --every, and do nothing
    #[arg(long, env = "PERF_TRACK_CRONTAB", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "now")]
    crontab: bool,

    /// Take TIME, in RFC 3339, for the time of the round, so that it can be repeated
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_NOW", hide_env_values = true, hide = true)]
    now: Option<Timestamp>,

    #[command(flatten)]
    name: keep::NameArgs,

    #[command(flatten)]
    probe: ProbeArgs,

    #[command(flatten)]
    dir: DirArgs,

    /// The command and its arguments
    #[arg(trailing_var_arg = true, value_name = "COMMAND", required_unless_present = "no_run")]
    command: Vec<OsString>,
}

/// The form of what is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, and for the mails of cron
    #[default]
    Human,
    /// For programs: the report, exact
    Json,
    /// The report for pull requests and job summaries
    Markdown,
    /// The body of a message to Slack
    Slack,
    /// The body of a message to Discord
    Discord,
    /// The body of a message to Microsoft Teams
    Teams,
    /// Title, body and state of an issue on GitHub
    GithubIssue,
    /// The status of a commit on GitHub
    CommitStatus,
}

impl Format {
    /// Returns the service whose body it is; `None` of a report.
    fn service(self) -> Option<Service> {
        match self {
            Self::Human | Self::Json | Self::Markdown => None,
            Self::Slack => Some(Service::Slack),
            Self::Discord => Some(Service::Discord),
            Self::Teams => Some(Service::Teams),
            Self::GithubIssue => Some(Service::GithubIssue),
            Self::CommitStatus => Some(Service::CommitStatus),
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    if args.crontab {
        return crontab::print(args, context);
    }
    let Some(_lock) = alerts::lock(context)? else {
        output::warning("another monitor of this project runs: this round is left to it");
        return Ok(Code::Fine.into());
    };
    let interrupt = Interrupt::watch().map_err(|error| {
        UserError::new(Code::Internal, "signals cannot be watched").because(error)
    })?;
    match args.every.and_then(|every| every.0) {
        None => once(args, context, &interrupt),
        Some(ns) => repeated(args, context, &interrupt, Duration::from_secs_f64(ns / 1e9)),
    }
}

/// Makes one round. Where a signal asked for its end, nothing was judged, and nobody was told.
fn once(args: &Args, context: &Context, interrupt: &Interrupt) -> Result<ExitCode, UserError> {
    let code = round::run(args, context, interrupt)?;
    let signalled = || ExitCode::from(128 + interrupt.signal().unwrap_or(0));
    Ok(code.map_or_else(signalled, Into::into))
}

/// Makes a round each `every`, from the beginning of one to that of the next, until a signal ends it. A round
/// that fails is told, and the next one is made all the same.
fn repeated(
    args: &Args,
    context: &Context,
    interrupt: &Interrupt,
    every: Duration,
) -> Result<ExitCode, UserError> {
    loop {
        let began = Instant::now();
        match round::run(args, context, interrupt) {
            // What is misspelt stays so.
            Err(error) if error.code == Code::Usage && interrupt.signal().is_none() => {
                return Err(error);
            }
            Err(error) => output::error(&error),
            Ok(_) => {}
        }
        while interrupt.signal().is_none() && began.elapsed() < every {
            std::thread::sleep(STEP);
        }
        if interrupt.signal().is_some() {
            return Ok(Code::Fine.into());
        }
    }
}

/// Reads a score.
fn score(text: &str) -> Result<f64, String> {
    let score = text.parse::<f64>().ok().filter(|score| (0.0..=100.0).contains(score));
    score.ok_or_else(|| format!("{text:?} is no score: it is from 0 to 100"))
}

/// Checks the address of a page.
fn address(text: &str) -> Result<String, String> {
    let is_plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if is_plain && (text.starts_with("https://") || text.starts_with("http://")) {
        Ok(text.to_owned())
    } else {
        Err("it is no address that begins with https:// or http://".to_owned())
    }
}
