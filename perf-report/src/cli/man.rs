//! `perf-report man`: pages of the manual, made of the same texts as the help.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::output::{self, OutputArgs};
use super::{Cli, NAME};
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::text::{suggest, units};

const EXAMPLES: &str = "\
Examples:
  perf-report man | man -l -               the page of perf-report
  perf-report man baseline save | man -l - that of a command
  perf-report man --output ~/.local/share/man/man1
                                           all of them, a file each";

/// Write pages of the manual
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The command whose page is printed, such as `baseline save` [default: perf-report itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    words: Vec<String>,

    /// Write all pages into this folder, which is made where there is none
    #[arg(long, short, value_name = "DIR", env = "PERF_TRACK_MAN_OUTPUT", hide_env_values = true)]
    output: Option<PathBuf>,
}

/// A page of the manual, and the name of its file.
struct Page {
    file: String,
    text: Vec<u8>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, UserError> {
    let command = defined();
    match &args.output {
        Some(folder) => write_all(&command, folder)?,
        None => OutputArgs::default().write_bytes(&page(&find(&command, &args.words)?).text)?,
    }
    Ok(Code::Fine.into())
}

/// Returns all commands, without `help`, each with its whole name.
fn defined() -> Command {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    command
}

fn find(command: &Command, words: &[String]) -> Result<Command, UserError> {
    let mut found = command;
    for word in words {
        found = found.find_subcommand(word).ok_or_else(|| {
            let names = found.get_subcommands().map(Command::get_name);
            let help = suggest::one_of(word, names);
            UserError::new(Code::Usage, format!("there is no command {word:?}")).help(help)
        })?;
    }
    Ok(found.clone())
}

fn write_all(command: &Command, folder: &Path) -> Result<(), UserError> {
    let unwritable = |path: &Path, error| {
        UserError::new(Code::Usage, format!("{} cannot be written", path.display()))
            .because(error)
            .help("choose another folder with --output")
    };
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    let pages = pages(command);
    for page in &pages {
        let path = folder.join(&page.file);
        files::put(&path, &page.text).map_err(|error| unwritable(&path, error))?;
    }
    let count = units::plural(pages.len() as u64, "page");
    output::message(&format!("wrote {count} to {}: `man {NAME}`", folder.display()));
    Ok(())
}

/// Returns the page of a command, and those of its commands.
fn pages(command: &Command) -> Vec<Page> {
    let below = command.get_subcommands().flat_map(pages);
    std::iter::once(page(command)).chain(below).collect()
}

fn page(command: &Command) -> Page {
    let source = concat!("perf-report ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(source);
    let mut text = Vec::new();
    // Memory takes everything.
    let written = man.render(&mut text);
    debug_assert!(written.is_ok(), "{written:?}");
    Page { file: man.get_filename(), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_of_its_own() {
        let pages = pages(&defined());
        let files: Vec<_> = pages.iter().map(|page| page.file.as_str()).collect();
        for file in ["perf-report.1", "perf-report-list.1", "perf-report-baseline-save.1"] {
            assert_eq!(files.iter().filter(|it| **it == file).count(), 1, "{file}: {files:?}");
        }
        for page in &pages {
            let text = String::from_utf8_lossy(&page.text);
            assert!(text.contains(".SH SYNOPSIS"), "{}", page.file);
        }
    }
}
