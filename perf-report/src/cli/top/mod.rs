//! `perf-report top`: the figures of processes while they run.

mod command;
mod outside;
mod printed;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};

use super::media::Format;
use super::{collect, output, stacks};
use crate::error::{ExitCode as Code, UserError};
use crate::live::stacks::of_process;
use crate::live::top::{Feed, Left, State, Target, Watch};
use crate::project::context::Context;
use crate::record::command::Interrupt;
use crate::record::folder;
use crate::text::values;
use crate::tui::{self, Look};
use outside::NoCommand;
use printed::Printer;

const EXAMPLES: &str = "\
Examples:
  perf-report top                       every running process that records
  perf-report top 4711                  one process
  perf-report top ./segments            the processes that record in a folder
  perf-report top -- cargo test         a command, whose run is stored
  perf-report top 4711 --iterations 3   three tables, without the live view
  perf-report top --format json         a document a line, for programs

? shows the keys. A process that ends stays on the screen, and the program that is looked at notices \
nothing. Readings come less often where they would take more than 2 % of a core.

Without a terminal it prints one table and ends. The first of several tables counts from the start of \
each process, every further one from the table before it.

A command's output is held back while the screen is in use, and follows when you leave. `q` leaves it \
running, Ctrl-C ends it. The exit code is then its own.

Exit codes:
  0 fine   2 usage   4 nothing to show   6 unreadable data";

/// Show what running processes do, live: functions, tree, threads, metrics
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Process id, folder or segment [default: every running process of yours]
    #[arg(value_name = "PID|FOLDER", conflicts_with = "command")]
    target: Option<OsString>,

    /// Folder in which to look for processes, or to record the command in [default: the one processes use on their own]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    /// Time between two readings
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_INTERVAL", hide_env_values = true)]
    #[arg(default_value = "500ms", value_parser = interval)]
    interval: Duration,

    /// Print N tables, one an interval, and end
    #[arg(long, value_name = "N", env = "PERF_TRACK_ITERATIONS", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    iterations: Option<u64>,

    /// How to write it; JSON is printed, a document a line
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Format,

    /// A command to start and look at, with its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let printer = args.printer();
    if !args.command.is_empty() {
        return command::run(args, context, printer);
    }
    let mut watch = Watch::new(args.target(context)?);
    if let Some(printer) = printer {
        printed::run(printer, &Feed::start(watch, args.interval))?;
        return Ok(Code::Fine.into());
    }
    let first = watch.read();
    printed::check(&first)?;
    let feed = Feed::start(watch, args.interval);
    let state = State::new(args.interval, None);
    let interrupt = Interrupt::watch().map_err(no_signals)?;
    let mut outside = NoCommand { interrupt, folder: context.dir.clone() };
    let left = tui::show(&feed, state, look(), &mut outside).map_err(broken)?;
    Ok(match left {
        Left::Quit | Left::Interrupt => Code::Fine.into(),
        Left::Signal(signal) => (128 + signal).into(),
    })
}

impl Args {
    /// Returns what prints in place of the live view, where that is not wanted or not possible. Says why in
    /// the second case.
    fn printer(&self) -> Option<Printer> {
        let is_json = matches!(self.format, Format::Json);
        let printer = Printer { is_json, tables: self.iterations.unwrap_or(1) };
        if is_json || self.iterations.is_some() {
            return Some(printer);
        }
        let reason = tui::is_possible().err()?;
        output::message(&format!("no live view: {reason}; --iterations N prints N tables"));
        Some(printer)
    }

    /// Finds what is meant.
    fn target(&self, context: &Context) -> Result<Target, UserError> {
        let base = || match &self.dir {
            None => Ok(folder::default_base()),
            Some(dir) => {
                let base: PathBuf = context.dir.join(dir).components().collect();
                collect::check(&base, true).map(|()| base)
            }
        };
        let Some(target) = &self.target else {
            let base = base()?;
            stacks::running(&base, None)?;
            return Ok(Target::Running(base));
        };
        if let Some(pid) = target.to_str().and_then(|text| text.parse().ok()) {
            let base = base()?;
            of_process(pid, &base).map_err(|missing| stacks::none_of(pid, missing, &base))?;
            return Ok(Target::Process(pid, base));
        }
        // Without a trailing slash, which would look behind a link.
        of_path(context.dir.join(target).components().collect())
    }
}

fn of_path(path: PathBuf) -> Result<Target, UserError> {
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => {
            stacks::in_folder(&path)?;
            Ok(Target::Folder(path))
        }
        Ok(metadata) if metadata.is_file() => Ok(Target::Segment(path)),
        Ok(_) => Err(stacks::unknown(&path, "is neither a segment nor a folder")),
        Err(error) => Err(stacks::unknown(&path, "cannot be read").because(error)),
    }
}

/// Reads the time between two readings.
fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_hours(1);
    let ns = values::duration_ns(text)?;
    let interval = Duration::try_from_secs_f64(ns / 1e9).unwrap_or(Duration::MAX);
    if (SHORTEST..=LONGEST).contains(&interval) {
        Ok(interval)
    } else {
        Err("it must be between 100ms and 3600s".to_owned())
    }
}

/// Returns the abilities of the terminal.
fn look() -> Look {
    let colored = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    Look::of(colored, |name| std::env::var(name).ok())
}

fn no_signals(error: std::io::Error) -> UserError {
    UserError::new(Code::Internal, "signals cannot be watched").because(error)
}

fn broken(error: std::io::Error) -> UserError {
    UserError::new(Code::Internal, "the live view broke off")
        .because(error)
        .help("--iterations N prints tables without a terminal")
}
