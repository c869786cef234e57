//! Jobs that compare what is proposed with what it is proposed for, as files of CI servers. Pure.

use std::path::{Path, PathBuf};

use super::Edits;
use super::ground::Ground;
use super::manifest::Source;
use crate::text::path;
use crate::text::shell::shell_word;

/// A CI server that a job can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ci {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
}

const GITHUB: &str = ".github/workflows/perf.yml";
const GITLAB: &str = ".gitlab-ci.yml";
/// The file for those who have one already.
const GITLAB_INCLUDED: &str = ".gitlab/perf.yml";

/// Returns the files that are looked at.
pub(super) fn files(ground: &Ground) -> Vec<PathBuf> {
    [GITHUB, GITLAB, GITLAB_INCLUDED].map(|name| ground.base().join(name)).into()
}

/// Plans the file for `ci`.
pub(super) fn plan(ci: Ci, source: &Source, ground: &Ground, edits: &mut Edits) {
    let path = |name: &str| ground.base().join(name);
    match ci {
        Ci::GitHub => edits.create(ground, &path(GITHUB), github(source, ground.below()), false),
        Ci::GitLab => {
            let text = gitlab(source, ground.below());
            match ground.file(&path(GITLAB)).text {
                None => edits.create(ground, &path(GITLAB), text, false),
                Some(own) if own.contains("perf-report") => {
                    edits.keep(format!("{GITLAB} calls perf-report already"));
                }
                Some(own) => {
                    edits.create(ground, &path(GITLAB_INCLUDED), text, false);
                    if !own.contains(GITLAB_INCLUDED) {
                        edits.keep(format!(
                            "{GITLAB} is yours, and stays: add `include: [{{ local: {GITLAB_INCLUDED} }}]` to it"
                        ));
                    }
                }
            }
        }
    }
}

fn github(source: &Source, below: &Path) -> String {
    let defaults = if below == Path::new("") {
        String::new()
    } else {
        let folder = quoted(&path::written(below));
        format!("    defaults:\n      run:\n        working-directory: {folder}\n")
    };
    include_str!("texts/github.yml")
        .replace("@defaults@", &defaults)
        .replace("@install@", &install(source))
}

fn gitlab(source: &Source, below: &Path) -> String {
    let [folder, report] = [below, &below.join("perf.md")].map(path::written);
    let change = if below == Path::new("") {
        String::new()
    } else {
        format!("    - {}\n", quoted(&format!("cd {}", shell_word(Path::new(&folder)))))
    };
    include_str!("texts/gitlab.yml")
        .replace("@cd@", &change)
        .replace("cat @report@", &quoted(&format!("cat {}", shell_word(Path::new(&report)))))
        .replace("@report@", &quoted(&report))
        .replace("@install@", &install(source))
}

/// Returns a text as YAML takes it: JSON is a part of that.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '/' | '.' | '-' | '_');
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// Returns the arguments by which cargo installs perf-report.
fn install(source: &Source) -> String {
    match source {
        Source::Version(version) => format!("perf-report --version '{version}'"),
        Source::Git(url) => format!("--git {} perf-report", shell_word(Path::new(url))),
        // A folder of this machine is nowhere else.
        Source::Path(_) => format!("--git {} perf-report", super::REPOSITORY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_written_for_a_project_at_the_root() {
        let source = Source::Git("https://host/perf".to_owned());
        let github = github(&source, Path::new(""));
        insta::assert_snapshot!(github);
        insta::assert_snapshot!(gitlab(&source, Path::new("")));
    }

    #[test]
    fn a_project_in_a_folder_is_entered_first() {
        let version = Source::Version("0.1".to_owned());
        let folder = Path::new("a: b/c");
        let github = github(&version, folder);
        assert!(github.contains("        working-directory: \"a: b/c\"\n    steps:"), "{github}");
        assert!(github.contains("install --locked perf-report --version '0.1'\n"), "{github}");
        let gitlab = gitlab(&version, folder);
        assert!(gitlab.contains("    - \"cd 'a: b/c'\"\n    - >\n"), "{gitlab}");
        assert!(gitlab.contains("    - \"cat 'a: b/c/perf.md'\"\n"), "{gitlab}");
        assert!(gitlab.contains("      - \"a: b/c/perf.md\"\n"), "{gitlab}");
        for text in [github, gitlab] {
            assert!(!text.contains('@') || !text.contains("@in"), "{text}");
        }
    }
}
