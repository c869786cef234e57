//! Names of suites: those that nextest gives them, since people know them: `app`, `app::e2e`,
//! `app::bin/app`; and `app (doctests)`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::row::{Role, Row};
use crate::files;

/// The largest file of dependencies that is looked at, in bytes.
const LARGEST: u64 = 16 << 20;

/// A suite among those of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    /// Its name.
    pub name: String,
    /// The folder of the manifest: there may be another package of this name.
    pub manifest_dir: PathBuf,
    /// The kind of its target; empty where it is not known.
    pub target: &'static str,
    /// The source file of its target.
    pub file: String,
}

/// The targets of packages, by the folders of their manifests.
#[derive(Debug, Default)]
pub(super) struct Packages(BTreeMap<PathBuf, Vec<Target>>);

/// The output of `cargo metadata`, as far as it matters.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Packages {
    /// Asks cargo for the packages of `rows`, and of the workspaces that they belong to.
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut packages = Self::default();
        for row in rows {
            let dir = &row.manifest_dir;
            if !dir.as_os_str().is_empty() && !packages.0.contains_key(dir) {
                packages.0.extend(metadata(dir).unwrap_or_default());
                packages.0.entry(dir.clone()).or_default();
            }
        }
        packages
    }

    /// Returns the suite that a process belongs to.
    pub(super) fn identify(&self, row: &Row) -> Identity {
        let package = if row.package.is_empty() { "(unknown)" } else { &row.package };
        let manifest_dir = row.manifest_dir.clone();
        if matches!(row.role, Role::Doctests | Role::Doctest) {
            let name = format!("{package} (doctests)");
            return Identity { name, manifest_dir, target: "doctest", file: String::new() };
        }
        let crate_name = crate_of(&row.program);
        let found = self.target(row, &crate_name);
        let kind = found.map(kind);
        let file = found.and_then(|target| target.src_path.strip_prefix(&row.manifest_dir).ok());
        let name = match (&row.binary_id, kind, found) {
            (Some(id), ..) => id.clone(),
            (None, Some("lib"), _) => package.to_owned(),
            (None, Some("test"), Some(target)) => format!("{package}::{}", target.name),
            (None, Some(kind), Some(target)) => format!("{package}::{kind}/{}", target.name),
            _ if crate_name == package.replace('-', "_") => package.to_owned(),
            _ => format!("{package}::{crate_name}"),
        };
        Identity {
            name,
            manifest_dir,
            target: kind.unwrap_or_default(),
            file: file.map(|file| file.display().to_string()).unwrap_or_default(),
        }
    }

    /// Finds the target that the program was built of, by the first of its sources where several have the
    /// name.
    fn target(&self, row: &Row, crate_name: &str) -> Option<&Target> {
        let named = |target: &&Target| target.name.replace('-', "_") == crate_name;
        let named: Vec<&Target> = self.0.get(&row.manifest_dir)?.iter().filter(named).collect();
        if let [one] = named.as_slice() {
            return Some(one);
        }
        let source = source_of(&row.program)?;
        named.into_iter().find(|target| target.src_path.ends_with(&source))
    }
}

/// Returns the targets of all packages of the workspace that the package in `dir` belongs to.
fn metadata(dir: &Path) -> Option<BTreeMap<PathBuf, Vec<Target>>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).ok()?;
    let packages = metadata.packages.into_iter();
    let named = packages
        .filter_map(|package| Some((package.manifest_path.parent()?.to_owned(), package.targets)));
    Some(named.collect())
}

fn kind(target: &Target) -> &'static str {
    let has = |wanted: &str| target.kind.iter().any(|kind| kind == wanted);
    let named = ["bin", "test", "bench", "example"].into_iter().find(|kind| has(kind));
    named.unwrap_or("lib")
}

/// Returns the crate of a program: its name without the hash.
fn crate_of(program: &Path) -> String {
    let stem = program.file_stem().unwrap_or_default().to_string_lossy();
    stem.rsplit_once('-').map_or(&*stem, |(name, _)| name).to_owned()
}

/// Returns the source that a program was built of, from the file of dependencies beside it:
/// `target/debug/deps/app-0123456789abcdef: src/main.rs src/other.rs`.
fn source_of(program: &Path) -> Option<PathBuf> {
    let text = files::read_text(&program.with_extension("d"), LARGEST).ok()?;
    first_dependency(&text).map(PathBuf::from)
}

/// Reads the first dependency of the first rule. Blanks in paths stand behind a backslash.
fn first_dependency(text: &str) -> Option<String> {
    let (_, dependencies) = text.lines().next()?.split_once(": ")?;
    let mut path = String::new();
    let mut letters = dependencies.trim_start().chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => path.push(letters.next().unwrap_or('\\')),
            ' ' => break,
            letter => path.push(letter),
        }
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn target(name: &str, kind: &str, path: &str) -> Target {
        Target {
            name: name.into(),
            kind: vec![kind.into()],
            src_path: Path::new("/w/app").join(path),
        }
    }

    fn packages() -> Packages {
        let targets = vec![
            target("my_app", "lib", "src/lib.rs"),
            target("my-app", "bin", "src/main.rs"),
            target("e2e", "test", "tests/e2e.rs"),
            target("speed", "bench", "benches/speed.rs"),
            target("show-it", "example", "examples/show-it.rs"),
        ];
        Packages([(PathBuf::from("/w/app"), targets)].into())
    }

    fn row(program: &str) -> Row {
        Row {
            program: program.into(),
            package: "my-app".to_owned(),
            manifest_dir: "/w/app".into(),
            ..Row::default()
        }
    }

    fn name(program: &str) -> (String, &'static str) {
        let identity = packages().identify(&row(program));
        (identity.name, identity.target)
    }

    #[test]
    fn names_are_those_of_nextest() {
        let check = |program: &str, expected: &str, target| {
            assert_eq!(name(program), (expected.to_owned(), target), "{program}");
        };
        check("/t/deps/e2e-0123456789abcdef", "my-app::e2e", "test");
        check("/t/deps/speed-0123456789abcdef", "my-app::bench/speed", "bench");
        check("/t/examples/show_it-0123456789abcdef", "my-app::example/show-it", "example");
        check("/t/deps/unheard_of-0123456789abcdef", "my-app::unheard_of", "");
        check("/t/deps/my_app-0123456789abcdef", "my-app", "");
        let of_nextest = Row { binary_id: Some("my-app::bin/x".to_owned()), ..row("/t/x-1") };
        assert_eq!(packages().identify(&of_nextest).name, "my-app::bin/x");
        let doctests = Row { role: Role::Doctests, ..row("/bin/rustdoc") };
        assert_eq!(packages().identify(&doctests).name, "my-app (doctests)");
        assert_eq!(Packages::default().identify(&Row::default()).name, "(unknown)::");
    }

    #[test]
    fn a_library_and_a_program_of_one_name_are_told_apart_by_their_sources() {
        let folder = tempfile::tempdir().unwrap();
        for (hash, source) in
            [("0123456789abcdef", "src/lib.rs"), ("fedcba9876543210", "src/main.rs")]
        {
            let path = folder.path().join(format!("my_app-{hash}"));
            let text = format!("{0}.d: {source} src/other.rs\n\n{0}: {source}\n", path.display());
            fs::write(path.with_extension("d"), text).unwrap();
        }
        let name = |hash: &str| {
            let path = folder.path().join(format!("my_app-{hash}"));
            packages().identify(&row(&path.display().to_string())).name
        };
        assert_eq!(name("0123456789abcdef"), "my-app");
        assert_eq!(name("fedcba9876543210"), "my-app::bin/my-app");
    }

    #[test]
    fn blanks_in_a_path_stand_behind_a_backslash() {
        assert_eq!(first_dependency("/t/a.d: my\\ src/a.rs b.rs\n").unwrap(), "my src/a.rs");
        for nothing in ["", "a", "a: ", "a:b"] {
            assert_eq!(first_dependency(nothing), None, "{nothing:?}");
        }
    }
}
