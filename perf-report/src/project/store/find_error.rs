//! The reasons why a name means no run, worded for people.

use std::collections::BTreeSet;

use super::entry::Entry;
use super::error::StoreError;
use super::reference::Kind;
use crate::error::{ExitCode, UserError};
use crate::text::{suggest, units};

/// The names that an error lists, at most.
const LISTED: usize = 6;

/// The characters of a hash that are shown.
const SHORT: usize = 10;

/// The reason why a reference names no run.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindError {
    /// The store holds no run at all.
    NothingStored,
    /// `latest~N` reaches beyond the oldest run.
    TooFarBack {
        /// The number of runs that are stored.
        stored: usize,
    },
    /// `KIND:NAME~N` reaches beyond the oldest run of what is named.
    TooFarBackOf {
        /// The name without `~N`, as it is written: `branch:main`.
        name: String,
        /// The number of runs that are stored of it.
        stored: usize,
    },
    /// No id, label, beginning of an id or of a commit, branch or tag.
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
    /// More than one commit begins like this.
    AmbiguousCommit {
        /// The name that the user gave.
        name: String,
        /// The hashes of some stored commits that begin like it.
        commits: Vec<String>,
    },
    /// The word means runs of several kinds.
    Several {
        /// The name that the user gave.
        name: String,
        /// Its meanings, each written so that it is the only one.
        meanings: Vec<String>,
    },
    /// No stored run has this label, tag or branch.
    NoneOf {
        /// The kind of the name.
        kind: Kind,
        /// The name that the user gave.
        name: String,
        /// The names of this kind that stored runs have, sorted.
        there: Vec<String>,
    },
    /// The commit has no stored run.
    NoRunOfCommit {
        /// The commit as the user named it, and its hash where that is another word.
        commit: String,
        /// The hash of its nearest ancestor that has a stored run, and the number of commits to there.
        ancestor: Option<(String, usize)>,
    },
    /// It is no beginning of a hash.
    NoHash {
        /// The name that the user gave.
        name: String,
    },
    /// Git does not know the revision.
    NoRevision {
        /// The kind of the name: a tag, or any revision.
        kind: Kind,
        /// The name that the user gave.
        name: String,
        /// The reason why git says nothing, where it refuses to.
        refusal: Option<String>,
    },
}

impl FindError {
    /// Makes the error of a word that means none of the runs, with the nearest name among those of `entries`.
    pub(super) fn unknown(name: &str, entries: &[Entry]) -> Self {
        if entries.is_empty() {
            return Self::NothingStored;
        }
        let ids = entries.iter().map(|entry| entry.id.as_str());
        let labels = entries.iter().filter_map(|entry| entry.label.as_deref());
        let branches = entries.iter().filter_map(|entry| entry.branch.as_deref());
        let step = name.rsplit_once('~').filter(|(_, back)| back.parse::<usize>().is_ok());
        let is_branch = |name: &str| branches.clone().any(|branch| branch == name);
        let near = match step {
            Some((branch, _)) if is_branch(branch) => Some(format!("branch:{name}")),
            _ => {
                let names = labels.chain(["latest"]).chain(branches.clone()).chain(ids);
                suggest::nearest(name, names).map(str::to_owned)
            }
        };
        Self::Unknown { name: name.to_owned(), near }
    }

    /// Makes the error of a label, tag or branch that none of `entries` has.
    pub(super) fn none_of(kind: Kind, name: &str, entries: &[Entry]) -> Self {
        if entries.is_empty() {
            return Self::NothingStored;
        }
        let there: BTreeSet<&String> = match kind {
            Kind::Tagged => entries.iter().flat_map(|entry| &entry.tags).collect(),
            Kind::Branch => entries.iter().filter_map(|entry| entry.branch.as_ref()).collect(),
            _ => entries.iter().filter_map(|entry| entry.label.as_ref()).collect(),
        };
        let there = there.into_iter().cloned().collect();
        Self::NoneOf { kind, name: name.to_owned(), there }
    }

    /// Makes the error that `latest~N` reaches beyond the oldest run of its series, of which `stored` are known.
    pub(crate) fn too_far_back_of_latest(stored: usize) -> Self {
        match stored {
            0 => Self::NothingStored,
            stored => Self::TooFarBackOf { name: "latest".to_owned(), stored },
        }
    }

    fn code(&self) -> ExitCode {
        match self {
            Self::NothingStored
            | Self::NoRunOfCommit { .. }
            | Self::NoneOf { kind: Kind::Branch, .. } => ExitCode::NothingToJudge,
            _ => ExitCode::Usage,
        }
    }

    fn problem(&self) -> String {
        match self {
            Self::NothingStored => "no run is stored yet".to_owned(),
            Self::TooFarBack { stored } => {
                format!("only {} stored", units::they_are(*stored as u64, "run"))
            }
            Self::TooFarBackOf { name, stored } => {
                let runs = units::plural(*stored as u64, "run");
                let verb = if *stored == 1 { "is" } else { "are" };
                format!("only {runs} of `{name}` {verb} stored")
            }
            Self::Unknown { name, .. } => format!("no stored run is called {name:?}"),
            Self::Ambiguous { name, .. } => format!("more than one run begins with {name:?}"),
            Self::AmbiguousCommit { name, .. } => {
                format!("more than one commit with stored runs begins with {name:?}")
            }
            Self::Several { name, .. } => format!("{name:?} means more than one run"),
            Self::NoneOf { kind: Kind::Tagged, name, .. } => {
                format!("no stored run is tagged {name:?}")
            }
            Self::NoneOf { kind: Kind::Branch, name, .. } => {
                format!("no run of branch {name:?} is stored")
            }
            Self::NoneOf { name, .. } => format!("no stored run is labelled {name:?}"),
            Self::NoRunOfCommit { commit, .. } => format!("commit {commit} has no stored run"),
            Self::NoHash { name } => format!("{name:?} is no hash of a commit"),
            Self::NoRevision { kind: Kind::Tag, name, .. } => {
                format!("git knows no tag {name:?} here")
            }
            Self::NoRevision { name, .. } => format!("git knows no commit {name:?} here"),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::NothingStored => "record one with `perf-report run -- COMMAND`".to_owned(),
            Self::TooFarBack { stored } => oldest("latest", *stored),
            Self::TooFarBackOf { name, stored } => oldest(name, *stored),
            Self::Unknown { near: Some(near), .. } => suggest::did_you_mean(near),
            Self::Unknown { near: None, .. } => {
                "give an id, the beginning of one, a label, a commit, a branch, `latest`, or \
                 `latest~1` for the run before it"
                    .to_owned()
            }
            Self::Ambiguous { ids, .. } => format!("give more of the id: {}", ids.join(", ")),
            Self::AmbiguousCommit { commits, .. } => {
                let some: Vec<_> = commits.iter().map(|commit| short(commit)).collect();
                format!("give more of the hash: {}", some.join(", "))
            }
            Self::Several { meanings, .. } => {
                let all: Vec<_> = meanings.iter().map(|it| format!("`{it}`")).collect();
                format!("write {}", all.join(" or "))
            }
            Self::NoneOf { kind, name, there } => there_are(*kind, name, there),
            Self::NoRunOfCommit { ancestor: Some((commit, before)), .. } => {
                let commits = units::plural(*before as u64, "commit");
                let commit = short(commit);
                format!(
                    "the nearest ancestor with a stored run is {commit}, {commits} before: \
                     `commit:{commit}`"
                )
            }
            Self::NoRunOfCommit { ancestor: None, .. } => {
                "check it out and record one with `perf-report run -- COMMAND`".to_owned()
            }
            Self::NoHash { name } => {
                format!("write `git:{name}` for whatever else git takes for a commit")
            }
            Self::NoRevision { refusal: Some(refusal), .. } => refusal.clone(),
            Self::NoRevision { kind: Kind::Tag, .. } => {
                "`git tag` lists them; a tag that the run itself carries is `tagged:NAME`"
                    .to_owned()
            }
            Self::NoRevision { .. } => {
                "name one that `git log` shows, a branch, or a tag, in the folder of the repository"
                    .to_owned()
            }
        }
    }
}

/// Returns the beginning of a hash.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..SHORT).unwrap_or(commit)
}

fn oldest(name: &str, stored: usize) -> String {
    match stored {
        0 | 1 => format!("it is `{name}`"),
        stored => format!("the oldest one is `{name}~{}`", stored - 1),
    }
}

/// Advises on names of a kind: the one that is near, else those that there are.
fn there_are(kind: Kind, name: &str, there: &[String]) -> String {
    let word = kind.word();
    if let Some(near) = suggest::nearest(name, there.iter().map(String::as_str)) {
        return suggest::did_you_mean(&format!("{word}:{near}"));
    }
    let some: Vec<_> = there.iter().take(LISTED).map(|it| format!("`{word}:{it}`")).collect();
    match there.len() {
        0 if kind == Kind::Branch => {
            "runs of a branch are stored by `perf-report run` while it is checked out".to_owned()
        }
        0 if kind == Kind::Tagged => "no run has a tag; `run --tag` gives one".to_owned(),
        0 => "no run has a label; `run --label` gives one".to_owned(),
        all if all > LISTED => format!("there are {}, and {} more", some.join(", "), all - LISTED),
        _ => format!("there is {}", some.join(", ")),
    }
}

impl From<FindError> for UserError {
    fn from(error: FindError) -> Self {
        Self::new(error.code(), error.problem()).help(error.help())
    }
}

/// The reason why nobody found the run that a name means.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unfound {
    /// The name means none.
    Name(FindError),
    /// The store does not say.
    Store(StoreError),
}

impl From<FindError> for Unfound {
    fn from(error: FindError) -> Self {
        Self::Name(error)
    }
}

impl From<StoreError> for Unfound {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Unfound> for UserError {
    fn from(unfound: Unfound) -> Self {
        match unfound {
            Unfound::Name(error) => error.into(),
            Unfound::Store(error) => error.into(),
        }
    }
}
