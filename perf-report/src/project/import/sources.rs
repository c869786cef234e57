//! Files and folders with results: found, walked and read. Links are not followed, but for a path that the
//! user names, and everything has a limit.

mod places;
mod walk;

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

pub(crate) use places::{criterion_folders, quickly, with_criterion};
pub(crate) use walk::{criterion, criterion_fresh};

use super::{Order, refused};
use crate::error::{ExitCode as Code, UserError};
use crate::files;
use crate::import::{self, Format, Imported, LARGEST, Notes, Options, criterion as of_criterion};
use crate::project::context::Context;
use crate::system;

/// Something to import: a file, a folder, or standard input.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its name, as it is shown.
    pub(crate) shown: String,
    /// The time at which it was written last.
    pub(crate) modified: Option<jiff::Timestamp>,
    /// True if it belongs to the project: it lies below its root, or is standard input.
    pub(crate) is_ours: bool,
    /// Baselines that criterion keeps in it.
    pub(crate) saved: Vec<String>,
    /// The place of it, whatever its name was.
    path: Option<PathBuf>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// A file.
    Text(String),
    /// The benchmarks of criterion's folder, and what was wrong on the way.
    Criterion(Vec<of_criterion::Files>, Notes),
}

impl Source {
    /// Returns the format of which its content is, where that is another than `named`.
    pub(crate) fn other_format(&self, named: Format) -> Option<Format> {
        match &self.content {
            Content::Text(text) => import::detect(text).ok().filter(|format| *format != named),
            Content::Criterion(..) => None,
        }
    }

    /// Returns whether it is a file of the same content.
    fn is_copy_of(&self, other: &Self) -> bool {
        matches!((&self.content, &other.content), (Content::Text(own), Content::Text(its)) if own == its)
    }

    /// Tells its format.
    pub(crate) fn format(&self) -> Result<Format, UserError> {
        match &self.content {
            Content::Criterion(..) => Ok(Format::Criterion),
            Content::Text(text) => {
                import::detect(text).map_err(|mistake| refused(&self.shown, mistake))
            }
        }
    }

    /// Reads its results.
    pub(crate) fn read(
        &self,
        format: Format,
        order: &Order,
        options: &Options,
    ) -> Result<Imported, UserError> {
        let read = match &self.content {
            Content::Text(text) => format.read(text, options),
            Content::Criterion(files, notes) => {
                let taken =
                    if order.all { of_criterion::Taken::All } else { of_criterion::Taken::Newest };
                of_criterion::read(files, taken, options).map(|mut imported| {
                    imported.notes.append(notes.clone());
                    imported
                })
            }
        };
        read.map_err(|mistake| refused(&self.shown, mistake))
    }
}

/// Returns everything that the user names; of criterion also what nobody has named.
///
/// # Errors
/// When something is not there, cannot be read, or is a folder without results.
pub(crate) fn all(context: &Context, order: &Order) -> Result<(Vec<Source>, Notes), UserError> {
    if order.paths.is_empty() {
        return found_by_itself(context, order).map(|source| (vec![source], Notes::default()));
    }
    let mut sources = Vec::new();
    let (mut has_input, mut notes) = (false, Notes::default());
    for path in &order.paths {
        if path.as_os_str() == "-" {
            if std::mem::replace(&mut has_input, true) {
                notes.aside("file", NAMED_TWICE, "standard input");
            } else {
                sources.push(standard_input()?);
            }
            continue;
        }
        let full = context.dir.join(path);
        let metadata = full.metadata().map_err(|error| missing(path, error))?;
        if metadata.is_dir() {
            sources.extend(folder(context, &full, (order, &mut notes))?);
        } else {
            sources.push(file(context, &full)?);
        }
    }
    let sources = each_once(sources, &mut notes);
    Ok((sources, notes))
}

/// The note on a file that is there already.
const NAMED_TWICE: &str = "that is named twice, which counts once";

/// Leaves out files and folders that are there twice, by another path or as a copy: what was measured once is one
/// run.
fn each_once(sources: Vec<Source>, notes: &mut Notes) -> Vec<Source> {
    let mut paths = BTreeSet::new();
    let mut kept: Vec<Source> = Vec::with_capacity(sources.len());
    for source in sources {
        if source.path.as_ref().is_some_and(|path| !paths.insert(path.clone())) {
            notes.aside("file", NAMED_TWICE, &source.shown);
            continue;
        }
        if let Some(first) = kept.iter().find(|it| it.is_copy_of(&source)) {
            let copy = format!("{} is {}", source.shown, first.shown);
            notes.aside("file", "that is a copy of another, which counts once", &copy);
            continue;
        }
        kept.push(source);
    }
    kept
}

/// Returns criterion's folder, wherever it is.
fn found_by_itself(context: &Context, order: &Order) -> Result<Source, UserError> {
    if order.format.is_some_and(|format| format != Format::Criterion) {
        let format = order.format.map_or("", Format::word);
        let problem = format!("there is no file of {format} to import");
        return Err(UserError::new(Code::Usage, problem).help(
            "name it, or `-` for standard input; only criterion's folder is found by itself",
        ));
    }
    let places = criterion_folders(context);
    let there = places.iter().find(|place| place.is_dir());
    let Some(place) = there else {
        let looked: Vec<_> = places.iter().map(|place| context.shown(place)).collect();
        let problem = format!("criterion has written nothing: looked in {}", looked.join(", "));
        return Err(UserError::new(Code::NothingToJudge, problem).help(
            "`cargo bench` writes it; or name the folder: `perf-report import criterion FOLDER`",
        ));
    };
    criterion_source(context, place, order)
}

/// Returns what a folder holds: the benchmarks of criterion, or the summaries of Gungraun.
fn folder(
    context: &Context,
    path: &Path,
    (order, notes): (&Order, &mut Notes),
) -> Result<Vec<Source>, UserError> {
    if let Some(format) = order.format
        && ![Format::Criterion, Format::Gungraun].contains(&format)
    {
        let problem = format!(
            "{} is a folder, and {} is read from files",
            context.shown(path),
            format.word()
        );
        return Err(UserError::new(Code::Usage, problem)
            .help("name the file; of folders, criterion's are read and Gungraun's"));
    }
    if order.format != Some(Format::Gungraun) {
        let inner = with_criterion(path);
        let source = criterion_source(context, &inner, order)?;
        let is_any = match &source.content {
            Content::Criterion(files, notes) => {
                !files.is_empty() || !source.saved.is_empty() || notes.has_problems()
            }
            Content::Text(_) => true,
        };
        if is_any || order.format.is_some() {
            return Ok(vec![source]);
        }
    }
    let summaries =
        walk::summaries(path, notes).map_err(|error| unreadable(&context.shown(path), error))?;
    if summaries.is_empty() {
        let problem = format!("no result was found in the folder {}", context.shown(path));
        return Err(UserError::new(Code::NothingToJudge, problem).help(
            "of folders, criterion's are read and Gungraun's with --save-summary; name the file of any other tool",
        ));
    }
    summaries.iter().map(|path| file(context, path)).collect()
}

fn criterion_source(context: &Context, path: &Path, order: &Order) -> Result<Source, UserError> {
    let shown = context.shown(path);
    let of = order.saved.as_deref().unwrap_or("new");
    let found = criterion(path, of).map_err(|error| unreadable(&shown, error))?;
    Ok(Source {
        shown,
        modified: None,
        is_ours: is_ours(context, path),
        saved: found.saved,
        path: system::canonical(path).ok(),
        content: Content::Criterion(found.files, found.notes),
    })
}

fn file(context: &Context, path: &Path) -> Result<Source, UserError> {
    let shown = context.shown(path);
    let open = || -> io::Result<(Vec<u8>, Option<jiff::Timestamp>)> {
        let file = files::open(path, LARGEST)?;
        let modified = file.metadata()?.modified().ok();
        let modified = modified.and_then(|time| jiff::Timestamp::try_from(time).ok());
        Ok((read_limited(file)?, modified))
    };
    let (bytes, modified) = open().map_err(|error| unreadable(&shown, error))?;
    let is_ours = is_ours(context, path);
    let path = system::canonical(path).ok();
    let read = Content::Text(text(bytes));
    Ok(Source { shown, modified, is_ours, saved: Vec::new(), path, content: read })
}

/// Reads standard input.
///
/// # Errors
/// When it cannot be read, or is too large.
pub(crate) fn standard_input_bytes() -> Result<Vec<u8>, UserError> {
    read_limited(io::stdin()).map_err(|error| unreadable("standard input", error))
}

fn standard_input() -> Result<Source, UserError> {
    let shown = "standard input".to_owned();
    let bytes = standard_input_bytes()?;
    let content = Content::Text(text(bytes));
    Ok(Source { shown, modified: None, is_ours: true, saved: Vec::new(), path: None, content })
}

fn read_limited(from: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let largest = crate::text::units::bytes(LARGEST);
        return Err(io::Error::other(format!(
            "it is larger than {largest}, the most that is read"
        )));
    }
    Ok(bytes)
}

/// Returns the text of a file. A shell of Windows writes UTF-16; what is no text at all becomes such that no
/// format fits it.
fn text(bytes: Vec<u8>) -> String {
    let units = |of: fn([u8; 2]) -> u16| -> Vec<u16> {
        let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        pairs.map(|pair| of([pair[0], pair[1]])).collect()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&units(u16::from_be_bytes)),
        _ => String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

fn is_ours(context: &Context, path: &Path) -> bool {
    let [path, root] = [path, &context.root].map(system::canonical);
    path.ok().zip(root.ok()).is_some_and(|(path, root)| path.starts_with(root))
}

/// Makes the error of a file that cannot be opened.
pub(crate) fn missing(path: &Path, error: io::Error) -> UserError {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => UserError::new(Code::Usage, format!("there is no file {shown}"))
            .help("name a file or a folder that exists, or `-` for standard input"),
        _ => unreadable(&shown.to_string(), error),
    }
}

fn unreadable(shown: &str, error: io::Error) -> UserError {
    UserError::new(Code::Unreadable, format!("{shown} cannot be read")).because(error)
}
