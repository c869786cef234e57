//! The virtual counter of aarch64.

use std::arch::asm;

/// Reads the counter. Not ordered against what surrounds it; a barrier would cost more than the
/// few instructions that may slip past.
#[inline(always)]
pub(super) fn read() -> u64 {
    let ticks: u64;
    // SAFETY: reads a register that the architecture lets programs read, and touches nothing.
    unsafe { asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags)) };
    ticks
}

/// The architecture promises one rate in every power state (Arm ARM, D12, generic timer).
pub(super) fn is_steady() -> bool {
    true
}
