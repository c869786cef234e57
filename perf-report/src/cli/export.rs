//! `perf-report export`: a run in the format of another program.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::builder::{FalseyValueParser, PossibleValue, StringValueParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches, ValueEnum};

use super::help;
use super::judge::LimitArgs;
use super::output::{self, OutputArgs};
use crate::error::{ExitCode as Code, UserError};
use crate::export::{Against, Choice, Format, Options, Source, Unit};
use crate::model::{Comparison, RunDocument};
use crate::project::check::Question;
use crate::project::config::plugins::{Plugin, PluginKind};
use crate::project::context::Context;
use crate::project::named::{self, Runs};
use crate::project::{config, plugin};
use crate::render::json;
use crate::verdict;

/// The most that a program may write, in bytes.
const LARGEST: u64 = 256 << 20;

const EXAMPLES: &str = "\
Examples:
  perf-report export pprof --output run.pb.gz      for `go tool pprof run.pb.gz`
  perf-report export collapsed | inferno-flamegraph > flame.svg
  perf-report export collapsed --baseline main | inferno-flamegraph > diff.svg
  perf-report export collapsed --unit calls latest~1 --output calls.txt
  perf-report export openmetrics --output metrics.txt
  perf-report export github-action-benchmark --top 50 --output times.json
  perf-report export junit --baseline main --output junit.xml

A format refuses options that it does not have; variables of the environment are used by the formats \
that have such an option. [export.\"NAME\"] in perf.toml makes a format of a program, which is given the run as \
JSON. Exit codes: 0 written, 2 a mistake, 4 the run has nothing of what was asked \
for.";

/// Write a run in the format of another program
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    // First, since it sees what the others take away.
    #[command(flatten)]
    typed: Typed,

    /// The format, or a name of [export."NAME"] in perf.toml
    #[arg(value_parser = Words)]
    format: String,

    #[arg(help = help::run("The run, or a baseline"))]
    #[arg(default_value = "latest")]
    run: String,

    #[arg(help = help::run("Hold it against this: a baseline, the last runs `main~10` of a branch, or one run"))]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BASELINE", hide_env_values = true)]
    baseline: Option<String>,

    /// The figure of each stack, of `collapsed` [default: ns]
    #[arg(long, value_enum, env = "PERF_TRACK_UNIT", hide_env_values = true)]
    unit: Option<Unit>,

    /// Write at most N functions, those with most self time [default: by format, 20 or 200]
    #[arg(long, value_name = "N", env = "PERF_TRACK_TOP", hide_env_values = true)]
    top: Option<usize>,

    /// Write all functions; of reports with verdicts, also what is fine
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with = "top")]
    all: bool,

    /// Write the time of the run beside each value, of `openmetrics`
    #[arg(long, env = "PERF_TRACK_TIMESTAMPS", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    timestamps: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let words: Vec<&str> = Format::ALL.iter().map(|format| format.facts().word).collect();
    let own = config::plugins(context, PluginKind::Export, &words)?;
    match (Format::from_word(&args.format), own.get(&args.format)) {
        (Ok(format), _) => args.write(context, format)?,
        (Err(_), Some(plugin)) => args.have_written(context, plugin)?,
        (Err(_), None) => {
            let problem = format!("there is no format {:?}", args.format);
            return Err(plugin::unknown((PluginKind::Export, &args.format), problem, &words, &own));
        }
    }
    Ok(Code::Fine.into())
}

impl Args {
    /// Writes the run in a format of ours.
    fn write(&self, context: &Context, format: Format) -> Result<(), UserError> {
        let options = self.options(format)?;
        if format.facts().is_binary && self.output.output.is_none() && io::stdout().is_terminal() {
            return Err(not_for_terminals(format.facts().word));
        }
        let held = Held::load(self, format, context)?;
        let bytes = format.write(&held.source(), &options)?;
        self.output.write_bytes(&bytes)
    }

    /// Has a program write the run, which it is given as a document on its standard input.
    fn have_written(&self, context: &Context, plugin: &Plugin) -> Result<(), UserError> {
        let name = &self.format;
        let choices = Choice::ALL.into_iter().map(|choice| choice.word().to_owned());
        let typed = choices.chain(LimitArgs::names()).find(|word| self.typed.has(word));
        if let Some(word) = typed {
            let problem = format!("{name} is a program of perf.toml, and has no --{word}");
            return Err(UserError::new(Code::Usage, problem)
                .help("its `command` there may have arguments of its own"));
        }
        let run = named_one(Runs::any(context, &self.run)?)?;
        let document = json::exact(&run);
        let asked = (PluginKind::Export, name.as_str(), plugin);
        let bytes = plugin::answer(context, asked, (&[], document.as_bytes()), LARGEST)?;
        if self.output.output.is_some() || !io::stdout().is_terminal() {
            return self.output.write_bytes(&bytes);
        }
        let text = String::from_utf8(bytes).map_err(|_| not_for_terminals(name))?;
        self.output.write_text(&text)
    }

    /// Returns the choices of the user, without those of the environment that the format does not have.
    ///
    /// # Errors
    /// Where one that was typed is not for the format.
    fn options(&self, format: Format) -> Result<Options, UserError> {
        let mut options =
            Options { unit: self.unit, top: self.top, all: self.all, timestamps: self.timestamps };
        for choice in Choice::ALL.into_iter().filter(|choice| !format.has(*choice)) {
            if self.typed.has(choice.word()) {
                return Err(format.lacks(choice));
            }
            choice.clear(&mut options);
        }
        self.no_limits_without_a_judgement(format)?;
        Ok(options)
    }

    /// Returns the name of the baseline. One of the environment is the one that runs are judged by, and makes
    /// no difference of a profile.
    fn baseline(&self, format: Format) -> Option<&str> {
        let is_meant =
            self.typed.has(Choice::Baseline.word()) || format.facts().against == Against::Judgement;
        self.baseline.as_deref().filter(|_| is_meant)
    }

    /// Refuses limits of a judgement where none is made.
    fn no_limits_without_a_judgement(&self, format: Format) -> Result<(), UserError> {
        let limit = LimitArgs::names().into_iter().find(|name| self.typed.has(name));
        match (limit, format.facts().against) {
            (None, _) | (_, Against::Judgement) => Ok(()),
            (Some(limit), _) => {
                let word = format.facts().word;
                let problem = format!("{word} shows no judgement, and --{limit} is for one");
                Err(UserError::new(Code::Usage, problem)
                    .help("`perf-report check` takes it, and formats with verdicts do"))
            }
        }
    }
}

/// The run, and what it is held against.
struct Held {
    run: RunDocument,
    baseline: Option<RunDocument>,
    comparison: Option<Comparison>,
}

impl Held {
    fn load(args: &Args, format: Format, context: &Context) -> Result<Self, UserError> {
        let named = args.baseline(format).filter(|_| format.has(Choice::Baseline));
        let current = Runs::any(context, &args.run)?;
        let baseline = named.map(|name| held_against(context, name, &current)).transpose()?;
        let comparison = match format.facts().against {
            Against::Judgement => {
                Some(judge(args, (format, context), &current, baseline.as_ref())?)
            }
            Against::Nothing(_) | Against::Run => None,
        };
        let baseline = baseline.map(named_one).transpose()?;
        Ok(Self { run: named_one(current)?, baseline, comparison })
    }

    fn source(&self) -> Source<'_> {
        Source {
            run: &self.run,
            baseline: self.baseline.as_ref(),
            comparison: self.comparison.as_ref(),
        }
    }
}

/// Loads what `compare` takes for that name or, as `check`, the last runs of a branch.
fn held_against(context: &Context, name: &str, current: &Runs) -> Result<Runs, UserError> {
    Runs::any(context, name).or_else(|error| {
        let window =
            named::is_window(name).then(|| Runs::reference(context, name, &current.runs).ok());
        window.flatten().ok_or(error)
    })
}

/// Returns the run that was named, of those made with it; of a baseline its newest, the only one that has a
/// tree.
fn named_one(mut runs: Runs) -> Result<RunDocument, UserError> {
    let named = runs.runs.iter().position(|run| run.run.id == runs.name);
    match named.or(runs.runs.len().checked_sub(1)) {
        Some(at) => Ok(runs.runs.swap_remove(at)),
        None => Err(UserError::new(Code::NothingToJudge, format!("{} holds no run", runs.name))),
    }
}

/// Judges the runs as `check` does; by their budgets where no baseline is named.
fn judge(
    args: &Args,
    (format, context): (Format, &Context),
    current: &Runs,
    baseline: Option<&Runs>,
) -> Result<Comparison, UserError> {
    let settings = args.limits.settings(context, args.baseline(format), &[])?;
    match (baseline, current.runs.last()) {
        (Some(baseline), _) => {
            let question = Question::between(context, baseline.clone(), current.clone())?;
            question.notices.iter().for_each(|notice| output::warning(notice));
            question.answer(&settings)
        }
        (None, Some(run)) => {
            let why = "no baseline was named".to_owned();
            Ok(verdict::alone(run, &settings.limits(), why))
        }
        (None, None) => Err(UserError::new(Code::NothingToJudge, "there is no run to judge")),
    }
}

fn not_for_terminals(word: &str) -> UserError {
    let problem = format!("{word} is binary, and standard output is a terminal");
    UserError::new(Code::Usage, problem)
        .help(format!("write it to a file: `perf-report export {word} --output FILE`"))
}

/// The names of the options that were typed, and do not come from the environment.
#[derive(Debug, Default)]
struct Typed(Vec<String>);

impl Typed {
    fn has(&self, option: &str) -> bool {
        self.0.iter().any(|typed| typed == option)
    }
}

impl FromArgMatches for Typed {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let is_typed =
            |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let typed = matches.ids().filter(is_typed);
        // The names of fields are those of options, with `_`.
        Ok(Self(typed.map(|id| id.as_str().replace('_', "-")).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Typed {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

/// Takes any word for a format, since a project may have its own; help and completion name ours.
#[derive(Debug, Clone, Copy)]
struct Words;

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |format: &Format| {
            let facts = format.facts();
            PossibleValue::new(facts.word).help(facts.about)
        };
        Some(Box::new(Format::ALL.iter().map(value)))
    }
}

impl ValueEnum for Unit {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Ns, Self::Us, Self::Ms, Self::Calls, Self::Bytes]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Ns => ("ns", "Self time in nanoseconds"),
            Self::Us => ("us", "Self time in microseconds"),
            Self::Ms => ("ms", "Self time in milliseconds, for viewers that make a sample of each"),
            Self::Calls => ("calls", "Finished calls"),
            Self::Bytes => ("bytes", "Bytes allocated by the function itself"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
