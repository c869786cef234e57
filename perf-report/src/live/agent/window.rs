//! Windows of production: what a program recorded in one of them becomes a run. Pure.
//!
//! A window ends on a whole one since 1970, in UTC: one of an hour on the hour. Its run is made then, and sealed: it
//! is part of the account, and so of the state, before anybody stores it, and stays there as it is until it is
//! stored. So an agent that dies in between stores the very same again, whose id follows from agent, program and
//! beginning, and no call is in two runs or in none. The window behind a run that cannot be stored goes on until
//! that is done, so that no more than one waits.

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
}

/// Ends the windows that are over by `unix_ns`: seals their runs, and begins the next ones. `facts` are those that
/// all runs share, and `host` tells this agent from others. Windows in which nothing was called have no run. Returns
/// whether a run was sealed, which is to be kept before it is stored.
pub(super) fn seal(
    account: &mut Account,
    unix_ns: u64,
    length: Duration,
    (facts, host): (&Run, &str),
) -> bool {
    let length = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX).max(1);
    let owner = format!("{host}\n{}", account.start_unix_ns);
    let names: Vec<String> = account.programs.keys().cloned().collect();
    let mut is_any = false;
    for name in names {
        let running = account.running(&name).0;
        let Some(program) = account.programs.get_mut(&name) else { continue };
        let is_over = |window: &&Window| window.start_unix_ns / length < unix_ns / length;
        let window = program.window.as_ref().filter(is_over);
        let Some(window) = window.filter(|_| program.sealed.is_none()) else { continue };
        if let Some(mut run) = run(program, window, unix_ns, (facts, &owner)) {
            run.process.count = running.max(1);
            // One that could not be written would be lost with its window.
            let Ok(sealed) = serde_json::to_vec(&run) else { continue };
            program.sealed = Some(sealed);
            is_any = true;
        }
        program.window = Some(Window { start_unix_ns: unix_ns, sums: program.sums.clone() });
    }
    is_any
}

/// Lists the windows whose runs are yet to be stored.
pub(super) fn sealed(account: &Account) -> Vec<EndedWindow> {
    let ended = |program: &Program| {
        let run = serde_json::from_slice(program.sealed.as_ref()?).ok()?;
        Some(EndedWindow { run, program: program.name.clone() })
    };
    account.programs.values().filter_map(ended).collect()
}

/// Notes that the run of a window is stored.
pub(super) fn close(account: &mut Account, stored: &EndedWindow) {
    if let Some(program) = account.programs.get_mut(&stored.program) {
        program.sealed = None;
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
    use std::collections::BTreeMap;

    use super::*;
    use crate::live::agent::account::tests::{key, seen};
    use crate::live::agent::state;
    use crate::model::Git;

    const HOUR: Duration = Duration::from_hours(1);
    const HOUR_NS: u64 = 3_600_000_000_000;

    fn runs(account: &mut Account, unix_ns: u64) -> Vec<EndedWindow> {
        seal(account, unix_ns, HOUR, (&Run::default(), "host"));
        sealed(account)
    }

    #[test]
    fn a_window_ends_on_the_hour_and_holds_what_came_in_it() {
        let mut account = Account { start_unix_ns: 1, ..Account::default() };
        account.see(key(1), &mut seen("shop", 10), false);
        let start = 500_000 * HOUR_NS + HOUR_NS / 3;
        begin(&mut account, start, true);
        account.see(key(1), &mut seen("shop", 25), false);
        assert!(runs(&mut account, start + HOUR_NS / 2).is_empty());
        let [window] = runs(&mut account, 500_001 * HOUR_NS + 9).try_into().unwrap();
        let run = &window.run;
        assert_eq!((run.functions[0].calls, run.functions[0].self_ns), (15, 1_500));
        assert_eq!(run.run.label.as_deref(), Some("production"));
        assert_eq!((&run.run.command[0], run.metrics[0].value), (&"shop".to_owned(), Some(30.0)));
        // It was not stored: it waits as it is, and the next one goes on meanwhile.
        account.see(key(1), &mut seen("shop", 30), false);
        let [again] = runs(&mut account, 500_002 * HOUR_NS).try_into().unwrap();
        assert_eq!(again.run, window.run);
        account.see(key(1), &mut seen("shop", 33), false);
        close(&mut account, &again);
        let [next] = runs(&mut account, 500_003 * HOUR_NS + 1).try_into().unwrap();
        assert_eq!(next.run.functions[0].calls, 8);
        assert_ne!(next.run.run.id, window.run.run.id);
        close(&mut account, &next);
        assert!(runs(&mut account, 500_004 * HOUR_NS + 1).is_empty(), "nothing was called");
        let window = account.programs["shop"].window.clone().unwrap();
        assert_eq!(window.start_unix_ns, 500_004 * HOUR_NS + 1);
    }

    /// Moments at which an agent may be killed in the course of a round.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Death {
        BeforeKept,
        BeforeStored,
        BeforeClosed,
        Never,
    }

    proptest::proptest! {
        #[test]
        fn every_call_is_in_one_run_whenever_the_agent_is_killed(
            rounds in proptest::collection::vec((0..20_u64, 0..4_u8, 0..4_u8), 1..40),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = state::place(folder.path());
            let mut account = Account { start_unix_ns: 1, ..Account::default() };
            account.see(key(1), &mut seen("shop", 0), false);
            begin(&mut account, 500_000 * HOUR_NS, true);
            state::save(&path, &account).unwrap();
            let (mut calls, mut store) = (0, BTreeMap::new());
            for (round, (more, death, commit)) in (1..).zip(rounds) {
                let death = [Death::BeforeKept, Death::BeforeStored, Death::BeforeClosed, Death::Never]
                    [usize::from(death)];
                calls += more;
                account.see(key(1), &mut seen("shop", calls), false);
                // An agent that begins anew may be told other facts.
                let git = Git { commit: commit.to_string(), ..Git::default() };
                let facts = Run { git: Some(git), ..Run::default() };
                seal(&mut account, 500_000 * HOUR_NS + round * HOUR_NS / 2, HOUR, (&facts, "host"));
                if death != Death::BeforeKept {
                    state::save(&path, &account).unwrap();
                }
                if !matches!(death, Death::BeforeKept | Death::BeforeStored) {
                    for window in sealed(&account) {
                        let id = window.run.run.id.clone();
                        let stored = store.entry(id).or_insert_with(|| window.run.clone());
                        proptest::prop_assert_eq!(&*stored, &window.run, "it exists with other content");
                        close(&mut account, &window);
                    }
                }
                match death {
                    Death::Never => state::save(&path, &account).unwrap(),
                    _ => account = state::load(&path).unwrap().unwrap(),
                }
            }
            account.see(key(1), &mut seen("shop", calls), false);
            for round in 500_100..500_103 {
                for window in runs(&mut account, round * HOUR_NS) {
                    store.insert(window.run.run.id.clone(), window.run.clone());
                    close(&mut account, &window);
                }
            }
            let of = |run: &RunDocument| run.functions[0].calls;
            proptest::prop_assert_eq!(store.values().map(of).sum::<u64>(), calls);
        }
    }
}
