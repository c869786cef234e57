//! What a program of the user's own makes of files: runs of its own format.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::documents;
use super::sources::standard_input_bytes;
use super::{Order, Read, of_the_future};
use crate::error::{ExitCode as Code, UserError};
use crate::import::{LARGEST, Mistake, own};
use crate::project::config::plugins::{Plugin, PluginKind};
use crate::project::context::Context;
use crate::project::plugin;
use crate::record::facts::{now, rfc_3339};

/// Has the program read what is to be imported. It is given the paths as arguments, absolute ones, since it runs
/// in the root of the project; for `-` it gets the standard input.
///
/// # Errors
/// [`Code::Usage`] where the program fails or a file is missing, [`Code::Unreadable`] where it writes no run, and
/// [`Code::NothingToJudge`] where the run is empty.
pub(crate) fn read(
    context: &Context,
    order: &Order,
    (name, plugin): (&str, &Plugin),
) -> Result<Read, UserError> {
    let has_input = order.paths.iter().any(|path| path.as_os_str() == "-");
    let input = if has_input { standard_input_bytes()? } else { Vec::new() };
    let arguments = order.paths.iter().map(|path| argument(context, path));
    let arguments: Vec<OsString> = arguments.collect::<Result<_, _>>()?;
    let asked = (PluginKind::Import, name, plugin);
    let bytes = plugin::answer(context, asked, (&arguments, &input), LARGEST)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| not_a_run(name, plugin, &Mistake::Unreadable("it is no UTF-8".to_owned())))?;
    let mut imported = own::read(&text).map_err(|mistake| not_a_run(name, plugin, &mistake))?;
    let from: Vec<String> = order.paths.iter().map(|path| path.display().to_string()).collect();
    if imported.is_empty() {
        let problem = format!("the program of {name} wrote a run without a result");
        let help = "a run has `functions`, `metrics` or `suites`: see \"Formats of your own\" in docs/importing.md";
        return Err(UserError::new(Code::NothingToJudge, problem).help(help));
    }
    let notes = std::mem::take(&mut imported.notes);
    let written = order.paths.iter().filter_map(|path| modified(&context.dir.join(path)));
    // A document without a time is as old as the newest file that it is made of, so that it is stored once.
    let merged = documents::merged(vec![(imported, written.max())]);
    let runs = documents::runs(context, name, merged, (&order.given, true), &notes.problems());
    let assumed = of_the_future(&runs, &rfc_3339(now())).into_iter().collect();
    Ok(Read { source: name.to_owned(), from, runs, notes, assumed, saved: Vec::new() })
}

fn modified(path: &Path) -> Option<jiff::Timestamp> {
    jiff::Timestamp::try_from(path.metadata().ok()?.modified().ok()?).ok()
}

fn argument(context: &Context, path: &Path) -> Result<OsString, UserError> {
    if path.as_os_str() == "-" {
        return Ok(path.into());
    }
    let full = context.dir.join(path);
    full.try_exists()
        .and_then(|is_there| is_there.then_some(()).ok_or_else(|| io::ErrorKind::NotFound.into()))
        .map_err(|error| super::sources::missing(path, error))?;
    Ok(full.into())
}

fn not_a_run(name: &str, plugin: &Plugin, mistake: &Mistake) -> UserError {
    let program = plugin.command.first().map_or("", String::as_str);
    let problem =
        format!("`{program}`, the program of {name}, wrote no run that can be read: {mistake}");
    UserError::new(Code::Unreadable, problem)
        .help("\"Formats of your own\" in docs/importing.md says what a run needs")
}
