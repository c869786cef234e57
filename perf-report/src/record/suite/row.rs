//! The account of one measured process: a file each, beside the segments.
//!
//! It is written whole before the process begins, and again once it has ended; so of a process that was
//! killed together with its runner, it is known that it never ended.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::heard::Heard;
use crate::files;

/// Ending of the names of the files.
const EXTENSION: &str = "suite";
/// The largest account that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// A measured process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// The role of the process.
    pub role: Role,
    /// Path of the test binary.
    pub program: PathBuf,
    /// Name of the package, as cargo tells it.
    pub package: String,
    /// Folder of its manifest.
    pub manifest_dir: PathBuf,
    /// The suite as nextest calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_id: Option<String>,
    /// The test that it runs, and the number of the attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<(String, u32)>,
    /// The id of the doctests that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctests: Option<String>,
    /// Process id of what was started: the program, or the user's own runner.
    #[serde(default)]
    pub pid: u32,
    /// The start, in nanoseconds since 1970.
    pub started_unix_ns: u64,
    /// The end; `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// The role of a process in its suite.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    /// It is the suite.
    #[default]
    Binary,
    /// It runs one test of the suite.
    Test,
    /// It lists the tests of the suite.
    List,
    /// It lists those that are ignored.
    ListIgnored,
    /// It compiles and runs the doctests of a crate.
    Doctests,
    /// It is a doctest, or some of them.
    Doctest,
}

/// The end of a process, and what it used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct End {
    pub wall_ns: u64,
    pub user_ns: u64,
    pub system_ns: u64,
    pub peak_rss_bytes: u64,
    pub read_bytes: Option<u64>,
    pub written_bytes: Option<u64>,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
    /// The findings in its output.
    #[serde(default)]
    pub heard: Heard,
    /// The tests that it listed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub listed: BTreeSet<String>,
}

impl Row {
    /// Writes the account into `folder`, in place of an earlier one of the same process.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        use std::io::Write as _;
        let own = std::process::id();
        let name = format!("{own}-{}.{EXTENSION}", self.started_unix_ns);
        let mut file = files::temporary_in(folder)?;
        // A kill loses nothing that was written; a crash of the system would lose the segments as well.
        file.write_all(&serde_json::to_vec(self)?)?;
        crate::system::persist(file, &folder.join(name))?;
        Ok(())
    }
}

/// Returns whether `path` is that of an account.
pub(super) fn is_one(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}

/// Reads the accounts in `folder`, in the order of their starts. Returns also the number of those that
/// cannot be read.
pub(super) fn read_all(folder: &Path) -> (Vec<Row>, u64) {
    let (mut rows, mut unreadable) = (Vec::new(), 0);
    for path in paths(folder) {
        match read(&path) {
            Some(row) => rows.push(row),
            None => unreadable += 1,
        }
    }
    rows.sort_by(|a: &Row, b: &Row| {
        (a.started_unix_ns, a.pid, &a.test).cmp(&(b.started_unix_ns, b.pid, &b.test))
    });
    (rows, unreadable)
}

/// Reads the accounts in `folder` that can be read, each with its file.
pub(super) fn read_with_paths(folder: &Path) -> Vec<(PathBuf, Row)> {
    paths(folder).filter_map(|path| Some((path.clone(), read(&path)?))).collect()
}

fn paths(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_one(path))
}

fn read(path: &Path) -> Option<Row> {
    serde_json::from_str(&files::read_text(path, LARGEST).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_of_the_end_takes_the_place_of_that_of_the_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let mut row = Row { started_unix_ns: 7, pid: 1, ..Row::default() };
        row.write(folder.path()).unwrap();
        assert_eq!(read_all(folder.path()), (vec![row.clone()], 0));
        row.end = Some(End { wall_ns: 5, exit_code: Some(0), ..End::default() });
        row.write(folder.path()).unwrap();
        assert_eq!(read_all(folder.path()), (vec![row], 0));
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1-2.suite"), "{").unwrap();
        fs::write(folder.path().join("setup.json"), "{").unwrap();
        assert_eq!(read_all(folder.path()), (vec![], 1));
        assert_eq!(read_all(&folder.path().join("none")), (vec![], 0));
    }
}
