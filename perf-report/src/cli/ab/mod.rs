//! `perf-report ab`: two commands in turn, and what differs between them.

mod sides;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitCode;
use std::slice;
use std::time::Duration;

use clap::builder::FalseyValueParser;

use super::judge::{self, LimitArgs};
use super::page::{self, HtmlArgs};
use super::recording::ProbeArgs;
use super::rounds::{ROUNDS, Rounds, TurnArgs};
use super::write::WriteArgs;
use super::{keep, output};
use crate::analysis::interleave::{self, Decision, Side};
use crate::doctor;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Comparison, Interleaved, Stopped};
use crate::project::check::in_turn;
use crate::project::config::check::{self, CheckSettings};
use crate::project::context::Context;
use crate::project::store::Made;
use crate::project::workspace;
use crate::record::command::Streams;
use crate::record::in_turn::{InTurn, Progress, Rules, Watcher as _};
use crate::text::units;
use crate::verdict::{self, FailOn, Gate};

use sides::Sides;

const EXAMPLES: &str = "\
Examples:
  perf-report ab --a './old --fast data.csv' --b 'THREADS=1 ./new data.csv'
  perf-report ab --a-commit main -- ./target/release/import data.csv
  perf-report ab --a-commit v1.2 --b-commit HEAD \\
      --build 'cargo build --release --bin import' \\
      -- ./target/release/import data.csv
  perf-report ab --rounds 20 --max-rounds 100 --time-limit 120s \\
      --a ./old --b ./new

--a and --b go through `sh -c`, so they may set variables. A side with a commit is checked out into \
a hidden folder beside the working tree, with the submodules that the repository has, built there, \
and run there; a side without one is the working tree, and is built too. Both are built before \
anything is run, each into a target folder of its own, which $CARGO_TARGET_DIR names. What lies \
outside of the repository is the same for both.

The rounds are judged after half of them, which ends it where something is known to be worse, after \
all of them, and, while more of them may decide what is open, after twice as many and so on. What is \
judged are the differences within each round. B is judged as `check` judges a run, A is its baseline.

Exit codes: 0 nothing is worse, 2 a command failed, 3 regression or budget exceeded, 4 nothing was \
recorded; with --fail-on also 5 something could not be judged.";

/// Run two commands in turn, and judge what differs between them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The command to compare with, for a shell
    #[arg(long, value_name = "CMD", env = "PERF_TRACK_A", hide_env_values = true)]
    a: Option<String>,

    /// The command to judge, for a shell
    #[arg(long, value_name = "CMD", env = "PERF_TRACK_B", hide_env_values = true)]
    b: Option<String>,

    /// Build A from this commit, and run it there
    #[arg(long, value_name = "REV", env = "PERF_TRACK_A_COMMIT", hide_env_values = true)]
    a_commit: Option<String>,

    /// Build B from this commit, and run it there
    #[arg(long, value_name = "REV", env = "PERF_TRACK_B_COMMIT", hide_env_values = true)]
    b_commit: Option<String>,

    /// What builds a commit, for a shell
    #[arg(long, value_name = "CMD", env = "PERF_TRACK_BUILD", hide_env_values = true)]
    #[arg(default_value = "cargo build --release")]
    build: String,

    /// Store the runs, labelled LABEL-a and LABEL-b [default label: ab]
    #[arg(long, env = "PERF_TRACK_KEEP", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    keep: bool,

    /// Label of the runs that --keep stores
    #[arg(long, short, env = "PERF_TRACK_LABEL", hide_env_values = true)]
    #[arg(value_parser = keep::label)]
    label: Option<String>,

    /// Tag of the runs that --keep stores; may be repeated
    #[arg(long = "tag", value_name = "TAG", env = "PERF_TRACK_TAG", hide_env_values = true)]
    #[arg(value_delimiter = ',', value_parser = keep::tag)]
    tags: Vec<String>,

    #[command(flatten)]
    probe: ProbeArgs,

    /// Print no progress
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,

    /// What fails besides regressions and budgets
    #[arg(long, value_name = "REASON,…", value_enum, value_delimiter = ',')]
    #[arg(env = "PERF_TRACK_FAIL_ON", hide_env_values = true)]
    fail_on: Vec<FailOn>,

    #[command(flatten)]
    write: WriteArgs,

    #[command(flatten)]
    html: HtmlArgs,

    /// The command of both sides, where neither --a nor --b is given
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,

    #[command(flatten)]
    rounds: RoundArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

impl Args {
    /// Whether commits are built, and the working tree with them.
    fn builds(&self) -> bool {
        self.a_commit.is_some() || self.b_commit.is_some()
    }
}

/// How often commands run, and what becomes of what they print.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rounds")]
struct RoundArgs {
    #[command(flatten)]
    turns: TurnArgs,

    /// Rounds to make at most, while more may decide what is open [default: 3 times --rounds]
    #[arg(long, value_name = "M", env = "PERF_TRACK_MAX_ROUNDS", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    max_rounds: Option<u32>,

    /// Begin no round that would not be over by then; building and warming up do not count
    #[arg(long, value_name = "TIME", env = "PERF_TRACK_TIME_LIMIT", hide_env_values = true)]
    time_limit: Option<check::Duration>,

    /// Let through what the commands print, on standard error
    #[arg(long, env = "PERF_TRACK_SHOW_OUTPUT", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    show_output: bool,
}

impl RoundArgs {
    /// The rounds that are planned, and the most that there may be.
    fn planned(&self) -> Result<(u32, u32), UserError> {
        match (self.turns.rounds, self.max_rounds) {
            (Some(planned), Some(most)) if most < planned => {
                let problem = format!("--max-rounds {most} is less than the {planned} of --rounds");
                Err(UserError::new(Code::Usage, problem).help(
                    "leave out one of them: with --max-rounds alone, no more than that are made",
                ))
            }
            (planned, Some(most)) => Ok((planned.unwrap_or(ROUNDS.min(most)), most)),
            (planned, None) => {
                let planned = planned.unwrap_or(ROUNDS);
                Ok((planned, planned.saturating_mul(3)))
            }
        }
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit.map(check::Duration::of_clock)
    }

    /// The two sides, about to run in turn.
    fn between<'a>(&self, sides: &'a Sides, context: &'a Context, seed: u64) -> InTurn<'a> {
        let streams = if self.show_output { Streams::Errors } else { Streams::Tail };
        InTurn {
            rules: Rules {
                allow_failure: self.turns.allow_failure,
                probe: true,
                base: self.turns.base(context),
                label: None,
                tags: Vec::new(),
                programs_of: workspace::programs_of,
                time_limit: self.time_limit(),
            },
            jobs: [Side::A, Side::B].map(|side| sides.get(side).job(streams)),
            source: &context.root,
            order: interleave::Order::new(seed),
            a: Vec::new(),
            b: Vec::new(),
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    args.html.begin(context);
    for problem in doctor::malformed() {
        output::warning(&problem);
    }
    let settings = args.limits.settings(context, None, &args.fail_on)?;
    let planned = args.rounds.planned()?;
    let mut rounds = Rounds::begin(args.quiet)?;
    let Some(sides) = Sides::of(args, context, &rounds)? else {
        return Ok(interrupted(&rounds, "before the first round"));
    };
    let seed = args.rounds.turns.seed();
    let mut pairing = args.rounds.between(&sides, context, seed);
    pairing.rules.probe = args.probe.probes();
    pairing.rules.label = args.keep.then(|| args.label.clone().unwrap_or_else(|| "ab".to_owned()));
    pairing.rules.tags = keep::sorted(&args.tags);
    let judged = play(args, planned, &mut pairing, &settings, &mut rounds)?;
    let done = units::plural(pairing.rounds().into(), "round");
    let Some((comparison, stopped)) = judged else {
        return Ok(interrupted(&rounds, &format!("after {done}")));
    };
    let elapsed_ns = u64::try_from(rounds.elapsed().as_nanos()).unwrap_or(u64::MAX);
    drop(rounds);
    let interleaved = Interleaved {
        a: sides.get(Side::A).contender.clone(),
        b: sides.get(Side::B).contender.clone(),
        rounds: pairing.rounds(),
        warm_up: args.rounds.turns.warmup,
        seed,
        elapsed_ns,
        stopped,
    };
    let newest = [&pairing.a, &pairing.b].map(|runs| runs.last().cloned());
    if args.keep {
        store_runs(context, pairing, &sides)?;
    }
    let comparison = Comparison { interleaved: Some(interleaved), ..comparison };
    args.write.write(&comparison, context)?;
    let code = judged_code(&comparison, settings.fail_on.as_ref().unwrap_or(&BTreeSet::new()));
    let code = args.html.after(code, context, || {
        let [Some(a), Some(b)] = &newest else { return Err(page::nothing_to_show()) };
        page::of_comparison(context, (slice::from_ref(b), Some(a)), &comparison, &settings)
    });
    Ok(code.into())
}

/// The exit code of what was found, with what to do where nothing could be decided.
fn judged_code(comparison: &Comparison, fail_on: &BTreeSet<FailOn>) -> Code {
    let judgement = verdict::gate(comparison, fail_on);
    if judgement == Gate::Inconclusive {
        output::help(&judge::not_whole(comparison, fail_on).unwrap_or_else(|| {
            "more rounds show more: --rounds, --max-rounds, --time-limit".to_owned()
        }));
    }
    judge::code(judgement)
}

/// Makes rounds and looks at them until there is nothing left to decide; `None` when somebody has
/// asked for the end.
fn play(
    args: &Args,
    (planned, most): (u32, u32),
    pairing: &mut InTurn<'_>,
    settings: &CheckSettings,
    rounds: &mut Rounds,
) -> Result<Option<(Comparison, Stopped)>, UserError> {
    if pairing.warm_up(args.rounds.turns.warmup, rounds)? == Progress::Interrupted {
        return Ok(None);
    }
    let looks = interleave::looks(planned, most);
    let levels = interleave::levels(settings.limits().false_discoveries, &looks);
    for (look, level) in looks.into_iter().zip(levels) {
        let progress = pairing.until(look.rounds, rounds)?;
        if progress == Progress::Interrupted {
            return Ok(None);
        }
        let comparison = in_turn(&pairing.a, &pairing.b, settings, level)?;
        let decision = interleave::decide(look, &comparison, progress == Progress::TimeIsOver);
        if let Decision::Stop(stopped) = decision {
            return Ok(Some((comparison, stopped)));
        }
    }
    Err(UserError::new(Code::Internal, "the rounds are over, and nothing was decided"))
}

fn interrupted(rounds: &Rounds, when: &str) -> ExitCode {
    output::warning(&format!("interrupted {when}: nothing was judged"));
    ExitCode::from(128 + rounds.interrupted().unwrap_or(0))
}

fn store_runs(context: &Context, mut pairing: InTurn<'_>, sides: &Sides) -> Result<(), UserError> {
    let mut store = context.open_or_create()?;
    for (side, runs) in [(Side::A, &mut pairing.a), (Side::B, &mut pairing.b)] {
        // A commit in a worktree is on no branch, also where CI names that of the checkout.
        let apart = runs.iter_mut().filter(|_| sides.get(side).is_apart());
        for git in apart.filter_map(|run| run.run.git.as_mut()) {
            (git.branch, git.branch_from) = (None, None);
        }
    }
    let mut runs = [pairing.a, pairing.b].concat();
    runs.sort_by(|one, other| one.run.time.cmp(&other.run.time));
    for run in &runs {
        store.save_made_of(run, &[], Made::Now)?;
    }
    let count = units::plural(runs.len() as u64, "run");
    let label = pairing.rules.label.unwrap_or_default();
    let place = context.shown_place_of(runs.last().map_or("", |run| &run.run.id));
    output::message(&format!("stored {count} in {place}, labelled {label}-a and {label}-b"));
    Ok(())
}
