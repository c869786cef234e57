//! Tables and documents in place of the live view.

use std::time::Duration;

use crate::cli::output::OutputArgs;
use crate::error::{ExitCode as Code, UserError};
use crate::live::top::{Feed, Reading, Update, cpu_time, document};
use crate::model::{Since, TopDocument};
use crate::render::{Medium, json};

/// A printer of a number of tables, or of documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Printer {
    pub(super) is_json: bool,
    pub(super) tables: u64,
}

impl Printer {
    /// Prints one, the first or a further one.
    pub(super) fn print(self, document: &TopDocument, is_first: bool) -> Result<(), UserError> {
        let output = OutputArgs::default();
        if self.is_json {
            return output.write_text(&json::line(document));
        }
        if !is_first {
            output.write_text("\n")?;
        }
        output.write(document, Medium::Human)
    }
}

/// Prints tables of what `feed` reads.
pub(super) fn run(printer: Printer, feed: &Feed) -> Result<(), UserError> {
    let mut last: Option<Reading> = None;
    for table in 0..printer.tables {
        let reading = next(feed)?;
        if table == 0 {
            check(&reading)?;
        }
        let began = cpu_time();
        let before = last.as_ref().map(|last| (last, Since::Last));
        printer.print(&document(&reading, before), table == 0)?;
        feed.add_cost(cpu_time().saturating_sub(began));
        last = Some(reading);
    }
    Ok(())
}

/// Waits for the next reading.
fn next(feed: &Feed) -> Result<Reading, UserError> {
    /// The longest wait, after which it is asked again.
    const PATIENCE: Duration = Duration::from_mins(1);
    loop {
        match feed.wait(PATIENCE) {
            Update::Reading(reading) => return Ok(*reading),
            Update::Nothing => {}
            Update::Gone => {
                return Err(UserError::new(Code::Internal, "the segments are not read any more"));
            }
        }
    }
}

/// Checks that there is something to show: that not all that was found is damaged.
pub(super) fn check(reading: &Reading) -> Result<(), UserError> {
    match reading.problems.first() {
        Some(problem) if reading.snapshot.processes.is_empty() => {
            Err(UserError::new(Code::Unreadable, problem.clone()))
        }
        _ => Ok(()),
    }
}
