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
