//! The checks of the workspace, its store and baselines, the clock, and git.

use crate::error::{ExitCode, UserError};
use crate::model::Check;
use crate::project::context::Context;
use crate::project::store::{Filter, shared};
use crate::project::{baseline, workspace};
use crate::record::facts;

pub(super) fn workspace(context: &Context) -> Check {
    let root = context.root.display();
    let config = if context.root.join(workspace::CONFIG).is_file() {
        format!("configured by {}", workspace::CONFIG)
    } else {
        format!("without {}, so the defaults hold", workspace::CONFIG)
    };
    Check::good("workspace", format!("{root}, {config}"))
}

pub(super) fn store(context: &Context) -> Check {
    let subject = "store";
    let path = context.shown_store();
    let found = context.open().and_then(|store| {
        let newest = store.newest(&Filter::default())?;
        Ok((newest, store.count(&Filter::default())?))
    });
    match found.map_err(UserError::from) {
        Ok((newest, count)) => {
            let runs = match (newest, count) {
                (None, _) => "no run yet".to_owned(),
                (Some(one), ..=1) => format!("1 run, {}", one.id),
                (Some(newest), count) => format!("{count} runs, the newest {}", newest.id),
            };
            Check::good(subject, format!("{path}: {runs}"))
        }
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
