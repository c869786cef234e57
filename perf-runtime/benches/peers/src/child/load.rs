//! Many calls on one thread, one upon the other: processor time and memory of the whole process.

use std::fs;

use super::Subject;
use crate::figures::Load;
use crate::{Result, clock};

const CALLS: u64 = 20_000_000;
/// Calls before anything is measured.
const WARM_UP: u64 = 100_000;

pub(super) fn measure(subject: &Subject, divisor: u64) -> Result<Load> {
    let calls = CALLS / divisor;
    subject.call(WARM_UP);
    let before = resident_bytes()?;
    let cpu_before_ns = clock::own_cpu_ns()?;
    subject.call(calls);
    Ok(Load { calls, cpu_before_ns, grown_bytes: resident_bytes()? - before })
}

/// Memory of this process that is in use now.
fn resident_bytes() -> Result<i64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
    Ok(kib.parse::<i64>()? * 1024)
}
