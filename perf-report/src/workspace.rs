//! Finds the folder that a project's recordings belong to. Only looks; makes nothing.

use std::path::{Path, PathBuf};

/// Folder for the store and the baselines, inside the workspace root.
pub const FOLDER: &str = ".perf";

/// Name of the configuration file in the workspace root.
pub const CONFIG: &str = "perf.toml";

/// Name of the file of accepted regressions in the workspace root.
pub const BLESSED: &str = "perf-blessed.toml";

/// The workspace root for work in `dir`.
///
/// It is the nearest folder, upwards from `dir`, that already holds `.perf/` or `perf.toml`. The
/// search ends at the project's edge, so that a stray `.perf/` in the home folder catches no
/// project below it. Failing that it is the root of the Cargo workspace, then the Cargo package,
/// then the git repository, then `dir` itself.
pub fn root(dir: &Path) -> PathBuf {
    let repository = dir.ancestors().find(|dir| dir.join(".git").exists());
    let cargo = dir
        .ancestors()
        .find(|dir| declares_workspace(dir))
        .or_else(|| dir.ancestors().find(|dir| dir.join("Cargo.toml").is_file()));
    let edge = repository.or(cargo);
    dir.ancestors()
        .take_while(|dir| edge.is_none_or(|edge| dir.starts_with(edge)))
        .find(|dir| dir.join(FOLDER).is_dir() || dir.join(CONFIG).is_file())
        .or_else(|| cargo.filter(|cargo| edge.is_none_or(|edge| cargo.starts_with(edge))))
        .or(repository)
        .unwrap_or(dir)
        .to_owned()
}

fn declares_workspace(dir: &Path) -> bool {
    std::fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|text| has_workspace_table(&text))
}

fn has_workspace_table(manifest: &str) -> bool {
    manifest.lines().map(str::trim_start).any(|line| {
        line.strip_prefix("[workspace").is_some_and(|rest| rest.starts_with([']', '.', ' ']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Makes the given files (folders when they end in `/`) and asks for the root seen from `dir`.
    #[track_caller]
    fn check(files: &[(&str, &str)], dir: &str, expected: &str) {
        let base = tempfile::tempdir().unwrap();
        // Ends the search: the test must not see the folders above it.
        fs::create_dir_all(base.path().join("outside/.git")).unwrap();
        let outside = base.path().join("outside");
        for (path, text) in files {
            let path = outside.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if path.to_string_lossy().ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::write(path, text).unwrap();
            }
        }
        let dir = outside.join(dir);
        fs::create_dir_all(&dir).unwrap();
        assert_eq!(root(&dir), outside.join(expected));
    }

    #[test]
    fn an_existing_folder_or_configuration_wins() {
        check(&[("a/.perf/", ""), ("a/b/Cargo.toml", "[workspace]")], "a/b/c", "a");
        check(&[("a/perf.toml", ""), ("Cargo.toml", "[workspace]")], "a/b", "a");
    }

    #[test]
    fn the_cargo_workspace_comes_before_the_package() {
        let files =
            [("w/Cargo.toml", "[workspace]\nmembers = []"), ("w/p/Cargo.toml", "[package]")];
        check(&files, "w/p/src", "w");
        check(&[("p/Cargo.toml", "[package]")], "p/src", "p");
    }

    #[test]
    fn without_cargo_it_is_the_repository() {
        check(&[], "some/folder", "");
    }

    #[test]
    fn the_search_stops_at_the_edge_of_the_project() {
        check(&[(".perf/", ""), ("inner/.git/", "")], "inner/src", "inner");
    }

    #[test]
    fn a_workspace_table_is_told_from_its_namesakes() {
        assert!(has_workspace_table("\n  [workspace]\n"));
        assert!(has_workspace_table("[workspace.package]\nversion = \"1\""));
        assert!(!has_workspace_table("[workspaces]\n# [workspace]"));
    }
}
