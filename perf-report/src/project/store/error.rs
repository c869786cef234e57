//! Why a store cannot be used: typed, and worded for people.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::schema::VERSION;
use crate::error::{ExitCode, UserError};
use crate::model::DocumentError;

/// Why a store cannot be used.
#[derive(Debug)]
pub struct StoreError {
    /// File of the store.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a store.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// There is no such file.
    Missing,
    /// The file has no bytes at all.
    Empty,
    /// The file is no SQLite database, or one of another program.
    NotAStore,
    /// The file ends too early.
    CutShort {
        /// Bytes that it has.
        length: u64,
        /// Bytes that it needs.
        needed: u64,
    },
    /// SQLite found the file damaged.
    Damaged(rusqlite::Error),
    /// Of a version that never was, or is no longer read.
    Older {
        /// Version of the file.
        found: i64,
    },
    /// Written by a newer perf-report.
    Newer {
        /// Version of the file.
        found: i64,
    },
    /// The file or its folder cannot be made or opened.
    Io(io::Error),
    /// The disk is full.
    Full,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// Another process kept the store locked for too long.
    Busy,
    /// A run of this id is stored already.
    Exists {
        /// The id.
        id: String,
    },
    /// A stored run is made of one of the segments.
    Taken,
    /// There is no run of this id.
    NoRun {
        /// The id.
        id: String,
    },
    /// The run's document cannot be read.
    Document {
        /// Id of the run.
        id: String,
        /// Why.
        error: DocumentError,
    },
    /// Anything else.
    Other(rusqlite::Error),
}

impl StoreError {
    pub(super) fn new(path: &Path, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }

    pub(super) fn sqlite(path: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let fault = match error.sqlite_error_code() {
            Some(Code::NotADatabase) => Fault::NotAStore,
            Some(Code::DatabaseCorrupt) => Fault::Damaged(error),
            Some(Code::DiskFull) => Fault::Full,
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => Fault::ReadOnly,
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Fault::Busy,
            _ => Fault::Other(error),
        };
        Self::new(path, fault)
    }

    fn code(&self) -> ExitCode {
        match self.fault {
            Fault::Missing | Fault::NoRun { .. } => ExitCode::NothingToJudge,
            Fault::Empty
            | Fault::NotAStore
            | Fault::CutShort { .. }
            | Fault::Damaged(_)
            | Fault::Older { .. }
            | Fault::Newer { .. }
            | Fault::Document { .. } => ExitCode::Unreadable,
            Fault::ReadOnly
            | Fault::Io(_)
            | Fault::Full
            | Fault::Busy
            | Fault::Exists { .. }
            | Fault::Taken
            | Fault::Other(_) => ExitCode::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        let path = self.path.display();
        let keep = format!("move it away to begin a new store: `mv '{path}' '{path}.bad'`");
        Some(match &self.fault {
            Fault::Missing => "record a run with `perf-report run -- COMMAND`".to_owned(),
            Fault::Empty | Fault::Older { .. } => keep,
            Fault::NotAStore => format!("name another file with --store, or {keep}"),
            Fault::CutShort { .. } | Fault::Damaged(_) => {
                format!("nothing was changed; try `sqlite3 '{path}' .recover`, or {keep}")
            }
            Fault::Newer { .. } => "update perf-report".to_owned(),
            Fault::Io(_) | Fault::ReadOnly => {
                "check that the folder exists and may be written, or name another file with \
                 --store"
                    .to_owned()
            }
            Fault::Full => {
                "free some space, or name a file on another disk with --store".to_owned()
            }
            Fault::Busy => "wait for the other perf-report to end".to_owned(),
            Fault::Document { .. } => "the other runs can still be read".to_owned(),
            Fault::Exists { .. } | Fault::Taken | Fault::NoRun { .. } | Fault::Other(_) => {
                return None;
            }
        })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            Fault::Missing => write!(f, "no run is stored yet: there is no {path}"),
            Fault::Empty => write!(f, "the store {path} is empty: it has 0 bytes"),
            Fault::NotAStore => write!(f, "{path} is not a store of perf-track"),
            Fault::CutShort { length, needed } => {
                write!(f, "the store {path} is cut short: {length} of {needed} bytes")
            }
            Fault::Damaged(_) => write!(f, "the store {path} is damaged"),
            Fault::Older { found } => write!(
                f,
                "the store {path} has version {found}, and the oldest readable one is {VERSION}"
            ),
            Fault::Newer { found } => write!(
                f,
                "the store {path} has version {found}, and this program reads up to {VERSION}"
            ),
            Fault::Io(_) => write!(f, "the store {path} cannot be opened"),
            Fault::Full => write!(f, "the disk of the store {path} is full"),
            Fault::ReadOnly => write!(f, "the store {path}, or its folder, cannot be written"),
            Fault::Busy => write!(f, "the store {path} is locked by another process"),
            Fault::Exists { id } => write!(f, "run {id} is stored already in {path}"),
            Fault::Taken => write!(f, "some of it is stored already in {path}"),
            Fault::NoRun { id } => write!(f, "run {id} is not in the store {path}"),
            Fault::Document { id, .. } => {
                write!(f, "run {id} cannot be read from the store {path}")
            }
            Fault::Other(_) => write!(f, "the store {path} failed"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Damaged(error) | Fault::Other(error) => Some(error),
            Fault::Io(error) => Some(error),
            Fault::Document { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for UserError {
    fn from(error: StoreError) -> Self {
        let mut user = Self::new(error.code(), error.to_string());
        user.help = error.help();
        user.source = match error.fault {
            Fault::Damaged(error) | Fault::Other(error) => Some(error.into()),
            Fault::Io(error) => Some(error.into()),
            Fault::Document { error, .. } => Some(error.into()),
            _ => None,
        };
        user
    }
}
