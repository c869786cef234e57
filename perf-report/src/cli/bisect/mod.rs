//! `perf-report bisect`: the commit that changed a metric.

mod search;
mod state;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::builder::FalseyValueParser;

use super::output::{self, OutputArgs};
use super::recording::DirArgs;
use super::rounds::Rounds;
use super::{help, media};
use crate::analysis::bisect::{self, Graph};
use crate::analysis::interleave::Order;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{
    BISECT_SCHEMA, BISECT_VERSION, BisectDocument, BisectQuestion, BisectState, Metric, Purpose,
};
use crate::project::config::{self, check};
use crate::project::context::Context;
use crate::record::bisect::history::History;
use crate::record::bisect::workshop::Workshop;
use crate::record::facts;
use crate::record::worktree;
use crate::system;
use crate::text::{units, values};

use search::{Search, Stopped};
use state::State;

const EXAMPLES: &str = "\
Examples:
  perf-report bisect --good v1.2 --bad main -- ./target/release/import data.csv
  perf-report bisect --good v1.2 --bad main --function parse --metric self \\
      --build 'cargo build --release --bin import' \\
      -- ./target/release/import data.csv
  perf-report bisect --good HEAD~40 --bad HEAD --metric allocs \\
      --function parse -- ./target/release/import data.csv
  perf-report bisect --continue              go on where it stopped
  git bisect run perf-report bisect --exit-code --good v1.2 --bad main \\
      -- ./target/release/import data.csv

The ends are run in turn until it is certain that they differ. Then commits between them are built, \
and run in turn with the good end, each as often as is worth it; what cannot be built is left out. \
What is found is held against the commit before it. Nothing of the working tree is touched: commits \
are checked out into hidden folders beside it, which are removed again.

The command names what a build makes from the folder that it is run in, such as \
`./target/release/program`. What it names is kept of each build. Commits of which that has the same \
bytes need no runs; what a command reads beside it is named by --artifact.

A search that was interrupted goes on when the same command is given again.

Exit codes: 0 the commit was found, 2 usage, an end cannot be built, 4 an end cannot be measured, 5 the \
ends do not differ, or it is not known yet which of several commits it was. With --exit-code, for \
`git bisect run`: 0 good, 1 bad, 125 cannot be told, 128 nothing can be told of any commit.";

/// Find the commit that made something slower, or changed a count
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A commit before the change
    #[arg(long, value_name = "REV", env = "PERF_TRACK_GOOD", hide_env_values = true)]
    good: Option<String>,

    /// A later commit with the change
    #[arg(long, value_name = "REV", env = "PERF_TRACK_BAD", hide_env_values = true)]
    bad: Option<String>,

    /// The function that changed, by its name or a part of it [default: the whole command]
    #[arg(long, short, value_name = "NAME", env = "PERF_TRACK_FUNCTION", hide_env_values = true)]
    function: Option<String>,

    #[arg(help = help::metric_of_bisect())]
    #[arg(long, value_name = "METRIC", env = "PERF_TRACK_METRIC", hide_env_values = true)]
    metric: Option<String>,

    /// What builds a commit, for a shell
    #[arg(long, value_name = "CMD", env = "PERF_TRACK_BUILD", hide_env_values = true)]
    #[arg(default_value = "cargo build --release")]
    build: String,

    /// A further file or folder that the build makes and the command needs; may be repeated
    #[arg(long, value_name = "PATH", env = "PERF_TRACK_ARTIFACT", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    artifact: Vec<String>,

    /// Take a merge for one commit, and leave out those that it merged
    #[arg(long, env = "PERF_TRACK_FIRST_PARENT", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    first_parent: bool,

    /// The command that is measured
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,

    /// How to write the result
    #[arg(long, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: media::Report,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    course: CourseArgs,
}

/// The course of a search.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Course of the search")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct CourseArgs {
    /// Say what is ahead, and build and run nothing
    #[arg(long, env = "PERF_TRACK_DRY_RUN", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    dry_run: bool,

    /// Do not ask before going on, once the effort is known
    #[arg(long, short, env = "PERF_TRACK_YES", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    yes: bool,

    /// Stop after this time; the same command goes on from there
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_MAX_TIME", hide_env_values = true)]
    max_time: Option<check::Duration>,

    /// Rounds after which the ends are taken to be the same
    #[arg(long, value_name = "N", env = "PERF_TRACK_MAX_ROUNDS", hide_env_values = true)]
    #[arg(default_value_t = 40, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    max_rounds: u32,

    /// Go on with the search that was begun last
    #[arg(long = "continue", env = "PERF_TRACK_CONTINUE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    go_on: bool,

    /// Forget the search that was begun last, and its builds
    #[arg(long, env = "PERF_TRACK_RESET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    reset: bool,

    /// Judge the commit that is checked out, for `git bisect run`
    #[arg(long, env = "PERF_TRACK_EXIT_CODE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    exit_code: bool,

    /// The most that builds which are kept may take
    #[arg(long, value_name = "SIZE", env = "PERF_TRACK_CACHE", hide_env_values = true)]
    #[arg(default_value = "2GiB", value_parser = size)]
    cache: u64,

    /// What chance comes from, so that it can be repeated [default: another one each time]
    #[arg(long, value_name = "SEED", env = "PERF_TRACK_SEED", hide_env_values = true)]
    seed: Option<u64>,

    /// Measure commands that fail, too
    #[arg(long, env = "PERF_TRACK_ALLOW_FAILURE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    allow_failure: bool,

    #[command(flatten)]
    dir: DirArgs,

    /// Print no progress
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,
}

fn size(text: &str) -> Result<u64, String> {
    values::size_bytes(text).map(crate::stats::number::whole)
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    if args.course.exit_code {
        // Any other code below 128 would say that a commit is bad.
        return Ok(judge_commit(args, context).unwrap_or_else(|error| {
            output::error(&error);
            ExitCode::from(128)
        }));
    }
    let state = State::of(context);
    if args.course.reset {
        state.reset()?;
        if args.good.is_none() && args.bad.is_none() {
            output::message("forgot the search that was begun last, and its builds");
            return Ok(Code::Fine.into());
        }
    }
    let (document, history) = begin(args, context, &state)?;
    if args.course.dry_run {
        return dry_run(args, &document, &history);
    }
    if document.state != BisectState::Open {
        output::message("this search is at its end; --reset begins anew");
        return finish(args, &document, Stopped::Done);
    }
    let mut search = search(args, context, &state, (document, history))?;
    let stopped = search.go()?;
    search.keep()?;
    let interrupted = search.rounds.interrupted();
    let Search { document, .. } = search;
    if document.state != BisectState::Open {
        state.tidy();
    }
    let code = finish(args, &document, stopped)?;
    Ok(interrupted.map_or(code, |signal| ExitCode::from(128 + signal)))
}

/// Reads the search that was begun, if it is the one that is wanted, or begins one.
fn begin(
    args: &Args,
    context: &Context,
    state: &State,
) -> Result<(BisectDocument, History), UserError> {
    let begun = state.read()?;
    let is_named = args.good.is_some() || args.bad.is_some() || !args.command.is_empty();
    if args.course.go_on || (args.course.exit_code && !is_named) {
        let begun = begun.ok_or_else(|| {
            UserError::new(Code::Usage, "no search was begun here")
                .help("begin one: `perf-report bisect --good REV --bad REV -- COMMAND`")
        })?;
        let asked = &begun.question;
        let ends = (asked.good.as_str(), asked.bad.as_str());
        let history = History::between(&context.dir, ends, asked.first_parent)?;
        return Ok((begun, history));
    }
    let (question, history) = question(args, context)?;
    match begun {
        Some(begun) if state::is_same(&begun.question, &question, args.metric.is_some()) => {
            Ok((begun, history))
        }
        Some(begun) if begun.state == BisectState::Open && !begun.rounds.is_empty() => {
            let BisectQuestion { good_name, bad_name, .. } = begun.question;
            let problem =
                format!("another search, from {good_name} to {bad_name}, is not at its end");
            Err(UserError::new(Code::Usage, problem)
                .help("go on with it by --continue, or forget it by --reset"))
        }
        _ => Ok((new(question, &history, context), history)),
    }
}

/// A search of which nothing is known yet.
fn new(question: BisectQuestion, history: &History, context: &Context) -> BisectDocument {
    let mut notes = Vec::new();
    if facts::git(&context.dir, None).is_some_and(|git| git.dirty) {
        notes.push("what is not committed is in none of the commits".to_owned());
    }
    let files = ["--", "rust-toolchain", "rust-toolchain.toml"];
    let ends = ["diff", "--quiet", question.good.as_str(), question.bad.as_str()];
    if worktree::git(&history.repository, ends.into_iter().chain(files)).is_err() {
        notes.push(match std::env::var("RUSTUP_TOOLCHAIN") {
            Ok(chosen) => format!(
                "all commits are built with the toolchain {chosen} (RUSTUP_TOOLCHAIN, which `cargo \
                 perf-report` sets as well), though their toolchain files differ"
            ),
            Err(_) => "the ends name different toolchains, and each commit is built with its own"
                .to_owned(),
        });
    }
    BisectDocument {
        schema: BISECT_SCHEMA.to_owned(),
        version: BISECT_VERSION,
        question,
        commits: history.commits.clone(),
        notes,
        ..BisectDocument::default()
    }
}

/// Reads the question from the command line.
fn question(args: &Args, context: &Context) -> Result<(BisectQuestion, History), UserError> {
    let usage = |problem: &str| {
        UserError::new(Code::Usage, problem).help(
            "name both ends and a command: `perf-report bisect --good v1.2 --bad main -- \
             ./target/release/program`",
        )
    };
    let (Some(good), Some(bad)) = (&args.good, &args.bad) else {
        return Err(usage("a search needs both ends, --good and --bad"));
    };
    let Some(first) = args.command.first() else {
        return Err(usage("there is nothing to run"));
    };
    if Path::new(first).file_name().is_some_and(|name| name == "cargo") {
        let problem = "`cargo` would build while it is measured";
        return Err(UserError::new(Code::Usage, problem)
            .help("name the program that --build makes, such as `./target/release/program`"));
    }
    let metric = metric(args)?;
    let history = History::between(&context.dir, (good, bad), args.first_parent)?;
    let dir = system::canonical(&context.dir).unwrap_or_else(|_| context.dir.clone());
    let below = dir.strip_prefix(&history.repository).unwrap_or(Path::new(""));
    let end = |commit: Option<&crate::model::BisectCommit>| {
        commit.map(|commit| commit.commit.clone()).unwrap_or_default()
    };
    let question = BisectQuestion {
        good: end(history.commits.first()),
        good_name: good.clone(),
        bad: end(history.commits.last()),
        bad_name: bad.clone(),
        function: args.function.clone(),
        metric,
        command: args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
        build: args.build.clone(),
        dir: below.display().to_string(),
        first_parent: args.first_parent,
        artifacts: args.artifact.clone(),
    };
    Ok((question, history))
}

/// Returns the word of the metric, which must be one of the function or of the command.
fn metric(args: &Args) -> Result<String, UserError> {
    let usual = if args.function.is_some() { Metric::SelfNs } else { Metric::WallNs };
    let Some(word) = &args.metric else { return Ok(usual.word().to_owned()) };
    let metric = Metric::from_word(word);
    match metric {
        Some(metric) if args.function.is_some() == metric.is_of_function() => {
            Ok(metric.word().to_owned())
        }
        Some(metric) if metric.is_of_function() => {
            let problem = format!("{} is a metric of functions", metric.word());
            Err(UserError::new(Code::Usage, problem).help("name one with --function"))
        }
        _ if args.function.is_some() => {
            let problem = format!("{word:?} is no metric of functions");
            let words = Metric::ALL.map(Metric::word);
            Err(UserError::new(Code::Usage, problem)
                .help(crate::text::suggest::one_of(word, words)))
        }
        // One of the program's own; its runs will show whether there is such a one.
        _ => Ok(word.clone()),
    }
}

/// Opens the place where commits are built and run.
fn search<'a>(
    args: &Args,
    context: &Context,
    state: &'a State,
    (document, history): (BisectDocument, History),
) -> Result<Search<'a>, UserError> {
    let graph = Graph::of(&document).ok_or_else(|| {
        UserError::new(Code::Internal, "the commits that git lists make no history")
    })?;
    let course = &args.course;
    let words = if args.command.is_empty() {
        search::words(&document.question.command)
    } else {
        args.command.clone()
    };
    let rounds = Rounds::begin(course.quiet)?;
    let folder = state.folder()?;
    let mut workshop =
        Workshop::open(&context.dir, &document.question, &words, (folder, course.cache))?;
    workshop.allow_failure = course.allow_failure;
    workshop.base = course.dir.base(context);
    workshop.surround(&config::bench_environment(context)?);
    let is_asked = !course.yes && !course.exit_code && output::is_a_dialogue();
    let limit = course.max_time.map(check::Duration::of_clock);
    let is_free = args.metric.is_none() && document.question.metric == Metric::WallNs.word();
    Ok(Search {
        processor: (is_free && document.rounds.is_empty()).then(Vec::new),
        document,
        graph,
        history,
        workshop,
        state,
        rounds,
        most: course.max_rounds,
        limit,
        quiet: course.quiet,
        ask: is_asked.then_some(ask),
        order: Order::new(course.seed.unwrap_or_else(facts::random)),
        since: Instant::now(),
    })
}

/// Asks whether to go on. No answer, and the end of the input, is a yes; Ctrl-C is none.
fn ask(rounds: &Rounds) -> bool {
    /// The time between two looks whether somebody asks for the end.
    const STEP: Duration = Duration::from_millis(200);
    output::message("go on? [Y/n]");
    loop {
        if rounds.interrupted().is_some() {
            return false;
        }
        match system::wait_for_input(STEP) {
            Ok(false) => {}
            Ok(true) => break,
            Err(_) => return true,
        }
    }
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_err() || !answer.trim().to_lowercase().starts_with('n')
}

/// Says what a search would take.
fn dry_run(
    args: &Args,
    document: &BisectDocument,
    history: &History,
) -> Result<ExitCode, UserError> {
    let graph = Graph::of(document).ok_or_else(|| {
        UserError::new(Code::Internal, "the commits that git lists make no history")
    })?;
    let forecast = bisect::forecast(document, &graph, args.course.max_rounds);
    let commits = document.commits.len().saturating_sub(1) as u64;
    let mut text = format!(
        "{} from {} to {}",
        units::plural(commits, "commit"),
        document.question.good_name,
        document.question.bad_name
    );
    let idle = history.without_code() as u64;
    if idle > 0 {
        let idle = units::count(idle);
        let _ = write!(text, ", of which {idle} touch no code and are looked at last");
    }
    let _ = writeln!(text, "\nahead: {}", search::ahead(forecast));
    if forecast.runs.is_none() {
        text +=
            "the number of runs follows from the noise, which is known once both ends have run\n";
    }
    args.output.write_text(&text)?;
    Ok(Code::Fine.into())
}

/// Writes what was found, and returns the exit code.
fn finish(args: &Args, document: &BisectDocument, stopped: Stopped) -> Result<ExitCode, UserError> {
    args.output.write(document, args.format)?;
    match stopped {
        Stopped::Time => {
            output::help("--max-time is over; the same command, or --continue, goes on");
        }
        Stopped::Asked => output::help("the same command, or --continue, goes on from here"),
        Stopped::Done => {}
    }
    let is_certain =
        document.state == BisectState::Found && document.steps.iter().all(|step| step.confirmed);
    Ok(if is_certain { Code::Fine } else { Code::Inconclusive }.into())
}

/// Judges the commit that is checked out against the ends: the exit code for `git bisect run`.
fn judge_commit(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    /// Rounds after which a commit cannot be told.
    const MOST: usize = 60;
    const SKIP: u8 = 125;
    let state = State::of(context);
    let (document, history) = begin(args, context, &state)?;
    let here = worktree::resolve(&history.repository, "HEAD")?;
    let at = document.commits.iter().position(|commit| commit.commit == here);
    let at = at.ok_or_else(|| {
        let problem = "the commit that is checked out is not between the ends";
        UserError::new(Code::Usage, problem).help("name the ends that `git bisect` has")
    })?;
    let mut search = search(args, context, &state, (document, history))?;
    if search.measure_ends()?.is_none() {
        if let Some(signal) = search.rounds.interrupted() {
            return Ok(ExitCode::from(128 + signal));
        }
        return Err(UserError::new(Code::Inconclusive, "the ends do not differ"));
    }
    for _ in 0..MOST {
        if let Some(signal) = search.rounds.interrupted() {
            return Ok(ExitCode::from(128 + signal));
        }
        if search.document.commits.get(at).is_some_and(|commit| commit.state.is_skipped()) {
            return Ok(ExitCode::from(SKIP));
        }
        if let Some(is_bad) = bisect::side_of(&search.document, at) {
            let side = if is_bad { "bad" } else { "good" };
            output::message(&format!("{} is {side}", here.get(..10).unwrap_or(&here)));
            return Ok(ExitCode::from(u8::from(is_bad)));
        }
        let beside = (!search.document.exact).then_some(0);
        search.measure((at, beside), 1, Purpose::Search)?;
        search.keep()?;
    }
    Ok(ExitCode::from(SKIP))
}
