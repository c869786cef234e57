//! The harness beside the repository, as a command to run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use perf_tests::apart;
use serde_json::{Value, json};

/// Seconds that it may take for a crate: many, for machines that are slow or busy.
const PATIENCE: &str = "1500";

/// The harness, ready to be run on one crate.
pub(crate) struct Harness {
    subject: String,
    /// Where it is.
    tools: PathBuf,
    /// Where it may write. What cargo builds there is kept from run to run.
    scratch: PathBuf,
    /// Whether cargo must do with what it has.
    offline: bool,
}

/// A crate that the harness can be run on.
enum Subject {
    /// One that it brings, in a folder.
    Brought(PathBuf),
    /// One that is published, as its list says.
    Listed(Value),
}

impl Harness {
    /// The harness for the crate of that name, which is one that it brings or one that its list has.
    ///
    /// # Errors
    /// With the reason, when it cannot be run here.
    pub(crate) fn of(subject: &str) -> Result<Self, String> {
        let tools = root().join("../shared/tools/macro-compat");
        let tools =
            tools.canonicalize().map_err(|_| "there is no harness beside the repository")?;
        let mut python = apart("python3");
        if !python.args(["-c", "import tomllib"]).output().is_ok_and(|it| it.status.success()) {
            return Err("python3 is not installed, or older than 3.11".to_owned());
        }
        let known = Subject::find(subject, &tools);
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compat");
        fs::create_dir_all(&scratch).expect("a folder can be made");
        let scratch = scratch.canonicalize().expect("it is there");

        let probe = tempfile::tempdir().expect("a temporary folder can be made");
        let manifest = known.probe(subject, probe.path());
        let manifests = [&manifest, &tools.join("annotator/Cargo.toml")];
        let has_sources = |offline: &bool| manifests.iter().all(|it| fetch(it, *offline));
        let offline = [false, true].into_iter().find(has_sources);
        let offline = offline.ok_or("its sources, or those of the harness, cannot be had")?;
        let harness = Self { subject: subject.to_owned(), tools, scratch, offline };
        harness.prepare(&known.entry(subject, &manifest));
        Ok(harness)
    }

    /// The name of the crate.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// A file of its own, in the scratch folder.
    pub(crate) fn file(&self, end: &str) -> PathBuf {
        self.scratch.join(format!("{}.{end}", self.subject))
    }

    /// Removes what earlier runs found of this crate, says where it is, and builds what the harness
    /// would not build anew.
    fn prepare(&self, entry: &Value) {
        for old in [self.scratch.join("work").join(&self.subject), self.results()] {
            if old.exists() {
                fs::remove_dir_all(old).expect("an old folder can be removed");
            }
        }
        let crates = json!({ self.subject(): entry });
        fs::write(self.file("crates.json"), crates.to_string()).expect("a file can be written");
        // Else clippy would find the configuration of this repository above.
        fs::write(self.scratch.join("clippy.toml"), "").expect("a file can be written");
        let mut annotator = apart("cargo");
        annotator.args(["build", "--quiet", "--manifest-path"]);
        annotator.arg(self.tools.join("annotator/Cargo.toml"));
        annotator.arg("--target-dir").arg(self.scratch.join("annotator"));
        succeed(&mut self.steered(annotator));
    }

    /// Runs it with a spec: the name of one that it brings, or a file.
    pub(crate) fn run(&self, spec: &Path) -> Value {
        let mut command = apart("python3");
        // Python would leave compiled files beside the harness.
        command.arg("-B").arg(self.tools.join("drive.py")).arg(&self.subject).arg(spec);
        command.args(["--force", "--no-release", "--timeout", PATIENCE]);
        let output = succeed(&mut self.steered(command));
        let name = spec.file_stem().expect("a spec has a name").to_string_lossy();
        let name = name.rsplit('.').next().expect("there is a last part");
        self.result(name).unwrap_or_else(|| panic!("no result of {name}: {}", said(&output)))
    }

    /// What it found of the crate without any attribute, once it has run.
    pub(crate) fn base(&self) -> Value {
        self.result("base").expect("it has run")
    }

    fn steered(&self, mut command: Command) -> Command {
        for variable in ["MC_WORK", "MC_TARGET", "MC_JOBS", "MC_ONE_TIMEOUT"] {
            command.env_remove(variable);
        }
        if self.offline {
            command.env("CARGO_NET_OFFLINE", "true");
        }
        command
            .env("MC_SCRATCH", &self.scratch)
            .env("MC_PROJECT", root())
            .env("MC_CRATES", self.file("crates.json"))
            .env("MC_RESULTS", self.results())
            .env("MC_BIN_TIMEOUT", PATIENCE);
        command
    }

    fn results(&self) -> PathBuf {
        self.file("results")
    }

    fn result(&self, name: &str) -> Option<Value> {
        let path = self.results().join(format!("{}.{name}.json", self.subject));
        let text = fs::read_to_string(path).ok()?;
        Some(serde_json::from_str(&text).expect("the result is JSON"))
    }
}

impl Subject {
    fn find(name: &str, tools: &Path) -> Self {
        let brought = tools.join(name);
        if brought.is_dir() {
            return Self::Brought(brought);
        }
        let list = fs::read_to_string(tools.join("crates.json")).expect("the harness has a list");
        let mut list: Value = serde_json::from_str(&list).expect("the list is JSON");
        Self::Listed(list[name].take())
    }

    /// A package in `folder` that needs what the crate and perf-runtime are made of.
    fn probe(&self, name: &str, folder: &Path) -> PathBuf {
        let runtime = root().join("perf-runtime");
        let package = "[package]\nname = \"probe\"\nversion = \"0.0.0\"\nedition = \"2024\"";
        let runtime = format!("perf-runtime = {{ path = {:?} }}", runtime.display().to_string());
        let subject = match self {
            Self::Brought(_) => String::new(),
            Self::Listed(entry) => {
                let version = entry["version"].as_str().expect("the list has the version");
                format!("{name} = \"={version}\"")
            }
        };
        let manifest = folder.join("Cargo.toml");
        let text = format!("{package}\n[workspace]\n[dependencies]\n{runtime}\n{subject}\n");
        fs::write(&manifest, text).expect("a file can be written");
        fs::create_dir(folder.join("src")).expect("a folder can be made");
        fs::write(folder.join("src/lib.rs"), "").expect("a file can be written");
        manifest
    }

    /// What the list says of it, and where it is.
    fn entry(self, name: &str, probe: &Path) -> Value {
        let (mut entry, folder) = match self {
            Self::Brought(folder) => (json!({ "version": "?" }), folder),
            Self::Listed(entry) => (entry, folder_of(name, probe)),
        };
        entry["path"] = json!(folder);
        entry
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root")
}

/// Whether all that a package needs is in cargo's registry, now.
fn fetch(manifest: &Path, offline: bool) -> bool {
    let mut command = apart("cargo");
    command.args(["fetch", "--quiet", "--manifest-path"]).arg(manifest);
    command.args(offline.then_some("--offline"));
    command.output().is_ok_and(|output| output.status.success())
}

/// Where the sources of a dependency are.
fn folder_of(name: &str, manifest: &Path) -> PathBuf {
    let mut command = apart("cargo");
    command.args(["metadata", "--format-version", "1", "--offline", "--manifest-path"]);
    let output = succeed(command.arg(manifest));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages is a list");
    let package = packages.iter().find(|package| package["name"] == name);
    let manifest = package.and_then(|it| it["manifest_path"].as_str()).expect("it was fetched");
    Path::new(manifest).parent().expect("a file is in a folder").to_owned()
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?} fails:\n{}", said(&output));
    output
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).join("\n")
}
