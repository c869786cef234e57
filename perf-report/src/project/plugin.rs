//! Programs of the user's own that stand for formats: the run of one.

use std::ffi::OsString;
use std::time::Duration;

use super::config::plugins::{Plugin, PluginKind, Plugins};
use super::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::record::command::{Filter, filter};
use crate::text::suggest;

/// The longest time that a program may take, where nobody says otherwise.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The longest time that anybody waits.
const YEAR: Duration = Duration::from_hours(365 * 24);

/// Runs the program of that name in the root of the project, and returns what it writes.
///
/// # Errors
/// Where it cannot be started, fails, takes too long, or writes more than `most` bytes.
pub(crate) fn answer(
    context: &Context,
    (kind, name, plugin): (PluginKind, &str, &Plugin),
    (arguments, input): (&[OsString], &[u8]),
    most: u64,
) -> Result<Vec<u8>, UserError> {
    let timeout =
        plugin.timeout.map_or(Some(TIMEOUT), |it| it.0.map(|ns| Duration::from_secs_f64(ns / 1e9)));
    let words = &plugin.command;
    let timeout = timeout.unwrap_or(YEAR);
    let asked = Filter { words, arguments, dir: &context.root, input, timeout, most };
    filter(asked).map_err(|why| {
        let place = format!("[{}.{name}]", kind.word());
        UserError::new(Code::Usage, why).help(format!(
            "it is the `command` of {place} in perf.toml, and `timeout` there is the time that it has (1min)"
        ))
    })
}

/// Makes the error of a name that is neither a format nor a program.
pub(crate) fn unknown(
    (kind, word): (PluginKind, &str),
    problem: String,
    built_in: &[&str],
    own: &Plugins,
) -> UserError {
    let own: Vec<&str> = own.keys().map(String::as_str).collect();
    let near = suggest::nearest(word, built_in.iter().chain(&own).copied());
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let mine = match own.as_slice() {
        [] => format!("; one of your own is a program: [{}.NAME] in perf.toml", kind.word()),
        own => format!("; of perf.toml: {}", own.join(", ")),
    };
    UserError::new(Code::Usage, problem)
        .help(format!("{near}formats: {}{mine}", built_in.join(", ")))
}
