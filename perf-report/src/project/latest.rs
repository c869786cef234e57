//! The note of the runs that this checkout stored in a store of several machines: there the newest run of all is
//! mostly somebody else's.

use std::io;
use std::path::{Path, PathBuf};

use super::workspace;
use crate::files;

/// The name of the note inside [`workspace::FOLDER`].
const NAME: &str = "latest";

/// The most runs that are noted.
const MOST: usize = 50;

/// The note: a line a run, the newest first, of its id and the store.
#[derive(Debug, Clone)]
pub(crate) struct Latest {
    path: PathBuf,
}

impl Latest {
    /// Names the note inside the folder `.perf/`.
    pub(crate) fn of(perf: &Path) -> Self {
        Self { path: perf.join(NAME) }
    }

    /// Notes that a run was stored there. Of two commands that do so at once, one may be forgotten.
    ///
    /// # Errors
    /// When the note cannot be written; the former one is still there then.
    pub(crate) fn note(&self, store: &str, id: &str) -> io::Result<()> {
        let newest = format!("{id} {store}");
        let others = self.lines().into_iter().filter(|line| *line != newest).take(MOST - 1);
        let lines: Vec<String> = std::iter::once(newest.clone()).chain(others).collect();
        if let Some(perf) = self.path.parent() {
            workspace::make_folder(perf)?;
        }
        files::replace(&self.path, &(lines.join("\n") + "\n"))
    }

    /// Returns the ids of the runs that this checkout stored there, the newest first; none where nothing can be read.
    pub(crate) fn ids(&self, store: &str) -> Vec<String> {
        let lines = self.lines();
        let ids = lines.iter().filter_map(|line| line.split_once(' '));
        ids.filter(|(_, of)| *of == store).map(|(id, _)| id.to_owned()).collect()
    }

    fn lines(&self) -> Vec<String> {
        let text = files::read_text(&self.path, files::LARGEST_SETTINGS).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_a_store_comes_first_and_a_damaged_note_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let latest = Latest::of(&folder.path().join(".perf"));
        assert!(latest.ids("s").is_empty());
        for (store, id) in [("s", "a"), ("t", "b"), ("s", "c"), ("s", "a")] {
            latest.note(store, id).unwrap();
        }
        assert_eq!(
            (latest.ids("s"), latest.ids("t")),
            (vec!["a".into(), "c".into()], vec!["b".into()])
        );
        for number in 0..2 * MOST {
            latest.note("s", &number.to_string()).unwrap();
        }
        assert_eq!(latest.ids("s").len(), MOST);
        std::fs::write(&latest.path, [0xff, b'\n', b'x']).unwrap();
        assert!(latest.ids("s").is_empty());
    }

    #[test]
    fn many_at_once_leave_a_whole_note() {
        let folder = tempfile::tempdir().unwrap();
        let latest = Latest::of(folder.path());
        let write = |writer: usize| {
            for number in 0..20 {
                latest.note("s", &format!("{writer}-{number}")).unwrap();
                assert!(latest.ids("s").iter().all(|id| id.contains('-')));
            }
        };
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let write = &write;
                scope.spawn(move || write(writer));
            }
        });
        let newest = latest.ids("s").first().cloned().unwrap();
        assert!(newest.ends_with("-19"), "{newest}");
    }
}
