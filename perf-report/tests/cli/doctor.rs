//! `doctor`: finds what is wrong, changes nothing.

use std::fs;

use crate::desk::{Desk, Finished, checked};

fn find<'a>(document: &'a serde_json::Value, subject: &str) -> &'a serde_json::Value {
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|check| check["subject"] == subject).unwrap()
}

#[test]
fn a_fresh_workspace_is_in_order_and_stays_fresh() {
    let desk = Desk::new();
    let finished = desk.report(&["doctor"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.stdout.contains("will be made by the first run"), "{finished:?}");
    assert!(desk.list(".perf").is_empty() && desk.list("segments").is_empty());
}

#[test]
fn what_is_broken_is_found() {
    let desk = Desk::new();
    fs::write(desk.store(), "").unwrap();
    let mut command = desk.report_command(&["doctor", "--format", "json"]);
    let finished: Finished = command.env("PERF_TRACK", "banana").output().unwrap().into();
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let document = checked(&finished.stdout, include_str!("../../schemas/doctor.v1.schema.json"));
    assert_eq!(document["state"], "broken");
    assert_eq!(find(&document, "store")["state"], "broken");
    assert!(find(&document, "environment")["finding"].as_str().unwrap().contains("banana"));
}

#[test]
fn what_was_left_is_found() {
    let desk = Desk::new();
    fs::write(desk.path("segments/999999-a.ptseg"), "").unwrap();
    let session = desk.private_folder("segments/session-x");
    fs::write(session.join("999999-b.ptseg"), "").unwrap();
    let finished = desk.report(&["doctor"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.stdout.contains("1 process has recorded and was not collected"));
    assert!(finished.stdout.contains(&format!("collect --dir {}", session.display())));
}

#[test]
fn a_folder_that_others_may_write_is_found() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    fs::set_permissions(desk.path("segments"), fs::Permissions::from_mode(0o777)).unwrap();
    let finished = desk.report(&["doctor"]);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stdout.contains("can be written by others"), "{finished:?}");
}
