//! The names by which a user means a run: `latest`, `latest~2`, a word, or `KIND:NAME~N`. Pure.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

const LATEST: &str = "latest";

/// The name of a run as a user gives it.
///
/// ```
/// use perf_report::project::store::{Kind, RunRef};
/// assert_eq!("latest~2".parse(), Ok(RunRef::Latest(2)));
/// assert_eq!("nightly".parse(), Ok(RunRef::Runs("nightly".to_owned())));
/// let of = |kind, name: &str| Ok(RunRef::Of { kind, name: name.to_owned() });
/// assert_eq!("branch:main~1".parse(), of(Kind::Branch, "main~1"));
/// assert_eq!("git:HEAD~3".parse(), of(Kind::Git, "HEAD~3"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunRef {
    /// The newest run, or the one this many runs before it.
    Latest(usize),
    /// A word that may be an id, a label, the beginning of an id or of a commit, a branch, or a tag of git.
    Runs(String),
    /// The newest run of what is named, or the one so many runs before it.
    Of {
        /// The kind of what is named.
        kind: Kind,
        /// The name, with `~N` where it was given.
        name: String,
    },
}

/// The kind of what names a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An id, or the beginning of one.
    Id,
    /// A label.
    Label,
    /// A tag that the run carries.
    Tagged,
    /// The beginning of the hash of a commit.
    Commit,
    /// The branch that was checked out.
    Branch,
    /// A tag of git.
    Tag,
    /// Whatever git takes for a commit.
    Git,
}

impl Kind {
    /// Every kind, in the order in which people read of them.
    pub const ALL: [Self; 7] =
        [Self::Id, Self::Label, Self::Tagged, Self::Commit, Self::Branch, Self::Tag, Self::Git];

    /// Returns the word that stands before the colon.
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Label => "label",
            Self::Tagged => "tagged",
            Self::Commit => "commit",
            Self::Branch => "branch",
            Self::Tag => "tag",
            Self::Git => "git",
        }
    }

    /// Returns the kind that stands before the colon of `text`, and what follows it.
    pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
        let (word, name) = text.split_once(':')?;
        let kind = Self::ALL.into_iter().find(|kind| kind.word() == word)?;
        (!name.is_empty()).then_some((kind, name))
    }

    /// Splits what follows the colon into the name and the number of runs to go back. In a revision of git,
    /// `~` is git's.
    pub(super) fn steps(self, name: &str) -> (&str, usize) {
        let split = name.rsplit_once('~').filter(|(name, _)| !name.is_empty());
        let back = split.and_then(|(name, back)| Some((name, back.parse().ok()?)));
        back.filter(|_| self != Self::Git).unwrap_or((name, 0))
    }
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
        Ok(match (back, Kind::split(text)) {
            (Some(back), _) => Self::Latest(back),
            (None, Some((kind, name))) => Self::Of { kind, name: name.to_owned() },
            (None, None) => Self::Runs(text.to_owned()),
        })
    }
}

impl fmt::Display for RunRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest(0) => f.write_str(LATEST),
            Self::Latest(back) => write!(f, "{LATEST}~{back}"),
            Self::Runs(name) => f.write_str(name),
            Self::Of { kind, name } => write!(f, "{}:{name}", kind.word()),
        }
    }
}
