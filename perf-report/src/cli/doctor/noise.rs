//! `doctor --noise`: the same command against itself.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::Args;
use crate::analysis::{interleave, noise};
use crate::cli::output;
use crate::cli::rounds::{ROUNDS, Rounds, TurnArgs};
use crate::error::{ExitCode as Code, UserError};
use crate::project::config;
use crate::project::context::Context;
use crate::project::workspace;
use crate::record::command::{Job, Streams};
use crate::record::in_turn::{InTurn, Progress, Rules, Watcher as _};
use crate::text::units;

/// How the command is run.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Noise")]
pub(super) struct NoiseArgs {
    #[command(flatten)]
    turns: TurnArgs,

    /// Print no progress
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let settings = args.limits.settings(context, None, &[])?;
    let seed = args.rounds.turns.seed();
    let mut rounds = Rounds::begin(args.rounds.quiet)?;
    let environment = config::bench_environment(context)?;
    let mut pairing = against_itself(args, context, (seed, &environment));
    let mut progress = pairing.warm_up(args.rounds.turns.warmup, &mut rounds)?;
    if progress == Progress::Done {
        progress = pairing.until(args.rounds.turns.rounds.unwrap_or(ROUNDS), &rounds)?;
    }
    if progress == Progress::Interrupted {
        let done = units::plural(pairing.rounds().into(), "round");
        let signal = rounds.interrupted().unwrap_or(0);
        output::warning(&format!("interrupted after {done}: nothing was judged"));
        return Ok(ExitCode::from(128 + signal));
    }
    rounds.show("judging");
    let made =
        noise::Rounds { a: &pairing.a, b: &pairing.b, warm_up: args.rounds.turns.warmup, seed };
    let fail_on = settings.fail_on.clone().unwrap_or_default();
    let found = noise::noise(made, &settings.limits(), &fail_on)
        .ok_or_else(|| UserError::new(Code::NothingToJudge, "no round was made"))?;
    drop(rounds);
    args.output.write(&found, args.format)?;
    Ok(Code::Fine.into())
}

fn against_itself<'a>(
    args: &'a Args,
    context: &'a Context,
    (seed, environment): (u64, &'a [(&'static str, OsString)]),
) -> InTurn<'a> {
    let job = Job { words: &args.command, environment, streams: Streams::Tail, ..Job::default() };
    InTurn {
        rules: Rules {
            allow_failure: args.rounds.turns.allow_failure,
            probe: true,
            base: args.rounds.turns.base(context),
            label: None,
            tags: Vec::new(),
            programs_of: workspace::programs_of,
            time_limit: None,
        },
        jobs: [job; 2],
        source: &context.root,
        order: interleave::Order::new(seed),
        a: Vec::new(),
        b: Vec::new(),
    }
}
