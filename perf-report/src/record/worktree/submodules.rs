//! Submodules of a commit, from the copies in the repository: without network, and without a trace
//! in it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::git;
use crate::error::{ExitCode, UserError};

/// A submodule as a commit has it.
struct Link {
    path: PathBuf,
    commit: String,
}

/// The places in which the repositories of submodules may be found.
struct Known {
    /// The folder that corresponds to the checked-out one in the working tree, if there is one.
    working: Option<PathBuf>,
    /// Repositories that keep those of their submodules.
    keepers: Vec<PathBuf>,
}

/// Checks out the submodules of the commit in `tree`, and theirs. Returns those left out, since
/// they are not checked out in the working tree either.
pub(super) fn check_out(repository: &Path, tree: &Path) -> Result<Vec<PathBuf>, UserError> {
    let of = |what| Some(repository.join(git(repository, ["rev-parse", what]).ok()?));
    // A linked worktree has submodules of its own, beside those of the main one.
    let keepers = ["--git-dir", "--git-common-dir"].into_iter().filter_map(of).collect();
    let known = Known { working: Some(repository.to_owned()), keepers };
    let mut left_out = Vec::new();
    fill(tree, Path::new(""), &known, &mut left_out)?;
    Ok(left_out)
}

/// Checks out the submodules of the files at `below` of `tree`.
fn fill(
    tree: &Path,
    below: &Path,
    known: &Known,
    left_out: &mut Vec<PathBuf>,
) -> Result<(), UserError> {
    let dir = tree.join(below);
    let failed = |path: &Path, error: io::Error| {
        let problem = format!("the submodule {} cannot be checked out", below.join(path).display());
        UserError::new(ExitCode::Usage, problem).because(error)
    };
    let links = links(&dir).map_err(|error| failed(Path::new("."), error))?;
    let names = if links.is_empty() { BTreeMap::new() } else { names(&dir) };
    for link in links {
        let path = below.join(&link.path);
        let working = known.working.as_ref().map(|working| working.join(&link.path));
        let populated = working.clone().filter(|working| working.join(".git").exists());
        let repositories = repositories(populated.as_ref(), names.get(&link.path), &known.keepers);
        let Some(repository) = repositories.into_iter().find(|it| has(it, &link.commit)) else {
            // An empty folder is what git leaves where a submodule is not wanted.
            if populated.is_none() && working.is_some_and(|it| it.is_dir()) {
                left_out.push(path);
                continue;
            }
            return Err(missing(&path, &link.commit, populated.is_some()));
        };
        place(&repository, &tree.join(&path), &link.commit)
            .map_err(|error| failed(&link.path, error))?;
        fill(tree, &path, &Known { working: populated, keepers: vec![repository] }, left_out)?;
    }
    Ok(())
}

/// Returns the submodules in the index of the checkout in `dir`.
fn links(dir: &Path) -> io::Result<Vec<Link>> {
    const OF_A_COMMIT: &str = "160000 ";
    let index = git(dir, ["ls-files", "--stage", "-z"])?;
    let links = index.split('\0').filter_map(|entry| entry.strip_prefix(OF_A_COMMIT));
    // `HASH STAGE<TAB>PATH`
    let link = |entry: &str| {
        let (about, path) = entry.split_once('\t')?;
        let commit = about.split(' ').next()?.to_owned();
        Some(Link { path: PathBuf::from(path), commit })
    };
    Ok(links.filter_map(link).collect())
}

/// Returns the name of the submodule at each path, by `.gitmodules`.
fn names(dir: &Path) -> BTreeMap<PathBuf, String> {
    const PATTERN: &str = r"^submodule\..*\.path$";
    let listed = git(dir, ["config", "-z", "-f", ".gitmodules", "--get-regexp", PATTERN]);
    let listed = listed.unwrap_or_default();
    let name = |entry: &str| {
        let (key, path) = entry.split_once('\n')?;
        let name = key.strip_prefix("submodule.")?.strip_suffix(".path")?;
        // A name becomes a path; git takes none that leads elsewhere.
        let is_plain = |it: Component<'_>| matches!(it, Component::Normal(_));
        Path::new(name).components().all(is_plain).then(|| (PathBuf::from(path), name.to_owned()))
    };
    listed.split('\0').filter_map(name).collect()
}

/// Returns the repositories that may have the commits of a submodule, the likeliest first.
fn repositories(
    populated: Option<&PathBuf>,
    name: Option<&String>,
    keepers: &[PathBuf],
) -> Vec<PathBuf> {
    let common = |it: &PathBuf| Some(it.join(git(it, ["rev-parse", "--git-common-dir"]).ok()?));
    let kept = name.into_iter().flat_map(|name| {
        keepers.iter().map(move |keeper| keeper.join("modules").join(name)).filter(|it| it.is_dir())
    });
    populated.into_iter().filter_map(common).chain(kept).collect()
}

fn has(repository: &Path, commit: &str) -> bool {
    // Its own working tree, which it would look for, may be gone.
    let apart = ["--git-dir=.", "--work-tree=."];
    let commit = format!("{commit}^{{commit}}");
    git(repository, apart.into_iter().chain(["cat-file", "-e", &commit])).is_ok()
}

/// Checks out `commit` in `folder`, as a repository that borrows the objects of another one.
fn place(repository: &Path, folder: &Path, commit: &str) -> io::Result<()> {
    let format = if commit.len() == 64 { "sha256" } else { "sha1" };
    fs::create_dir_all(folder)?;
    git(folder, ["init", "--quiet", "--template=", &format!("--object-format={format}")])?;
    let new = folder.join(".git");
    let info = new.join("objects/info");
    fs::create_dir_all(&info)?;
    let objects = repository.join("objects");
    fs::write(info.join("alternates"), format!("{}\n", objects.display()))?;
    if repository.join("shallow").is_file() {
        fs::copy(repository.join("shallow"), new.join("shallow"))?;
    }
    git(folder, ["checkout", "--quiet", "--detach", commit]).map(drop)
}

fn missing(path: &Path, commit: &str, is_populated: bool) -> UserError {
    let shown = path.display();
    let problem = format!("the submodule {shown} is not here as the commit needs it, at {commit}");
    let help = if is_populated {
        format!("fetch it: `git -C {shown} fetch origin {commit}`")
    } else {
        "check the commit out once, with `git submodule update --init --recursive`, or name commands \
         with --a and --b"
            .to_owned()
    };
    UserError::new(ExitCode::Usage, problem).help(help)
}
