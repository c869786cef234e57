//! The actions for GitHub as a runner executes them: their scripts in a row, with the variables and files that
//! GitHub gives them, and a `gh` that answers from files.

mod comment;
mod hostile;
mod lint;
mod runs;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, program, skipped};

/// Text that breaks out wherever text is taken for something else. `x` is a file that nobody may make.
const HOSTILE: &str = "$(touch x)`touch x`;touch x\n::error::owned\r\n::set-output name=verdict::stable\n\
                       %0A::error::owned\n##[error]owned <!-- perf-track:perf-track --> @everyone #1 \
                       | a | b | </details><script>alert(1)</script> \u{1b}[31mred \u{202e}rtl\nverdict=stable";

/// Returns the root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root").to_owned()
}

/// A runner in the middle of a job: a repository that is checked out, and the files of a step.
struct Runner {
    lab: Lab,
    /// The repository.
    dir: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Runner {
    /// A runner with an empty repository; `None`, visibly, without git or bash.
    fn new() -> Option<Self> {
        for tool in ["git", "bash"] {
            if Command::new(tool).arg("--version").output().is_err() {
                skipped(&format!("{tool} is not installed"));
                return None;
            }
        }
        let lab = lab!();
        let folder = lab.folder().canonicalize().expect("it is there");
        let (dir, bin) = (folder.join("work/app"), folder.join("bin"));
        for new in [&dir, &bin, &folder.join("temp"), &folder.join("gh")] {
            fs::create_dir_all(new).expect("a folder can be made");
        }
        symlink(program!("perf-report-under-test"), bin.join("perf-report")).expect("it is new");
        let gh = bin.join("gh");
        fs::write(&gh, include_str!("gh.sh")).expect("a file can be written");
        fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let runner = Self { lab, dir, variables: BTreeMap::new() };
        runner.sh("git init -q -b main .");
        fs::write(runner.dir.join("Cargo.toml"), "[workspace]\n").expect("a file can be written");
        Some(runner)
    }

    /// Sets a variable of all later steps.
    fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Returns a file or folder of the runner, beside the repository.
    fn beside(&self, name: &str) -> PathBuf {
        self.lab.folder().canonicalize().expect("it is there").join(name)
    }

    /// Returns the text of such a file; empty where there is none.
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.beside(name)).unwrap_or_default()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.beside(name), text).expect("a file can be written");
    }

    /// Returns `program` as a step starts it, with a git that knows nothing of this machine.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.lab.command(program);
        let of_ci =
            |name: &str| ["GITHUB_", "RUNNER_", "CI"].iter().any(|prefix| name.starts_with(prefix));
        for (name, _) in std::env::vars_os() {
            if of_ci(&name.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@b");
        }
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .current_dir(&self.dir)
            .env("PATH", format!("{}:{path}", self.beside("bin").display()))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("PERF_TRACK_STORE")
            .env("WORKLOAD", program!("workload"))
            .env("GH_STATE", self.beside("gh"))
            .env("GITHUB_ACTIONS", "true")
            .env("CI", "true")
            .env("GITHUB_WORKSPACE", &self.dir)
            .env("GITHUB_OUTPUT", self.beside("output"))
            .env("GITHUB_STEP_SUMMARY", self.beside("summary"))
            .env("GITHUB_PATH", self.beside("path"))
            .env("GITHUB_REPOSITORY", "someone/app")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("RUNNER_TEMP", self.beside("temp"))
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .envs(&self.variables)
            .stdin(Stdio::null());
        command
    }

    /// Runs a shell script that must not fail, and returns what it prints.
    #[track_caller]
    fn sh(&self, script: &str) -> String {
        let output = self.command("sh").args(["-ec", script]).output().expect("sh can be run");
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a script of the actions as a step of its own, and returns its outputs.
    fn step(&self, script: &str) -> (Finished, BTreeMap<String, String>) {
        self.write("output", "");
        let output = self.command(root().join(script)).output().expect("the script can be run");
        let finished = Finished::from(output);
        (finished, outputs(&self.text("output")))
    }

    /// Sets the inputs of the action to what they are if nobody gives them.
    fn inputs(&mut self, mode: &str, command: &str) {
        for (name, value) in [
            ("PERF_MODE", mode),
            ("PERF_COMMAND", command),
            ("PERF_BUILD", "true"),
            ("PERF_BASE", ""),
            ("PERF_BASE_SHA", ""),
            ("PERF_BASELINE", "main"),
            ("PERF_BASELINE_FILE", ".perf/baselines/main.json"),
            ("PERF_REPEAT", "2"),
            ("PERF_FAIL_ON", "missing"),
            ("PERF_OPTIONS", ""),
            ("PERF_ARTIFACT", "perf-track"),
            ("PERF_VERSION", "path"),
            ("PERF_DIRECTORY", "."),
            ("PERF_RESTORED", ""),
            ("PERF_ARTIFACT_URL", "https://github.com/someone/app/actions/runs/1/artifacts/2"),
            ("DEFAULT_BRANCH", "main"),
        ] {
            self.set(name, value);
        }
    }

    /// Makes the event a push to `main`.
    fn pushes(&mut self) {
        let commit = self.sh("git rev-parse HEAD");
        self.set("GITHUB_EVENT_NAME", "push");
        self.set("GITHUB_REF", "refs/heads/main");
        self.set("GITHUB_SHA", commit.trim());
    }

    /// Makes the event a pull request.
    fn pulls(&mut self, number: u32) {
        let commit = self.sh("git rev-parse HEAD");
        self.set("GITHUB_EVENT_NAME", "pull_request");
        self.set("GITHUB_REF", &format!("refs/pull/{number}/merge"));
        self.set("GITHUB_SHA", commit.trim());
    }

    /// Runs the steps of the action, and returns the code that the job ends with, all that was printed, and the
    /// outputs.
    #[track_caller]
    fn job(&mut self) -> (i32, String, BTreeMap<String, String>) {
        self.write("summary", "");
        let (plan, planned) = self.step(".github/action/plan.sh");
        assert_eq!(plan.code, Some(0), "{}{}", plan.stdout, plan.stderr);
        self.set("PERF_OUT", &planned["out"]);
        self.set("PERF_SAVE", &planned["save"]);
        let (measure, measured) = self.step(".github/action/measure.sh");
        assert_eq!(measure.code, Some(0), "{}{}", measure.stdout, measure.stderr);
        self.set("PERF_CODE", &measured["code"]);
        let (report, reported) = self.step(".github/action/report.sh");
        assert_eq!(report.code, Some(0), "{}{}", report.stdout, report.stderr);
        let log = [measure.stdout, measure.stderr, report.stdout, report.stderr].concat();
        let code = measured["code"].parse().expect("a code is a number");
        (code, log, planned.into_iter().chain(measured).chain(reported).collect())
    }
}

/// Reads a file of outputs as the runner does.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) =
            line.split_once("<<").unwrap_or_else(|| panic!("{line:?} in {text}"));
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        found.insert(name.to_owned(), value.join("\n"));
    }
    found
}

/// Lines that a runner would obey.
fn commands(log: &str) -> Vec<&str> {
    log.lines().map(str::trim_start).filter(|line| line.starts_with("::")).collect()
}

/// Returns Markdown without its code spans and without the markup that is ours, in which nothing may be left.
fn outside_of_code(markdown: &str) -> String {
    let mut outside = String::new();
    let mut rest = markdown;
    while let Some(begin) = rest.find('`') {
        let fence: String = rest[begin..].chars().take_while(|c| *c == '`').collect();
        outside += &rest[..begin];
        let inside = &rest[begin + fence.len()..];
        let end = inside.find(&fence).unwrap_or_else(|| panic!("open code: {markdown}"));
        rest = &inside[end + fence.len()..];
    }
    outside += rest;
    for ours in ["<details>", "</details>", "<summary>", "</summary>"] {
        outside = outside.replace(ours, "");
    }
    outside
}

/// Fails where Markdown says something that somebody else chose outside of code.
#[track_caller]
fn assert_harmless(markdown: &str) {
    let outside = outside_of_code(markdown);
    for bad in ["@everyone", "<script", "<!--", "owned", "\u{1b}", "\u{202e}", "##["] {
        assert!(!outside.contains(bad), "{bad:?} in {outside}");
    }
    for line in markdown.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace(r"\|", "").matches('|').count();
        assert_eq!(bars, 4, "{line:?}");
    }
    assert_eq!(commands(markdown), Vec::<&str>::new());
}
