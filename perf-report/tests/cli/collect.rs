//! `collect`: which folders it takes, and what it leaves in them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::desk::Desk;

#[test]
fn a_folder_with_nothing_in_it_has_no_data() {
    let desk = Desk::new();
    desk.report(&["collect"]).said(4, "no process has recorded in");
    fs::write(desk.path("segments/notes.txt"), "mine").unwrap();
    desk.report(&["collect"]).said(4, "no process has recorded in");
    assert_eq!(desk.list("segments"), ["notes.txt"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_mistake() {
    let desk = Desk::new();
    desk.report(&["collect", "--dir", "nowhere"]).said(2, "name a folder that exists");
}

#[test]
fn a_link_a_file_and_a_folder_open_to_others_are_refused() {
    let desk = Desk::new();
    symlink(desk.path("segments"), desk.path("link")).unwrap();
    desk.report(&["collect", "--dir", "link"]).said(2, "is a symbolic link, not a folder");
    desk.report(&["collect", "--dir", "link/"]).said(2, "is a symbolic link, not a folder");
    fs::write(desk.path("file"), "").unwrap();
    desk.report(&["collect", "--dir", "file"]).said(2, "is not a folder");
    fs::set_permissions(desk.path("segments"), fs::Permissions::from_mode(0o777)).unwrap();
    desk.report(&["collect"]).said(2, "can be written by others");
}

#[test]
fn the_folder_of_another_user_is_refused() {
    let desk = Desk::new();
    if nix::unistd::chown(&desk.path("segments"), Some(12345.into()), None).is_err() {
        crate::desk::skipped("only root can give a folder away");
        return;
    }
    desk.report(&["collect"]).said(2, "belongs to user 12345");
}

#[test]
fn segments_that_cannot_be_read_are_named_and_stay() {
    let desk = Desk::new();
    fs::write(desk.path("segments/5000077-a.ptseg"), "garbage").unwrap();
    fs::write(desk.path("segments/5000078-b.ptseg"), "").unwrap();
    let finished = desk.report(&["collect"]);
    finished.said(6, "5000077-a.ptseg");
    finished.said(6, "5000078-b.ptseg is empty");
    assert_eq!(desk.list("segments"), ["5000077-a.ptseg", "5000078-b.ptseg"]);
    assert!(!desk.store().exists());
}

#[test]
fn files_that_are_named_are_read_or_said_to_be_no_segments_and_stay() {
    let desk = Desk::new();
    desk.report(&["collect", "none.ptseg"]).said(2, "none.ptseg cannot be read");
    desk.report(&["collect", "."]).said(2, "it is a folder, not a regular file");
    fs::write(desk.path("notes.txt"), "garbage").unwrap();
    desk.report(&["collect", "notes.txt"]).said(6, "notes.txt is not a perf-track segment");
    desk.report(&["collect", "notes.txt", "--list"]).said(2, "cannot be used with");
    assert!(desk.path("notes.txt").exists() && !desk.store().exists());
}

#[test]
fn with_keep_everything_stays_and_without_it_is_cleared() {
    let desk = Desk::new();
    fs::write(desk.path("segments/5000077-a.unrecorded-13"), "").unwrap();
    desk.report(&["collect", "--keep", "--label", "kept"]).said(0, "stored as run");
    assert_eq!(desk.list("segments"), ["5000077-a.unrecorded-13"]);
    assert_eq!(desk.stored()[0].run.label.as_deref(), Some("kept"));
    desk.report(&["collect"]).said(0, "already stored as run");
    assert!(desk.list("segments").is_empty());
    fs::write(desk.path("segments/5000077-b.unrecorded-13"), "").unwrap();
    desk.report(&["collect"]).said(0, "Permission denied");
    assert!(desk.list("segments").is_empty());
    assert_eq!(desk.stored().len(), 2);
}

/// Waits until `is` is so.
fn until(mut is: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is() {
        assert!(began.elapsed() < std::time::Duration::from_mins(1), "it took too long");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn suites_that_still_run_are_not_taken_and_those_that_have_ended_are() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let desk = Desk::new();
    let session = desk.private_folder("segments/session-one");
    // What a killed `suite` leaves: what was prepared, and the account of a process of no id.
    fs::write(
        session.join("suite.json"),
        "{\"runners\":{},\"rustdoc\":null,\"rustc\":\"\",\"before\":{}}",
    )
    .unwrap();
    let account = r#"{"role":"binary","program":"/w/deps/app-0123456789abcdef","package":"app",
        "manifest_dir":"/w","started_unix_ns":1600000000000000000}"#;
    fs::write(session.join("4194305-1.suite"), account).unwrap();
    let mut child = desk.command("sleep");
    let mut child = child.arg("600").env("PERF_TRACK_SUITE_DIR", &session).spawn().unwrap();
    let folder = "segments/session-one";
    let list = |folder: &str| desk.report(&["collect", "--list", "--dir", folder]).stdout;
    until(|| list(folder).contains("a process of the command"));
    for more in [&[][..], &["--keep"]] {
        let refused = desk.report(&[&["collect", "--dir", folder], more].concat());
        refused.said(4, "1 process of the suites in ");
        refused.said(4, &format!("still runs: {}", child.id()));
        refused.said(4, "nothing was taken");
    }
    assert!(list(folder).contains("never ended"), "{}", list(folder));
    let has = |text: String, state: &str| {
        text.lines().any(|line| line.contains("session-one") && line.contains(state))
    };
    assert!(has(list("segments"), "running"), "{}", list("segments"));
    desk.report(&["collect", "--discard", "--dir", "segments"]).said(0, "removed 0 recordings");
    assert_eq!(desk.list(folder), ["4194305-1.suite", "suite.json"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(has(list("segments"), "not stored"), "{}", list("segments"));
    desk.report(&["collect", "--dir", folder]).said(0, "stored as run");
    assert_eq!(desk.stored()[0].suites.len(), 1);
    assert!(desk.list("segments").is_empty());
}
