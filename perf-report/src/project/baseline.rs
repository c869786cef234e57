//! Baselines: runs kept by name as JSON files, made to be committed and reviewed: a function stands on one line.
//! A file is replaced wholly or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::workspace;
use crate::error::{ExitCode, UserError};
use crate::files;
use crate::model::{Baseline, RunDocument};
use crate::text::suggest;

/// The folder of the baselines inside `.perf/`.
const FOLDER: &str = "baselines";
const EXTENSION: &str = "json";

/// The longest name, so that every file system takes the file.
const LONGEST_NAME: usize = 100;

/// Returns the folder that holds the baselines; it may not exist yet.
pub(crate) fn folder(context: &Context) -> PathBuf {
    context.folder().join(FOLDER)
}

/// Returns the file of the baseline `name`.
///
/// # Errors
/// When the name could stand for something other than a file in the folder of baselines.
pub(crate) fn path(context: &Context, name: &str) -> Result<PathBuf, UserError> {
    check_name(name)?;
    Ok(folder(context).join(format!("{name}.{EXTENSION}")))
}

/// Lists the names of all baselines, sorted.
///
/// # Errors
/// When the folder cannot be read; that it does not exist is no error.
pub(crate) fn names(context: &Context) -> Result<Vec<String>, UserError> {
    let folder = folder(context);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let problem = format!("the baselines in {} cannot be listed", context.shown(&folder));
            return Err(UserError::new(ExitCode::Unreadable, problem).because(error));
        }
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_stem()?.to_str()?;
            let ours = path.extension()? == EXTENSION && check_name(name).is_ok();
            ours.then(|| name.to_owned())
        })
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// Reads the baseline `name`.
///
/// # Errors
/// When there is none of this name, or its file is no baseline that can be read.
pub(crate) fn load(context: &Context, name: &str) -> Result<Baseline, UserError> {
    let path = path(context, name)?;
    let text = match files::read_text(&path, files::LARGEST_DOCUMENT) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(unknown(context, name));
        }
        Err(error) => return Err(unreadable(context, name, error)),
    };
    Baseline::from_json(&text).map_err(|error| unreadable(context, name, error))
}

/// Reads the baseline, or the run, in the file at `path`.
///
/// # Errors
/// When there is no such file, or it cannot be read.
pub(crate) fn read(path: &Path) -> Result<Baseline, UserError> {
    let cannot = |code, error: Box<dyn std::error::Error + Send + Sync>| {
        UserError::new(code, format!("{} cannot be read", path.display())).because(error)
    };
    let text = files::read_text(path, files::LARGEST_DOCUMENT)
        .map_err(|error| cannot(ExitCode::Usage, error.into()))?;
    Baseline::from_json(&text).map_err(|error| cannot(ExitCode::Unreadable, error.into()))
}

/// Keeps `runs`, oldest first, as the baseline `name`, in place of a former one of that name. The
/// file's path.
///
/// # Errors
/// When the name is not allowed or the file cannot be written; a former one is still there then.
pub(crate) fn save(
    context: &Context,
    name: &str,
    runs: &[RunDocument],
) -> Result<PathBuf, UserError> {
    let path = path(context, name)?;
    let unwritable = |error: io::Error| {
        UserError::new(
            ExitCode::Internal,
            format!("baseline {name:?} cannot be written to {}", context.shown(&path)),
        )
        .because(error)
        .help("nothing was changed; check the folder's permissions and the free space")
    };
    let text = Baseline::of(runs.to_vec()).to_text().map_err(|error| unwritable(error.into()))?;
    workspace::make_folder(&context.folder())
        .and_then(|()| workspace::make_folder(&folder(context)))
        .and_then(|()| files::replace(&path, &text))
        .map_err(unwritable)?;
    Ok(path)
}

/// Returns whether there is a baseline of this name, readable or not.
pub(crate) fn exists(context: &Context, name: &str) -> bool {
    path(context, name).is_ok_and(|path| path.exists())
}

/// Removes the baseline `name`. Returns the path that its file had.
///
/// # Errors
/// When there is none of this name, or its file cannot be removed.
pub(crate) fn remove(context: &Context, name: &str) -> Result<PathBuf, UserError> {
    let path = path(context, name)?;
    match fs::remove_file(&path) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(unknown(context, name)),
        Err(error) => {
            let problem = format!("baseline {name:?} cannot be removed");
            Err(UserError::new(ExitCode::Internal, problem).because(error))
        }
    }
}

/// Checks a name, which is part of a path, of commands and of reports, on any system.
fn check_name(name: &str) -> Result<(), UserError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let problem = if name.is_empty() {
        "is empty"
    } else if name.len() > LONGEST_NAME {
        "is longer than 100 characters"
    } else if !name.chars().all(allowed) {
        "has characters other than letters, digits, `.`, `_` and `-`"
    } else if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        "does not begin with a letter or a digit"
    } else {
        return Ok(());
    };
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    Err(UserError::new(ExitCode::Usage, format!("the baseline name {shown:?} {problem}"))
        .help("use a name such as `main` or `release-1.2`"))
}

fn unknown(context: &Context, name: &str) -> UserError {
    let names = names(context).unwrap_or_default();
    let error = UserError::new(ExitCode::Usage, format!("there is no baseline {name:?}"));
    error.help(suggest::nearest_or(name, names.iter().map(String::as_str), || {
        if names.is_empty() {
            format!("save one with `perf-report baseline save {name}`")
        } else {
            format!("there are: {}", names.join(", "))
        }
    }))
}

fn unreadable(
    context: &Context,
    name: &str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> UserError {
    let file = folder(context).join(format!("{name}.{EXTENSION}"));
    let problem = format!("baseline {name:?} cannot be read from {}", context.shown(&file));
    UserError::new(ExitCode::Unreadable, problem).because(error).help(format!(
        "restore it from version control, or save a new one with \
         `perf-report baseline save {name} --force`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_folder() {
        for name in ["main", "release-1.2", "v2_x", "7"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", ".", "..", "../x", "a/b", "-x", ".hidden", "a b", "a\n", "ü", "a\0b"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name(&"x".repeat(101)).is_err());
    }
}
