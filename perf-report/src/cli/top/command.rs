//! `perf-report top -- COMMAND`: a command under the view, and its run stored in the end.
//!
//! The command runs on a thread, as `perf-report run` runs it. While the screen is in use its output is held
//! back. Once it has ended its run is stored at once, whatever happens to the view; the figures that stay on
//! the screen are those that were stored.

use std::io;
use std::process::ExitCode;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use super::outside::written_in;
use super::printed::Printer;
use super::{Args, broken, look, no_signals};
use crate::cli::{output, run};
use crate::doctor;
use crate::error::{ExitCode as Code, UserError};
use crate::live::top::{
    Ended, Feed, Left, Outside, Reading, State, Target, Update, Watch, document,
};
use crate::model::{Since, TopCommand, TopDocument};
use crate::project::context::Context;
use crate::record::command::{Held, Interrupt, Job, Streams};
use crate::record::failure;
use crate::record::recorder::{Finished, Order, Recorded, Recorder};
use crate::{system, tui};

/// The thread that the command runs on.
type Running<'scope> = ScopedJoinHandle<'scope, io::Result<Finished>>;

/// The end of a command, and what became of its run; `None` where it was recorded nowhere.
struct Kept {
    shell_code: u8,
    run: Option<Result<(Recorded, Vec<String>), UserError>>,
}

pub(super) fn run(
    args: &Args,
    context: &Context,
    printer: Option<Printer>,
) -> Result<ExitCode, UserError> {
    for problem in doctor::malformed() {
        output::warning(&problem);
    }
    let base = args.dir.as_ref().map(|dir| context.dir.join(dir));
    let held = match printer {
        Some(_) => None,
        None => Some(Held::new().map_err(cannot_hold)?),
    };
    let job = Job {
        words: &args.command,
        // Beside tables on standard output.
        streams: Streams::Errors,
        held: held.as_ref(),
        ..Job::default()
    };
    let order = Order {
        job,
        base: base.as_deref(),
        source: &context.root,
        label: None,
        tags: &[],
        branch: None,
        group: None,
        part: None,
        series: None,
        probe: false,
    };
    let recorder = Recorder::prepare(order);
    let folder = recorder.folder().map_err(failure::cannot_record)?.to_owned();
    let feed = Feed::start(Watch::new(Target::Folder(folder)), args.interval);
    thread::scope(|scope| {
        let running = scope.spawn(move || recorder.run(|| {}));
        let kept = match (printer, &held) {
            (Some(printer), _) => print(args, context, running, (&feed, printer)),
            (None, Some(held)) => view(args, context, running, (&feed, held)),
            (None, None) => keep(args, context, running),
        };
        end(args, context, kept?)
    })
}

/// Waits for the end of the command, and stores its run.
fn keep(args: &Args, context: &Context, running: Running<'_>) -> Result<Kept, UserError> {
    let finished = running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let finished = finished.map_err(|error| failure::cannot_start(&args.command[0], error))?;
    let shell_code = finished.ended.shell_code();
    let store = |recorded: Recorded| run::store(context, &recorded).map(|left| (recorded, left));
    Ok(Kept { shell_code, run: finished.collect().map(store) })
}

/// Reports what was stored, and passes the command's exit code on.
fn end(args: &Args, context: &Context, kept: Kept) -> Result<ExitCode, UserError> {
    let code = ExitCode::from(kept.shell_code);
    match kept.run {
        None => Ok(code),
        Some(Ok((recorded, left))) => {
            run::report(&args.command, context, recorded, &left);
            Ok(code)
        }
        // The command's own failure says more than ours.
        Some(Err(error)) if kept.shell_code != 0 => {
            output::error(&error);
            Ok(code)
        }
        Some(Err(error)) => Err(error),
    }
}

/// Prints tables while the command runs, and one of all of it at its end if no number was given.
fn print(
    args: &Args,
    context: &Context,
    running: Running<'_>,
    (feed, printer): (&Feed, Printer),
) -> Result<Kept, UserError> {
    let mut tables = args.iterations.map_or(0, |_| printer.tables);
    let is_stream = args.iterations.is_none();
    let (mut last, mut is_first): (Option<Reading>, bool) = (None, true);
    while tables > 0 && !running.is_finished() {
        if let Update::Reading(mut reading) = feed.wait(Duration::from_millis(100)) {
            // A command may build first, and a table of nothing is none.
            if reading.snapshot.processes.is_empty() {
                continue;
            }
            reading.command = Some(started(args));
            let before = last.as_ref().map(|last| (last, Since::Last));
            printer.print(&document(&reading, before), is_first)?;
            (last, is_first, tables) = (Some(*reading), false, tables - 1);
        }
    }
    let kept = keep(args, context, running)?;
    if let Some(Ok((recorded, _))) = &kept.run
        && (is_stream || is_first)
    {
        let reading =
            Reading { command: Some(ended(recorded)), ..of_run(recorded, Duration::ZERO) };
        printer.print(&document(&reading, None), is_first)?;
    }
    Ok(kept)
}

/// Shows the view until it is left; then the command goes on to its end.
fn view(
    args: &Args,
    context: &Context,
    running: Running<'_>,
    (feed, held): (&Feed, &Held),
) -> Result<Kept, UserError> {
    let interrupt = Interrupt::watch().map_err(no_signals)?;
    let mut outside = WithCommand { args, context, interrupt, running: Some(running), kept: None };
    let state = State::new(args.interval, Some(started(args)));
    let left = tui::show(feed, state, look(), &mut outside);
    let WithCommand { running, kept, .. } = outside;
    match &left {
        Ok(Left::Interrupt) if running.is_some() => {
            // To the whole job, as the terminal does it.
            system::interrupt_job();
        }
        Ok(Left::Quit) if running.is_some() => {
            output::message("the view is closed, and the command runs on: Ctrl-C ends it");
        }
        _ => {}
    }
    held.release(Box::new(io::stdout()), Box::new(io::stderr()));
    let kept = match (kept, running) {
        (Some(kept), _) => kept,
        (None, Some(running)) => keep(args, context, running),
        (None, None) => Err(UserError::new(Code::Internal, "the command was lost")),
    };
    held.finish();
    if let Err(error) = left {
        output::error(&broken(error));
    }
    kept
}

/// The world around a view of a command.
struct WithCommand<'a, 'scope> {
    args: &'a Args,
    context: &'a Context,
    interrupt: Interrupt,
    /// The command, until it has ended.
    running: Option<Running<'scope>>,
    kept: Option<Result<Kept, UserError>>,
}

impl Outside for WithCommand<'_, '_> {
    fn signal(&self) -> Option<u8> {
        self.interrupt.signal()
    }

    fn ended(&mut self, at: Duration) -> Option<Ended> {
        let running = self.running.take_if(|running| running.is_finished())?;
        let kept = keep(self.args, self.context, running);
        let ended = match &kept {
            Ok(kept) => in_view(self.args, kept, at),
            Err(error) => Ended {
                command: TopCommand { running: false, ..started(self.args) },
                reading: None,
                note: error.with_causes(),
            },
        };
        self.kept = Some(kept);
        Some(ended)
    }

    fn write(&mut self, document: &TopDocument) -> String {
        written_in(document, &self.context.dir)
    }
}

/// Returns the end of the command as the view shows it.
fn in_view(args: &Args, kept: &Kept, at: Duration) -> Ended {
    match &kept.run {
        Some(Ok((recorded, _))) => Ended {
            command: ended(recorded),
            reading: Some(of_run(recorded, at)),
            note: format!("the command has ended; stored as run {}", recorded.document.run.id),
        },
        other => Ended {
            command: TopCommand {
                running: false,
                exit_code: Some(kept.shell_code.into()),
                ..started(args)
            },
            reading: None,
            note: match other {
                Some(Err(error)) => error.with_causes(),
                _ => "the command has ended".to_owned(),
            },
        },
    }
}

/// Returns the command as it was started.
fn started(args: &Args) -> TopCommand {
    let words = args.command.iter().map(|word| word.to_string_lossy().into_owned());
    TopCommand { words: words.collect(), running: true, ..TopCommand::default() }
}

/// Returns the command as it has ended.
fn ended(recorded: &Recorded) -> TopCommand {
    let run = &recorded.document.run;
    TopCommand {
        words: run.command.clone(),
        running: false,
        exit_code: run.exit_code,
        signal: run.signal,
    }
}

/// Returns the last reading: all that is stored.
fn of_run(recorded: &Recorded, at: Duration) -> Reading {
    Reading {
        unix_ns: crate::live::stacks::unix_ns(),
        at,
        snapshot: recorded.collected.snapshot.clone(),
        problems: recorded.collected.problems(),
        ..Reading::default()
    }
}

fn cannot_hold(error: io::Error) -> UserError {
    UserError::new(Code::Usage, "the output of the command cannot be held back")
        .because(error)
        .help("make space in the temporary folder, or print tables with --iterations")
}
