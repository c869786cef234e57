//! What is said where a command recorded nothing: what is likely, and never what is not known.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, copy_program, lab, program, skipped};

const WORKLOAD: [&str; 4] = [program!("workload"), "2", "10", "return"];

fn finish(command: &mut Command) -> Finished {
    command.stdin(Stdio::null()).output().expect("the command can be run").into()
}

/// `perf-report run` of `wrapper` and the workload.
fn run(lab: &Lab, wrapper: &[&str]) -> Finished {
    finish(lab.report_command(["run", "--"]).args(wrapper).args(WORKLOAD))
}

/// A copy of the workload in `folder`, of a name that no other test records by: where programs
/// record on their own, a test would find the recordings of those beside it.
fn own_copy(folder: &Path, name: &str) -> PathBuf {
    let copy = folder.join(name);
    copy_program(WORKLOAD[0], &copy);
    copy
}

/// It says all of `words`, and that nothing was recorded, but not why in words that nobody can know.
#[track_caller]
fn says(finished: &Finished, words: &[&str]) {
    let said = finished.complaint();
    for words in [&["nothing was recorded: ", "help: "], words].concat() {
        assert!(said.contains(words), "no {words:?} in {said}");
    }
    assert!(!said.contains("no tracked function was called"), "{said}");
}

/// Removes the recording that is said to be elsewhere: the folder is that of this user's programs, not of tests.
fn clear(finished: &Finished, program: &str) {
    let said = finished.complaint();
    let pid = said.split("process ").find_map(|rest| rest.split_once(&format!(" ({program})")));
    let pid: u32 = pid.and_then(|(pid, _)| pid.parse().ok()).expect("its id is said");
    let folder = format!("/dev/shm/perf-track-{}", nix::unistd::getuid());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&format!("{pid}-")) {
            fs::remove_file(entry.path()).expect("it is ours");
        }
    }
}

/// Whether this system runs a program so; said aloud where not.
fn can(words: &[&str]) -> bool {
    let ended = Command::new(words[0]).args(&words[1..]).arg("true").output();
    let can = ended.is_ok_and(|output| output.status.success());
    if !can {
        skipped(&format!("`{}` does not work here", words.join(" ")));
    }
    can
}

#[test]
fn a_scrubbed_environment_is_named_and_where_it_recorded() {
    let lab = lab!();
    let copy = own_copy(lab.folder(), "scrubbed");
    let run = |wrapper: &[&str]| {
        let mut command = lab.report_command(["run", "--"]);
        finish(command.args(wrapper).arg(&copy).args(&WORKLOAD[1..]))
    };
    for wrapper in [
        &["env", "-i"][..],
        &["env", "-u", "PERF_TRACK_DIR"],
        &["env", "--ignore-environment", "A=b"],
        &["nice", "env", "-i"],
        &["sh", "-c", "env -i \"$@\"", "sh"],
        &["sh", "-c", "unset PERF_TRACK_DIR; \"$@\"", "sh"],
    ] {
        let finished = run(wrapper);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        says(&finished, &["takes PERF_TRACK_DIR away", "(scrubbed)", "meanwhile", "collect --all"]);
        clear(&finished, "scrubbed");
    }
    let passed = run(&["sh", "-c", "exec env -i PERF_TRACK_DIR=\"$PERF_TRACK_DIR\" \"$@\"", "sh"]);
    assert!(!passed.stderr.contains("nothing was recorded"), "as it is told: {}", passed.stderr);
}

#[test]
fn a_script_is_looked_into() {
    let lab = lab!();
    let script = lab.folder().join("run");
    fs::write(&script, "#!/bin/sh\nenv -i \"$@\"\n").expect("a file can be written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let copy = own_copy(lab.folder(), "scripted");
    let mut command = lab.report_command(["run", "--", "./run"]);
    let finished = finish(command.arg(&copy).args(&WORKLOAD[1..]));
    says(&finished, &["`env -i` takes PERF_TRACK_DIR away"]);
    clear(&finished, "scripted");
}

#[test]
fn another_folder_or_none_in_the_command_is_named() {
    let lab = lab!();
    let other = lab.new_folder("other");
    let set = format!("PERF_TRACK_DIR={}", other.display());
    let finished = run(&lab, &["env", &set]);
    says(&finished, &["the command sets PERF_TRACK_DIR to", "(workload)", "collect --dir"]);
    says(&run(&lab, &["env", "PERF_TRACK=off"]), &["the command sets PERF_TRACK=off"]);
}

#[test]
fn another_user_is_named() {
    let lab = lab!();
    let wrapper = ["setpriv", "--reuid=65534", "--clear-groups"];
    if !can(&wrapper) {
        return;
    }
    // Where anybody may run it.
    let open = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir();
    let open = open.expect("a folder can be made");
    let copy = own_copy(open.path(), "nobodys");
    let run = |wrapper: &[&str]| {
        let mut command = lab.report_command(["run", "--"]);
        finish(command.args(wrapper).arg(&copy).args(&WORKLOAD[1..]))
    };
    let finished = run(&wrapper);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    says(&finished, &["`setpriv --reuid=65534` runs the program as another user", "inside of it"]);
    if can(&["runuser", "-u", "nobody", "--"]) {
        says(&run(&["runuser", "-u", "nobody", "--"]), &["`runuser` runs the program as another"]);
    }
    let own = Path::new("/dev/shm/perf-track-65534");
    if own.exists() {
        return skipped("that user has recordings of its own");
    }
    // Without the variable it records in that user's own folder, of which this one may learn.
    let finished = run(&[&wrapper[..], &["env", "-u", "PERF_TRACK_DIR"]].concat());
    says(&finished, &["as another user", "(nobodys)", "perf-track-65534", "user 65534 can store"]);
    let _ = fs::remove_dir_all(own);
}

#[test]
fn a_changed_root_is_named() {
    let lab = lab!();
    let wrapper = ["unshare", "--map-root-user", "--mount"];
    if !can(&wrapper) {
        return;
    }
    // Shared memory of its own: what is recorded there is gone with it. Nor can it record elsewhere.
    let hide = "mount -t tmpfs none /dev/shm; mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp
        TMPDIR=/tmp \"$@\"";
    let finished = run(&lab, &[&wrapper[..], &["sh", "-c", hide, "sh"]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    says(&finished, &["`unshare --mount` gives the program other files"]);
}

#[test]
fn a_setuid_program_is_named() {
    let lab = lab!();
    let copy = own_copy(lab.folder(), "setuid");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o4755)).expect("it is ours");
    let mut command = lab.report_command(["run", "--"]);
    let finished = finish(command.arg(&copy).args(&WORKLOAD[1..]).env("PERF_TRACK_DIR", "/none"));
    // Of its own user it has no more rights than others, and records.
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let mut command = lab.report_command(["run", "--", "sh", "-c", "exit 0; \"$1\"", "sh"]);
    says(&finish(command.arg(&copy)), &["may do what you may not", "records nothing"]);
}

#[test]
fn what_starts_a_program_and_is_not_known_may_be_the_cause() {
    let lab = lab!();
    let copy = own_copy(lab.folder(), "compared");
    let mut command = lab.report_command(["run", "--", "cmp", "-s"]);
    says(&finish(command.args([&copy, &copy])), &["`cmp` may start the program as another"]);
}

#[test]
fn a_program_that_calls_nothing_is_said_to_as_far_as_can_be_told() {
    let lab = lab!();
    let finished = finish(&mut lab.report_command(["run", "--", program!("sleeper"), "twenty"]));
    let said = finished.complaint();
    assert!(said.contains("no tracked function of"), "{said}");
    assert!(said.contains("as far as can be told"), "{said}");
}

/// The namespaces of containers: another id, and other files.
#[test]
fn a_process_in_a_container_is_looked_into() {
    let lab = lab!();
    let wrapper = ["unshare", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"];
    if !can(&wrapper) || !Path::new("/proc/self/maps").exists() {
        return;
    }
    let ready = lab.new_folder("ready");
    let script = format!(
        "mount -t tmpfs none /dev/shm; exec {} wait {}",
        program!("stuck"),
        ready.display()
    );
    let mut command = lab.command(wrapper[0]);
    let mut child = command
        .args(&wrapper[1..])
        .args(["sh", "-c", &script])
        .stdout(Stdio::null())
        .spawn()
        .expect("it can be started");
    while !ready.join("pid").exists() {
        assert!(child.try_wait().expect("it is ours").is_none(), "it has ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let inner = fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id()));
    let inner = inner.expect("the system lists children").trim().to_owned();
    let shown = lab.report(["stacks", &inner]);
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(inner.parse().expect("it is a number")),
        nix::sys::signal::Signal::SIGKILL,
    )
    .expect("it is there");
    child.wait().expect("it can be waited for");
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("stuck::query"), "{}", shown.stdout);
}
