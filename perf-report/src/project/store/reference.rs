//! The names by which a user means a run: `latest`, `latest~2`, an id, the beginning of one, a label. Pure.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::entry::Entry;
use crate::error::{ExitCode, UserError};
use crate::text::{suggest, units};

const LATEST: &str = "latest";

/// The name of a run as a user gives it.
///
/// ```
/// use perf_report::project::store::RunRef;
/// assert_eq!("latest~2".parse(), Ok(RunRef::Latest(2)));
/// assert_eq!("nightly".parse(), Ok(RunRef::Runs("nightly".to_owned())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunRef {
    /// The newest run, or the one this many runs before it.
    Latest(usize),
    /// An id, a label, or the beginning of an id.
    Runs(String),
}

impl Default for RunRef {
    fn default() -> Self {
        Self::Latest(0)
    }
}

impl FromStr for RunRef {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let back = match text.strip_prefix(LATEST) {
            Some("") => Some(0),
            Some(rest) => rest.strip_prefix('~').and_then(|back| back.parse().ok()),
            None => None,
        };
        Ok(back.map_or_else(|| Self::Runs(text.to_owned()), Self::Latest))
    }
}

impl fmt::Display for RunRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest(0) => f.write_str(LATEST),
            Self::Latest(back) => write!(f, "{LATEST}~{back}"),
            Self::Runs(name) => f.write_str(name),
        }
    }
}

/// The reason why a reference names no run.
#[derive(Debug, PartialEq, Eq)]
pub enum FindError {
    /// The store holds no run at all.
    NothingStored,
    /// `latest~N` reaches beyond the oldest run.
    TooFarBack {
        /// The number of runs that are stored.
        stored: usize,
    },
    /// No id, label or beginning of an id.
    Unknown {
        /// The name that the user gave.
        name: String,
        /// The name of a run that is nearest to it.
        near: Option<String>,
    },
    /// More than one id begins like this.
    Ambiguous {
        /// The name that the user gave.
        name: String,
        /// Some ids that begin like it, newest first.
        ids: Vec<String>,
    },
}

impl FindError {
    /// Makes the error of a name that none of the runs has, with the nearest name among those of `entries`.
    pub(super) fn unknown(name: &str, entries: &[Entry]) -> Self {
        if entries.is_empty() {
            return Self::NothingStored;
        }
        let ids = entries.iter().map(|entry| entry.id.as_str());
        let labels = entries.iter().filter_map(|entry| entry.label.as_deref());
        let near = suggest::nearest(name, labels.chain([LATEST]).chain(ids));
        Self::Unknown { name: name.to_owned(), near: near.map(str::to_owned) }
    }
}

impl From<FindError> for UserError {
    fn from(error: FindError) -> Self {
        match error {
            FindError::NothingStored => Self::new(ExitCode::NothingToJudge, "no run is stored yet")
                .help("record one with `perf-report run -- COMMAND`"),
            FindError::TooFarBack { stored } => {
                let stored_are = units::they_are(stored as u64, "run");
                let oldest = match stored {
                    0 | 1 => "it is `latest`".to_owned(),
                    stored => format!("the oldest one is `latest~{}`", stored - 1),
                };
                Self::new(ExitCode::Usage, format!("only {stored_are} stored")).help(oldest)
            }
            FindError::Unknown { name, near } => {
                let names = "give an id, the beginning of one, a label, `latest`, or `latest~1` for \
                             the run before it";
                let help = near.map_or_else(|| names.to_owned(), |it| suggest::did_you_mean(&it));
                Self::new(ExitCode::Usage, format!("no stored run is called {name:?}")).help(help)
            }
            FindError::Ambiguous { name, ids } => {
                Self::new(ExitCode::Usage, format!("more than one run begins with {name:?}"))
                    .help(format!("give more of the id: {}", ids.join(", ")))
            }
        }
    }
}
