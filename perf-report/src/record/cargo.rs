//! What builds a commit and the working tree alike, without either overwriting what the other one runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::facts;
use super::worktree::Worktree;
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::system;

/// A workspace as cargo sees it from a folder.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    /// Where what is built goes.
    target: PathBuf,
}

impl Workspace {
    /// The workspace that holds `dir`; `None` where cargo knows none.
    pub(crate) fn at(dir: &Path) -> Option<Self> {
        let mut cargo = Command::new("cargo");
        let asked = facts::of_its_folder(&mut cargo)
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(dir)
            .stdin(Stdio::null())
            .output();
        let output = asked.ok().filter(|output| output.status.success())?;
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
        let path = |field: &str| answer[field].as_str().map(PathBuf::from);
        Some(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// Refuses a workspace that the repository is only a part of: of a commit there is no more than that.
    pub(crate) fn check(&self, repository: &Path) -> Result<(), UserError> {
        if self.root.starts_with(repository) {
            return Ok(());
        }
        let [root, repository] = [&self.root, repository].map(Path::display);
        let problem = format!(
            "the cargo workspace is {root}, and the repository {repository} only a part of it: a commit \
             cannot be built without the rest"
        );
        Err(UserError::new(Code::Usage, problem)
            .help("build both sides yourself, and name commands with --a and --b"))
    }

    /// The variables by which the working tree is built where it always is, and commands can ask where.
    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![("CARGO_TARGET_DIR", self.target.clone().into())]
    }

    /// A program among `words` of the working tree that its build did not make, since it goes elsewhere.
    pub(crate) fn stale(
        &self,
        words: &[OsString],
        dir: &Path,
        repository: &Path,
    ) -> Option<UserError> {
        if self.target.starts_with(repository) {
            return None;
        }
        let usual = self.root.join("target");
        let (word, path) = programs(words, dir).find(|(_, path)| path.starts_with(&usual))?;
        let target = self.target.display();
        let problem = format!("`{word}` is not what was built: cargo builds into {target} here");
        Some(misnamed(problem, path.strip_prefix(&usual).ok()))
    }
}

/// The variables by which a commit is built into a folder of its own: where the working tree would be, if
/// that lies in it; a folder that both sides share they would rebuild over each other.
pub(crate) fn environment(
    worktree: &Worktree,
    there: Option<&Workspace>,
) -> Vec<(&'static str, OsString)> {
    let usual = there.map_or_else(|| worktree.root().join("target"), |it| it.root.join("target"));
    let own = there.map(|it| it.target.clone()).filter(|it| it.starts_with(worktree.root()));
    let target = OsString::from(own.unwrap_or(usual));
    vec![("CARGO_TARGET_DIR", target.clone()), ("CARGO_BUILD_BUILD_DIR", target)]
}

/// Gives a commit that has no `Cargo.lock` that of the working tree, so that both sides are built of the
/// same versions.
pub(crate) fn lock(here: &Workspace, there: &Workspace) {
    let [from, to] = [here, there].map(|it| it.root.join("Cargo.lock"));
    if !to.exists() && from.is_file() {
        // Without it, cargo finds versions by itself.
        let _ = std::fs::copy(from, to);
    }
}

/// The same for a commit that is checked out at `root`, and the working tree at `repository`, without
/// asking cargo.
pub(crate) fn lock_at(here: &Workspace, repository: &Path, root: &Path) {
    let below = here.root.strip_prefix(repository).unwrap_or(Path::new(""));
    let there = Workspace { root: root.join(below), target: PathBuf::new() };
    if there.root.join("Cargo.toml").is_file() {
        lock(here, &there);
    }
}

/// A program among `words`, to be run for a commit in `dir`, that is the working tree's.
pub(crate) fn foreign(
    words: &[OsString],
    dir: &Path,
    repository: &Path,
    here: Option<&Workspace>,
) -> Option<UserError> {
    let target = here.map(|it| it.target.as_path());
    let is_foreign = |path: &Path| {
        path.starts_with(repository) || target.is_some_and(|target| path.starts_with(target))
    };
    let (word, path) = programs(words, dir).find(|(_, path)| is_foreign(path))?;
    let problem = format!("`{word}` is the working tree's, whichever commit is built");
    Some(misnamed(problem, target.and_then(|target| path.strip_prefix(target).ok())))
}

fn misnamed(problem: String, built: Option<&Path>) -> UserError {
    let help = match built {
        Some(built) => format!(
            "name what each side built: `-- sh -c '\"$CARGO_TARGET_DIR\"/{}'`",
            built.display()
        ),
        None => {
            "name it from the folder it is run in, such as `./target/release/program`".to_owned()
        }
    };
    UserError::new(Code::Usage, problem).help(help)
}

/// What in `words`, also inside of a script for a shell, is the path of a program, seen from `dir`; with
/// the file that it is.
fn programs<'a>(
    words: &'a [OsString],
    dir: &'a Path,
) -> impl Iterator<Item = (String, PathBuf)> + 'a {
    let parts = words.iter().flat_map(|word| {
        let parts = word.to_string_lossy();
        let ends = |sign: char| sign.is_whitespace() || "\"';&|()<>=".contains(sign);
        parts
            .split(ends)
            .filter(|part| part.contains(std::path::is_separator))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    parts.filter_map(move |part| {
        let path = system::canonical(&dir.join(&part)).ok()?;
        let about = path.metadata().ok()?;
        let is_program = about.is_file() && system::is_executable(&path, &about);
        is_program.then_some((part, path))
    })
}

/// Says that both sides are built by one toolchain where their files ask for two.
pub(crate) fn one_toolchain(sides: [&Path; 2]) -> Option<String> {
    let chosen = std::env::var("RUSTUP_TOOLCHAIN").ok()?;
    let [a, b] = sides.map(toolchain_file);
    (a != b).then(|| {
        format!(
            "both sides are built with the toolchain {chosen} (RUSTUP_TOOLCHAIN, which `cargo \
             perf-report` sets as well), though their toolchain files differ"
        )
    })
}

/// The text of the file that says which toolchain is used in `dir`.
fn toolchain_file(dir: &Path) -> Option<String> {
    let names = ["rust-toolchain", "rust-toolchain.toml"];
    let mut files = dir.ancestors().flat_map(|folder| names.map(|name| folder.join(name)));
    files.find_map(|file| files::read_text(&file, files::LARGEST_SETTINGS).ok())
}

// Elsewhere a program is told by its name.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_in_words_and_scripts() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().canonicalize().unwrap();
        for (name, mode) in [("program", 0o755), ("data", 0o644)] {
            std::fs::write(dir.join(name), "").unwrap();
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            std::fs::set_permissions(dir.join(name), permissions).unwrap();
        }
        let program = dir.join("program").display().to_string();
        for (word, found) in [
            (program.clone(), true),
            ("./program".to_owned(), true),
            (format!("A=1 exec '{program}' x"), true),
            (format!("--with={program}"), true),
            ("program".to_owned(), false),
            ("./data".to_owned(), false),
            ("./gone".to_owned(), false),
        ] {
            let words = [OsString::from(&word)];
            let paths: Vec<PathBuf> = programs(&words, &dir).map(|it| it.1).collect();
            assert_eq!(paths, vec![dir.join("program"); usize::from(found)], "{word}");
        }
    }
}
