//! What is stored is stored once, wherever perf-report was killed on the way.
//!
//! Each test leaves the folder as it would be after one of the steps, and collects again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use perf_tests::{Finished, Lab, lab, program};

/// `fibonacci(10)` makes this many calls.
const CALLS: u64 = 2 * 89 - 1;

fn record(lab: &Lab, folder: &Path) {
    let finished = lab.record(folder, program!("recursion"), ["direct", "10"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

fn collect(lab: &Lab, folder: &Path, options: &[&str]) -> Finished {
    let folder = folder.to_str().expect("a temporary folder has a name in UTF-8");
    lab.report([&["collect", "--dir", folder], options].concat())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be listed");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// What was in a folder, to be put back.
struct Copy {
    folder: PathBuf,
    files: Vec<(PathBuf, Vec<u8>, SystemTime)>,
}

impl Copy {
    fn of(folder: &Path) -> Self {
        let read = |path: PathBuf| {
            let changed = path.metadata().and_then(|it| it.modified()).expect("it has a time");
            (path.clone(), fs::read(&path).expect("a file can be read"), changed)
        };
        Self { folder: folder.to_owned(), files: files(folder).into_iter().map(read).collect() }
    }

    /// Puts back what `is_left` is true of.
    fn put_back(&self, is_left: impl Fn(&Path) -> bool) {
        use std::os::unix::fs::DirBuilderExt as _;
        let _ = fs::DirBuilder::new().mode(0o700).create(&self.folder);
        for (path, bytes, changed) in self.files.iter().filter(|(path, ..)| is_left(path)) {
            fs::write(path, bytes).expect("a file can be written");
            let file = fs::File::options().append(true).open(path).expect("it is there");
            file.set_modified(*changed).expect("its time can be set");
        }
    }
}

/// How many runs are stored.
fn stored(lab: &Lab) -> usize {
    let is_there = |back: &usize| lab.report(["show", &format!("latest~{back}")]).code == Some(0);
    (0..10).take_while(is_there).count()
}

#[track_caller]
fn was_stored_before(lab: &Lab, folder: &Path, runs: usize) {
    let finished = collect(lab, folder, &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("already stored as run"), "{}", finished.stderr);
    assert!(!folder.exists() || files(folder).is_empty(), "{:?}", files(folder));
    assert_eq!(stored(lab), runs);
}

#[test]
fn killed_at_any_step_of_clearing_it_is_stored_once() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    (0..3).for_each(|_| record(&lab, &folder));
    fs::write(folder.join("5000077-a.unrecorded-13"), "").expect("a file can be written");
    fs::write(folder.join("5000077-b.ptseg"), "garbage").expect("a file can be written");
    let copy = Copy::of(&folder);
    assert_eq!(collect(&lab, &folder, &[]).code, Some(0));
    for cleared in 0..copy.files.len() {
        for (path, ..) in &copy.files {
            let _ = fs::remove_file(path.with_extension("ptseg.damaged"));
        }
        let left: Vec<_> = copy.files.iter().skip(cleared).map(|(path, ..)| path).collect();
        copy.put_back(|path| left.iter().any(|it| *it == path));
        let finished = collect(&lab, &folder, &[]);
        assert_eq!(finished.code, Some(0), "{cleared}: {}", finished.stderr);
        assert!(finished.stderr.contains("already stored as run"), "{}", finished.stderr);
        let is_set_aside = |path: &PathBuf| path.to_string_lossy().ends_with(".damaged");
        assert!(files(&folder).iter().all(is_set_aside), "{:?}", files(&folder));
    }
    assert_eq!(stored(&lab), 1);
}

#[test]
fn killed_at_any_step_of_clearing_a_run_is_stored_once() {
    let lab = lab!();
    let segments = lab.new_folder("segments");
    fs::write(lab.folder().join("file"), "").expect("a file can be written");
    let mut command = lab.report_command(["run", "--label", "late", "--dir"]);
    command.arg(&segments).args(["--store", "file/below", "--", program!("recursion")]);
    let failed = command.args(["direct", "10"]).output().expect("perf-report can be run");
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let session = files(&segments).pop().expect("the session is kept");
    let copy = Copy::of(&session);

    // Before storing: as if never begun.
    let stored_now = collect(&lab, &session, &[]);
    assert_eq!(stored_now.code, Some(0), "{}", stored_now.stderr);
    let (calls, id) = (lab.latest().calls("fibonacci"), lab.latest().at("/run/id").clone());
    assert_eq!(calls, CALLS);
    // Stored, and nothing cleared; all segments cleared.
    let all = ["run.json", "ptseg"];
    for left in [&all[..], &all[..1]] {
        copy.put_back(|path| left.iter().any(|end| path.to_string_lossy().ends_with(end)));
        was_stored_before(&lab, &session, 1);
        assert!(!session.exists());
    }
    assert_eq!(lab.latest().at("/run/id"), &id);
}

#[test]
fn what_came_since_is_a_run_of_its_own() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    record(&lab, &folder);
    let copy = Copy::of(&folder);
    assert_eq!(collect(&lab, &folder, &[]).code, Some(0));
    copy.put_back(|_| true);
    (0..2).for_each(|_| record(&lab, &folder));
    assert_eq!(collect(&lab, &folder, &[]).code, Some(0));
    assert_eq!(lab.latest().calls("fibonacci"), 2 * CALLS);
    assert_eq!((stored(&lab), files(&folder).len()), (2, 0));
}

#[test]
fn what_was_kept_is_stored_once_and_another_store_knows_nothing_of_it() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    record(&lab, &folder);
    for _ in 0..2 {
        assert_eq!(collect(&lab, &folder, &["--keep"]).code, Some(0));
    }
    assert_eq!((stored(&lab), files(&folder).len()), (1, 1));
    let elsewhere = collect(&lab, &folder, &["--keep", "--store", "other.sqlite"]);
    assert!(elsewhere.stderr.contains("stored as run"), "{}", elsewhere.stderr);
    assert!(!elsewhere.stderr.contains("already"), "{}", elsewhere.stderr);
    was_stored_before(&lab, &folder, 1);
}

#[test]
fn of_those_who_collect_at_once_one_stores() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    (0..8).for_each(|_| record(&lab, &folder));
    let copy = Copy::of(&folder);
    for _ in 0..5 {
        copy.put_back(|_| true);
        let all: Vec<_> = (0..4)
            .map(|_| {
                let mut command = lab.report_command(["collect", "--dir"]);
                command.arg(&folder).spawn().expect("perf-report can be run")
            })
            .collect();
        for mut one in all {
            let code = one.wait().expect("perf-report ends").code();
            assert!(matches!(code, Some(0 | 4)), "{code:?}");
        }
        assert_eq!((stored(&lab), files(&folder).len()), (1, 0));
        assert_eq!(lab.latest().calls("fibonacci"), 8 * CALLS);
    }
}
