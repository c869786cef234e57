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

/// Reads the counter when all instructions before have been executed, and none after (Arm ARM,
/// D12.1.2: reads of the counter may be speculative without a barrier).
#[inline(always)]
pub(super) fn read_in_order() -> u64 {
    let ticks: u64;
    // SAFETY: as above; barriers touch nothing.
    unsafe {
        asm!("isb", "mrs {}, cntvct_el0", "isb", out(reg) ticks, options(nostack, preserves_flags));
    }
    ticks
}

/// Returns `true`: the architecture promises one rate in every power state (Arm ARM, D12, generic
/// timer).
pub(super) fn is_steady() -> bool {
    true
}
