//! How a user names a run: `latest`, `latest~2`, an id, the beginning of one, a label. Pure.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::Entry;
use crate::error::{ExitCode, UserError};
use crate::text::{suggest, units};

const LATEST: &str = "latest";

/// The name of a run as a user gives it.
///
/// ```
/// use perf_report::project::store::RunRef;
/// assert_eq!("latest~2".parse(), Ok(RunRef::Latest(2)));
/// assert_eq!("nightly".parse(), Ok(RunRef::Named("nightly".to_owned())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunRef {
    /// The newest run, or the one so many before it.
    Latest(usize),
    /// An id, a label, or the beginning of an id.
    Named(String),
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
        Ok(back.map_or_else(|| Self::Named(text.to_owned()), Self::Latest))
    }
}

impl fmt::Display for RunRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest(0) => f.write_str(LATEST),
            Self::Latest(back) => write!(f, "{LATEST}~{back}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// Why a reference names no run.
#[derive(Debug, PartialEq, Eq)]
pub enum FindError {
    /// The store holds no run at all.
    NothingStored,
    /// `latest~N` reaches beyond the oldest run.
    TooFarBack {
        /// Runs that are stored.
        stored: usize,
    },
    /// No id, label or beginning of an id.
    Unknown {
        /// What the user gave.
        name: String,
        /// What it is nearest to.
        near: Option<String>,
    },
    /// More than one id begins like this.
    Ambiguous {
        /// What the user gave.
        name: String,
        /// Some ids that begin like it.
        ids: Vec<String>,
    },
}

impl RunRef {
    /// The entry this names, among all of them, newest first. An exact id comes before a label
    /// (the newest run that carries it), and a label before the beginning of an id.
    ///
    /// # Errors
    /// Every [`FindError`].
    pub fn resolve<'a>(&self, entries: &'a [Entry]) -> Result<&'a Entry, FindError> {
        if entries.is_empty() {
            return Err(FindError::NothingStored);
        }
        match self {
            Self::Latest(back) => {
                entries.get(*back).ok_or(FindError::TooFarBack { stored: entries.len() })
            }
            Self::Named(name) => entries
                .iter()
                .find(|entry| entry.id == *name)
                .or_else(|| entries.iter().find(|entry| entry.label.as_ref() == Some(name)))
                .map_or_else(|| by_prefix(name, entries), Ok),
        }
    }
}

fn by_prefix<'a>(name: &str, entries: &'a [Entry]) -> Result<&'a Entry, FindError> {
    let matching: Vec<&Entry> =
        entries.iter().filter(|entry| !name.is_empty() && entry.id.starts_with(name)).collect();
    match matching.as_slice() {
        [one] => Ok(one),
        [] => {
            let ids = entries.iter().map(|entry| entry.id.as_str());
            let labels = entries.iter().filter_map(|entry| entry.label.as_deref());
            let near = suggest::nearest(name, labels.chain([LATEST]).chain(ids));
            Err(FindError::Unknown { name: name.to_owned(), near: near.map(str::to_owned) })
        }
        several => Err(FindError::Ambiguous {
            name: name.to_owned(),
            ids: several.iter().take(4).map(|entry| entry.id.clone()).collect(),
        }),
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
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "give an id, the beginning of one, a label, `latest`, or `latest~1` \
                             for the run before it"
                        .to_owned(),
                };
                Self::new(ExitCode::Usage, format!("no stored run is called {name:?}")).help(help)
            }
            FindError::Ambiguous { name, ids } => {
                Self::new(ExitCode::Usage, format!("more than one run begins with {name:?}"))
                    .help(format!("give more of the id: {}", ids.join(", ")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |id: &str, label: Option<&str>| Entry {
            id: id.to_owned(),
            label: label.map(str::to_owned),
            ..Entry::default()
        };
        vec![
            entry("20261120T3", Some("nightly")),
            entry("20261120T2", Some("before")),
            entry("20261119T1", Some("nightly")),
        ]
    }

    #[track_caller]
    fn check(reference: &str, expected: &str) {
        let entries = entries();
        let Ok(reference) = reference.parse::<RunRef>();
        assert_eq!(reference.resolve(&entries).map(|entry| entry.id.as_str()), Ok(expected));
    }

    #[track_caller]
    fn fails(reference: &str, expected: &str) {
        let Ok(reference) = reference.parse::<RunRef>();
        let error = UserError::from(reference.resolve(&entries()).unwrap_err());
        assert_eq!(format!("{error}; {}", error.help.as_deref().unwrap_or_default()), expected);
    }

    #[test]
    fn a_run_has_many_names() {
        check("latest", "20261120T3");
        check("latest~2", "20261119T1");
        check("20261120T2", "20261120T2");
        check("20261119", "20261119T1");
        check("before", "20261120T2");
    }

    #[test]
    fn a_label_names_the_newest_run_that_carries_it() {
        check("nightly", "20261120T3");
    }

    #[test]
    fn what_names_no_run_gets_advice() {
        fails("latest~3", "only 3 runs are stored; the oldest one is `latest~2`");
        fails("nigthly", "no stored run is called \"nigthly\"; did you mean `nightly`?");
        fails("latset", "no stored run is called \"latset\"; did you mean `latest`?");
        fails(
            "20261120",
            "more than one run begins with \"20261120\"; \
             give more of the id: 20261120T3, 20261120T2",
        );
        assert_eq!(RunRef::default().resolve(&[]), Err(FindError::NothingStored));
    }
}
