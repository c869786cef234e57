//! The runs of suites, one after the other, until all is decided.

use std::ffi::OsString;
use std::time::Instant;

use super::{Args, judged};
use crate::analysis::interleave;
use crate::analysis::suites::{self, SuiteRules};
use crate::cli::rounds::Rounds;
use crate::cli::{keep, output, progress, run};
use crate::doctor;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Part, RunDocument};
use crate::project::config::{self, check};
use crate::project::context::Context;
use crate::record::command::{Job, Streams};
use crate::record::in_turn::Watcher as _;
use crate::record::recorder::{Order, Recorder};
use crate::record::{facts, failure, suite};

/// The most runs of --ci, where nobody says how many.
const MOST: u32 = 5;

/// Runs that were made and stored.
#[derive(Default)]
pub(super) struct Made {
    /// The runs, oldest first.
    pub(super) runs: Vec<RunDocument>,
    /// The exit code of the command that failed, or was interrupted.
    pub(super) failed: Option<u8>,
}

/// Runs the command as often as it takes, and stores the runs.
pub(super) fn make(args: &Args, context: &Context, rules: &SuiteRules) -> Result<Made, UserError> {
    for problem in doctor::malformed() {
        output::warning(&problem);
    }
    if let Some(refusal) = facts::git_refusal(&context.root) {
        output::warning(&format!("the run has no commit: {refusal}"));
    }
    let most = args.repeat.unwrap_or(if args.ci { MOST } else { 1 });
    // One run alone is left to the signals that end its command.
    let rounds = (most > 1).then(|| Rounds::begin(args.quiet)).transpose()?;
    let began = Instant::now();
    let mut made = Made::default();
    let of_benchmarks = config::bench_environment(context)?;
    let part = args.part.part()?;
    for round in 1..=most {
        if round > 1 && is_enough(args, (context, rules), &made, began)? {
            break;
        }
        if let Some(rounds) = &rounds {
            rounds.show_run(&format!("run {round} of {most}"), round - 1, most);
        }
        one(args, (context, rules, (&of_benchmarks, part.as_ref())), (round, most), &mut made)?;
        let interrupted = rounds.as_ref().and_then(Rounds::interrupted);
        made.failed = made.failed.or(interrupted.map(|signal| 128 + signal));
        if made.failed.is_some() {
            break;
        }
    }
    Ok(made)
}

/// Returns whether another run would tell nothing, or take too long.
fn is_enough(
    args: &Args,
    (context, rules): (&Context, &SuiteRules),
    made: &Made,
    began: Instant,
) -> Result<bool, UserError> {
    let done = u32::try_from(made.runs.len()).unwrap_or(u32::MAX);
    let limit = args.time_limit.map(check::Duration::of_clock);
    if interleave::time_is_over(done, began.elapsed(), limit) {
        return Ok(true);
    }
    Ok(args.ci && !suites::is_open(&judged(args, context, rules, &made.runs)?))
}

/// The environment of benchmarks, and the part of a distributed run.
type Surroundings<'a> = (&'a [(&'static str, OsString)], Option<&'a Part>);

/// Runs the command once more, and stores the run.
fn one(
    args: &Args,
    (context, rules, (of_benchmarks, part)): (&Context, &SuiteRules, Surroundings<'_>),
    (round, most): (u32, u32),
    made: &mut Made,
) -> Result<(), UserError> {
    let streams = match (args.prints_document(), most > 1) {
        (true, _) => Streams::Errors,
        (false, true) => Streams::NoInput,
        (false, false) => Streams::Own,
    };
    let base = args.dir.base(context);
    let first = made.runs.first().map(|run| run.run.id.clone());
    let tags = keep::sorted(&args.tags);
    let prepared = Recorder::prepare(Order {
        job: Job { words: &args.command, streams, ..Job::default() },
        base: base.as_deref(),
        source: &context.root,
        label: args.name.as_deref(),
        tags: &tags,
        branch: args.branch.as_deref(),
        group: (most > 1).then_some((first.as_deref(), round)),
        part,
        series: args.series.series.as_deref(),
        probe: args.probe.probes(),
    });
    let folder = prepared.folder().map_err(failure::cannot_record)?.to_owned();
    let surroundings = suite::prepare(&folder, &context.dir, &args.command).map_err(|error| {
        let problem = format!("nothing can be written to {}", folder.display());
        UserError::new(Code::Usage, problem).because(error)
    })?;
    surroundings.notes.iter().filter(|_| round == 1).for_each(|note| output::warning(note));
    let before = suite::sizes(&context.root, &rules.watched(args.name.as_deref()));
    let mut environment = surroundings.environment();
    environment.extend(of_benchmarks.iter().cloned());
    let job = Job { words: &args.command, streams, environment: &environment, ..Job::default() };
    let show = || {
        let is_shown = most == 1 && !args.quiet;
        is_shown.then(|| progress::start(progress::calls(&folder))).flatten()
    };
    let finished = prepared
        .with_job(job)
        .run(show)
        .map_err(|error| failure::cannot_start(&args.command[0], error))?;
    let code = finished.ended.shell_code();
    made.failed = made.failed.or(Some(code).filter(|code| *code != 0));
    let Some(mut recorded) = finished.collect() else { return Ok(()) };
    suite::complete(&mut recorded, &context.root, &before);
    for problem in run::store(context, &recorded)? {
        output::warning(&problem);
    }
    made.runs.push(recorded.document);
    Ok(())
}
