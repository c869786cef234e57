//! Windows of production: what a program recorded in one of them becomes a run. Pure.
//!
//! A window ends on a whole one since 1970, in UTC: one of an hour on the hour. Where its run cannot be
//! stored it goes on to the end of the next one, so that nothing is lost; and its run has an id that follows
//! from agent, program and beginning, so that nothing is stored twice.

use std::time::Duration;

use jiff::Timestamp;
use perf_runtime::snapshot::{Build, CrateBuild, Process, Snapshot};

use super::account::{Account, Program, Window};
use super::sums::{Counter, Sums};
use crate::model::{ProcessSummary, Run, RunDocument, convert};
use crate::record::facts::Identity;

/// The label of runs of production.
const LABEL: &str = "production";

/// The source of these runs: they are compared among themselves.
const SOURCE: &str = "agent";

/// Begins a window for each program that has none. What was there at the first look of all is none of its
/// business; a program that comes later is part of it from its first call on.
pub(super) fn begin(account: &mut Account, unix_ns: u64, is_first: bool) {
    for program in account.programs.values_mut().filter(|it| it.window.is_none()) {
        let sums = if is_first { program.sums.clone() } else { Sums::default() };
        program.window = Some(Window { start_unix_ns: unix_ns, sums });
    }
}

/// A window that has ended.
#[derive(Debug)]
pub(crate) struct EndedWindow {
    /// Its run.
    pub(crate) run: RunDocument,
    program: String,
    /// The next window, which begins where the run ends.
    next: Window,
}

/// Lists the windows that have ended by `unix_ns`. `facts` are those that all their runs share, and `host` tells
/// this agent from others. Windows in which nothing was called have no run, and begin anew.
pub(super) fn ended(
    account: &mut Account,
    unix_ns: u64,
    length: Duration,
    (facts, host): (&Run, &str),
) -> Vec<EndedWindow> {
    let length = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX).max(1);
    let owner = format!("{host}\n{}", account.start_unix_ns);
    let names: Vec<String> = account.programs.keys().cloned().collect();
    let mut ended = Vec::new();
    for name in names {
        let running = account.running(&name).0;
        let Some(program) = account.programs.get_mut(&name) else { continue };
        let is_over = |window: &&Window| window.start_unix_ns / length < unix_ns / length;
        let Some(window) = program.window.as_ref().filter(is_over) else { continue };
        let run = run(program, window, unix_ns, (facts, &owner));
        let next = Window { start_unix_ns: unix_ns, sums: program.sums.clone() };
        match run {
            Some(mut run) => {
                run.process.count = running.max(1);
                ended.push(EndedWindow { run, program: name, next });
            }
            None => program.window = Some(next),
        }
    }
    ended
}

/// Begins the window behind one whose run is stored.
pub(super) fn close(account: &mut Account, stored: EndedWindow) {
    if let Some(program) = account.programs.get_mut(&stored.program) {
        program.window = Some(stored.next);
    }
}

fn run(
    program: &Program,
    window: &Window,
    unix_ns: u64,
    (facts, owner): (&Run, &str),
) -> Option<RunDocument> {
    let snapshot =
        |sums: &Sums, until: u64| sums.snapshot(process(program, window.start_unix_ns, until));
    let before = snapshot(&window.sums, window.start_unix_ns);
    let difference: Snapshot = snapshot(&program.sums, unix_ns).since(&before);
    let calls = |sums: &Sums| {
        let calls = sums.functions.iter().map(|it| it.counter(Counter::Calls));
        calls.fold(0, u64::saturating_add)
    };
    (calls(&program.sums) > calls(&window.sums)).then_some(())?;
    let start = Timestamp::from_nanosecond(window.start_unix_ns.into()).unwrap_or_default();
    let content = format!("{owner}\n{}\n{}", program.name, window.start_unix_ns);
    let identity = Identity::of_content(start, content.as_bytes());
    let run = Run {
        id: identity.id,
        time: identity.time,
        label: Some(LABEL.to_owned()),
        source: Some(SOURCE.to_owned()),
        command: vec![program.name.clone()],
        ..facts.clone()
    };
    let mut document = convert::document(&difference, run, ProcessSummary::default(), Vec::new());
    // Callers are not kept: profiles come from running processes.
    document.tree = Vec::new();
    Some(document)
}

fn process(program: &Program, start_unix_ns: u64, until_unix_ns: u64) -> Process {
    let it = &program.build;
    let crates = vec![CrateBuild { opt_level: it.opt_level.clone(), ..CrateBuild::default() }];
    Process {
        started_unix_ns: start_unix_ns,
        program: program.name.clone(),
        build: Build {
            rustc: it.rustc.clone(),
            target: it.target.clone(),
            profile: it.profile.clone(),
            opt_level: it.opt_level.clone(),
            runtime: it.recorder.clone(),
            crates: if it.opt_level.is_empty() { Vec::new() } else { crates },
        },
        recorded_ns: until_unix_ns.saturating_sub(start_unix_ns),
        counts_allocs: program.sums.functions.iter().any(|it| it.counts_allocs),
        ..Process::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::agent::account::tests::{key, seen};

    const HOUR: Duration = Duration::from_hours(1);
    const HOUR_NS: u64 = 3_600_000_000_000;

    fn runs(account: &mut Account, unix_ns: u64) -> Vec<EndedWindow> {
        ended(account, unix_ns, HOUR, (&Run::default(), "host"))
    }

    #[test]
    fn a_window_ends_on_the_hour_and_holds_what_came_in_it() {
        let mut account = Account { start_unix_ns: 1, ..Account::default() };
        account.see(key(1), seen("shop", 10), false);
        let start = 500_000 * HOUR_NS + HOUR_NS / 3;
        begin(&mut account, start, true);
        account.see(key(1), seen("shop", 25), false);
        assert!(runs(&mut account, start + HOUR_NS / 2).is_empty());
        let [EndedWindow { run, .. }] =
            runs(&mut account, 500_001 * HOUR_NS + 9).try_into().unwrap();
        assert_eq!((run.functions[0].calls, run.functions[0].self_ns), (15, 1_500));
        assert_eq!(run.run.label.as_deref(), Some("production"));
        assert_eq!((&run.run.command[0], run.metrics[0].value), (&"shop".to_owned(), Some(30.0)));
        // It was not stored, so the next one holds it too, under the same id.
        account.see(key(1), seen("shop", 30), false);
        let [again] = runs(&mut account, 500_002 * HOUR_NS).try_into().unwrap();
        assert_eq!((&again.run.run.id, again.run.functions[0].calls), (&run.run.id, 20));
        // What comes while it is stored belongs to the next one.
        account.see(key(1), seen("shop", 33), false);
        close(&mut account, again);
        let [next] = runs(&mut account, 500_003 * HOUR_NS + 1).try_into().unwrap();
        assert_eq!(next.run.functions[0].calls, 3);
        assert_ne!(next.run.run.id, run.run.id);
        close(&mut account, next);
        assert!(runs(&mut account, 500_004 * HOUR_NS + 1).is_empty(), "nothing was called");
        let window = account.programs["shop"].window.clone().unwrap();
        assert_eq!(window.start_unix_ns, 500_004 * HOUR_NS + 1);
    }
}
