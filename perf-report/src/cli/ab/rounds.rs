//! Two commands in turn, round after round. What is made of the runs is decided by whoever asks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::analysis::interleave::{self, Order, Side};
use crate::cli::rounds::{self as shared, Rounds};
use crate::cli::{build, keep};
use crate::error::{ExitCode as Code, UserError};
use crate::model::RunDocument;
use crate::record::command::{Ended, Job};
use crate::record::nothing;
use crate::record::recorder::{self, Recorded, Recorder};

/// What holds for every run.
#[derive(Debug)]
pub(in crate::cli) struct Rules {
    /// Whether a command may fail.
    pub(in crate::cli) allow_failure: bool,
    /// Whether to look how steady the machine is.
    pub(in crate::cli) probe: bool,
    /// Folder to record in.
    pub(in crate::cli) base: Option<PathBuf>,
    /// What the labels of the runs begin with, if they have some.
    pub(in crate::cli) label: Option<String>,
    /// How long the rounds may take.
    pub(in crate::cli) time_limit: Option<Duration>,
}

/// Two commands that run in turn, and their runs so far.
pub(in crate::cli) struct Match<'a> {
    pub(in crate::cli) rules: Rules,
    /// The commands of A and B.
    pub(in crate::cli) jobs: [Job<'a>; 2],
    /// A folder of the source of commands that name none.
    pub(in crate::cli) source: &'a Path,
    /// The order within the rounds.
    pub(in crate::cli) order: Order,
    /// Runs of A, one a round.
    pub(in crate::cli) a: Vec<RunDocument>,
    /// Runs of B, one a round.
    pub(in crate::cli) b: Vec<RunDocument>,
}

/// How far the rounds have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Progress {
    /// As far as they should.
    Done,
    /// There was no time for one more.
    TimeIsOver,
    /// Somebody has asked for the end.
    Interrupted,
}

impl Match<'_> {
    /// Rounds that were made.
    pub(in crate::cli) fn rounds(&self) -> u32 {
        u32::try_from(self.b.len().min(self.a.len())).unwrap_or(u32::MAX)
    }

    /// Makes rounds of which nothing is kept.
    pub(in crate::cli) fn warm_up(
        &self,
        times: u32,
        rounds: &mut Rounds,
    ) -> Result<Progress, UserError> {
        for round in 1..=times {
            for side in [Side::A, Side::B] {
                rounds.show(&format!("warming up {}", side.letter()));
                let place = format!("{} failed in round {round} of warming up", side.letter());
                if self.run(side, (round, None), &place, rounds)?.is_none() {
                    return Ok(Progress::Interrupted);
                }
            }
        }
        // How long these took says little of what comes.
        rounds.begin_anew();
        Ok(Progress::Done)
    }

    /// Makes rounds until there are `wanted`.
    pub(in crate::cli) fn until(
        &mut self,
        wanted: u32,
        rounds: &Rounds,
    ) -> Result<Progress, UserError> {
        while self.rounds() < wanted {
            let done = self.rounds();
            let limit = self.rules.time_limit;
            if done > 0 && interleave::time_is_over(done, rounds.elapsed(), limit) {
                return Ok(Progress::TimeIsOver);
            }
            let sides = self.order.next().unwrap_or([Side::A, Side::B]);
            for (at, side) in (0..).zip(sides) {
                let round = done + 1;
                let what = format!("round {round} of {wanted} · {}", side.letter());
                rounds.show_run(&what, 2 * done + at, wanted.saturating_mul(2));
                let first = self.runs(side).first().map(|run| run.run.id.clone());
                let place = format!("{} failed in round {round}", side.letter());
                match self.run(side, (round, first.as_deref()), &place, rounds)? {
                    Some(run) => self.runs(side).push(run),
                    None => return Ok(Progress::Interrupted),
                }
            }
        }
        Ok(Progress::Done)
    }

    fn runs(&mut self, side: Side) -> &mut Vec<RunDocument> {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// Runs one side once; `None` when somebody has asked for the end. `place` is said when it fails.
    fn run(
        &self,
        side: Side,
        (round, first): (u32, Option<&str>),
        place: &str,
        rounds: &Rounds,
    ) -> Result<Option<RunDocument>, UserError> {
        if rounds.interrupted().is_some() {
            return Ok(None);
        }
        let job = self.jobs[usize::from(side == Side::B)];
        let label = self.rules.label.as_ref();
        let label = label.map(|label| format!("{label}-{}", side.letter().to_lowercase()));
        let recorder = Recorder::prepare(recorder::Order {
            job,
            base: self.rules.base.as_deref(),
            source: job.dir.unwrap_or(self.source),
            label: label.as_deref(),
            branch: None,
            group: Some((first, round)),
            probe: self.rules.probe,
        });
        if let Err(error) = recorder.folder() {
            return Err(shared::cannot_record(error));
        }
        let finished =
            recorder.run(|| {}).map_err(|error| shared::cannot_start(&job.words[0], error))?;
        if rounds.interrupted().is_some() {
            finished.discard();
            return Ok(None);
        }
        if !finished.ended.status.success() && !self.rules.allow_failure {
            let error = failed(place, &finished.ended);
            finished.discard();
            return Err(error);
        }
        let left = finished.collect().ok_or_else(|| {
            UserError::new(Code::Internal, "what was recorded is gone before it was read")
        })?;
        document(left, job, side).map(Some)
    }
}

/// The run, once its folder is cleared away. One that recorded nothing cannot be compared.
fn document(recorded: Recorded, job: Job<'_>, side: Side) -> Result<RunDocument, UserError> {
    let Recorded { document, collected, session, gone, began } = recorded;
    let empty = collected.snapshot.processes.is_empty();
    shared::say_fallback(collected.fallback.clone());
    let folder = session.folder();
    let command = nothing::Command {
        words: job.words,
        dir: job.dir.unwrap_or(Path::new(".")),
        folder,
        began,
    };
    let why = empty.then(|| nothing::why(command, &collected, gone));
    keep::clear(&collected, session.folder());
    match why {
        Some((reason, help)) => {
            let problem = format!("{} recorded nothing: {reason}", side.letter());
            Err(UserError::new(Code::NothingToJudge, problem).help(help))
        }
        None => Ok(document),
    }
}

fn failed(place: &str, ended: &Ended) -> UserError {
    let problem = format!("{place}: it {}{}", ended.in_words(), build::end_of(&ended.tail));
    UserError::new(Code::Usage, problem)
        .help("--allow-failure goes on, and judges such runs as well")
}
