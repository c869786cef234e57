//! A process for each group: what one benchmark does to its process, no other one sees, and a crash
//! costs nobody else anything, since the rest of its group goes on in another process.

use std::io;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use super::board::{self, Board};
use super::cases::{Case, Cases};
use super::flags::{self, CHILD, Wanted};
use super::system::how;
use super::watch::{self, End};
use super::{engine, ledger, line, memory, progress, screen, yardstick};
use crate::snapshot::Ending;

/// The code for the end of a process in which not every case ended well.
const NOT_ALL_WELL: u8 = 3;

/// Measures all cases, group by group.
pub(super) fn run(all: &Cases, wanted: &Wanted) -> ExitCode {
    let cases = all.wanted.as_slice();
    let groups: Vec<&[Case]> = cases.chunk_by(|a, b| a.group() == b.group()).collect();
    line::fit(cases);
    if let Some(path) = &wanted.board {
        if let Err(error) = board::take(path) {
            screen::warn(&format!("nobody can see how far this is: {error}"));
        }
        limit_memory(cases);
        yardstick::learn();
    } else {
        ledger::leave_out(all.facts_left_out());
    }
    if wanted.measures_here {
        let all_well = groups.into_iter().map(|group| here(group, wanted)).fold(true, |a, b| a & b);
        return code(all_well);
    }
    screen::head(cases.len(), all.ignored(), wanted.is_quick);
    progress::begins(cases);
    yardstick::settle();
    let mut all_well = true;
    for group in groups {
        progress::group(group);
        yardstick::look();
        all_well &= elsewhere(group).unwrap_or_else(|error| {
            screen::warn(&format!("no process of its own for {}: {error}", name_of(group)));
            here(group, wanted)
        });
    }
    code(all_well)
}

fn code(all_well: bool) -> ExitCode {
    if all_well { ExitCode::SUCCESS } else { ExitCode::from(NOT_ALL_WELL) }
}

/// Limits the memory of this process, where each of its cases has a limit.
fn limit_memory(cases: &[Case]) {
    let limits: Option<Vec<u64>> = cases.iter().map(|case| case.settings.memory_bytes).collect();
    let most = limits.and_then(|limits| limits.into_iter().max());
    let threads = cases.iter().map(|case| case.threads).max().unwrap_or(1);
    if let Some(most) = most {
        // What the recorder takes is not theirs.
        ledger::start();
        memory::limit(most, u64::from(threads.max(1)));
    }
}

/// Measures a group in this process, and returns whether all its cases ended well.
fn here(group: &[Case], wanted: &Wanted) -> bool {
    let measured = engine::measure(group, wanted.is_quick);
    screen::group(group, &measured);
    if let Some(loss) = ledger::loss() {
        screen::warn(&loss);
    }
    measured.iter().all(|facts| facts.ending == Ending::Ok)
}

/// Measures a group in another process, and what is left of it in one more as often as a case takes
/// its process with it. Returns whether all cases ended well.
fn elsewhere(group: &[Case]) -> io::Result<bool> {
    let mut left: Vec<&Case> = group.iter().collect();
    let mut all_well = true;
    let mut has_failed_for_nothing = false;
    loop {
        let end = in_a_process(&left)?;
        all_well &= end.status.success();
        let (ended, others): (Vec<_>, Vec<_>) =
            left.iter().enumerate().partition(|(at, _)| end.state.ending(*at).is_some());
        if others.is_empty() {
            if !is_expected(end.status) {
                let text = format!(
                    "after the last of {}, its process {}",
                    name_of(group),
                    how(end.status)
                );
                screen::warn(&text);
            }
            return Ok(all_well);
        }
        all_well = false;
        for (at, case) in ended {
            let ending = end.state.ending(at).unwrap_or_default();
            screen::ended(case, ending, "before its process was lost; what it measured is kept");
        }
        let culprit = end.state.running.and_then(|at| left.get(at).copied());
        if let Some(case) = culprit {
            note(case, &end);
        }
        // Where no case is to blame, all have a second try, and no third.
        if culprit.is_none() && std::mem::replace(&mut has_failed_for_nothing, true) {
            for (_, case) in others {
                screen::ended(case, Ending::Running, &format!("its process {}", how(end.status)));
            }
            return Ok(false);
        }
        let culprit = culprit.map(Case::name);
        left = others.into_iter().map(|(_, case)| *case).collect();
        left.retain(|case| Some(case.name()) != culprit);
        if left.is_empty() {
            return Ok(false);
        }
    }
}

/// Writes down and prints how a case ended that took its process with it.
fn note(case: &Case, end: &End) {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    let refused = end.state.is_refused_memory && case.settings.memory_bytes.is_some();
    let (ending, message) = match end.beyond {
        Some(ending) => (ending, "killed in an iteration that was far beyond the limit".to_owned()),
        None if refused && !end.status.success() => {
            (Ending::Memory, "it was refused more, and its process ended".to_owned())
        }
        None => (Ending::Running, format!("its process {}", how(end.status))),
    };
    // Its own process left it as running. What is known of its end here stands beside that.
    let told = if ending.is_final() { ending } else { Ending::Interrupted };
    ledger::tell(TOLD.fetch_add(1, Relaxed), &case.facts(), told, &message);
    screen::ended(case, ending, &message);
}

/// Measures cases in another process, with the arguments and the environment of this one.
fn in_a_process(cases: &[&Case]) -> io::Result<End> {
    let board = Board::new()?;
    let mut command = Command::new(std::env::current_exe()?);
    // The values of the command line apply to all; the filters are those of the group.
    command.args(flags::arguments().filter(|it| it == "--quick" || it.contains('=')));
    command.args(values_of_arguments()).args(["--bench", "--exact", "--include-ignored", "--"]);
    command.args(cases.iter().map(|case| case.name()));
    command.env(CHILD, board.path()).env(line::WIDTH, line::width().to_string());
    command.env(yardstick::VARIABLE, yardstick::least_ns().to_string());
    command.env_remove(progress::FILE).stdin(Stdio::null());
    let mut child = command.spawn()?;
    watch::wait(&mut child, &board, cases)
}

/// Lists the options of our own that have their value in the next argument.
fn values_of_arguments() -> Vec<String> {
    let arguments: Vec<String> = flags::arguments().collect();
    let is_own =
        |it: &str| it.strip_prefix("--").is_some_and(|it| super::settings::NAMES.contains(&it));
    let pairs = arguments.windows(2).filter(|pair| is_own(&pair[0]));
    pairs.flat_map(<[String]>::to_vec).collect()
}

fn name_of(group: &[Case]) -> String {
    group.first().map(Case::group).unwrap_or_default()
}

fn is_expected(status: ExitStatus) -> bool {
    status.code().is_some_and(|code| code == 0 || code == i32::from(NOT_ALL_WELL))
}
