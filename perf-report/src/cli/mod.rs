//! The command line: one file a subcommand, each load → pure → render.
//!
//! Only this module prints (through `output`), and only its [`main`] turns a result into an exit
//! code. The work of the commands lives elsewhere in the crate, where a library user can call it.

mod ab;
mod agent;
mod baseline;
mod bench;
mod bisect;
mod bless;
mod browser;
mod build;
mod changepoints;
mod check;
mod collect;
mod compare;
mod compare_last;
mod completions;
mod doctor;
mod environment;
mod export;
mod function;
mod global;
mod help;
mod history;
mod html;
mod import;
mod init;
mod judge;
mod keep;
mod list;
mod man;
mod media;
mod monitor;
mod output;
mod overhead;
mod page;
mod part;
mod past;
mod progress;
mod prune;
mod push;
mod recording;
mod remove;
mod render;
mod report;
mod rounds;
mod run;
mod runs;
mod self_test;
mod serve;
mod show;
mod slower;
mod stacks;
mod store;
mod suite;
mod summary;
mod tag;
mod top;
mod values;
mod write;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::error::UserError;
use crate::project::context::Context;

/// The name of the program.
const NAME: &str = "perf-report";

#[derive(Debug, Parser)]
#[command(name = NAME, version, about = ABOUT, after_help = EXAMPLES)]
#[command(max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: global::GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

const ABOUT: &str = "\
Shows where the time of your programs goes, and whether a change made them slower.

Functions that carry #[perf_track] record themselves. `run` collects what every process of a \
command recorded and stores it as one run; the other commands read what is stored.";

const EXAMPLES: &str = "\
Examples:
  perf-report init                     set up a project: dependency, settings
  perf-report run -- cargo test        record a test run, and show its times
  perf-report show --tree              the last run as a tree of calls
  perf-report list --since 7d          the runs of a week
  perf-report html --open              the last run as a page, in a browser
  perf-report serve --open             all runs, and what became slower
  perf-report baseline save main       keep the last run as the baseline `main`
  perf-report check                    exit with 3 if something became slower
  perf-report suite -- cargo test      each test suite: time, memory, counts
  perf-report bench                    benchmarks, compared and ranked
  perf-report report                   score, grade, and what to do next
  perf-report history                  how functions did over the runs
  perf-report slower                   what became slower since yesterday
  perf-report monitor -- cargo test    one round of a nightly watch
  perf-report ab --a ./old --b ./new   run both in turn, judge the differences
  perf-report bisect --good v1 --bad HEAD -- ./app   the commit that slowed it
  perf-report export pprof --output p  the last run for pprof, speedscope, …
  perf-report import criterion         results of other tools, as a run
  perf-report stacks 4711              what the threads of a process are in
  perf-report top                      what running processes do, live
  perf-report agent                    metrics of running programs
  perf-report overhead                 what recording costs on this machine
  perf-report help check               the help of a command

Exit codes:
  0 fine            3 regression, over budget or target   6 unreadable data
  1 internal error  4 nothing to judge (no data)
  2 usage           5 inconclusive
`run` passes on the code of a command that fails.";

/// One variant a file of this folder.
#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Run(run::Args),
    Suite(suite::Args),
    Bench(bench::Args),
    Collect(collect::Args),
    Show(show::Args),
    List(list::Args),
    Html(html::Args),
    Serve(serve::Args),
    Stacks(stacks::Args),
    Export(export::Args),
    Render(render::Args),
    Import(import::Args),
    Top(top::Args),
    Agent(agent::Args),
    Compare(compare::Args),
    Ab(ab::Args),
    Bisect(bisect::Args),
    Check(check::Args),
    Report(report::Args),
    History(history::Args),
    CompareLast(compare_last::Args),
    Slower(slower::Args),
    Changepoints(changepoints::Args),
    Baseline(baseline::Args),
    Bless(bless::Args),
    Tag(tag::Args),
    Remove(remove::Args),
    Push(push::Args),
    Store(store::Args),
    Prune(prune::Args),
    Monitor(monitor::Args),
    Overhead(overhead::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the program with the given arguments, the program's name first.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = suite::as_runner(&args) {
        return code;
    }
    let parsed = environment::parse(Cli::command(), &args)
        .and_then(|parsed| Ok((Cli::from_arg_matches(&parsed.matches)?, parsed.warnings)));
    let (cli, warnings) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return output::usage(&error),
    };
    cli.global.apply_color();
    for warning in warnings {
        output::warning(&warning);
    }
    dispatch(cli).unwrap_or_else(|error| {
        output::error(&error);
        error.code.into()
    })
}

/// Returns the environment variables that stand for an option of some command, sorted.
pub fn variables() -> Vec<String> {
    environment::variables(&Cli::command())
}

/// Returns the arguments without the subcommand's name, which cargo passes as the first of them.
pub fn without_cargo_subcommand(
    args: impl IntoIterator<Item = OsString>,
) -> impl Iterator<Item = OsString> {
    args.into_iter()
        .enumerate()
        .filter(|(at, arg)| *at != 1 || arg != OsStr::new("perf-report"))
        .map(|(_, arg)| arg)
}

fn dispatch(cli: Cli) -> Result<ExitCode, UserError> {
    // What they write depends on nothing: not on perf.toml, and not on whether it can be read.
    match &cli.command {
        Command::Completions(args) => return completions::run(args),
        Command::Man(args) => return man::run(args),
        _ => {}
    }
    let context = cli.global.context()?;
    let done = carry_out(cli.command, &context);
    // Whatever became of the command: runs that wait are told of, and change no exit code.
    for problem in context.unsent() {
        output::warning(&problem);
    }
    done
}

fn carry_out(command: Command, context: &Context) -> Result<ExitCode, UserError> {
    match command {
        Command::Init(args) => init::run(&args, context),
        Command::Collect(args) => collect::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Export(args) => export::run(&args, context),
        Command::Render(args) => render::run(&args, context),
        Command::Import(args) => import::run(&args, context),
        Command::Html(args) => html::run(&args, context),
        Command::Stacks(args) => stacks::run(&args, context),
        Command::Top(args) => top::run(&args, context),
        Command::Compare(args) => compare::run(&args, context),
        Command::Ab(args) => ab::run(&args, context),
        Command::Bisect(args) => bisect::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Report(args) => report::run(&args, context),
        Command::History(args) => history::run(&args, context),
        Command::CompareLast(args) => compare_last::run(&args, context),
        Command::Slower(args) => slower::run(&args, context),
        Command::Changepoints(args) => changepoints::run(&args, context),
        Command::Baseline(args) => baseline::run(&args, context),
        Command::Bless(args) => bless::run(&args, context),
        Command::Tag(args) => tag::run(&args, context),
        Command::Remove(args) => remove::run(&args, context),
        Command::Push(args) => push::run(&args, context),
        Command::Store(args) => store::run(&args, context),
        Command::Overhead(args) => overhead::run(&args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Agent(args) => agent::run(&args, context),
        Command::Run(args) => prune::behind(run::run(&args, context), context),
        Command::Suite(args) => prune::behind(suite::run(&args, context), context),
        Command::Bench(args) => prune::behind(bench::run(&args, context), context),
        Command::Prune(args) => prune::run(&args, context),
        Command::Monitor(args) => prune::behind(monitor::run(&args, context), context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_twin_in_the_environment() {
        fn check(command: &clap::Command) {
            for arg in command.get_arguments().filter(|arg| arg.get_long().is_some()) {
                let long = arg.get_long().unwrap();
                if !["help", "version"].contains(&long) {
                    let twin = arg.get_env().and_then(OsStr::to_str).unwrap_or_default();
                    assert!(
                        twin.starts_with("PERF_TRACK_"),
                        "{} --{long} has no twin, only {twin:?}",
                        command.get_name()
                    );
                }
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn cargo_passes_the_name_of_the_subcommand_and_it_is_dropped() {
        let args = |list: &[&str]| -> Vec<OsString> { list.iter().map(OsString::from).collect() };
        let seen: Vec<_> =
            without_cargo_subcommand(args(&["cargo-perf-report", "perf-report", "doctor"]))
                .collect();
        assert_eq!(seen, args(&["cargo-perf-report", "doctor"]));
        let seen: Vec<_> =
            without_cargo_subcommand(args(&["cargo-perf-report", "run", "perf-report"])).collect();
        assert_eq!(seen, args(&["cargo-perf-report", "run", "perf-report"]));
    }
}
