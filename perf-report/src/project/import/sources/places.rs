//! The places where criterion writes: as criterion itself looks for them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::files;
use crate::project::context::Context;
use crate::system;

/// The name of its folder in a target folder.
const FOLDER: &str = "criterion";

/// Returns where criterion may have written, the surest first: `CRITERION_HOME`, `CARGO_TARGET_DIR`, the target
/// folder that cargo names, and `target` here and in the root.
pub(crate) fn criterion_folders(context: &Context) -> Vec<PathBuf> {
    let metadata = metadata(&context.dir);
    let packages: Vec<_> = metadata.iter().flat_map(Metadata::folders).collect();
    let mut places = of_environment(context, &packages);
    places.extend(metadata.iter().map(|it| it.target_directory.join(FOLDER)));
    places.extend(usual(context, &[]));
    distinct(places)
}

/// Returns the same without asking cargo, which takes a while: as the settings of cargo and the words of a
/// `command` have it.
pub(crate) fn quickly(context: &Context, command: &[String]) -> Vec<PathBuf> {
    let mut places = of_environment(context, &[]);
    places.extend(configured(context).into_iter().map(|target| target.join(FOLDER)));
    places.extend(usual(context, command));
    distinct(places)
}

/// Returns the folder of criterion in `path`, which may be that folder itself, a target folder or the folder of
/// a project.
pub(crate) fn with_criterion(path: &Path) -> PathBuf {
    let inner = [path.join("target").join(FOLDER), path.join(FOLDER)];
    inner.into_iter().find(|it| it.is_dir()).unwrap_or_else(|| path.to_owned())
}

/// Returns the places that the environment names. Cargo takes a relative one from where it is called, and
/// criterion from the folder of the package that it runs in.
fn of_environment(context: &Context, packages: &[PathBuf]) -> Vec<PathBuf> {
    let named =
        |variable: &str| env::var_os(variable).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = named("CRITERION_HOME");
    let target = named("CARGO_TARGET_DIR").map(|target| target.join(FOLDER));
    let mut places = Vec::new();
    for place in home.into_iter().chain(target) {
        let from =
            [context.dir.clone(), context.root.clone()].into_iter().chain(packages.iter().cloned());
        // An absolute one stays as it is.
        places.extend(from.map(|from| from.join(&place)));
    }
    places
}

/// Returns the target folders that the settings of cargo name.
fn configured(context: &Context) -> Option<PathBuf> {
    if let Some(target) = env::var_os("CARGO_BUILD_TARGET_DIR").filter(|it| !it.is_empty()) {
        return Some(context.dir.join(target));
    }
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(system::home()?).join(".cargo")));
    let folders = context.dir.ancestors().map(|dir| (dir.to_owned(), dir.join(".cargo")));
    let all = folders.chain(home.map(|home| (home.clone(), home)));
    let of = |(base, folder): (PathBuf, PathBuf)| {
        let read = |name: &str| files::read_text(&folder.join(name), files::LARGEST_SETTINGS).ok();
        let text = read("config.toml").or_else(|| read("config"))?;
        let settings: toml_edit::DocumentMut = text.parse().ok()?;
        Some(base.join(settings.get("build")?.get("target-dir")?.as_str()?))
    };
    all.into_iter().find_map(of)
}

/// Returns `target` of each cargo project around the folder, and around a manifest that the command names.
fn usual(context: &Context, command: &[String]) -> Vec<PathBuf> {
    let mut manifest = command.iter().skip_while(|word| *word != "--manifest-path").skip(1);
    let of_equals = command.iter().find_map(|word| word.strip_prefix("--manifest-path="));
    let manifest = manifest.next().map(String::as_str).or(of_equals).map(|it| context.dir.join(it));
    let begin = [Some(context.dir.clone()), manifest, Some(context.root.clone())];
    let around = begin.iter().flatten().flat_map(|path| path.ancestors());
    let projects = around.filter(|dir| dir.join("Cargo.toml").is_file());
    let mut places: Vec<_> = projects.map(|dir| dir.join("target").join(FOLDER)).collect();
    places.push(context.dir.join("target").join(FOLDER));
    places
}

/// Leaves out what is the same place under another name, and keeps the order.
fn distinct(places: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = Vec::new();
    let real = |path: &PathBuf| system::canonical(path).unwrap_or_else(|_| path.clone());
    let mut is_new = |path: &PathBuf| {
        let real = real(path);
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    };
    places.into_iter().filter(|path| is_new(path)).collect()
}

/// The part of `cargo metadata` that says where things are.
#[derive(Debug, Deserialize)]
struct Metadata {
    target_directory: PathBuf,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    manifest_path: PathBuf,
}

impl Metadata {
    fn folders(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.packages.iter().filter_map(|package| Some(package.manifest_path.parent()?.to_owned()))
    }
}

/// Asks cargo, which may not be there.
fn metadata(dir: &Path) -> Option<Metadata> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    serde_json::from_slice(&asked.ok().filter(|it| it.status.success())?.stdout).ok()
}
