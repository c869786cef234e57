//! The packages of a workspace as cargo knows them, and those that are to be recorded. Pure.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{ExitCode, UserError};
use crate::text::suggest;

/// The package that programs are recorded by.
pub(super) const RUNTIME: &str = "perf-runtime";
/// The feature of it without which it does nothing.
pub(super) const RECORDING: &str = "record";
/// Packages that cannot depend on it, since it depends on them.
const OWN: [&str; 2] = [RUNTIME, "perf-macros"];

/// What `cargo metadata --no-deps` says of a workspace.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Workspace {
    /// Its packages.
    pub packages: Vec<Package>,
    /// Ids of the packages that cargo takes where none is named.
    #[serde(default, rename = "workspace_default_members")]
    pub default_members: Vec<String>,
    /// The folder of its manifest.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
}

/// A package of the workspace.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    /// Its name.
    pub name: String,
    /// Its identity in the workspace.
    pub id: String,
    /// Its manifest.
    pub manifest_path: PathBuf,
    /// Its edition.
    pub edition: String,
    /// The oldest compiler that it is for.
    pub rust_version: Option<String>,
    /// What it is built into.
    pub targets: Vec<Target>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// What a package is built into.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Target {
    /// `lib`, `bin`, `proc-macro`, `test`, …
    pub kind: Vec<String>,
    /// Its first source.
    pub src_path: PathBuf,
}

/// A dependency of a package.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dependency {
    /// The package that it is.
    pub name: String,
    /// The name that it goes by, where that is another one.
    pub rename: Option<String>,
    /// `dev` or `build`, if it is not for everything.
    pub kind: Option<String>,
    /// The platform that it is for, if not for all.
    pub target: Option<String>,
    /// Its absence where nobody asks for it.
    #[serde(default)]
    pub optional: bool,
    /// The features that it has where nothing else is said.
    #[serde(default, rename = "uses_default_features")]
    pub has_usual_features: Option<bool>,
    /// Further features.
    #[serde(default)]
    pub features: Vec<String>,
}

impl Dependency {
    /// Returns whether perf-runtime records, as far as this dependency has a say.
    pub(super) fn records(&self) -> bool {
        self.has_usual_features != Some(false) || self.features.iter().any(|it| it == RECORDING)
    }
}

/// The packages that are to be recorded, and why others are not.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    /// Those that are.
    pub chosen: Vec<&'a Package>,
    /// Sentences about those that are not.
    pub passed_over: Vec<String>,
}

impl Package {
    /// Returns the folder of the package.
    pub(super) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// Returns the dependency by which it is recorded already. One for build scripts is none.
    pub(super) fn runtime(&self) -> Option<&Dependency> {
        let is_one = |it: &&Dependency| it.name == RUNTIME && it.kind.as_deref() != Some("build");
        let all = || self.dependencies.iter().filter(is_one);
        all().find(|it| it.kind.is_none() && it.target.is_none()).or_else(|| all().next())
    }

    /// Returns the first source of its library, else of its first program.
    pub(super) fn source(&self) -> Option<&Path> {
        let of_kind = |word: &str| {
            let is_one = |target: &&Target| target.kind.iter().any(|kind| kind.ends_with(word));
            self.targets.iter().find(is_one).map(|target| target.src_path.as_path())
        };
        of_kind("lib").or_else(|| of_kind("bin"))
    }

    fn is_of_kind(&self, word: &str) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == word))
    }

    /// Returns why it cannot be recorded.
    fn obstacle(&self) -> Option<String> {
        let Self { name, .. } = self;
        if OWN.contains(&name.as_str()) {
            Some(format!("{name} is a part of the recorder"))
        } else if self.is_of_kind("proc-macro") {
            Some(format!("{name} is a procedural macro, which runs in the compiler"))
        } else if self.source().is_none() {
            Some(format!("{name} has neither a library nor a program"))
        } else {
            None
        }
    }
}

impl Workspace {
    /// Reads the answer of cargo.
    pub(super) fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// Returns the manifest of the whole workspace.
    pub(super) fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// Chooses the packages that `named` names; without names those that `cargo test` would test in `dir`: the
    /// package that it lies in, or the default members of the workspace.
    pub(super) fn choose(&self, named: &[String], dir: &Path) -> Result<Choice<'_>, UserError> {
        let wanted = if named.is_empty() {
            self.usual(dir)
        } else {
            named.iter().map(|name| self.package(name)).collect::<Result<_, _>>()?
        };
        let mut choice = Choice { chosen: Vec::new(), passed_over: Vec::new() };
        for package in wanted {
            match package.obstacle() {
                None => choice.chosen.push(package),
                Some(why) => choice.passed_over.push(why),
            }
        }
        if choice.chosen.is_empty() {
            let problem = "there is no package here whose functions can be recorded";
            let because = match choice.passed_over.as_slice() {
                [] => String::new(),
                some => format!(": {}", some.join("; ")),
            };
            return Err(UserError::new(ExitCode::Usage, format!("{problem}{because}"))
                .help("name one with a library or a program by --package"));
        }
        Ok(choice)
    }

    fn package(&self, name: &str) -> Result<&Package, UserError> {
        self.packages.iter().find(|package| package.name == name).ok_or_else(|| {
            let names = self.packages.iter().map(|package| package.name.as_str());
            let near = suggest::nearest(name, names.clone());
            let help = near.map_or_else(
                || format!("it has {}", names.collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean {near}?"),
            );
            let problem = format!("the workspace has no package {name:?}");
            UserError::new(ExitCode::Usage, problem).help(help)
        })
    }

    fn usual(&self, dir: &Path) -> Vec<&Package> {
        let holds =
            |package: &&Package| package.folder() != self.root && dir.starts_with(package.folder());
        // Of nested packages it is the innermost.
        let deepest = |package: &&Package| package.folder().components().count();
        if let Some(package) = self.packages.iter().filter(holds).max_by_key(deepest) {
            return vec![package];
        }
        let is_default = |package: &&Package| {
            self.default_members.is_empty() || self.default_members.contains(&package.id)
        };
        self.packages.iter().filter(is_default).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A package in `/w/NAME`, or in `/w` if it is called `root`.
    pub(in crate::init) fn package(name: &str, kinds: &[&str], dependencies: &Value) -> Value {
        let folder = if name == "root" { "/w".to_owned() } else { format!("/w/{name}") };
        let target =
            |kind: &&str| json!({ "kind": [kind], "src_path": format!("{folder}/{kind}.rs") });
        json!({
            "name": name,
            "id": name,
            "manifest_path": format!("{folder}/Cargo.toml"),
            "edition": "2024",
            "rust_version": null,
            "targets": kinds.iter().map(target).collect::<Vec<_>>(),
            "dependencies": dependencies,
        })
    }

    /// A workspace in `/w`.
    pub(in crate::init) fn workspace(packages: &[Value], default: &[&str]) -> Workspace {
        let metadata = json!({
            "packages": packages,
            "workspace_default_members": default,
            "workspace_root": "/w",
        });
        Workspace::read(metadata.to_string().as_bytes()).unwrap()
    }

    fn several() -> Workspace {
        let packages = [
            package("app", &["bin", "test"], &json!([])),
            package("parser", &["lib"], &json!([])),
            package("derive", &["proc-macro"], &json!([])),
            package("checks", &["test"], &json!([])),
            package("perf-runtime", &["lib"], &json!([])),
        ];
        workspace(&packages, &["app", "parser", "derive", "checks", "perf-runtime"])
    }

    fn chosen(named: &[&str], dir: &str) -> Result<(Vec<String>, usize), UserError> {
        let named: Vec<String> = named.iter().map(|&name| name.to_owned()).collect();
        let workspace = several();
        let choice = workspace.choose(&named, Path::new(dir))?;
        let taken = choice.chosen.iter().map(|package| package.name.clone()).collect();
        Ok((taken, choice.passed_over.len()))
    }

    #[test]
    fn packages_are_chosen_as_cargo_chooses_them() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(chosen(&[], "/w").unwrap(), (names(&["app", "parser"]), 3));
        assert_eq!(chosen(&[], "/w/parser/src").unwrap(), (names(&["parser"]), 0));
        assert_eq!(chosen(&["app", "derive"], "/w/parser").unwrap(), (names(&["app"]), 1));
        let refused = chosen(&[], "/w/derive").unwrap_err();
        assert!(refused.problem.contains("derive is a procedural macro"), "{refused}");
        assert_eq!(chosen(&["parsr"], "/w").unwrap_err().help.unwrap(), "did you mean parser?");
        assert!(chosen(&["qqqqqq"], "/w").unwrap_err().help.unwrap().contains("app, parser, der"));
    }

    #[test]
    fn the_root_of_a_workspace_is_no_package_that_holds_the_others() {
        let packages = ["root", "inner"].map(|name| package(name, &["lib"], &json!([])));
        let workspace = workspace(&packages, &["root"]);
        let name =
            |dir: &str| workspace.choose(&[], Path::new(dir)).unwrap().chosen[0].name.clone();
        assert_eq!(name("/w/src"), "root");
        assert_eq!(name("/w/inner/src"), "inner");
    }

    #[test]
    fn the_dependency_that_counts_most_is_found() {
        let one = |kind: Option<&str>, rename: Option<&str>| json!({ "name": RUNTIME, "rename": rename, "kind": kind, "target": null, "optional": false });
        let found = |dependencies: &[Value]| {
            let package = package("app", &["bin"], &json!(dependencies));
            let package: Package = serde_json::from_value(package).unwrap();
            package.runtime().map(|it| (it.kind.clone(), it.rename.clone()))
        };
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[one(Some("build"), None)]), None);
        assert_eq!(found(&[one(Some("dev"), None)]), Some((Some("dev".to_owned()), None)));
        let both = [one(Some("dev"), None), one(None, Some("pt"))];
        assert_eq!(found(&both), Some((None, Some("pt".to_owned()))));
    }
}
