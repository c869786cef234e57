//! The world around the live view: signals, files, and the command if there is one.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::live::top::{Ended, Outside};
use crate::model::TopDocument;
use crate::record::command::Interrupt;
use crate::render::json;

/// The world around a view of processes that others started.
pub(super) struct NoCommand {
    pub(super) interrupt: Interrupt,
    /// The folder for snapshots.
    pub(super) folder: PathBuf,
}

impl Outside for NoCommand {
    fn signal(&self) -> Option<u8> {
        self.interrupt.signal()
    }

    fn ended(&mut self, _at: Duration) -> Option<Ended> {
        None
    }

    fn write(&mut self, document: &TopDocument) -> String {
        written_in(document, &self.folder)
    }
}

/// Writes a document to a new file in `folder`, and describes how that went.
pub(super) fn written_in(document: &TopDocument, folder: &Path) -> String {
    match write(document, folder) {
        Ok(name) => format!("written to {name}"),
        Err(error) => format!("not written to {}: {error}", folder.display()),
    }
}

/// Writes it under a name of its time that nothing has yet.
fn write(document: &TopDocument, folder: &Path) -> io::Result<String> {
    /// Files of the same second.
    const MOST: u32 = 100;
    let digits = |c: &char| c.is_ascii_alphanumeric();
    let time: String =
        document.time.split('.').next().unwrap_or_default().chars().filter(digits).collect();
    for number in 1..=MOST {
        let again = if number == 1 { String::new() } else { format!("-{number}") };
        let name = format!("perf-top-{time}{again}.json");
        match File::create_new(folder.join(&name)) {
            Ok(mut file) => return file.write_all(json::exact(document).as_bytes()).map(|()| name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_never_replaces_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let time = "2026-11-29T14:00:01.250Z".to_owned();
        let document = TopDocument { time, ..TopDocument::empty() };
        let names = ["perf-top-20261129T140001.json", "perf-top-20261129T140001-2.json"];
        for name in names {
            assert_eq!(written_in(&document, folder.path()), format!("written to {name}"));
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(serde_json::from_str::<TopDocument>(&text).unwrap(), document);
        }
        let gone = folder.path().join("gone");
        assert!(written_in(&document, &gone).starts_with("not written to"));
    }
}
