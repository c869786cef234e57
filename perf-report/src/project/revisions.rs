//! The repository around a project, asked by names of runs.

use std::path::Path;

use super::store::Revisions;
use crate::record::facts;

/// The git repository that holds a folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repository<'a>(pub &'a Path);

impl Revisions for Repository<'_> {
    fn commit(&self, revision: &str) -> Option<String> {
        facts::git_commit(self.0, revision)
    }

    fn ancestors(&self, commit: &str) -> Vec<String> {
        facts::git_ancestors(self.0, commit)
    }

    fn refusal(&self) -> Option<String> {
        facts::git_refusal(self.0)
    }
}
