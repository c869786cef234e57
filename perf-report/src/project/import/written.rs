//! The benchmarks that a command of ours made: criterion's, added to the run of the command.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::sources::{criterion_fresh, quickly};
use crate::import::criterion::{self, Taken};
use crate::import::{Imported, Options};
use crate::model::RunDocument;
use crate::project::context::Context;

/// The longest tick of the clock that files are stamped by.
const TICK: Duration = Duration::from_millis(10);

/// Adds to `document` what criterion has written since the command began, and nothing older. Without a folder of
/// criterion, or where nothing in it is new, nothing is read.
pub(crate) fn add(context: &Context, document: &mut RunDocument, began: SystemTime) {
    // Files are stamped by a clock that ticks.
    let began = began.checked_sub(TICK).unwrap_or(began);
    let places = quickly(context, &document.run.command);
    let since = began.duration_since(UNIX_EPOCH).ok();
    let since = since.and_then(|it| u64::try_from(it.as_nanos()).ok()).unwrap_or(0);
    let mut problems = Vec::new();
    for place in places.iter().filter(|place| place.is_dir()) {
        let Some(fresh) = criterion_fresh(place, began) else { continue };
        match criterion::read(&fresh.files, Taken::Since(since), &Options::default()) {
            Ok(mut imported) => {
                imported.notes.append(fresh.notes);
                problems.extend(imported.notes.problems());
                put(document, imported);
            }
            Err(mistake) => {
                problems.push(format!(
                    "benchmarks in {} were left out: {mistake}",
                    context.shown(place)
                ));
            }
        }
    }
    document.recording.problems.extend(problems);
}

/// Puts benchmarks beside the functions of a run. One of the name of a function says so.
fn put(document: &mut RunDocument, imported: Imported) {
    for run in imported.runs {
        for mut function in run.functions {
            if document.functions.iter().any(|it| it.name == function.name) {
                function.name = format!("{} (benchmark)", function.name);
            }
            document.functions.push(function);
        }
    }
    document.functions.sort_by(|a, b| a.name.cmp(&b.name));
}
