//! Which of the stored runs are meant. Pure.

use std::collections::BTreeSet;

use super::Entry;
use crate::model::RunDocument;

/// Which of the stored runs are meant: those of which everything given here is true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Comparability key.
    pub machine_key: Option<String>,
    /// The command, its words joined by spaces.
    pub command: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// Ids of runs that are not meant.
    pub but: BTreeSet<String>,
}

impl Filter {
    /// Other runs of the same command that may be compared with `run` by time.
    pub fn comparable(run: &RunDocument) -> Self {
        Self {
            machine_key: Some(run.run.machine.key.clone()),
            command: Some(run.run.command.join(" ")),
            branch: None,
            but: BTreeSet::from([run.run.id.clone()]),
        }
    }

    /// Such runs that were stored before `run`, by the entries of all, newest first.
    pub fn before(run: &RunDocument, entries: &[Entry]) -> Self {
        let newer = entries.iter().take_while(|entry| entry.id != run.run.id);
        let mut filter = Self::comparable(run);
        filter.but.extend(newer.map(|entry| entry.id.clone()));
        filter
    }

    /// Without these runs.
    #[must_use]
    pub fn but(mut self, runs: &[RunDocument]) -> Self {
        self.but.extend(runs.iter().map(|run| run.run.id.clone()));
        self
    }

    /// Whether the run of this entry is meant.
    pub fn admits(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, value: Option<&String>| {
            wanted.as_ref().is_none_or(|wanted| Some(wanted) == value)
        };
        is(&self.machine_key, Some(&entry.machine_key))
            && is(&self.command, Some(&entry.command))
            && is(&self.branch, entry.branch.as_ref())
            && !self.but.contains(&entry.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn what_is_given_must_be_so() {
        let run = samples::typical();
        let filter = Filter::comparable(&run);
        let entry = Entry {
            id: "other".to_owned(),
            command: run.run.command.join(" "),
            branch: Some("main".to_owned()),
            machine_key: run.run.machine.key.clone(),
            ..Entry::default()
        };
        assert!(filter.admits(&entry) && Filter::default().admits(&entry));
        let itself = Entry { id: run.run.id.clone(), ..entry.clone() };
        let elsewhere = Entry { machine_key: "m1-other".to_owned(), ..entry.clone() };
        assert!(!filter.admits(&itself) && !filter.admits(&elsewhere));
        let of = |branch: &str| Filter { branch: Some(branch.to_owned()), ..filter.clone() };
        assert!(of("main").admits(&entry) && !of("other").admits(&entry));
    }
}
