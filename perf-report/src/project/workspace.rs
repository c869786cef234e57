//! The folder that a project's recordings belong to: found from a folder in it, and made where it is needed.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::files;
use crate::record::programs::Programs;

/// The folder for the store and the baselines, inside the workspace root.
pub(crate) const FOLDER: &str = ".perf";

/// The `.gitignore` of `.perf/`: everything but the baselines stays out of version control.
pub(crate) const IGNORED: &str = "\
# Runs belong to this machine. Baselines, in baselines/, are made to be committed.
/perf.sqlite*
/sessions/
/reports/
/bisect*
/.tmp*
/alerts*.json
/monitor.lock
/outbox/
/latest
";

/// The name of the configuration file in the workspace root.
pub(crate) const CONFIG: &str = "perf.toml";

/// The name of the file of accepted regressions in the workspace root.
pub(crate) const BLESSED: &str = "perf-blessed.toml";

/// Finds the workspace root for work in `dir`.
///
/// It is the nearest folder, upwards from `dir`, that already holds `.perf/` or `perf.toml`. The
/// search ends at the project's edge, so that a stray `.perf/` in the home folder catches no
/// project below it. Failing that it is the root of the Cargo workspace, then the Cargo package,
/// then the git repository, then `dir` itself.
pub(crate) fn root(dir: &Path) -> PathBuf {
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

/// Makes `folder` and its parents. A new `.perf/` gets a `.gitignore`; in one that is there already, lines that it lacks
/// are added, and no other is touched.
///
/// # Errors
/// When the folder cannot be made.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if folder.ends_with(FOLDER) {
        // Not worth failing for: it only spares the user a line of their own.
        let _ = ignore_in(&folder.join(".gitignore"));
    }
    Ok(())
}

/// The lines of [`IGNORED`] that projects of earlier versions lack.
const LATER: [&str; 2] = ["/outbox/", "/latest"];

/// Writes the file of what git ignores, or adds to it what it lacks of [`LATER`].
fn ignore_in(path: &Path) -> io::Result<()> {
    let made = fs::OpenOptions::new().write(true).create_new(true).open(path);
    match made {
        Ok(mut file) => return file.write_all(IGNORED.as_bytes()),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    let text = read(path)?;
    let missing = missing_in(&text);
    if missing.is_empty() {
        return Ok(());
    }
    fs::OpenOptions::new().append(true).open(path)?.write_all(missing.as_bytes())
}

/// Returns the lines that the text of the file lacks, to be put behind it. A line that says the opposite is no lack,
/// nor is one that covers all.
fn missing_in(text: &str) -> String {
    let bare = |line: &str| line.trim_start_matches(['!', '/']).trim_end_matches('/').to_owned();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_there = |wanted: &&str| {
        lines.iter().any(|line| bare(line) == bare(wanted) || ["*", "/*"].contains(line))
    };
    let missing: Vec<&str> = LATER.into_iter().filter(|wanted| !is_there(wanted)).collect();
    let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    if missing.is_empty() { String::new() } else { format!("{begin}{}\n", missing.join("\n")) }
}

/// Finds the programs of the workspace at `root`: below it, and in its target folder. `target` is the one that
/// the environment names, if it names one.
pub(crate) fn programs(root: &Path, target: Option<&Path>) -> Programs {
    let configured = root.ancestors().find_map(|dir| {
        let text = read(&dir.join(".cargo/config.toml")).ok()?;
        let config: toml_edit::DocumentMut = text.parse().ok()?;
        Some(dir.join(config.get("build")?.get("target-dir")?.as_str()?))
    });
    let folders = [Some(root.to_owned()), target.map(|target| root.join(target)), configured];
    Programs::below(folders.into_iter().flatten())
}

/// Finds the programs of the workspace that `dir` belongs to, as [`programs`] does.
pub(crate) fn programs_of(dir: &Path) -> Programs {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(|target| dir.join(target));
    programs(&root(dir), target.as_deref())
}

fn declares_workspace(dir: &Path) -> bool {
    read(&dir.join("Cargo.toml")).is_ok_and(|text| has_workspace_table(&text))
}

fn read(path: &Path) -> io::Result<String> {
    files::read_text(path, files::LARGEST_SETTINGS)
}

fn has_workspace_table(manifest: &str) -> bool {
    manifest.lines().map(str::trim_start).any(|line| {
        line.strip_prefix("[workspace").is_some_and(|rest| rest.starts_with([']', '.', ' ']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            if path.to_string_lossy().ends_with(std::path::is_separator) {
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
    fn what_is_ignored_is_added_to_and_no_line_of_anybody_is_touched() {
        let base = tempfile::tempdir().unwrap();
        let perf = base.path().join(FOLDER);
        let path = perf.join(".gitignore");
        make_folder(&perf).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), IGNORED);
        assert!(LATER.iter().all(|line| IGNORED.lines().any(|it| it == *line)));
        for (before, after) in [
            (IGNORED, IGNORED),
            ("/perf.sqlite*\n# mine\nkeep", "/perf.sqlite*\n# mine\nkeep\n/outbox/\n/latest\n"),
            ("/outbox/\r\n", "/outbox/\r\n/latest\n"),
            ("!/latest\noutbox\n", "!/latest\noutbox\n"),
            ("*\n", "*\n"),
            ("", "/outbox/\n/latest\n"),
        ] {
            fs::write(&path, before).unwrap();
            make_folder(&perf).unwrap();
            make_folder(&perf).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
        }
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
    fn programs_are_below_the_root_or_in_a_target_folder() {
        let base = tempfile::tempdir().unwrap();
        let base = crate::system::canonical(base.path()).unwrap();
        let root = base.join("work/project");
        fs::create_dir_all(root.join("sub")).unwrap();
        let linked = crate::system::link_folder(&root, &base.join("link"));
        // Wine makes no links to folders.
        if cfg!(windows) && linked.is_err() {
            return;
        }
        linked.unwrap();
        let named = |path: &str| base.join(path).display().to_string();
        let check = |programs: &Programs, path: &str| programs.contain(&named(path));
        let linked = programs(&base.join("link"), Some(&base.join("shared")));
        for (path, is_one) in [
            ("work/project/target/debug/app", true),
            ("work/project/a b (deleted)", true),
            ("shared/debug/app", true),
            ("work/project2/target/debug/app", false),
            ("work/app", false),
            ("built/app", false),
        ] {
            assert_eq!(check(&linked, path), is_one, "{path}");
        }
        assert!(!linked.contain("") && !linked.contain("app"));
        fs::create_dir_all(base.join("work/.cargo")).unwrap();
        let config = format!("[build]\ntarget-dir = {:?}", named("built"));
        fs::write(base.join("work/.cargo/config.toml"), config).unwrap();
        assert!(check(&programs(&root, None), "built/app"));
        assert!(!check(&programs(&root, None), "shared/debug/app"));
    }

    #[test]
    fn a_workspace_table_is_told_from_its_namesakes() {
        assert!(has_workspace_table("\n  [workspace]\n"));
        assert!(has_workspace_table("[workspace.package]\nversion = \"1\""));
        assert!(!has_workspace_table("[workspaces]\n# [workspace]"));
    }
}
