//! The checks of the workspace, its store and baselines, the clock, and git.

use std::fmt::Write as _;

use crate::error::{ExitCode, UserError};
use crate::model::Check;
use crate::project::context::Context;
use crate::project::store::{Entry, Filter, Query, shared};
use crate::project::{baseline, workspace};
use crate::record::facts;
use crate::text::units;

pub(super) fn workspace(context: &Context) -> Check {
    let root = context.root.display();
    let config = if context.root.join(workspace::CONFIG).is_file() {
        format!("configured by {}", workspace::CONFIG)
    } else {
        format!("without {}, so the defaults hold", workspace::CONFIG)
    };
    Check::good("workspace", format!("{root}, {config}"))
}

/// The size from which a store is called large: reading stays fast, but it is copied, backed up and cached.
const LARGE_BYTES: u64 = 256 << 20;
/// The number of runs from which it is.
const MANY_RUNS: usize = 5_000;

/// The runs of a store.
struct Runs {
    newest: Option<Entry>,
    oldest: Option<Entry>,
    count: usize,
}

pub(super) fn store(context: &Context) -> Check {
    let subject = "store";
    let path = context.shown_store();
    let found = context.open().and_then(|store| {
        let all = Filter::default();
        let newest = store.newest(&all)?;
        let oldest = store.entries(&Query::oldest(all.clone(), 1))?.pop();
        Ok(Runs { newest, oldest, count: store.count(&all)? })
    });
    match found.map_err(UserError::from) {
        Ok(runs) => of_runs(&path, &runs, context.stored_bytes()),
        Err(error) if error.code == ExitCode::NothingToJudge => {
            Check::good(subject, format!("will be made by the first run: {path}"))
        }
        Err(error) => Check::broken(subject, error.to_string(), error.help.unwrap_or_default()),
    }
}

/// Returns a check of the server that keeps the runs, where that is one and it answers; what keeps it from answering
/// is found by [`store`].
pub(super) fn server(context: &Context) -> Option<Check> {
    const SECONDS: u64 = 30;
    let subject = "server";
    let state = shared::state(&context.store).ok()??;
    let (server, tables) = (&state.server, state.tables);
    let found = format!("ClickHouse {server}, tables of version {tables}");
    let ahead = state.ahead.unsigned_abs();
    Some(if ahead > SECONDS {
        let way = if state.ahead > 0 { "ahead of" } else { "behind" };
        let finding = format!("{found}, its clock is {ahead} s {way} the one here");
        let help = "set the clocks by NTP: runs are in the order of their times";
        Check::notice(subject, finding, help)
    } else if state.writes {
        Check::good(subject, format!("{found}, may be read and written, the clocks agree"))
    } else {
        Check::good(subject, format!("{found}, may only be read, the clocks agree"))
    })
}

/// Returns a check of the runs that wait in the outbox; nothing where none does.
pub(super) fn outbox(context: &Context) -> Option<Check> {
    let subject = "outbox";
    let found = context.outbox().all();
    let waiting = (found.letters.len() + found.unreadable.len()) as u64;
    if waiting == 0 {
        return None;
    }
    let mut stores: Vec<&str> = found.letters.iter().map(|it| it.store.as_str()).collect();
    stores.sort_unstable();
    stores.dedup();
    let runs = units::plural(waiting, "run");
    let verb = if waiting == 1 { "waits" } else { "wait" };
    let mut finding = format!("{runs} {verb} in {}", context.shown(context.outbox().folder()));
    if !stores.is_empty() {
        let _ = write!(finding, ", for {}", stores.join(", "));
    }
    if let Some(damaged) = found.unreadable.first() {
        let count = units::they_are(found.unreadable.len() as u64, "file");
        let path = context.shown(&damaged.path);
        let _ = write!(finding, "; {count} damaged, the first {path}");
    }
    Some(Check::notice(
        subject,
        finding,
        "`perf-report push` sends what waits, and says what keeps it",
    ))
}

/// Returns the check of a store that can be read.
fn of_runs(path: &str, runs: &Runs, bytes: Option<u64>) -> Check {
    let subject = "store";
    let count = runs.count as u64;
    let held = match (&runs.newest, &runs.oldest) {
        (Some(newest), Some(oldest)) if count > 1 => {
            format!("{count} runs, the newest {}, the oldest {}", newest.id, oldest.id)
        }
        (Some(one), _) => format!("1 run, {}", one.id),
        (None, _) => "no run yet".to_owned(),
    };
    let size = bytes.map_or_else(String::new, |bytes| match bytes.checked_div(count) {
        Some(each) if count > 1 => {
            format!(", {}, {} a run", units::bytes(bytes), units::bytes(each))
        }
        _ => format!(", {}", units::bytes(bytes)),
    });
    let finding = format!("{path}: {held}{size}");
    if runs.count > MANY_RUNS || bytes.is_some_and(|bytes| bytes > LARGE_BYTES) {
        let advice = "`perf-report prune --keep 500 --dry-run` shows what nobody needs; `[retention]` in \
                    perf.toml prunes by itself";
        return Check::notice(subject, finding, advice);
    }
    Check::good(subject, finding)
}

pub(super) fn baselines(context: &Context) -> Vec<Check> {
    let subject = "baselines";
    let names = match baseline::names(context) {
        Ok(names) => names,
        Err(error) => {
            let help = "check the folder's permissions";
            return vec![Check::broken(subject, error.to_string(), help)];
        }
    };
    let mut checks: Vec<Check> = names
        .iter()
        .filter_map(|name| baseline::load(context, name).err())
        .map(|error| Check::broken(subject, error.to_string(), error.help.unwrap_or_default()))
        .collect();
    if checks.is_empty() {
        let finding = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
        checks.push(Check::good(subject, finding));
    }
    checks
}

/// Returns a check of the clock that the recorder will use. The recorder asks the processor itself;
/// Linux gives the same answer.
pub(super) fn clock() -> Check {
    let subject = "clock";
    let counter = "the processor's counter, at some 10 ns a reading";
    if cfg!(target_arch = "aarch64") {
        return Check::good(subject, counter);
    }
    let Ok(cpuinfo) = std::fs::read_to_string("/proc/cpuinfo") else {
        return Check::good(subject, "chosen by the recorder; this system does not tell which");
    };
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    let has = |flag: &str| flags.split_whitespace().any(|word| word == flag);
    if has("constant_tsc") && has("nonstop_tsc") {
        Check::good(subject, counter)
    } else {
        Check::notice(
            subject,
            "the operating system's: the processor's counter does not run at one rate",
            "every tracked call costs some 50 ns more; nothing can be done about it here",
        )
    }
}

pub(super) fn git(context: &Context) -> Check {
    let subject = "git";
    if facts::git_command(&context.root).arg("--version").output().is_err() {
        let help = "install git, so that runs know their commit";
        return Check::notice(subject, "there is no git executable in PATH", help);
    }
    if let Some(refusal) = facts::git_refusal(&context.root) {
        return Check::notice(subject, refusal, "runs are stored without a commit until then");
    }
    match facts::git(&context.root, None) {
        Some(git) => {
            let from = git.branch_from.map_or_else(String::new, |from| format!(" (by {from})"));
            let branch = git.branch.unwrap_or_else(|| "no branch".to_owned()) + &from;
            let commit: String = git.commit.chars().take(10).collect();
            let state = if git.dirty { ", with changes" } else { "" };
            Check::good(subject, format!("{branch} at {commit}{state}"))
        }
        None => Check::notice(
            subject,
            "the workspace is in no git repository that has a commit",
            "runs are stored without a commit; nothing else is lost",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CheckState;

    #[test]
    fn a_large_store_is_told_with_the_way_to_a_smaller_one() {
        let entry = |id: &str| Some(Entry { id: id.to_owned(), ..Entry::default() });
        let runs = |count| Runs { newest: entry("b"), oldest: entry("a"), count };
        let small = of_runs("s", &runs(2), Some(3 << 20));
        assert_eq!(
            (small.state, small.finding.as_str()),
            (CheckState::Good, "s: 2 runs, the newest b, the oldest a, 3.00 MiB, 1.50 MiB a run")
        );
        assert_eq!(of_runs("s", &runs(1), None).finding, "s: 1 run, b");
        let large = [(5_001, Some(1)), (2, Some(LARGE_BYTES + 1))];
        for (count, bytes) in large {
            assert_eq!(of_runs("s", &runs(count), bytes).state, CheckState::Notice);
        }
    }
}
