//! The processes of a session of suites, seen from outside: those that still run, though their `suite` may have been
//! killed. What a suite took is known only when it has ended, so such a session is not taken.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{FOLDER_VARIABLE, has_any, row, setup};
use crate::record::collect::{self, pid_of};
use crate::system;

/// The account of a process as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The file.
    pub path: PathBuf,
    /// The id of the process that measures, and ends with the one that it measures.
    pub pid: Option<u32>,
    /// The start, in nanoseconds since 1970.
    pub started_unix_ns: u64,
    /// The test binary.
    pub program: PathBuf,
    /// The state of the process.
    pub state: State,
}

/// The state of a measured process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It runs, and is measured.
    Running,
    /// It has ended.
    Ended,
    /// The process that measured it was killed.
    Lost,
}

/// Returns the accounts in `folder`, in the order of their starts; `running` are the processes of the session.
pub(crate) fn accounts(folder: &Path, running: &BTreeSet<u32>) -> Vec<Account> {
    let rows = row::read_with_paths(folder).into_iter().map(|(path, row)| {
        let pid = pid_of(&path);
        let state = match row.end {
            Some(_) => State::Ended,
            None if pid.is_some_and(|pid| running.contains(&pid)) => State::Running,
            None => State::Lost,
        };
        let (started_unix_ns, program) = (row.started_unix_ns, row.program);
        Account { path, pid, started_unix_ns, program, state }
    });
    let mut accounts: Vec<Account> = rows.collect();
    accounts.sort_by(|a, b| (a.started_unix_ns, &a.path).cmp(&(b.started_unix_ns, &b.path)));
    accounts
}

/// Returns the ids of the processes that still run for the suites of the session in `folder`: the command, and those
/// that measure. None where it is no such session.
pub(crate) fn running(folder: &Path) -> BTreeSet<u32> {
    if !(setup::is_prepared(folder) || has_any(folder)) {
        return BTreeSet::new();
    }
    // Where the environment of others cannot be seen, the ids in the names of accounts must do.
    of_environments(folder).unwrap_or_else(|| {
        let open = row::read_with_paths(folder).into_iter().filter(|(_, row)| row.end.is_none());
        let pids = open.filter_map(|(path, _)| pid_of(&path));
        pids.filter(|pid| collect::is_running(*pid)).collect()
    })
}

/// Finds the processes in whose environment the session is named; `None` where the system does not show that.
fn of_environments(folder: &Path) -> Option<BTreeSet<u32>> {
    fs::metadata("/proc/self/environ").ok()?;
    let entries = fs::read_dir("/proc").ok()?;
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    Some(pids.filter(|pid| is_of(*pid, folder)).collect())
}

/// Returns whether a process belongs to the session. Nobody can look at those of other users, and one that has ended
/// and was not waited for has no environment any more.
fn is_of(pid: u32, folder: &Path) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    let begin = format!("{FOLDER_VARIABLE}=");
    let mut variables = environment.split(|byte| *byte == 0);
    let named = variables.find_map(|variable| variable.strip_prefix(begin.as_bytes()));
    let Some(named) = named.map(|bytes| PathBuf::from(system::of_bytes(bytes.to_vec()))) else {
        return false;
    };
    let is_same = || Some(system::canonical(&named).ok()? == system::canonical(folder).ok()?);
    // Most are of other sessions, which have other names.
    named.file_name() == folder.file_name() && is_same().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use std::process::{Child, Command};

    use super::super::row::{End, Row};
    use super::*;

    #[cfg(target_os = "linux")]
    fn started(folder: &Path) -> Child {
        Command::new("sleep").arg("600").env(FOLDER_VARIABLE, folder).spawn().unwrap()
    }

    // Elsewhere nobody sees the environment of others.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_session_runs_as_long_as_a_process_of_it() {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().join("run-1");
        fs::create_dir(&folder).unwrap();
        let mut child = started(&folder);
        assert_eq!(running(&folder), BTreeSet::new(), "it is no session of suites");
        let row = Row { started_unix_ns: 7, program: "deps/app".into(), ..Row::default() };
        row.write(&folder).unwrap();
        assert_eq!(running(&folder), [child.id()].into());
        assert_eq!(running(&folder.join("../run-1")), [child.id()].into());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(running(&folder), BTreeSet::new());
    }

    #[test]
    fn an_account_without_an_end_is_of_a_process_that_runs_or_of_one_that_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mut row = Row { started_unix_ns: 7, program: "deps/app".into(), ..Row::default() };
        row.write(folder.path()).unwrap();
        let own = std::process::id();
        let states = |running: &[u32]| -> Vec<(Option<u32>, State)> {
            let accounts = accounts(folder.path(), &running.iter().copied().collect());
            accounts.into_iter().map(|account| (account.pid, account.state)).collect()
        };
        assert_eq!(states(&[own]), [(Some(own), State::Running)]);
        assert_eq!(states(&[]), [(Some(own), State::Lost)]);
        row.end = Some(End::default());
        row.write(folder.path()).unwrap();
        assert_eq!(states(&[own]), [(Some(own), State::Ended)]);
    }
}
