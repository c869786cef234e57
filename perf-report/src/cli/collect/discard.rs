//! `collect --discard`: the removal of recordings that nobody wants.

use std::path::Path;

use crate::cli::output;
use crate::record::collect::{self, About};
use crate::record::folder;
use crate::record::programs::Programs;
use crate::record::retention::{self, Recording};
use crate::text::units;

/// Removes the recordings in `folder`, and in the places that stand in for it, once nobody adds to
/// them any more: those of `programs`, or all.
pub(super) fn run(folder: &Path, programs: Option<&Programs>) {
    let (mut freed, mut removed, mut left) = (0_u64, 0_u64, 0_u64);
    for base in std::iter::once(folder.to_owned()).chain(folder::alternatives(folder)) {
        for recording in retention::recordings(&base) {
            if programs.is_some_and(|programs| !is_of(&recording, programs)) {
                left += 1;
            } else if retention::remove(&base, &recording) {
                removed += 1;
                freed = freed.saturating_add(recording.bytes);
            } else {
                output::warning(&format!("{} cannot be removed", recording.path.display()));
            }
        }
    }
    let what = units::plural(removed, "recording");
    output::message(&format!("removed {what}, which held {}", units::bytes(freed)));
    if left > 0 {
        let what = units::plural(left, "recording");
        output::help(&format!("{what} of programs elsewhere left there: `--all` removes all"));
    }
}

/// Returns whether a recording is of one of `programs`. A session without recordings is anybody's.
fn is_of(recording: &Recording, programs: &Programs) -> bool {
    let segments = if recording.is_session {
        collect::list(&recording.path).unwrap_or_default().segments
    } else {
        vec![recording.path.clone()]
    };
    let about = collect::about(&segments);
    let is_own =
        |about: &About| about.program.as_deref().is_some_and(|program| programs.contain(program));
    about.is_empty() && recording.is_session || about.iter().any(is_own)
}
