//! Values of options that come from the environment. A malformed one is reported, and the default
//! is used: a variable set long ago, for another command, must not keep this one from working.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command};

use super::help;

/// The result of parsing: the options, and the mistakes in the environment.
pub(super) struct Parsed {
    pub(super) matches: ArgMatches,
    pub(super) warnings: Vec<String>,
}

/// Parses `args`, and leaves out empty and malformed values of the environment.
pub(super) fn parse(command: Command, args: &[OsString]) -> Result<Parsed, clap::Error> {
    let mut command = without_twins(command, &|arg| {
        arg.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|v| v.is_empty()))
    });
    let mut warnings = Vec::new();
    loop {
        let error = match command.try_get_matches_from_mut(args) {
            Ok(matches) => return Ok(Parsed { matches, warnings }),
            Err(error) => error,
        };
        let Some(culprit) = Culprit::of(&error, &command) else {
            return Err(help::suggest(error, &command, args));
        };
        warnings.push(format!(
            "{}={:?} is not allowed for --{}: the default is used",
            culprit.variable, culprit.value, culprit.option
        ));
        command = without_twins(command, &|arg| arg.get_long() == Some(&culprit.option));
    }
}

/// An option with a malformed value from the environment.
struct Culprit {
    option: String,
    variable: String,
    value: String,
}

impl Culprit {
    fn of(error: &clap::Error, command: &Command) -> Option<Self> {
        if !matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
            return None;
        }
        let context = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let option = context(ContextKind::InvalidArg)?.strip_prefix("--")?;
        let option = option.split([' ', '=']).next()?.to_owned();
        let variable = twin(command, &option)?;
        let value = std::env::var_os(&variable)?.to_string_lossy().into_owned();
        let same = context(ContextKind::InvalidValue).is_some_and(|invalid| invalid == value);
        same.then_some(Self { option, variable, value })
    }
}

/// Returns the variable that stands for `--option` anywhere in `command`.
fn twin(command: &Command, option: &str) -> Option<String> {
    command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(option) && arg.get_env().is_some())
        .and_then(|arg| Some(arg.get_env()?.to_string_lossy().into_owned()))
        .or_else(|| command.get_subcommands().find_map(|command| twin(command, option)))
}

/// Returns `command`, with options that fulfil `condition` taken from the command line only.
fn without_twins(command: Command, condition: &dyn Fn(&Arg) -> bool) -> Command {
    command
        .mut_args(|arg| if condition(&arg) { arg.env(Resettable::Reset) } else { arg })
        .mut_subcommands(|command| without_twins(command, condition))
}

/// Returns all variables that stand for an option of `command`, sorted.
pub(super) fn variables(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(Arg::get_env);
    let mut names: Vec<String> = own.map(|name| name.to_string_lossy().into_owned()).collect();
    names.extend(command.get_subcommands().flat_map(variables));
    names.sort_unstable();
    names.dedup();
    names
}
