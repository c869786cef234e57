//! The files of a monitor: what it remembers of alerts, the lock that keeps two from overlapping, its
//! dated reports.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::reports::{self, with_ending};
use super::workspace;
use crate::analysis::alerts::former::grouped;
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::model::{ALERTS_SCHEMA, ALERTS_VERSION, AlertsDocument};

/// The name of the file with what is remembered, inside [`workspace::FOLDER`].
const MEMORY: &str = "alerts.json";
/// The name of the file that is locked.
const LOCK: &str = "monitor.lock";
/// The beginning of the name of each report.
const PREFIX: &str = "monitor-";
/// The digits between that and the ending: `20261120T234552Z`.
const STAMP: usize = 16;

/// Takes the lock of the project's monitor, which holds as long as the file lives: a monitor that was killed
/// has left none. `None` where another monitor has it.
///
/// # Errors
/// When the file cannot be made.
pub(crate) fn lock(context: &Context) -> Result<Option<File>, UserError> {
    let folder = context.folder();
    let path = folder.join(LOCK);
    let open = || {
        workspace::make_folder(&folder)?;
        File::options().create(true).truncate(false).write(true).open(&path)
    };
    let file = open().map_err(|error| unwritable(context, &path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(unwritable(context, &path, error)),
    }
}

/// Loads what monitors remember. A file that cannot be understood is put aside, and the second value says so:
/// what fires is then told once more.
///
/// # Errors
/// When the file cannot be opened, or not be put aside.
pub(crate) fn load(context: &Context) -> Result<(AlertsDocument, Option<String>), UserError> {
    let path = context.folder().join(MEMORY);
    let text = match files::read_text(&path, files::LARGEST_DOCUMENT) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((AlertsDocument::empty(), None));
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => {
            let problem = format!("{} cannot be read", context.shown(&path));
            return Err(UserError::new(Code::Unreadable, problem).because(error));
        }
    };
    let document = match parse(&text) {
        Ok(document) => return Ok((document, None)),
        Err(problem) => problem,
    };
    let aside = put_aside(&path).map_err(|error| unwritable(context, &path, error))?;
    let problem = format!(
        "{} cannot be understood: {document}; it is kept as {}, and what fires is told once more",
        context.shown(&path),
        context.shown(&aside)
    );
    Ok((AlertsDocument::empty(), Some(problem)))
}

fn parse(text: &str) -> Result<AlertsDocument, String> {
    let mut document: AlertsDocument =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    for watch in &mut document.watches {
        watch.entries = grouped(&watch.entries);
    }
    match (document.schema.as_str(), document.version) {
        (ALERTS_SCHEMA, ALERTS_VERSION) => Ok(document),
        (ALERTS_SCHEMA, version) => Err(format!("it is of version {version}")),
        (schema, _) => Err(format!("it is a {schema:?}")),
    }
}

/// Renames a file to one that is not there yet.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1_u32;
    loop {
        let aside = path.with_file_name(format!("alerts-damaged-{number}.json"));
        if !aside.try_exists()? {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
        number = number.saturating_add(1);
    }
}

/// Keeps what monitors remember.
///
/// # Errors
/// When the file cannot be written; the former one is still there then.
pub(crate) fn save(context: &Context, document: &AlertsDocument) -> Result<(), UserError> {
    let path = context.folder().join(MEMORY);
    // Plain data always becomes JSON.
    let text = serde_json::to_string_pretty(document).unwrap_or_default() + "\n";
    let write = || {
        workspace::make_folder(&context.folder())?;
        files::replace(&path, &text)
    };
    write().map_err(|error| unwritable(context, &path, error))
}

/// Returns the path of the report of the moment `stamp` that is not there yet, without its ending.
pub(crate) fn report_path(folder: &Path, stamp: &str) -> PathBuf {
    let mut path = folder.join(format!("{PREFIX}{stamp}"));
    let mut number = 2_u32;
    while with_ending(&path, "json").exists() || with_ending(&path, "md").exists() {
        path = folder.join(format!("{PREFIX}{stamp}-{number}"));
        number = number.saturating_add(1);
    }
    path
}

/// Writes a report, as JSON and as Markdown, each wholly or not at all. Removes older ones, so that `keep`
/// are left.
///
/// # Errors
/// When the folder cannot be made, or a file not be written.
pub(crate) fn write_report(
    context: &Context,
    path: &Path,
    texts: [(&str, &str); 2],
    keep: usize,
) -> Result<(), UserError> {
    reports::write(context, path, &texts)
        .map_err(|(path, error)| unwritable(context, &path, error))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    prune(folder, keep);
    Ok(())
}

/// Removes the oldest reports but for `keep`, both files of each. Others' files are left alone.
fn prune(folder: &Path, keep: usize) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut stems: Vec<(String, u32)> = names.filter_map(|name| stem(&name)).collect();
    stems.sort();
    stems.dedup();
    let old = stems.len().saturating_sub(keep);
    for (stamp, number) in stems.into_iter().take(old) {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{PREFIX}{stamp}{number}"));
        for ending in ["json", "md"] {
            // One that cannot be removed is in nobody's way, and tried again the next time.
            let _ = fs::remove_file(with_ending(&path, ending));
        }
    }
}

/// Returns the moment and the number of a report by the name of its file; `None` of any other file.
fn stem(name: &str) -> Option<(String, u32)> {
    let rest = name.strip_prefix(PREFIX)?;
    let rest = rest.strip_suffix(".json").or_else(|| rest.strip_suffix(".md"))?;
    let (stamp, number) = match rest.split_once('-') {
        Some((stamp, number)) => (stamp, number.parse().ok().filter(|it| *it > 1)?),
        None => (rest, 1),
    };
    let is_stamp = stamp.len() == STAMP
        && stamp.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    is_stamp.then(|| (stamp.to_owned(), number))
}

fn unwritable(context: &Context, path: &Path, error: io::Error) -> UserError {
    let help = format!("a monitor has to write in {}", context.shown(&context.folder()));
    UserError::new(Code::Usage, format!("{} cannot be written", context.shown(path)))
        .because(error)
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlertEntry, AlertKey, AlertKind, samples};

    fn context() -> (tempfile::TempDir, Context) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".perf")).unwrap();
        let context = Context::new(folder.path().canonicalize().unwrap(), None);
        (folder, context)
    }

    fn remembered() -> AlertsDocument {
        let entry = AlertEntry {
            since_unix_ns: 1,
            told_unix_ns: Some(2),
            run: Some("r".to_owned()),
            ..samples::firing(AlertKey::of_command(AlertKind::Failed))
        };
        let mut document = AlertsDocument::empty();
        document.set(&["cargo".to_owned()], vec![entry]);
        document
    }

    #[test]
    fn what_is_kept_is_found_again_and_what_is_damaged_is_put_aside() {
        let (folder, context) = context();
        assert_eq!(load(&context).unwrap(), (AlertsDocument::empty(), None));
        save(&context, &remembered()).unwrap();
        assert_eq!(load(&context).unwrap(), (remembered(), None));
        let path = folder.path().join(".perf/alerts.json");
        for (number, damaged) in
            ["{", "", r#"{"schema":"x","version":1,"watches":[]}"#].iter().enumerate()
        {
            fs::write(&path, damaged).unwrap();
            let (document, problem) = load(&context).unwrap();
            let aside = format!("alerts-damaged-{}.json", number + 1);
            assert!(problem.unwrap().contains(&aside) && document.watches.is_empty());
            assert_eq!(fs::read_to_string(path.with_file_name(aside)).unwrap(), *damaged);
            assert!(!path.exists());
        }
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(load(&context).unwrap().1.is_some(), "no text");
        fs::create_dir(&path).unwrap();
        assert_eq!(load(&context).unwrap_err().code, Code::Unreadable);
    }

    #[test]
    fn one_monitor_at_a_time() {
        let (_folder, context) = context();
        let first = lock(&context).unwrap();
        assert!(first.is_some() && lock(&context).unwrap().is_none());
        drop(first);
        assert!(lock(&context).unwrap().is_some(), "a file that is left behind locks nobody out");
    }

    #[test]
    fn the_oldest_reports_go_and_the_files_of_others_stay() {
        let (_folder, context) = context();
        let folder = reports::folder(&context, None);
        let write = |stamp: &str| {
            let path = report_path(&folder, stamp);
            write_report(&context, &path, [("json", "{}"), ("md", "#")], 2).unwrap();
            path
        };
        let first = write("20261120T234552Z");
        fs::write(folder.join("monitor-notes.md"), "mine").unwrap();
        fs::write(folder.join("monitor-20261120T234552Z.txt"), "mine").unwrap();
        let second = write("20261120T234552Z");
        assert_eq!(second, folder.join("monitor-20261120T234552Z-2"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 6);
        let third = write("20261121T000000Z");
        assert!(!with_ending(&first, "json").exists() && !with_ending(&first, "md").exists());
        assert!(with_ending(&second, "json").exists() && with_ending(&third, "md").exists());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 6);
        assert!(context.folder().join(".gitignore").exists());
    }

    #[test]
    fn reports_are_known_by_their_names() {
        assert_eq!(stem("monitor-20261120T234552Z.md"), Some(("20261120T234552Z".to_owned(), 1)));
        assert_eq!(stem("monitor-20261120T234552Z-10.json").map(|it| it.1), Some(10));
        for other in [
            "monitor-20261120T234552Z.json.bak",
            "monitor-20261120T234552.md",
            "monitor-20261120T234552Z-1.md",
            "monitor-.md",
            "x.md",
        ] {
            assert_eq!(stem(other), None, "{other}");
        }
    }
}
