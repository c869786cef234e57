//! `perf-report import`: the results of other tools, as runs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::keep::NameArgs;
use super::media;
use super::output::{self, OutputArgs};
use crate::error::{ExitCode as Code, UserError};
use crate::import::Format;
use crate::model::{
    Function, IMPORT_SCHEMA, IMPORT_VERSION, ImportDocument, ImportNote, ImportResult, ImportRun,
    Kept, RunDocument,
};
use crate::project::config::plugins::{PluginKind, Plugins};
use crate::project::context::Context;
use crate::project::import::{self, Answers, Given, Order, Read, program};
use crate::project::{config, past, plugin};

const EXAMPLES: &str = "\
Examples:
  perf-report import criterion           what `cargo bench` wrote last
  perf-report import results.json        told by its content
  perf-report import junit a.xml b.xml   two reports of the same tests
  cargo bench | perf-report import -     from standard input
  perf-report import criterion --saved main   what criterion saved
  perf-report import data.js --dry-run   look first, store nothing
  perf-report import --machine ci-4 --commit \"$GITHUB_SHA\" go.txt

Formats: criterion (the folder), cargo-criterion, hyperfine, junit, libtest (the text of `cargo bench`), \
nextest (libtest's JSON, too), gungraun (iai-callgrind, too), bmf, github-action-benchmark (data.js), go, \
google-benchmark, pytest-benchmark, jmh, oha, k6, wrk; and those of [import.\"NAME\"] in perf.toml, each a program \
of your own.

An import is a run: show, check, history, baseline, compare, html and export work on it. It is compared with \
imports of the same format only, and of the same --machine. What was measured once is stored once, however often \
and under whichever label it is imported. After `perf-report run -- cargo bench` nothing is left to import: what criterion wrote is part of \
that run.

Exit codes: 0 imported, 2 a mistake or an unknown format, 4 nothing found, 6 a damaged file.";

/// Store the results of other tools as runs: criterion, hyperfine, nextest, Go, …
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The format, where it is not to be told by content; files and folders; `-` for standard input
    #[arg(required = true, value_name = "FORMAT|PATH")]
    what: Vec<OsString>,

    #[command(flatten)]
    name: NameArgs,

    /// Compare it with runs of the same KEY only; runs without a key are compared with each other
    #[arg(long, value_name = "KEY", env = "PERF_TRACK_MACHINE", hide_env_values = true)]
    #[arg(value_parser = super::keep::branch)]
    machine: Option<String>,

    /// The commit that was measured [default: the one in the file, else the one checked out if older]
    #[arg(long, value_name = "HASH", env = "PERF_TRACK_COMMIT", hide_env_values = true)]
    #[arg(value_parser = commit)]
    commit: Option<String>,

    /// The time of the run, such as 2026-11-20T09:15:00Z [default: the one in the file, else the file's own]
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_IMPORT_TIME", hide_env_values = true)]
    #[arg(value_parser = time)]
    time: Option<jiff::Timestamp>,

    /// Unit of what a custom measurement of criterion measured: ns, us, ms, s, cycles, … [default: ns]
    #[arg(long, value_name = "UNIT", env = "PERF_TRACK_IMPORT_UNIT", hide_env_values = true)]
    unit: Option<String>,

    /// Take the baseline that criterion saved under NAME, instead of its newest results
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_SAVED", hide_env_values = true)]
    saved: Option<String>,

    /// Take also what criterion wrote in earlier runs than its newest
    #[arg(long, env = "PERF_TRACK_IMPORT_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// Show what would be imported, and store nothing
    #[arg(long, env = "PERF_TRACK_DRY_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    dry_run: bool,

    /// How to write the report
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: media::Report,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let own = config::plugins(context, PluginKind::Import, &words())?;
    let (order, name) = args.order(context, &own)?;
    let read = match name.as_ref().and_then(|name| Some((name.as_str(), own.get(name)?))) {
        Some(program) => program::read(context, &order, program)?,
        None => import::read(context, &order)?,
    };
    let Answers { kept, others } = if args.dry_run {
        Answers { kept: vec![Kept::No; read.runs.len()], others: None }
    } else {
        import::keep(context, &read.runs, &order.given)?
    };
    others.as_deref().into_iter().for_each(output::warning);
    args.output.write(&document(&read, &kept), args.format)?;
    if let Some(newest) = read.runs.last().filter(|_| kept.contains(&Kept::Stored)) {
        past::if_not_latest(context, newest)?.iter().for_each(|later| output::help(later));
    }
    Ok(Code::Fine.into())
}

impl Args {
    /// Returns the order, and the name of the program that is to carry it out, where it is none of ours.
    fn order(
        &self,
        context: &Context,
        own: &Plugins,
    ) -> Result<(Order, Option<String>), UserError> {
        let (format, paths) = self.split(context, own)?;
        let (format, program) = match format {
            Some(Named::Format(format)) => (Some(format), None),
            Some(Named::Own(name)) => (None, Some(name)),
            None => (None, None),
        };
        let order = Order {
            format,
            paths,
            saved: self.saved.clone(),
            all: self.all || self.saved.is_some(),
            unit: self.unit.clone(),
            given: Given {
                label: self.name.label.clone(),
                tags: self.name.tags(),
                branch: self.name.branch.clone(),
                commit: self.commit.clone(),
                machine: self.machine.clone(),
                time: self.time,
            },
        };
        Ok((order, program))
    }

    /// Splits the words into a format, where the first of them is one, and paths.
    ///
    /// # Errors
    /// Where the first is neither.
    fn split(
        &self,
        context: &Context,
        own: &Plugins,
    ) -> Result<(Option<Named>, Vec<PathBuf>), UserError> {
        let paths: Vec<PathBuf> = self.what.iter().map(PathBuf::from).collect();
        let Some((first, rest)) = paths.split_first() else { return Ok((None, paths)) };
        let word = first.to_string_lossy();
        if let Some(format) = Format::from_word(&word) {
            return Ok((Some(Named::Format(format)), rest.to_vec()));
        }
        if own.contains_key(&*word) {
            return Ok((Some(Named::Own(word.into_owned())), rest.to_vec()));
        }
        let is_path = word == "-" || word.contains(['/', '.']) || context.dir.join(first).exists();
        if is_path {
            return Ok((None, paths));
        }
        let problem = format!("{word:?} is no format, and there is no such file");
        Err(plugin::unknown((PluginKind::Import, &word), problem, &words(), own))
    }
}

/// A format that was named.
enum Named {
    /// One of ours.
    Format(Format),
    /// One of the project's own.
    Own(String),
}

/// Returns the words of all formats of ours.
fn words() -> Vec<&'static str> {
    Format::ALL.iter().map(|format| format.word()).collect()
}

/// Checks a commit's hash.
fn commit(text: &str) -> Result<String, String> {
    let is_hash = (4..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_hexdigit());
    if is_hash { Ok(text.to_lowercase()) } else { Err("it is no hash of a commit".to_owned()) }
}

/// Reads a time.
fn time(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "write it as 2026-11-20T09:15:00Z, or with another zone".to_owned())
}

fn document(read: &Read, kept: &[Kept]) -> ImportDocument {
    let runs = read.runs.iter().zip(kept).map(|(run, kept)| of_run(run, *kept));
    let notes = read.notes.iter().map(|note| ImportNote {
        text: note.sentence(),
        count: note.count,
        first: note.first.clone(),
        matters: note.matters,
    });
    let assumed =
        read.assumed.iter().map(|text| ImportNote { text: text.clone(), ..ImportNote::default() });
    ImportDocument {
        schema: IMPORT_SCHEMA.to_owned(),
        version: IMPORT_VERSION,
        source: read.source.clone(),
        from: read.from.clone(),
        runs: runs.collect(),
        notes: notes.chain(assumed).collect(),
        saved: read.saved.clone(),
    }
}

fn of_run(run: &RunDocument, kept: Kept) -> ImportRun {
    let result = |function: &Function| ImportResult {
        name: function.name.clone(),
        kind: function.kind,
        value_ns: function.mean_ns,
        interval_ns: function.benchmark.as_ref().and_then(|it| it.interval_ns),
        samples: function.benchmark.as_ref().map_or(0, |it| it.samples_ns.len() as u64),
        failed: function.is_failure(),
    };
    ImportRun {
        id: run.run.id.clone(),
        time: run.run.time.clone(),
        commit: run.run.git.as_ref().map(|git| git.commit.clone()).filter(|it| !it.is_empty()),
        kept,
        results: run.functions.iter().map(result).collect(),
        metrics: run.metrics.len() as u64,
        tests: run.suites.iter().map(|suite| suite.tests.len() as u64).sum(),
    }
}
