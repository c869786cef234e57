//! The look at a workspace: cargo is asked for its packages, git for its hooks, and files are read.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ground::{File, Ground, Repository};
use super::packages::Workspace;
use super::{Hook, Wishes, ci, hook, project};
use crate::error::{ExitCode, UserError};
use crate::files;
use crate::project::context::Context;
use crate::record::facts;
use crate::system;

/// Programs that put hooks into a repository, by what tells that one is used.
const MANAGERS: [(&str, &str); 5] = [
    ("husky", ".husky"),
    ("lefthook", "lefthook.yml"),
    ("lefthook", ".lefthook.yml"),
    ("lefthook", "lefthook.yaml"),
    ("pre-commit", ".pre-commit-config.yaml"),
];

/// Looks at everything that a plan depends on, and changes nothing.
///
/// # Errors
/// When there is no Cargo project, or cargo or a file of it cannot be understood.
pub(crate) fn survey(context: &Context, wishes: &Wishes) -> Result<Ground, UserError> {
    let workspace = workspace(&context.dir)?;
    let repository = repository(&context.root, wishes.hook)?;
    let mut ground = Ground {
        workspace,
        dir: context.dir.clone(),
        root: context.root.clone(),
        repository,
        files: BTreeMap::new(),
    };
    let chosen = ground.workspace.choose(&wishes.packages, &ground.dir)?.chosen;
    let sources: Vec<PathBuf> =
        chosen.iter().filter_map(|package| package.source().map(Path::to_owned)).collect();
    let manifests = chosen.iter().map(|package| package.manifest_path.clone()).collect();
    for path in asked_for(&ground, manifests, wishes) {
        let file = file(&path)?;
        ground.files.insert(path, file);
    }
    for path in sources {
        // They are only looked at for advice.
        let Ok(file) = file(&path) else { continue };
        ground.files.insert(path, file);
    }
    Ok(ground)
}

fn asked_for(ground: &Ground, mut paths: Vec<PathBuf>, wishes: &Wishes) -> Vec<PathBuf> {
    paths.push(ground.workspace.manifest());
    paths.extend(project::files(ground));
    paths.extend(ci::files(ground));
    paths.extend(wishes.hook.map(|hook| hook::files(ground, hook)).unwrap_or_default());
    paths
}

/// Asks cargo. It looks only at manifests here, and fetches nothing.
fn workspace(dir: &Path) -> Result<Workspace, UserError> {
    let usage = |problem: String| UserError::new(ExitCode::Usage, problem);
    if !dir.ancestors().any(|dir| dir.join("Cargo.toml").exists()) {
        return Err(usage(format!("there is no Cargo.toml in {} or above it", dir.display()))
            .help("change to the folder of a Cargo package, or make one with `cargo init`"));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(dir);
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        usage(format!("{} cannot be run", cargo.to_string_lossy()))
            .because(error)
            .help("install cargo, with rustup")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("error: ").to_owned();
        return Err(usage("cargo does not understand this workspace".to_owned())
            .because(said)
            .help("mend that first; `cargo metadata --no-deps` says the same"));
    }
    Workspace::read(&output.stdout).map_err(|error| {
        usage("the answer of `cargo metadata` is not understood".to_owned()).because(error)
    })
}

/// Asks git for its folders; there may be no repository, and no git.
fn repository(root: &Path, hook: Option<Hook>) -> Result<Option<Repository>, UserError> {
    let Some(top) = said(root, &["rev-parse", "--show-toplevel"]) else {
        return match hook {
            None => Ok(None),
            Some(_) => Err(no_repository(root)),
        };
    };
    // What git says in its own folder, it says relative to that.
    let folder = |arguments: &[&str]| said(&top, arguments).map(|path| top.join(path));
    let common = folder(&["rev-parse", "--git-common-dir"]);
    let hooks = folder(&["rev-parse", "--git-path", "hooks"]);
    let ignored = ["check-ignore", "-q", ".perf/baselines/main.json"];
    let manager = MANAGERS.into_iter().find(|(_, name)| top.join(name).exists());
    Ok(common.zip(hooks).map(|(common, hooks)| Repository {
        common: real(&common),
        hooks: real(&hooks),
        manager,
        hides_baselines: said(root, &ignored).is_some(),
        top,
    }))
}

fn no_repository(root: &Path) -> UserError {
    let refusal = facts::git_refusal(root);
    let why =
        refusal.unwrap_or_else(|| "there is no git repository with a working tree here".to_owned());
    UserError::new(ExitCode::Usage, format!("no hook can be added: {why}"))
        .help("make one with `git init`, or leave --hook out")
}

/// Returns what git says; `None` where it fails.
fn said(dir: &Path, arguments: &[&str]) -> Option<PathBuf> {
    let output = facts::git_command(dir).args(arguments).output().ok()?;
    output.status.success().then(|| {
        let mut text = output.stdout;
        text.pop_if(|last| *last == b'\n');
        PathBuf::from(system::of_bytes(text))
    })
}

fn file(path: &Path) -> Result<File, UserError> {
    let path = real(path);
    match files::read_text(&path, files::LARGEST_SETTINGS) {
        Ok(text) => {
            let is_executable =
                path.metadata().is_ok_and(|metadata| system::is_executable(&path, &metadata));
            Ok(File { path, text: Some(text), is_executable })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(File { path, text: None, is_executable: false })
        }
        Err(error) => {
            let problem = format!("{} cannot be read", path.display());
            Err(UserError::new(ExitCode::Usage, problem).because(error))
        }
    }
}

/// Returns a path without links, also of what is not there yet.
fn real(path: &Path) -> PathBuf {
    if let Ok(path) = system::canonical(path) {
        return path;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent != Path::new("") => real(parent).join(name),
        _ => path.to_owned(),
    }
}

/// Returns the folder of perf-runtime that `--runtime-path` means: itself, or a checkout that holds it.
///
/// # Errors
/// When it is not there, or is something else.
pub(crate) fn runtime_at(path: &Path, dir: &Path) -> Result<PathBuf, UserError> {
    let asked = dir.join(path);
    let is_one = |folder: &PathBuf| {
        let text = files::read_text(&folder.join("Cargo.toml"), files::LARGEST_SETTINGS);
        let manifest = text.ok().and_then(|text| text.parse::<toml_edit::DocumentMut>().ok());
        let name = manifest.as_ref().and_then(|it| it.get("package")?.get("name")?.as_str());
        name == Some(super::packages::RUNTIME)
    };
    let found = [asked.clone(), asked.join(super::packages::RUNTIME)].into_iter().find(is_one);
    let found = found.and_then(|folder| system::canonical(&folder).ok());
    found.filter(|folder| OsStr::to_str(folder.as_os_str()).is_some()).ok_or_else(|| {
        let problem = format!("{} is not the folder of perf-runtime", asked.display());
        UserError::new(ExitCode::Usage, problem)
            .help("name the folder perf-runtime of a checkout of perf-track by --runtime-path")
    })
}
