//! What `init` says of packages, and what it advises to do next. Pure.

use std::path::Path;

use super::ground::Ground;
use super::packages::{Dependency, Package};
use super::{Source, Wishes, suggest};

/// The oldest compiler that perf-runtime is for. This crate needs a newer one.
const OLDEST: &str = "1.85";
/// The packages whose functions are suggested, at most.
const SUGGESTED: usize = 3;

/// Says that a package depends on perf-runtime already, and what is special about it.
pub(super) fn depends_already(package: &Package, dependency: &Dependency) -> String {
    let said = format!("{} depends on perf-runtime already", package.name);
    let rename = dependency.rename.as_ref().map(|rename| format!("as {rename}"));
    let target = dependency.target.as_ref().map(|target| format!("on {target}"));
    let optional = dependency.optional.then(|| "behind a feature".to_owned());
    let alone = "in its tests alone: only they can carry the attribute";
    let kind = dependency.kind.as_ref().map(|_| alone.to_owned());
    let silent = "without recording, unless somebody asks for its feature record";
    let silent = (!dependency.records()).then(|| silent.to_owned());
    let special = [rename, target, optional, silent, kind].into_iter().flatten();
    [said].into_iter().chain(special).collect::<Vec<_>>().join(", ")
}

/// Says that a source is one that nobody else has.
pub(super) fn of_this_machine(source: &Source, ground: &Ground) -> Option<String> {
    let Source::Path(path) = source else { return None };
    let is_outside = !Path::new(path).starts_with(ground.base());
    is_outside.then(|| {
        format!("{path} lies outside of the project: whoever else builds it needs it there, too")
    })
}

/// Says what may stand in the way of recording a package.
pub(super) fn warnings(package: &Package, ground: &Ground) -> Vec<String> {
    let Package { name, .. } = package;
    let older = package.rust_version.as_deref().filter(|version| is_older(version, OLDEST));
    let older = older.map(|version| {
        format!("{name} promises Rust {version}, and perf-runtime needs {OLDEST} or newer")
    });
    let text = package.source().and_then(|path| ground.file(path).text);
    let no_std = text.filter(|text| suggest::is_no_std(text)).map(|_| {
        format!("{name} does without std: that is fine, if the program that it ends up in has it")
    });
    older.into_iter().chain(no_std).collect()
}

fn is_older(version: &str, than: &str) -> bool {
    let parts =
        |text: &str| -> Vec<u64> { text.split('.').filter_map(|part| part.parse().ok()).collect() };
    parts(version) < parts(than)
}

/// Returns the command that tests the packages with these names, or all that cargo takes without names.
pub(super) fn tests(packages: &[String]) -> String {
    let chosen: Vec<&str> = packages.iter().flat_map(|name| [" -p ", name.as_str()]).collect();
    format!("cargo test{}", chosen.concat())
}

/// Returns the next steps.
pub(super) fn next(packages: &[&Package], wishes: &Wishes, ground: &Ground) -> String {
    let rename = packages.first().and_then(|package| package.runtime()?.rename.as_deref());
    let name = rename.map_or_else(|| "perf_runtime".to_owned(), |rename| rename.replace('-', "_"));
    let known_as = rename.map_or_else(String::new, |_| format!("(crate = {name})"));
    let first =
        format!("  1. write #[{name}::perf_track{known_as}] above a function that your tests call");
    let examples = packages.iter().filter_map(|package| example(package, ground));
    let examples: Vec<String> = examples.take(SUGGESTED).collect();
    let first = if examples.is_empty() { first } else { first + ", such as" };
    let old = packages.iter().filter(|package| package.edition == "2015");
    let old = old.map(|package| {
        format!("     and `extern crate {name};` at the beginning of {}", package.name)
    });
    let tests = tests(&wishes.packages);
    let second = format!("  2. perf-report run -- {tests}, or another command that calls it");
    let third = "  3. perf-report baseline save main, to have later runs judged by that one";
    let last = "then commit these files, and Cargo.lock, which cargo brings up to date";
    ["next:".to_owned(), first]
        .into_iter()
        .chain(examples)
        .chain(old)
        .chain([second, third.to_owned(), last.to_owned()])
        .collect::<Vec<_>>()
        .join("\n")
}

fn example(package: &Package, ground: &Ground) -> Option<String> {
    let path = package.source()?;
    let found = suggest::function(ground.file(path).text.as_deref()?)?;
    Some(format!("       {}:{}  {}", ground.shown(path), found.line, found.head))
}
