//! The reasons why a store cannot be used: typed, and worded for people.

use std::error::Error;
use std::fmt;
use std::io;

use crate::error::{ExitCode, UserError};
use crate::model::DocumentError;

/// The reason why a store cannot be used.
#[derive(Debug)]
pub struct StoreError {
    /// The name of the store for people: the path of its file.
    pub store: String,
    /// The fault that it has.
    pub fault: Fault,
}

/// An error of the engine that keeps the runs.
pub type EngineError = Box<dyn Error + Send + Sync>;

/// A fault of a store.
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
        /// The bytes that it has.
        length: u64,
        /// The bytes that it needs.
        needed: u64,
    },
    /// The engine found it damaged.
    Damaged(EngineError),
    /// It is of a version that never was, or is no longer read.
    Older {
        /// The version that it has.
        found: i64,
        /// The oldest version that is read.
        oldest: i64,
    },
    /// It was written by a newer perf-report.
    Newer {
        /// The version that it has.
        found: i64,
        /// The newest version that is read.
        newest: i64,
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
        /// True where it is this very run, whatever its label and tags are now; false of another one, and where the
        /// stored one cannot be read.
        is_same: bool,
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
        /// The id of the run.
        id: String,
        /// The reason why.
        error: DocumentError,
    },
    /// The server is not reached, or does not answer in time.
    Unreachable(EngineError),
    /// What answers is no ClickHouse server.
    NoClickHouse(EngineError),
    /// The server does not know the user, or the password is another one.
    Denied(EngineError),
    /// The user may not do that.
    Forbidden(EngineError),
    /// The server has no such database, or no tables in it.
    NotMade,
    /// The answer of the server ends too early, or cannot be read.
    Cut(EngineError),
    /// The server does not take this run, for what it holds or for its size; it may take others.
    Unfit(EngineError),
    /// The server is of a version that is not spoken to.
    TooOld {
        /// The version that it has.
        found: String,
        /// The oldest version that is spoken to.
        oldest: String,
    },
    /// The certificate of the server is of an authority, a name or a time that is not trusted.
    Untrusted(EngineError),
    /// The file of trusted certificates cannot be used.
    Certificates(EngineError),
    /// This build does not speak with servers of its kind.
    Lacking,
    /// The engine failed in another way.
    Other(EngineError),
}

impl StoreError {
    pub(super) fn new(store: impl fmt::Display, fault: Fault) -> Self {
        Self { store: store.to_string(), fault }
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
            Fault::Lacking
            | Fault::Denied(_)
            | Fault::Forbidden(_)
            | Fault::NoClickHouse(_)
            | Fault::NotMade
            | Fault::TooOld { .. }
            | Fault::Untrusted(_)
            | Fault::Certificates(_) => ExitCode::Usage,
            Fault::ReadOnly
            | Fault::Unreachable(_)
            | Fault::Cut(_)
            | Fault::Unfit(_)
            | Fault::Io(_)
            | Fault::Full
            | Fault::Busy
            | Fault::Exists { .. }
            | Fault::Taken
            | Fault::Other(_) => ExitCode::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        let store = &self.store;
        let begin_anew = format!("move it away to begin a new store: `mv '{store}' '{store}.bad'`");
        Some(match &self.fault {
            Fault::Missing => "record a run with `perf-report run -- COMMAND`".to_owned(),
            Fault::Empty | Fault::Older { .. } => begin_anew,
            Fault::NotAStore => format!("name another file with --store, or {begin_anew}"),
            Fault::CutShort { .. } | Fault::Damaged(_) => {
                format!("nothing was changed; try `sqlite3 '{store}' .recover`, or {begin_anew}")
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
            Fault::Unreachable(_) => "see whether it is up and may be reached from here: \
                 `perf-report doctor` asks it. The port is that of HTTP, usually 8123, or 8443 for \
                 clickhouses://"
                .to_owned(),
            Fault::NoClickHouse(_) => {
                "name host and port of its HTTP interface, usually 8123, or 8443 for clickhouses://"
                    .to_owned()
            }
            Fault::Denied(_) => {
                "name the user in the URL, and set PERF_TRACK_STORE_PASSWORD".to_owned()
            }
            Fault::Forbidden(_) => {
                "let an administrator of the server grant it, or use another user".to_owned()
            }
            Fault::NotMade => {
                "make them with `perf-report store init`, or let an administrator run \
                 what `perf-report store init --print` writes"
                    .to_owned()
            }
            Fault::Cut(_) => "nothing was changed by reading; try again".to_owned(),
            Fault::TooOld { .. } => "update the server: 23.8 or newer is supported".to_owned(),
            Fault::Untrusted(_) => {
                "let PERF_TRACK_STORE_CA name the certificate of the authority that signed \
                 it, in PEM; the URL has to name the server as its certificate does"
                    .to_owned()
            }
            Fault::Certificates(_) => {
                "let PERF_TRACK_STORE_CA name a file of certificates in PEM".to_owned()
            }
            Fault::Lacking => {
                "install perf-report with its feature `clickhouse`, one of the default ones"
                    .to_owned()
            }
            Fault::Document { .. } => "the other runs can still be read".to_owned(),
            Fault::Exists { .. }
            | Fault::Taken
            | Fault::NoRun { .. }
            | Fault::Unfit(_)
            | Fault::Other(_) => return None,
        })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = &self.store;
        match &self.fault {
            Fault::Missing => write!(f, "no run is stored yet: there is no {store}"),
            Fault::Empty => write!(f, "the store {store} is empty: it has 0 bytes"),
            Fault::NotAStore => write!(f, "{store} is not a store of perf-track"),
            Fault::CutShort { length, needed } => {
                write!(f, "the store {store} is cut short: {length} of {needed} bytes")
            }
            Fault::Damaged(_) => write!(f, "the store {store} is damaged"),
            Fault::Older { found, oldest } => write!(
                f,
                "the store {store} has version {found}, and the oldest readable one is {oldest}"
            ),
            Fault::Newer { found, newest } => write!(
                f,
                "the store {store} has version {found}, and this program reads up to {newest}"
            ),
            Fault::Io(_) => write!(f, "the store {store} cannot be opened"),
            Fault::Full => write!(f, "the disk of the store {store} is full"),
            Fault::ReadOnly => write!(f, "the store {store}, or its folder, cannot be written"),
            Fault::Busy => write!(f, "the store {store} is locked by another process"),
            Fault::Exists { id, .. } => write!(f, "run {id} is stored already in {store}"),
            Fault::Taken => write!(f, "some of it is stored already in {store}"),
            Fault::NoRun { id } => write!(f, "run {id} is not in the store {store}"),
            Fault::Document { id, .. } => {
                write!(f, "run {id} cannot be read from the store {store}")
            }
            Fault::Unreachable(_) => write!(f, "the store {store} is not reached"),
            Fault::NoClickHouse(_) => write!(f, "no ClickHouse server answers at {store}"),
            Fault::Denied(_) => write!(f, "the store {store} does not let this user in"),
            Fault::Forbidden(_) => write!(f, "this user may not do that in the store {store}"),
            Fault::NotMade => write!(f, "the store {store} has no database or no tables yet"),
            Fault::Cut(_) => write!(f, "the answer of the store {store} is cut short"),
            Fault::Unfit(_) => write!(f, "the store {store} does not take this run"),
            Fault::TooOld { found, oldest } => write!(
                f,
                "the server of {store} is ClickHouse {found}, and {oldest} is the oldest spoken to"
            ),
            Fault::Untrusted(_) => write!(f, "the certificate of the store {store} is not trusted"),
            Fault::Certificates(_) => {
                write!(f, "the certificates for the store {store} cannot be read")
            }
            Fault::Lacking => {
                write!(f, "this build of perf-report cannot speak with the store {store}")
            }
            Fault::Other(_) => write!(f, "the store {store} failed"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.fault {
            Fault::Damaged(error)
            | Fault::Other(error)
            | Fault::Unreachable(error)
            | Fault::NoClickHouse(error)
            | Fault::Denied(error)
            | Fault::Forbidden(error)
            | Fault::Cut(error)
            | Fault::Untrusted(error)
            | Fault::Unfit(error)
            | Fault::Certificates(error) => Some(error.as_ref()),
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
            Fault::Damaged(error)
            | Fault::Other(error)
            | Fault::Unreachable(error)
            | Fault::NoClickHouse(error)
            | Fault::Denied(error)
            | Fault::Forbidden(error)
            | Fault::Cut(error)
            | Fault::Untrusted(error)
            | Fault::Unfit(error)
            | Fault::Certificates(error) => Some(error),
            Fault::Io(error) => Some(error.into()),
            Fault::Document { error, .. } => Some(error.into()),
            _ => None,
        };
        user
    }
}
