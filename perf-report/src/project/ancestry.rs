//! The choice among runs of a branch: those of ancestors of the commit that is judged come before those of commits
//! that were merged since it branched off, of which it has nothing.

use std::collections::BTreeSet;

use super::store::{Entry, Filter, Query, Revisions, Store, StoreError};
use crate::model::RunDocument;
use crate::text::units;

/// The newest runs of a branch that are looked through.
const LOOKED: usize = 500;

/// The runs of ancestors that are enough to judge by them alone: fewer do not show how far apart runs lie. Of a
/// shallow clone, git knows few.
const ENOUGH: usize = 3;

/// Narrows `filter`, which means runs of the branch, to those of ancestors of the commit of `judged`, where git knows
/// enough of them among the newest. Says in a sentence what was chosen, where that is not just the newest `most`.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn prefer(
    store: &dyn Store,
    (filter, branch, most): (Filter, &str, usize),
    judged: &RunDocument,
    revisions: &dyn Revisions,
) -> Result<(Filter, Option<String>), StoreError> {
    let commit = judged.run.git.as_ref().map(|git| git.commit.as_str());
    let Some(commit) = commit.filter(|commit| !commit.is_empty()) else {
        return Ok((filter, None));
    };
    let newest = store.entries(&Query::newest(filter.clone(), most))?;
    if newest.iter().all(|entry| entry.commit.as_deref().is_none_or(|it| it == commit)) {
        return Ok((filter, None));
    }
    let ancestors: BTreeSet<String> = revisions.ancestors(commit).into_iter().collect();
    let is_other = |entry: &Entry| {
        entry.commit.as_ref().is_some_and(|it| it != commit && !ancestors.contains(it))
    };
    let others = newest.iter().filter(|entry| is_other(entry)).count();
    if ancestors.is_empty() || others == 0 {
        return Ok((filter, None));
    }
    let looked = store.entries(&Query::newest(filter.clone(), LOOKED.max(most)))?;
    let ours = looked.iter().filter(|entry| !is_other(entry)).count().min(most);
    let (short, name) = (commit.get(..10).unwrap_or(commit), format!("{branch}~{most}"));
    if ours < most.min(ENOUGH) {
        let verb = if others == 1 { "is of a commit that is" } else { "are of commits that are" };
        let notice = format!(
            "{} of {name} {verb} no ancestor of {short}: git knows {} with a stored run, too few to judge by",
            units::plural(others as u64, "run"),
            units::plural(ours as u64, "ancestor"),
        );
        return Ok((filter, Some(notice)));
    }
    let left_out = looked.iter().filter(|entry| is_other(entry)).map(|entry| entry.id.clone());
    let mut filter = filter;
    filter.but.extend(left_out);
    let they_are = if others == 1 { "is" } else { "are" };
    let notice = format!(
        "{name} is {} of ancestors of {short}: {} newer on {branch} {they_are} left out, of commits that it does not have",
        units::plural(ours as u64, "run"),
        units::plural(others as u64, "run"),
    );
    Ok((filter, Some(notice)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::project::store::Sqlite;

    /// A history of commits `1`, `2`, … of which each has the one before as parent.
    #[derive(Debug)]
    struct Known(usize);

    impl Revisions for Known {
        fn commit(&self, _: &str) -> Option<String> {
            None
        }

        fn ancestors(&self, commit: &str) -> Vec<String> {
            let of: usize = commit.trim_start_matches("feature").parse().unwrap();
            (1..=of).rev().take(self.0).map(|it| it.to_string()).collect()
        }
    }

    fn of(second: usize, commit: &str) -> RunDocument {
        let mut run = samples::typical();
        run.run.id = format!("r{second}");
        run.run.time = format!("2020-01-01T00:00:{second:02}.000Z");
        let git = run.run.git.get_or_insert_default();
        (git.commit, git.branch) = (commit.to_owned(), Some("main".to_owned()));
        run
    }

    /// Returns the ids of `main~most` for a run of a branch that left main at commit 5, of 9, of which git knows
    /// `known`.
    fn window(most: usize, known: usize) -> (Vec<String>, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
        for commit in 1..=9 {
            store.save(&of(commit, &commit.to_string())).unwrap();
        }
        let asked = (Filter::of_branch("main"), "main", most);
        let (filter, notice) = prefer(&store, asked, &of(20, "feature5"), &Known(known)).unwrap();
        let found = store.entries(&Query::newest(filter, most)).unwrap();
        (found.into_iter().map(|entry| entry.id).collect(), notice)
    }

    #[test]
    fn runs_of_ancestors_are_taken_and_newer_ones_of_others_left_out() {
        let (ids, notice) = window(4, 99);
        assert_eq!(ids, ["r5", "r4", "r3", "r2"]);
        insta::assert_snapshot!(notice.unwrap(), @"main~4 is 4 runs of ancestors of feature5: 4 runs newer on main are left out, of commits that it does not have");
        assert_eq!(window(9, 99).0, ["r5", "r4", "r3", "r2", "r1"]);
        assert_eq!(window(1, 99).0, ["r5"]);
    }

    #[test]
    fn where_git_knows_few_or_none_the_newest_are_taken() {
        let newest = ["r9", "r8", "r7", "r6"];
        let (ids, notice) = window(4, 2);
        assert_eq!(ids, newest);
        insta::assert_snapshot!(notice.unwrap(), @"4 runs of main~4 are of commits that are no ancestor of feature5: git knows 2 ancestors with a stored run, too few to judge by");
        assert_eq!(window(4, 0), (newest.map(str::to_owned).to_vec(), None));
    }

    #[test]
    fn nothing_is_said_where_the_newest_are_all_ancestors() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
        store.save(&of(1, "1")).unwrap();
        let asked = || (Filter::of_branch("main"), "main", 3);
        let now = prefer(&store, asked(), &of(9, "feature5"), &Known(9)).unwrap();
        assert_eq!(now, (Filter::of_branch("main"), None));
        let mut without = of(9, "feature5");
        without.run.git = None;
        assert_eq!(prefer(&store, asked(), &without, &Known(9)).unwrap().1, None);
    }
}
