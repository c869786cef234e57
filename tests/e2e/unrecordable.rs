//! Where no segment can be made, a program runs as ever, and perf-report says why nothing was
//! recorded.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, copy_program, lab, program, skipped};

const WORKLOAD: [&str; 4] = [program!("workload"), "2", "10", "exit"];

/// What `WORKLOAD` does, recorded or not.
fn check_unhindered(finished: &Finished) {
    assert_eq!(finished.code, Some(7), "{}", finished.stderr);
    assert_eq!(finished.stdout, "2 threads made 10 rounds each\n");
}

fn finish(command: &mut Command) -> Finished {
    command.stdin(Stdio::null()).output().expect("the command can be run").into()
}

/// A program that is told to record in `place` runs as ever, and `collect` says what is wrong there.
fn check_place(lab: &Lab, place: &Path, why: &str) {
    let finished = lab.record(place, WORKLOAD[0], &WORKLOAD[1..]);
    check_unhindered(&finished);
    assert_eq!(finished.stderr, "", "the recorder says nothing in a program that is not its own");
    let collected = lab.report([OsStr::new("collect"), OsStr::new("--dir"), place.as_os_str()]);
    assert_eq!(collected.code, Some(2), "{}", collected.stderr);
    assert!(collected.complaint().contains(why), "no {why:?} in {}", collected.stderr);
    let name = place.file_name().expect("a place has a name").to_string_lossy();
    assert!(collected.complaint().contains(&*name), "no {name:?} in {}", collected.stderr);
}

#[test]
fn below_a_folder_that_does_not_exist() {
    let lab = lab!();
    check_place(&lab, &lab.folder().join("none/at/all"), "No such file");
}

#[test]
fn in_a_file() {
    let lab = lab!();
    let file = lab.folder().join("file");
    fs::write(&file, "not a folder").expect("a file can be written");
    check_place(&lab, &file, "not a folder");
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder", "it was left alone");
}

#[test]
fn through_a_symbolic_link() {
    let lab = lab!();
    let (real, link) = (lab.new_folder("real"), lab.folder().join("link"));
    symlink(&real, &link).expect("a link can be made");
    check_place(&lab, &link, "symbolic link");
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0, "nothing was written through the link");
}

#[test]
fn in_a_folder_that_others_may_write_to() {
    let lab = lab!();
    let open = lab.new_folder("open");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("it is ours to open");
    check_place(&lab, &open, "write");
    assert_eq!(fs::read_dir(&open).unwrap().count(), 0, "nothing was written there");
}

/// `perf-report run` of a shell that does something to the session's folder first.
fn run_after(lab: &Lab, preparation: &str) -> Finished {
    let script = format!("{preparation}; exec \"$@\"");
    let mut command = lab.report_command(["run", "--", "sh", "-c", &script, "sh"]);
    finish(command.args(WORKLOAD))
}

#[test]
fn in_a_session_whose_folder_is_gone() {
    let lab = lab!();
    let finished = run_after(&lab, "rm -r \"$PERF_TRACK_DIR\"; PERF_TRACK_DIR=/none/x");
    check_unhindered(&finished);
    assert!(finished.complaint().contains("nothing was recorded"), "{}", finished.stderr);
    assert!(finished.complaint().contains("cannot be read any more"), "{}", finished.stderr);
    assert_eq!(lab.latest().at("/recording/mode"), "none", "the run is stored all the same");
}

#[test]
fn in_a_session_whose_folder_became_a_link() {
    let lab = lab!();
    let real = lab.new_folder("real");
    let swap = format!("rm -r \"$PERF_TRACK_DIR\"; ln -s {} \"$PERF_TRACK_DIR\"", real.display());
    let finished = run_after(&lab, &swap);
    check_unhindered(&finished);
    assert!(finished.complaint().contains("nothing was recorded"), "{}", finished.stderr);
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0, "nothing was written through the link");
}

#[test]
fn when_recording_is_switched_off() {
    let lab = lab!();
    let mut command = lab.report_command(["run", "--"]);
    let finished = finish(command.args(WORKLOAD).env("PERF_TRACK", "off"));
    check_unhindered(&finished);
    assert!(finished.complaint().contains("PERF_TRACK=off"), "{}", finished.stderr);
}

/// `perf-report run` in a folder of a file system of its own, mounted with `options`.
fn run_on(lab: &Lab, place: &PathBuf, options: &str) -> Option<Finished> {
    let script = format!("mount -t tmpfs -o {options} tmpfs \"$0\" || exit 99; exec \"$@\"");
    let run = lab.report_command(["run", "--dir"]);
    let mut command = lab.command("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).arg(place);
    command.arg(run.get_program()).args(run.get_args()).arg(place).arg("--").args(WORKLOAD);
    let finished = Finished::from(command.stdin(Stdio::null()).output().ok()?);
    let not_possible = finished.code == Some(99) || finished.stderr.starts_with("unshare:");
    (!not_possible).then_some(finished)
}

#[test]
fn on_a_disk_that_is_full_or_read_only() {
    let lab = lab!();
    let place = lab.new_folder("place");
    for (options, why) in [("size=8k", "No space left"), ("ro", "Read-only file system")] {
        let Some(finished) = run_on(&lab, &place, options) else {
            return skipped("no file system can be mounted here");
        };
        check_unhindered(&finished);
        assert!(finished.complaint().contains("recorded"), "{options}: {}", finished.stderr);
        assert!(finished.complaint().contains(why), "{options}: {}", finished.stderr);
    }
}

/// A program that may do what its user may not records nothing, whatever the environment says.
#[test]
#[cfg(target_os = "linux")]
fn by_a_setuid_program() {
    let lab = lab!();
    let open = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir();
    let open = open.expect("a folder can be made");
    let Some(copy) = SetuidCopies::of(open.path()) else { return };
    let (of_root, of_nobody) = (lab.new_folder("root"), open.path().join("nobody"));
    fs::create_dir(&of_nobody).expect("a folder can be made");
    fs::set_permissions(&of_nobody, fs::Permissions::from_mode(0o700)).expect("it is ours");
    std::os::unix::fs::chown(&of_nobody, Some(NOBODY), Some(NOBODY)).expect("we are root");
    let program = copy.make("workload", WORKLOAD[0], 0o4755);
    for folder in [&of_root, &of_nobody] {
        check_unhindered(&as_nobody(&lab, &program, &WORKLOAD[1..], folder));
        assert_eq!(fs::read_dir(folder).expect("it is there").count(), 0, "{}", folder.display());
    }
    // What is not setuid does record there, so that the above says something.
    let program = copy.make("usual", WORKLOAD[0], 0o755);
    check_unhindered(&as_nobody(&lab, &program, &WORKLOAD[1..], &of_nobody));
    assert_eq!(fs::read_dir(&of_nobody).expect("it is there").count(), 1);
}

#[cfg(target_os = "linux")]
const NOBODY: u32 = 65_534;

#[cfg(target_os = "linux")]
fn as_nobody(lab: &Lab, program: &Path, arguments: &[&str], folder: &Path) -> Finished {
    use std::os::unix::process::CommandExt;
    let mut command = lab.command(program);
    command.current_dir("/").uid(NOBODY).gid(NOBODY).env("PERF_TRACK_DIR", folder);
    finish(command.env("PERF_TRACK_MEMORY", "1GiB").args(arguments))
}

/// A folder in which copies of programs may be setuid.
#[cfg(target_os = "linux")]
struct SetuidCopies<'a>(&'a Path);

#[cfg(target_os = "linux")]
impl<'a> SetuidCopies<'a> {
    /// `None`, said aloud, where such programs cannot be made, or have no effect.
    fn of(folder: &'a Path) -> Option<Self> {
        use std::os::unix::process::CommandExt;
        let copies = Self(folder);
        if !nix::unistd::geteuid().is_root() {
            skipped("only root makes setuid-root programs");
            return None;
        }
        let id = ["/usr/bin/id", "/bin/id"].into_iter().find(|path| Path::new(path).exists());
        let user = id.map(|id| {
            let id = copies.make("id", id, 0o4755);
            finish(Command::new(id).arg("-u").uid(NOBODY).gid(NOBODY)).stdout
        });
        if user.as_deref().map(str::trim) != Some("0") {
            skipped("setuid programs have no effect here");
            return None;
        }
        Some(copies)
    }

    fn make(&self, name: &str, program: &str, mode: u32) -> PathBuf {
        let copy = self.0.join(name);
        copy_program(program, &copy);
        fs::set_permissions(&copy, fs::Permissions::from_mode(mode)).expect("it is ours");
        copy
    }
}
