//! The programs that read what perf-report writes: viewers, parsers, browsers. `.ci/consumers` installs
//! them; a test without its program skips and says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skipped;

/// Returns a command of an installed program, in whose environment scripts find the npm packages;
/// `None`, and a line that says so, where it is not installed.
///
/// Python with the parsers is `python3`; programs of Debian and of cargo have their own names.
pub fn consumer(program: &str) -> Option<Command> {
    let home = home();
    let own = [home.join("python/bin"), home.join("cargo/bin")];
    let search = std::env::var_os("PATH").unwrap_or_default();
    let own = own.into_iter().chain(in_wheels(&home));
    let places = own.chain(std::env::split_paths(&search));
    let Some(found) = places.map(|place| place.join(program)).find(|path| path.is_file()) else {
        skipped(&format!("{program} is not installed; `.ci/consumers` installs it"));
        return None;
    };
    let mut command = Command::new(found);
    command.env("NODE_PATH", home.join("node_modules"));
    Some(command)
}

/// Returns the folders of Python packages that hold a program beside their modules.
fn in_wheels(home: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let versions = std::fs::read_dir(home.join("python/lib")).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("site-packages/rotel"))
}

/// Returns the folder of an npm package; `None`, and a line that says so, where it is not installed.
pub fn npm_package(name: &str) -> Option<PathBuf> {
    let folder = home().join("node_modules").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    skipped(&format!("the npm package {name} is not installed; `.ci/consumers` installs it"));
    None
}

/// Returns Python with a package that the lists name; `None`, and a line that says so, where it is
/// not installed.
pub fn python(package: &str) -> Option<Command> {
    let own = home().join("python/bin/python3");
    let has_it = |python: &Path| {
        let import = format!("import {package}");
        Command::new(python).args(["-c", &import]).output().is_ok_and(|it| it.status.success())
    };
    if has_it(&own) {
        return Some(Command::new(own));
    }
    skipped(&format!("the Python package {package} is not installed; `.ci/consumers` installs it"));
    None
}

/// Returns Python with a package that is so large that it has an environment of its own; `None`, and a line that says
/// so, where it is not installed.
pub fn python_apart(package: &str) -> Option<Command> {
    let own = home().join(package).join("bin/python3");
    if own.is_file() {
        return Some(Command::new(own));
    }
    skipped(&format!("the Python package {package} is not installed; `.ci/consumers` installs it"));
    None
}

/// Returns the folder that `.ci/consumers` installs into.
fn home() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    let own = || cache().map(|cache| cache.join("perf-track-consumers"));
    set("PERF_TRACK_CONSUMERS").or_else(own).unwrap_or_default()
}
