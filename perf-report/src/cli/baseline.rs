//! `perf-report baseline`: runs kept by name, to compare later ones with.

use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::FalseyValueParser;
use serde::Serialize;

use super::format::TextFormat;
use super::output::{self, OutputArgs};
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Run, RunDocument};
use crate::render::{Selection, csv, human, markdown};
use crate::store::{self, RunRef, Store as _};
use crate::{baseline, units};

const EXAMPLES: &str = "\
Examples:
  perf-report baseline save main            keep the newest run as `main`
  perf-report baseline save v1.2 latest~1   keep the run before it as `v1.2`
  perf-report baseline list
  perf-report check --baseline main         judge the newest run by it

Baselines are files in .perf/baselines/, made to be committed and reviewed.";

/// Keep runs by name, to compare later ones with
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Save(Save),
    List(List),
    Show(Show),
    Remove(Remove),
}

/// Keep a run as a baseline
#[derive(Debug, clap::Args)]
struct Save {
    /// Name of the baseline: letters, digits, `.`, `_`, `-`
    name: String,

    /// The run: `latest`, `latest~1`, an id or its beginning, or a label
    #[arg(default_value = "latest")]
    run: RunRef,

    /// Replace a baseline of this name
    #[arg(long, short, env = "PERF_TRACK_FORCE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    force: bool,
}

/// List the baselines
#[derive(Debug, clap::Args)]
struct List {
    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: output::Format,

    #[command(flatten)]
    output: OutputArgs,
}

/// Show what a baseline holds
#[derive(Debug, clap::Args)]
struct Show {
    /// Name of the baseline
    name: String,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: TextFormat,

    #[command(flatten)]
    output: OutputArgs,
}

/// Remove a baseline
#[derive(Debug, clap::Args)]
#[command(visible_alias = "rm")]
struct Remove {
    /// Name of the baseline
    name: String,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    match &args.action {
        Action::Save(args) => save(args, context),
        Action::List(args) => list(args, context),
        Action::Show(args) => show(args, context),
        Action::Remove(args) => remove(args, context),
    }?;
    Ok(Code::Fine.into())
}

fn save(args: &Save, context: &Context) -> Result<(), UserError> {
    let path = baseline::path(context, &args.name)?;
    if !args.force && path.exists() {
        let problem =
            format!("there is a baseline {:?} already: {}", args.name, context.shown(&path));
        return Err(UserError::new(Code::Usage, problem)
            .help("replace it with --force, or choose another name"));
    }
    let run = store::open(context)?.find(&args.run)?;
    if run.process.count == 0 {
        let problem =
            format!("run {} recorded nothing, so nothing can be judged by it", run.run.id);
        return Err(UserError::new(Code::NothingToJudge, problem)
            .help("name another run, such as `latest~1`, or record one with `perf-report run`"));
    }
    let path = baseline::save(context, &args.name, &run)?;
    output::message(&format!(
        "baseline {} is run {} now: {}",
        args.name,
        run.run.id,
        context.shown(&path)
    ));
    output::help("commit the file, so that everybody compares with the same run");
    Ok(())
}

fn list(args: &List, context: &Context) -> Result<(), UserError> {
    let names = baseline::names(context)?;
    let rows: Vec<Row> = names.into_iter().map(|name| Row::of(context, name)).collect();
    let text = match args.format {
        output::Format::Human => table(&rows),
        output::Format::Json => output::json(&Document {
            schema: "perf-track/baselines",
            version: 1,
            baselines: rows.iter().map(Item::of).collect(),
        }),
    };
    args.output.write(&text)?;
    if rows.is_empty() {
        output::message("there is no baseline yet");
        output::help("keep the newest run as one with `perf-report baseline save main`");
    }
    Ok(())
}

/// A baseline in a list; one that cannot be read is listed too.
struct Row {
    name: String,
    run: Result<RunDocument, UserError>,
}

impl Row {
    fn of(context: &Context, name: String) -> Self {
        Self { run: baseline::load(context, &name), name }
    }

    fn cells(&self) -> [String; 5] {
        let name = self.name.clone();
        match &self.run {
            Ok(document) => {
                let run = &document.run;
                let commit = run.git.as_ref().map_or_else(
                    || "-".to_owned(),
                    |git| {
                        let short: String = git.commit.chars().take(10).collect();
                        if git.dirty { short + "+" } else { short }
                    },
                );
                let functions = units::count(document.functions.len() as u64);
                [name, run.id.clone(), commit, functions, run.label.clone().unwrap_or_default()]
            }
            Err(_) => [name, "cannot be read".to_owned(), "-".into(), "-".into(), String::new()],
        }
    }
}

/// Document `perf-track/baselines`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: u32,
    baselines: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    name: &'a str,
    /// What was run; `null` when the file cannot be read.
    run: Option<&'a Run>,
    /// Functions that it holds.
    functions: Option<usize>,
    /// Why the file cannot be read.
    error: Option<String>,
}

impl<'a> Item<'a> {
    fn of(row: &'a Row) -> Self {
        let document = row.run.as_ref().ok();
        Self {
            name: &row.name,
            run: document.map(|document| &document.run),
            functions: document.map(|document| document.functions.len()),
            error: row.run.as_ref().err().map(output::describe),
        }
    }
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let header = ["NAME", "RUN", "COMMIT", "FUNCTIONS", "LABEL"].map(str::to_owned);
    let cells: Vec<[String; 5]> =
        std::iter::once(header).chain(rows.iter().map(Row::cells)).collect();
    output::columns(&cells)
}

fn show(args: &Show, context: &Context) -> Result<(), UserError> {
    let run = baseline::load(context, &args.name)?;
    let all = Selection::default();
    let text = match args.format {
        TextFormat::Human => human::show(&run, &all, args.output.screen()),
        TextFormat::Json => output::json(&run),
        TextFormat::Csv => csv::run(&run),
        TextFormat::Markdown => markdown::run(&run, &all),
    };
    args.output.write(&text)
}

fn remove(args: &Remove, context: &Context) -> Result<(), UserError> {
    let path = baseline::remove(context, &args.name)?;
    output::message(&format!("removed {}", context.shown(&path)));
    Ok(())
}
