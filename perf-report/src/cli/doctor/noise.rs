//! `doctor --noise`: the same command against itself.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::Args;
use crate::cli::ab::{Match, Progress, Rules};
use crate::cli::output::{self, Format};
use crate::cli::rounds::Rounds;
use crate::command::{Job, Streams};
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::model::NoiseDocument;
use crate::render::human;
use crate::{facts, interleave, noise, units};

/// How the command is run.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Noise")]
pub(super) struct NoiseArgs {
    /// Rounds to make, in each of which the command runs twice
    #[arg(long, value_name = "N", env = "PERF_TRACK_ROUNDS", hide_env_values = true)]
    #[arg(default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,

    /// Rounds before these that are not judged
    #[arg(long, value_name = "N", env = "PERF_TRACK_WARMUP", hide_env_values = true)]
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    warmup: u32,

    /// What tells the runs apart [default: another one each time]
    #[arg(long, value_name = "SEED", env = "PERF_TRACK_SEED", hide_env_values = true)]
    seed: Option<u64>,

    /// Go on with a command that fails
    #[arg(long, env = "PERF_TRACK_ALLOW_FAILURE", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    allow_failure: bool,

    /// Folder to record in, a subfolder each run [default: one of your own, in memory]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    /// Print no progress
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let settings = args.limits.settings(context, None, &[])?;
    let seed = args.rounds.seed.unwrap_or_else(|| facts::random() % 1_000_000);
    let mut rounds = Rounds::begin(args.rounds.quiet)?;
    let mut game = game(args, context, seed);
    let mut progress = game.warm_up(args.rounds.warmup, &mut rounds)?;
    if progress == Progress::Done {
        progress = game.until(args.rounds.rounds, &rounds)?;
    }
    if progress == Progress::Interrupted {
        let done = units::plural(game.rounds().into(), "round");
        let signal = rounds.interrupted().unwrap_or(0);
        output::warning(&format!("interrupted after {done}: nothing was judged"));
        return Ok(ExitCode::from(128 + signal));
    }
    rounds.show("judging");
    let made = noise::Rounds { a: &game.a, b: &game.b, warm_up: args.rounds.warmup, seed };
    let fail_on = settings.fail_on.clone().unwrap_or_default();
    let found = noise::noise(made, &settings.limits(), &fail_on)
        .ok_or_else(|| UserError::new(Code::NothingToJudge, "no round was made"))?;
    drop(rounds);
    write(args, &found)?;
    Ok(Code::Fine.into())
}

fn game<'a>(args: &'a Args, context: &'a Context, seed: u64) -> Match<'a> {
    let job = Job { words: &args.command, streams: Streams::Tail, ..Job::default() };
    Match {
        rules: Rules {
            allow_failure: args.rounds.allow_failure,
            probe: true,
            base: args.rounds.dir.as_ref().map(|dir| context.dir.join(dir)),
            label: None,
            time_limit: None,
        },
        jobs: [job; 2],
        source: &context.root,
        order: interleave::Order::new(seed),
        a: Vec::new(),
        b: Vec::new(),
    }
}

fn write(args: &Args, found: &NoiseDocument) -> Result<(), UserError> {
    args.output.write(&match args.format {
        Format::Human => human::noise(found, args.output.screen()),
        Format::Json => output::json(found),
    })
}
