//! The runs of a round.

use std::io;
use std::path::Path;

use super::Args;
use crate::analysis::suites::SuiteRules;
use crate::cli::{output, run};
use crate::error::{ExitCode as Code, UserError};
use crate::model::RunDocument;
use crate::project::config;
use crate::project::context::Context;
use crate::project::import::written;
use crate::record::command::{Interrupt, Job, Streams};
use crate::record::recorder::{Order, Recorder};
use crate::record::{failure, suite};

/// The result of running the command.
pub(super) enum Made {
    /// The runs are stored, the newest last. Of a command that failed, its end is described in words.
    Runs(Vec<RunDocument>, Option<String>),
    /// The command could not be run, for this reason.
    Nothing(String),
    /// A signal asked for the end, which says nothing of the command.
    Interrupted,
}

/// Runs the command as often as asked, and stores the runs. A run that fails is the last one. Suites are measured
/// where `perf.toml` has targets for them.
///
/// # Errors
/// When a run cannot be stored.
pub(super) fn make(
    args: &Args,
    context: &Context,
    (rules, interrupt): (&SuiteRules, &Interrupt),
) -> Result<Made, UserError> {
    let base = args.dir.base(context);
    let tags = args.name.tags();
    let order = Order {
        job: Job { words: &args.command, streams: Streams::Tail, ..Job::default() },
        base: base.as_deref(),
        source: &context.root,
        label: args.name.label.as_deref(),
        tags: &tags,
        branch: args.name.branch.as_deref(),
        group: None,
        part: None,
        series: None,
        probe: args.probe.probes(),
    };
    let (mut runs, mut failed): (Vec<RunDocument>, Option<String>) = (Vec::new(), None);
    let of_benchmarks = config::bench_environment(context)?;
    for round in 1..=args.repeat {
        let first = runs.first().map(|run| run.run.id.clone());
        let group = (args.repeat > 1).then_some((first.as_deref(), round));
        let recorder = Recorder::prepare(Order { group, ..order });
        let folder = recorder.folder().map_err(failure::cannot_record)?.to_owned();
        let suites = Suites::prepare(args, context, rules, &folder)?;
        let mut environment =
            suites.as_ref().map_or_else(Vec::new, |suites| suites.surroundings.environment());
        environment.extend(of_benchmarks.iter().cloned());
        let job = Job { environment: &environment, ..order.job };
        let finished = match recorder.with_job(job).run(|| {}) {
            Ok(finished) => finished,
            Err(error) => return Ok(not_started(args, error)),
        };
        if interrupt.signal().is_some() {
            finished.discard();
            return Ok(Made::Interrupted);
        }
        let ended = finished.ended.clone();
        let is_well = ended.status.success();
        if !is_well {
            let end = failure::shown_end(&ended.tail);
            failed = Some(format!("the command {}{end}", ended.in_words()));
        }
        let Some(mut left) = finished.collect() else {
            return Ok(Made::Nothing("its recordings are gone".to_owned()));
        };
        if let Some(suites) = &suites {
            suite::complete(&mut left, &context.root, &suites.before);
        }
        written::add(context, &mut left.document, left.began);
        for problem in run::store(context, &left)? {
            output::warning(&problem);
        }
        runs.push(left.document);
        if !is_well {
            break;
        }
    }
    Ok(Made::Runs(runs, failed))
}

/// Explains that the command could not be started.
fn not_started(args: &Args, error: io::Error) -> Made {
    let program = args.command.first().cloned().unwrap_or_default();
    let reason = failure::cannot_start(&program, error).with_causes();
    Made::Nothing(reason.replace("\n  cause:", ":"))
}

/// Measures the suites of a run.
struct Suites {
    surroundings: suite::Surroundings,
    before: suite::Sizes,
}

impl Suites {
    /// Prepares the folder of a run for its suites; `None` where none has a target.
    fn prepare(
        args: &Args,
        context: &Context,
        rules: &SuiteRules,
        folder: &Path,
    ) -> Result<Option<Self>, UserError> {
        if rules.rules.is_empty() {
            return Ok(None);
        }
        let surroundings =
            suite::prepare(folder, &context.dir, &args.command).map_err(|error| {
                let problem = format!("nothing can be written to {}", folder.display());
                UserError::new(Code::Usage, problem).because(error)
            })?;
        let watched = rules.watched(args.name.label.as_deref());
        Ok(Some(Self { surroundings, before: suite::sizes(&context.root, &watched) }))
    }
}
