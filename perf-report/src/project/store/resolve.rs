//! The way from the name of a run to the run.

use std::collections::BTreeSet;

use super::engine::Store;
use super::entry::Entry;
use super::error::StoreError;
use super::find_error::{FindError, Unfound, short};
use super::query::{Filter, Query};
use super::reference::{Kind, RunRef};
use super::revisions::Revisions;
use crate::model::subject;

/// The ids or hashes that are named where several begin alike.
const SEVERAL: usize = 4;

/// The newest runs that an unknown name is held against, to guess what was meant.
const GUESSED_AMONG: usize = 10_000;

/// The fewest characters that a word is taken for the beginning of a hash: as many as git asks for.
const SHORTEST_HASH: usize = 4;

/// The store and the repository that a name is looked up in.
pub(crate) struct Finder<'a, S: Store + ?Sized> {
    pub store: &'a S,
    pub revisions: &'a dyn Revisions,
}

impl<S: Store + ?Sized> Finder<'_, S> {
    /// Returns the run that `reference` names.
    ///
    /// # Errors
    /// When there is no such run, or more than one.
    pub(crate) fn resolve(&self, reference: &RunRef) -> Result<Entry, Unfound> {
        match reference {
            RunRef::Latest(back) if self.store.is_shared() => self.own_latest(*back),
            RunRef::Latest(back) => self.latest(*back),
            RunRef::Runs(word) => self.word(word),
            RunRef::Of { kind, name } => {
                // Labels of before there were kinds may look like this.
                match self.exact(&reference.to_string())? {
                    Some(entry) => Ok(entry),
                    None => self.of(*kind, name),
                }
            }
        }
    }

    fn latest(&self, back: usize) -> Result<Entry, Unfound> {
        match self.nth(&Filter::default(), back)? {
            Ok(entry) => Ok(entry),
            Err(0) => Err(FindError::NothingStored.into()),
            Err(stored) => Err(FindError::TooFarBack { stored }.into()),
        }
    }

    /// Returns the run so many before the newest of this checkout: those before it are of its series and branch.
    fn own_latest(&self, back: usize) -> Result<Entry, Unfound> {
        let too_far = FindError::too_far_back_of_latest;
        let newest = self.store.own_newest(&Filter::default())?.ok_or_else(|| too_far(0))?;
        let Some(back) = back.checked_sub(1) else { return Ok(newest) };
        let before = Filter {
            subject: Some(subject(&newest.command)),
            source: Some(newest.source.clone().unwrap_or_default()),
            machine_key: Some(newest.machine_key.clone()),
            branch: newest.branch.clone(),
            older_than: Some(newest.id),
            ..Filter::default()
        };
        Ok(self.nth(&before, back)?.map_err(|stored| too_far(stored + 1))?)
    }

    /// Returns the run so many before the newest that is meant, or the number of those that are.
    fn nth(&self, filter: &Filter, back: usize) -> Result<Result<Entry, usize>, StoreError> {
        let query = Query { skip: back, ..Query::newest(filter.clone(), 1) };
        match self.store.entries(&query)?.pop() {
            Some(entry) => Ok(Ok(entry)),
            None => self.store.count(filter).map(Err),
        }
    }

    /// Returns the run of exactly this id, else the newest of this label.
    fn exact(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        Ok(match self.store.newest(&Filter::of_id(name))? {
            Some(entry) => Some(entry),
            None => self.store.newest(&Filter::of_label(name))?,
        })
    }

    /// Returns the only run whose id begins with `name`.
    fn by_beginning(&self, name: &str) -> Result<Option<Entry>, Unfound> {
        if name.is_empty() {
            return Ok(None);
        }
        let alike = Filter { id_prefix: Some(name.to_owned()), ..Filter::default() };
        let mut found = self.store.entries(&Query::newest(alike, SEVERAL))?;
        if found.len() > 1 {
            let ids = found.into_iter().map(|entry| entry.id).collect();
            return Err(FindError::Ambiguous { name: name.to_owned(), ids }.into());
        }
        Ok(found.pop())
    }

    /// Returns what a bare word means: an id, a label or the beginning of an id, in this order; else the only
    /// one of a commit, a branch and a tag of git that has a run.
    fn word(&self, word: &str) -> Result<Entry, Unfound> {
        if let Some(entry) = self.exact(word)? {
            return Ok(entry);
        }
        if let Some(entry) = self.by_beginning(word)? {
            return Ok(entry);
        }
        let mut found: Vec<(Kind, Entry)> = Vec::new();
        if let Some(commit) = hash(word).filter(|hash| hash.len() >= SHORTEST_HASH)
            && let Some(commit) = self.commit_like(&commit)?
        {
            found.extend(self.of_commit(&commit)?.map(|entry| (Kind::Commit, entry)));
        }
        let branch = self.store.newest(&Filter::of_branch(word))?;
        found.extend(branch.map(|entry| (Kind::Branch, entry)));
        let tagged = self.revisions.commit(&in_tags(word));
        if let Some(commit) = &tagged {
            found.extend(self.of_commit(commit)?.map(|entry| (Kind::Tag, entry)));
        }
        let ids: BTreeSet<&str> = found.iter().map(|(_, entry)| entry.id.as_str()).collect();
        if ids.len() > 1 {
            let meanings = found.iter().map(|(kind, _)| format!("{}:{word}", kind.word()));
            let meanings = meanings.collect();
            return Err(FindError::Several { name: word.to_owned(), meanings }.into());
        }
        match found.pop() {
            Some((_, entry)) => Ok(entry),
            None => Err(self.no_word(word, tagged)?.into()),
        }
    }

    /// Makes the error of a word without a run, which may be a commit of the repository.
    fn no_word(&self, word: &str, tagged: Option<String>) -> Result<FindError, StoreError> {
        let entries = self.all()?;
        let is_hash = hash(word).is_some_and(|hash| hash.len() >= SHORTEST_HASH);
        let commit = tagged.or_else(|| self.revisions.commit(word).filter(|_| is_hash));
        Ok(match commit {
            Some(commit) if !entries.is_empty() => self.no_run(word, &commit, &entries),
            _ => FindError::unknown(word, &entries),
        })
    }

    /// Returns the run that `KIND:NAME~N` names.
    fn of(&self, kind: Kind, text: &str) -> Result<Entry, Unfound> {
        let (name, back) = kind.steps(text);
        let filter = match kind {
            Kind::Id => {
                let entry = match self.store.newest(&Filter::of_id(name))? {
                    Some(entry) => Some(entry),
                    None => self.by_beginning(name)?,
                };
                let Some(entry) = entry else {
                    return Err(FindError::unknown(name, &self.all()?).into());
                };
                Filter::of_id(&entry.id)
            }
            Kind::Label => {
                // A label may end like a number of steps.
                if let Some(entry) = self.store.newest(&Filter::of_label(text))? {
                    return Ok(entry);
                }
                Filter::of_label(name)
            }
            Kind::Tagged => Filter { tag: Some(name.to_owned()), ..Filter::default() },
            Kind::Branch => Filter::of_branch(name),
            Kind::Commit | Kind::Tag | Kind::Git => self.commit_filter(kind, name)?,
        };
        match self.nth(&filter, back)? {
            Ok(entry) => Ok(entry),
            Err(0) => Err(FindError::none_of(kind, name, &self.all()?).into()),
            Err(stored) => {
                let name = format!("{}:{name}", kind.word());
                Err(FindError::TooFarBackOf { name, stored }.into())
            }
        }
    }

    /// Returns what the runs of a commit have in common that is named in one of three ways.
    ///
    /// # Errors
    /// When git does not know it, it has no run, or several could be meant.
    fn commit_filter(&self, kind: Kind, name: &str) -> Result<Filter, Unfound> {
        let commit = match (kind, hash(name)) {
            (Kind::Commit, Some(hash)) => match self.commit_like(&hash)? {
                Some(commit) => commit,
                None => self.revisions.commit(&hash).unwrap_or(hash),
            },
            (Kind::Commit, None) => {
                return Err(FindError::NoHash { name: name.to_owned() }.into());
            }
            (Kind::Tag, _) => self.known(kind, name, &in_tags(name))?,
            _ => self.known(kind, name, name)?,
        };
        if let Some(filter) = self.runs_of(&commit)? {
            return Ok(filter);
        }
        let entries = self.all()?;
        if entries.is_empty() {
            return Err(FindError::NothingStored.into());
        }
        Err(self.no_run(name, &commit, &entries).into())
    }

    /// Returns the commit that git knows by `revision`.
    fn known(&self, kind: Kind, name: &str, revision: &str) -> Result<String, FindError> {
        self.revisions.commit(revision).ok_or_else(|| FindError::NoRevision {
            kind,
            name: name.to_owned(),
            refusal: self.revisions.refusal(),
        })
    }

    /// Returns the only stored commit whose hash begins with `hash`.
    fn commit_like(&self, hash: &str) -> Result<Option<String>, Unfound> {
        let alike = Filter { commit_prefix: Some(hash.to_owned()), ..Filter::default() };
        let found = self.store.entries(&Query { filter: alike, ..Query::default() })?;
        let mut commits: Vec<String> = found.into_iter().filter_map(|it| it.commit).collect();
        commits.sort_unstable();
        commits.dedup();
        if commits.len() > 1 && !commits.iter().any(|commit| commit == hash) {
            commits.truncate(SEVERAL);
            return Err(FindError::AmbiguousCommit { name: hash.to_owned(), commits }.into());
        }
        Ok(commits.pop())
    }

    fn of_commit(&self, commit: &str) -> Result<Option<Entry>, StoreError> {
        let filter = self.runs_of(commit)?;
        Ok(filter.map(|filter| self.store.newest(&filter)).transpose()?.flatten())
    }

    /// Means the runs of a commit: those of exactly what was committed, and only where there is none those of
    /// a changed copy. `None` where there is neither.
    fn runs_of(&self, commit: &str) -> Result<Option<Filter>, StoreError> {
        let all = Filter { commit_prefix: Some(commit.to_owned()), ..Filter::default() };
        let clean = Filter { dirty: Some(false), ..all.clone() };
        for filter in [clean, all] {
            if self.store.newest(&filter)?.is_some() {
                return Ok(Some(filter));
            }
        }
        Ok(None)
    }

    /// Makes the error of a commit without a run, with its nearest ancestor that has one.
    fn no_run(&self, name: &str, commit: &str, entries: &[Entry]) -> FindError {
        let stored: BTreeSet<&str> =
            entries.iter().filter_map(|entry| entry.commit.as_deref()).collect();
        let ancestors = self.revisions.ancestors(commit);
        let near = ancestors.iter().position(|commit| stored.contains(commit.as_str()));
        let ancestor = near.map(|at| (ancestors[at].clone(), at + 1));
        let is_same = commit.starts_with(&name.to_ascii_lowercase());
        let commit = short(commit);
        let commit = if is_same { commit.to_owned() } else { format!("{commit} ({name})") };
        FindError::NoRunOfCommit { commit, ancestor }
    }

    fn all(&self) -> Result<Vec<Entry>, StoreError> {
        self.store.entries(&Query::newest(Filter::default(), GUESSED_AMONG))
    }
}

/// Returns `text` as git writes hashes, where it may be the beginning of one.
fn hash(text: &str) -> Option<String> {
    let is_hash = !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit());
    is_hash.then(|| text.to_ascii_lowercase())
}

fn in_tags(name: &str) -> String {
    format!("refs/tags/{name}")
}
