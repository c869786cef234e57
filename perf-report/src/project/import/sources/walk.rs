//! Walks through folders of results. No link is followed out of one, and depth and number have a limit.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::files;
use crate::import::Notes;
use crate::import::criterion::Files;
use crate::text::path;

/// The deepest folder that is looked into.
const DEEPEST: usize = 24;
/// The most entries of folders that are looked at.
const MOST: usize = 1_000_000;
/// The largest file of a benchmark, in bytes.
const LARGEST_PART: u64 = 16 << 20;

/// The content of criterion's folder.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files of each benchmark, sorted by folder.
    pub(crate) files: Vec<Files>,
    /// Names of baselines that are saved there.
    pub(crate) saved: Vec<String>,
    /// Notes on files that cannot be read.
    pub(crate) notes: Notes,
}

/// The results of criterion that a command wrote.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// The files of each benchmark, also of those that it did not write.
    pub(crate) files: Vec<Files>,
    /// Notes on files that cannot be read.
    pub(crate) notes: Notes,
}

/// Walks criterion's folder, and reads the part `of` each benchmark: `new`, or the name of a saved baseline.
///
/// # Errors
/// When the folder itself cannot be read.
pub(crate) fn criterion(folder: &Path, of: &str) -> io::Result<Found> {
    let mut found = Found::default();
    let mut saved = BTreeSet::new();
    for part in parts(folder, &mut found.notes)? {
        let name = part.file_name().map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name else { continue };
        if name == of {
            found.files.extend(read(folder, &part, &mut found.notes));
        } else if !["new", "base", "change", "report"].contains(&name.as_str())
            && part.join("benchmark.json").is_file()
        {
            saved.insert(name);
        }
    }
    found.saved = saved.into_iter().collect();
    Ok(found)
}

/// Reads what criterion has written since a moment, and what it has not; `None` where it wrote nothing then,
/// after a look at times only.
pub(crate) fn criterion_fresh(folder: &Path, since: SystemTime) -> Option<Fresh> {
    let mut fresh = Fresh::default();
    let parts = parts(folder, &mut fresh.notes).ok()?;
    let parts: Vec<PathBuf> = parts.into_iter().filter(|part| part.ends_with("new")).collect();
    let is_fresh = |part: &PathBuf| modified(part).is_some_and(|time| time >= since);
    if !parts.iter().any(is_fresh) {
        return None;
    }
    for part in &parts {
        fresh.files.extend(read(folder, part, &mut fresh.notes));
    }
    Some(fresh)
}

/// Returns the folders that hold the results of a benchmark: those with a sample or a name in them, sorted.
fn parts(folder: &Path, notes: &mut Notes) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    walk(folder, notes, &mut |path, names| {
        if names.iter().any(|name| name == "benchmark.json" || name == "sample.json") {
            found.push(path.to_owned());
        }
    })?;
    found.sort_unstable();
    Ok(found)
}

/// Finds the summaries of Gungraun in a folder, sorted.
///
/// # Errors
/// When the folder itself cannot be read.
pub(super) fn summaries(folder: &Path, notes: &mut Notes) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    walk(folder, notes, &mut |path, names| {
        found.extend(
            names.iter().filter(|name| *name == "summary.json").map(|name| path.join(name)),
        );
    })?;
    found.sort_unstable();
    Ok(found)
}

/// Calls `seen` for each folder with the names of the files in it. What cannot be looked into is noted.
fn walk(
    folder: &Path,
    notes: &mut Notes,
    seen: &mut dyn FnMut(&Path, &[String]),
) -> io::Result<()> {
    let mut left = MOST;
    let mut open = vec![(folder.to_owned(), 0)];
    let mut is_first = true;
    while let Some((path, depth)) = open.pop() {
        let shown = |path: &Path| below(folder, path);
        let entries = match fs::read_dir(&path) {
            Err(error) if is_first => return Err(error),
            Err(_) => {
                notes.problem("folder", "that cannot be read, left out", &shown(&path));
                continue;
            }
            Ok(entries) => entries,
        };
        is_first = false;
        let mut names = Vec::new();
        for entry in entries {
            let Ok(entry) = entry else {
                notes.problem("folder", "that cannot be read to its end", &shown(&path));
                break;
            };
            left = left.saturating_sub(1);
            if left == 0 {
                return Err(io::Error::other("it holds more files than are looked at"));
            }
            // Of the entry itself: a link is neither.
            let Ok(kind) = entry.file_type() else {
                notes.problem("entry", "that cannot be read, left out", &shown(&entry.path()));
                continue;
            };
            if kind.is_dir() && depth < DEEPEST {
                open.push((entry.path(), depth + 1));
            } else if kind.is_dir() {
                notes.problem("folder", "that lies too deep, left out", &shown(&entry.path()));
            } else if kind.is_symlink() && entry.path().is_dir() {
                notes.aside("link to a folder", "that was not followed", &shown(&entry.path()));
            } else if kind.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        seen(&path, &names);
    }
    Ok(())
}

/// Writes a path below `folder` as documents have it.
fn below(folder: &Path, path: &Path) -> String {
    path::written(path.strip_prefix(folder).unwrap_or(path))
}

/// Reads the files of a benchmark; `None` where one is there and cannot be read.
fn read(folder: &Path, part: &Path, notes: &mut Notes) -> Option<Files> {
    let benchmark = part.parent().unwrap_or(part);
    let shown = below(folder, benchmark);
    let one = |name: &str| match files::read_text(&part.join(name), LARGEST_PART) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        text => text,
    };
    let all = || -> io::Result<[String; 3]> {
        Ok([one("benchmark.json")?, one("estimates.json")?, one("sample.json")?])
    };
    let Ok([benchmark, estimates, sample]) = all() else {
        notes.problem("benchmark", "left out, since a file of it cannot be read", &shown);
        return None;
    };
    let modified_ns = modified(part).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified_ns = modified_ns.and_then(|it| u64::try_from(it.as_nanos()).ok()).unwrap_or(0);
    Some(Files { folder: shown, modified_ns, benchmark, estimates, sample })
}

/// Returns the time of the results in a folder: that of the older one of samples and estimates.
fn modified(part: &Path) -> Option<SystemTime> {
    let time = |name: &str| part.join(name).symlink_metadata().ok()?.modified().ok();
    let (sample, estimates) = (time("sample.json"), time("estimates.json"));
    match (sample, estimates) {
        (Some(sample), Some(estimates)) => Some(sample.min(estimates)),
        (one, other) => one.or(other).or_else(|| time("benchmark.json")),
    }
}
