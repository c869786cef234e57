//! A process that measures a group, as the process sees it that waits for it.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use super::board::{Board, State};
use super::cases::Case;
use super::system::resident_of;
use crate::snapshot::Ending;

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Time beyond the limit of a case in which it can still end by itself, between two batches.
const GRACE: Duration = Duration::from_millis(500);

/// The end of a process, and of the cases in it.
#[derive(Debug)]
pub(super) struct End {
    pub(super) status: ExitStatus,
    pub(super) state: State,
    /// The limit for which it was killed.
    pub(super) beyond: Option<Ending>,
}

/// Waits for the end of a process, and kills it if the case that runs is far beyond a limit.
pub(super) fn wait(child: &mut Child, board: &Board, cases: &[&Case]) -> io::Result<End> {
    let has_limits =
        |it: &&Case| it.settings.timeout_ns.is_some() || it.settings.memory_bytes.is_some();
    if !cases.iter().any(has_limits) {
        let status = child.wait()?;
        return Ok(End { status, state: board.read(), beyond: None });
    }
    let mut turn = (0, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End { status, state: board.read(), beyond: None });
        }
        let state = board.read();
        if turn.0 != state.turn {
            turn = (state.turn, Instant::now());
        }
        let case = state.running.and_then(|at| cases.get(at).copied());
        if let Some(ending) = case.and_then(|case| beyond(case, turn.1.elapsed(), child.id())) {
            child.kill()?;
            let status = child.wait()?;
            // It may have ended by itself meanwhile.
            let is_killed = board.read().turn == state.turn && !status.success();
            return Ok(End { status, state: board.read(), beyond: is_killed.then_some(ending) });
        }
        std::thread::sleep(PAUSE);
    }
}

/// Returns the limit that a case is beyond, whose iteration has run for so long.
fn beyond(case: &Case, since: Duration, process: u32) -> Option<Ending> {
    let is_late = |limit: u64| since > Duration::from_nanos(limit).saturating_add(GRACE);
    if case.settings.timeout_ns.is_some_and(is_late) {
        return Some(Ending::Timeout);
    }
    let limit = case.settings.memory_bytes?;
    // Between batches it ends by itself.
    let is_over = since > GRACE && resident_of(process)? > limit;
    is_over.then_some(Ending::Memory)
}
