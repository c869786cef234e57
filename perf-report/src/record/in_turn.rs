//! Two commands in turn, round after round. Whoever asks decides what becomes of the runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::command::{Ended, Job};
use super::failure::{cannot_record, cannot_start, shown_end};
use super::nothing;
use super::programs::Programs;
use super::recorder::{self, Order as Recording, Recorded, Recorder};
use crate::analysis::interleave::{self, Order, Side};
use crate::error::{ExitCode as Code, UserError};
use crate::model::RunDocument;

/// A watcher of runs: sees how far they are, and may ask for the end.
pub(crate) trait Watcher {
    /// Shows what is going on.
    fn show(&self, text: &str);

    /// Shows that `done` of `of` runs are done, and which one runs now.
    fn show_run(&self, what: &str, done: u32, of: u32);

    /// Shows that runs are recorded in another folder than they should be, and why.
    fn show_fallback(&self, words: &str);

    /// Returns the time since the runs began.
    fn elapsed(&self) -> Duration;

    /// Starts the clock anew: the runs before are no measure of those to come.
    fn begin_anew(&mut self);

    /// Returns whether somebody has asked for the end.
    fn is_interrupted(&self) -> bool;
}

/// The rules that hold for every run.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Whether a command may fail.
    pub(crate) allow_failure: bool,
    /// Whether to look how steady the machine is.
    pub(crate) probe: bool,
    /// The folder to record in.
    pub(crate) base: Option<PathBuf>,
    /// The beginning of the labels of the runs, if they have some.
    pub(crate) label: Option<String>,
    /// The tags of the runs, sorted.
    pub(crate) tags: Vec<String>,
    /// Finds the programs of the project that a folder belongs to.
    pub(crate) programs_of: fn(&Path) -> Programs,
    /// The time that the rounds may take.
    pub(crate) time_limit: Option<Duration>,
}

/// Two commands that run in turn, and their runs so far.
#[derive(Debug)]
pub(crate) struct InTurn<'a> {
    pub(crate) rules: Rules,
    /// The commands of A and B.
    pub(crate) jobs: [Job<'a>; 2],
    /// A folder of the source of commands that name none.
    pub(crate) source: &'a Path,
    /// The order within the rounds.
    pub(crate) order: Order,
    /// Runs of A, one a round.
    pub(crate) a: Vec<RunDocument>,
    /// Runs of B, one a round.
    pub(crate) b: Vec<RunDocument>,
}

/// The progress of the rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// As far as they should.
    Done,
    /// There was no time for one more.
    TimeIsOver,
    /// Somebody has asked for the end.
    Interrupted,
}

impl InTurn<'_> {
    /// Returns the number of rounds that were made.
    pub(crate) fn rounds(&self) -> u32 {
        u32::try_from(self.b.len().min(self.a.len())).unwrap_or(u32::MAX)
    }

    /// Makes rounds of which nothing is kept.
    ///
    /// # Errors
    /// As for [`until`](Self::until).
    pub(crate) fn warm_up(
        &self,
        times: u32,
        watcher: &mut impl Watcher,
    ) -> Result<Progress, UserError> {
        for round in 1..=times {
            for side in [Side::A, Side::B] {
                watcher.show(&format!("warming up {}", side.letter()));
                let place = format!("{} failed in round {round} of warming up", side.letter());
                if self.run(side, (round, None), &place, watcher)?.is_none() {
                    return Ok(Progress::Interrupted);
                }
            }
        }
        // How long these took says little of what comes.
        watcher.begin_anew();
        Ok(Progress::Done)
    }

    /// Makes rounds until there are `wanted`.
    ///
    /// # Errors
    /// When a command cannot be started or recorded, when it fails although it must not, and when it recorded
    /// nothing.
    pub(crate) fn until(
        &mut self,
        wanted: u32,
        watcher: &impl Watcher,
    ) -> Result<Progress, UserError> {
        while self.rounds() < wanted {
            let done = self.rounds();
            let limit = self.rules.time_limit;
            if done > 0 && interleave::time_is_over(done, watcher.elapsed(), limit) {
                return Ok(Progress::TimeIsOver);
            }
            let sides = self.order.next().unwrap_or([Side::A, Side::B]);
            for (at, side) in (0..).zip(sides) {
                let round = done + 1;
                let what = format!("round {round} of {wanted} · {}", side.letter());
                watcher.show_run(&what, 2 * done + at, wanted.saturating_mul(2));
                let first = self.runs(side).first().map(|run| run.run.id.clone());
                let place = format!("{} failed in round {round}", side.letter());
                match self.run(side, (round, first.as_deref()), &place, watcher)? {
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

    /// Runs one side once; `None` when somebody has asked for the end. An error names `place`.
    fn run(
        &self,
        side: Side,
        (round, first): (u32, Option<&str>),
        place: &str,
        watcher: &impl Watcher,
    ) -> Result<Option<RunDocument>, UserError> {
        if watcher.is_interrupted() {
            return Ok(None);
        }
        let job = self.jobs[usize::from(side == Side::B)];
        let label = self.rules.label.as_ref();
        let label = label.map(|label| format!("{label}-{}", side.letter().to_lowercase()));
        let recorder = Recorder::prepare(Recording {
            job,
            base: self.rules.base.as_deref(),
            source: job.dir.unwrap_or(self.source),
            label: label.as_deref(),
            tags: &self.rules.tags,
            branch: None,
            group: Some((first, round)),
            part: None,
            series: None,
            probe: self.rules.probe,
        });
        if let Err(error) = recorder.folder() {
            return Err(cannot_record(error));
        }
        let finished = recorder.run(|| {}).map_err(|error| cannot_start(&job.words[0], error))?;
        if watcher.is_interrupted() {
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
        document(left, job, (side, self.rules.programs_of), watcher).map(Some)
    }
}

/// Makes the run, and clears its folder away. One that recorded nothing cannot be compared.
fn document(
    recorded: Recorded,
    job: Job<'_>,
    (side, programs_of): (Side, fn(&Path) -> Programs),
    watcher: &impl Watcher,
) -> Result<RunDocument, UserError> {
    let Recorded { document, collected, session, gone, began } = recorded;
    let empty = collected.snapshot.processes.is_empty();
    collected.fallback.iter().for_each(|words| watcher.show_fallback(words));
    let folder = session.folder();
    let command = nothing::Command {
        words: job.words,
        dir: job.dir.unwrap_or(Path::new(".")),
        folder,
        began,
        programs_of,
    };
    let why = empty.then(|| nothing::why(command, &collected, gone));
    recorder::clear(&collected, session.folder());
    match why {
        Some((reason, help)) => {
            let problem = format!("{} recorded nothing: {reason}", side.letter());
            Err(UserError::new(Code::NothingToJudge, problem).help(help))
        }
        None => Ok(document),
    }
}

fn failed(place: &str, ended: &Ended) -> UserError {
    let problem = format!("{place}: it {}{}", ended.in_words(), shown_end(&ended.tail));
    UserError::new(Code::Usage, problem)
        .help("--allow-failure goes on, and judges such runs as well")
}
