//! The processor's counter for readers, who can read the clock of a running process here as well.
//! Where recording is compiled in, it has a clock of its own, which knows what may be trusted.

use super::rate::Moment;

/// Reads the counter and the clock behind `monotonic_ns`; `None` where there is no counter. Only
/// for a segment of this machine whose ticks are the counter's.
///
/// It tries a few times, and takes the closest two readings, since the thread may be interrupted
/// between them.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) fn now(monotonic_ns: impl Fn() -> u64) -> Option<Moment> {
    let tries = (0..5).map(|_| {
        let before = read();
        let monotonic_ns = monotonic_ns();
        let gap = read().saturating_sub(before);
        (gap, Moment { ticks: before.saturating_add(gap / 2), monotonic_ns })
    });
    tries.min_by_key(|&(gap, _)| gap).map(|(_, moment)| moment)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn now(_: impl Fn() -> u64) -> Option<Moment> {
    None
}

#[cfg(target_arch = "x86_64")]
fn read() -> u64 {
    // SAFETY: every x86-64 processor has RDTSC, and the process that counts by it may use it.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(target_arch = "aarch64")]
fn read() -> u64 {
    let ticks: u64;
    // SAFETY: reads a register that the architecture lets programs read, and touches nothing.
    unsafe {
        std::arch::asm!(
            "mrs {}, cntvct_el0",
            out(reg) ticks,
            options(nomem, nostack, preserves_flags)
        );
    };
    ticks
}
