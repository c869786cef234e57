//! The build of the bench targets, and the processes.

use std::ffi::OsString;

use super::Args;
use super::progress::{self, Looking, Processes};
use crate::cli::recording::{self, One};
use crate::cli::rounds::Rounds;
use crate::cli::{output, run};
use crate::error::{ExitCode as Code, UserError};
use crate::model::{Function, LeftOut, RunDocument};
use crate::project::config;
use crate::project::context::Context;
use crate::record::command::{self, Job, Streams};
use crate::record::failure;
use crate::record::in_turn::Watcher as _;
use crate::record::recorder::{self, Order};

/// The result of the processes.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The stored runs, oldest first.
    pub(super) runs: Vec<RunDocument>,
    /// The code of the first command that failed, and its end in words.
    pub(super) failed: Option<(u8, String)>,
    /// The benchmarks of its programs that nobody asked for.
    pub(super) left_out: Vec<LeftOut>,
    /// The signal that asked for the end.
    pub(super) interrupted: Option<u8>,
}

/// Builds, and runs each process.
///
/// # Errors
/// When it does not build, cannot be run, or a run cannot be stored.
pub(super) fn make(args: &Args, context: &Context) -> Result<Made, UserError> {
    let environment = args.values.environment(config::bench_environment(context)?);
    let rounds = Rounds::begin(args.quiet)?;
    rounds.show("building the benchmarks");
    build(args, &environment)?;
    let processes = args.processes();
    let mut made = Made::default();
    let mut ways = Processes::new(processes);
    let mut rounds = rounds;
    rounds.begin_anew();
    for process in 1..=processes {
        let what = format!("measuring, process {process} of {processes}");
        rounds.show_run(&what, process - 1, processes);
        // Where nothing is shown, programs need not tell how far they are.
        let told = rounds.line().and_then(|_| ways.next());
        let mut environment = environment.clone();
        environment.extend(told.as_ref().map(|it| (progress::VARIABLE, it.path().into())));
        let look = || told.as_ref().and_then(|told| ways.look(told, &rounds));
        one(args, context, (process, &environment), (&rounds, look), &mut made)?;
        ways.ended(told);
        // Where the first process measures nothing, no other one does.
        if made.interrupted.is_some() || made.runs.is_empty() {
            break;
        }
    }
    Ok(made)
}

/// Builds the targets, without running any.
fn build(args: &Args, environment: &[(&str, OsString)]) -> Result<(), UserError> {
    let words = args.words(&["--no-run"], false);
    let job = Job { words: &words, environment, streams: Streams::Tail, ..Job::default() };
    let ended = command::run(job).map_err(|error| failure::cannot_start(&words[0], error))?;
    if ended.status.success() {
        return Ok(());
    }
    let command = words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let end = failure::shown_end(&ended.tail);
    let problem = format!("`{command}` {}{end}", ended.in_words());
    Err(UserError::new(Code::Usage, problem)
        .help("mend the build, or choose targets with --package, --bench and --features"))
}

/// Runs one process, and stores it as a run.
fn one(
    args: &Args,
    context: &Context,
    (process, environment): (u32, &[(&str, OsString)]),
    (rounds, look): (&Rounds, impl FnOnce() -> Option<Looking>),
    made: &mut Made,
) -> Result<(), UserError> {
    let words = args.words(&["--no-fail-fast"], true);
    let (tags, base) = (args.name.tags(), args.dir.base(context));
    let first = made.runs.first().map(|run| run.run.id.clone());
    let order = Order {
        job: Job { words: &words, environment, streams: Streams::Tail, ..Job::default() },
        base: base.as_deref(),
        source: &context.root,
        label: args.name.label.as_deref(),
        tags: &tags,
        branch: args.name.branch.as_deref(),
        group: (args.processes() > 1).then_some((first.as_deref(), process)),
        part: None,
        series: None,
        probe: args.probe.probes(),
    };
    let (ended, recorded) = match recording::one(context, order, rounds, look)? {
        One::Interrupted(signal) => {
            made.interrupted = Some(signal);
            return Ok(());
        }
        One::Ended(ended, recorded) => (ended, recorded),
    };
    let code = ended.shell_code();
    if code != 0 && made.failed.is_none() {
        let end = failure::shown_end(&ended.tail);
        made.failed = Some((code, format!("the command {}{end}", ended.in_words())));
    }
    let Some(result) = recorded else { return Ok(()) };
    made.left_out.clone_from(&result.document.run.left_out);
    if measured_nothing(&result.document) {
        // Nobody would want it as the newest run.
        recorder::clear(&result.collected, result.session.folder());
        return Ok(());
    }
    for problem in run::store(context, &result)? {
        output::warning(&problem);
    }
    made.runs.push(result.document);
    Ok(())
}

/// Returns whether nothing was measured and nothing was called in a run: its programs may know benchmarks that nobody
/// asked for.
fn measured_nothing(run: &RunDocument) -> bool {
    let is_idle = |it: &Function| it.kind.is_function() && it.calls == 0;
    run.is_empty() || (run.functions.iter().all(is_idle) && run.suites.is_empty())
}
