//! The commit and the branch of imported results: those in the file, those that the user gives, or those of
//! the project where the results are of it.

use jiff::Timestamp;

use super::Given;
use crate::import::ImportedRun;
use crate::model::Git;
use crate::project::context::Context;
use crate::record::facts::{git, git_command};

/// The state of the project's source.
#[derive(Debug)]
pub(crate) struct OfProject {
    /// The checked-out commit, and its time in seconds since 1970.
    head: Option<(Git, i64)>,
}

impl OfProject {
    /// Asks git, where results may be of the project.
    pub(crate) fn new(context: &Context, is_ours: bool) -> Self {
        let head = || Some((git(&context.root, None)?, time_of_head(context)?));
        Self { head: is_ours.then(head).flatten() }
    }

    /// Returns the state of the source that a run of `time` is of. The commit that is checked out is taken
    /// only for results that are younger than it: older ones are of another.
    pub(crate) fn git(&self, given: &Given, run: &ImportedRun, time: Timestamp) -> Option<Git> {
        let own = given.commit.clone().map(|commit| Git { commit, ..Git::default() });
        let of_file = || {
            let commit = run.commit.clone()?;
            Some(Git { commit, branch: run.branch.clone(), dirty: run.dirty, ..Git::default() })
        };
        let of_head = || {
            let (git, committed) = self.head.as_ref()?;
            (time.as_second() >= *committed).then(|| git.clone())
        };
        let mut found = own.or_else(of_file).or_else(of_head);
        if let Some(branch) = &given.branch {
            let git = found.get_or_insert_default();
            (git.branch, git.branch_from) = (Some(branch.clone()), Some("--branch".to_owned()));
        }
        found
    }
}

fn time_of_head(context: &Context) -> Option<i64> {
    let output = git_command(&context.root).args(["log", "-1", "--format=%ct"]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
