//! One run of a command: the folder to record in, the command, its recordings, the document.
//!
//! There are three steps, to show something in between: [`Recorder::prepare`], [`Recorder::run`],
//! [`Finished::collect`]. Nothing is stored or printed here.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use perf_runtime::segment::folder::FolderError;

use super::collect::{self, Collected};
use super::command::{self, Ended, Job};
use super::facts::{self, Identity, Prober};
use super::session::{self, Session};
use super::{folder, life, pending, suite};
use crate::model::{Part, ProcessSummary, Run, RunDocument, convert, shared};
use crate::system;
use crate::text::units;

/// The command to run, and the facts about its run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    /// The command.
    pub job: Job<'a>,
    /// Folder to record in, a subfolder each run; one of the user's own if none is named.
    pub base: Option<&'a Path>,
    /// A folder of the source, whose commit the run is of.
    pub source: &'a Path,
    /// The label.
    pub label: Option<&'a str>,
    /// The tags, sorted.
    pub tags: &'a [String],
    /// The branch that the user names.
    pub branch: Option<&'a str>,
    /// The id of the first run of its group, unless it is the first itself, and its number in the
    /// group.
    pub group: Option<(Option<&'a str>, u32)>,
    /// The part of a distributed run that it is.
    pub part: Option<&'a Part>,
    /// The name that stands for the command in comparisons.
    pub series: Option<&'a str>,
    /// True to look at the speed and steadiness of the machine.
    pub probe: bool,
}

/// A command about to be run.
#[derive(Debug)]
pub(crate) struct Recorder<'a> {
    order: Order<'a>,
    session: Result<Session, FolderError>,
    facts: Run,
    prober: Option<Prober>,
}

/// A command that has run.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The end of the command.
    pub ended: Ended,
    session: Option<Session>,
    facts: Run,
    began: SystemTime,
}

/// The run of a command, and the folder with its recordings.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The run.
    pub document: RunDocument,
    /// The recordings in the folder.
    pub collected: Collected,
    /// The folder.
    pub session: Session,
    /// The reason for which the folder could not be read, when it could not.
    pub gone: Option<String>,
    /// The time when the command was about to run.
    pub began: SystemTime,
}

impl<'a> Recorder<'a> {
    /// Makes the folder to record in, and finds out the facts before the command runs.
    pub(crate) fn prepare(order: Order<'a>) -> Self {
        let identity = Identity::now();
        let session = Session::create(order.base, &identity.id);
        let words = order.job.words.iter();
        let mut facts = Run {
            group: order.group.map(|(first, _)| first.unwrap_or(&identity.id).to_owned()),
            round: order.group.map(|(_, round)| round),
            id: identity.id,
            time: identity.time,
            label: order.label.map(str::to_owned),
            tags: order.tags.to_vec(),
            command: words.map(|word| word.to_string_lossy().into_owned()).collect(),
            machine: facts::machine(),
            git: facts::git(order.source, order.branch),
            ..Run::default()
        };
        if let Some(series) = order.series {
            facts.ran = std::mem::replace(&mut facts.command, vec![series.to_owned()]);
        }
        if let Some(part) = order.part {
            as_part(&mut facts, part);
        }
        let prober = order.probe.then(Prober::before);
        facts.machine.probe = prober.as_ref().map(Prober::so_far);
        if let Ok(session) = &session {
            // Only needed should this process be killed; recording works without.
            let _ = pending::write(session.folder(), &facts, &ProcessSummary::default());
        }
        Self { order, session, facts, prober }
    }

    /// Returns the folder to record in; the error has the reason for which there is none.
    ///
    /// # Errors
    /// [`FolderError`]. The command can be run all the same, unrecorded.
    pub(crate) fn folder(&self) -> Result<&Path, &FolderError> {
        self.session.as_ref().map(Session::folder)
    }

    /// Returns the same for another command: one with more in its surroundings, which may name the folder.
    pub(crate) fn with_job<'b>(self, job: Job<'b>) -> Recorder<'b>
    where
        'a: 'b,
    {
        Recorder { order: Order { job, ..self.order }, ..self }
    }

    /// Runs the command to its end. `while_running` is called once it runs; the returned value is
    /// dropped when it has ended.
    ///
    /// # Errors
    /// When the command cannot be started; nothing is left behind then.
    pub(crate) fn run<T>(self, while_running: impl FnOnce() -> T) -> io::Result<Finished> {
        let session = self.session.ok();
        let folder = session.as_ref().map(Session::folder);
        let began = SystemTime::now();
        let ended = command::record(self.order.job, folder, while_running).inspect_err(|_| {
            if let Some(session) = &session {
                discard(session);
            }
        })?;
        let mut facts = self.facts;
        facts.machine.probe = self.prober.map(Prober::after);
        facts.exit_code = ended.status.code();
        facts.signal = system::signal_of(ended.status);
        Ok(Finished { ended, session, facts, began })
    }
}

/// Makes a run a part of a distributed one, of the same command as all others.
fn as_part(facts: &mut Run, part: &Part) {
    facts.group = Some(part.stored_group(facts.round));
    let words = if facts.ran.is_empty() { &mut facts.command } else { &mut facts.ran };
    let of_all = shared(words, (part.index, part.of));
    let own = std::mem::replace(words, of_all);
    let command = if own == *words { Vec::new() } else { own };
    facts.part = Some(Box::new(Part { command, ..part.clone() }));
}

impl Finished {
    /// Reads the recordings; `None` if there was no folder to record in.
    pub(crate) fn collect(self) -> Option<Recorded> {
        let session = self.session?;
        let usage = self.ended.usage;
        let process = ProcessSummary {
            wall_ns: u64::try_from(self.ended.wall.as_nanos()).ok(),
            user_ns: Some(usage.user_ns),
            system_ns: Some(usage.system_ns),
            peak_rss_bytes: Some(usage.peak_rss_bytes),
            killed: u64::from(system::was_ended(self.ended.status)),
            ..ProcessSummary::default()
        };
        let folder = session.folder();
        let _ = pending::write(folder, &self.facts, &process);
        let collected = collect::collect(folder);
        let gone = collected.as_ref().err().map(|error| {
            format!("the folder {} cannot be read any more: {error}", folder.display())
        });
        let mut collected = collected.unwrap_or_default();
        collected.fallback = session.fallback().or_else(|| session::fallback(&collected));
        let document = document(&collected, self.facts, process, gone.clone());
        Some(Recorded { document, collected, session, gone, began: self.began })
    }

    /// Removes the recordings.
    pub(crate) fn discard(self) {
        if let Some(session) = self.session {
            // Whatever cannot be removed is found by `doctor`.
            if let Ok(collected) = collect::collect(session.folder()) {
                let _ = collected.clear();
            }
            discard(&session);
        }
    }
}

/// Removes a folder with nothing worth keeping in it.
fn discard(session: &Session) {
    pending::forget(session.folder());
    suite::forget(session.folder());
    // Should something be left that is not ours, the folder stays, and harms nobody.
    let _ = session.remove();
}

/// Clears the folder of what is stored now. Returns sentences about what is left there.
pub(crate) fn clear(collected: &Collected, folder: &Path) -> Vec<String> {
    let mut left = collected.clear();
    pending::forget(folder);
    suite::forget(folder);
    if !collected.damaged.is_empty() {
        let number = units::plural(collected.damaged.len() as u64, "segment");
        left.push(format!("{number} that could not be read: kept in {}", folder.display()));
    }
    if folder::is_session(folder) {
        // Whatever is still needed in it, or not ours, keeps it.
        let _ = life::remove(folder);
    }
    left
}

/// Returns the document of the collected recordings.
pub(crate) fn document(
    collected: &Collected,
    run: Run,
    mut process: ProcessSummary,
    problem: Option<String>,
) -> RunDocument {
    process.damaged = collected.damaged.len() as u64;
    process.unrecorded = collected.unrecorded.len() as u64;
    let problems = collected.problems().into_iter().chain(problem).collect();
    let mut document = convert::document(&collected.snapshot, run, process, problems);
    document.recording.discarded = collected.discarded_by_reason();
    document
}
