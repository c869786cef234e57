//! The folder of reports: those of monitors, and those of test suites in a job of CI.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::workspace;
use crate::files;

/// The name of the folder inside [`workspace::FOLDER`].
const FOLDER: &str = "reports";

/// Returns the folder of the reports: the one that is named, else the project's.
pub(crate) fn folder(context: &Context, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| context.folder().join(FOLDER), |named| context.dir.join(named))
}

/// Writes a report in several forms, each wholly or not at all, behind `path`, which is without its ending. The
/// folder is made where it is missing. Returns the files.
///
/// # Errors
/// When the folder cannot be made or a file not be written, with its path.
pub(crate) fn write(
    context: &Context,
    path: &Path,
    texts: &[(&str, &str)],
) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let make = || {
        if folder.starts_with(context.folder()) {
            workspace::make_folder(&context.folder())?;
        }
        fs::create_dir_all(folder)
    };
    make().map_err(|error| (folder.to_owned(), error))?;
    let one = |&(ending, text): &(&str, &str)| {
        let path = with_ending(path, ending);
        files::replace(&path, text).map_err(|error| (path.clone(), error))?;
        Ok(path)
    };
    texts.iter().map(one).collect()
}

/// Returns a path with an ending behind its name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_makes_its_folder_and_names_what_is_in_the_way() {
        let own = tempfile::tempdir().unwrap();
        let context = Context::new(own.path().canonicalize().unwrap(), None);
        let texts = [("json", "{}"), ("md", "#")];
        for named in [None, Some(Path::new("a/b"))] {
            let folder = folder(&context, named);
            let written = write(&context, &folder.join("x-1.2"), &texts).unwrap();
            assert_eq!(written, [folder.join("x-1.2.json"), folder.join("x-1.2.md")]);
            assert_eq!(fs::read_to_string(&written[1]).unwrap(), "#");
        }
        assert!(context.folder().join(".gitignore").exists());
        assert!(!context.dir.join("a/.gitignore").exists());
        let (path, _) = write(&context, &context.dir.join("a/b/x-1.2.md/y"), &texts).unwrap_err();
        assert_eq!(path, context.dir.join("a/b/x-1.2.md"));
    }
}
