//! `ab` between a commit and the working tree, in git repositories of every shape that people have.

mod bisect;
mod builds;
mod ends;
mod hooks;
mod shapes;
mod submodules;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, program, skipped};

/// A project with commits, in a folder of its own, and a program that records, to be called by what is
/// built of it.
struct Project {
    lab: Lab,
    /// Where it is.
    dir: PathBuf,
}

impl Project {
    /// An empty project in a folder `parent/project`; `None`, visibly, without git.
    fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            skipped("git is not installed");
            return None;
        }
        let lab = lab!();
        let folder = lab.folder().canonicalize().expect("it is there");
        let project = Self { dir: folder.join("parent/project"), lab };
        std::fs::create_dir_all(&project.dir).expect("a folder can be made");
        project.sh("git init -q -b main .");
        Some(project)
    }

    /// A project whose `text` was `old` in the first of two commits, and is `new` since.
    fn with_text() -> Option<Self> {
        let project = Self::new()?;
        project.sh(
            "echo old > text; git add .; git commit -qm one; echo new > text; git commit -qam two",
        );
        Some(project)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("it can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// `program` in the project, with a git that knows nothing of this machine.
    fn command(&self, program: &str) -> Command {
        let mut command = self.lab.command(program);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@b");
        }
        command
            .current_dir(&self.dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("OUT", self.out())
            .env("REPORT", program!("perf-report-under-test"))
            .env("RECORDS", format!("{} direct 5", program!("recursion")))
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_BUILD_BUILD_DIR")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("CARGO_NET_OFFLINE", "true")
            .stdin(Stdio::null());
        command
    }

    /// What a shell script prints that must not fail.
    #[track_caller]
    fn sh(&self, script: &str) -> String {
        let mut command = self.command("sh");
        let output = command.args(["-ec", script]).output().expect("there is a shell");
        let finished = Finished::from(output);
        assert_eq!(finished.code, Some(0), "{script}: {finished:?}");
        finished.stdout.trim_end().to_owned()
    }

    /// `ab` with few rounds, in which what runs adds to [`Project::said`].
    fn ab(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(program!("perf-report-under-test"));
        command.args(["ab", "--rounds", "1", "--warmup", "0", "--metrics", "calls"]);
        command.args(arguments);
        command
    }

    /// `ab` between the first commit and the working tree: both are built by `build`, and `cat built`
    /// is what they say.
    fn ab_of_builds(&self, build: &str) -> Command {
        self.ab(&["--a-commit", "main~1", "--build", build, "--", "sh", "-c", &says("cat built")])
    }

    fn out(&self) -> PathBuf {
        self.lab.folder().join("out")
    }

    /// What the sides said so far, sorted since they run in random order.
    fn said(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.out()).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Holds that nothing is left of what was checked out: no folder, no worktree, no lock.
    #[track_caller]
    fn is_left_clean(&self, folder: &Path) {
        assert_eq!(left(folder), Vec::<String>::new());
        let common = PathBuf::from(self.sh("git rev-parse --git-common-dir"));
        let common = self.dir.join(common);
        assert_eq!(left(&common), Vec::<String>::new());
        assert_eq!(left(&common.join("worktrees")), Vec::<String>::new());
    }

    /// The folder in which the project lies.
    fn parent(&self) -> &Path {
        self.dir.parent().expect("it lies in a folder")
    }
}

/// Runs `script`, keeps what it prints, and records something.
fn says(script: &str) -> String {
    format!("({script}) >> \"$OUT\"; exec $RECORDS")
}

/// Names in `folder` that `ab` has made.
fn left(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("perf-track-ab")).collect()
}

#[track_caller]
fn finish(command: &mut Command) -> Finished {
    Finished::from(command.output().expect("it can be started"))
}

/// Holds that it ended well.
#[track_caller]
fn succeeded(command: &mut Command) -> Finished {
    let finished = finish(command);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    finished
}

/// Holds that it was refused, in these words.
#[track_caller]
fn refused(command: &mut Command, words: &[&str]) {
    let finished = finish(command);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let said = finished.complaint();
    for word in words {
        assert!(said.contains(word), "{word:?} is missing: {said}");
    }
}
