//! The stacks of the threads of a process: its segment, the clock, and the names of threads are
//! looked up here. perf-runtime reads the segment.

mod lookup;

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use perf_runtime::segment::life::Owner;
use perf_runtime::segment::{self, SegmentError};

pub(crate) use lookup::{Missing, is_written, key_of, of_process, segments};

pub(crate) use crate::record::collect::Key;

use crate::model::ProcessStacks;
use crate::record::{collect, facts};
use crate::system;

/// Reads the stacks of the process that wrote the segment at `path`; for a process that has ended,
/// those at its end.
///
/// # Errors
/// Every [`SegmentError`].
pub(crate) fn read(path: &Path) -> Result<ProcessStacks, SegmentError> {
    collect::check_readable(path)?;
    if lookup::is_copy(path) && collect::may_be_written(path) {
        // Of the moment when it was taken.
        let stacks = segment::last_stacks(path)?;
        let name = |thread| thread_name(path, stacks.process.pid, thread);
        return Ok(ProcessStacks::of(&stacks, path, (true, stacks.unix_ns), facts::time, name));
    }
    if is_written(path) {
        let stacks = segment::stacks(path, system::monotonic_ns)?;
        let name = |thread| thread_name(path, stacks.process.pid, thread);
        let found = ProcessStacks::of(&stacks, path, (true, unix_ns()), facts::time, name);
        // Should it have ended meanwhile, this would be no moment of its life.
        if is_written(path) {
            return Ok(found);
        }
    }
    let stacks = segment::last_stacks(path)?;
    Ok(ProcessStacks::of(&stacks, path, (false, stacks.unix_ns), facts::time, |_| None))
}

/// Returns the time, in nanoseconds since 1970.
pub(crate) fn unix_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Returns the name of a thread, where the system has it. Ids of other namespaces belong to other
/// threads here.
fn thread_name(path: &Path, pid: u32, thread: u32) -> Option<String> {
    Owner::of(path).filter(Owner::is_of_here)?;
    let name = fs::read(format!("/proc/{pid}/task/{thread}/comm")).ok()?;
    let name = String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(&name)).into_owned();
    (!name.is_empty()).then_some(name)
}
