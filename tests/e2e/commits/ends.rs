//! However `ab` ends, nothing stays of what it checked out: at once, or from the next call on.

use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::{Project, left, succeeded};

/// Starts it in a process group of its own, and waits until the commit is being built.
fn started(project: &Project) -> Child {
    let mut command = project.ab_of_builds("cp text built; echo $PWD >> \"$OUT\"; exec sleep 30");
    let command = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("perf-report can be started");
    while project.said().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child
}

fn end(child: &mut Child, signal: Signal) -> Option<i32> {
    let group = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
    killpg(group, signal).expect("it can be ended");
    child.wait().expect("it ends").code()
}

#[test]
fn a_signal_that_asks_for_the_end_leaves_nothing() {
    let Some(project) = Project::with_text() else { return };
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let mut child = started(&project);
        assert_eq!(left(project.parent()).len(), 1, "it lies beside the working tree");
        assert_eq!(end(&mut child, signal), Some(code));
        project.is_left_clean(project.parent());
        std::fs::remove_file(project.out()).expect("it is there");
    }
}

#[test]
fn what_a_killed_one_left_is_removed_by_the_next_and_what_runs_is_not() {
    let Some(project) = Project::with_text() else { return };
    let mut killed = started(&project);
    assert_eq!(end(&mut killed, Signal::SIGKILL), None);
    let of_the_killed = left(project.parent());
    assert_eq!(of_the_killed.len(), 1);

    std::fs::remove_file(project.out()).expect("it is there");
    let mut running = started(&project);
    let of_the_running = left(project.parent());
    assert_eq!(of_the_running.len(), 1);
    assert_ne!(of_the_running, of_the_killed);

    std::fs::remove_file(project.out()).expect("it is there");
    succeeded(&mut project.ab_of_builds("cp text built"));
    assert_eq!(project.said(), ["new", "old"]);
    assert_eq!(left(project.parent()), of_the_running);
    assert_eq!(end(&mut running, Signal::SIGINT), Some(130));
    project.is_left_clean(project.parent());
}
