//! A Code Quality report of GitLab: `[{description, check_name, fingerprint, severity, location}]`, which merge
//! requests show at the lines of the change.
//!
//! An issue for each finding, at the declaration of its function. The fingerprint is a hash of function and
//! metric alone, so that a finding is the same one after the code moved or the value changed; no two are equal,
//! for GitLab shows only one of them. Paths are relative.
//!
//! | finding | severity |
//! |---|---|
//! | fails `check`: a regression, an exceeded budget | `major` |
//! | somewhat worse | `minor` |
//! | accepted, or advice only | `info` |
//! | nothing was judged at all, or nothing is worse and something could not be judged: one for all | `info` |
//! | could not be judged, with [`Options::all`] | `info` |

use serde::Serialize;

use super::functions::{Taken, fingerprint, visible};
use super::judged::{self, Judged, Outcome};
use super::{Against, Choice, Facts, Options, Source};
use crate::model::Verdict;
use crate::render::{self, json};
use crate::text::sanitize;

pub(super) const FACTS: Facts = Facts {
    word: "code-quality",
    about: "GitLab's Code Quality report, with the findings at their functions",
    against: Against::Judgement,
    choices: &[Choice::All],
    is_binary: false,
};

/// Characters of a path.
const LONGEST: usize = 1024;
/// The file of what is declared nowhere: the limits are there, or would be.
const CONFIG: &str = "perf.toml";

/// An issue, by the names of GitLab.
#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the issues.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Vec<u8> {
    let rows = judged::rows(source);
    let mut taken = Taken::default();
    let mut issues: Vec<Issue> = rows
        .iter()
        .filter_map(|row| Some((row, severity(row, options)?)))
        .map(|(row, severity)| issue(row, severity, &mut taken))
        .collect();
    let open = source.comparison.filter(|comparison| comparison.verdict == Verdict::Inconclusive);
    if rows.is_empty() {
        issues.push(of_whole("nothing-judged", &judged::nothing(source)));
    } else if let Some(comparison) = open {
        let sentence = render::headline(comparison).sentence;
        issues.push(of_whole("inconclusive", &format!("inconclusive: {sentence}")));
    }
    json::exact(&issues).into_bytes()
}

/// Returns the severity of a row; `None` where it is no issue.
fn severity(row: &Judged<'_>, options: &Options) -> Option<&'static str> {
    match row.outcome {
        Outcome::Failed => Some("major"),
        Outcome::Worse => Some("minor"),
        Outcome::Advice | Outcome::Accepted => Some("info"),
        Outcome::Open => options.all.then_some("info"),
        Outcome::Fine => None,
    }
}

fn issue(row: &Judged<'_>, severity: &'static str, taken: &mut Taken) -> Issue {
    let (file, line) = row.place.unwrap_or((CONFIG, 1));
    let reason = sanitize::screen(row.reason);
    // Only documents from elsewhere have two rows of one name and metric.
    let identity = taken.unique(&format!("{}\0{}", row.name, row.key));
    Issue {
        description: format!("{}: {}: {reason}", visible(row.name, LONGEST), row.verdict),
        check_name: format!("perf-track/{}", row.key),
        fingerprint: format!("{:032x}", fingerprint(&[&identity])),
        severity,
        location: Location { path: relative(file), lines: Lines { begin: line.max(1) } },
    }
}

/// Returns an issue about the judgement as a whole, where it is open: a report without one is taken for a good
/// run.
fn of_whole(key: &str, what: &str) -> Issue {
    Issue {
        description: sanitize::screen(what).into_owned(),
        check_name: format!("perf-track/{key}"),
        fingerprint: format!("{:032x}", fingerprint(&[key])),
        severity: "info",
        location: Location { path: CONFIG.to_owned(), lines: Lines { begin: 1 } },
    }
}

/// Returns a path that is relative, as far as that can be known here. Files of the workspace are so already;
/// those of a registry begin with the name of their crate.
fn relative(path: &str) -> String {
    let path = path.replace('\\', "/");
    let in_registry = path.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    let inside = in_registry.map_or(path.as_str(), |(_, rest)| rest);
    let mut parts: Vec<&str> = Vec::new();
    for part in inside.split('/') {
        match part {
            "" | "." => {}
            // Beyond the first folder there is nothing to leave.
            ".." => drop(parts.pop()),
            drive if drive.ends_with(':') && parts.is_empty() => {}
            part => parts.push(part),
        }
    }
    if parts.is_empty() { CONFIG.to_owned() } else { visible(&parts.join("/"), LONGEST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative() {
        let cases = [
            ("src/lib.rs", "src/lib.rs"),
            ("./src/lib.rs", "src/lib.rs"),
            ("/home/me/app/src/lib.rs", "home/me/app/src/lib.rs"),
            ("../../etc/passwd", "etc/passwd"),
            ("tests/../examples/a.rs", "examples/a.rs"),
            (r"C:\app\src\lib.rs", "app/src/lib.rs"),
            (
                "/home/me/.cargo/registry/src/index.crates.io-1/csv-1.3.0/src/lib.rs",
                "csv-1.3.0/src/lib.rs",
            ),
            ("", CONFIG),
            ("/", CONFIG),
        ];
        for (path, expected) in cases {
            assert_eq!(relative(path), expected, "{path}");
        }
    }
}
