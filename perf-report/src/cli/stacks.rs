//! `perf-report stacks`: the stack of each thread, now or at the end of its process.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::FalseyValueParser;
use perf_runtime::segment::SegmentError;

use super::output::{self, OutputArgs};
use super::{collect, keep};
use crate::error::{ExitCode as Code, UserError};
use crate::live::stacks::{self, Missing};
use crate::model::{ProcessStacks, StacksDocument};
use crate::project::context::Context;
use crate::record::programs::Programs;
use crate::record::{collect as segments, folder};
use crate::render::Medium;
use crate::text::shell::shell_word;
use crate::text::units;

const EXAMPLES: &str = "\
Examples:
  perf-report stacks                 every running process of this workspace
  perf-report stacks --all           every running process that records
  perf-report stacks 4711            one process, also when it was killed
  perf-report stacks 4711-a.ptseg    the same, by its segment
  perf-report stacks ./segments      every process that recorded in a folder

A call is shown with the time for which it has been running. Of a process that has ended this is the \
time until the last moment of which its segment tells.";

/// Show what each thread is in, of a running process or of a dead one at its end
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Process id, segment or folder [default: running processes of this workspace]
    #[arg(value_name = "PID|SEGMENT|FOLDER")]
    target: Option<OsString>,

    /// Folder in which to look for processes [default: the one processes use on their own]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    /// Show processes of all programs, also of those that lie outside this workspace [default with --dir]
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// How to write it
    #[arg(long, short, env = "PERF_TRACK_FORMAT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    format: Medium,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let document = StacksDocument::of(read(&args.segments(context)?)?);
    args.output.write(&document, args.format)?;
    Ok(Code::Fine.into())
}

impl Args {
    /// Returns the segments that are meant.
    fn segments(&self, context: &Context) -> Result<Vec<PathBuf>, UserError> {
        let Some(target) = &self.target else {
            let is_all = self.all || self.dir.is_some();
            let programs = (!is_all).then(|| context.programs());
            return running(&self.base(context)?, programs.as_ref());
        };
        if let Some(pid) = target.to_str().and_then(|text| text.parse().ok()) {
            let base = self.base(context)?;
            let found = stacks::of_process(pid, &base);
            return found.map(|path| vec![path]).map_err(|missing| none_of(pid, missing, &base));
        }
        // Without a trailing slash, which would look behind a link.
        let path: PathBuf = context.dir.join(target).components().collect();
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => in_folder(&path),
            // Whatever else there is would be waited for.
            Ok(metadata) if metadata.is_file() => Ok(vec![path]),
            Ok(_) => Err(unknown(&path, "is neither a segment nor a folder")),
            Err(error) => Err(unknown(&path, "cannot be read").because(error)),
        }
    }

    /// Returns the folder in which processes record.
    fn base(&self, context: &Context) -> Result<PathBuf, UserError> {
        let Some(dir) = &self.dir else { return Ok(folder::default_base()) };
        let base: PathBuf = context.dir.join(dir).components().collect();
        collect::check(&base, true)?;
        Ok(base)
    }
}

/// Returns the segments in a folder that processes record in or have recorded in.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, UserError> {
    collect::check(folder, true)?;
    let segments = stacks::segments(folder).segments;
    if segments.is_empty() { Err(keep::no_data(folder)) } else { Ok(segments) }
}

/// Returns the segments in `base` that processes write to: those of `programs`, or all.
pub(super) fn running(base: &Path, programs: Option<&Programs>) -> Result<Vec<PathBuf>, UserError> {
    let all = stacks::segments(base).segments;
    let running: Vec<_> = all.iter().filter(|path| stacks::is_written(path)).cloned().collect();
    if !running.is_empty() {
        return match programs {
            Some(programs) => of_programs(&running, programs, base),
            None => Ok(running),
        };
    }
    let problem = format!("no running process records in {}", base.display());
    let help = match all.last() {
        Some(newest) => format!(
            "{} there; for the newest: `perf-report stacks {}`",
            match all.len() as u64 {
                1 => "1 process that has ended recorded".to_owned(),
                count => format!("{} that have ended recorded", units::processes(count)),
            },
            shell_word(newest)
        ),
        None => "name the folder of your PERF_TRACK_DIR with --dir, or a process by its id, \
                 which finds its segment wherever it is"
            .to_owned(),
    };
    Err(UserError::new(Code::NothingToJudge, problem).help(help))
}

/// Returns the segments of `running` that programs of this workspace write to, and reports the
/// number of the others.
fn of_programs(
    running: &[PathBuf],
    programs: &Programs,
    base: &Path,
) -> Result<Vec<PathBuf>, UserError> {
    // One that cannot be read yet is only starting to record, and is named as that.
    let is_own = |program: Option<&str>| program.is_none_or(|program| programs.contain(program));
    let about = segments::about(running);
    let own = about.iter().filter(|about| is_own(about.program.as_deref()));
    let own: Vec<PathBuf> = own.map(|about| about.path.clone()).collect();
    let left = (running.len() - own.len()) as u64;
    let more = format!(
        "{} of programs elsewhere: `perf-report stacks --all` shows them too",
        units::processes(left)
    );
    if own.is_empty() {
        let base = base.display();
        let problem = format!("no running process of this workspace's programs records in {base}");
        return Err(UserError::new(Code::NothingToJudge, problem).help(more));
    }
    if left > 0 {
        output::help(&more);
    }
    Ok(own)
}

/// Reads the stacks, segment by segment. Unreadable segments are named, unless there is nothing
/// else.
fn read(segments: &[PathBuf]) -> Result<Vec<ProcessStacks>, UserError> {
    let (mut processes, mut damaged) = (Vec::new(), Vec::new());
    for path in segments {
        match stacks::read(path) {
            Ok(process) => processes.push(process),
            Err(error) => damaged.push(unreadable(path, &error)),
        }
    }
    if processes.is_empty() && !damaged.is_empty() {
        let mut first = damaged.swap_remove(0);
        let more = damaged.len() as u64;
        if more > 0 {
            let others = units::plural(more, "other");
            first.problem = format!("{}, and {others} cannot be read either", first.problem);
        }
        return Err(first);
    }
    for error in damaged {
        output::warning(&error.problem);
    }
    Ok(processes)
}

fn unreadable(path: &Path, error: &SegmentError) -> UserError {
    let is_new = matches!(error, SegmentError::Empty | SegmentError::Unfinished);
    if is_new && stacks::is_written(path) {
        let problem = format!("the process of {} is only starting to record", path.display());
        return UserError::new(Code::NothingToJudge, problem).help("try again in a moment");
    }
    UserError::new(Code::Unreadable, format!("segment {} {error}", path.display()))
}

pub(super) fn unknown(path: &Path, why: &str) -> UserError {
    UserError::new(Code::Usage, format!("{} {why}", path.display()))
        .help("name a process by its id, a segment (PID-….ptseg), or a folder of segments")
}

/// Returns the error of a process without a readable segment.
pub(super) fn none_of(pid: u32, missing: Missing, base: &Path) -> UserError {
    let base = base.display();
    match missing {
        Missing::NoProcess => {
            let problem = format!("there is no process {pid}, and none has recorded in {base}");
            UserError::new(Code::Usage, problem).help(
                "segments are removed once they are collected; name the folder of another \
                 PERF_TRACK_DIR with --dir",
            )
        }
        Missing::Hidden => {
            let problem = format!("process {pid} may not be looked into");
            UserError::new(Code::Usage, problem).help(
                "it belongs to another user, or the system protects it: ask as its user, or as \
                 root",
            )
        }
        Missing::Removed => {
            let problem = format!("the segment of process {pid} was removed while it runs");
            UserError::new(Code::NothingToJudge, problem)
                .help("what it does cannot be seen until it is started again")
        }
        Missing::Unrecorded(mark) => UserError::new(Code::NothingToJudge, mark.to_string())
            .help("`perf-report doctor` checks what recording depends on"),
        Missing::NotRecording => {
            let problem = format!("process {pid} records nothing");
            UserError::new(Code::NothingToJudge, problem).help(
                "it was built without #[perf_track] or with recording off, runs with \
                 PERF_TRACK=off, or has not called a tracked function yet",
            )
        }
    }
}
