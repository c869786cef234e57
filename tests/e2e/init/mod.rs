//! `init` in projects of the shapes that people have: what is written is what was announced, and the first run
//! then shows a function.

mod asking;
mod built;
mod hooks;
mod obstacles;
mod shapes;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, skipped};

/// A project in a folder of its own, whose dependency comes from this checkout.
struct Project {
    lab: Lab,
    /// The folder with the repository, if there is one.
    top: PathBuf,
    /// The folder that commands are called in.
    dir: PathBuf,
}

/// A library with a function and a test that calls it, as `cargo new --lib` makes one.
const LIBRARY: &str = "\
pub fn add(left: u64, right: u64) -> u64 {
    left + right
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_works() {
        assert_eq!(super::add(2, 2), 4);
    }
}
";

/// Returns the manifest of a package.
fn manifest(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n"
    )
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root")
}

impl Project {
    /// A project of these files, in no repository. The versions of what perf-runtime depends on are those of this
    /// checkout, which are on every machine that has built it.
    fn without_git(lock: &str, files: &[(&str, &str)]) -> Self {
        let lab = lab!();
        let folder = lab.folder().canonicalize().expect("it is there");
        let top = folder.join("parent/project");
        let project = Self { lab, dir: top.clone(), top };
        let versions = fs::read_to_string(checkout().join("Cargo.lock")).expect("it is there");
        project.write(lock, &versions);
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    /// The same as the only commit of a repository; `None`, visibly, without git.
    fn new(lock: &str, files: &[(&str, &str)]) -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            skipped("git is not installed");
            return None;
        }
        let project = Self::without_git(lock, files);
        project.sh("git init -q -b main .; git add .; git commit -qm one");
        Some(project)
    }

    /// The same project, with commands called in one of its folders.
    fn within(mut self, folder: &str) -> Self {
        self.dir = self.top.join(folder);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.top.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("it is there")
    }

    /// `program` in the project, with a git and a cargo that know nothing of this machine.
    fn command(&self, program: &str) -> Command {
        let mut command = self.lab.command(program);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@b");
        }
        command
            .current_dir(&self.dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("CARGO_NET_OFFLINE", "true")
            // One for all of them, since they build the same recorder.
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("init"))
            .env_remove("CARGO_BUILD_BUILD_DIR")
            .env_remove("PERF_TRACK_STORE")
            .env_remove("CI")
            .stdin(Stdio::null());
        command
    }

    /// What a shell script prints that must not fail.
    #[track_caller]
    fn sh(&self, script: &str) -> String {
        let finished = finish(self.command("sh").current_dir(&self.top).args(["-ec", script]));
        assert_eq!(finished.code, Some(0), "{script}: {finished:?}");
        finished.stdout.trim_end().to_owned()
    }

    fn report(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(perf_tests::program!("perf-report-under-test"));
        command.args(arguments);
        command
    }

    /// `init` with this checkout as the source of perf-runtime.
    fn init(&self, arguments: &[&str]) -> Finished {
        finish(self.report(&["init"]).arg("--runtime-path").arg(checkout()).args(arguments))
    }

    /// `init --yes`, which must succeed. Returns the names of what it says that it wrote: those of the patch that
    /// `--dry-run` prints, which git must take, and the files that are git's own.
    #[track_caller]
    fn set_up(&self, arguments: &[&str]) -> BTreeSet<String> {
        let patched = self.patched(arguments);
        let finished = self.init(&[&["--yes"], arguments].concat());
        assert_eq!(finished.code, Some(0), "{finished:?}");
        let written = written(&finished);
        let checked_out = written.iter().filter(|name| !name.starts_with(".git/"));
        assert_eq!(patched, checked_out.cloned().collect(), "{finished:?}");
        written
    }

    /// Returns the files that `git apply` would write by the patch of a dry run.
    #[track_caller]
    fn patched(&self, arguments: &[&str]) -> BTreeSet<String> {
        let dry = self.init(&[&["--dry-run"], arguments].concat());
        assert_eq!(dry.code, Some(0), "{dry:?}");
        let patch = self.lab.folder().join("patch");
        fs::write(&patch, &dry.stdout).expect("it can be written");
        let git = |option: &str| {
            // A project without a repository lies in no other one, either.
            let parent = self.top.parent().expect("it lies in a folder");
            let mut command = self.command("git");
            command.current_dir(&self.top).env("GIT_CEILING_DIRECTORIES", parent);
            let applied = finish(command.args(["apply", option]).arg(&patch));
            assert_eq!(applied.code, Some(0), "{applied:?}: {}", dry.stdout);
            applied.stdout
        };
        git("--check");
        let files = git("--numstat");
        files.lines().filter_map(|line| line.split('\t').nth(2)).map(str::to_owned).collect()
    }

    /// What git finds changed.
    fn changed(&self) -> BTreeSet<String> {
        let status = self.sh("git status --porcelain --untracked-files=all");
        status.lines().map(|line| line[3..].to_owned()).collect()
    }

    /// Gives the attribute to `add` in `source`, and records a first run, which must have its calls. Returns the
    /// files that this has changed beside those that `init` wrote.
    #[track_caller]
    fn first_run(&self, source: &str, arguments: &[&str]) {
        let text =
            self.read(source).replace("pub fn add", "#[perf_runtime::perf_track]\npub fn add");
        self.write(source, &text);
        let finished = finish(self.report(&["run", "--", "cargo", "test"]).args(arguments));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        let shown = finish(&mut self.report(&["show", "--format", "json"]));
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert_eq!(perf_tests::Run::parse(&shown.stdout).calls("add"), 1);
    }
}

/// Returns the names of what `init` says that it wrote.
fn written(finished: &Finished) -> BTreeSet<String> {
    let line = finished.stderr.lines().find(|line| line.starts_with("wrote "));
    let (_, names) = line.and_then(|line| line.split_once(": ")).unwrap_or_default();
    names.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[track_caller]
fn finish(command: &mut Command) -> Finished {
    Finished::from(command.output().expect("it can be started"))
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
