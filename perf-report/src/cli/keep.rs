//! What `run` and `collect` share: a collected folder becomes a stored run and a summary.

use std::path::Path;

use super::output;
use crate::collect::Collected;
use crate::context::Context;
use crate::error::{ExitCode, UserError};
use crate::model::RunDocument;
use crate::store::{self, Store as _};
use crate::{pending, render, units};

/// Checks a label given by the user.
pub(super) fn label(text: &str) -> Result<String, String> {
    if text == "latest" || text.starts_with("latest~") {
        return Err("`latest` always stands for the newest run".to_owned());
    }
    line(text)
}

/// Checks the name of a branch given by the user.
pub(super) fn branch(text: &str) -> Result<String, String> {
    line(text)
        .map_err(|problem| format!("{problem}; leave it out for the branch that is checked out"))
}

/// Checks that a name is a line of text, of which something can be seen.
fn line(text: &str) -> Result<String, String> {
    const LONGEST: usize = 200;
    if text.trim().is_empty() {
        Err("it is empty".to_owned())
    } else if text.chars().count() > LONGEST {
        Err(format!("it is longer than {LONGEST} characters"))
    } else if text.chars().any(char::is_control) {
        Err("it has control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// Stores the run. When that fails its segments stay where they are, and the error says how to
/// store it later.
pub(super) fn store(
    context: &Context,
    folder: &Path,
    document: &RunDocument,
) -> Result<(), UserError> {
    store::open_or_create(context)
        .and_then(|mut store| Ok(store.save(document)?))
        .map_err(|error| not_stored(error, folder))
}

fn not_stored(error: UserError, folder: &Path) -> UserError {
    let later = format!("perf-report collect --dir {}", shell_word(folder));
    let help = match &error.help {
        Some(help) => format!("{help}; nothing is lost, store the run later with\n  {later}"),
        None => format!("nothing is lost, store the run later with\n  {later}"),
    };
    let code = error.code;
    UserError::new(code, "the run was not stored").because(error).help(help)
}

/// Clears the folder of what is stored now. What is left there, in words.
pub(super) fn clear(collected: &Collected, folder: &Path) -> Vec<String> {
    let mut left = collected.clear();
    pending::forget(folder);
    if !collected.damaged.is_empty() {
        let number = units::plural(collected.damaged.len() as u64, "segment");
        left.push(format!("{number} that could not be read: kept in {}", folder.display()));
    }
    if crate::session::is_session(folder) {
        // Whatever is still needed in it, or not ours, keeps it.
        let _ = std::fs::remove_dir(folder);
    }
    left
}

/// Tells what the run holds, what is missing from it, and where it is.
pub(super) fn tell(
    context: &Context,
    document: &RunDocument,
    collected: &Collected,
    left: &[String],
) {
    let recorded = document.process.count > 0;
    // The summary names the problems by itself.
    let problems = if recorded { Vec::new() } else { collected.problems() };
    for problem in problems.iter().chain(left) {
        output::warning(problem);
    }
    if recorded {
        output::message(&format!("\n{}", render::summary(document, output::message_screen())));
    }
    let store = context.shown(&context.store);
    output::message(&format!("stored as run {} in {store}", document.run.id));
}

/// `path` as a word that a shell takes as it is.
pub(super) fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// There is nothing in `folder` to collect.
pub(super) fn no_data(folder: &Path) -> UserError {
    let problem = format!("no process has recorded in {}", folder.display());
    UserError::new(ExitCode::NothingToJudge, problem)
        .help("record a command with `perf-report run -- COMMAND`, or name the folder with --dir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_line_of_text_that_is_not_taken() {
        for good in ["before", "v1.2 (release)", "größer"] {
            assert_eq!(label(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(201);
        for bad in ["", " ", "a\nb", "\u{1b}[31m", &long] {
            assert!(label(bad).is_err() && branch(bad).is_err(), "{bad:?}");
        }
        for taken in ["latest", "latest~1"] {
            assert!(label(taken).is_err() && branch(taken).is_ok(), "{taken:?}");
        }
    }

    #[test]
    fn paths_survive_a_shell() {
        assert_eq!(shell_word(Path::new("/dev/shm/a-1")), "/dev/shm/a-1");
        assert_eq!(shell_word(Path::new("/it's here")), r"'/it'\''s here'");
    }
}
