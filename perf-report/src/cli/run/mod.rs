//! `perf-report run`: runs a command, and keeps what its processes recorded.

mod nothing;
mod progress;

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::{keep, output};
use crate::command::{self, Ended};
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::facts::{self, GitProbe, Identity};
use crate::model::{ProcessSummary, Run};
use crate::session::Session;
use crate::{collect, doctor, pending};

const EXAMPLES: &str = "\
Examples:
  perf-report run -- cargo test
  perf-report run --label before -- ./target/release/server --once
  perf-report run -- cargo nextest run     a process per test, and still one run

The command keeps its input, output and exit code; the summary goes to standard error. Ctrl-C ends
the command, and what it recorded until then is stored.";

/// Run a command, and store what its processes recorded
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Name to find the run by later
    #[arg(long, short, env = "PERF_TRACK_LABEL", hide_env_values = true)]
    #[arg(value_parser = keep::label)]
    label: Option<String>,

    /// Folder to record in, a subfolder each run [default: one of your own, in memory]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    /// Print neither progress nor summary
    #[arg(long, short, env = "PERF_TRACK_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    quiet: bool,

    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    for problem in doctor::malformed() {
        output::warning(&problem);
    }
    let identity = Identity::now();
    let session = make_session(args, context, &identity.id);
    let git = GitProbe::of(&context.root);
    let mut facts = facts_before(args, identity, &git);
    if let Some(session) = &session {
        // Only needed should this process be killed; recording works without.
        let _ = pending::write(session.folder(), &facts, &ProcessSummary::default());
    }

    let folder = session.as_ref().map(Session::folder);
    let show_progress = || folder.filter(|_| !args.quiet).and_then(progress::start);
    let ended = command::run(&args.command, folder, show_progress).map_err(|error| {
        if let Some(session) = &session {
            pending::forget(session.folder());
            // Nothing was recorded, so a folder that stays is empty and harms nobody.
            let _ = session.remove();
        }
        cannot_start(&args.command[0], error)
    })?;
    facts.git = git.finish();
    facts.exit_code = ended.status.code();
    facts.signal = ended.status.signal();

    let code = ExitCode::from(ended.shell_code());
    let Some(session) = session else { return Ok(code) };
    match keep_run(args, context, &session, facts, &ended) {
        Ok(()) => Ok(code),
        // The command's own failure says more than ours.
        Err(error) if ended.shell_code() != 0 => {
            output::error(&error);
            Ok(code)
        }
        Err(error) => Err(error),
    }
}

/// The folder to record in. The command runs without one too, and the reason is said.
fn make_session(args: &Args, context: &Context, id: &str) -> Option<Session> {
    let base = args.dir.as_ref().map(|dir| context.dir.join(dir));
    match Session::create(base.as_deref(), id) {
        Ok(session) => Some(session),
        Err(error) => {
            output::warning(&format!("the command runs unrecorded: {error}"));
            output::help("name a folder of your own with --dir, or see `perf-report doctor`");
            None
        }
    }
}

fn facts_before(args: &Args, identity: Identity, git: &GitProbe) -> Run {
    Run {
        id: identity.id,
        time: identity.time,
        label: args.label.clone(),
        command: args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
        machine: facts::machine(),
        git: git.answer().cloned(),
        ..Run::default()
    }
}

/// Collects, stores, clears away, and tells.
fn keep_run(
    args: &Args,
    context: &Context,
    session: &Session,
    facts: Run,
    ended: &Ended,
) -> Result<(), UserError> {
    let process = ProcessSummary {
        wall_ns: u64::try_from(ended.wall.as_nanos()).ok(),
        user_ns: ended.usage.map(|usage| usage.user_ns),
        system_ns: ended.usage.map(|usage| usage.system_ns),
        peak_rss_bytes: ended.usage.map(|usage| usage.peak_rss_bytes),
        killed: u64::from(ended.status.signal().is_some()),
        ..ProcessSummary::default()
    };
    let folder = session.folder();
    let _ = pending::write(folder, &facts, &process);
    let collected = collect::collect(folder);
    let gone = collected.as_ref().err().map(|error| nothing::folder_gone(folder, error));
    let collected = collected.unwrap_or_default();
    let document = keep::document(&collected, facts, process, gone.clone());
    keep::store(context, folder, &document)?;

    let left = keep::clear(&collected, folder);
    if args.quiet {
        return Ok(());
    }
    keep::tell(context, &document, &collected, &left);
    if collected.snapshot.processes.is_empty() {
        let (reason, help) = nothing::why(&collected, folder, gone);
        output::warning(&format!("nothing was recorded: {reason}"));
        output::help(&help);
    }
    Ok(())
}

fn cannot_start(program: &OsString, error: std::io::Error) -> UserError {
    let problem = format!("the command `{}` cannot be started", program.display());
    let help = match error.kind() {
        std::io::ErrorKind::NotFound => "check its spelling, and that it is in PATH",
        std::io::ErrorKind::PermissionDenied => "check that it is a program that you may execute",
        _ => "check that it runs without `perf-report run --`",
    };
    UserError::new(Code::Usage, problem).because(error).help(help)
}
