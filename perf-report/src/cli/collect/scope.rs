//! The choice of recordings: those of this workspace's programs, or all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use perf_runtime::segment::discarded::Discarded;

use crate::cli::output;
use crate::error::UserError;
use crate::project::context::Context;
use crate::record::collect::{self, About, Listing};
use crate::record::life;
use crate::record::programs::Programs;
use crate::record::suite::{self, State};
use crate::render;
use crate::text::units;

/// The recordings that stay where they are, since they are not this workspace's.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// Number of segments of other programs, or of unknown ones.
    segments: u64,
    /// Number of processes that could not make a segment.
    unrecorded: u64,
}

impl Others {
    /// Describes the recordings that stay, if there are any.
    pub(super) fn in_words(&self) -> Option<String> {
        let items = [
            (self.segments, "recording of programs elsewhere", "recordings of programs elsewhere"),
            (self.unrecorded, "process that could not record", "processes that could not record"),
        ];
        let items = items.iter().filter(|(count, ..)| *count > 0);
        let items: Vec<_> = items
            .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
            .collect();
        (!items.is_empty()).then(|| {
            let items = items.join(", ");
            format!(
                "{items} left there: `perf-report collect --list` lists what there is, `--all` \
                 takes it"
            )
        })
    }
}

/// Splits `listing` into the recordings of this workspace's programs, and the others.
pub(super) fn of_workspace(listing: Listing, programs: &Programs) -> (Listing, Others) {
    let about = collect::about(&listing.segments).into_iter();
    let own: BTreeSet<_> =
        about.filter(|about| is_own(about, programs)).map(|about| about.path).collect();
    let mut discarded = listing.discarded.clone();
    for (_, all) in &mut discarded {
        all.retain(|one| may_be_own(one, programs));
    }
    discarded.retain(|(_, all)| !all.is_empty());
    let (mut own, others) = listing.partition(|path| own.contains(path));
    own.discarded = discarded;
    let others = Others {
        segments: others.segments.len() as u64,
        unrecorded: others.unrecorded.len() as u64,
    };
    (own, others)
}

/// Returns whether discarded recordings were of programs of this workspace, as far as is known.
fn may_be_own(discarded: &Discarded, programs: &Programs) -> bool {
    discarded.program.is_empty() || programs.contain(&discarded.program)
}

fn is_own(about: &About, programs: &Programs) -> bool {
    about.program.as_deref().is_some_and(|program| programs.contain(program))
}

/// Lists the recordings in `folder`, and the programs that made them; the accounts of suites there, and the runs that
/// record in folders inside it.
pub(super) fn list(listing: &Listing, folder: &Path, context: &Context) -> Result<(), UserError> {
    let programs = context.programs();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
    let titles = ["process", "began", "size", "state", "workspace", "program"].map(str::to_owned);
    let mut rows = vec![titles];
    rows.extend(collect::about(&listing.segments).iter().map(|about| row(about, &programs, now)));
    rows.extend(listing.unrecorded.iter().map(|mark| {
        let cell = |text: &str| text.to_owned();
        [pid(mark.pid), cell(""), cell("0 B"), cell("not recorded"), cell(""), mark.to_string()]
    }));
    rows.extend(suites(folder, &programs, now));
    rows.extend(life::sessions(folder).iter().map(|session| of_session(session, now)));
    output::OutputArgs::default().write_text(&render::columns(&rows))
}

/// Lists the accounts of suites, and the other processes of their session that still run.
fn suites(folder: &Path, programs: &Programs, now: u64) -> Vec<[String; 6]> {
    let mut running = suite::running(folder);
    let accounts = suite::accounts(folder, &running);
    let mut rows = Vec::new();
    for account in accounts {
        if let Some(pid) = account.pid {
            running.remove(&pid);
        }
        let state = match account.state {
            State::Running => "running",
            State::Ended => "ended",
            State::Lost => "never ended",
        };
        let program = account.program.display().to_string();
        let place = if programs.contain(&program) { "this" } else { "another" };
        let began = began(account.started_unix_ns, now);
        let size = size(&account.path);
        rows.push([pid(account.pid), began, size, state.to_owned(), place.to_owned(), program]);
    }
    rows.extend(running.into_iter().map(|id| {
        let what = "a process of the command".to_owned();
        [pid(Some(id)), String::new(), String::new(), "running".to_owned(), String::new(), what]
    }));
    rows
}

fn of_session((path, is_in_use): &(PathBuf, bool), now: u64) -> [String; 6] {
    let changed = fs::metadata(path).and_then(|it| it.modified()).ok();
    let since = changed.and_then(|it| it.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let began = began(u64::try_from(since.as_nanos()).unwrap_or(0), now);
    let state = if *is_in_use { "running" } else { "not stored" };
    let what = format!("a run, in {}", path.display());
    [String::new(), began, String::new(), state.to_owned(), String::new(), what]
}

fn size(path: &Path) -> String {
    fs::metadata(path).map_or_else(|_| String::new(), |file| units::bytes(file.len()))
}

fn began(at: u64, now: u64) -> String {
    if at == 0 { String::new() } else { format!("{} ago", age(now.saturating_sub(at))) }
}

fn row(about: &About, programs: &Programs, now: u64) -> [String; 6] {
    let state = match (&about.program, about.living) {
        (_, true) => "running",
        (Some(_), false) => "ended",
        (None, false) => "unreadable",
    };
    let place = if is_own(about, programs) { "this" } else { "another" };
    let unknown = || about.path.display().to_string();
    [
        pid(about.pid),
        began(about.started_unix_ns, now),
        units::bytes(about.bytes),
        state.to_owned(),
        if about.program.is_some() { place } else { "" }.to_owned(),
        about.program.clone().unwrap_or_else(unknown),
    ]
}

fn pid(pid: Option<u32>) -> String {
    pid.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string())
}

/// Writes an age in its largest unit.
fn age(ns: u64) -> String {
    match ns / 1_000_000_000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_in_their_largest_unit() {
        let ages = [0, 119, 120, 7_199, 7_200, 172_800].map(|seconds| age(seconds * 1_000_000_000));
        assert_eq!(ages, ["0 s", "119 s", "2 min", "119 min", "2 h", "2 days"]);
    }

    #[test]
    fn what_is_left_is_described() {
        assert_eq!(Others::default().in_words(), None);
        let words = |segments, unrecorded| Others { segments, unrecorded }.in_words().unwrap();
        assert!(words(1, 0).starts_with("1 recording of programs elsewhere left there: "));
        let both = words(2, 1);
        let begin =
            "2 recordings of programs elsewhere, 1 process that could not record left there";
        assert!(both.starts_with(begin), "{both}");
    }
}
