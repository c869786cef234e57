//! The state of a search, in a file from which it goes on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::analysis::bisect::Graph;
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::model::{BISECT_SCHEMA, BISECT_VERSION, BisectDocument, BisectQuestion};
use crate::project::context::Context;
use crate::project::workspace;
use crate::render::json;

/// The file of a search, and the folder of its builds.
#[derive(Debug)]
pub(super) struct State {
    file: PathBuf,
    folder: PathBuf,
}

impl State {
    pub(super) fn of(context: &Context) -> Self {
        let folder = context.folder();
        Self { file: folder.join("bisect.json"), folder: folder.join("bisect") }
    }

    /// The folder of builds, made if it is not there. Version control sees nothing of it.
    pub(super) fn folder(&self) -> Result<&Path, UserError> {
        let make = || {
            workspace::make_folder(self.file.parent().unwrap_or(Path::new(".")))?;
            fs::create_dir_all(&self.folder)?;
            fs::write(self.folder.join(".gitignore"), "*\n")
        };
        make().map_err(|error| unwritable(&self.folder, error))?;
        Ok(&self.folder)
    }

    /// Reads the search that was begun; `None` if none was.
    pub(super) fn read(&self) -> Result<Option<BisectDocument>, UserError> {
        let text = match files::read_text(&self.file, files::LARGEST_DOCUMENT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| self.unreadable(&error.to_string()))?,
        };
        let document: BisectDocument =
            serde_json::from_str(&text).map_err(|error| self.unreadable(&error.to_string()))?;
        if document.schema != BISECT_SCHEMA || document.version != BISECT_VERSION {
            let found = format!("{} of version {}", document.schema, document.version);
            return Err(self.unreadable(&format!("it is {found}")));
        }
        if Graph::of(&document).is_none() {
            return Err(self.unreadable("its commits make no history"));
        }
        Ok(Some(document))
    }

    fn unreadable(&self, why: &str) -> UserError {
        let problem = format!("{} is no search that can go on: {why}", self.file.display());
        UserError::new(Code::Unreadable, problem).help("begin anew with --reset")
    }

    pub(super) fn write(&self, document: &BisectDocument) -> Result<(), UserError> {
        let written = json::json(document).map_err(io::Error::other);
        let written = written.and_then(|text| files::replace(&self.file, &text));
        written.map_err(|error| unwritable(&self.file, error))
    }

    /// Removes the search and its builds. Nothing to remove is no error.
    pub(super) fn reset(&self) -> Result<(), UserError> {
        let gone = |removed: io::Result<()>| match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        gone(fs::remove_file(&self.file)).map_err(|error| unwritable(&self.file, error))?;
        gone(fs::remove_dir_all(&self.folder)).map_err(|error| unwritable(&self.folder, error))
    }

    /// Removes what cargo keeps to build further commits: it is large, and a search at its end needs none.
    pub(super) fn tidy(&self) {
        // What is left is found again by the next search.
        let _ = fs::remove_dir_all(self.folder.join("target"));
    }
}

/// Returns whether a search that was begun answers the `wanted` question, too. Where nobody said which
/// metric, that of the search is meant.
pub(super) fn is_same(begun: &BisectQuestion, wanted: &BisectQuestion, names_metric: bool) -> bool {
    // A part of the function's name may have been given, and its whole name was found since.
    let function = match (&begun.function, &wanted.function) {
        (Some(begun), Some(wanted)) => begun.to_lowercase().contains(&wanted.to_lowercase()),
        (begun, wanted) => begun == wanted,
    };
    let names = |it: &BisectQuestion| BisectQuestion {
        function: None,
        metric: if names_metric { it.metric.clone() } else { String::new() },
        good_name: String::new(),
        bad_name: String::new(),
        ..it.clone()
    };
    function && names(begun) == names(wanted)
}

fn unwritable(path: &Path, error: io::Error) -> UserError {
    UserError::new(Code::Usage, format!("{} cannot be written to", path.display())).because(error)
}
