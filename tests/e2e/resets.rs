//! A program that has its figures begin anew: the run holds what came after, and nothing stays behind.

use std::fs;
use std::path::{Path, PathBuf};

use perf_tests::{lab, program};

/// The files in `folder` with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

#[test]
fn what_came_before_is_not_in_the_run() {
    for ending in ["return", "abort"] {
        let lab = lab!();
        lab.run(program!("warm_up"), ["1000", "70", ending]);
        let run = lab.latest();
        let calls = ["work", "warming", "whole"].map(|name| run.calls(name));
        assert_eq!(calls, [70, 0, 1], "{ending}");
        assert_eq!(run.tree().len(), 2, "whole and work, {ending}");
        assert_eq!(run.metric("warm_up.work", "count").number("value"), 70);
        let whole = run.function("whole");
        assert!(whole.number("total_ns") < whole.number("max_ns"), "it began before: {whole:?}");
        assert_eq!(run.at("/recording/problems").as_array().map(Vec::len), Some(0));
    }
}

#[test]
fn the_copy_is_cleared_away_with_its_segment() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    lab.record(&folder, program!("warm_up"), ["5", "3", "return"]);
    assert_eq!((files(&folder, "ptseg").len(), files(&folder, "before").len()), (1, 1));
    let folder_name = folder.to_string_lossy().into_owned();
    let collected = lab.report(["collect", "--dir", &folder_name]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    assert_eq!(lab.latest().calls("work"), 3);
    assert_eq!(files(&folder, "before"), files(&folder, "ptseg"), "nothing is left");
}

#[test]
fn figures_whose_beginning_is_not_known_are_damage() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    lab.record(&folder, program!("warm_up"), ["5", "3", "return"]);
    let copy = files(&folder, "before").remove(0);
    fs::write(copy, "not a segment at all").expect("the copy can be written to");
    let folder_name = folder.to_string_lossy().into_owned();
    let collected = lab.report(["collect", "--dir", &folder_name]);
    assert!(collected.complaint().contains("is not a perf-track segment"), "{collected:?}");
}
