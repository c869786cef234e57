//! A page handed to the user's browser.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::system;
use crate::text::url;

/// The time in which a browser that cannot start has said so.
const PATIENCE: Duration = Duration::from_millis(700);

/// Opens the file at `path`, which is absolute: with the first of `$BROWSER` that starts, else with what
/// the system has for pages. Nothing waits for the browser to end.
///
/// # Errors
/// The reason for which none could be started, in words.
pub(super) fn open(path: &Path) -> Result<(), String> {
    open_url(&system::address_of(path, url::encoded_path))
}

/// Opens a page at its address, in the same way.
///
/// # Errors
/// As for [`open`].
pub(super) fn open_url(address: &str) -> Result<(), String> {
    let mut reasons = Vec::new();
    for words in browsers() {
        match start(&words, address) {
            Ok(()) => return Ok(()),
            Err(reason) => reasons.push(reason),
        }
    }
    Err(reasons.join("; "))
}

/// Returns the commands to try, the words of each.
fn browsers() -> Vec<Vec<String>> {
    let words = |command: &str| command.split_whitespace().map(str::to_owned).collect();
    let own = std::env::var("BROWSER").unwrap_or_default();
    let own: Vec<Vec<String>> = own
        .split(system::BETWEEN_COMMANDS)
        .filter(|command| !command.trim().is_empty())
        .map(words)
        .collect();
    if !own.is_empty() {
        return own;
    }
    vec![words(system::OPENER)]
}

/// Starts a command with the address, in place of `%s` or at its end.
fn start(words: &[String], address: &str) -> Result<(), String> {
    let Some((program, rest)) = words.split_first() else { return Err("no browser".to_owned()) };
    let mut arguments: Vec<String> = rest.iter().map(|word| word.replace("%s", address)).collect();
    if !rest.iter().any(|word| word.contains("%s")) {
        arguments.push(address.to_owned());
    }
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in this terminal is not for the browser.
    let mut child = system::apart(&mut command)
        .spawn()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{program} failed: {status}")),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("{program} is lost: {error}")),
        }
    }
    Ok(())
}
