//! The surroundings in which cargo hands its test binaries to perf-report: variables of the command, and
//! what its runners need to know.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_config2::Config;
use serde::{Deserialize, Serialize};

use super::{FOLDER_VARIABLE, RUNNER_WORD, RUSTDOC_LINK};
use crate::files;
use crate::system;

/// The file with what runners need to know.
const FILE: &str = "suite.json";
/// The link to this program, for cargo, which takes a runner apart at its blanks.
const LINK: &str = "perf-track-runner";

/// The facts that runners need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Setup {
    /// The user's own runner of a target, with its arguments.
    pub runners: BTreeMap<String, Vec<String>>,
    /// The user's own rustdoc.
    pub rustdoc: Option<String>,
    /// The compiler, as it names itself; empty where it is not known.
    pub rustc: String,
    /// Variables as they were: tests see what they would have seen.
    pub before: BTreeMap<String, Option<String>>,
}

/// The variables to set for a command, so that its suites are measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Surroundings {
    pub variables: Vec<(String, OsString)>,
    /// The gaps, in words.
    pub notes: Vec<String>,
}

impl Surroundings {
    /// Returns the variables as a command takes them.
    pub(crate) fn environment(&self) -> Vec<(&str, OsString)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }
}

/// Prepares `folder`, the one of the session, for the suites of the command `words`, which runs in `dir`.
///
/// # Errors
/// When the folder takes no files.
pub(crate) fn prepare(folder: &Path, dir: &Path, words: &[OsString]) -> io::Result<Surroundings> {
    let program = env::current_exe()?;
    let mut notes = Vec::new();
    let config = Config::load_with_cwd(dir);
    let config = config.map_err(|error| notes.push(unread(&error))).ok();
    let triples = triples(config.as_ref(), words);
    let mut setup = Setup {
        rustdoc: rustdoc(config.as_ref()),
        rustc: rustc(config.as_ref(), dir).unwrap_or_default(),
        ..Setup::default()
    };
    system::link_file(&program, &folder.join(LINK))?;
    system::link_file(&program, &folder.join(RUSTDOC_LINK))?;
    let mut variables = vec![(FOLDER_VARIABLE.to_owned(), folder.as_os_str().to_owned())];
    let link = folder.join(LINK);
    match [&program, &link].into_iter().find(|path| !has_blank(path.as_os_str())) {
        Some(path) => {
            for triple in triples {
                if let Some(runner) = config.as_ref().and_then(|config| runner(config, &triple)) {
                    setup.runners.insert(triple.clone(), runner);
                }
                let mut value = path.clone().into_os_string();
                value.push(format!(" {RUNNER_WORD} {triple}"));
                variables.push((variable(&triple), value));
            }
            variables.push(("RUSTDOC".to_owned(), folder.join(RUSTDOC_LINK).into_os_string()));
        }
        None => notes.push(format!(
            "suites are not measured: cargo takes no runner with a blank in its path, as {} and {} have; \
             record in another folder with --dir",
            program.display(),
            link.display()
        )),
    }
    for (name, _) in &variables {
        let before = env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        setup.before.insert(name.clone(), before);
    }
    files::replace(&folder.join(FILE), &serde_json::to_string(&setup)?)?;
    Ok(Surroundings { variables, notes })
}

/// Returns whether something was prepared in `folder`.
pub(super) fn is_prepared(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(FILE)).is_ok()
}

/// Reads what was prepared in `folder`.
pub(super) fn read(folder: &Path) -> Option<Setup> {
    let text = files::read_text(&folder.join(FILE), files::LARGEST_SETTINGS).ok()?;
    serde_json::from_str(&text).ok()
}

/// Removes all that was prepared in `folder`.
pub(super) fn forget(folder: &Path) {
    for name in [FILE, LINK, RUSTDOC_LINK] {
        // That there is nothing to remove is as good.
        let _ = fs::remove_file(folder.join(name));
    }
}

/// Returns the targets that the command may build for: the host, those of cargo's settings, those it names.
fn triples(config: Option<&Config>, words: &[OsString]) -> BTreeSet<String> {
    let host = config.and_then(|config| config.host_triple().ok().map(str::to_owned));
    let configured = config.and_then(|config| config.build.target.as_deref()).unwrap_or_default();
    let configured = configured.iter().map(|target| target.triple().to_owned());
    let mut all: BTreeSet<String> = configured.chain(named(words)).collect();
    all.insert(host.unwrap_or_else(|| this_host().to_owned()));
    all
}

/// Returns the targets that stand behind `--target`; of a file with a specification, its name.
fn named(words: &[OsString]) -> Vec<String> {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let arguments = words.iter().take_while(|word| *word != "--");
    let behind = arguments.clone().zip(words.iter().skip(1));
    let behind = behind.filter(|(flag, _)| *flag == "--target").map(|(_, value)| value.to_string());
    let joined = arguments.filter_map(|word| Some(word.strip_prefix("--target=")?.to_owned()));
    let name = |target: String| match Path::new(&target).file_stem() {
        Some(stem) if Path::new(&target).extension().is_some_and(|it| it == "json") => {
            stem.to_string_lossy().into_owned()
        }
        _ => target,
    };
    behind.chain(joined).filter(|target| !target.is_empty()).map(name).collect()
}

/// Returns the usual triple of the machine that this was built for.
fn this_host() -> &'static str {
    if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
        "aarch64-unknown-linux-gnu"
    } else if cfg!(target_os = "macos") {
        "aarch64-apple-darwin"
    } else if cfg!(windows) {
        "x86_64-pc-windows-msvc"
    } else {
        "x86_64-unknown-linux-gnu"
    }
}

fn runner(config: &Config, triple: &str) -> Option<Vec<String>> {
    let runner = config.runner(triple).ok()??;
    let arguments = runner.args.iter().map(|word| word.to_string_lossy().into_owned());
    Some(std::iter::once(runner.path.display().to_string()).chain(arguments).collect())
}

fn rustdoc(config: Option<&Config>) -> Option<String> {
    let named = env::var_os("RUSTDOC").filter(|rustdoc| !rustdoc.is_empty()).map(PathBuf::from);
    let named = named.or_else(|| config.and_then(|config| config.build.rustdoc.clone()));
    named.map(|path| path.display().to_string())
}

/// Asks the compiler for its version.
fn rustc(config: Option<&Config>, dir: &Path) -> Option<String> {
    let mut command = config.map_or_else(|| Command::new("rustc"), |it| Command::from(it.rustc()));
    command.arg("--version").current_dir(dir).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns the variable by which cargo takes the runner of a target.
fn variable(triple: &str) -> String {
    let upper = triple.to_uppercase().replace(['-', '.'], "_");
    format!("CARGO_TARGET_{upper}_RUNNER")
}

fn has_blank(text: &OsStr) -> bool {
    text.to_str().is_none_or(|text| text.contains(char::is_whitespace))
}

fn unread(error: &cargo_config2::Error) -> String {
    format!(
        "cargo's settings cannot be read, so a runner of your own that they name is not called: {error}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn targets_stand_behind_their_option_and_before_what_is_for_the_tests() {
        let of = |text| named(&words(text));
        assert_eq!(of("cargo test --target a-b-c --target=d.e"), ["a-b-c", "d.e"]);
        assert_eq!(of("cargo test --target ./my-os.json"), ["my-os"]);
        assert_eq!(of("cargo test -- --target x"), [""; 0]);
        assert_eq!(of("cargo test --target"), [""; 0]);
        assert_eq!(
            variable("thumbv8m.main-none-eabi"),
            "CARGO_TARGET_THUMBV8M_MAIN_NONE_EABI_RUNNER"
        );
    }

    /// Returns the runner that these files of cargo's settings name for x86-64 Linux, seen from `a/b`.
    #[cfg(unix)]
    fn runner_of(files: &[(&str, &str)]) -> Option<Vec<String>> {
        let base = tempfile::tempdir().unwrap();
        let base = system::canonical(base.path()).unwrap();
        let home = base.join("home");
        let dir = base.join("a/b");
        fs::create_dir_all(&dir).unwrap();
        fs::create_dir_all(&home).unwrap();
        for (path, text) in files {
            let path = base.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let options = cargo_config2::ResolveOptions::default()
            .env::<_, OsString, OsString>([(OsString::from("PATH"), env::var_os("PATH").unwrap())])
            .cargo_home(home);
        let config = Config::load_with_options(&dir, options).unwrap();
        let runner = runner(&config, "x86_64-unknown-linux-gnu")?;
        Some(runner.iter().map(|word| word.replace(&base.display().to_string(), "")).collect())
    }

    // Its paths, and what the compiler is asked for, are those of Unix.
    #[cfg(unix)]
    #[test]
    fn the_users_runner_is_found_where_cargo_finds_it() {
        let of_triple = "[target.x86_64-unknown-linux-gnu]\nrunner = ";
        assert_eq!(runner_of(&[]), None);
        let text = format!("{of_triple}\"qemu -L /x\"");
        assert_eq!(runner_of(&[(".cargo/config.toml", &text)]).unwrap(), ["qemu", "-L", "/x"]);
        let list = format!("{of_triple}[\"my runner\", \"-v\"]");
        assert_eq!(runner_of(&[("home/config.toml", &list)]).unwrap(), ["my runner", "-v"]);
        let near = format!("{of_triple}\"near\"");
        let both = [("a/.cargo/config.toml", near.as_str()), (".cargo/config.toml", text.as_str())];
        assert_eq!(runner_of(&both).unwrap(), ["near"]);
        let of_cfg = "[target.'cfg(unix)']\nrunner = \"by-cfg\"";
        assert_eq!(runner_of(&[("a/b/.cargo/config.toml", of_cfg)]).unwrap(), ["by-cfg"]);
        assert_eq!(
            runner_of(&[("a/.cargo/config.toml", of_cfg), ("home/config.toml", &list)]).unwrap(),
            ["my runner", "-v"],
            "the target's own goes before"
        );
        let relative = format!("{of_triple}\"./run.sh x\"");
        assert_eq!(
            runner_of(&[("a/.cargo/config.toml", &relative)]).unwrap(),
            ["/a/./run.sh", "x"]
        );
    }

    #[test]
    fn what_is_prepared_is_read_by_the_runners_and_then_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let prepared =
            prepare(folder.path(), folder.path(), &words("cargo test --target a-b")).unwrap();
        let setup = read(folder.path()).unwrap();
        let names: BTreeSet<_> = prepared.variables.iter().map(|(name, _)| name).collect();
        assert_eq!(names, setup.before.keys().collect());
        assert!(setup.before.contains_key("CARGO_TARGET_A_B_RUNNER"), "{setup:?}");
        forget(folder.path());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
