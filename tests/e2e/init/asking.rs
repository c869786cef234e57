//! The question on a terminal, and what becomes of the answer.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use super::{Project, manifest};

/// Answers the question of `init` on a terminal. Returns the exit code and what was on the screen.
fn answered(project: &Project, answer: &str) -> (Option<i32>, String) {
    let terminal = nix::pty::openpty(None, None).expect("there are terminals");
    let mut master = File::from(terminal.master);
    let end = || Stdio::from(terminal.slave.try_clone().expect("it can be opened twice"));
    let mut command = project.report(&["init", "--runtime-version", "0.1"]);
    let mut child =
        command.stdin(end()).stderr(end()).stdout(Stdio::null()).spawn().expect("it starts");
    master.write_all(answer.as_bytes()).expect("it takes a line");
    let status = child.wait().expect("it ends");
    // Once nobody holds the other end, what is left can be read to its end, which Linux calls an error.
    drop((command, terminal.slave));
    let mut said = Vec::new();
    let _ = master.read_to_end(&mut said);
    (status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn only_a_yes_is_a_yes() {
    let files = [("Cargo.toml", &*manifest("init-asked")), ("src/lib.rs", "")];
    let project = Project::without_git("Cargo.lock", &files);
    for no in ["\n", "n\n", "what\n", "\u{4}"] {
        let (code, said) = answered(&project, no);
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("write 3 files? [y/N]") && said.contains("nothing was written"),
            "{said}"
        );
        assert!(!project.path("perf.toml").exists(), "{no:?}");
    }
    let (code, said) = answered(&project, "Yes\n");
    assert!(code == Some(0) && said.contains("wrote 3 files"), "{said}");
    assert!(project.read("Cargo.toml").contains("perf-runtime = \"0.1\"\n"));
}

#[test]
fn where_nobody_can_be_asked_nothing_is_written() {
    let files = [("Cargo.toml", &*manifest("init-unasked")), ("src/lib.rs", "")];
    let project = Project::without_git("Cargo.lock", &files);
    let finished = project.init(&[]);
    assert_eq!(finished.code, Some(2));
    assert!(
        finished.complaint().contains("--yes") && finished.stdout.contains("+++ b/perf.toml"),
        "{finished:?}"
    );
    assert!(!project.path("perf.toml").exists());
}
