//! The only place that prints. Readers that stop reading (`| head`) are no error.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::render::{Document, Medium, Screen};
use crate::system;
use crate::text::{ascii, sanitize};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// The destination of a command's result; flattened into the arguments of commands that have one.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct OutputArgs {
    /// Write the result to FILE instead of standard output
    #[arg(long, short, value_name = "FILE", env = "PERF_TRACK_OUTPUT", hide_env_values = true)]
    pub(super) output: Option<PathBuf>,
}

impl OutputArgs {
    /// Writes the whole `document` in a medium that it has.
    ///
    /// # Errors
    /// When the file or standard output takes no more, except for a reader that went away.
    pub(super) fn write(
        &self,
        document: &impl Document,
        medium: impl Into<Medium>,
    ) -> Result<(), UserError> {
        let text = document.text(medium.into(), self.screen()).ok_or_else(|| {
            // No command offers such a one.
            UserError::new(Code::Internal, "the result cannot be written in this format")
        })?;
        self.write_text(&text)
    }

    /// Writes the same of a `document` whose text for people is a picture: drawn in ASCII where the locale
    /// has nothing else.
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    pub(super) fn write_picture(
        &self,
        document: &impl Document,
        medium: Medium,
    ) -> Result<(), UserError> {
        let is_plain = medium == Medium::Human && self.output.is_none() && !shows_more_than_ascii();
        if !is_plain {
            return self.write(document, medium);
        }
        self.write_text(&ascii::drawn(&document.human(self.screen())))
    }

    /// Returns the screen that the result is made for.
    fn screen(&self) -> Screen {
        match self.output {
            Some(_) => Screen::default(),
            None => Screen {
                width: width_of(&io::stdout()),
                styled: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            },
        }
    }

    /// Writes a result that is text already.
    ///
    /// # Errors
    /// When the file or standard output takes no more, except for a reader that went away.
    pub(super) fn write_text(&self, text: &str) -> Result<(), UserError> {
        let text = &sanitize::lines(text);
        match &self.output {
            Some(path) => std::fs::write(path, text).map_err(|error| unwritable(path, error)),
            None => write_all(anstream::stdout().lock(), text.as_bytes()),
        }
    }

    /// Writes a result that another program reads, byte by byte.
    ///
    /// # Errors
    /// When the file or standard output takes no more, except for a reader that went away.
    pub(super) fn write_bytes(&self, bytes: &[u8]) -> Result<(), UserError> {
        match &self.output {
            Some(path) => files::put(path, bytes).map_err(|error| unwritable(path, error)),
            // Of the stream itself: the one for text takes escape sequences out.
            None => write_all(io::stdout().lock(), bytes),
        }
    }
}

/// Prints a page, whose lines begin with nothing of others, as it is: a changed one would not run.
///
/// # Errors
/// When standard output takes no more, except for a reader that went away.
pub(super) fn page(text: &str) -> Result<(), UserError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(UserError::new(Code::Internal, "standard output cannot be written").because(error))
        }
        _ => Ok(()),
    }
}

/// Prints a difference: coloured where there are colours, else byte by byte, as `git apply` takes it.
///
/// # Errors
/// When standard output takes no more, except for a reader that went away.
pub(super) fn patch(diff: &str) -> Result<(), UserError> {
    if AutoStream::choice(&io::stdout()) == ColorChoice::Never {
        return write_all(io::stdout().lock(), diff.as_bytes());
    }
    let coloured: String = diff.lines().map(coloured).collect();
    write_all(anstream::stdout().lock(), sanitize::lines(&coloured).as_bytes())
}

fn coloured(line: &str) -> String {
    let style = match line.as_bytes().first() {
        _ if line.starts_with("+++") || line.starts_with("---") => Style::new().bold(),
        Some(b'+') => ADDED,
        Some(b'-') => REMOVED,
        Some(b'@') => PLACE,
        Some(b' ') => Style::new(),
        _ => Style::new().bold(),
    };
    format!("{style}{}{style:#}\n", sanitize::screen(line.trim_end_matches('\r')))
}

/// Asks a question that can be answered with yes or no; `None` where nobody can be asked.
pub(super) fn ask(question: &str) -> Option<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let mut stderr = anstream::stderr().lock();
    let _ = write!(stderr, "{}", harmless(question)).and_then(|()| stderr.flush());
    let mut answer = String::new();
    // An end of the input is no answer, and so no yes.
    let _ = io::stdin().read_line(&mut answer);
    Some(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// Returns the screen that messages on standard error are made for.
pub(super) fn message_screen() -> Screen {
    Screen {
        width: width_of(&io::stderr()),
        styled: AutoStream::choice(&io::stderr()) != ColorChoice::Never,
    }
}

/// Prints a message on standard error, as it is. Nothing can be done when that fails.
pub(super) fn message(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = writeln!(stderr, "{}", sanitize::lines(text.trim_end_matches('\n')));
}

/// Returns whether somebody reads messages and can answer them.
pub(super) fn is_a_dialogue() -> bool {
    use std::io::IsTerminal as _;
    io::stdin().is_terminal() && io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

/// Prints a warning, without ending the command.
pub(super) fn warning(text: &str) {
    message(&format!("{WARNING}warning:{WARNING:#} {}", harmless(text)));
}

/// Prints something worth knowing.
pub(super) fn note(text: &str) {
    message(&format!("{HELP}note:{HELP:#} {}", harmless(text)));
}

/// Prints advice.
pub(super) fn help(text: &str) {
    message(&format!("{HELP}help:{HELP:#} {}", harmless(text)));
}

/// Prints an error: the problem, its causes, the way out.
pub(super) fn error(error: &UserError) {
    message(&format!("{ERROR}error:{ERROR:#} {}", harmless(&error.with_causes())));
    if let Some(text) = &error.help {
        help(text);
    }
}

/// Returns text that may hold names from anywhere, line by line as a screen may have it.
fn harmless(text: &str) -> String {
    text.lines().map(sanitize::screen).collect::<Vec<_>>().join("\n")
}

/// Prints a message of clap: help and version on standard output, mistakes on standard error.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let safe = sanitize::lines(&text);
    if safe == text {
        // A reader that went away is no error, and there is nobody left to tell about others.
        let _ = error.print();
    } else {
        message(&safe);
    }
    if error.use_stderr() { Code::Usage.into() } else { Code::Fine.into() }
}

/// Writes to standard output. A reader that went away is no error.
fn write_all(mut stdout: impl io::Write, bytes: &[u8]) -> Result<(), UserError> {
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let problem = "standard output cannot be written";
            Err(UserError::new(Code::Internal, problem).because(error))
        }
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, error: io::Error) -> UserError {
    UserError::new(Code::Usage, format!("{} cannot be written", path.display()))
        .because(error)
        .help("choose another file with --output, or leave it out to print the result")
}

/// Returns whether the locale has more than ASCII. Where the environment names none, nothing is known of the
/// terminal, and nearly all show more.
fn shows_more_than_ascii() -> bool {
    // The first that is set counts, as POSIX has it.
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os);
    let mut named = named.map(|name| name.to_string_lossy().into_owned());
    named.find(|name| !name.is_empty()).is_none_or(|name| ascii::has_more(&name))
}

fn width_of(stream: &impl system::Stream) -> usize {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal_size::terminal_size_of(stream)
        .map(|(width, _)| usize::from(width.0))
        .or_else(columns)
        .filter(|&width| width > 0)
        .unwrap_or(Screen::default().width)
}
