//! The runs that are on their way to a store of several machines: each waits in a file of its own in `.perf/outbox/`
//! until the store has confirmed it. So no run is lost, and no command waits for a server.

mod letter;
pub(crate) mod sending;
mod shared;
mod waiting;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use letter::{Delivered, Letter, Undelivered, deliver};
pub(crate) use shared::Shared;

use super::workspace;
use crate::files;

/// The name of the folder inside [`workspace::FOLDER`].
pub(crate) const FOLDER: &str = "outbox";

/// The ending of a letter's file.
const ENDING: &str = "json";

/// The folder of letters of a workspace. It need not exist.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    folder: PathBuf,
}

/// A letter that cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// The reason why.
    pub reason: String,
}

/// The letters in the folder, by the ids of their runs, and those that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Letters, oldest first.
    pub letters: Vec<Letter>,
    /// Files that are damaged.
    pub unreadable: Vec<Unreadable>,
}

impl Outbox {
    /// Names the outbox inside the folder `.perf/`.
    pub(crate) fn of(perf: &Path) -> Self {
        Self { folder: perf.join(FOLDER) }
    }

    /// Returns its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts a letter in: whole and on disk, or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn put(&self, letter: &Letter) -> io::Result<()> {
        if let Some(perf) = self.folder.parent() {
            workspace::make_folder(perf)?;
        }
        fs::create_dir_all(&self.folder)?;
        let text = serde_json::to_string(letter).map_err(io::Error::from)?;
        files::replace(&self.path(letter.id()), &text)
    }

    /// Returns whether it holds a letter about the run of this id.
    pub(crate) fn holds(&self, id: &str) -> bool {
        self.path(id).is_file()
    }

    /// Returns the ids of the runs that wait, sorted, which is by time.
    pub(crate) fn ids(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let name = |path: &Path| {
            let is_letter = path.extension().is_some_and(|ending| ending == ENDING);
            let stem = path.file_stem()?.to_str()?.to_owned();
            (is_letter && !stem.starts_with('.')).then_some(stem)
        };
        let mut ids: Vec<String> = entries.flatten().filter_map(|it| name(&it.path())).collect();
        ids.sort_unstable();
        ids
    }

    /// Reads the letter about the run of this id; `None` where somebody else has sent it meanwhile.
    ///
    /// # Errors
    /// When it is damaged or cannot be read.
    pub(crate) fn read(&self, id: &str) -> Result<Option<Letter>, Unreadable> {
        let path = self.path(id);
        let failed = |reason: String| Unreadable { path: path.clone(), reason };
        let text = match files::read_text(&path, files::LARGEST_DOCUMENT) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error.to_string())),
        };
        let letter = Letter::from_json(&text).map_err(failed)?;
        if letter.id() != id {
            let other = crate::text::sanitize::screen(letter.id()).into_owned();
            return Err(Unreadable { path, reason: format!("it is about run {other}") });
        }
        Ok(Some(letter))
    }

    /// Reads all letters.
    pub(crate) fn all(&self) -> Found {
        let mut found = Found::default();
        for id in self.ids() {
            match self.read(&id) {
                Ok(letter) => found.letters.extend(letter),
                Err(unreadable) => found.unreadable.push(unreadable),
            }
        }
        found
    }

    /// Takes a letter out; that somebody else has done it is no error.
    ///
    /// # Errors
    /// When it cannot be removed; the next `push` sends it again, which changes nothing.
    pub(crate) fn take_out(&self, id: &str) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Returns the file about a run. An id of somebody else's making may hold anything.
    fn path(&self, id: &str) -> PathBuf {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name: String = id.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        self.folder.join(format!("{name}.{ENDING}"))
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod of_the_folder {
    use super::*;
    use crate::model::samples;
    use crate::project::store::{Made, SegmentId};

    #[test]
    fn a_letter_is_what_was_put_in_until_it_is_taken_out() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(&folder.path().join(".perf"));
        assert!(outbox.ids().is_empty() && outbox.all().letters.is_empty());
        let run = samples::typical();
        let segments = [SegmentId(7), SegmentId(i64::MIN)];
        let letter = Letter::of(&run, &segments, Made::Now, "clickhouse://host/perf");
        outbox.put(&letter).unwrap();
        assert!(outbox.holds(&run.run.id));
        assert_eq!(outbox.ids(), std::slice::from_ref(&run.run.id));
        assert_eq!(outbox.read(&run.run.id).unwrap().unwrap(), letter);
        outbox.take_out(&run.run.id).unwrap();
        outbox.take_out(&run.run.id).unwrap();
        assert!(outbox.read(&run.run.id).unwrap().is_none());
    }

    #[test]
    fn what_is_damaged_is_told_and_stands_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(folder.path());
        outbox.put(&Letter::of(&samples::typical(), &[], Made::Then, "x")).unwrap();
        for (name, text) in [("cut.json", "{\"schema\":\"perf-track/out"), ("empty.json", "")] {
            fs::write(outbox.folder().join(name), text).unwrap();
        }
        fs::write(outbox.folder().join(".tmp1.json"), "half").unwrap();
        let copy = outbox.folder().join("other.json");
        fs::copy(outbox.path(&samples::typical().run.id), copy).unwrap();
        let found = outbox.all();
        assert_eq!((found.letters.len(), found.unreadable.len()), (1, 3), "{found:?}");
    }
}
