//! The face, on whichever system the tests run. The commands in them are this program of tests itself.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

/// The variable that tells a child what to do, and the one with a file for it.
const TASK: &str = "PERF_REPORT_TEST_TASK";
const FILE: &str = "PERF_REPORT_TEST_FILE";
/// Longer than any test takes.
const LONG: Duration = Duration::from_mins(10);

fn child(task: &str, file: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "system::tests::tasks_of_children"]);
    command.env(TASK, task).env(FILE, file).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn tasks_of_children() {
    let Ok(task) = std::env::var(TASK) else { return };
    let file = std::env::var_os(FILE).unwrap();
    match task.as_str() {
        "works" => {
            let memory = vec![1_u8; 64 << 20];
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_millis(300) {
                assert!(memory.iter().step_by(4096).all(|byte| *byte == 1));
            }
        }
        "fails" => panic!("as it was told"),
        "starts" => {
            let mut started = child("waits", Path::new(&file)).spawn().unwrap();
            fs::write(&file, started.id().to_string()).unwrap();
            started.wait().unwrap();
        }
        _ => thread::sleep(LONG),
    }
}

/// Waits until `is_so`.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_mins(1));
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_command_ends_with_its_usage() {
    let started = Started::measured(&mut child("works", Path::new(""))).unwrap();
    let pid = started.id();
    assert!(is_running(pid));
    let ended = started.wait().unwrap();
    assert!(ended.status.success() && !was_ended(ended.status));
    assert!(!is_running(pid));
    let busy = ended.usage.user_ns + ended.usage.system_ns;
    assert!((10_000_000..60_000_000_000).contains(&busy), "{ended:?}");
    assert!((64 << 20..4 << 30).contains(&ended.usage.peak_rss_bytes), "{ended:?}");
}

#[test]
fn how_it_ended_is_told_in_words() {
    let ended = Started::measured(&mut child("fails", Path::new(""))).unwrap().wait().unwrap();
    assert_eq!((shell_code(ended.status), signal_of(ended.status)), (101, None));
    assert_eq!(ending(ended.status), "ended with exit code 101");
    let missing = Started::measured(&mut Command::new("no-such-program")).unwrap_err();
    assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn what_a_command_starts_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let mut started = Started::apart(&mut child("starts", &file)).unwrap();
    let pid = || fs::read_to_string(&file).ok()?.parse::<u32>().ok();
    until(|| pid().is_some_and(is_running));
    started.end();
    assert!(!started.child().wait().unwrap().success());
    until(|| !pid().is_some_and(is_running));
}

#[test]
fn a_file_is_replaced_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for text in ["one", "two"] {
        let mut file = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        persist(file, &path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(folder.path().join("other"), "three").unwrap();
    rename(&folder.path().join("other"), &path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "three");
}

#[test]
fn a_volume_has_room_where_something_is() {
    let folder = tempfile::tempdir().unwrap();
    let volume = volume(folder.path()).unwrap();
    assert!(volume.free <= volume.total && volume.takes_files, "{volume:?}");
    assert_eq!(super::volume(&folder.path().join("none")), None);
    assert_eq!(refusal(folder.path()), None);
    assert!(refusal(&folder.path().join("none")).is_some());
}

#[test]
fn a_file_of_several_names_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let id = |name: &str| shared_by_names(&at(name), &fs::symlink_metadata(at(name)).unwrap());
    fs::write(at("a"), vec![1; 10_000]).unwrap();
    assert_eq!(id("a"), None);
    fs::hard_link(at("a"), at("b")).unwrap();
    assert!(id("a").is_some() && id("a") == id("b"));
    let taken = taken(&fs::symlink_metadata(at("a")).unwrap());
    assert!((10_000..100_000).contains(&taken), "{taken}");
}

#[test]
fn links_lead_to_files_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("a b")).unwrap();
    fs::write(at("a b").join("file"), "text").unwrap();
    link_file(&at("a b").join("file"), &at("link")).unwrap();
    assert_eq!(fs::read_to_string(at("link")).unwrap(), "text");
    if cfg!(windows) && link_folder(&at("a b"), &at("folder")).is_err() {
        let _ = writeln!(std::io::stderr().lock(), "skipped: there are no links to folders here");
        return;
    }
    if cfg!(unix) {
        link_folder(&at("a b"), &at("folder")).unwrap();
    }
    assert_eq!(fs::read_to_string(at("folder").join("file")).unwrap(), "text");
}

#[test]
fn a_folder_of_ones_own_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    make_own_folder(&own).unwrap();
    assert!(perf_runtime::segment::folder::check(&own, user()).is_ok());
    let again = make_own_folder(&own).unwrap_err();
    assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn what_is_no_file_is_opened_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let opened = at_once(OpenOptions::new().read(true)).open(folder.path()).unwrap();
    let kind = opened.metadata().unwrap().file_type();
    assert!(kind.is_dir() && kind_of(kind) == "a folder");
    let path = folder.path().join("file");
    closed_to_others(OpenOptions::new().write(true).create_new(true)).open(&path).unwrap();
    let metadata = fs::metadata(&path).unwrap();
    assert!(is_writable(&metadata) && !is_executable(&path, &metadata) && !may_execute(&path));
    make_executable(&File::open(&path).unwrap()).unwrap();
    let own = std::env::current_exe().unwrap();
    assert!(may_execute(&own) && !acts_for_another(&own));
}

#[test]
fn paths_of_all_kinds_keep_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let real = canonical(folder.path()).unwrap();
    assert!(!real.to_string_lossy().starts_with(r"\\?\"), "{}", real.display());
    // Longer than the 260 characters that some calls take.
    let deep = (0..6).fold(real, |path, _| path.join(format!("{} ä", "x".repeat(60))));
    fs::create_dir_all(&deep).unwrap();
    let path = deep.join("größe 計測.json");
    crate::files::replace(&path, "text").unwrap();
    assert_eq!(crate::files::read_text(&path, 9).unwrap(), "text");
    assert_eq!(canonical(&path).unwrap(), path);
    let bytes = bytes_of(path.as_os_str()).into_owned();
    assert_eq!(Path::new(&of_bytes(bytes)), path);
}

#[test]
fn a_pipe_has_two_ends_and_clocks_go_on() {
    use std::io::Read as _;
    let before = monotonic_ns();
    let [mut reader, mut writer] = pipe().unwrap();
    writer.write_all(b"through").unwrap();
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "through");
    assert!(before > 0 && monotonic_ns() >= before);
}
